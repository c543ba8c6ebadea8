"""An .xls of Excel 97 and before, taken apart by xlrd.

Of the libraries that read this form it is the one that tells hidden rows, merged cells, number formats and which cells hold an
error. It is written in Python alone, so a file that somebody made to break it makes an error and not the end of the process.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterator
from typing import Any

from doorstroom_client.readers.workbook_cells import Cell, error_of, number_cell, text_cell, truth_cell
from doorstroom_client.readers.workbook_formats import BUILT_IN, GENERAL, NumberFormat, format_of
from doorstroom_client.readers.workbook_sheet import MAX_SHEETS, Merge, Sheet, SheetName, Unreadable, damaged

_EMPTY, _TEXT, _NUMBER, _DATE, _TRUTH, _ERROR = range(6)
_MACROS = "_VBA_PROJECT_CUR".encode("utf-16-le")
_UNLOCKED = "Open it in Excel or LibreOffice and save it as .xlsx, without a password"


class XlsBook:
    """An .xls that is open.

    Args:
        content: the bytes of the file.
    """

    kind = "Excel (.xls)"

    def __init__(self, content: bytes) -> None:
        if _MACROS in content:
            raise Unreadable("holds macros", "Save it as .xlsx, without macros")
        self._book = _opened(content)
        self.from_1904: bool = bool(self._book.datemode)
        self.sheets: list[SheetName] = []
        names = self._book.sheet_names()
        if len(names) > MAX_SHEETS:
            raise damaged(f"has over {MAX_SHEETS} sheets")
        for number, name in enumerate(names):
            self.sheets.append(SheetName(str(name), not self._book._sheet_visibility[number], str(number)))

    def read(self, sheet: SheetName, *, only_look: bool = False) -> Sheet:
        """The cells of a sheet; with `only_look` no more than the first row that holds something."""
        source = _sheet_of(self._book, int(sheet.place))
        found = Sheet()
        for top, bottom, left, right in source.merged_cells:
            found.merge(Merge(top, left, bottom - 1, right - 1))
        for at, column in source.colinfo_map.items():
            if column.hidden or not column.width:
                found.hide_columns(at, at)
        for row in range(source.nrows):
            info = source.rowinfo_map.get(row)
            hidden = info is not None and bool(info.hidden or (info.has_default_height == 0 and info.height == 0))
            found.add(row + 1, self._cells(source, row, found), hidden=hidden)
            if only_look and found.records:
                break
        return found

    def _cells(self, source: Any, row: int, found: Sheet) -> Iterator[tuple[int, Cell]]:
        for at, cell in enumerate(source.row(row)):
            kind, value = cell.ctype, cell.value
            if kind == _TEXT:
                found.empty_results += not value
                yield at, text_cell(str(value), self._form(cell))
            elif kind in (_NUMBER, _DATE):
                yield at, number_cell(float(value), self._form(cell), from_1904=self.from_1904)
            elif kind == _TRUTH:
                yield at, truth_cell(value)
            elif kind == _ERROR:
                yield at, error_of(int(value))

    def _form(self, cell: Any) -> NumberFormat:
        styles = self._book.xf_list
        index = cell.xf_index
        if index is None or not 0 <= index < len(styles):
            return GENERAL
        key = styles[index].format_key
        known = self._book.format_map.get(key)
        return format_of(BUILT_IN.get(key, "") if known is None else str(known.format_str))


def _opened(content: bytes) -> Any:
    """The workbook; what xlrd says of a file may hold some of it, so that ends here."""
    xlrd: Any = importlib.import_module("xlrd")
    protected = False
    try:
        return xlrd.open_workbook(
            file_contents=content, formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO()
        )
    except Exception as error:  # noqa: BLE001  # whatever it stumbles over
        protected = "encrypted" in str(error).casefold()
    raise Unreadable("is protected with a password", _UNLOCKED) if protected else damaged("is damaged, or no Excel workbook")


def _sheet_of(book: Any, number: int) -> Any:
    try:
        found = book.sheet_by_index(number)
    except Exception:  # noqa: BLE001  # whatever it stumbles over
        found = None
    if found is None:
        raise damaged()
    return found
