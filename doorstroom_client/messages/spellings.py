"""Spellings that mean the same: of an ECK-iD, a test and a school year. What was written itself stays in the message."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from doorstroom_client.messages.identifiers import EckId, Schooljaar
from doorstroom_client.messages.vocabulary import Toetssoort

_YEARS = re.compile(r"([0-9]{4})[^0-9a-z]{0,8}([0-9]{4}|[0-9]{2})", re.IGNORECASE)
_LONGEST = 64
"""Characters of a text that can be one of those."""


def toets_as_listed(text: str) -> str:
    """A test as the list of the standard writes it (``ice``, ``Route 8``); another one in capitals, trimmed."""
    return _toets(text) if len(text) <= _LONGEST else text


def schooljaar_as_written(text: str) -> str:
    """A school year as ``2025-2026``, from ``2025/2026`` and its kin; another text without blanks around it."""
    return _schooljaar(text) if len(text) <= _LONGEST else text


def eck_id_as_issued(text: str) -> str:
    """An ECK-iD in small letters, as it is issued. A text of another form, as test environments have, stays as it is."""
    small = text.lower()
    return small if text != small and EckId.fits(small) else text


@lru_cache(maxsize=64)
def _toets(text: str) -> str:
    plain = _letters(text)
    known = (kind.value for kind in Toetssoort if _letters(kind) == plain)
    return next(known, None) or " ".join(_seen(text).upper().split())


@lru_cache(maxsize=64)
def _schooljaar(text: str) -> str:
    plain = _seen(text).strip()
    found = _YEARS.fullmatch(plain)
    year = f"{found[1]}-{found[1][: -len(found[2])]}{found[2]}" if found else plain
    return year if Schooljaar.fits(year) else plain


def _seen(text: str) -> str:
    """A text in its plainest form, without what stands in it and is never seen (marks of format, of byte order)."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
