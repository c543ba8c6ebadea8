"""The columns of a CSV: the names they go by, and what a cell may hold.

No function here raises, and no problem repeats a value.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import Problem
from doorstroom_client.messages.leerlingenlijst import Deelname
from doorstroom_client.readers.advies_spelling import parse_advies

IDENTITIES = ("eck_id", "las_key")
"""At least one of these columns is needed, and at least one of them filled on every line."""

MAX_COLUMNS = 256
"""A header with more cells is not a table of pupils."""

SCHOOL = "school"
"""The column that says of which school a line is, in a file for many schools."""

_NAMES: Mapping[str, tuple[str, ...]] = {
    SCHOOL: ("school",),
    "eck_id": ("eckid", "ketenid"),
    # A leerlingnummer is no LAS-key: it means something outside the chain, so no such name stands here.
    "las_key": ("laskey", "lassleutel"),
    "advies": ("advies", "schooladvies", "voorlopigschooladvies", "voorlopigadvies", "basisschooladvies", "advice"),
    "achternaam": ("achternaam", "familienaam", "surname", "lastname"),
    "voorvoegsel": ("voorvoegsel", "voorvoegsels", "tussenvoegsel", "tussenvoegsels", "prefix"),
    "roepnaam": ("roepnaam", "voornaam", "firstname", "callingname"),
    "voorletters": ("voorletters", "voorletter", "initialen", "initials"),
    "geboortedatum": ("geboortedatum", "gebdatum", "dateofbirth", "birthdate"),
    "geslacht": ("geslacht", "sekse", "mv", "gender", "sex"),
    "groep": ("groep", "groepsnaam", "stamgroep", "klas", "group", "class"),
    "jaargroep": ("jaargroep", "leerjaar", "year", "grade"),
    "deelname": ("deelname",),
}
_CANONICAL = {name: column for column, names in _NAMES.items() for name in names}

_FORBIDDEN_WORDS = ("bsn", "pgn")
_FORBIDDEN_PARTS = (
    "burgerservicenummer",
    "onderwijsnummer",
    "sofinummer",
    "persoonsgebondennummer",
    "bsnnummer",
    "bsnnr",
    "pgnnummer",
)

_EXCEL_TEXT = re.compile(r'="(.*)"', re.DOTALL)
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


@frozen
class Layout:
    """The columns that one kind of file has.

    Attributes:
        required: must be in the header, next to one of `IDENTITIES`.
        optional: are used when they are there.
        example: a header line to show to whoever has none.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...]
    example: str

    @property
    def used(self) -> tuple[str, ...]:
        """All columns that are read; any other is ignored."""
        return (*IDENTITIES, *self.required, *self.optional)

    @property
    def with_school(self) -> Layout:
        """This layout for many schools in one file."""
        return replace(self, required=(SCHOOL, *self.required), example=f"{SCHOOL};{self.example}")

    def columns_of(self, header: Sequence[str]) -> list[str | None]:
        """The column that each cell of a header names; None where it is not used."""
        wanted = (*self.used, SCHOOL)  # of which school a line is, is looked at in every file
        return [name if name in wanted else None for name in map(column_of, header)]


ADVIEZEN = Layout(required=("advies",), optional=(), example="eck_id;las_key;advies")
DEELNEMERS = Layout(
    required=("achternaam", "roepnaam", "voorletters", "geboortedatum", "groep"),
    optional=("voorvoegsel", "jaargroep", "geslacht", "deelname"),
    example="eck_id;las_key;achternaam;voorvoegsel;roepnaam;voorletters;geboortedatum;geslacht;groep;jaargroep",
)

LEERLINGEN = Layout(
    required=("achternaam",),
    optional=("voorvoegsel", "roepnaam", "groep", "deelname"),
    example="eck_id;las_key;achternaam;voorvoegsel;roepnaam;groep",
)


@frozen
class Row:
    """One record of the file.

    Attributes:
        line: the line in the file on which the record starts, from 1.
        cells: the cleaned text of each used column.
        fault: why the record has no cells, when it could not be taken apart.
    """

    line: int
    cells: Mapping[str, str] = field(repr=False)
    fault: str = ""

    @classmethod
    def of(cls, line: int, record: Sequence[str], columns: Sequence[str | None]) -> Row:
        """Put the cells of `record` under their columns; empty ones at the end may be left out."""
        if len(record) > len(columns):  # its cells may have shifted, so nothing else can be said of it
            counts = f"has {len(record)} cells and the header {len(columns)}"
            return cls(line, {}, f"{counts}; put quotes around a text that holds a delimiter")
        cells = zip(columns, record, strict=False)
        return cls(line, {name: clean(cell) for name, cell in cells if name is not None})

    def text(self, column: str) -> str:
        """The text in `column`; empty when the line or the file does not have it."""
        return self.cells.get(column, "")

    def problem(self, column: str, text: str) -> Problem:
        """A problem in `column` of this line."""
        return Problem(at(self.line, column), text)


def at(line: int, column: str = "") -> str:
    """The place of a problem, as people look for it in their file."""
    return f'line {line}, column "{column}"' if column else f"line {line}"


def column_of(header_cell: str) -> str | None:
    """The canonical name of a column; None when it is not a known one."""
    return _CANONICAL.get(_plain(header_cell))


def forbidden_name(header_cell: str) -> str | None:
    """The forbidden number that a column is named after; None when there is nothing against it."""
    for name in _FORBIDDEN_PARTS:
        if name in _plain(header_cell):
            return name
    words = re.split(r"[\W_]+", header_cell.casefold())
    return next((name for name in _FORBIDDEN_WORDS if name in words or name == _plain(header_cell)), None)


def header_problems(header: Sequence[str], line: int, layout: Layout) -> list[Problem]:
    """Everything that is wrong with a header.

    A cell that is not a known name is never repeated: in a file without header it is somebody's data.
    """
    if len(header) > MAX_COLUMNS:
        return [Problem(at(line), f"the header has {len(header)} cells; at most {MAX_COLUMNS} are read")]
    problems: list[Problem] = []
    for name in dict.fromkeys(forbidden_name(cell) for cell in header):
        if name is not None:
            problems.append(Problem(at(line, name), "remove the column; the chain never carries this number"))
    columns = [column_of(cell) for cell in header]
    for name in layout.used:
        places = [str(place) for place, column in enumerate(columns, start=1) if column == name]
        if len(places) > 1:
            text = f"stands in the header more than once (cells {', '.join(places)}); keep one"
            problems.append(Problem(at(line, name), text))
    missing = [name for name in layout.required if name not in columns]
    if not any(name in columns for name in IDENTITIES):
        missing.insert(0, " or ".join(IDENTITIES))
    if missing:
        known = ", ".join(dict.fromkeys(name for name in columns if name is not None)) or "none"
        text = f"the header misses these columns: {', '.join(missing)}; recognised columns: {known}"
        problems.append(Problem(at(line), text))
    return problems


def clean(cell: str) -> str:
    """The text of a cell without surrounding spaces and without the ``="..."`` that marks text for Excel."""
    text = cell.strip().strip("\ufeff")
    wrapped = _EXCEL_TEXT.fullmatch(text)
    return wrapped.group(1).replace('""', '"').strip() if wrapped else text


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


def _plain(header_cell: str) -> str:
    """A name without case, diacritics, spaces, dashes and other marks, for comparing."""
    decomposed = unicodedata.normalize("NFKD", header_cell.casefold())
    return "".join(letter for letter in decomposed if letter.isalnum())
