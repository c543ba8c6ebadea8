"""A workbook as the records of one sheet; needs the extra ``excel``. Nothing here raises for what a file holds.

A sheet is read as a whole before its first row is given, because a workbook says after its rows which of them are merged, and a
wrong value must not have been handed out by then.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.extras import not_installed
from doorstroom_client.readers.columns import MAX_COLUMNS, column_of
from doorstroom_client.readers.odd_lines import LOOKED_AT, header_at
from doorstroom_client.readers.record import CellKind, FileForm, Mark, Record
from doorstroom_client.readers.table import Table
from doorstroom_client.readers.workbook_cells import day_of, number_of
from doorstroom_client.readers.workbook_kinds import ZIP, is_workbook, opened
from doorstroom_client.readers.workbook_sheet import Book, Sheet, SheetName, Unreadable, column_name, covered

__all__ = ["WorkbookFile", "is_workbook", "open_workbook"]

_FIRST_YEAR = 2000
"""No pupil was born before it."""
_DAY_FIRST = re.compile("[1-9](?:0[1-9]|1[0-2])[0-2][0-9]")
"""A day, a month and a year of which the zero in front was lost."""
_MOST_LOOKED_AT = 50
"""Sheets that are looked at for something that was not read."""
_MOST_TOLD = 30
"""Names of sheets in one message."""


def open_workbook(content: bytes, table: Table, sheet: str | None) -> WorkbookFile:
    """A workbook that is read.

    Args:
        content: its bytes.
        table: gets what was understood of it, and what is wrong with it.
        sheet: name of the sheet; the first visible one that holds something when left out.
    """
    return WorkbookFile(content, table, sheet)


@dataclass(slots=True, repr=False)
class WorkbookFile:
    """A workbook that is being read."""

    content: bytes
    table: Table
    sheet: str | None = None
    _from_1904: bool = False
    _records: Sequence[Record] | None = None
    _notes: list[str] = field(default_factory=list[str])

    def records(self) -> Iterator[Record]:
        """The rows of a sheet that hold something, from its header on; none, and noted why, when they cannot be read."""
        if self._records is None:
            self._records = ()
            self._read()
        yield from self._records

    def day(self, number: str) -> str:
        """A number as the day that the workbook means by it; the number itself when it is none."""
        days = number_of(number)
        if days is None or days != int(days) or not 1 <= days < 100_000:
            return number
        day = day_of(days, from_1904=self._from_1904)
        # 2014 may be a year, and 40514 the fourth of May: such a number is left as it is, and no date of birth.
        return number if day is None or day.year < _FIRST_YEAR or _DAY_FIRST.fullmatch(number) else day.isoformat()

    def _read(self) -> None:
        missing = _missing(self.content)
        if missing is not None:
            self.table.failure = missing
            return
        try:
            book = opened(self.content)
            name, sheet = self._chosen(book)
            self._from_1904 = book.from_1904
            self._records = self._sound(sheet)
            self.table.form = FileForm(book.kind, sheet=name.name, notes=tuple(self._notes))
        except Unreadable as error:
            self.table.refuse(error.reason, hint=error.hint)

    def _chosen(self, book: Book) -> tuple[SheetName, Sheet]:
        """The sheet that is meant, with what it holds."""
        if self.sheet is not None:
            name = _named(book.sheets, self.sheet)
            return name, book.read(name)
        shown = [name for name in book.sheets if name.visible]
        for number, name in enumerate(shown[:_MOST_LOOKED_AT]):
            if book.read(name, only_look=True).records:
                if number:
                    self._notes.append(f"{_count(number, 'sheet')} in front of it {'is' if number == 1 else 'are'} empty")
                rest = shown[number + 1 :][:_MOST_LOOKED_AT]
                more = sum(_has_data(book, other) for other in rest)
                if more:
                    self._notes.append(f"{_count(more, 'other sheet')} with data {'was' if more == 1 else 'were'} not read")
                return name, book.read(name)
        if not shown:
            raise Unreadable("has no sheet that can be read", "Put the pupils on a sheet that is not hidden")
        return shown[0], Sheet()

    def _sound(self, sheet: Sheet) -> list[Record]:
        """The rows that hold something, with what is merged or hidden told."""
        records = sheet.records
        place = header_at(records[:LOOKED_AT])
        if place >= len(records):
            return []
        header = records[place]
        if sheet.far is not None and sheet.far[0] == header.line:
            return [Record(header.line, [*header.cells, *[""] * (sheet.far[1] + 1 - len(header.cells))])]
        used = {at for at, text in enumerate(header.cells) if column_of(text)}
        for merge in sheet.merges:
            if merge.top < header.line <= merge.bottom + 1 and not used.isdisjoint(range(merge.left, merge.right + 1)):
                text = f"has merged cells in the header ({merge.name})"
                raise Unreadable(text, "Split the merged cells, and give every column its own name in one row")
        self._tell_hidden(sheet, records, header)
        below = _marked(records[place + 1 :], used, sheet)
        # In a workbook no cell moves to another column, so what stands under no name is not used and told as such.
        names = [*header.cells, *[""] * (max((len(record.cells) for record in below), default=0) - len(header.cells))]
        return [*records[:place], Record(header.line, names, header.marks), *below]

    def _tell_hidden(self, sheet: Sheet, records: Sequence[Record], header: Record) -> None:
        rows = sum(record.line in sheet.hidden_rows for record in records)
        columns = sum(at in sheet.hidden_columns for at, text in enumerate(header.cells) if text)
        for count, what in ((rows, "row"), (columns, "column")):
            if count:
                self._notes.append(f"{_count(count, what)} {'is' if count == 1 else 'are'} hidden, and read like the others")
        if sheet.far is not None:
            self._notes.append(f"cells to the right of column {column_name(MAX_COLUMNS - 1)} are not read")
        if sheet.empty_results:
            text = "formulas have nothing as their outcome; if that is wrong, open the file in Excel and save it"
            self._notes.append(f"{sheet.empty_results} {text}")


def _missing(content: bytes) -> ConfigurationError | None:
    """Why this workbook cannot be read: the library that does it is not installed."""
    name = "lxml.etree" if content.startswith(ZIP) else "xlrd"
    try:
        importlib.import_module(name)
    except ImportError:
        return not_installed("excel", f"reading this workbook with {name.partition('.')[0]}", instead="give a CSV")
    return None


def _has_data(book: Book, sheet: SheetName) -> bool:
    """Whether a sheet that is not read holds something, as far as can be seen."""
    try:
        return bool(book.read(sheet, only_look=True).records)
    except Unreadable:
        return False


def _named(sheets: Sequence[SheetName], wanted: str) -> SheetName:
    """The sheet with a name, whatever its case when only one is called like that."""
    alike = [sheet for sheet in sheets if sheet.name.strip().casefold() == wanted.strip().casefold()]
    exact = [sheet for sheet in alike if sheet.name == wanted]
    if len(exact) == 1 or len(alike) == 1:
        return (exact or alike)[0]
    if exact:
        raise Unreadable(f"has {len(exact)} sheets of that name", "Give each sheet a name of its own")
    names = ", ".join(f'"{sheet.name}"' for sheet in sheets[:_MOST_TOLD])
    more = " and others" if len(sheets) > _MOST_TOLD else ""
    raise Unreadable(
        f"has no sheet of that name; its sheets are {names}{more}", "Name one of its sheets, or none for the first one"
    )


def _marked(records: Sequence[Record], used: set[int], sheet: Sheet) -> list[Record]:
    """The rows with a problem in each cell of a column that is used and has no value of its own, because it is merged."""
    faults: dict[int, dict[int, Mark]] = {}
    for line, at, merge in covered(sheet.merges, [record.line for record in records]):
        if at in used:
            text = f"is merged with other cells ({merge.name}); split them and fill in each"
            faults.setdefault(line, {})[at] = Mark(CellKind.MERGED, text)
    found: list[Record] = []
    for record in records:
        merged = faults.get(record.line)
        if merged is None:
            found.append(record)
        else:
            missing = max(merged) + 1 - len(record.cells)
            found.append(Record(record.line, [*record.cells, *[""] * missing], {**record.marks, **merged}))
    return found


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
