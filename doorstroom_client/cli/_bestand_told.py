"""What was understood of a file, and what is wrong with it, as people and programs read it."""

from __future__ import annotations

import datetime as dt
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

from doorstroom_client.cli import _problems_told as problems
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._terminal import complain, show, show_wrapped
from doorstroom_client.config import Settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.school import School
from doorstroom_client.messages.values import dutch_day
from doorstroom_client.readers import Bestandscontrole, Lijstcontrole, check_bestand
from doorstroom_client.readers.bestandscontrole import Lijstsoort

_SHOWN = 50
"""Problems that people see; a program gets them all."""
_DELIMITERS = {"\t": "TAB", " ": "space"}
_SPELLED = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}


def look_at(
    file: Path,
    settings: Settings | None,
    school: School | None,
    *,
    kind: Lijstsoort | None = None,
    sheet: str | None = None,
    schooljaar: str | None = None,
) -> Bestandscontrole:
    """Check a file by the choices of a configuration, or without one.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    if settings is None:
        return check_bestand(file, kind=kind, school=school, sheet=sheet)
    year = schooljaar or _year(settings)
    return check_bestand(
        file,
        kind=kind,
        school=school,
        scholen=settings.scholen,
        sheet=sheet,
        afspraak=settings.the_afspraak(),
        edexml=replace(settings.edexml, schooljaar=year),
        test_identities=settings.test_identities,
        las_key_reden=settings.las_key_reden,
    )


def show_understood(found: Bestandscontrole) -> None:
    """What the file is, and what each cell of its header is read as."""
    show_wrapped(f"{found.naam}: {', '.join(_form(found)) or 'could not be read as a table'}.", 0)
    if not found.kolommen:
        return
    table = terminal.new_table("Cell", "In the header", "Read as")
    for item in found.kolommen:
        read_as = item.column or ("ignored" if item.naam else "not known")
        terminal.row(table, item.letters, item.naam or "(not shown)", read_as)
    terminal.show_table(table)


def _form(found: Bestandscontrole) -> list[str]:
    encoding = _SPELLED.get(found.encoding, found.encoding)
    parts = [
        found.soort,
        f"{encoding} ({found.evidence})" if found.evidence and encoding not in {"", "ASCII"} else encoding,
        f'cells end at "{_DELIMITERS.get(found.delimiter, found.delimiter)}"' if found.delimiter else "",
        f'sheet "{found.sheet}"' if found.sheet else "",
        _count(found.regels, "pupil" if not found.kolommen else "line") if found.regels else "",
    ]
    return [part for part in parts if part]


def show_lists(found: Bestandscontrole) -> None:
    """What the file is as each list, with everything that is wrong with it."""
    told: set[object] = set()
    letters = letters_of(found)
    for lijst in found.lijsten:
        state = "in order" if lijst.in_orde else _count(len(lijst.problemen), "problem")
        told_as = f"As {lijst.kind}: {_size(lijst)}; {state}." if found.leesbaar else f"Cannot be used: {state}."
        show(told_as, style="green" if lijst.in_orde else "bold red")
        new = [problem for problem in lijst.problemen if problem not in told]
        for problem in new[:_SHOWN]:
            show_wrapped(f"- {problems.spelled(problem, letters)}")
        if len(new) > _SHOWN:
            show_wrapped(f"and {len(new) - _SHOWN} more; --json has them all")
        before = len(lijst.problemen) - len(new)
        if before:
            show_wrapped(f"- and {_count(before, 'problem')} that {'is' if before == 1 else 'are'} told above")
        if lijst.hint and new:
            show_wrapped(f"Next: {lijst.hint.rstrip('.')}.")
        told.update(new)
    for note in found.notes[:_SHOWN]:
        show_wrapped(f"Note: {note.rstrip('.')}.", 0)
    if len(found.notes) > _SHOWN:
        show(f"and {len(found.notes) - _SHOWN} more notes; --json has them all")
    for kind, missing in found.ontbreekt.items():
        if all(lijst.kind != kind for lijst in found.lijsten):
            show_wrapped(f"Not {kind}: it misses {', '.join(missing)}.", 0)


def hindrance(settings: Settings | None) -> str:
    """Why no list can be sent with these settings, whatever is in it; empty when nothing is in the way."""
    if settings is None:
        return ""
    try:
        settings.the_afspraak().check_schooljaar(_year(settings))
    except ConfigurationError as error:
        return f"{error.message}. {error.hint}"
    return ""


def _year(settings: Settings) -> Schooljaar:
    return Schooljaar(settings.schooljaar or Schooljaar.on(dutch_day(dt.datetime.now(dt.UTC))))


def show_outcome(found: Bestandscontrole, file: Path, school: str, hindered: str) -> None:
    """Whether the file can be sent, and with which command.

    Args:
        found: what the check said.
        file: as it was typed.
        school: the school to name in the command; empty when there is no choice.
        hindered: why nothing can be sent with these settings; empty when it can.
    """
    good = [lijst.kind for lijst in found.lijsten if lijst.in_orde and lijst.kind != "leerlingen"]
    if not good:
        told = "It cannot be sent." if not found.in_orde else "It is no list to send; it says who the pupils are."
        show(told, style="bold red" if not found.in_orde else "")
        return
    first = "Look at the notes first. " if found.notes else ""
    path, of = shlex.quote(str(file)), f" --school {school}" if school else ""
    many = {lijst.kind for lijst in found.lijsten if lijst.scholen}
    if hindered:
        show_wrapped(f"{first}The file is in order, and cannot be sent with these settings: {hindered}", 0)
        return
    show(f"{first}It can be sent:")
    for kind in good:
        show(f"  doorstroom {kind} send-many {path}" if kind in many else f"  doorstroom {kind} send {path}{of}")


def complain_of(found: Bestandscontrole) -> None:
    """Only what is wrong, a line each: for a script that asked for silence."""
    letters = letters_of(found)
    told = [f"{found.naam}: {problems.spelled(problem, letters)}" for problem in found.problemen]
    terminal.some(told, complain, _SHOWN, "and {} more; --json has them all")
    for hint in dict.fromkeys(lijst.hint for lijst in found.lijsten if lijst.problemen and lijst.hint):
        complain(f"  {hint}")


def as_json(found: Bestandscontrole) -> dict[str, Any]:
    """Everything that was found, as a document."""
    letters = letters_of(found)
    return {
        "naam": found.naam,
        "soort": found.soort or None,
        "encoding": found.encoding or None,
        "evidence": found.evidence or None,
        "delimiter": found.delimiter or None,
        "sheet": found.sheet or None,
        "kolommen": [{"cel": item.letters, "naam": item.naam, "kolom": item.column} for item in found.kolommen],
        "regels": found.regels,
        "in_orde": found.in_orde,
        "lijsten": [
            {
                "lijst": lijst.kind if found.leesbaar else None,
                "leerlingen": lijst.leerlingen,
                "groepen": lijst.groepen,
                "overgeslagen": lijst.overgeslagen,
                "scholen": lijst.scholen,
                "in_orde": lijst.in_orde,
                "notes": list(lijst.notes),
                "problemen": [problems.as_json(problem, lijst.hint, letters) for problem in lijst.problemen],
            }
            for lijst in found.lijsten
        ],
        "ontbreekt": {kind: list(missing) for kind, missing in found.ontbreekt.items()},
    }


def letters_of(found: Bestandscontrole) -> dict[str, str] | None:
    """The letters of each column of a workbook; None where rows are lines, which a spreadsheet may count in another way."""
    if found.delimiter or not found.kolommen:
        return None
    return {item.column: item.letters for item in found.kolommen if item.column}


def _size(lijst: Lijstcontrole) -> str:
    parts = [
        _count(lijst.leerlingen, "pupil"),
        f"in {_count(lijst.groepen, 'group')}" if lijst.groepen else "",
        f"of {_count(lijst.scholen, 'school')}" if lijst.scholen else "",
        f"beside {lijst.overgeslagen} who take no part" if lijst.overgeslagen else "",
    ]
    return " ".join(part for part in parts if part)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
