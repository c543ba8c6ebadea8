"""The first sheet of an Excel workbook (.xlsx) as records; needs the extra ``xml``. Nothing here raises for what a file holds.

Its parts are read with the same bounded parser as EDEXML, and only as far as their text: no formula is worked out, no link
followed, no macro looked at.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.readers.record import CellKind, Mark, Record
from doorstroom_client.readers.table import SAVE_AS_CSV, Table
from doorstroom_client.readers.xml_events import XmlFile

_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MAX_PART = 40 * 1024 * 1024
"""Bytes of a part when it is unpacked."""
_PLACE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_EPOCHS = (dt.date(1899, 12, 30), dt.date(1904, 1, 1))
_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, LookupError, OSError, RuntimeError, ValueError)
"""What the standard library raises for an archive that is damaged, protected or packed in another way."""
_TOO_WIDE = 16_384


def is_workbook(content: bytes) -> bool:
    """Whether bytes begin as a workbook does."""
    return content.startswith(b"PK\x03\x04")


def open_workbook(content: bytes, table: Table, sheet: str | None) -> WorkbookFile:
    """A workbook that is read.

    Args:
        content: its bytes.
        table: gets what was understood of it, and what is wrong with it.
        sheet: name of the sheet; the first visible one when left out.
    """
    return WorkbookFile(content, table, sheet)


@dataclass(slots=True, repr=False)
class WorkbookFile:
    """A workbook that is being read."""

    content: bytes
    table: Table
    sheet: str | None = None
    _problem: str = ""
    _epoch: dt.date = _EPOCHS[0]
    _texts: list[str] = field(default_factory=list[str])

    def records(self) -> Iterator[Record]:
        """The rows of the first sheet that hold something; notes why it cannot be read further."""
        self._problem = ""
        self._texts.clear()
        try:
            yield from self._records()
        except ConfigurationError as error:
            self.table.failure = error.with_traceback(None)
        if self._problem:
            self.table.refuse(self._problem, hint=SAVE_AS_CSV)

    def _records(self) -> Iterator[Record]:
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                sheet = self._first_sheet(archive)
                if sheet and not self._problem:
                    self._take_texts(archive)
                    yield from self._rows_of(archive, sheet)
        except _DAMAGE:
            self._problem = "is damaged, protected or no Excel workbook"

    def day(self, number: str) -> str:
        """A number as the day that Excel means by it; the number itself when it is none."""
        days = float(number) if _NUMBER.fullmatch(number) else 0.5
        if days != int(days) or not 1 <= days < 100_000:
            return number
        return (self._epoch + dt.timedelta(days=int(days))).isoformat()

    def _events(self, archive: zipfile.ZipFile, name: str) -> Iterator[tuple[str, Any, XmlFile]]:
        with archive.open(name) as part:
            content = part.read(_MAX_PART + 1)
        file = XmlFile(content, _MAX_PART)
        for event, element in file.events():
            yield event, element, file
        if file.failure is not None:
            self._problem = "is damaged, or too large"

    def _first_sheet(self, archive: zipfile.ZipFile) -> str:
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            self._problem = "is packed, and no Excel workbook"
            return ""
        wanted = ""
        for event, element, _ in self._events(archive, "xl/workbook.xml"):
            if event == "end" and element.tag == f"{_NS}workbookPr" and element.get("date1904") in ("1", "true"):
                self._epoch = _EPOCHS[1]
            elif event == "end" and element.tag == f"{_NS}sheet" and self._is_wanted(element):
                wanted = wanted or element.get(f"{_R}id") or ""
        for event, element, _ in self._events(archive, "xl/_rels/workbook.xml.rels"):
            if event == "end" and element.get("Id") == wanted and element.get("TargetMode") != "External":
                target = str(element.get("Target") or "")
                name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                if name in names:
                    return name
        self._problem = self._problem or "has no sheet that can be read"
        return ""

    def _is_wanted(self, sheet: Any) -> bool:
        if self.sheet is not None:
            return bool(sheet.get("name") == self.sheet)
        return bool(sheet.get("state", "visible") == "visible")

    def _take_texts(self, archive: zipfile.ZipFile) -> None:
        if "xl/sharedStrings.xml" not in archive.namelist():
            return
        for event, element, file in self._events(archive, "xl/sharedStrings.xml"):
            if event == "end" and element.tag == f"{_NS}si":
                self._texts.append(_text_of(element))
                file.drop(element)

    def _rows_of(self, archive: zipfile.ZipFile, sheet: str) -> Iterator[Record]:
        line = 0
        for event, element, file in self._events(archive, sheet):
            if event == "end" and element.tag == f"{_NS}row":
                given = element.get("r") or ""
                line = int(given) if given.isascii() and given.isdigit() and len(given) < 8 else line + 1
                cells = self._cells(line, element)
                file.drop(element)
                if cells is not None:
                    yield cells

    def _cells(self, line: int, row: Any) -> Record | None:
        texts: list[str] = []
        marks: dict[int, Mark] = {}
        for cell in row:
            place = _PLACE.fullmatch(cell.get("r") or "")
            at = _column(place.group(1)) if place else len(texts)
            if at < len(texts) or at >= _TOO_WIDE:
                continue
            texts += [""] * (at - len(texts))
            kind = cell.get("t") or "n"
            if kind == "n":
                marks[at] = Mark(CellKind.NUMBER)
            texts.append(self._text(cell, kind))
        return Record(line, texts, marks) if any(texts) else None

    def _text(self, cell: Any, kind: str) -> str:
        if kind == "inlineStr":
            return _text_of(cell)
        value = cell.findtext(f"{_NS}v") or ""
        if kind == "s":
            known = value.isascii() and value.isdigit() and len(value) < 8 and int(value) < len(self._texts)
            return self._texts[int(value)] if known else ""
        if kind == "n" and re.fullmatch(r"-?[0-9]{1,15}\.0+", value):
            return value.partition(".")[0]
        return str(value)


def _text_of(element: Any) -> str:
    """The text in runs of one cell, without the hints on how it sounds."""
    runs = [item for item in element.iter(f"{_NS}t") if item.getparent().tag != f"{_NS}rPh"]
    return "".join(item.text or "" for item in runs)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
