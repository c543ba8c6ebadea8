"""Whole numbers as other programs write them: with a comma or a point, marks of thousands, an exponent, other digits."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_SIGNS = str.maketrans(
    {**dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"), **dict.fromkeys("\uff0b\ufe62", "+")}
)
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u061c\u2060\u2066\u2067\u2068\u2069\ufeff"
"""Marks without width, which come along with what is copied from a page or a spreadsheet."""
_LONGEST = 40
_MOST = 10**9
_BLANKS = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " ") | {"\u2019": "'"})
_PLAIN = re.compile(r"([+-]?)(?=[.,]?[0-9])([0-9]*)(?:[.,]([0-9]*))?(?:E([+-]?[0-9]{1,2}))?")
_GROUPED = re.compile(r"([+-]?)([0-9]{1,3}(?:([.,' ])[0-9]{3})(?:\3[0-9]{3})*)(?:(?!\3)[.,]([0-9]*))?()")
"""A number with marks between its thousands, and another one before its fraction."""
_TWO_WAYS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")


def whole_number(text: str) -> int | None:
    """The whole number that a text is; None when it is none, is larger than any score, or may be two.

    One point or comma with three digits behind it and one to three before it, as in ``1.234``, is a mark of thousands to one
    program and of a fraction to the next: nobody can tell, so it is not read.
    """
    text = text.strip().strip(_UNSEEN).strip()
    if len(text) > _LONGEST:
        return None
    text = "".join(_western(letter) for letter in text.translate(_SIGNS).translate(_BLANKS)).upper()
    if _TWO_WAYS.fullmatch(text):
        return None
    plain, grouped = _PLAIN.fullmatch(text), _GROUPED.fullmatch(text)
    if plain:
        sign, whole, part, power = plain.groups()
    elif grouped:
        sign, whole, _, part, power = grouped.groups()
    else:
        return None
    digits = re.sub(r"[^0-9]", "", whole)
    found = Decimal(f"{sign}{digits or '0'}.{part or '0'}E{power or '0'}")
    return int(found) if abs(found) < _MOST and found == found.to_integral_value() else None


def _western(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    return letter if digit is None else str(digit)
