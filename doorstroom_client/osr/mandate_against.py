"""What in an answer about a mandate speaks against the yes that was read in it.

The register's answers are known in part only. A field that nobody expected can still end, deny or correct what another one
says, wherever it stands; then the answer is no longer a yes. It is not made a no either: see `mandate_table`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from doorstroom_client.osr import mandate_table as words
from doorstroom_client.osr.parsing import spelled, whole_day

_LONGEST = 300
_SILENT = (*words.STARTS, *words.ENDS, *words.TOKENS, "links")
"""Fields that were read, or are followed."""
_NO = words.NO_STATES - {"none", "geen"}
"""Without the words that say of a property of a mandate that it has none."""


def is_denied(document: dict[str, Any], day: dt.date) -> bool:
    """Whether anything in an object speaks against a yes about a day; what its wrappers hold was read by itself."""
    waiting = [(spelled(name), value) for name, value in document.items() if not _was_read(spelled(name), value)]
    for name, value in waiting:  # grows on the way
        if isinstance(value, dict):
            waiting.extend((spelled(inner), item) for inner, item in value.items())
        elif isinstance(value, list):
            waiting.extend((name, item) for item in value)
        if _denies(name, value, day):
            return True
    return False


def _was_read(name: str, value: Any) -> bool:
    return name in _SILENT or (isinstance(value, dict | list) and name in words.WRAPPERS)


def is_error_code(name: str, value: Any) -> bool:
    """Whether a field holds a status of HTTP that is an error."""
    if name not in words.CODES or isinstance(value, bool):
        return False
    text = str(value).strip() if isinstance(value, int | float | str) else ""
    return len(text) == 3 and text.isascii() and text.isdigit() and text >= "400"


def is_something(value: Any) -> bool:
    """Whether a field for what went wrong tells that something did."""
    return value not in (None, "", False, [], {})


def _denies(name: str, value: Any, day: dt.date) -> bool:
    if words.ERRORS.fullmatch(name) and is_something(value):
        return True
    if value is False:
        return words.AFFIRMED.fullmatch(name) is not None
    if value is True:
        return name.removeprefix("is_") in words.DENIALS
    if isinstance(value, str):
        return _text_denies(name, value) or _day_denies(name, value, day)
    return is_error_code(name, value)


def _text_denies(name: str, value: str) -> bool:
    if is_error_code(name, value):
        return True
    if name in (*words.TEXTS, *words.REMARKS) and words.DOUBT.search(value):
        return True
    if len(value) > _LONGEST:
        return False
    plain = " ".join(value.casefold().split())
    if words.NOT_FOUND.search(plain):
        return True
    if name.removeprefix("is_") in words.DENIALS and plain in words.YES_WORDS:
        return True
    return plain.strip(" .\"'") in _NO and words.AFFIRMED.fullmatch(name) is not None


def _day_denies(name: str, value: str, day: dt.date) -> bool:
    found = whole_day(value)
    if found is None:
        return False
    if words.GONE.fullmatch(name):
        return found <= day
    return (found < day and words.UNTIL.fullmatch(name) is not None) or (
        found > day and words.SINCE.fullmatch(name) is not None
    )
