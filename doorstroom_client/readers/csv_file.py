"""A CSV as records, from bytes or read line by line from its file. Nothing here raises for what a file holds."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from doorstroom_client.readers.encodings import AS_UTF_8, Encoding, Search
from doorstroom_client.readers.lines import MAX_LINE, MAX_RECORD_LINES, Lines, other_quotes, records
from doorstroom_client.readers.other_kinds import LOOKED_AT, other_kind
from doorstroom_client.readers.record import FileForm, Record
from doorstroom_client.readers.table import SAVE_AS_CSV, Table

_CHUNK = 64 * 1024


class CsvFile:
    """A CSV that is looked through once as a whole before it is read.

    Args:
        source: a path, or bytes.
        table: gets what was understood of it, and what is wrong with it.
        bounded: whether a record has to be of some lines at most, and what follows one that cannot be taken apart is read too:
            in a file for many schools, a quote that is never closed must not swallow the schools after it.
    """

    def __init__(self, source: Path | bytes, table: Table, *, bounded: bool = False) -> None:
        self._source = source
        self._table = table
        self._bounded = bounded
        self._encoding: Encoding | None = None
        self._stamp: tuple[int, ...] = ()
        try:
            self._look()
        except OSError as error:
            table.cannot_be_read(error.strerror or type(error).__name__)
        except ValueError:
            table.cannot_be_read("this is not a possible path")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._table.name!r})"

    def records(self) -> Iterator[Record]:
        """Every record that holds something; ends early, and notes why, when the file cannot be read further."""
        if self._table.error is not None or self._encoding is None:
            return
        try:
            # TextIOWrapper splits at CRLF, LF and CR, and at nothing else.
            with self._opened() as raw, io.TextIOWrapper(raw, self._encoding.codec, newline="") as text:
                if _stamp(raw) != self._stamp:
                    self._changed()
                else:
                    yield from self._records(text, self._encoding)
        except UnicodeDecodeError:
            self._changed()
        except OSError as error:
            self._table.cannot_be_read(error.strerror or type(error).__name__)

    def day(self, number: str) -> str:
        """The text itself: in a CSV no number is a day."""
        return number

    def _opened(self) -> BinaryIO:
        return io.BytesIO(self._source) if isinstance(self._source, bytes) else self._source.open("rb")

    def _look(self) -> None:
        if isinstance(self._source, Path) and not self._source.is_file() and self._source.exists():
            self._table.cannot_be_read("it is not a file that can be read twice")
            return
        with self._opened() as file:
            self._stamp = _stamp(file)
            start = file.read(LOOKED_AT)
            other = other_kind(start)
            if other is not None:
                self._table.refuse(f"{other[0]}, so it is not a CSV file", hint=other[1])
                return
            search = Search(start, MAX_LINE if self._bounded else None)
            file.seek(0)
            while (chunk := file.read(_CHUNK)) and not search.too_long:
                search.feed(chunk)
        self._take(search)

    def _take(self, search: Search) -> None:
        """Note what was found of the encoding."""
        found = search.decide()
        if search.too_long:
            text = f"has a line of over {MAX_LINE} characters, so it is not a CSV file"
            self._table.refuse(text, hint=SAVE_AS_CSV)
        elif found.encoding is None:
            self._table.problems += found.problems
            self._table.hint = AS_UTF_8
        else:
            self._encoding = found.encoding
            self._table.form = _form(found.encoding)

    def _records(self, text: io.TextIOWrapper, encoding: Encoding) -> Iterator[Record]:
        bound = (MAX_LINE, MAX_RECORD_LINES) if self._bounded else (-1, None)
        lines = Lines(iter(partial(text.readline, bound[0]), ""), bound[1])
        delimiter = lines.opening()
        self._table.form = _form(encoding, delimiter)
        header = True
        for record in records(lines, delimiter, resume=self._bounded):
            quotes = other_quotes(record.cells) if header else ""
            if quotes:
                self._table.refuse(quotes, hint="Save it anew as CSV from the program that made it, with double quotes or none")
                return
            header = False
            yield record

    def _changed(self) -> None:
        self._table.refuse("was changed while it was read", hint="Read it again when nothing writes to it any more")


def _form(encoding: Encoding, delimiter: str = "") -> FileForm:
    notes: tuple[str, ...] = ()
    if encoding.told:
        notes = (f"the file is read as {encoding.name}: {encoding.evidence}. Look whether the names are right",)
    return FileForm("CSV", encoding=encoding.name, evidence=encoding.evidence, delimiter=delimiter, notes=notes)


def _stamp(file: BinaryIO) -> tuple[int, ...]:
    """Tells whether it is the same file when it is read."""
    if isinstance(file, io.BytesIO):
        return ()
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
