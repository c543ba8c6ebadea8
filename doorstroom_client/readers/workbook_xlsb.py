"""An .xlsb: the package of an .xlsx whose parts are binary records, read by their published form ([MS-XLSB]).

This reader is our own for the reason that the one of .xlsx is. Nothing is taken from a place that a file names: records
are taken one after another, and what is beyond the end of one is a fault of the file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.readers.workbook_cells import (
    DAMAGED,
    EMPTY,
    NOT_WORKED_OUT,
    Cell,
    error_of,
    number_cell,
    text_cell,
    truth_cell,
)
from doorstroom_client.readers.workbook_formats import BUILT_IN, GENERAL, NumberFormat, format_of
from doorstroom_client.readers.workbook_package import linked, refuse_macros, sheet_part
from doorstroom_client.readers.workbook_parts import Parts
from doorstroom_client.readers.workbook_sheet import MAX_SHEETS, Merge, Sheet, SheetName, damaged

_ROW, _COLUMN, _MERGE, _SHEET, _BOOK, _CALCULATION = 0, 60, 176, 156, 153, 157
_FORMAT, _STYLE, _STYLES, _STYLES_END, _SHARED = 44, 47, 617, 618, 19
_SHORT = range(12, 19)
"""Cells that stand right after the one before them; the same kinds as `_CELLS`, eleven further."""
_BLANK, _PACKED, _ERROR, _TRUTH, _REAL, _TEXT, _INDEX = range(1, 8)
_FORMULA_TEXT, _FORMULA_REAL, _FORMULA_TRUTH, _FORMULA_ERROR = range(8, 12)
_RICH_TEXT = 62
_CELLS = (*range(_BLANK, _FORMULA_ERROR + 1), *_SHORT, _RICH_TEXT)
_MAX_RECORD = 4 * 1024 * 1024
_MAX_TEXTS = 2_000_000
_MAX_STYLES = 100_000
_HIDDEN_ROW = 0x10
_NO_TEXT = 0xFFFFFFFF


@frozen
class _Bytes:
    """What a record holds. Taking what is not there raises `Unreadable`."""

    data: bytes

    def number(self, at: int, form: str) -> int:
        """A whole number at a place."""
        return int(self._taken(at, form))

    def real(self, at: int) -> float:
        """A number with decimals."""
        return float(self._taken(at, "<d"))

    def text(self, at: int) -> tuple[str, int]:
        """A text with its length in front, and where it ends; empty when it is none."""
        length = self.number(at, "<I")
        if length == _NO_TEXT:
            return "", at + 4
        end = at + 4 + 2 * length
        if end > len(self.data):
            raise damaged()
        return self.data[at + 4 : end].decode("utf-16-le", "replace"), end

    def _taken(self, at: int, form: str) -> float:
        if at + struct.calcsize(form) > len(self.data):
            raise damaged()
        found: float = struct.unpack_from(form, self.data, at)[0]
        return found


class XlsbBook:
    """An .xlsb that is open.

    Args:
        parts: its parts.
        main: the part it begins with.
    """

    kind = "Excel (.xlsb)"

    def __init__(self, parts: Parts, main: str) -> None:
        refuse_macros(parts)
        self.sheets: list[SheetName] = []
        self._parts = parts
        self.from_1904: bool = False
        self._work_out_on_load = False
        self._texts: list[str] | None = None
        self._links = parts.links(main)
        for kind, record in _records(parts.chunks(main)):
            self._look(kind, record)
        self._formats = list(_formats(parts, linked(self._links, "styles")))

    def read(self, sheet: SheetName, *, only_look: bool = False) -> Sheet:
        """The cells of a sheet; with `only_look` no more than the first row that holds something."""
        found, line, hidden, at = Sheet(), 0, False, -1
        cells: list[tuple[int, Cell]] = []
        for kind, record in _records(self._parts.chunks(sheet.place)):
            if kind == _ROW:
                if cells:
                    found.add(line, cells, hidden=hidden)
                if only_look and found.records:
                    return found
                line, hidden, at, cells = record.number(0, "<I") + 1, bool(record.number(11, "<B") & _HIDDEN_ROW), -1, []
            elif kind in _CELLS:
                short = kind in _SHORT
                at = at + 1 if short else record.number(0, "<I")
                cells.append((at, self._cell(kind - 11 if short else kind, record, 0 if short else 4)))
            elif kind == _COLUMN and (record.number(16, "<H") & 1 or not record.number(8, "<I")):
                found.hide_columns(record.number(0, "<I"), record.number(4, "<I"))
            elif kind == _MERGE:
                top, bottom, left, right = (record.number(place, "<I") for place in (0, 4, 8, 12))
                found.merge(Merge(top, left, bottom, right))
        if cells:
            found.add(line, cells, hidden=hidden)
        return found

    def _look(self, kind: int, record: _Bytes) -> None:
        """Take in one record about the workbook as a whole."""
        if kind == _BOOK:
            self.from_1904 = bool(record.number(0, "<I") & 1)
        elif kind == _CALCULATION:
            self._work_out_on_load = len(record.data) > 24 and bool(record.number(24, "<B") & 1)
        elif kind == _SHEET:
            if len(self.sheets) >= MAX_SHEETS:
                raise damaged(f"has over {MAX_SHEETS} sheets")
            link, end = record.text(8)
            part = sheet_part(self._links, link)
            if part is not None:
                self.sheets.append(SheetName(record.text(end)[0], not record.number(0, "<I"), part))

    def _cell(self, kind: int, record: _Bytes, at: int) -> Cell:
        style = record.number(at, "<I") & 0xFFFFFF
        form = self._formats[style] if style < len(self._formats) else GENERAL
        at += 4
        if kind == _BLANK:
            return EMPTY
        if kind in (_PACKED, _REAL, _FORMULA_REAL):
            value = _unpacked(record.number(at, "<I")) if kind == _PACKED else record.real(at)
            if kind == _FORMULA_REAL and self._work_out_on_load and not value:
                return "#", NOT_WORKED_OUT
            return number_cell(value, form, from_1904=self.from_1904)
        if kind in (_ERROR, _FORMULA_ERROR):
            return error_of(record.number(at, "<B"))
        if kind in (_TRUTH, _FORMULA_TRUTH):
            return truth_cell(record.number(at, "<B"))
        if kind == _INDEX:
            text = self._text(record.number(at, "<I"))
            return ("#", DAMAGED) if text is None else text_cell(text, form)
        return text_cell(record.text(at + (kind == _RICH_TEXT))[0], form)

    def _text(self, index: int) -> str | None:
        if self._texts is None:
            self._texts = list(_shared(self._parts, linked(self._links, "sharedStrings")))
        return self._texts[index] if index < len(self._texts) else None


def _records(chunks: Iterator[bytes]) -> Iterator[tuple[int, _Bytes]]:
    """The records of a part: their kind and what they hold."""
    buffer, at = b"", 0
    ended = False
    while True:
        found = _header(buffer, at)
        if found is not None and found[1] > _MAX_RECORD:
            raise damaged()
        if found is not None and found[2] + found[1] <= len(buffer):
            kind, size, start = found
            at = start + size
            yield kind, _Bytes(buffer[start:at])
        elif ended:
            if at < len(buffer):
                raise damaged("is damaged: a part of it is cut off")
            return
        else:
            chunk = next(chunks, b"")
            buffer, at, ended = buffer[at:] + chunk, 0, not chunk


def _header(buffer: bytes, at: int) -> tuple[int, int, int] | None:
    """The kind of the next record, its size, and where its content starts; None when that is not there yet."""
    numbers: list[int] = []
    for most in (2, 4):
        number = 0
        for place in range(most):
            if at >= len(buffer):
                return None
            byte = buffer[at]
            number |= (byte & 0x7F) << (7 * place)
            at += 1
            if byte < 0x80:
                break
        numbers.append(number)
    return numbers[0], numbers[1], at


def _formats(parts: Parts, name: str) -> Iterator[NumberFormat]:
    """The number format of each style of a cell, in their order."""
    if not name:
        return
    codes, within, count = dict(BUILT_IN), False, 0
    for kind, record in _records(parts.chunks(name)):
        if kind == _FORMAT:
            codes[record.number(0, "<H")] = record.text(2)[0]
        elif kind in (_STYLES, _STYLES_END):
            within = kind == _STYLES
        elif kind == _STYLE and within:
            count += 1
            if count > _MAX_STYLES:
                raise damaged(f"has over {_MAX_STYLES} styles")
            yield format_of(codes.get(record.number(2, "<H"), ""))


def _shared(parts: Parts, name: str) -> Iterator[str]:
    """The texts that cells share, in their order."""
    count = 0
    for kind, record in _records(parts.chunks(name)) if name else ():
        if kind == _SHARED:
            count += 1
            if count > _MAX_TEXTS:
                raise damaged(f"has over {_MAX_TEXTS} texts")
            yield record.text(1)[0]


def _unpacked(packed: int) -> float:
    """A number of four bytes: a whole one or the front of one with decimals, and maybe a hundred times too large."""
    if packed & 2:
        value = float((packed - (1 << 32) if packed & 0x80000000 else packed) >> 2)
    else:
        value = float(struct.unpack("<d", b"\0\0\0\0" + struct.pack("<I", packed & 0xFFFFFFFC))[0])
    return value / 100 if packed & 1 else value
