"""What every file with a table of pupils gives, whatever it is: records of cells, and what was understood of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Protocol

from doorstroom_client.basics.frozen import frozen


class CellKind(StrEnum):
    """What a cell of a workbook holds, where that is no text."""

    NUMBER = "number"
    DAY = "day"
    TRUTH = "truth value"
    ERROR = "error"
    MERGED = "merged"


@frozen
class Mark:
    """What is known of a cell besides its text.

    Attributes:
        kind: what it holds.
        fault: why its text cannot be trusted in whatever column, with the next step; empty when it can.
    """

    kind: CellKind
    fault: str = ""


@frozen
class Record:
    """One record of a table.

    Attributes:
        line: the line or row in the file on which it starts, from 1.
        cells: their texts.
        marks: what the cells are that hold no text, by their place in `cells`. In a CSV everything is text.
        fault: why the record has no cells, when it could not be taken apart.
    """

    line: int
    cells: Sequence[str] = field(default=(), repr=False)
    marks: Mapping[int, Mark] = field(default_factory=dict[int, Mark], repr=False)
    fault: str = ""


@frozen
class FileForm:
    """What was understood of a file as a whole, for people.

    Attributes:
        kind: what it is: ``CSV``, ``Excel (.xlsx)``.
        encoding: of its text; empty for a workbook.
        evidence: what the encoding was seen by.
        delimiter: between cells; empty for a workbook.
        sheet: the sheet that was read; empty for a CSV.
        notes: what else somebody should know, such as rows that are hidden.
    """

    kind: str = ""
    encoding: str = ""
    evidence: str = ""
    delimiter: str = ""
    sheet: str = ""
    notes: tuple[str, ...] = ()


class TableFile(Protocol):
    """A file that holds a table. What is wrong with it as a whole, and what was understood of it, is noted in a `Table`."""

    def records(self) -> Iterator[Record]:
        """Every record that holds something; ends early, and notes why, when the file cannot be read further."""
        ...

    def day(self, number: str) -> str:
        """A number as the day that this file means by it; the text itself when it means none."""
        ...
