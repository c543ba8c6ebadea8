"""From lines to the records of a CSV, whatever its delimiter and line ends; never raises for what a file holds."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from doorstroom_client.readers.columns import MAX_COLUMNS, column_of, forbidden_name
from doorstroom_client.readers.record import Record

MAX_LINE = 256 * 1024
"""Characters in a line of a file that is read line by line."""
MAX_RECORD_LINES = 200
"""Lines that one record may take in such a file: a quote that is never closed must not swallow the schools after it."""

BAD_QUOTES = "has unmatched quotes; close each, and double one inside a text"
BACKSLASH = "holds a quote after a backslash; inside a text a quote is doubled, and a backslash is a letter like any other"
SWALLOWED = "holds whole lines of the file as the text of one cell: a quote is missing, or stands where none should"
DELIMITERS = ";,\t|"
_FIRST_RECORDS = 10
"""Records in which a header is looked for."""
_SEP_LINE = re.compile(r'"?sep=([;,\t|])"?[;,\t|]*\s*', re.IGNORECASE)
_EMPTY = " \u00a0\ufeff\r\n" + DELIMITERS
_END_OF_DOS = "\x1a"
_LINE_END = re.compile("[\r\n]")
_PAIRS = ("''", "‘’", "“”", "„”", "„“", "``")


class Lines:
    """Lines of a file, with their number; those of the last record can be taken once more.

    Args:
        lines: the lines with their ends.
        most: lines that one record may take; None is any number.
    """

    def __init__(self, lines: Iterable[str], most: int | None = None) -> None:
        self.number: int = 0
        self._lines = iter(lines)
        self._back: deque[str] = deque()
        self._taken: list[str] = []
        self._most = most

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._most is not None and len(self._taken) >= self._most:
            raise StopIteration  # to the reader this is the end, within an open quote
        line = self._back.popleft() if self._back else next(self._lines)
        self._taken.append(line)
        self.number += 1
        if line.endswith(_END_OF_DOS):  # a line without end is the last one, and this is how DOS ends a file
            return line.rstrip(_END_OF_DOS)
        return line

    @property
    def first(self) -> str:
        """The first line of this record."""
        return self._taken[0] if self._taken else ""

    def goes_on_with(self, delimiter: str, count: int) -> bool:
        """Whether this record has a line after its first one with so many delimiters, or more."""
        return any(line.count(delimiter) >= count for line in self._taken[1:])

    def opening(self) -> str:
        """Skip a line ``sep=;``, and say with which delimiter the header makes most sense."""
        first = list(islice(self._lines, MAX_RECORD_LINES))
        sep = _SEP_LINE.fullmatch(first[0]) if first else None
        if sep:
            self.number += 1
        self._lines = chain(first[1:] if sep else first, self._lines)
        return sep.group(1) if sep else _delimiter(first)

    def begin(self) -> int:
        """The number of the line on which the next record starts."""
        self._taken.clear()
        return self.number + 1

    def once_more(self) -> None:
        """Take back all lines of this record but the first."""
        again = self._taken[1:]
        self._back.extendleft(reversed(again))
        self.number -= len(again)


def records(lines: Lines, delimiter: str, *, resume: bool = False) -> Iterator[Record]:
    """Every record that holds something, without the empty cells at its end; with a fault where it cannot be taken apart.

    After a quote that fails it is unknown what is text and what is delimiter. Two quotes too many may well fit each other: then
    the lines between them become the text of a cell, and pupils are gone.

    Args:
        lines: the lines; with a bound on those of a record, to go on after a failure.
        delimiter: between cells.
        resume: go on after a failure, as if the next line begins a record. Whoever uses what follows has to allow for that.
    """
    reader = _reader(lines, delimiter)
    width = 0
    while True:
        line = lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            spaced = _spaced(lines.first, delimiter)
            if spaced is None:
                yield Record(line, fault=BACKSLASH if '\\"' in lines.first else BAD_QUOTES)
                if not resume:
                    return
            lines.once_more()
            reader = _reader(lines, delimiter)
            if spaced is None:
                continue
            cells = spaced
        text = "".join(cells)
        if not text.strip(_EMPTY):
            continue
        cells = _without_end(cells)
        width = width or (len(cells) if len(cells) > 1 else 0)
        if lines.number > line and _are_swallowed(lines, cells, delimiter, width):
            yield Record(line, fault=SWALLOWED)
            if resume:
                lines.once_more()
                reader = _reader(lines, delimiter)
        else:
            yield Record(line, fault=BACKSLASH) if '\\"' in text else Record(line, cells)


def other_quotes(cells: Sequence[str]) -> str:
    """What stands around the cells of a header instead of double quotes; empty when nothing does."""
    texts = [cell.strip() for cell in cells if cell.strip()]
    if len(texts) == 1 and sum(column_of(cell) is not None for cell in re.split("[;,\t|]", texts[0])) > 1:
        return "has double quotes around every line as a whole"
    if len(texts) > 1 and any(all(len(text) > 1 and text[0] + text[-1] == pair for text in texts) for pair in _PAIRS):
        return "has other quotes around its cells than double ones"
    return ""


def _reader(lines: Lines, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)


def _are_swallowed(lines: Lines, cells: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a record of more lines has records of `width` cells, of two or more, within a cell."""
    if width == 0 or not lines.goes_on_with(delimiter, width - 1):
        return False
    for cell in cells:
        later = sum(bool(line.strip()) for line in _LINE_END.split(cell)[1:])
        if later and cell.count(delimiter) >= later * (width - 1):
            return True
    return False


def _spaced(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line with spaces between a closing quote and the delimiter; None when that is not what is wrong."""
    line = line.rstrip("\r\n")
    if '"' not in line or len(line) > csv.field_size_limit():
        return None
    cell = re.compile(rf' *"((?:[^"]|"")*)" *|([^"{re.escape(delimiter)}]*)')
    cells: list[str] = []
    place = 0
    while found := cell.match(line, place):
        quoted, plain = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        if found.end() == len(line):
            return cells
        if line[found.end()] != delimiter:
            return None
        place = found.end() + 1
    return None


def _without_end(cells: list[str]) -> list[str]:
    """The cells up to the last one that holds something: many programs put delimiters behind it."""
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def _delimiter(lines: list[str]) -> str:
    """The delimiter with which a header makes most sense: most known columns, then most cells."""

    def sense(delimiter: str) -> tuple[int, int]:
        found = (record.cells[:MAX_COLUMNS] for record in islice(records(Lines(lines), delimiter), _FIRST_RECORDS))
        return max((_known(cells) for cells in found), default=(0, 0))

    return max(DELIMITERS, key=sense)


def _known(cells: Sequence[str]) -> tuple[int, int]:
    return sum(bool(column_of(cell) or forbidden_name(cell)) for cell in cells), len(cells)
