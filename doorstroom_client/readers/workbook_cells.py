"""What stands in a cell of a workbook: its text, and what is known of it. Nothing here raises or repeats a value."""

from __future__ import annotations

import datetime as dt
import math
import re

from doorstroom_client.readers.record import CellKind, Mark
from doorstroom_client.readers.workbook_formats import NumberFormat, Shown

Cell = tuple[str, Mark | None]
"""A text with what is known of it; a text without a mark is a text in the workbook too."""

EMPTY: Cell = ("", None)
AS_TEXT = "format the column as text and fill it in again"
NUMBER, DAY = Mark(CellKind.NUMBER), Mark(CellKind.DAY)
TRUTH = Mark(CellKind.TRUTH, f"holds TRUE or FALSE, which is no text; {AS_TEXT}")
LARGE = Mark(CellKind.NUMBER, f"has more than 15 digits, of which a workbook keeps 15; {AS_TEXT}")
OTHERWISE = Mark(CellKind.NUMBER, f"is shown otherwise than the number that stands in it; {AS_TEXT}")
TEXT_OTHERWISE = Mark(CellKind.ERROR, f"is shown otherwise than the text that stands in it; {AS_TEXT}")
TIME = Mark(CellKind.NUMBER, f"holds a time; {AS_TEXT}")
MOMENT = Mark(CellKind.DAY, "holds a time besides a day, so the day may be the one before or after; fill in the day alone")
NO_DAY = Mark(CellKind.DAY, "holds a day that is in no calendar; fill it in again")
NOT_WORKED_OUT = Mark(
    CellKind.ERROR, "holds a formula that was never worked out; open the file in Excel or LibreOffice and save it"
)
DAMAGED = Mark(CellKind.ERROR, "cannot be read; open the file in Excel or LibreOffice, look at this cell, and save it again")

ERROR_NAMES = (
    "#NULL!",
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NAME?",
    "#NUM!",
    "#N/A",
    "#GETTING_DATA",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#BLOCKED!",
    "#UNKNOWN!",
    "#CONNECT!",
    "#BUSY!",
    "#EXTERNAL!",
    "#PYTHON!",
)
_ERROR_CODES = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,400}\.?[0-9]{0,400}|\.[0-9]{1,400})(?:[eE][-+]?[0-9]{1,4})?")
_ISO = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})?(?:T?(?P<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,12})?)?))?"
    r"(?:Z|[-+][0-9]{2}:?[0-9]{2})?"
)
_MIDNIGHT = re.compile(r"[0:.,]*")
_LARGE = 1e15
_LAST_DAY = 2_958_465
"""31 December 9999."""
_A_MINUTE = 1 / 24 / 60
_FIRST_OF_MARCH_1900 = 61


def error_cell(name: str = "") -> Cell:
    """A cell that holds an error; its name is told when it is one of those of Excel, and not what somebody typed."""
    known = f" ({name})" if name in ERROR_NAMES else ""
    return "#", Mark(
        CellKind.ERROR, f"holds an error of the spreadsheet{known}; correct its formula, or type the value in its place"
    )


def error_of(code: int) -> Cell:
    """The error of a cell, by its number in a binary workbook."""
    return error_cell(_ERROR_CODES.get(code, ""))


def text_cell(text: str, form: NumberFormat) -> Cell:
    """A cell that holds a text."""
    return text, (TEXT_OTHERWISE if text and form.changes_text else None)


def truth_cell(value: object) -> Cell:
    """A cell that holds a truth value."""
    return ("TRUE" if value else "FALSE"), TRUTH


def number_cell(value: float, form: NumberFormat, *, from_1904: bool) -> Cell:
    """A cell that holds a number, which may be a day.

    Args:
        value: the number.
        form: its number format.
        from_1904: whether days are counted from 1904.
    """
    if not math.isfinite(value):
        return "#", DAMAGED
    if form.shown is Shown.DAY:
        return _day_cell(value, from_1904)
    if form.shown is Shown.TIME:
        return "#", TIME
    text = plain(value)
    if abs(value) >= _LARGE or "e" in text:
        return text, LARGE
    if _differs(value, form):
        return text, OTHERWISE
    if form.shown is not Shown.PADDED:
        return text, NUMBER
    return "-" * (value < 0) + text.lstrip("-").zfill(form.digits), NUMBER


def plain(value: float) -> str:
    """A number with the 15 digits that a spreadsheet has, without a point when it is whole."""
    if value == int(value) and abs(value) < _LARGE:
        return str(int(value))
    return format(value, ".15g")


def number_of(text: str) -> float | None:
    """The number in a text of a file; None when it is none."""
    return float(text) if _NUMBER.fullmatch(text) else None


def iso_cell(text: str) -> Cell:
    """A cell with a day, time or moment as text. A zone is not reckoned with: the day that is written is meant."""
    found = _ISO.fullmatch(text.strip())
    if found is None or not (found["day"] or found["time"]):
        return "#", DAMAGED
    if found["day"] is None:
        return "#", TIME
    if found["time"] and not _MIDNIGHT.fullmatch(found["time"]):
        return found["day"], MOMENT
    try:
        return dt.date.fromisoformat(found["day"]).isoformat(), DAY
    except ValueError:
        return "#", NO_DAY


def day_of(number: float, *, from_1904: bool) -> dt.date | None:
    """The day that a whole number means; None when it means none.

    Counted from 1900, day 60 is 29 February of that year, which never was: the days before it are one off.
    """
    if from_1904:
        return dt.date(1904, 1, 1) + dt.timedelta(days=int(number)) if 0 <= number <= _LAST_DAY - 1462 else None
    if not 1 <= number <= _LAST_DAY or number == _FIRST_OF_MARCH_1900 - 1:
        return None
    first = dt.date(1899, 12, 30 if number >= _FIRST_OF_MARCH_1900 else 31)
    return first + dt.timedelta(days=int(number))


def unescaped(text: str) -> str:
    """A text of an .xlsx without the codes for letters that XML does not have; ``_x005F_`` stands for ``_``."""
    if "_x" not in text:
        return text
    found = _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text)
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _day_cell(value: float, from_1904: bool) -> Cell:
    """Programs that count in seconds or in old time zones are up to a minute off; hours off may mean another day."""
    near = round(value)
    day = day_of(near, from_1904=from_1904)
    if abs(value - near) > _A_MINUTE:
        return "#", MOMENT
    return ("#", NO_DAY) if day is None else (day.isoformat(), DAY)


def _differs(value: float, form: NumberFormat) -> bool:
    """Whether people see another number than this one."""
    if form.shown is Shown.OTHERWISE or (value < 0 and form.parts > 1) or (value == 0 and (form.parts > 2 or not form.digits)):
        return True
    return form.decimals is not None and plain(round(value, form.decimals)) != plain(value)
