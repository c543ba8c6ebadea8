"""An .xlsx, read part by part with the bounded parser of EDEXML; needs lxml.

This reader, like those of .xlsb and .ods, is our own, because no library that was tried tells all that a list of pupils depends
on. python-calamine 0.9 gives an error and a formula that was never worked out as an empty cell and 0042 as 42, tells no hidden
rows, and of an .xlsb and an .ods no merged cells; here it is the other reader that ours is held against in tests.
No formula is worked out, no link followed, no macro looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from doorstroom_client.readers.workbook_cells import (
    DAMAGED,
    EMPTY,
    NOT_WORKED_OUT,
    Cell,
    error_cell,
    iso_cell,
    number_cell,
    number_of,
    text_cell,
    truth_cell,
    unescaped,
)
from doorstroom_client.readers.workbook_formats import BUILT_IN, GENERAL, NumberFormat, format_of
from doorstroom_client.readers.workbook_package import linked, refuse_macros, sheet_part
from doorstroom_client.readers.workbook_parts import Parts
from doorstroom_client.readers.workbook_sheet import MAX_SHEETS, Merge, Sheet, SheetName, Unreadable, column_at, damaged

MAX_TEXTS = 2_000_000
_MAX_STYLES = 100_000
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_WHOLE = re.compile(r"[0-9]{1,7}")
_TRUE = ("1", "true", "on")
_IN_A_ROW = frozenset(("c", "v", "f", "is", "t", "r"))
_SHEET_TAGS = ("row", "col", "mergeCell")


class XlsxBook:
    """An .xlsx that is open.

    Args:
        parts: its parts.
        main: the part it begins with.
    """

    kind = "Excel (.xlsx)"

    def __init__(self, parts: Parts, main: str) -> None:
        refuse_macros(parts)
        self.sheets: list[SheetName] = []
        self._parts = parts
        self.from_1904: bool = False
        self._work_out_on_load = False
        self._formats: list[NumberFormat] = []
        self._texts: list[str] | None = None
        self._links = parts.links(main)
        self._look(main)
        self._take_formats(linked(self._links, "styles") or "xl/styles.xml")

    def read(self, sheet: SheetName, *, only_look: bool = False) -> Sheet:
        """The cells of a sheet; with `only_look` no more than the first row that holds something."""
        found, line = Sheet(), 0
        for event, tag, element, file in self._parts.elements(sheet.place):
            if event != "end" or tag in _IN_A_ROW or (parent := element.getparent()) is None:
                continue
            if tag == "row":
                line = _line(element, line)
                found.add(line, self._cells(element), hidden=_is_on(element, "hidden") or _is_zero(element, "ht"))
            elif tag == "col" and (_is_on(element, "hidden") or _is_zero(element, "width")):
                found.hide_columns(_int(element.get("min")) - 1, _int(element.get("max")) - 1)
            elif tag == "mergeCell":
                found.merge(_merge(element.get("ref") or ""))
            if tag in _SHEET_TAGS or parent.getparent() is None or (parent.getparent().getparent() is None and tag != "c"):
                file.drop(element)
            if only_look and found.records:
                break
        return found

    def _look(self, main: str) -> None:
        """What stands in the part about the workbook as a whole."""
        for event, tag, element, file in self._parts.elements(main):
            if event != "end":
                continue
            if tag == "workbookPr":
                self.from_1904 |= _is_on(element, "date1904")
            elif tag == "calcPr":
                self._work_out_on_load |= _is_on(element, "fullCalcOnLoad")
            elif tag == "sheet":
                self._take_sheet(element)
                file.drop(element)
            elif tag == "definedName":
                file.drop(element)

    def _take_sheet(self, element: Any) -> None:
        if len(self.sheets) >= MAX_SHEETS:
            raise damaged(f"has over {MAX_SHEETS} sheets")
        link = next((value for name, value in element.attrib.items() if name.endswith("}id")), "")
        part = sheet_part(self._links, link)
        if part is not None:
            visible = element.get("state", "visible") == "visible"
            self.sheets.append(SheetName(unescaped(element.get("name") or ""), visible, part))

    def _take_formats(self, name: str) -> None:
        """The number format that each style has. A style without one, as that of a name, is not of a cell."""
        if name not in self._parts:
            return
        codes = dict(BUILT_IN)
        for event, tag, element, file in self._parts.elements(name):
            if event != "end" or (parent := element.getparent()) is None:
                continue
            within = parent.tag.rpartition("}")[2]
            if tag == "numFmt" and within == "numFmts":
                codes[_int(element.get("numFmtId"))] = str(element.get("formatCode") or "")
            elif tag == "xf" and within == "cellXfs":
                if len(self._formats) >= _MAX_STYLES:
                    raise damaged(f"has over {_MAX_STYLES} styles")
                self._formats.append(format_of(codes.get(_int(element.get("numFmtId")), "")))
            if tag in ("numFmt", "xf", "font", "fill", "border", "dxf", "cellStyle"):
                file.drop(element)

    def _text(self, index: str) -> str | None:
        """A text that several cells may share; None when there is none with this number."""
        if self._texts is None:
            self._texts = list(self._shared(linked(self._links, "sharedStrings") or "xl/sharedStrings.xml"))
        return self._texts[int(index)] if _WHOLE.fullmatch(index) and int(index) < len(self._texts) else None

    def _shared(self, name: str) -> Iterator[str]:
        if name not in self._parts:
            return
        count = 0
        for event, tag, element, file in self._parts.elements(name):
            if event == "end" and tag == "si":
                count += 1
                if count > MAX_TEXTS:
                    raise Unreadable(f"has over {MAX_TEXTS} texts", "Leave out what is not needed, or save the sheet as CSV")
                yield _runs(element)
                file.drop(element)

    def _cells(self, row: Any) -> Iterator[tuple[int, Cell]]:
        at = -1
        for cell in row:
            if not cell.tag.endswith("}c"):
                continue
            place = _PLACE.fullmatch(cell.get("r") or "")
            at = column_at(place[1]) if place else at + 1
            yield at, self._cell(cell)

    def _cell(self, cell: Any) -> Cell:
        kind = cell.get("t") or "n"
        style = _int(cell.get("s"))
        form = self._formats[style] if style < len(self._formats) else GENERAL
        value, given, formula, inline = "", False, False, None
        for item in cell:
            tag = item.tag.rpartition("}")[2]
            if tag == "v":
                value, given = item.text or "", True
            elif tag == "f":
                formula = True
            elif tag == "is":
                inline = item
        if kind == "inlineStr":
            return EMPTY if inline is None else text_cell(_runs(inline), form)
        if kind == "str" and (given or not formula):
            return text_cell(unescaped(value), form)
        if formula and self._is_not_worked_out(value.strip()):
            return "#", NOT_WORKED_OUT
        return self._valued(kind, value.strip(), form) if value.strip() else EMPTY

    def _is_not_worked_out(self, value: str) -> bool:
        """Programs that cannot work out a formula leave its value out, or write a 0 and ask for it when the file is opened."""
        return not value or (self._work_out_on_load and value in ("0", "0.0"))

    def _valued(self, kind: str, value: str, form: NumberFormat) -> Cell:
        if kind == "s":
            text = self._text(value)
            return ("#", DAMAGED) if text is None else text_cell(text, form)
        if kind == "n" and (number := number_of(value)) is not None:
            return number_cell(number, form, from_1904=self.from_1904)
        if kind == "e":
            return error_cell(value)
        if kind == "b" and value in ("0", "1", "true", "false"):
            return truth_cell(value in _TRUE)
        return iso_cell(value) if kind == "d" else ("#", DAMAGED)


def _runs(element: Any) -> str:
    """The text in runs of one cell, without the hints on how it sounds."""
    return "".join(unescaped(item.text or "") for item in element.iter("{*}t") if not item.getparent().tag.endswith("}rPh"))


def _line(row: Any, before: int) -> int:
    given = row.get("r")
    if given is None:
        return before + 1
    if not _WHOLE.fullmatch(given) or int(given) < 1:
        raise damaged("is damaged: a row of it has no number")
    return int(given)


def _merge(ref: str) -> Merge:
    first, _, last = ref.partition(":")
    one, two = _PLACE.fullmatch(first), _PLACE.fullmatch(last or first)
    if one is None or two is None:
        raise damaged("is damaged: it is unclear which cells are merged")
    return Merge(int(one[2]) - 1, column_at(one[1]), int(two[2]) - 1, column_at(two[1]))


def _int(text: str | None) -> int:
    return int(text) if text and _WHOLE.fullmatch(text) else 0


def _is_on(element: Any, name: str) -> bool:
    return (element.get(name) or "") in _TRUE


def _is_zero(element: Any, name: str) -> bool:
    return number_of(element.get(name) or "") == 0
