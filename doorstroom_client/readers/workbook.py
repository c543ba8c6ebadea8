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


@dataclass(frozen=True, slots=True, repr=False)
class Cells:
    """One row of a sheet; its repr shows nothing.

    Attributes:
        line: its number in the sheet, from 1.
        texts: the cells.
        numbers: which of them are numbers, and may be days.
    """

    line: int
    texts: list[str]
    numbers: frozenset[int]


@dataclass(slots=True, repr=False)
class Workbook:
    """A workbook that is being read.

    Attributes:
        problem: why it cannot be read (further); empty when all is well.
    """

    content: bytes
    problem: str = ""
    _epoch: dt.date = _EPOCHS[0]
    _texts: list[str] = field(default_factory=list[str])

    def rows(self) -> Iterator[Cells]:
        """The rows of the first sheet that hold something."""
        try:
            with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
                sheet = self._first_sheet(archive)
                if sheet and not self.problem:
                    self._take_texts(archive)
                    yield from self._rows_of(archive, sheet)
        except _DAMAGE:
            self.problem = "is damaged, protected or no Excel workbook"

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
            self.problem = "is damaged, or too large"

    def _first_sheet(self, archive: zipfile.ZipFile) -> str:
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            self.problem = "is packed, and no Excel workbook"
            return ""
        wanted = ""
        for event, element, _ in self._events(archive, "xl/workbook.xml"):
            if event == "end" and element.tag == f"{_NS}workbookPr" and element.get("date1904") in ("1", "true"):
                self._epoch = _EPOCHS[1]
            elif event == "end" and element.tag == f"{_NS}sheet" and element.get("state", "visible") == "visible":
                wanted = wanted or element.get(f"{_R}id") or ""
        for event, element, _ in self._events(archive, "xl/_rels/workbook.xml.rels"):
            if event == "end" and element.get("Id") == wanted and element.get("TargetMode") != "External":
                target = str(element.get("Target") or "")
                name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                if name in names:
                    return name
        self.problem = self.problem or "has no sheet that can be read"
        return ""

    def _take_texts(self, archive: zipfile.ZipFile) -> None:
        if "xl/sharedStrings.xml" not in archive.namelist():
            return
        for event, element, file in self._events(archive, "xl/sharedStrings.xml"):
            if event == "end" and element.tag == f"{_NS}si":
                self._texts.append(_text_of(element))
                file.drop(element)

    def _rows_of(self, archive: zipfile.ZipFile, sheet: str) -> Iterator[Cells]:
        line = 0
        for event, element, file in self._events(archive, sheet):
            if event == "end" and element.tag == f"{_NS}row":
                given = element.get("r") or ""
                line = int(given) if given.isascii() and given.isdigit() and len(given) < 8 else line + 1
                cells = self._cells(line, element)
                file.drop(element)
                if cells is not None:
                    yield cells

    def _cells(self, line: int, row: Any) -> Cells | None:
        texts: list[str] = []
        numbers: set[int] = set()
        for cell in row:
            place = _PLACE.fullmatch(cell.get("r") or "")
            at = _column(place.group(1)) if place else len(texts)
            if at < len(texts) or at >= _TOO_WIDE:
                continue
            texts += [""] * (at - len(texts))
            kind = cell.get("t") or "n"
            if kind == "n":
                numbers.add(at)
            texts.append(self._text(cell, kind))
        return Cells(line, texts, frozenset(numbers)) if any(texts) else None

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
