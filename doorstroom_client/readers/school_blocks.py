"""Which school a key means, and the lines of each school in one file for many; nothing here raises for what a file holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError, Problem
from doorstroom_client.messages.school import School, find_school, is_school_code
from doorstroom_client.readers.columns import SCHOOL, Layout, Row, at
from doorstroom_client.readers.record import TableFile
from doorstroom_client.readers.table import Table
from doorstroom_client.readers.table_reading import rows_of

MAX_PUPILS = 10_000
"""More lines are not of one school."""
_MAX_LOOSE = 20
"""Lines that cannot be taken apart and are told to both schools around them."""
_SORT = "Put the lines of each school together, for example by sorting on this column"


@frozen
class FoundSchool:
    """What a key stands for.

    Attributes:
        naam: the school as the input calls it; its place when that could be somebody's data.
        school: the administration; None when it is not known, or nobody looked it up.
        error: why it is not known which one, or why its lines cannot be used.
        key: the same for all keys of one school; empty with an error.
    """

    naam: str
    school: School | None = None
    error: DoorstroomError | None = None
    key: str = ""


class SchoolKeys:
    """Finds schools by their keys, as `find_school` does, and notes which ones have had their turn."""

    def __init__(self, scholen: Sequence[School]) -> None:
        self._all = tuple(scholen)
        self._by_key: dict[str, list[School]] = {}
        self._had: dict[str, str] = {}
        for school in self._all:
            for key in school.codes:
                self._by_key.setdefault(key, []).append(school)

    def anew(self) -> SchoolKeys:
        """All these schools, of which none has had its turn."""
        return type(self)(self._all)

    def __contains__(self, key: str) -> bool:
        return key.strip().upper() in self._by_key

    def find(self, key: str, place: str, where: Problem, what: str) -> FoundSchool:
        """The school with a key.

        Args:
            key: as the input has it.
            place: where it stands, for when it has no form of a key: then it is not repeated.
            where: what to say in that case.
            what: the name of the file.
        """
        known = self._by_key.get(key.strip().upper(), [])
        if len(known) == 1:
            return FoundSchool(key.strip().upper(), known[0], key=known[0].routeringskenmerk)
        if not is_school_code(key):
            return FoundSchool(place, error=MessageError([where], what=what, hint="Correct it and read the file again"))
        try:
            find_school(tuple(known) or self._all, key.strip().upper())
        except ConfigurationError as error:
            return FoundSchool(key.strip().upper(), error=error.with_traceback(None))
        raise AssertionError("a key that is found is in the index")  # pragma: no cover

    def take_turn(self, found: FoundSchool, place: str, problem: str, what: str, hint: str) -> FoundSchool:
        """The school that was found, or an error when it has had its turn."""
        if not found.key:
            return found
        first = self._had.setdefault(found.key, place)
        if first == place:
            return found
        error = MessageError([Problem(place, problem.format(first=first))], what=what, hint=hint)
        return FoundSchool(found.naam, found.school, error)


class AnySchools(SchoolKeys):
    """Takes every key that has the form of one, when no schools are configured: each key is a school of its own."""

    def __init__(self, scholen: Sequence[School] = ()) -> None:
        super().__init__(scholen)

    def __contains__(self, key: str) -> bool:
        return is_school_code(key)

    def find(self, key: str, place: str, where: Problem, what: str) -> FoundSchool:
        """The school with a key, as `SchoolKeys.find` has it."""
        if is_school_code(key):
            return FoundSchool(key.strip().upper(), key=key.strip().upper())
        return super().find(key, place, where, what)


@dataclass(slots=True)
class ManyFile:
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


@dataclass(slots=True)
class SchoolBlock:
    """Lines of one school.

    Attributes:
        key: the school as its last line has it.
        found: which school that is.
        table: its lines.
    """

    key: str = field(repr=False)
    found: FoundSchool
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


def school_blocks(file: ManyFile, schools: SchoolKeys) -> Iterator[SchoolBlock]:
    """The lines of each school.

    A line that cannot be taken apart may be of the school before it or of the one after it, so it counts for both.
    """
    block: SchoolBlock | None = None
    loose: list[Row] = []
    for row in file.rows():
        if row.fault:
            loose = [*loose, row][:_MAX_LOOSE]
            _add_all(block, [row])
            continue
        key = row.text(SCHOOL)
        if block is None or key != block.key:
            place = at(row.line)
            wrong = "is empty" if not key else "is not a code of a school (BRIN, RIO, School OIN or routeringskenmerk)"
            found = schools.find(key, place, row.problem(SCHOOL, wrong), file.table.name)
            if block is not None and found.key and found.key == block.found.key:
                block.key = key  # another key of the same school
            else:
                if block is not None:
                    yield block
                late = "is of a school that stands elsewhere too, from {first} on"
                found = schools.take_turn(found, place, late, file.table.name, _SORT)
                block = SchoolBlock(key, found, Table(f"{file.table.name}, school {found.naam}"))
                _add_all(block, loose)
        loose = []
        block.add(row)
    if block is not None:
        yield block


def _add_all(block: SchoolBlock | None, rows: Iterable[Row]) -> None:
    for row in rows:
        if block is not None:
            block.add(row)
