"""What the cells of a row mean, for each column. No function here raises, and no problem repeats a value."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from doorstroom_client.errors import Problem
from doorstroom_client.messages.leerlingenlijst import Deelname
from doorstroom_client.readers.advies_spelling import parse_advies
from doorstroom_client.readers.columns import Row

_MIDNIGHT = r"(?:[ T]0{1,2}:00(?::00(?:[.,]0+)?)?)?"  # as databases write a date
_ISO_DATE = re.compile(rf"(?P<year>[0-9]{{4}})-(?P<month>[0-9]{{2}})-(?P<day>[0-9]{{2}}){_MIDNIGHT}")
_DUTCH_DATE = re.compile(
    rf"(?P<day>[0-9]{{1,2}})(?P<mark>[-/])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<year>[0-9]{{4}}|[0-4][0-9]){_MIDNIGHT}"
)
_WHOLE = re.compile(r"([0-9]+)[.,]0+")
"""A whole number as a column of numbers may show it, with the decimal comma or point."""
_JAARGROEP = re.compile(r"(?:groep )?([78])")

_GESLACHT: Mapping[str, int | None] = {
    **dict.fromkeys(("1", "m", "man", "male"), 1),
    **dict.fromkeys(("2", "v", "vrouw", "female"), 2),
    **dict.fromkeys(("9", "x", "o", "onbekend"), 9),
    "": None,
}


def parse_date(text: str) -> dt.date | None:
    """A date as ``YYYY-MM-DD``, ``D-M-YYYY`` or ``D/M/YYYY``; None when it is not one.

    LibreOffice with Dutch settings saves ``D-M-YY``, of which the year is in this century up to 2049: no pupil is older.
    """
    found = _ISO_DATE.fullmatch(text) or _DUTCH_DATE.fullmatch(text)
    if found is None:
        return None
    try:
        year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
        return dt.date(year, int(found["month"]), int(found["day"]))
    except ValueError:  # 30 February and the like
        return None


def parse_jaargroep(text: str) -> str | None:
    """``"7"`` or ``"8"``, also from ``groep 8``; an empty cell means 8, and None is neither of the two."""
    found = _JAARGROEP.fullmatch(_WHOLE.sub(r"\1", " ".join(text.lower().split())) or "8")
    return found.group(1) if found else None


def filled(row: Row, column: str, problems: list[Problem]) -> str:
    """The text in a cell that may not be empty."""
    text = row.text(column)
    if not text:
        problems.append(row.problem(column, "is empty"))
    return text


def naam(row: Row, column: str, problems: list[Problem], *, required: bool = True) -> str:
    """The text in a cell with a name.

    A question mark in a name is what is left of a letter that the encoding of the file does not have: sending it would
    spoil the name in the test system and on the report.
    """
    text = filled(row, column, problems) if required else row.text(column)
    if "?" in text or "\ufffd" in text:
        rule = "holds a question mark where a letter was lost; save the file as CSV UTF-8"
        problems.append(row.problem(column, rule))
    return text


def voorletters(row: Row, problems: list[Problem]) -> str:
    """The initials without dots and spaces."""
    found = len(problems)
    text = naam(row, "voorletters", problems).replace(".", "").replace(" ", "")
    if len(problems) == found and not (text.isalpha() and len(text) <= 6):
        problems.append(row.problem("voorletters", "expected 1 to 6 letters; of more given names the first six"))
    return text


def advies(row: Row, codes: Sequence[str], problems: list[Problem]) -> str:
    """The code of the advice; empty when the cell holds none."""
    text = filled(row, "advies", problems)
    code = parse_advies(text, codes)
    if text and code is None:
        rule = f"is not understood as one of the {len(codes)} codes of this agreement, such as VMBO_GL/TL or HAVO_TM_VWO"
        problems.append(row.problem("advies", rule))
    return code or ""


def geboortedatum(row: Row, problems: list[Problem]) -> dt.date:
    """The date of birth; the first day of the calendar when the cell holds none."""
    text = filled(row, "geboortedatum", problems)
    date = parse_date(text)
    if text and date is None:
        problems.append(row.problem("geboortedatum", "expected a date as YYYY-MM-DD or DD-MM-YYYY"))
    return date or dt.date.min


def jaargroep(row: Row, problems: list[Problem]) -> str:
    """The level of a pupil; empty when the cell holds something else."""
    level = parse_jaargroep(row.text("jaargroep"))
    if level is None:
        rule = "expected 7 or 8 (8 also for leerjaar 8 and up in special education)"
        problems.append(row.problem("jaargroep", rule))
    return level or ""


def geslacht(row: Row, problems: list[Problem]) -> int | None:
    """The formal sex as 1, 2 or 9; None when the cell is empty or holds something else."""
    key = _WHOLE.sub(r"\1", row.text("geslacht").lower())
    if key not in _GESLACHT:
        rule = "expected 1 or m (man), 2 or v (vrouw), 9 or x (not specified), or nothing"
        problems.append(row.problem("geslacht", rule))
    return _GESLACHT.get(key)


def deelname(row: Row, problems: list[Problem]) -> Deelname | None:
    """Why a pupil takes no part in the test; None when the cell is empty or holds something else. It is never sent."""
    word = row.text("deelname").lower()
    if word and word not in set(Deelname):
        problems.append(row.problem("deelname", f"expected {' or '.join(Deelname)}, or nothing"))
    return Deelname(word) if word in set(Deelname) else None
