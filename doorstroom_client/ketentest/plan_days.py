"""The days of a test with a partner: when it begins, when terms end and when it ends, in words and as a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from doorstroom_client.ketentest.agreed import TERMS, Plan
from doorstroom_client.ketentest.journal import JOURNAL, Journal
from doorstroom_client.ketentest.terms import plan_terms
from doorstroom_client.messages.values import amsterdam, dutch_day, in_dutch, weekday_in_dutch
from doorstroom_client.output.ics import CalendarDays, as_ics, continued
from doorstroom_client.planning.holidays import workday_after

FILE = "afspraken.ics"
"""The name of the calendar in the folder of a test."""
_REMIND = 7


def noon(day: dt.date) -> dt.datetime:
    """The middle of a Dutch day."""
    return dt.datetime.combine(day, dt.time(12), amsterdam())


def weekday(day: dt.date) -> str:
    """A day with its name: ``maandag 7 december 2026``."""
    return f"{weekday_in_dutch(day)} {in_dutch(day)}"


def lies_still(plan: Plan, today: dt.date) -> tuple[dt.date, str] | None:
    """Until when nothing may be sent, with the reason in Dutch; None on a day on which the test goes on.

    Args:
        plan: what was agreed.
        today: this day.
    """
    still, first = plan.still_on(today), plan.first_day
    if still is not None:
        return still.naar, f"De test is uitgesteld tot {weekday(still.naar)}: {still.reden.rstrip('.')}"
    if first is not None and today < first:
        return first, f"De test begint op {weekday(first)}"
    return None


def begun_on(plan: Plan) -> dt.date | None:
    """The day on which the partner was sent something for the first time, by the journal; None when nothing was sent yet.

    Args:
        plan: what was agreed.

    Raises:
        ConfigurationError: the journal is damaged.
        StoreError: it cannot be read.
    """
    path = plan.folder / JOURNAL
    lines = Journal.read(path).lines if path.exists() else ()
    sent = next((item for item in lines if not item.scenario.startswith("V-")), None)
    return None if sent is None else dutch_day(dt.datetime.fromisoformat(sent.moment))


def first_day(plan: Plan) -> dt.date | None:
    """The day on which the test began, or else on which it is to begin; None as long as nobody chose one.

    Args:
        plan: what was agreed.
    """
    return plan.first_day and (begun_on(plan) or plan.first_day)


def usual_end(begin: dt.date) -> dt.date:
    """The last day of a test whose last day nobody chose: results and a corrected one have had their terms."""
    return workday_after(begin, TERMS["resultaten"] + TERMS["correctie"])


def calendar_days(plan: Plan) -> list[CalendarDays]:
    """What stands in the calendar of a test; nothing as long as no days were chosen.

    Args:
        plan: what was agreed.
    """
    return list(_days(plan)) if plan.first_day and plan.last_day else []


def _days(plan: Plan) -> Iterator[CalendarDays]:
    first, last = first_day(plan), plan.last_day
    assert first is not None
    assert last is not None
    title, terms = f"Ketentest {plan.leverancier}", plan_terms(plan)
    begin = noon(first)
    answers, results = dutch_day(terms.end("antwoord", begin)), dutch_day(terms.end("resultaten", begin))
    corrected = dutch_day(terms.end("correctie", noon(results)))
    named = (
        ("begin", "eerste dag", first, "Vanaf vandaag worden berichten met bedachte leerlingen gestuurd."),
        ("antwoord", "laatste dag voor de eerste antwoorden", answers, "Op de vragen van de eerste dag."),
        ("resultaten", "laatste dag voor de resultaten", results, "Van wie op de eerste dag is aangemeld."),
        ("correctie", "laatste dag voor het verbeterde resultaat", corrected, "Van leerling K15."),
        ("einde", "laatste dag van de test", last, "Daarna wordt opgeruimd."),
    )
    for name, words, day, text in named:
        remind = (_REMIND,) if name == "begin" else ()
        yield CalendarDays(
            key=f"{plan.key}/{name}",
            title=f"{title}: {words}",
            first=day,
            text=text,
            remind=remind,
            sequence=len(plan.uitstel),  # so that a calendar moves them too when the file handed out before is gone
        )


def calendar(plan: Plan, before: bytes | None, made: dt.datetime) -> bytes:
    """The calendar of a test.

    Args:
        plan: what was agreed, with days.
        before: the calendar that was handed out before, if there is one: what moved since then gets a higher sequence.
        made: this moment.

    Raises:
        ConfigurationError: the package that writes calendars is not installed.
    """
    days = calendar_days(plan)
    return as_ics(days if before is None else continued(days, before), name=f"Ketentest {plan.leverancier}", made=made)
