"""Bytes to messages and back: strict in what goes out, linted and lenient in what comes in."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable
from functools import cache
from itertools import islice
from typing import Any

from doorstroom_client.errors import MessageError, Problem
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat

BODY_LIMIT = 1024 * 1024
"""Bytes that an incoming message may have."""
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)  # that of UTF-32 LE begins as that of UTF-16 LE
_GZIP = b"\x1f\x8b"
DEPTH = 200
"""Lists and objects in each other that an answer may have."""
VALUES = 35_000
"""Values that an incoming message may have; a real one has about a hundred, and each takes far more memory than room in it."""
_TEXT = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'
_MARKS = re.compile(_TEXT + rb"|[\[\]{}]", re.DOTALL)
"""Texts, so that nothing in them is taken for what opens or closes a list or an object."""
_BEFORE_A_VALUE = re.compile(_TEXT + rb"|,|[\[{](?!\s*+[\]}])", re.DOTALL)
"""Likewise, with what stands before each value in a list or an object."""


def encode(document: object) -> bytes:
    """Write a document as UTF-8 JSON, with the fields in the order in which they stand."""
    return _writer()(document)


@cache
def _writer() -> Callable[[object], bytes]:
    from pydantic_core import to_json  # at the first message

    return to_json


def decode_json(body: bytes) -> Any:
    """Read JSON strictly: UTF-8, no duplicate keys, no NaN, no lone surrogates, bounded depth.

    One byte order mark of UTF-8 before it is skipped: real senders write it.

    Raises:
        MessageError: the text is not such JSON; says which rule, never what stood there.
    """
    rule, document = _read(body)
    if rule:
        del body  # tracebacks may show local variables
        raise MessageError([Problem("body", rule)])
    return document


def _read(body: bytes) -> tuple[str, Any]:
    """The first rule that `body` breaks, or an empty text and what it holds.

    Values are counted first: a body of the largest size may hold so many that they take a hundred times its room. Then two
    readers have to agree. That of pydantic keeps count of the depth itself, so that it stops at the same place on every
    Python, and refuses NaN, lone surrogates and endless numbers; that of Python shows every key, and every fraction.
    """
    if len(body) > BODY_LIMIT:
        return f"is larger than {BODY_LIMIT} bytes", None
    body = body.removeprefix(codecs.BOM_UTF8)
    if body.startswith(_GZIP):
        return "is compressed, and does not say so", None
    if body.startswith(_WIDE) or b"\0" in body[:4]:
        return "is UTF-16 or UTF-32, not UTF-8", None
    if _has_too_many_values(body):
        return f"holds more than {VALUES} values", None
    from pydantic_core import from_json

    try:
        from_json(body, allow_inf_nan=False, cache_strings=False)
        return "", _DECODER.decode(body.decode())
    except DuplicateError:
        return "holds a key twice in one object", None
    except (ValueError, RecursionError):  # the latter only for who calls from deep inside its own code
        return f"is not valid {'JSON' if _is_utf8(body) else 'UTF-8'}", None


def _has_too_many_values(body: bytes) -> bool:
    if sum(map(body.count, (b"[", b"{", b","))) <= VALUES:
        return False  # whatever of these stands in a text or before nothing
    values = (mark for mark in _BEFORE_A_VALUE.finditer(body) if mark[0] in b"[{,")
    return next(islice(values, VALUES, None), None) is not None


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


class DuplicateError(ValueError):
    """A key stands twice in one object."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateError
    return found


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError
    return number


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite)


def decode_answer(body: bytes, *, unique: bool = False) -> Any:
    """Read the JSON of an answer as leniently as Python does, but to the same depth on every Python.

    Args:
        body: what came.
        unique: whether no key may stand twice in one object; of two the last one counts otherwise.

    Raises:
        DuplicateError: one does.
        ValueError: it is no JSON.
        RecursionError: it is deeper than `DEPTH`, whatever follows there.
    """
    if body.count(b"[") + body.count(b"{") > DEPTH:  # else it cannot be
        depth = 0
        for mark in _MARKS.finditer(body):
            depth += (mark[0] in b"[{") - (mark[0] in b"]}")
            if depth > DEPTH:
                raise RecursionError
    return json.loads(body, object_pairs_hook=_unique if unique else None)


def decode_leerlingresultaat(body: bytes) -> Leerlingresultaat:
    """Read a pushed result.

    Raises:
        MessageError: no valid JSON (`path` is ``body``), or no usable result.
    """
    try:
        result, problems = Leerlingresultaat._validated(decode_json(body))
    except MessageError as error:
        result, problems = None, list(error.problems)
    del body  # tracebacks may show local variables
    if result is not None:
        return result
    raise MessageError(problems, what="leerlingresultaat")
