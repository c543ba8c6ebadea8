"""A result is read the quick way only when that cannot hide anything: what is refused in full is refused quickly too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from doorstroom_client.errors import MessageError
from doorstroom_client.messages import codec
from doorstroom_client.messages.codec import decode_json, decode_leerlingresultaat

RESULT = {
    "resultatenscores": {
        "deelnemerref": [{"label": "ECK-iD", "onderwijsdeelnemerID": "eck-1"}],
        "resultaten": {"resultaten": [{"label": "Toetsadvies", "waarde": "vwo"}]},
    }
}
HIDDEN: dict[str, bytes] = {
    "a key twice": b'"a":1,"a":2',
    "a key twice, and an escaped colon": b'"a":1,"a":"\\u003a"',
    "a key twice, and an escaped colon in capitals": b'"a":1,"a":"\\u003A"',
    "a key twice, and a colon": b'"a":":","a":1',
    "a key twice, and an escaped colon in a key": b'"a":1,"a":{"\\u003a":1},"b":":"',
    "a key twice, deeper": b'"x":[{"y":{"a":1,"a":1}}]',
    "too large a number": b'"a":1e999',
    "too small a number": b'"a":-1e999',
}
PLAIN: dict[str, bytes] = {
    "colons in texts": b'"a:b":":::","c":"::"',
    "an escaped colon": b'"a":"\\u003a"',
    "an escaped escape": b'"a":"\\\\u003a"',
    "the word": b'"a":"Infinity"',
    "numbers": b'"a":[0,-0,-0.0,1e-400,1.5,1E3,5e-324,0.1,123456789012345678901234567890]',
    "spaces": b' "a" : [ 1 , { "b" : null } ] ',
    "escapes": b'"\\u00e9":"\\ud83d\\ude00\\n"',
}


def with_more(more: bytes) -> bytes:
    return json.dumps(RESULT).encode()[:-1] + b", " + more + b"}"


@pytest.mark.parametrize("case", list(HIDDEN))
def test_nothing_stays_hidden(case: str) -> None:
    body = with_more(HIDDEN[case])
    for read in (decode_json, decode_leerlingresultaat):
        with pytest.raises(MessageError) as caught:
            read(body)
        assert caught.value.path == "body"


@pytest.mark.parametrize("case", list(PLAIN))
def test_what_is_read_is_the_same(case: str) -> None:
    body = with_more(PLAIN[case])
    assert repr(dict(decode_leerlingresultaat(body).raw)) == repr(decode_json(body))


def test_an_ordinary_result_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def again(_: bytes) -> Any:
        raise AssertionError("read in full as well")

    monkeypatch.setattr(codec, "decode_json", again)
    for separators in ((", ", ": "), (",", ":")):
        assert decode_leerlingresultaat(json.dumps(RESULT, separators=separators).encode()).raw == RESULT
