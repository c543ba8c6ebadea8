"""What can be told from a column as a whole and not from one cell. Each is worked out once, when a cell asks for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from doorstroom_client.messages.identifiers import is_cell_error, is_no_key
from doorstroom_client.readers.columns import Row
from doorstroom_client.readers.record import CellKind

_MONTH_FIRST = re.compile(r"(?:0?[1-9]|1[0-2])([-/])(?:1[3-9]|2[0-9]|3[01])\1(?:[0-9]{4}|[0-9]{2})(?![0-9]).*")
_DECIMALS = re.compile(r"[0-9]+[.,][0-9]*[1-9][0-9]*")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:[.,][0-9]{3})*")
_LOST_DIGITS = re.compile(r"[1-9][0-9]{15,}")
_Tell = Callable[[list[str]], bool]
EXCEL_DIGITS = 15
"""Digits of a number that a spreadsheet keeps; it makes zeros of the others."""


class WholeColumns:
    """The columns of one table.

    Args:
        rows: all of its rows.

    Attributes:
        read_empty: in how many cells of a column something like NULL was read as an empty cell.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self.read_empty: Counter[str] = Counter()
        self._rows = rows
        self._nothings: dict[str, Counter[str]] = {}
        self._facts: dict[tuple[str, str], bool] = {}
        self._month_first: int | None = None

    def nothings(self, column: str) -> Counter[str]:
        """How often each spelling of nothing (NULL, nan, -) stands in a column."""
        if column not in self._nothings:
            found = (text for row in self._rows if is_no_key(text := row.text(column)) and not is_cell_error(text))
            self._nothings[column] = Counter(found)
        return self._nothings[column]

    def month_first(self) -> int:
        """The first line of which the date of birth has its month in front for certain; 0 when there is none."""
        if self._month_first is None:
            lines = (row.line for row in self._rows if _MONTH_FIRST.fullmatch(row.text("geboortedatum")))
            self._month_first = next(lines, 0)
        return self._month_first

    def has_decimals(self, column: str) -> bool:
        """Whether some key has decimals that are no zeros, so that a point or comma is part of the keys."""
        return self._fact("decimals", column, lambda texts: any(_DECIMALS.fullmatch(text) for text in texts))

    def is_grouped(self, column: str) -> bool:
        """Whether all keys, of more than one pupil, are numbers as they look with marks for thousands."""
        return self._fact("grouped", column, lambda texts: len(texts) > 1 and all(map(_GROUPED.fullmatch, texts)))

    def lost_digits(self, column: str) -> bool:
        """Whether all keys of 16 digits and more, of more than one pupil, end in zeros after the fifteenth."""

        def lost(texts: list[str]) -> bool:
            long = [text for text in texts if _LOST_DIGITS.fullmatch(text)]
            return len(long) > 1 and all(not text[EXCEL_DIGITS:].strip("0") for text in long)

        return self._fact("digits", column, lost)

    def without_zeros(self, column: str) -> list[Row]:
        """The rows of which a key has fewer digits than those with zeros in front, which all have as many."""
        keys = [(row, text) for row in self._rows if (text := row.text(column)).isascii() and text.isdigit()]
        lengths = {len(text) for _, text in keys if text.startswith("0") and len(text) > 1}
        if len(lengths) != 1 or any(len(text) > min(lengths) for _, text in keys):
            return []
        # In a CSV everything is text, so there all other keys have to be shorter as well: then none was written with zeros.
        short = [row for row, text in keys if len(text) < min(lengths)]
        numbers = [row for row in short if (mark := row.marks.get(column)) and mark.kind is CellKind.NUMBER]
        return numbers if numbers or any(row.marks for row in self._rows) else short

    def _fact(self, name: str, column: str, tell: _Tell) -> bool:
        known = self._facts.get((name, column))
        if known is None:
            texts = [text for row in self._rows if (text := row.text(column)) and not is_no_key(text)]
            known = self._facts[name, column] = tell(texts)
        return known
