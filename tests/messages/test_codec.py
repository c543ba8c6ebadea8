"""Bytes to JSON, and the short texts that go with an answer."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from doorstroom_client.errors import MessageError
from doorstroom_client.messages.codec import BODY_LIMIT, VALUES, decode_answer, decode_json, decode_leerlingresultaat
from doorstroom_client.messages.melding import MELDING_LIMIT, melding_of, ontvangstmelding

REFUSED: dict[str, bytes] = {
    "empty": b"",
    "only spaces": b" \n ",
    "duplicate key": b'{"a":1,"a":2}',
    "duplicate key, same value": b'{"a":1,"a":1}',
    "duplicate key, nested": b'{"x":[{"y":{"a":1,"b":2,"a":3}}]}',
    "duplicate key, escaped": b'{"a":1,"\\u0061":2}',
    "duplicate empty key": b'{"":1,"":2}',
    "duplicate key, and an escaped colon": b'{"a":1,"a":"\\u003a"}',
    "duplicate key, and a colon": b'{"a":":","a":1}',
    "duplicate key, and an escaped colon in a key": b'{"a":1,"a":{"\\u003A":1},"b":":"}',
    "NaN": b'{"a":NaN}',
    "Infinity": b"[Infinity]",
    "-Infinity": b"[-Infinity]",
    "1e400": b"[1e400]",
    "-1e400": b"[-1E+400]",
    "1e999 in an object": b'{"a":1e999}',
    "two byte order marks": b"\xef\xbb\xbf\xef\xbb\xbf{}",
    "a byte order mark and nothing": b"\xef\xbb\xbf",
    "a byte order mark after a space": b" \xef\xbb\xbf{}",
    "two kinds of byte order mark": b"\xef\xbb\xbf" + '{"a":1}'.encode("utf-16"),
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "UTF-16 LE": '{"a":1}'.encode("utf-16-le"),
    "UTF-16 BE": '{"a":1}'.encode("utf-16-be"),
    "UTF-32": '{"a":1}'.encode("utf-32"),
    "lone high surrogate": b'["\\ud800"]',
    "lone low surrogate": b'["\\udc00"]',
    "swapped surrogates": b'["\\udc00\\ud800"]',
    "lone surrogate in a key": b'{"\\ud800":1}',
    "lone surrogate before another escape": b'["\\uD83D\\u0041"]',
    "latin-1": b'["\xe9"]',
    "overlong UTF-8": b'["\xc0\x80"]',
    "surrogate in UTF-8": b'["\xed\xa0\x80"]',
    "cut UTF-8": b'["\xe2\x82',
    "depth 250": b"[" * 250 + b"]" * 250,
    "depth 250, both": b'[{"a":' * 125 + b"1" + b"}]" * 125,
    "depth 250, objects": b'{"a":' * 250 + b"1" + b"}" * 250,
    "depth 100000": b"[" * 100_000 + b"]" * 100_000,
    "depth 100000, not closed": b'{"a":[' * 100_000,
    "5000 digits": b"[" + b"1" * 5000 + b"]",
    "-5000 digits": b"-" + b"9" * 5000,
    "5000 digits with exponent": b"1" * 5000 + b"e0",
    "trailing data": b"{} x",
    "two documents": b"{}{}",
    "two documents on two lines": b"{}\n{}",
    "too large": b" " * (BODY_LIMIT - 1) + b"{}",
    "leading zero": b"01",
    "leading zero, negative": b"[-01]",
    "trailing comma, list": b"[1,]",
    "trailing comma, object": b'{"a":1,}',
    "raw newline in text": b'["a\nb"]',
    "raw NUL in text": b'["\x00"]',
    "NUL after": b"{}\x00",
    "plus": b"+1",
    "bare fraction": b".5",
    "open fraction": b"1.",
    "hex": b"0x10",
    "single quotes": b"{'a':1}",
    "bare key": b"{a:1}",
    "comment": b"/* x */{}",
    "form feed": b"\x0c{}",
    "bad escape": b'"\\x41"',
    "bad unicode escape": b'"\\u00zz"',
    "capital True": b"True",
    "missing comma": b"[1 2]",
    "not closed": b'{"a":1',
    "bare text": b"hallo",
    "html": b"<html></html>",
    "gzip": gzip.compress(b"{}"),
}
ACCEPTED: dict[str, tuple[bytes, Any]] = {
    "object": (b"{}", {}),
    "list": (b"[]", []),
    "null": (b"null", None),
    "spaces around": (b' \r\n\t{"a" : 1 } \n', {"a": 1}),
    "UTF-8": ('["é漢😀"]'.encode(), ["é漢😀"]),
    "surrogate pair": (b'["\\ud83d\\ude00"]', ["😀"]),
    "escapes": (b'"\\u0041\\n\\/\\u0000"', "A\n/\x00"),
    "same key in two objects": (b'[{"a":1},{"a":{"a":2}}]', [{"a": 1}, {"a": {"a": 2}}]),
    "keys that differ by case": (b'{"a":1,"A":2}', {"a": 1, "A": 2}),
    "decomposed keys differ": ('{"é":1,"e\u0301":2}'.encode(), {"é": 1, "e\u0301": 2}),
    "numbers": (b"[0,-0,1.5,1e3,-2E-3,1e-400]", [0, 0, 1.5, 1000.0, -0.002, 0.0]),
    "small and exact numbers": (b"[5e-324,0.1,123456789012345678901234567890]", [5e-324, 0.1, 123456789012345678901234567890]),
    "colons in texts": (b'{"a:b":":::","c":"::"}', {"a:b": ":::", "c": "::"}),
    "escaped escape": (b'["\\\\ud800","\\\\u003a"]', ["\\ud800", "\\u003a"]),
    "words in texts": (b'["Infinity","NaN"]', ["Infinity", "NaN"]),
    "big number": (b"1" * 300, int("1" * 300)),
    "DEL and line separator": ('["\x7f\u2028"]'.encode(), ["\x7f\u2028"]),
    "exactly the limit": (b" " * (BODY_LIMIT - 2) + b"{}", {}),
    "one byte order mark": (b'\xef\xbb\xbf{"a":1}', {"a": 1}),
    "byte order mark inside": ('["\ufeff"]'.encode(), ["\ufeff"]),
}


@pytest.mark.parametrize("case", list(REFUSED))
@pytest.mark.parametrize("read", [decode_json, decode_leerlingresultaat])
def test_what_is_no_json_is_refused(case: str, read: Any) -> None:
    with pytest.raises(MessageError) as caught:
        read(REFUSED[case])
    assert caught.value.path == "body"
    assert caught.value.what == ("" if read is decode_json else "leerlingresultaat")
    assert len(caught.value.problems) == 1
    assert len(str(caught.value)) < 100
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize("case", list(ACCEPTED))
def test_json_is_accepted(case: str) -> None:
    body, value = ACCEPTED[case]
    assert decode_json(body) == value


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
@pytest.mark.parametrize("depth", [1, 150, 200])
@pytest.mark.parametrize("read", [decode_json, decode_answer])
def test_depth_that_is_accepted(read: Any, depth: int, opening: bytes, closing: bytes) -> None:
    inner = read(opening * depth + (b"1" if opening != b"[" else b"") + closing * depth)
    found = 0
    while isinstance(inner, list | dict):
        found += 1
        inner = (inner["a"] if isinstance(inner, dict) else inner[0]) if inner else None
    assert found == depth


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("gzip", "^body: is compressed, and does not say so$"),
        ("duplicate key, nested", "^body: holds a key twice in one object$"),
        ("too large", "^body: is larger than 1048576 bytes$"),
        ("two byte order marks", "^body: is not valid JSON$"),
        ("UTF-16", "^body: is UTF-16 or UTF-32, not UTF-8$"),
        ("UTF-16 LE", "^body: is UTF-16 or UTF-32, not UTF-8$"),
        ("UTF-16 BE", "^body: is UTF-16 or UTF-32, not UTF-8$"),
        ("UTF-32", "^body: is UTF-16 or UTF-32, not UTF-8$"),
        ("two kinds of byte order mark", "^body: is UTF-16 or UTF-32, not UTF-8$"),
        ("latin-1", "^body: is not valid UTF-8$"),
        ("trailing comma, list", "^body: is not valid JSON$"),
    ],
)
def test_the_rule_is_named(case: str, words: str) -> None:
    with pytest.raises(MessageError, match=words):
        decode_json(REFUSED[case])


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 201 + b"]" * 201,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b'[{"a":' * 150 + b"1" + b"}]" * 150,
        b"[" * 100_000 + b"]" * 100_000,
        b"[" * 100_000,
        b'{"a":[' * 100_000 + b'"',
        b'["]]]]", "\\"]]]", ' + b"[" * 201,
    ],
    ids=range(7),
)
def test_an_answer_that_is_too_deep_is_so_on_every_python(body: bytes) -> None:
    """Where Python itself stops, if it does, depends on the version; so does whether it sees first that the text is cut."""
    with pytest.raises(RecursionError):
        decode_answer(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"[" + b"[]," * 10_000 + b"[]]", [[]] * 10_001),
        (b"[[]," + b"[" * 199 + b"]" * 199 + b"]", [[], json.loads("[" * 199 + "]" * 199)]),
        (b'["' + b"[{" * 1000 + b'\\"[{"]', ["[{" * 1000 + '"[{']),
        (b'\xef\xbb\xbf{"a":1,"a":2}', {"a": 2}),
        ('["\\ud800"]'.encode("utf-16"), ["\ud800"]),
    ],
    ids=["wide", "as deep as may be", "brackets in a text", "a mark, and a key twice", "UTF-16, and half a character"],
)
def test_an_answer_is_read_leniently(body: bytes, value: Any) -> None:
    assert decode_answer(body) == value


@pytest.mark.parametrize("body", [b"", b"{", b'["', b"\xff", b"niet", b"[" * 200, b"]" * 300, b"{} x"])
def test_an_answer_that_is_no_json(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds, without words of ours
        decode_answer(body)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"melding": "Ontvangen"}, "Ontvangen"),
        ({"melding": "a", "detail": "b"}, "a"),
        ({"melding": "", "detail": "b"}, "b"),
        ({"melding": None, "title": "t", "status": 400}, "t"),
        ({"title": "t", "detail": "d"}, "d"),
        ({"melding": 5}, "5"),
        ({"melding": {"a": 1}, "message": "m"}, "m"),
        ({"melding": ["a"]}, ""),
        ({"error": {"code": 1}}, ""),
        ({}, ""),
        ([], ""),
        (["melding"], ""),
        ("melding", ""),
        (None, ""),
        (True, ""),
        ({"melding": "x" * 5000}, "x" * MELDING_LIMIT),
    ],
)
def test_the_text_of_an_answer(document: Any, text: str) -> None:  # quirk Q26
    assert melding_of(document) == text


def test_our_own_answer() -> None:
    assert melding_of(ontvangstmelding("Ontvangen")) == "Ontvangen"


@pytest.mark.parametrize("value", [b"0", b"{}", b"[]", b'""', b'{"a":1}', b'[{"b":2}]', b"[[],[]]"])
def test_so_many_values_that_they_would_fill_the_memory(value: bytes) -> None:
    with pytest.raises(MessageError, match=f"^body: holds more than {VALUES} values$"):
        decode_json(b"[" + b",".join([value] * (VALUES + 1)) + b"]")


@pytest.mark.parametrize("last", [b"0", b'"[{,"', b'"a\\",[[["'])
def test_the_most_values_that_a_message_may_have(last: bytes) -> None:
    assert len(decode_json(b"[" + b"0," * (VALUES - 1) + last + b"]")) == VALUES


@pytest.mark.parametrize("text", ["[", "{", ",", '\\",', "{},"])
def test_what_stands_in_a_text_is_no_value(text: str) -> None:
    assert decode_json(f'["{text * (VALUES + 1)}"]'.encode())
