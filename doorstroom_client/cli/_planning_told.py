"""How a planning is told: the school year with its sources, what is to be done, and what is not in the settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from rich.text import Text

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.config import Settings
from doorstroom_client.output.words import aantal
from doorstroom_client.planning.day_words import period, short
from doorstroom_client.planning.holidays import BRON
from doorstroom_client.planning.milestones import Mijlpaal, feestdagen_in, mijlpalen
from doorstroom_client.planning.reminders import Herinnering, in_schooljaar, suppliers_of

_NO_PERIODS = (
    "Testperiodes van {} staan niet in de instellingen. Ze worden elk jaar in het ketenoverleg afgesproken en zijn nergens "
    "gepubliceerd: vraag ze daar, en zet ze onder [[testperiodes]]."
)
"""Said of a school year without test periods."""
_CHECK = (
    "Wet: de bron zegt dat dit in de wet staat. Controleer: de bron is van een eerder jaar; kijk of de dagen nu nog gelden. "
    "Vakanties staan er niet in."
)


def tell_year(schooljaar: str, settings: Settings) -> None:
    """The milestones and test periods of a school year, each with its source.

    Args:
        schooljaar: which one.
        settings: have the test periods.
    """
    sources: dict[str, int] = {}
    rows: list[tuple[dt.date, tuple[object, ...]]] = [
        (item.first, (period(item.first, item.last), _what(item.titel, item.wie, item.opmerkingen), _whence(item, sources)))
        for item in mijlpalen(schooljaar)
    ]
    for periode in in_schooljaar(settings.testperiodes, schooljaar):
        what = _what(f"Testperiode {periode.naam}", f"met {', '.join(suppliers_of(periode, settings)) or 'niemand'}", ())
        rows.append((periode.van, (period(periode.van, periode.tot), what, "instellingen")))
    table = terminal.new_table("Wanneer", "Wat, en wie", "Bron", title=f"Doorstroomtoets {schooljaar}")
    for _, cells in sorted(rows, key=lambda row: row[0]):
        terminal.row(table, *cells)
    terminal.show_table(table)
    for text, number in sources.items():
        terminal.show_wrapped(f"[{number}] {text}", indent=0)
    terminal.show_wrapped(_CHECK, indent=0)
    days = ", ".join(f"{short(item.day)} {item.naam}" for item in feestdagen_in(schooljaar))
    terminal.show_wrapped(f"Feestdagen ({BRON}): {days}.", indent=0)


def _what(titel: str, wie: str, opmerkingen: Sequence[str]) -> Text:
    found = Text(titel, "bold")
    found.append(f"\n{wie}", "not bold dim")
    for text in opmerkingen:
        found.append(f"\nlet op: {text}", "not bold yellow")
    return found


def _whence(item: Mijlpaal, sources: dict[str, int]) -> Text:
    """What the days rest on, with the numbers of the sources that stand below the table."""
    numbers = sorted(sources.setdefault(text, len(sources) + 1) for text in item.bron.split("; "))
    return Text("\n".join([f"{item.basis} {''.join(f'[{number}]' for number in numbers)}", *item.kanttekeningen]))


def tell_reminders(found: Sequence[Herinnering], today: dt.date) -> None:
    """What is to be done, the most urgent first.

    Args:
        found: all of it.
        today: the day.
    """
    if not found:
        terminal.say("Nu is er niets te doen.")
        return
    terminal.show("Nu te doen:", style="bold")
    for item in found:
        terminal.show_wrapped(f"{_in_days(item.day, today)} ({short(item.day)}): {item.tekst}", indent=0)
        if item.commando:
            terminal.show(f"  {item.commando}")  # not wrapped: it is copied


def tell_missing(schooljaar: str, settings: Settings) -> None:
    """That there are no test periods, and where to get them.

    Args:
        schooljaar: which one.
        settings: have them, or not.
    """
    if not in_schooljaar(settings.testperiodes, schooljaar):
        terminal.show_wrapped(_NO_PERIODS.format(schooljaar), indent=0)


def _in_days(day: dt.date, today: dt.date) -> str:
    """How far a day is, in Dutch."""
    days = (day - today).days
    if days < 0:
        return f"{aantal(-days, 'dag', 'dagen')} te laat"
    return {0: "vandaag", 1: "morgen"}.get(days, f"over {days} dagen")


def year_as_data(schooljaar: str, settings: Settings) -> dict[str, Any]:
    """The school year for a program.

    Args:
        schooljaar: which one.
        settings: have the test periods.
    """
    periodes = in_schooljaar(settings.testperiodes, schooljaar)
    return {
        "schooljaar": schooljaar,
        "mijlpalen": [
            {
                "id": item.id,
                "titel": item.titel,
                "van": item.first.isoformat(),
                "tot": item.last.isoformat(),
                "wie": item.wie,
                "basis": item.basis.value,
                "bron": item.bron,
                "berekend": item.berekend,
                "controleer": not item.zeker,
                "opmerkingen": list(item.opmerkingen),
            }
            for item in mijlpalen(schooljaar)
        ],
        "testperiodes": [
            {
                "naam": item.naam,
                "van": item.van.isoformat(),
                "tot": item.tot.isoformat(),
                "met": list(suppliers_of(item, settings)),
            }
            for item in periodes
        ],
        "feestdagen": [
            {"dag": item.day.isoformat(), "naam": item.naam, "opmerking": item.opmerking} for item in feestdagen_in(schooljaar)
        ],
        "waarschuwingen": [] if periodes else [_NO_PERIODS.format(schooljaar)],
    }


def reminders_as_data(found: Sequence[Herinnering], today: dt.date) -> dict[str, Any]:
    """What is to be done, for a program.

    Args:
        found: all of it.
        today: the day.
    """
    return {
        "vandaag": today.isoformat(),
        "herinneringen": [
            {
                "id": item.key,
                "dag": item.day.isoformat(),
                "over_dagen": (item.day - today).days,
                "tekst": item.tekst,
                "commando": item.commando or None,
            }
            for item in found
        ],
    }
