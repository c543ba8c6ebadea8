"""What the number format of a cell does to what people see: a day, a time, leading zeros, or something else than the value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from doorstroom_client.basics.frozen import frozen


class Shown(StrEnum):
    """What people see of a number."""

    AS_IT_IS = "as it is"
    PADDED = "with leading zeros"
    DAY = "as a day"
    TIME = "as a time"
    OTHERWISE = "otherwise"


@frozen
class NumberFormat:
    """A number format, as far as it matters here.

    Attributes:
        shown: what people see of a number.
        digits: how many digits it has at least before the decimal point.
        decimals: how many it can show after it; None is as many as needed.
        changes_text: whether people see something else than a text that stands in the cell.
        parts: how many parts it has: for positive numbers, negative ones, zero and text.
    """

    shown: Shown = Shown.AS_IT_IS
    digits: int = 1
    decimals: int | None = None
    changes_text: bool = False
    parts: int = 1


GENERAL = NumberFormat()
BUILT_IN: Mapping[int, str] = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    **dict.fromkeys((5, 6, 7, 8), '"€" #,##0'),
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ?/?",
    14: "dd-mm-yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    22: "dd-mm-yyyy hh:mm",
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56), "hh:mm:ss"),
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd"),
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    41: "_ * #,##0_ ;_ * -#,##0_ ",
    42: '"€" #,##0',
    43: "_ * #,##0.00_ ;_ * -#,##0.00_ ",
    44: '"€" #,##0.00',
    48: "##0.0E+0",
    49: "@",
}
"""The formats that a workbook names by number only. Those of East Asia are days, or times of the day."""

_GENERAL_NAMES = ("", "general", "standaard", "standard", "@")
_PIECES = re.compile(r'"([^"]*)(?:"|\Z)|\\(.)|[_*](?:.|\Z)|\[([^\]]*)\]|(general|am/pm|a/p|.)', re.DOTALL | re.IGNORECASE)
_ELAPSED = re.compile(r"[hms]+|u+", re.IGNORECASE)
_CONDITION = re.compile(r"[<>=]")
_DIGITS = re.compile(r"[#?]*(?:,?[#?0])*[#?0]?(?:\.(?P<decimals>[#?0]*))?")
_LATER_PLACE = re.compile("0[ ,]*[#?]|,$")
"""A place after a zero, which not every program fills with a zero; or a thousandth of the number."""
_HARMLESS = " \u00a0\u202f"
_LONGEST = 500
_MOST_DIGITS = 30


@frozen
class _Section:
    """One of the parts of a format between semicolons.

    Attributes:
        codes: the letters that mean something, in small letters.
        literal: what is put between them.
        elapsed: whether it counts hours and minutes beyond a day.
        condition: whether it is for some values only.
    """

    codes: str
    literal: str
    elapsed: bool = False
    condition: bool = False

    @property
    def has_letters(self) -> bool:
        """Whether it puts something beside the value."""
        return bool(self.literal.strip(_HARMLESS))


@lru_cache(maxsize=1024)
def format_of(code: str) -> NumberFormat:
    """What a number format does. For one of hundreds of letters nothing is worked out."""
    if code.strip().casefold() in _GENERAL_NAMES:
        return GENERAL
    if len(code) > _LONGEST:
        return NumberFormat(Shown.OTHERWISE)
    sections = _sections(code)
    first = sections[0]
    text = sections[3] if len(sections) > 3 else next((part for part in sections if "@" in part.codes), None)
    changes_text = text is not None and (text.codes != "@" or text.has_letters)
    shown, digits, decimals = _number(first)
    if any(section.condition for section in sections):
        shown = Shown.OTHERWISE
    return NumberFormat(shown, digits, decimals, changes_text, len(sections))


def _number(section: _Section) -> tuple[Shown, int, int | None]:
    """What a part does to a number, how many digits it shows before the point, and how many after it."""
    codes = section.codes
    if codes in ("@", "general"):
        return (Shown.OTHERWISE if section.has_letters else Shown.AS_IT_IS), 1, None
    if moment := _moment(section):
        return moment, 1, None
    found = _DIGITS.fullmatch(codes.replace(" ", ""))
    if found is None or section.has_letters or not codes:
        return Shown.OTHERWISE, 1, None
    whole = codes.partition(".")[0]
    digits, decimals = whole.count("0"), len(found["decimals"] or "")
    if _LATER_PLACE.search(whole) or digits > _MOST_DIGITS or (digits > 1 and (decimals or "," in whole or " " in whole)):
        return Shown.OTHERWISE, 1, None
    return (Shown.PADDED if digits > 1 else Shown.AS_IT_IS), digits, decimals


def _moment(section: _Section) -> Shown | None:
    """Whether a part shows a day or a time; u and j are the Dutch hour and year, for programs that forget to translate them."""
    codes = section.codes.replace("general", "")
    if re.search(r"[dyj]", codes):
        return Shown.DAY
    if section.elapsed or re.search(r"[hus]", codes):
        return Shown.TIME
    return Shown.DAY if "m" in codes else None


def _sections(code: str) -> list[_Section]:
    """The parts of a format: for positive numbers, negative ones, zero and text."""
    found: list[_Section] = []
    codes, literal, elapsed, condition = "", "", False, False
    for quoted, escaped, bracket, letter in _PIECES.findall(code):
        if letter == ";":
            found.append(_Section(codes.strip(), literal, elapsed, condition))
            codes, literal, elapsed, condition = "", "", False, False
        elif bracket:
            elapsed |= bool(_ELAPSED.fullmatch(bracket))
            condition |= bool(_CONDITION.match(bracket))
            literal += bracket[1:].partition("-")[0] if bracket.startswith("$") else ""
        elif letter.casefold() in ("am/pm", "a/p"):
            codes += "h"
        elif letter:
            codes += letter.casefold()
        else:
            literal += quoted + escaped
            codes += "" if (quoted + escaped).strip(_HARMLESS) else " " * len(quoted + escaped)
    return [*found, _Section(codes.strip(), literal, elapsed, condition)]
