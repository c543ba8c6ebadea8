"""A table of advice or pupils as far as it could be read, with everything that is wrong with it.

No function that raises has the content of a file in a variable that shows it: error reporters print the
variables of every frame, and what a file says about pupils must not end up there.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError, Problem
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.identifiers import NO_KEY, is_no_key
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.readers.columns import (
    IDENTITIES,
    SCHOOL,
    Layout,
    Row,
    advies,
    at,
    deelname,
    filled,
    forbidden_name,
    geboortedatum,
    geslacht,
    header_problems,
    jaargroep,
    naam,
    voorletters,
)
from doorstroom_client.readers.lines import Lines, Scan, records
from doorstroom_client.readers.workbook import Workbook
from doorstroom_client.readers.xml_events import PACKED, looks_like_xml

MAX_BYTES = 5 * 1024 * 1024
"""Larger files of one school are refused: a school with a thousand pupils stays under 0.5 MiB."""
_WORKBOOK = b"PK\x03\x04"
SAVE_AS_CSV = "Save the sheet as CSV, preferably as CSV UTF-8"
BAD_QUOTES = "has unmatched quotes; close each, and double one inside a text"


@dataclass(slots=True)
class Sheet:
    """A table as far as it could be read, with everything found so far; silent about its content.

    Attributes:
        name: of the file, without directories.
        hint: the next step when there are problems.
        failure: why nothing could be read at all.
        rows: the records with their cells.
        problems: what is wrong with the content.
    """

    name: str
    hint: str = "Correct these lines and read the file again; nothing of it was used"
    failure: ConfigurationError | None = None
    rows: list[Row] = field(default_factory=list[Row], repr=False)
    problems: list[Problem] = field(default_factory=list[Problem], repr=False)

    def add(self, problem: Problem) -> None:
        """Note something about the content."""
        self.problems.append(problem)

    def refuse(self, text: str, *, hint: str) -> None:
        """Note something about the file as a whole."""
        self.add(Problem("file", text))
        self.hint = hint

    def cannot_be_read(self, reason: str) -> None:
        """Note why there is no content."""
        text = f'"{self.name}" cannot be read: {reason}'
        self.failure = ConfigurationError(text, setting="file", hint="Check the path and the rights on the file")

    @property
    def error(self) -> DoorstroomError | None:
        """One error for everything that was found."""
        if self.failure is not None:
            return self.failure
        return MessageError(self.problems, what=self.name, hint=self.hint) if self.problems else None

    def raise_if_any(self) -> None:
        """Raise one error for everything that was found."""
        found = self.error
        if found is not None:
            raise found


def without_advies(afspraak: Afspraak) -> ConfigurationError | None:
    """Why no advice can be read for an agreement."""
    if afspraak.schooladviezen:
        return None
    text = f'afspraak "{afspraak.naam}" has no exchange of schooladviezen'
    return ConfigurationError(text, setting="afspraak", hint="Use version 1.1 or newer")


def name_of(source: object) -> str:
    """The name of a file for texts, without its directories."""
    if not isinstance(source, Path):
        return "csv"
    # A name that is not valid in the encoding of the file system must still be printable.
    return source.name.encode("utf-8", "replace").decode() or "file"


# --- from a file to rows: none of these functions raises ---


def read_sheet(source: object, layout: Layout, *, failure: ConfigurationError | None = None) -> Sheet:
    """Read the table of one school.

    Args:
        source: a path, or bytes.
        layout: the columns it should have.
        failure: why it need not be read.
    """
    sheet = Sheet(name_of(source), failure=failure)
    content = None if failure else _content(source, sheet)
    if content is None:
        return sheet
    if len(content) > MAX_BYTES:
        sheet.refuse(f"is over {MAX_BYTES // 1024**2} MiB", hint="Leave out what is not needed, or split it")
        return sheet
    if content.startswith(_WORKBOOK):
        _read_workbook(content, layout, sheet)
        return sheet
    if content.startswith(PACKED):
        sheet.refuse("is packed (gzip, zip or the like), so it is not a CSV file", hint=SAVE_AS_CSV)
        return sheet
    if looks_like_xml(content):
        sheet.refuse("is XML and not a table", hint="For pupils in EDEXML: deelnemers send, or read_edexml. It has no advice")
        return sheet
    scan = Scan()
    scan.feed(content, last=True)
    if scan.refusal or scan.encoding is None:
        sheet.refuse(scan.refusal, hint=SAVE_AS_CSV)
    else:
        _read_records(content.decode(scan.encoding), layout, sheet)
    return sheet


def _read_workbook(content: bytes, layout: Layout, sheet: Sheet) -> None:
    """Read the first sheet of an Excel workbook as if it were a CSV."""
    try:
        book = Workbook(content)
        columns: list[str | None] | None = None
        for cells in book.rows():
            if columns is None:
                columns = columns_of(cells.line, cells.texts, layout, sheet)
                if columns is None:
                    return
                continue
            days = {at for at in cells.numbers if at < len(columns) and columns[at] == "geboortedatum"}
            texts = [book.day(text) if at in days else text for at, text in enumerate(cells.texts)]
            sheet.rows.append(Row.of(cells.line, texts[: len(columns)], columns))
    except ConfigurationError as error:
        sheet.failure = error.with_traceback(None)
        return
    if book.problem:
        sheet.refuse(book.problem, hint=SAVE_AS_CSV)
    else:
        _check_rows(columns is not None, layout, sheet)


def _content(source: object, sheet: Sheet) -> bytes | None:
    if isinstance(source, bytes):
        return source
    reason = "give a Path, or the content as bytes"
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            reason = error.strerror or type(error).__name__
        except ValueError:
            reason = "this is not a possible path"
    sheet.cannot_be_read(reason)
    return None


def _read_records(text: str, layout: Layout, sheet: Sheet) -> None:
    lines = Lines(io.StringIO(text, newline=""))  # splits at CRLF, LF and CR, and at nothing else
    delimiter = lines.opening()
    columns: list[str | None] | None = None
    for line, record in records(lines, delimiter):
        if record is None:
            sheet.rows.append(Row(line, {}, BAD_QUOTES))
        elif columns is None:
            columns = columns_of(line, record, layout, sheet)
            if columns is None:
                return
        else:
            sheet.rows.append(Row.of(line, record, columns))
    _check_rows(columns is not None, layout, sheet)


def _check_rows(header: bool, layout: Layout, sheet: Sheet) -> None:
    if not header and not sheet.rows:
        refuse_empty(sheet, layout)
    elif not sheet.rows:
        refuse_without_pupils(sheet)
    elif len({row.text(SCHOOL).upper() for row in sheet.rows if not row.fault}) > 1:
        # Read as the file of one school, it would send pupils to a school that they are not of.
        sheet.refuse("is of more than one school", hint="Read it as a file for many schools, or give a file per school")


def columns_of(line: int, header: list[str], layout: Layout, sheet: Sheet) -> list[str | None] | None:
    """The column of each cell; None when the header is not sound: then nothing sensible can be said about the lines."""
    sheet.problems += header_problems(header, line, layout)
    if not sheet.problems:
        return layout.columns_of(header)
    forbidden = any(forbidden_name(cell) for cell in header)
    sheet.hint = "Remove that column from the file; nothing of it was used" if forbidden else _start_with(layout)
    return None


def refuse_empty(sheet: Sheet, layout: Layout) -> None:
    """Note that there is nothing in the file."""
    sheet.refuse("is empty", hint=_start_with(layout))


def refuse_without_pupils(sheet: Sheet) -> None:
    """Note that there is a header and nothing else."""
    sheet.refuse("has a header but no pupils", hint="Add a line for every pupil")


def _start_with(layout: Layout) -> str:
    return f"Start the file with a line of column names, for example: {layout.example}"


# --- from rows to values: nor do these; what they give may be used when the sheet has no error ---


def adviezen_of(sheet: Sheet, afspraak: Afspraak) -> list[Advies]:
    """The advice in a sheet."""
    codes, problems = afspraak.schooladviezen, sheet.problems
    return [Advies(leerling, advies(row, codes, problems)) for row, leerling in pupils(sheet)]


def deelnemers_of(sheet: Sheet, school: School | None) -> tuple[list[Stamgroep], list[Deelnemer]]:
    """The groups and the participants in a sheet.

    Args:
        sheet: what was read.
        school: makes the ids of the groups unique in the chain.
    """
    place = f"{school.routeringskenmerk}-" if school else ""
    deelnemers = [_deelnemer(row, leerling, place, sheet.problems) for row, leerling in pupils(sheet)]
    return ([], []) if sheet.problems else (_groepen(sheet.rows, deelnemers), deelnemers)


def pupils(sheet: Sheet) -> Iterator[tuple[Row, Leerling]]:
    """The rows with the pupil that each is about; notes those without identity or with a NULL, and those that came before.

    One row at a time, so that the problems come in the order of the file.
    """
    seen: dict[tuple[str, str], int] = {}
    for row in sheet.rows:
        if row.fault:
            sheet.add(Problem(at(row.line), row.fault))
            continue
        eck_id, las_key = (row.text(name) or None for name in IDENTITIES)
        if eck_id is None and las_key is None:
            sheet.add(Problem(at(row.line), "has no identity; fill eck_id, or las_key when there is none"))
        for name, value in (("eck_id", eck_id), ("las_key", las_key)):
            if value is not None and is_no_key(value):
                sheet.add(row.problem(name, NO_KEY))
                continue
            first = row.line if value is None else seen.setdefault((name, value), row.line)
            if first != row.line:
                sheet.add(row.problem(name, f"is the same as on line {first}; give every pupil once"))
        yield row, Leerling(eck_id, las_key, at(row.line))


def _deelnemer(row: Row, leerling: Leerling, place: str, problems: list[Problem]) -> Deelnemer:
    deelname(row, problems)  # a wrong word would be found in spring only; it stays at the school
    return Deelnemer(
        leerling=leerling,
        achternaam=naam(row, "achternaam", problems),
        voorvoegsel=naam(row, "voorvoegsel", problems, required=False) or None,
        roepnaam=naam(row, "roepnaam", problems),
        voorletters=voorletters(row, problems),
        geboortedatum=geboortedatum(row, problems),
        groep=place + _groep_id(filled(row, "groep", problems)),
        jaargroep=jaargroep(row, problems),
        geslacht=geslacht(row, problems),
    )


def _groep_id(name: str) -> str:
    return f"groep-{hashlib.sha256(_composed(name).encode()).hexdigest()[:12]}"


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _groepen(rows: list[Row], deelnemers: list[Deelnemer]) -> list[Stamgroep]:
    names: dict[str, str] = {}
    levels: dict[str, set[str]] = {}
    for row, deelnemer in zip(rows, deelnemers, strict=True):
        names.setdefault(deelnemer.groep, _composed(row.text("groep")))
        levels.setdefault(deelnemer.groep, set()).add(deelnemer.jaargroep)
    niveaus = {key: "C" if len(found) > 1 else min(found) for key, found in levels.items()}
    return [Stamgroep(key, name, niveaus[key]) for key, name in names.items()]
