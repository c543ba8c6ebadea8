"""A planning as the days of a calendar: milestones and test periods, each with an alarm and a day to plan it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from doorstroom_client.config import Settings
from doorstroom_client.output.ics import CalendarDays
from doorstroom_client.planning.day_words import short
from doorstroom_client.planning.milestones import Basis, mijlpalen
from doorstroom_client.planning.reminders import WITHIN, in_schooljaar, suppliers_of

KIND = "Doorstroomtoets "
"""How the name of each such calendar begins."""


def calendar_name(schooljaar: str) -> str:
    """What the calendar is called."""
    return f"{KIND}{schooljaar}"


def as_calendar(schooljaar: str, settings: Settings) -> tuple[CalendarDays, ...]:
    """The days of a school year, in order.

    Beside each stands a day of its own to plan it, because a calendar that is subscribed to may drop alarms.

    Args:
        schooljaar: ``"2026-2027"``.
        settings: test periods and suppliers.

    Raises:
        ConfigurationError: there is no planning of that school year.
    """
    found = [*_of_mijlpalen(schooljaar), *_of_periodes(schooljaar, settings)]
    return tuple(sorted([*found, *_to_plan(found)], key=lambda item: (item.first, item.key)))


def _of_mijlpalen(schooljaar: str) -> Iterator[CalendarDays]:
    for item in mijlpalen(schooljaar):
        lines = [
            f"Wie: {item.wie}.",
            *(f"Let op: {text}." for text in item.opmerkingen),
            f"Bron: {item.bron}.",
            *(["Dit staat in de wet, zegt die bron."] if item.basis is Basis.WET else []),
            *(["De dagen zijn berekend."] if item.berekend else []),
            *([] if item.zeker else ["Controleer of de dagen dit schooljaar gelden."]),
        ]
        yield CalendarDays(
            key=f"mijlpaal:{schooljaar}:{item.id}",
            title=item.titel,
            first=item.first,
            last=item.last,
            text="\n".join(lines),
            remind=(WITHIN,),
        )


def _of_periodes(schooljaar: str, settings: Settings) -> Iterator[CalendarDays]:
    for item in in_schooljaar(settings.testperiodes, schooljaar):
        suppliers = ", ".join(suppliers_of(item, settings)) or "nog geen leverancier in de instellingen"
        yield CalendarDays(
            key=f"testperiode:{schooljaar}:{item.naam}",
            title=f"Testperiode {item.naam}",
            first=item.van,
            last=item.tot,
            text=f"Test 1-op-1 met: {suppliers}.\nBron: de eigen instellingen (testperiodes).",
            remind=(WITHIN,),
        )


def _to_plan(days: Iterable[CalendarDays]) -> Iterator[CalendarDays]:
    for item in days:
        yield CalendarDays(
            key=f"plan:{item.key}",
            title=f"Plan nu: {item.title} ({short(item.first)})",
            first=item.first - dt.timedelta(days=WITHIN),
            text=item.text,
        )
