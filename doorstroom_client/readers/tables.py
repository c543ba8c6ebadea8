"""CSV files with advice or pupils, as Dutch Excel, LibreOffice and databases write them.

No function that raises has the content of a file in a variable that shows it: error reporters print the
variables of every frame, and what a file says about pupils must not end up there.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from doorstroom_client.errors import ConfigurationError, MessageError, Problem
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.readers.columns import (
    ADVIEZEN,
    DEELNEMERS,
    IDENTITIES,
    MAX_COLUMNS,
    Layout,
    Row,
    advies,
    at,
    column_of,
    filled,
    forbidden_name,
    geboortedatum,
    geslacht,
    header_problems,
    jaargroep,
    naam,
    voorletters,
)

MAX_BYTES = 5 * 1024 * 1024
"""Larger files are refused: a school with a thousand pupils stays under 0.5 MiB."""

_DELIMITERS = ";,\t"
_SEP_LINE = re.compile(r'"?sep=([;,\t])"?[;,\t]*\s*', re.IGNORECASE)
_SAVE_AS_CSV = "Save the sheet as CSV, preferably as CSV UTF-8"


def read_adviezen(source: Path | bytes, *, afspraak: Afspraak) -> list[Advies]:
    """Read the voorlopig schooladviezen from a CSV with the columns eck_id and/or las_key, and advies.

    Args:
        source: the file, or its content. UTF-8, UTF-16 with BOM or Windows-1252, with ``;``, ``,`` or TAB.
        afspraak: the agreement version whose advice values may be used.

    Returns:
        The advice in the order of the file. The form of the identities is checked by whoever builds the list.

    Raises:
        MessageError: the content does not fit; names every line and column, never a value.
        ConfigurationError: the file cannot be read, or this agreement has no exchange of advice.
    """
    sheet = _read_sheet(source, ADVIEZEN, failure=_without_advies(afspraak))
    del source
    sheet.raise_if_any()
    codes, problems = afspraak.schooladviezen, sheet.problems
    adviezen = [Advies(leerling, advies(row, codes, problems)) for row, leerling in _pupils(sheet)]
    sheet.raise_if_any()
    return adviezen


def read_deelnemers(source: Path | bytes, *, school: School | None = None) -> tuple[list[Stamgroep], list[Deelnemer]]:
    """Read pupils and their groups from a CSV.

    Needed are eck_id and/or las_key, achternaam, roepnaam, voorletters, geboortedatum and groep (the name of
    the group); voorvoegsel, jaargroep (8 when absent) and geslacht are used when they are there.

    Args:
        source: the file, or its content. UTF-8, UTF-16 with BOM or Windows-1252, with ``;``, ``,`` or TAB.
        school: the administration that the file is of. It makes the ids of the groups unique in the chain, where every
            school has an 8A; leave it out only when you set ids of your own.

    Returns:
        The groups in order of appearance, with an id that follows from school and name, and the pupils in the
        order of the file. Lengths and the form of the identities are checked by whoever builds the list.

    Raises:
        MessageError: the content does not fit; names every line and column, never a value.
        ConfigurationError: the file cannot be read.
    """
    sheet = _read_sheet(source, DEELNEMERS)
    del source
    sheet.raise_if_any()
    place = f"{school.routeringskenmerk}-" if school else ""
    deelnemers = [_deelnemer(row, leerling, place, sheet.problems) for row, leerling in _pupils(sheet)]
    sheet.raise_if_any()
    return _groepen(sheet.rows, deelnemers), deelnemers


@dataclass(slots=True)
class _Sheet:
    """A file as far as it could be read, with everything found so far; silent about its content.

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
        self.problems.append(problem)

    def refuse(self, text: str, *, hint: str) -> None:
        """Note something about the file as a whole."""
        self.add(Problem("file", text))
        self.hint = hint

    def raise_if_any(self) -> None:
        """Raise one error for everything that was found."""
        if self.failure is not None:
            raise self.failure
        if self.problems:
            raise MessageError(self.problems, what=self.name, hint=self.hint)


def _without_advies(afspraak: Afspraak) -> ConfigurationError | None:
    if afspraak.schooladviezen:
        return None
    text = f'afspraak "{afspraak.naam}" has no exchange of schooladviezen'
    return ConfigurationError(text, setting="afspraak", hint="Use version 1.1 or newer")


# --- from a file to rows: none of these functions raises ---


def _read_sheet(source: object, layout: Layout, *, failure: ConfigurationError | None = None) -> _Sheet:
    sheet = _Sheet(_name_of(source), failure=failure)
    content = None if failure else _content(source, sheet)
    if content is None:
        return sheet
    text = _decode(content) if len(content) <= MAX_BYTES else ""
    if len(content) > MAX_BYTES:
        sheet.refuse(f"is over {MAX_BYTES // 1024**2} MiB", hint="Leave out what is not needed, or split it")
    elif text is None:
        sheet.refuse("is not text in UTF-8, UTF-16 with BOM or Windows-1252", hint=_SAVE_AS_CSV)
    elif "\0" in text:
        sheet.refuse("holds NUL bytes, so it is not a CSV file", hint=_SAVE_AS_CSV)
    else:
        _read_records(text, layout, sheet)
    return sheet


def _name_of(source: object) -> str:
    if not isinstance(source, Path):
        return "csv"
    # A name that is not valid in the encoding of the file system must still be printable.
    return source.name.encode("utf-8", "replace").decode() or "file"


def _content(source: object, sheet: _Sheet) -> bytes | None:
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
    text = f'"{sheet.name}" cannot be read: {reason}'
    sheet.failure = ConfigurationError(text, setting="file", hint="Check the path and the rights on the file")
    return None


def _decode(content: bytes) -> str | None:
    """The text in the encoding that a BOM names, else in UTF-8 if it can be that, else in Windows-1252."""
    encodings: tuple[str, ...] = ("utf-8", "cp1252")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    elif content.startswith(codecs.BOM_UTF8):
        encodings = ("utf-8-sig",)
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _read_records(text: str, layout: Layout, sheet: _Sheet) -> None:
    example = f"Start the file with a line of column names, for example: {layout.example}"
    lines = list(io.StringIO(text, newline=""))  # splits at CRLF, LF and CR, and at nothing else
    sep = _SEP_LINE.fullmatch(lines[0]) if lines else None
    skipped = 1 if sep else 0
    delimiter = sep.group(1) if sep else _delimiter(lines)
    columns: list[str | None] | None = None
    for line, record in _records(lines[skipped:], delimiter, skipped):
        if record is None:
            sheet.rows.append(Row(line, {}, "has unmatched quotes; close each, and double one inside a text"))
        elif columns is None:
            sheet.problems += header_problems(record, line, layout)
            if sheet.problems:  # without a sound header nothing sensible can be said about the lines
                forbidden = any(forbidden_name(cell) for cell in record)
                sheet.hint = "Remove that column from the file; nothing of it was used" if forbidden else example
                return
            columns = layout.columns_of(record)
        else:
            sheet.rows.append(Row.of(line, record, columns))
    if columns is None and not sheet.rows:
        sheet.refuse("is empty", hint=example)
    elif not sheet.rows:
        sheet.refuse("has a header but no pupils", hint="Add a line for every pupil")


def _delimiter(lines: list[str]) -> str:
    """The delimiter with which the header makes most sense: most known columns, then most cells."""

    def sense(delimiter: str) -> tuple[int, int]:
        _, header = next(_records(lines, delimiter, 0), (0, None))
        known = [cell for cell in (header or ())[:MAX_COLUMNS] if column_of(cell) or forbidden_name(cell)]
        return len(known), len(header or ())

    return max(_DELIMITERS, key=sense)


def _records(lines: list[str], delimiter: str, skipped: int) -> Iterator[tuple[int, list[str] | None]]:
    """Every record that holds something, with the line on which it starts; None where the quotes fail."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        line = skipped + reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None
            return  # from here on it is unknown what is text and what is delimiter
        if "".join(record).strip(" \u00a0\ufeff\r\n" + _DELIMITERS):
            yield line, record


# --- from rows to values ---


def _pupils(sheet: _Sheet) -> Iterator[tuple[Row, Leerling]]:
    """The rows with the pupil that each is about; notes those without identity and those that came before.

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
            first = row.line if value is None else seen.setdefault((name, value), row.line)
            if first != row.line:
                sheet.add(row.problem(name, f"is the same as on line {first}; give every pupil once"))
        yield row, Leerling(eck_id=eck_id, las_key=las_key)


def _deelnemer(row: Row, leerling: Leerling, place: str, problems: list[Problem]) -> Deelnemer:
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
