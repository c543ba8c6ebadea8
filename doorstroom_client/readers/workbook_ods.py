"""An .ods, read with the bounded parser of EDEXML; needs lxml.

A cell of an .ods has its value and beside it the text that people see. Where those say something else, the cell is a problem.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from doorstroom_client.readers.table import SAVE_AS_XLSX
from doorstroom_client.readers.workbook_cells import (
    DAMAGED,
    EMPTY,
    ERROR_NAMES,
    LARGE,
    NOT_WORKED_OUT,
    NUMBER,
    OTHERWISE,
    TEXT_OTHERWISE,
    TIME,
    Cell,
    error_cell,
    iso_cell,
    number_cell,
    number_of,
    truth_cell,
)
from doorstroom_client.readers.workbook_formats import GENERAL
from doorstroom_client.readers.workbook_package import refuse_macros
from doorstroom_client.readers.workbook_parts import Parts
from doorstroom_client.readers.workbook_sheet import MAX_SHEETS, Merge, Sheet, SheetName, Unreadable, damaged

_O = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_T = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_S = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_P = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_C = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_CONTENT, _MANIFEST = "content.xml", "META-INF/manifest.xml"
_ERROR_TEXT = re.compile(r"#[A-Z0-9/]{2,12}[!?]?|(?:Err|Fout):[0-9]{3}")
_PADDED = re.compile(r"-?0[0-9]")
_WHOLE = re.compile(r"[0-9]{1,7}")
_ASIDE = ("annotation", "note", "ruby-text", "tracked-changes")
_HIDDEN = ("collapse", "filter")
_TAKEN = (("style",), ("table-row", "table-column"))
"""What is taken in outside of a sheet, and within one; a row of a table within a cell is not a row of the sheet."""
_MAX_SPACES = 1_000
_MAX_ROWS = 2**20
_MAX_STYLES = 100_000


@dataclass(slots=True, repr=False)
class _Reading:
    """A sheet as far as it was read.

    Attributes:
        place: which one it is, from 0.
        name: as its tab has it.
        visible: whether people see it.
        sheet: what was read.
        line: the number of the last row.
        column: the place of the next column that is described.
    """

    place: int = -1
    name: str = ""
    visible: bool = True
    sheet: Sheet = field(default_factory=Sheet)
    line: int = 0
    column: int = 0


class OdsBook:
    """An .ods that is open.

    Args:
        parts: its parts.
    """

    kind = "OpenDocument (.ods)"

    def __init__(self, parts: Parts) -> None:
        _refuse_encrypted(parts)
        refuse_macros(parts)
        self.sheets: list[SheetName] = []
        self.from_1904: bool = False
        self._parts = parts
        self._unseen: set[tuple[str, str]] = set()
        self._first_rows: list[Sheet] = []
        self._whole = -1
        # All sheets stand in one part, which is gone through once: the sheet that most will want is read meanwhile.
        for reading in self._tables():
            if len(self.sheets) >= MAX_SHEETS:
                raise damaged(f"has over {MAX_SHEETS} sheets")
            self.sheets.append(SheetName(reading.name, reading.visible, str(reading.place)))
            self._first_rows.append(reading.sheet)

    def read(self, sheet: SheetName, *, only_look: bool = False) -> Sheet:
        """The cells of a sheet; with `only_look` no more than the first row that holds something."""
        place = int(sheet.place)
        if only_look or place == self._whole:
            return self._first_rows[place]
        return next(reading.sheet for reading in self._tables(place) if reading.place == place)

    def _tables(self, wanted: int = -1) -> Iterator[_Reading]:
        """Every sheet: the cells of the one that is `wanted`; when none is, of the first; of others one row."""
        reading, depth = _Reading(), 0
        for event, tag, element, file in self._parts.elements(_CONTENT):
            if tag == "table" and element.tag == f"{_T}table":
                depth += 1 if event == "start" else -1
                if event == "start" and depth == 1:
                    name, visible = element.get(f"{_T}name") or "", not self._is_hidden(element, "table")
                    reading = _Reading(reading.place + 1, name, visible)
                elif event == "end" and not depth:
                    yield reading
                    file.drop(element)
            elif event == "end" and tag == "null-date":
                self._take_first_day(element.get(f"{_T}date-value"))
            elif event == "end" and tag in _TAKEN[depth == 1]:
                self._take(tag, element, reading, wanted)
                file.drop(element)

    def _take(self, tag: str, element: Any, reading: _Reading, wanted: int) -> None:
        """Take in a style, or what a sheet consists of; of a sheet that is not read, the first row that holds something."""
        if tag == "style":
            self._take_style(element)
        elif tag == "table-column":
            self._take_column(element, reading)
        elif reading.place == (self._whole if wanted < 0 else wanted) or (wanted < 0 and not reading.sheet.records):
            self._take_row(element, reading)
            if self._whole < 0 and reading.visible and reading.sheet.records:
                self._whole = reading.place

    def _take_first_day(self, day: str | None) -> None:
        """Note from when numbers count days."""
        self.from_1904 = day == "1904-01-01"
        if not self.from_1904 and day not in (None, "1899-12-30"):
            raise Unreadable("counts days from a day of its own", SAVE_AS_XLSX)

    def _take_style(self, style: Any) -> None:
        """Note a style that hides what it is of."""
        if len(self._unseen) > _MAX_STYLES:
            raise damaged(f"has over {_MAX_STYLES} styles")
        family = style.get(f"{_S}family") or ""
        for item in style:
            size = item.get(f"{_S}row-height") or item.get(f"{_S}column-width") or ""
            if item.get(f"{_T}display") == "false" or re.match(r"0(?:\.0+)?[a-z]", size):
                self._unseen.add((family, style.get(f"{_S}name") or ""))

    def _is_hidden(self, element: Any, family: str) -> bool:
        style = element.get(f"{_T}style-name") or ""
        return element.get(f"{_T}visibility") in _HIDDEN or (family, style) in self._unseen

    def _take_column(self, element: Any, reading: _Reading) -> None:
        count = _count(element, "number-columns-repeated")
        if self._is_hidden(element, "table-column"):
            reading.sheet.hide_columns(reading.column, reading.column + count - 1)
        reading.column += count

    def _take_row(self, row: Any, reading: _Reading) -> None:
        cells = list(self._cells(row, reading))
        count = _count(row, "number-rows-repeated")
        if reading.line + count > 2 * _MAX_ROWS:
            raise damaged("has more rows than a spreadsheet can have")
        hidden = bool(cells) and self._is_hidden(row, "table-row")
        for line in range(reading.line + 1, reading.line + 1 + (count if cells else 0)):
            reading.sheet.add(line, cells, hidden=hidden)
        reading.line += count

    def _cells(self, row: Any, reading: _Reading) -> Iterator[tuple[int, Cell]]:
        at, rows = 0, _count(row, "number-rows-repeated")
        for cell in row:
            tag = cell.tag.rpartition("}")[2]
            if tag not in ("table-cell", "covered-table-cell"):
                continue
            count = _count(cell, "number-columns-repeated")
            found = _cell(cell)
            wide, high = _count(cell, "number-columns-spanned"), _count(cell, "number-rows-spanned")
            if (wide, high) != (1, 1):
                # A row that is there more than once has its merged cells as often.
                for line in range(reading.line, reading.line + (rows if found is not EMPTY else 1)):
                    reading.sheet.merge(Merge(line, at, line + high - 1, at + wide - 1))
            if found is not EMPTY:
                for place in range(at, min(at + count, at + 257)):
                    yield place, found
            at += count


def _refuse_encrypted(parts: Parts) -> None:
    protected = parts.encrypted or "encrypted-package" in parts
    if _MANIFEST in parts:
        for event, tag, _, _ in parts.elements(_MANIFEST):
            protected |= event == "end" and tag == "encryption-data"
    if protected:
        raise Unreadable("is protected with a password", "Open it in LibreOffice or Excel and save it without a password")


def _cell(cell: Any) -> Cell:
    kind = cell.get(f"{_O}value-type")
    if kind is None and len(cell) == 0 and cell.get(f"{_T}formula") is None:
        return EMPTY
    formula = cell.get(f"{_T}formula") is not None
    paragraphs = [_text(item) for item in cell if item.tag in (f"{_P}p", f"{_P}h")]
    text = "\n".join(paragraphs)
    if cell.get(f"{_C}value-type") == "error" or (formula and (text in ERROR_NAMES or _ERROR_TEXT.fullmatch(text))):
        return error_cell(text)
    if kind is None:
        return ("#", NOT_WORKED_OUT) if formula else _of_text(text)
    if kind in ("float", "percentage", "currency"):
        number = number_of((cell.get(f"{_O}value") or "").strip())
        return ("#", DAMAGED) if number is None else _number(number, text.strip() if paragraphs else None)
    if kind == "date":
        return iso_cell(cell.get(f"{_O}date-value") or "")
    if kind == "boolean":
        return truth_cell(cell.get(f"{_O}boolean-value") == "true")
    if kind == "time":
        return "#", TIME
    return _string(cell.get(f"{_O}string-value"), paragraphs) if kind == "string" else ("#", DAMAGED)


def _of_text(text: str) -> Cell:
    return (text, None) if text else EMPTY


def _string(value: str | None, paragraphs: Sequence[str]) -> Cell:
    """A text, of which a cell may have what people see beside what stands in it."""
    text = "\n".join(paragraphs)
    if value is None:
        return _of_text(text)
    return (value, TEXT_OTHERWISE) if paragraphs and value.split() != text.split() else _of_text(value)


def _number(value: float, shown: str | None) -> Cell:
    """A number, of which people see a text that some program and its language made of it; None when none is given."""
    text, mark = number_cell(value, GENERAL, from_1904=False)
    if shown is None or mark in (LARGE, DAMAGED):
        return text, mark
    if shown.isascii() and shown.isdigit():
        return (shown, NUMBER) if number_of(shown) == value else (text, OTHERWISE)
    plain = re.sub(r"[\s\u00a0\u202f']", "", shown).replace("\u2212", "-")
    readings = plain.replace(",", ""), plain.replace(".", "").replace(",", ".")
    numbers = [number for reading in readings if not _PADDED.match(reading) and (number := number_of(reading)) is not None]
    if any(math.isclose(number, value, rel_tol=1e-9) for number in numbers):
        return text, NUMBER
    return text, OTHERWISE


def _text(element: Any) -> str:
    """The text in a paragraph, with the spaces that it counts instead of writing them, and without remarks in the margin."""
    pieces = [element.text or ""]
    for item in element:
        tag = item.tag.rpartition("}")[2]
        if tag == "s":
            pieces.append(" " * min(_count(item, "c", _P), _MAX_SPACES))
        elif tag in ("tab", "line-break"):
            pieces.append("\t" if tag == "tab" else "\n")
        elif tag not in _ASIDE:
            pieces.append(_text(item))
        pieces.append(item.tail or "")
    return "".join(pieces)


def _count(element: Any, name: str, space: str = _T) -> int:
    """How often something is there; once when nothing is said."""
    given = element.get(space + name) or ""
    return max(int(given), 1) if _WHOLE.fullmatch(given) else 1
