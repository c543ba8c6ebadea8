"""A sheet of a workbook as it was read, whatever the kind of workbook, and the bounds of what is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.readers.columns import MAX_COLUMNS
from doorstroom_client.readers.record import Mark, Record
from doorstroom_client.readers.table import SAVE_AS_XLSX
from doorstroom_client.readers.workbook_cells import Cell

MAX_CELLS = 1_000_000
"""Cells of a sheet, up to the last filled one of each row. Who has more saves a CSV, which may have any size."""
MAX_ROWS = 100_000
MAX_SHEETS = 1_000
_LESS = "Leave out what is not needed, split it, or save it as CSV"
MAX_MERGES = 50_000
"""Merged ranges, and rows that they are on."""


class Unreadable(Exception):
    """Why a workbook cannot be read; caught in this package, and silent about its content.

    Args:
        reason: what is wrong.
        hint: the next step.
    """

    def __init__(self, reason: str, hint: str = SAVE_AS_XLSX) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def damaged(what: str = "is damaged") -> Unreadable:
    """Why a file is refused that no program wrote like this."""
    return Unreadable(what, SAVE_AS_XLSX)


@frozen
class SheetName:
    """A sheet of a workbook.

    Attributes:
        name: as its tab has it.
        visible: whether people see it.
        place: where the reader of this kind of workbook finds it.
    """

    name: str = field(repr=False)
    visible: bool
    place: str = ""


@frozen
class Merge:
    """Cells that were made one; rows and columns from 0, the last ones included."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def name(self) -> str:
        """As people see it: ``B2:B9``."""
        return f"{column_name(self.left)}{self.top + 1}:{column_name(self.right)}{self.bottom + 1}"


@dataclass(slots=True, repr=False)
class Sheet:
    """The filled cells of a sheet. Every method raises `Unreadable` where a bound is passed.

    Attributes:
        records: its rows that hold something, in order.
        merges: cells that were made one.
        hidden_rows: the lines of those records that are hidden.
        hidden_columns: places of hidden columns, from 0.
        far: the line and place of the first cell that is further to the right than any header goes.
        empty_results: how many formulas have nothing as their outcome, where it cannot be seen whether they were worked out.
    """

    records: list[Record] = field(default_factory=list[Record])
    merges: list[Merge] = field(default_factory=list[Merge])
    hidden_rows: set[int] = field(default_factory=set[int])
    hidden_columns: set[int] = field(default_factory=set[int])
    far: tuple[int, int] | None = None
    empty_results: int = 0
    _cells: int = 0

    def add(self, line: int, cells: Iterable[tuple[int, Cell]], *, hidden: bool = False) -> None:
        """Take in a row.

        Args:
            line: its number, from 1.
            cells: with their place, from 0, from left to right. Empty ones may be left out.
            hidden: whether people do not see it.
        """
        texts: list[str] = []
        marks: dict[int, Mark] = {}
        for at, (text, mark) in cells:
            if at >= MAX_COLUMNS and (text or mark):
                self.far = self.far or (line, at)
            elif text or mark:
                if at < len(texts):
                    raise damaged("is damaged: a cell stands in it twice")
                texts += [""] * (at - len(texts))
                texts.append(text)
                if mark is not None:
                    marks[at] = mark
        if marks or any(map(str.strip, texts)):
            self._keep(Record(line, texts, marks))
            if hidden:
                self.hidden_rows.add(line)

    def _keep(self, record: Record) -> None:
        """Take in a row that holds something, when there is room for it."""
        if self.records and record.line <= self.records[-1].line:
            raise damaged("is damaged: its rows are not in order")
        self._cells += len(record.cells)
        if len(self.records) >= MAX_ROWS:
            raise Unreadable(f"has over {MAX_ROWS} filled rows", _LESS)
        if self._cells > MAX_CELLS:
            raise Unreadable(f"has over {MAX_CELLS} cells", _LESS)
        self.records.append(record)

    def merge(self, merge: Merge) -> None:
        """Take in cells that were made one."""
        if len(self.merges) >= MAX_MERGES:
            raise Unreadable(f"has over {MAX_MERGES} merged cells", "Split the merged cells and fill in each")
        if merge.top <= merge.bottom and merge.left <= merge.right and (merge.top, merge.left) != (merge.bottom, merge.right):
            self.merges.append(merge)

    def hide_columns(self, first: int, last: int) -> None:
        """Take in that columns are hidden."""
        self.hidden_columns.update(range(max(first, 0), min(last, MAX_COLUMNS - 1) + 1))


class Book(Protocol):
    """A workbook that is open. Its methods raise `Unreadable`, which is silent about its content."""

    @property
    def kind(self) -> str:
        """What it is, for people."""
        ...

    @property
    def from_1904(self) -> bool:
        """Whether its days are counted from 1904."""
        ...

    @property
    def sheets(self) -> Sequence[SheetName]:
        """The sheets with cells, in order of their tabs."""
        ...

    def read(self, sheet: SheetName, *, only_look: bool = False) -> Sheet:
        """The cells of a sheet; with `only_look` no more than the first row that holds something."""
        ...


def column_name(at: int) -> str:
    """The letters of a column, from its place."""
    letters = ""
    at += 1
    while at:
        at, letter = divmod(at - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def column_at(letters: str) -> int:
    """The place of a column, from its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def covered(merges: Sequence[Merge], lines: Sequence[int]) -> Iterator[tuple[int, int, Merge]]:
    """Every cell that has no value of its own because it was made one with another: its line, its place and with which.

    Args:
        merges: the merged cells.
        lines: the lines that hold something; of others nothing is said.
    """
    known: Mapping[int, None] = dict.fromkeys(lines)
    left, last = MAX_MERGES, max(known, default=0)
    for merge in merges:
        for line in range(merge.top + 1, min(merge.bottom + 1, last) + 1):
            left -= 1
            if left < 0:
                raise Unreadable("has merged cells over too many rows", "Split the merged cells and fill in each")
            if line in known:
                for at in range(merge.left, min(merge.right, MAX_COLUMNS - 1) + 1):
                    if (line - 1, at) != (merge.top, merge.left):
                        yield line, at, merge
