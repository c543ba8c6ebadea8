"""The columns of a table of pupils: the names they go by, and the rows under them. Nothing here raises or repeats a value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import Problem
from doorstroom_client.readers.letters import LINE_BREAK, clean, tidied
from doorstroom_client.readers.record import Mark, Record

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
        marks: what is known of a cell that holds no text.
        fault: why the record has no cells, when it could not be taken apart.
        broken: the columns whose text stood on more than one line.
    """

    line: int
    cells: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    marks: Mapping[str, Mark] = field(default_factory=dict[str, Mark], repr=False)
    fault: str = ""
    broken: tuple[str, ...] = ()

    @classmethod
    def of(cls, record: Record, columns: Sequence[str | None]) -> Row:
        """Put the cells of `record` under their columns; empty ones at the end may be left out."""
        if record.fault:
            return cls(record.line, fault=record.fault)
        if len(record.cells) > len(columns):  # its cells may have shifted, so nothing else can be said of it
            counts = f"has {len(record.cells)} cells and the header {len(columns)}"
            return cls(record.line, fault=f"{counts}; put quotes around a text that holds a delimiter")
        cells = zip(columns, record.cells, strict=False)
        marks = {name: mark for at, mark in record.marks.items() if at < len(columns) and (name := columns[at])}
        # A key is sent as it stands there; of all other texts only what is the same to whoever reads it.
        texts = {name: clean(cell) for name, cell in cells if name is not None}
        broken: list[str] = []
        for name, text in texts.items():
            if name not in IDENTITIES and (same := tidied(text)) is not text:
                texts[name] = same
                if LINE_BREAK.search(text):
                    broken.append(name)
        return cls(record.line, texts, marks, broken=tuple(broken))

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


def _plain(header_cell: str) -> str:
    """A name without case, diacritics, spaces, dashes and other marks, for comparing."""
    decomposed = unicodedata.normalize("NFKD", header_cell.casefold())
    return "".join(letter for letter in decomposed if letter.isalnum())
