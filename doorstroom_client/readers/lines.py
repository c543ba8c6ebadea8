"""From bytes to the records of a CSV, whatever its encoding, delimiter and line ends; never raises for what a file holds."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from doorstroom_client.readers.columns import MAX_COLUMNS, column_of, forbidden_name

MAX_LINE = 256 * 1024
"""Characters in a line of a file that is read line by line."""
MAX_RECORD_LINES = 200
"""Lines that one record may take in such a file: a quote that is never closed must not swallow the schools after it."""

_DELIMITERS = ";,\t"
_SEP_LINE = re.compile(r'"?sep=([;,\t])"?[;,\t]*\s*', re.IGNORECASE)
_LINE_ENDS = re.compile(r"[\r\n]")
_EMPTY = " \u00a0\ufeff\r\n" + _DELIMITERS


class Scan:
    """What kind of text some bytes are: in the encoding that a BOM names, else UTF-8 if it can be that, else Windows-1252.

    Attributes:
        has_nul: whether there is a NUL in it.
        longest: characters of the longest line.
    """

    def __init__(self) -> None:
        self.has_nul = False
        self.longest = 0
        self._line = 0
        self._decoders: dict[str, codecs.IncrementalDecoder] | None = None

    @property
    def encoding(self) -> str | None:
        """The encoding; None when it is none of these."""
        return next(iter(self._decoders or {}), None)

    @property
    def refusal(self) -> str:
        """Why this cannot be a CSV; empty when it can."""
        if self.encoding is None:
            return "is not text in UTF-8, UTF-16 with BOM or Windows-1252"
        return "holds NUL bytes, so it is not a CSV file" if self.has_nul else ""

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        """Look at the next bytes; the first ones hold the BOM as a whole.

        Args:
            chunk: the bytes.
            last: whether the file ends here.
        """
        if self._decoders is None:
            self._decoders = {name: codecs.getincrementaldecoder(name)() for name in _candidates(chunk)}
        for name in list(self._decoders):
            try:
                text = self._decoders[name].decode(chunk, last)
            except UnicodeDecodeError:
                del self._decoders[name]
                continue
            if name == self.encoding:  # what is looked for here is the same in the encodings that are left
                self._look_at(text)

    def _look_at(self, text: str) -> None:
        self.has_nul |= "\0" in text
        for number, piece in enumerate(_LINE_ENDS.split(text)):
            self._line = len(piece) + (0 if number else self._line)
            self.longest = max(self.longest, self._line)


def _candidates(start: bytes) -> tuple[str, ...]:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    return ("utf-8-sig",) if start.startswith(codecs.BOM_UTF8) else ("utf-8", "cp1252")


class Lines:
    """Lines of a file, with their number; those of the last record can be taken once more.

    Args:
        lines: the lines with their ends.
        most: lines that one record may take; None is any number.
    """

    def __init__(self, lines: Iterable[str], most: int | None = None) -> None:
        self.number = 0
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
        if self._most is not None:
            self._taken.append(line)
        self.number += 1
        return line

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


def records(lines: Lines, delimiter: str, *, resume: bool = False) -> Iterator[tuple[int, list[str] | None]]:
    """Every record that holds something, with the line on which it starts; None where the quotes fail.

    From there on it is unknown what is text and what is delimiter.

    Args:
        lines: the lines; with a bound on those of a record, to go on after a failure.
        delimiter: between cells.
        resume: go on after a failure, as if the next line begins a record. Whoever uses what follows has to allow for that.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        line = lines.begin()
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None
            if not resume:
                return
            lines.once_more()
            reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
            continue
        if "".join(record).strip(_EMPTY):
            yield line, record


def _delimiter(lines: list[str]) -> str:
    """The delimiter with which the header makes most sense: most known columns, then most cells."""

    def sense(delimiter: str) -> tuple[int, int]:
        _, header = next(records(Lines(lines), delimiter), (0, None))
        known = [cell for cell in (header or ())[:MAX_COLUMNS] if column_of(cell) or forbidden_name(cell)]
        return len(known), len(header or ())

    return max(_DELIMITERS, key=sense)
