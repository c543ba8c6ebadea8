"""Bytes to messages and back: strict in what goes out, linted and lenient in what comes in."""

from __future__ import annotations

import json
from typing import Any

from pydantic_core import from_json, to_json

from doorstroom_client.errors import MessageError, Problem
from doorstroom_client.messages.resultaten import Leerlingresultaat

BODY_LIMIT = 1024 * 1024
"""Bytes that an incoming message may have."""


def encode(document: object) -> bytes:
    """Write a document as UTF-8 JSON, with the fields in the order in which they stand."""
    from pydantic_core import to_json

    return to_json(document)


def decode_json(body: bytes) -> Any:
    """Read JSON strictly: UTF-8 without BOM, no duplicate keys, no NaN, no lone surrogates, bounded depth.

    Raises:
        MessageError: the text is not such JSON; says which rule, never what stood there.
    """
    rule, document = _read(body)
    if rule:
        del body  # tracebacks may show local variables
        raise MessageError([Problem("body", rule)])
    return document


def _read(body: bytes) -> tuple[str, Any]:
    """The first rule that `body` breaks, or an empty text and what it holds."""
    if len(body) > BODY_LIMIT:
        return f"is larger than {BODY_LIMIT} bytes", None
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return "is not valid UTF-8", None
    if text.startswith("\ufeff"):
        return "starts with a byte order mark", None
    try:
        from_json(body, allow_inf_nan=False, cache_strings=False)  # bounds depth and numbers; no NaN
        document = json.loads(text, object_pairs_hook=_unique, parse_float=_finite)
        json.dumps(document, ensure_ascii=False).encode("utf-8")  # a lone surrogate cannot be written
    except _DuplicateError:
        return "holds a key twice in one object", None
    except (ValueError, RecursionError):  # UnicodeEncodeError is a ValueError too
        return "is not valid JSON", None
    return "", document


class _DuplicateError(ValueError):
    pass


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateError
    return found


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError
    return number


def _quickly(body: bytes) -> Any:
    """What a text holds that is such JSON beyond doubt; None for any other, which is then read in full to tell what it breaks.

    Of a key that stands twice only one is kept, and a colon is lost with the other. So where as many colons are written again
    as stood there, nothing is lost; unless an escape made one. A number out of bounds is written as Infinity, and this reader
    makes no lone surrogates.
    """
    if len(body) > BODY_LIMIT or b"\\u003" in body:
        return None
    try:
        document = from_json(body, allow_inf_nan=False, cache_strings=False)
        written = to_json(document, inf_nan_mode="constants")
    except ValueError:
        return None
    return document if written.count(b":") == body.count(b":") and b"Infinity" not in written else None


def decode_leerlingresultaat(body: bytes) -> Leerlingresultaat:
    """Read a pushed result.

    Raises:
        MessageError: no valid JSON (`path` is ``body``), or no usable result.
    """
    try:
        result, problems = Leerlingresultaat._validated(_quickly(body) or decode_json(body))
    except MessageError as error:
        result, problems = None, list(error.problems)
    del body  # tracebacks may show local variables
    if result is not None:
        return result
    raise MessageError(problems, what="leerlingresultaat")
