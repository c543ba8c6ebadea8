"""The lists of many schools: one CSV with a column ``school``, or a folder with a CSV per school. Read one school at a time.

What is wrong with one school becomes the outcome of that school, and the others go on. As in the other readers, no function
that raises has the content of a file in a variable that shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config.edexml_keuze import Keuze
from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError, Problem
from doorstroom_client.messages.aanlevering import Aanlevering, Adviezenlijst, Deelnemerslijst, Onleesbaar
from doorstroom_client.messages.afspraak import NEWEST, Afspraak
from doorstroom_client.messages.identifiers import Brin, Oin, Routeringskenmerk
from doorstroom_client.messages.school import School, find_school
from doorstroom_client.readers.columns import ADVIEZEN, DEELNEMERS, SCHOOL, Layout, Row, at
from doorstroom_client.readers.from_rows import adviezen_of, deelnemers_of
from doorstroom_client.readers.one_school import deelnemers_from
from doorstroom_client.readers.record import TableFile
from doorstroom_client.readers.table import SAVE_AS_CSV, Table, name_of
from doorstroom_client.readers.table_reading import open_table, read_table, rows_of, without_advies

MAX_PUPILS = 10_000
"""More lines are not of one school."""
_MAX_LOOSE = 20
"""Lines that cannot be taken apart and are told to both schools around them."""
_SORT = "Put the lines of each school together, for example by sorting on this column"

Soort = Literal["adviezen", "deelnemers"]


def read_many(
    path: Path,
    kind: Soort,
    scholen: Sequence[School],
    *,
    afspraak: Afspraak = NEWEST,
    edexml: Keuze | None = None,
    sheet: str | None = None,
) -> Iterator[Aanlevering | Onleesbaar]:
    """Read the lists of many schools, one school at a time: any number of schools takes the memory of one.

    Schools are named by BRIN, School OIN or routeringskenmerk, in a column ``school`` next to the columns of a file of one
    school, with the lines of a school together; or as the name of a file in a folder (``99AA.csv``, and for participants
    ``99AA.xml`` with EDEXML).

    Args:
        path: the CSV, or the folder.
        kind: ``adviezen`` or ``deelnemers``.
        scholen: the administrations that may be named.
        afspraak: the agreement version whose advice values may be used; the newest of this library when left out.
        edexml: which pupils of EDEXML take part, and what is done where it leaves something open.
        sheet: name of the sheet of a workbook; the first one that holds something when left out.

    Returns:
        A list per school, in the order of the file, or of the names in the folder; an `Onleesbaar` for a school whose lines
        are not in order, or that is not one of `scholen`.

    Raises:
        MessageError: the file as a whole does not fit, such as one without a header. Nothing was handed out; except when
            the file is changed while it is read.
        ConfigurationError: the path cannot be read, or this agreement has no exchange of advice.
    """
    if kind not in ("adviezen", "deelnemers"):
        raise ConfigurationError('kind must be "adviezen" or "deelnemers"', setting="kind")
    layout = ADVIEZEN if kind == "adviezen" else DEELNEMERS
    failure = without_advies(afspraak) if kind == "adviezen" else None
    if failure is not None:
        raise failure
    reading = _Kind(kind, layout, afspraak, edexml or Keuze())
    schools = _Schools(scholen)
    if isinstance(path, Path) and path.is_dir():
        folder = Table(name_of(path))
        files = _files(path, schools, folder, reading.suffixes)
        folder.raise_if_any()
        return _read_folder(files, schools, reading)
    table = Table(name_of(path))
    file = _File(table, open_table(path, table, sheet=sheet), layout.with_school)
    file.look_for_pupils()
    table.raise_if_any()
    return _read_file(file, schools, reading)


@frozen
class _Kind:
    soort: Soort
    layout: Layout
    afspraak: Afspraak
    keuze: Keuze

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Names of files in a folder end with one of these."""
        return (".csv", ".xml") if self.soort == "deelnemers" else (".csv",)

    def read(self, found: _Found, table: Table) -> Aanlevering | Onleesbaar:
        """What a table holds of one school, or why it cannot be used."""
        error = found.error or table.error
        if error is None and found.school is not None:
            if self.soort == "adviezen":
                adviezen = adviezen_of(table, self.afspraak)
                if not table.problems:
                    return Adviezenlijst(found.school, adviezen, notes=table.notes)
            else:
                groepen, deelnemers = deelnemers_of(table, found.school)
                if not table.problems:
                    return Deelnemerslijst(found.school, groepen, deelnemers, notes=table.notes)
            error = table.error
        assert error is not None
        return Onleesbaar(found.naam, found.school, error)

    def read_xml(self, found: _Found, path: Path) -> Aanlevering | Onleesbaar:
        """What an EDEXML file holds of one school, or why it cannot be used."""
        assert found.school is not None
        lijst, error = deelnemers_from(path, found.school, self.keuze, None)
        if lijst is None and error is not None:
            return Onleesbaar(found.naam, found.school, error.with_traceback(None))
        assert lijst is not None
        return lijst


# --- which school is meant ---


@frozen
class _Found:
    """What a key stands for.

    Attributes:
        naam: the school as the input calls it; its place when that could be somebody's data.
        school: the administration.
        error: why it is not known which one, or why its lines cannot be used.
    """

    naam: str
    school: School | None = None
    error: DoorstroomError | None = None


class _Schools:
    """Finds schools by their keys, as `find_school` does, and notes which ones have had their turn."""

    def __init__(self, scholen: Sequence[School]) -> None:
        self._all = tuple(scholen)
        self._by_key: dict[str, list[School]] = {}
        self._had: dict[str, str] = {}
        for school in self._all:
            for key in {school.instellingscode, school.oin, school.routeringskenmerk}:
                self._by_key.setdefault(key, []).append(school)

    def __contains__(self, key: str) -> bool:
        return key.upper() in self._by_key

    def find(self, key: str, place: str, where: Problem, what: str) -> _Found:
        """The school with a key.

        Args:
            key: as the input has it.
            place: where it stands, for when it has no form of a key: then it is not repeated.
            where: what to say in that case.
            what: the name of the file.
        """
        known = self._by_key.get(key.upper(), [])
        if len(known) == 1:
            return _Found(key.upper(), known[0])
        if not any(form.fits(key.upper()) for form in (Brin, Oin, Routeringskenmerk)):
            return _Found(place, error=MessageError([where], what=what, hint="Correct it and read the file again"))
        try:
            find_school(tuple(known) or self._all, key.upper())
        except ConfigurationError as error:
            return _Found(key.upper(), error=error.with_traceback(None))
        raise AssertionError("a key that is found is in the index")  # pragma: no cover

    def take_turn(self, found: _Found, place: str, problem: str, what: str, hint: str) -> _Found:
        """The same, but with an error for a school that has had its turn."""
        if found.school is None:
            return found
        first = self._had.setdefault(found.school.routeringskenmerk, place)
        if first == place:
            return found
        error = MessageError([Problem(place, problem.format(first=first))], what=what, hint=hint)
        return _Found(found.naam, found.school, error)


# --- a folder ---


def _files(path: Path, schools: _Schools, folder: Table, suffixes: tuple[str, ...]) -> list[Path]:
    """The files that are meant: every CSV or EDEXML, and what is named after a school but is neither."""
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        folder.cannot_be_read(error.strerror or type(error).__name__)
        return []
    shown = [item for item in entries if not item.name.startswith((".", "~"))]
    files = [item for item in shown if item.suffix.lower() in suffixes or item.stem in schools]
    if not files:
        folder.refuse("has no CSV files", hint="Give a file per school, named after its BRIN, such as 99XX.csv")
    return files


def _read_folder(files: list[Path], schools: _Schools, kind: _Kind) -> Iterator[Aanlevering | Onleesbaar]:
    for path in files:
        what = name_of(path)
        unnamed = Problem("file", "is not named after a BRIN, School OIN or routeringskenmerk")
        found = schools.find(path.stem, what, unnamed, what)
        found = schools.take_turn(found, what, "is of the same school as {first}", what, "Keep one of the two")
        if found.error is not None:
            yield kind.read(found, Table(what))
        elif path.suffix.lower() == ".xml" and ".xml" in kind.suffixes:
            yield kind.read_xml(found, path)
        elif path.suffix.lower() != ".csv":
            table = Table(what)
            table.refuse("is not a CSV file", hint=SAVE_AS_CSV)
            yield kind.read(found, table)
        else:
            yield kind.read(found, read_table(path, kind.layout))


# --- one file: only `_read_file` raises ---


@dataclass(slots=True)
class _File:
    """A file for many schools.

    Attributes:
        table: what is wrong with the file as a whole.
        opened: its records; None when it cannot be read.
        layout: the columns it should have.
    """

    table: Table
    opened: TableFile | None
    layout: Layout

    def look_for_pupils(self) -> None:
        """Find out everything that concerns the file as a whole, before a school is handed out."""
        faults: list[Problem] = []
        for row in self.rows():
            if not row.fault:
                return
            if len(faults) < _MAX_LOOSE:
                faults.append(Problem(at(row.line), row.fault))
        self.table.problems += faults

    def rows(self) -> Iterator[Row]:
        """The lines after the header; ends early, and notes why, when the file cannot be read further."""
        return rows_of(self.opened, self.layout, self.table) if self.opened is not None else iter(())


def _read_file(file: _File, schools: _Schools, kind: _Kind) -> Iterator[Aanlevering | Onleesbaar]:
    for block in _blocks(file, schools):
        # The lines of the last school may not all be there when the file could not be read to its end.
        if file.table.error is None:
            yield kind.read(block.found, block.table)
    file.table.raise_if_any()


@dataclass(slots=True)
class _Block:
    """Lines of one school.

    Attributes:
        key: the school as its last line has it.
        found: which school that is.
        table: its lines.
    """

    key: str = field(repr=False)
    found: _Found
    table: Table

    def add(self, row: Row) -> None:
        """Take in a line; of a school that cannot be sent anyway, nothing is kept."""
        if self.found.error is not None or self.table.problems:
            return
        if len(self.table.rows) == MAX_PUPILS:
            self.table.rows.clear()
            self.table.add(Problem(at(row.line), f"is the line after {MAX_PUPILS} of the same school; more are not read"))
        else:
            self.table.rows.append(row)


def _blocks(file: _File, schools: _Schools) -> Iterator[_Block]:
    """The lines of each school.

    A line that cannot be taken apart may be of the school before it or of the one after it, so it counts for both.
    """
    block: _Block | None = None
    loose: list[Row] = []
    for row in file.rows():
        if row.fault:
            loose = [*loose, row][:_MAX_LOOSE]
            _add_all(block, [row])
            continue
        key = row.text(SCHOOL)
        if block is None or key != block.key:
            place = at(row.line)
            wrong = "is empty" if not key else "is not a BRIN, School OIN or routeringskenmerk"
            found = schools.find(key, place, row.problem(SCHOOL, wrong), file.table.name)
            if block is not None and found.school is not None and found.school is block.found.school:
                block.key = key  # another key of the same school
            else:
                if block is not None:
                    yield block
                late = "is of a school that stands elsewhere too, from {first} on"
                found = schools.take_turn(found, place, late, file.table.name, _SORT)
                block = _Block(key, found, Table(f"{file.table.name}, school {found.naam}"))
                _add_all(block, loose)
        loose = []
        block.add(row)
    if block is not None:
        yield block


def _add_all(block: _Block | None, rows: Iterable[Row]) -> None:
    for row in rows:
        if block is not None:
            block.add(row)
