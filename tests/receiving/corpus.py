"""Texts that a sender may push, each with what becomes of it. Written for this project; every pupil is invented.

Most texts are one well-formed message with something odd in one of its places, so that a reader which checks only the
places it uses would let it through. Three groups:

- `VALID`: JSON, so the receiver judges the message: 202, or 422 when it is no usable message;
- `INVALID`: not JSON by RFC 8259, so 400;
- `DOUBTFUL`: the standard leaves it open, or it is JSON that is better not accepted. Decided here, with the reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LIMIT = 1024 * 1024
CANARY = b"KANARIE-7f3a"


@dataclass(frozen=True, slots=True)
class Text:
    """One text, the group it is in, what it is answered with, and why."""

    name: str
    group: str
    status: int
    reason: str
    body: bytes = field(repr=False)


_MESSAGE = (
    b'@before@{"datumtijd":"2026-03-10T11:00:00Z","auteur":"KANARIE-7f3a@auteur@","versie":"Doorstroomtoetsketen_v1.1",'
    b'"profiel":"Leerlingtoetsresultaat",@white@"schooljaar":"2025-2026","resultatenscores":{"id":"rs-1","deelnemerref":['
    b'{"label":"LAS-key","onderwijsdeelnemerID":"KANARIE-7f3a@pupil@"}],"versie":"Definitief","toetsdefinitie":"ICE",'
    b'"@key@":1,"scores":{"id":"s","scores":[{"label":"Toetsscore","id":"s-1","waarde":@number@}]},'
    b'"resultaten":{"resultaten":[{"label":"Toetsadvies","waarde":"vwo"}]}},'
    b'"toets":{"id":"ICE","naam":"IEP@naam@","omschrijving":"@text@"},"extra":@value@@last@}@after@'
)
_PLAIN = {b"number": b"540", b"key": b"sleutel", b"text": b"blabla", b"value": b"1"}


def put(place: str, content: bytes) -> bytes:
    """The message with `content` in one of its places."""
    wanted = place.encode()
    assert b"@" + wanted + b"@" in _MESSAGE, place
    return re.sub(rb"@([a-z]+)@", lambda at: content if at[1] == wanted else _PLAIN.get(at[1], b""), _MESSAGE)


def cut(place: str, content: bytes) -> bytes:
    """The message up to and including `content` in one of its places: what is left when a connection breaks there."""
    before, _, _ = _MESSAGE.partition(b"@" + place.encode() + b"@")
    return re.sub(rb"@([a-z]+)@", lambda at: _PLAIN.get(at[1], b""), before) + content


def _shown(content: bytes) -> str:
    text = content if len(content) <= 24 else content[:14] + b"..%d" % len(content)
    return text.decode("ascii", "backslashreplace").encode("unicode_escape").decode()


def _texts(group: str, status: int, place: str, reason: str, contents: list[bytes]) -> Iterator[Text]:
    """One text per content. The place `bare` means: without a message around it."""
    for content in contents:
        body = content if place == "bare" else put(place, content)
        yield Text(f"{place}: {_shown(content)} ({reason})", group, status, reason, body)


def _each(group: str, status: int, places: str, reason: str, contents: list[bytes]) -> Iterator[Text]:
    for place in places.split():
        yield from _texts(group, status, place, reason, contents)


def _nested(depth: int, opening: bytes, closing: bytes, heart: bytes = b"1") -> bytes:
    return opening * depth + heart + closing * depth


def _utf8(*texts: str) -> list[bytes]:
    return [text.encode() for text in texts]


_NUMBERS = [b"0", b"-0", b"-1", b"9007199254740993", b"1.5", b"-0.0", b"1e3", b"1E3", b"1e+3", b"1E-3", b"0.10e01", b"0e99999"]
_ESCAPES = [
    rb"\"",
    rb"\\",
    rb"\/",
    rb"\b\f\n\r\t",
    rb"\u0041",
    rb"\u00e9",
    rb"\u0000",
    rb"\u007F",
    rb"\ud83d\ude00",
    rb"\uDBFF\uDFFF",
    rb"\\u0041",
    rb"\u005c\u0022",
    rb"\u202e",
    rb"\uffff",
]
_VALUES = [
    b"null",
    b"true",
    b"false",
    b'""',
    b"[]",
    b"{}",
    b"[[],[{}]]",
    b'[1,2.5,null,true,false,"x",{},[]]',
    b'{"":0}',
    b'{"a":{"a":{"a":1}}}',
    b'[{"a":1},{"a":2}]',
    b'{"a":1,"A":2}',
    b'{"__class__":"x","_raw":[],"model_config":{},"self":1}',
    b'{"a":[],"b":{},"c":"\\u0062","d":-1}',
    '{"é":1,"e\u0301":2}'.encode(),
]


def _valid() -> Iterator[Text]:
    group = "valid"
    yield Text("the message itself", group, 202, "a result", put("before", b""))
    yield from _texts(group, 202, "number", "a number in another form", [*_NUMBERS, b'"540"', b"null", b"[540]", b"{}"])
    yield from _texts(group, 202, "text", "an escape", _ESCAPES)
    raw = (
        "é",
        "漢字",
        "😀",
        "\x7f",
        "\u0080",
        "\u2028\u2029",
        "\u00a0",
        "\ufeff",
        "\ufffe\uffff",
        "\U0010ffff",
        "\u202eabc",
        "/",
    )
    yield from _texts(group, 202, "text", "a character as it is", [*_utf8(*raw), b"", b"x" * 100_000])
    yield from _texts(
        group, 202, "key", "an unknown field", [b"", rb"\u0000", rb"\"", "é".encode(), b"k" * 5_000, b"raw", b"$ref"]
    )
    yield from _texts(group, 202, "value", "a value of any kind", _VALUES)
    yield from _each(group, 202, "before white after", "white space", [b" ", b"\t", b"\n", b"\r", b"\r\n", b" \n\t\r " * 200])
    yield from _texts(
        group, 202, "pupil", "another key of a pupil", [*_utf8("é", "漢", " ", "\u00a0"), rb"\u00e9", rb"\/", rb" \n"]
    )
    whole = json.loads(put("value", b"1"))
    for name, text in (
        ("written over several lines", json.dumps(whole, indent=4)),
        ("with spaces", json.dumps(whole, separators=("  , ", " :\t"))),
        ("in another order", json.dumps(dict(reversed(whole.items())))),
        ("with every letter escaped", re.sub("[a-zA-Z]", lambda at: f"\\u{ord(at[0]):04x}", json.dumps(whole["auteur"]))),
    ):
        body = text.encode()
        yield Text(name, group, 202 if body[:1] == b"{" else 422, "the same message", body)
    bare = [
        b"null",
        b"true",
        b"false",
        b"0",
        b"-1.5e-3",
        b'"x"',
        b"[]",
        b"{}",
        b"[1]",
        b'{"a":1}',
        b" {} ",
        b"[[]]",
        b'"' + CANARY + b'"',
    ]
    yield from _texts(group, 422, "bare", "JSON, but no result", bare)
    for gone in ("resultatenscores", "deelnemerref", "resultaten", "label", "onderwijsdeelnemerID"):
        body = put("value", b"1").replace(f'"{gone}"'.encode(), b'"weg"')
        yield Text(f"without {gone}", group, 422, "names no pupil or has no results", body)


_NO_NUMBERS = [
    b"01",
    b"-01",
    b"00",
    b"007",
    b"1.",
    b"-1.",
    b".5",
    b"-.5",
    b"+1",
    b"+0.5",
    b"--1",
    b"++1",
    b"-",
    b"+",
    b"- 1",
    b"1e",
    b"1E+",
    b"1e-",
    b"1.e3",
    b".e3",
    b"1.5e",
    b"1e1.5",
    b"1e5e5",
    b"1.2.3",
    b"0x1",
    b"0X1F",
    b"0b1",
    b"0o7",
    b"1_000",
    b"1 000",
    b"1,5",
    b"1'000",
    b"1f",
    b"1L",
    b"1n",
    b"1%",
    b"$1",
    b"1+1",
    b"1/2",
    b"inf",
    b"nan",
    b"1.#INF",
    b"012e1",
    b"0.0.",
    *_utf8("½", "١", "１", "−1", "1\u00a0000"),
]
_NO_WORDS = [
    b"True",
    b"FALSE",
    b"None",
    b"NULL",
    b"Null",
    b"nul",
    b"tru",
    b"fals",
    b"nulll",
    b"truefalse",
    b"undefined",
    b"nil",
]
_NO_WORDS += [b"yes", b"x", b"t", b"null0", b"new Date()", b"void 0", b"<a/>", b"(1)", b"`x`", b"@", b"#1", b"\\u006eull"]
_BAD_ESCAPES = [
    rb"\x41",
    rb"\a",
    rb"\v",
    rb"\0",
    rb"\'",
    rb"\101",
    rb"\u",
    rb"\u1",
    rb"\u12",
    rb"\u123",
    rb"\u00zz",
    rb"\u+041",
    rb"\u 041",
    rb"\u-041",
    rb"\U0041",
    rb"\U00000041",
    rb"\u{41}",
    rb"\N{DIGIT ONE}",
    "\\é".encode(),
    "\\u００41".encode(),
    b"\\\n",
    b"\\ ",
    b"\\",
]
_NO_UTF8 = [
    b"\xff",
    b"\xfe",
    b"\x80",
    b"\xbf",
    b"\xe9",
    b"\x93quote\x94",
    b"\xc3",
    b"\xc3(",
    b"\xe2\x82",
    b"\xe2\x82x",
    b"\xf0\x9f\x98",
    b"\xf0\x9f",
    b"\xc3\xa9\xa9",
    b"\xf4\x90\x80\x80",
    b"\xf5\x80\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xfc\x84\x80\x80\x80\x80",
]
_NO_STRUCTURE = [
    b"",
    b"[1,]",
    b"[,1]",
    b"[1,,2]",
    b"[,]",
    b"[1 2]",
    b"[1;2]",
    b"[1:2]",
    b'["a":1]',
    b"[1",
    b"[",
    b"]",
    b"[1]]",
    b"[1}",
    b"{",
    b"}",
    b"{,}",
    b'{"a"}',
    b'{"a":}',
    b"{:1}",
    b'{"a":1,}',
    b'{,"a":1}',
    b'{"a":1,,"b":2}',
    b'{"a" 1}',
    b'{"a":1 "b":2}',
    b'{"a":1;"b":2}',
    b'{"a"=1}',
    b'{"a"=>1}',
    b'{"a"::1}',
    b'{"a":1:2}',
    b'{"a":1]',
    b'{"a":[1}',
    b"{a:1}",
    b"{'a':1}",
    b"{1:1}",
    b"{null:1}",
    b"{[]:1}",
    b"{{}:1}",
    b'{"a":1,"b"}',
    b'{"a","b"}',
    b'["a]',
    b'["a""b"]',
    b'"a" + "b"',
    b"'a'",
    b"\"a'",
    b'"""a"""',
    b"[...]",
    b"{...x}",
    b'{"a":1}}',
    b"1 2",
    *_utf8("“a”", "«a»", "„a”", "[1，2]", '{"a"：1}'),
]
_COMMENTS = [b"/* x */", b"/**/", b"// x\n", b"# x\n", b"<!-- x -->", b"-- x\n", b"; x\n", b"% x\n", b"rem x\n"]
_NO_SPACE = [
    b"\x0c",
    b"\x0b",
    b"\x00",
    b"\x07",
    b"\x08",
    b"\x1a",
    b"\x1b",
    b"\x1e",
    b"\x1f",
    b"\x7f",
    b"\\n",
    b"\\",
    b"_",
    b"\x0d\x0c",
]
_NO_SPACE += _utf8("\u00a0", "\u0085", "\u1680", "\u2003", "\u200b", "\u2028", "\u2029", "\u3000", "\u2060")


def _invalid() -> Iterator[Text]:
    group = "invalid"
    yield from _texts(group, 400, "bare", "nothing there", [b"", b" ", b"\n", b" \r\n\t", b" " * 10_000])
    yield from _texts(group, 400, "number", "no number of JSON", _NO_NUMBERS)
    yield from _texts(
        group, 400, "bare", "no number of JSON", [b"[" + number + b"]" for number in _NO_NUMBERS if b"," not in number]
    )
    yield from _texts(group, 400, "value", "no word of JSON", _NO_WORDS)
    yield from _texts(group, 400, "bare", "no word of JSON", [*_NO_WORDS, CANARY, b"hallo " + CANARY])
    yield from _each(group, 400, "text key", "an escape that JSON does not have", _BAD_ESCAPES)
    yield from _texts(group, 400, "text", "a raw control character in a text", [bytes([code]) for code in range(0x20)])
    yield from _each(group, 400, "key pupil", "a raw control character in a text", [b"\x00", b"\t", b"\n", b"\r\n", b"\x1f"])
    yield from _texts(group, 400, "text", "a text that ends too early", [b'"', b'"x', b'x" "y', b'","'])
    yield from _each(group, 400, "text key white", "not UTF-8", _NO_UTF8)
    yield from _texts(group, 400, "value", "brackets, commas and colons in the wrong place", _NO_STRUCTURE)
    yield from _texts(
        group,
        400,
        "last",
        "something more before the end",
        [b",", b",,", b":1", b'"a":1', b',"a"', b',"a":', b",{}", b"]", b" 1"],
    )
    yield from _each(group, 400, "before white after", "a comment", _COMMENTS)
    yield from _each(group, 400, "before white after", "white space that JSON does not know", _NO_SPACE)
    after = [
        b"x",
        b",",
        b"]",
        b"}",
        b"{}",
        b"null",
        b";",
        b'"',
        b"\n{}",
        b"\r\n\r\n",
        b"0",
        b")",
        b"]]>",
        b"--boundary--",
        b"\x04",
    ]
    yield from _texts(group, 400, "after", "data after the end", [content for content in after if content.strip()])
    before = [
        b"x",
        b",",
        b")]}',\n",
        b"while(1);",
        b"f(",
        b"data: ",
        b"{}",
        b"[",
        b"json=",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"0",
        b'"',
    ]
    yield from _texts(group, 400, "before", "data before the start", before)
    whole = put("value", b"1")
    yield Text("the message twice", group, 400, "two documents", whole + whole)
    yield Text("the message twice, on two lines", group, 400, "two documents", whole + b"\n" + whole)
    yield Text("the message as a text in quotes, not escaped", group, 400, "quotes in quotes", b'"' + whole + b'"')
    yield Text("the message with single quotes", group, 400, "single quotes", whole.replace(b'"', b"'"))
    yield Text("the message without quotes", group, 400, "no quotes", whole.replace(b'"', b""))
    yield Text("the message with every comma doubled", group, 400, "commas", whole.replace(b",", b",,"))
    yield Text("the message with = for :", group, 400, "colons", whole.replace(b'":', b'"='))
    yield Text("the message percent-encoded", group, 400, "a form", whole.replace(b'"', b"%22").replace(b"{", b"%7B"))
    yield Text("a form", group, 400, "a form", b"auteur=" + CANARY + b"&versie=1")
    yield Text("XML", group, 400, "XML", b'<?xml version="1.0"?><leerling>' + CANARY + b"</leerling>")
    yield Text("a zip file", group, 400, "not text", b"PK\x03\x04\x14\x00\x00\x00" + CANARY)
    yield Text("gzip", group, 400, "not text", b"\x1f\x8b\x08\x00\x00\x00\x00\x00" + CANARY)
    yield Text("YAML", group, 400, "YAML", b"---\nauteur: " + CANARY + b"\n")
    yield Text("a line per item", group, 400, "several documents", b'{"a":1}\n{"a":2}\n')
    yield from _truncated()


def _truncated() -> Iterator[Text]:
    places = [
        ("number", b"", "before a number"),
        ("number", b"-", "after a minus"),
        ("number", b"5", "after a number"),
        ("number", b"5.", "after a point"),
        ("number", b"5e", "after an exponent"),
        ("number", b'"', "after an opening quote"),
        ("number", b'"5', "inside a text"),
        ("number", b'"\\', "after a backslash"),
        ("number", b'"\\u00', "inside an escape"),
        ("number", b'"\\ud83d', "between two surrogates"),
        ("number", "é".encode()[:1], "inside a character"),
        ("number", b"540}", "after an object in a list"),
        ("number", b"540}]", "after a list"),
        ("value", b"", "before a value"),
        ("value", b"t", "inside true"),
        ("value", b"nul", "inside null"),
        ("value", b"[", "after an opening bracket"),
        ("value", b"[1", "inside a list"),
        ("value", b"[1,", "after a comma in a list"),
        ("value", b"{", "after an opening brace"),
        ("value", b'{"a', "inside a key"),
        ("value", b'{"a"', "after a key"),
        ("value", b'{"a":', "after a colon"),
        ("value", b'{"a":1', "after a value"),
        ("value", b'{"a":1,', "after a comma in an object"),
        ("value", b'{"a":1}', "before the last brace"),
        ("last", b",", "after the last comma"),
        ("last", b',"', "in a new key"),
        ("white", b" ", "after white space"),
    ]
    for place, content, where in places:
        yield Text(f"cut {where} ({place})", "invalid", 400, "truncated", cut(place, content))
    whole = put("value", b"1")
    for length in (1, 2, 12, 13, 14, 35, 36, len(whole) // 4, len(whole) // 3, len(whole) - 2, len(whole) - 1):
        yield Text(f"the first {length} bytes", "invalid", 400, "truncated", whole[:length])
    for start in (1, 2, len(whole) // 2, len(whole) - 1):
        yield Text(f"without the first {start} bytes", "invalid", 400, "truncated", whole[start:])


def _doubtful() -> Iterator[Text]:
    group = "doubtful"
    twice = [
        b'{"a":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1,"b":2,"a":3}',
        rb'{"a":1,"\u0061":2}',
        b'{"":1,"":2}',
        b'[[{"x":{"y":1,"y":1}}]]',
    ]
    yield from _texts(group, 400, "value", "which of the two counts is a guess", twice)
    fields = [
        b',"auteur":"x"',
        b',"extra":2',
        rb',"\u0061uteur":"x"',
        b',"resultatenscores":{}',
        b',"toets":null',
        b',"x":1,"x":1',
    ]
    yield from _texts(group, 400, "last", "which of the two counts is a guess", fields)
    yield from _texts(
        group, 400, "key", "which of the two counts is a guess", [b"id", b"deelnemerref", b"resultaten", rb"\u0069d"]
    )
    no_numbers = [
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"-NaN",
        b"+Infinity",
        b"1e400",
        b"-1e400",
        b"1E+400",
        b"1e999999",
        b"9" * 400 + b"e0",
    ]
    yield from _each(group, 400, "number value", "no number that can be kept", no_numbers)
    yield from _texts(group, 400, "bare", "no number that can be kept", [b"NaN", b"Infinity", b"-Infinity", b"1e400"])
    yield from _texts(group, 202, "number", "too small to tell from nothing, which is harmless", [b"1e-400", b"-1e-99999"])
    mark = b"\xef\xbb\xbf"
    yield from _texts(group, 202, "before", "a byte order mark, as real senders write it", [mark])
    yield from _texts(group, 400, "before", "two of them, or another one", [mark + mark, mark + b" " + mark, b" " + mark])
    yield from _texts(group, 400, "before", "another byte order mark", [b"\xff\xfe", b"\xfe\xff", mark[:2], mark + b"\xff\xfe"])
    yield from _texts(group, 400, "bare", "a byte order mark and nothing", [mark])
    yield from _texts(group, 422, "bare", "a byte order mark before nothing useful", [mark + b"{}"])
    yield from _each(group, 400, "white after", "a byte order mark in the middle", [b"\xef\xbb\xbf"])
    whole = put("value", b"1").decode()
    for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-7", "cp037"):
        if name != "utf-7":
            yield Text(f"the message in {name}", group, 400, "the chain speaks UTF-8", whole.encode(name))
        yield Text(
            f"{{}} in {name}", group, 400, "the chain speaks UTF-8", "{}".encode(name) if name != "utf-7" else b"+AHsAfQ-"
        )
    lone = [
        rb"\ud800",
        rb"\uDBFF",
        rb"\udc00",
        rb"\udfff",
        rb"\udc00\ud800",
        rb"\ud800x",
        rb"\ud800\u0041",
        rb"\ud800\ud800\udc00",
        rb"\ud83d\ude00\ude00",
    ]
    yield from _each(group, 400, "text key pupil", "half a character cannot be written again", lone)
    raw = [b"\xed\xa0\x80", b"\xed\xb0\x80", b"\xed\xa0\xbd\xed\xb8\x80", b"\xed\xbf\xbf"]
    yield from _each(group, 400, "text key", "surrogates are not UTF-8", raw)
    overlong = [
        b"\xc0\x80",
        b"\xc0\xaf",
        b"\xc1\xbf",
        b"\xe0\x80\xaf",
        b"\xe0\x9f\xbf",
        b"\xf0\x80\x80\xaf",
        b"\xf0\x8f\xbf\xbf",
        b"\xc0\xa2",
    ]
    yield from _each(group, 400, "text key white", "overlong UTF-8", overlong)
    yield from _depths()
    yield from _sizes()
    yield from _names()


def _depths() -> Iterator[Text]:
    deep = "every reader behind this one has a limit too"
    for name, opening, closing in (("lists", b"[", b"]"), ("objects", b'{"a":', b"}"), ("both", b'[{"a":', b"}]")):
        step = 2 if name == "both" else 1
        for depth, status in ((150, 202), (198, 202), (250, 400), (1_000, 400), (100_000, 400)):
            body = put("value", _nested(depth // step, opening, closing))
            yield Text(f"depth {depth} of {name}", "doubtful", status, deep, body)
        yield Text(f"depth 100000 of {name}, not closed", "doubtful", 400, deep, cut("value", opening * (100_000 // step)))
    # The message is one level by itself, so 199 more make the 200 that are allowed.
    yield Text("depth 200 in all", "doubtful", 202, deep, put("value", _nested(199, b"[", b"]")))
    yield Text("depth 201 in all", "doubtful", 400, deep, put("value", _nested(200, b"[", b"]")))
    yield Text("depth 200, bare", "doubtful", 422, deep, _nested(200, b"[", b"]"))
    yield Text("depth 500000, bare, closed", "doubtful", 400, deep, b"[" * 500_000 + b"]" * 500_000)
    yield Text("brackets in a text are no depth", "doubtful", 202, deep, put("text", b"[{" * 10_000))
    yield Text("wide is not deep", "doubtful", 202, deep, put("value", b"[" + b"[]," * 10_000 + b"[]]"))


def _sizes() -> Iterator[Text]:
    long = "longer numbers cost more than they are worth"
    for digits, status in ((300, 202), (4_300, 202), (4_301, 400), (5_000, 400), (1_000_000, 400)):
        yield Text(f"{digits} digits", "doubtful", status, long, put("number", b"7" * digits))
        behind = digits - (digits == 4_300)  # to the oldest pydantic-core a sign is a digit
        yield Text(f"minus and {behind} digits", "doubtful", status, long, put("value", b"-" + b"7" * behind))
    yield Text(
        "5000 digits and an exponent that makes it small", "doubtful", 400, long, put("number", b"7" * 5_000 + b"e-5000")
    )
    yield Text("10000 digits behind the point", "doubtful", 202, long, put("number", b"0." + b"7" * 10_000))
    yield Text("an exponent of 5000 digits", "doubtful", 400, long, put("number", b"1e" + b"7" * 5_000))
    yield Text(
        "a key of a pupil that is a number", "doubtful", 422, "a number is no text in quotes", b'{"resultatenscores":540}'
    )
    much = "a body has a limit"
    whole = put("value", b"1")
    yield Text("6 MB of []", "doubtful", 413, much, b"[" + b"[]," * 2_000_000 + b"[]]")
    yield Text("6 MB of white space", "doubtful", 413, much, whole + b" " * 6_000_000)
    yield Text("one byte too many", "doubtful", 413, much, whole + b" " * (LIMIT + 1 - len(whole)))
    yield Text("exactly the limit", "doubtful", 202, much, whole + b" " * (LIMIT - len(whole)))
    yield Text("no JSON, and too large", "doubtful", 413, much, b"x" * (LIMIT + 1))
    room = LIMIT - len(put("value", b"[]"))
    yield Text("100 kB of {}", "doubtful", 202, much, put("value", b"[" + b"{}," * 33_000 + b"{}]"))
    keys = b",".join(b'"%d":0' % number for number in range(20_000))
    yield Text("20000 keys", "doubtful", 202, much, put("value", b"{" + keys + b"}"))
    yield Text("20000 keys, the last one twice", "doubtful", 400, much, put("value", b"{" + keys + b',"19999":0}'))
    yield Text("1 MiB of one text", "doubtful", 202, much, put("text", b"x" * room))
    yield Text("1 MiB of escapes", "doubtful", 202, much, put("text", rb"\u0041" * (room // 6)))
    yield Text("1 MiB of backslashes, odd", "doubtful", 400, much, put("text", b"\\" * 999_999))


def _names() -> Iterator[Text]:
    why = "a control character has no place in a name"
    control = [rb"a\u0000b", rb"\u0000", rb"a\nb", rb"a\tb", rb"a\u001fb", rb"a\u007fb", rb"a\u009bb", rb"a\u001b[31mb"]
    bidi = [rb"a\u%sb" % code for code in (b"061c", b"200e", b"200f", b"202a", b"202b", b"202c", b"202d", b"202e")]
    bidi += [rb"a\u%sb" % code for code in (b"2066", b"2067", b"2068", b"2069", b"feff")]
    yield from _each("doubtful", 422, "pupil auteur naam", why, [*control, *bidi, "a\u202eb".encode(), b"a\x7fb"])
    yield from _texts(
        "doubtful", 202, "pupil", "not a control character", _utf8("a\u0301", "\u0640", "אב", "\U0001f468\u200d\U0001f469")
    )
    bsn = put("value", b"1").replace(b'"' + CANARY + b'"}]', b'"111222333"}]')
    yield Text("a citizen service number for a key", "doubtful", 422, "may not be kept", bsn)
    yield Text("a field named bsn", "doubtful", 422, "may not be kept", put("value", b'[{"leerlingBsn":1}]'))
    number = put("value", b"1").replace(b'"' + CANARY + b'"}]', b"4711}]")
    yield Text("a key of a pupil without quotes", "doubtful", 202, "a number is read as its text", number)


VALID = tuple(_valid())
INVALID = tuple(_invalid())
DOUBTFUL = tuple(_doubtful())
TEXTS = (*VALID, *INVALID, *DOUBTFUL)
LARGEST = Text(
    "1 MiB of []",
    "doubtful",
    400,
    "as many values as fit in a body would take fifty times its room",
    put("value", b"[" + b"[]," * ((LIMIT - len(put("value", b"[]"))) // 3 - 2) + b"[]]"),
)
"""Apart from the others, because it takes a second to judge."""
