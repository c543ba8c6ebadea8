"""Keeps the citizen service number (BSN, PGN, onderwijsnummer) out of the exchange.

The chain never carries it, but the text of the published definition names it as an example of an identity, so sooner or
later somebody puts it there. A number can be recognised only by its check: about 9 % of all other 9-digit numbers pass it
too. Whoever has such LAS-keys says so, with a reason.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_LONG_NAMES = ("burgerservicen", "persoonsgebondenn", "onderwijsnummer", "onderwijsnr", "sofinummer", "sofinr")
_SHORT_NAMES = ("bsn", "pgn")
BSN_LENGTHS = (8, 9)
"""Digits that such a number has; one that starts with a zero is often written without it."""
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def looks_like_bsn(text: str) -> bool:
    """Whether a text is a number of 8 or 9 digits that passes the check of a BSN (the 11-test)."""
    if not re.fullmatch(r"[0-9]{8,9}", text):
        return False
    digits = [int(digit) for digit in text.rjust(9, "0")]
    total = sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return total % 11 == 0 and any(digits)


def names_bsn(name: str) -> bool:
    """Whether a field or label is named after such a number, in any spelling (``bsn``, ``leerlingBsn``, ``BSN-nr`` …)."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    parts = re.split(r"[\W_]+", words.casefold())
    folded = "".join(parts)
    short = any(part.startswith(_SHORT_NAMES) or part.endswith(_SHORT_NAMES) for part in (*parts, folded))
    return short or any(long in folded for long in _LONG_NAMES)


def holds_bsn_field(document: Any, known: frozenset[str] = frozenset()) -> bool:
    """Whether a field anywhere in a decoded message is named after such a number.

    Args:
        document: the message.
        known: names that are not; most fields of a message have one of these, and need no look.
    """
    return any(names_bsn(name) for name in _field_names(document) - known)


def _field_names(document: Any) -> set[str]:
    """Each name of a field anywhere in a message, once."""
    names: set[str] = set()
    waiting = [document]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            names.update(map(str, item))
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return names
