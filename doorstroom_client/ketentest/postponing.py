"""Postpones a test: what moves, from when to when and why, as a mail and at the end of the plan.

What a person wrote in the plan stays as it is, comments included: a postponement is a section that is added at its end. So the
plan is the one place that says when the test is, with its history, and both sides can read it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from doorstroom_client.basics.one_line import in_a_line
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.ketentest.agreed import FILE as PLAN
from doorstroom_client.ketentest.agreed import Plan, Uitstel
from doorstroom_client.ketentest.letters import Parties, bullets, closing, greeting, letter, paragraph, title
from doorstroom_client.ketentest.new_plan import postponement_text
from doorstroom_client.ketentest.plan import plan_of
from doorstroom_client.ketentest.plan_days import begun_on, calendar_days, weekday
from doorstroom_client.messages.values import in_dutch
from doorstroom_client.planning.holidays import workday_after, workdays_between

FILE = "uitstel.txt"
"""The name of the mail in the folder of a test."""


def postponement(plan: Plan, to: dt.date, reason: str, *, today: dt.date, begun: bool) -> Uitstel:
    """What moves.

    Args:
        plan: as it is now.
        to: the day on which the test begins, or goes on.
        reason: why.
        today: this day.
        begun: whether anything was played yet.

    Raises:
        ConfigurationError: the plan has no days, or the day is not later than what was settled.
    """
    first, last = plan.first_day, plan.last_day
    if first is None or last is None:
        raise ConfigurationError(
            f"{plan.folder / PLAN} has no begin and einde, so there is nothing to postpone",
            setting="begin",
            hint="Give both days in the plan",
        )
    still = plan.still_on(today)
    since = still.naar if still else today if begun else first
    if to <= max(since, today):
        since = max(since, today)
        raise ConfigurationError(
            f"the test is to go on on {since} already, so {to} does not postpone it", setting="to", hint="Give a later day"
        )
    return Uitstel(op=today, van=since, naar=to, einde=_end(first, last, since, to, begun=begun), reden=in_a_line(reason))


def _end(first: dt.date, last: dt.date, since: dt.date, to: dt.date, *, begun: bool) -> dt.date:
    """The last day since then."""
    if last < since:  # its days are over, so it gets as many as it had
        return workday_after(to, workdays_between(first, last))
    if begun:  # it lies still for so many working days
        return workday_after(last, workdays_between(since, to))
    one = dt.timedelta(days=1)  # nothing was sent: it takes as many working days after its first one as it would have taken
    return workday_after(to, workdays_between(since + one, last + one))


def postponed(plan: Plan, found: Uitstel) -> tuple[Plan, bytes]:
    """A plan with a postponement.

    Args:
        plan: as it was.
        found: what moves.

    Returns:
        The plan as it is then, and its file.

    Raises:
        ConfigurationError: the section cannot be added to this file.
    """
    path = plan.folder / PLAN
    values = {name: getattr(found, name) for name in ("op", "van", "naar", "einde", "reden")}
    # As bytes: an editor on Windows ends its lines in its own way and marks the file, and that stays so.
    before = path.read_bytes().rstrip(b"\r\n")
    ending = b"\r\n" if b"\r\n" in before else b"\n"
    text = before + ending + postponement_text(values).encode().replace(b"\n", ending)
    after = replace(plan, uitstel=(*plan.uitstel, found))
    try:
        same = plan_of(plan.folder, text, draft=True) == after
    except ConfigurationError:
        same = False
    if not same:
        raise ConfigurationError(
            f"a section [[uitstel]] cannot be added to {path}", setting="uitstel", hint="Write it there yourself"
        )
    return after, text


def postponement_letter(before: Plan, after: Plan, who: Parties) -> bytes:
    """The mail about the last postponement of a plan.

    Args:
        before: the plan as it was.
        after: the plan as it is now.
        who: who test with each other.
    """
    found = after.uitstel[-1]
    subject = f"Ketentest doorstroomtoets {who.schooljaar}: uitstel tot {in_dutch(found.naar)}"
    return letter(subject, _parts(before, after, found))


def _parts(before: Plan, after: Plan, found: Uitstel) -> Iterator[str]:
    yield greeting(after)
    goes_on = "gaat verder" if begun_on(before) else "begint"
    yield paragraph(f"Onze ketentest wordt uitgesteld. De test {goes_on} op {weekday(found.naar)}.")
    yield paragraph(f"De reden: {found.reden}")
    new = {item.key: item.first for item in calendar_days(after)}
    moved = [(item.title.partition(": ")[2], item.first, new[item.key]) for item in calendar_days(before)]
    if before.uitstel and begun_on(before):
        moved.insert(0, ("verder testen", before.uitstel[-1].naar, found.naar))
    shifts = [f"{what}: van {weekday(was)} naar {weekday(now)}" for what, was, now in moved if was != now]
    if shifts:  # a day or two may change nothing when the rest falls on a weekend
        yield title("Wat er verschuift")
        yield bullets(shifts)
    yield paragraph(
        """Termijnen die al liepen, schuiven evenveel werkdagen op. Tot die dag sturen wij niets. Wat u al heeft ontvangen,
        blijft gelden. U hoeft niets opnieuw te doen."""
    )
    yield paragraph("In afspraken.ics staan de nieuwe dagen. Open het bestand, dan verschuift wat in uw agenda staat.")
    yield closing(after)
