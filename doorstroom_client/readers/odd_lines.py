"""Lines of a table that are no pupils: titles above the header, the header once more, totals. Nothing here raises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from doorstroom_client.errors import Problem
from doorstroom_client.readers.columns import MAX_COLUMNS, at, column_of, forbidden_name
from doorstroom_client.readers.record import Record
from doorstroom_client.readers.table import Table

LOOKED_AT = 10
"""Records in which a header is looked for."""
_FEW_CELLS = 3
_TOTAL = re.compile(r"(?:sub|eind)?totaal\b.{0,40}|(?:grand |sub)?total\b.{0,40}|aantal\b.{0,40}", re.IGNORECASE)
_DELIMITERS = re.compile("[;,\t|]")
_AGAIN = "is the header once more, as when files are put together; remove this line"
_TOTALS = "looks like a line of totals; remove it, or move it out of the file"
_MIXED = "has another delimiter than the header; use one in the whole file"


def from_header(records: Iterator[Record], table: Table) -> Iterator[Record]:
    """The records from the header on.

    Titles above it are skipped, and told, when each is one cell; what else stands there is a problem.

    Args:
        records: those of the file.
        table: gets what is told.
    """
    first = list(islice(records, LOOKED_AT))
    header = header_at(first)
    above = first[:header]
    if any(record.fault or _filled(record) > 1 for record in above):
        line = first[header].line
        table.problems += [
            Problem(at(item.line), f"stands above the header, which is on line {line}; remove it") for item in above
        ]
        table.hint = "Begin the file with the names of the columns; nothing of it was used"
        return
    for record in above:
        told = Problem(at(record.line), "stands above the header, and is skipped")
        if told not in table.warnings:  # a file for many schools is gone through twice
            table.warnings.append(told)
    yield from chain(first[header:], records)


def no_pupil(record: Record, columns: Sequence[str | None]) -> str:
    """Why a record under the header is no pupil; empty when it can be one.

    Args:
        record: as it stands in the file.
        columns: the column of each cell of the header.
    """
    if record.fault:
        return ""
    cells = record.cells
    if len(cells) == 1 and len(columns) > 1 and len(_DELIMITERS.split(cells[0])) == len(columns):
        return _MIXED
    used = [(place, name) for place, name in enumerate(columns) if name is not None]
    if used and all(place < len(cells) and column_of(cells[place]) == name for place, name in used):
        return _AGAIN
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    return _TOTALS if _filled(record) <= _FEW_CELLS and _TOTAL.fullmatch(first) else ""


class Nameless:
    """Cells under an empty cell of the header: they are not used, and the first of each column is told.

    Args:
        header: the record with the names.
        table: gets what is told.
    """

    def __init__(self, header: Record, table: Table) -> None:
        self._places = [place for place, cell in enumerate(header.cells) if not cell.strip()]
        self._table = table

    def look_at(self, record: Record) -> None:
        """Tell what stands under no name."""
        for place in list(self._places):
            if place < len(record.cells) and record.cells[place].strip():
                self._places.remove(place)
                told = Problem(at(record.line), f"cell {place + 1} has no name in the header, so that column is not used")
                if told not in self._table.warnings:
                    self._table.warnings.append(told)


def header_at(first: Sequence[Record]) -> int:
    """The place of the header: the first record, unless it names nothing and a later one names two columns."""
    if not first or first[0].fault or _names(first[0]):
        return 0
    return next((place for place, record in enumerate(first) if _names(record) > 1), 0)


def _names(record: Record) -> int:
    return sum(bool(column_of(cell) or forbidden_name(cell)) for cell in record.cells[: MAX_COLUMNS + 1])


def _filled(record: Record) -> int:
    return sum(bool(cell.strip()) for cell in record.cells)
