"""Whose words a body holds, with every status and for every call; no socket is needed for that."""

from __future__ import annotations

import gzip
import json
import zlib
from http import HTTPStatus
from types import MappingProxyType

import pytest
from support import in_time

from doorstroom_client.errors import Phase
from doorstroom_client.exchange.answer_body import Body, body_of, is_page, readable, refuses_our_certificate
from doorstroom_client.exchange.decisions import ANSWERS, Situation, classify
from doorstroom_client.transport.request import Fault, FaultKind, Operation, Response

from .bodies import NO_REFUSALS, OTHERS, PAGES, RECEIPTS, REFUSALS, WORDS

LISTS = (Operation.REGISTREREN, Operation.SCHOOLADVIEZEN)
NONE = MappingProxyType[str, str]({})


def response(status: int, body: bytes | str, kind: str | None = None, headers: object = NONE) -> Response:
    named = {name.lower(): value for name, value in dict(headers).items()}  # type: ignore[call-overload]
    if isinstance(body, str):
        body = body.encode("utf-16" if kind == "utf-16" else "utf-8")
    return Response(status, named | ({} if kind is None else {"content-type": kind}), body)


@pytest.mark.parametrize("status", [202, 400, 401, 403, 404, 405, 413, 415, 422])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_in_disguise(name: str, status: int) -> None:
    told = response(status, *PAGES[name])
    assert body_of(told) is Body.PAGE
    for operation in LISTS:
        assert classify(told, operation) is Situation.NOT_THEIRS


@pytest.mark.parametrize("status", sorted(ANSWERS))
@pytest.mark.parametrize("name", WORDS)
def test_words_of_the_chain_in_disguise(name: str, status: int) -> None:
    told = response(status, *WORDS[name])
    assert body_of(told) in (Body.MELDING, Body.PROBLEM)
    for operation in LISTS:
        assert classify(told, operation) is classify(Response(status, {}, b'{"melding": "leerling 1"}'), operation)


NO_JSON = ("broken JSON", "too deep", "words", "bytes")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 422])
@pytest.mark.parametrize("name", OTHERS)
def test_words_of_others(name: str, status: int) -> None:
    told = response(status, *OTHERS[name])
    assert body_of(told) is (Body.TEXT if name in NO_JSON else Body.JSON)
    for operation in LISTS:
        assert classify(told, operation) is Situation.NOT_THEIRS


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\0\0 \0\r\0\n", Body.EMPTY),
        (b"X", Body.TEXT),
        (b'{"title": "Not Found.", "status": 404}', Body.EMPTY),
        (b'{"title": "", "status": 799}', Body.EMPTY),
        (b'{"title": ""}', Body.EMPTY),
        (b'{"title": "", "status": [404]}', Body.EMPTY),
        (b'{"title": "Bad Request", "status": 404}', Body.PROBLEM),
    ],
)
def test_what_says_nothing(body: bytes, kind: Body) -> None:
    assert body_of(response(404, body, "application/problem+json")) is kind


def test_a_page_begins_as_one_unless_there_may_be_more_before_it() -> None:
    late = b"Let op: <html><p>Nee"
    assert is_page(late, anywhere=True)
    assert not is_page(late)


@pytest.mark.parametrize("packed", [gzip.compress(bytes(2**20)), zlib.compress(bytes(2**20))], ids=["gzip", "zlib"])
def test_no_more_than_a_part_is_unpacked(packed: bytes) -> None:
    assert readable(response(404, packed, headers={"Content-Encoding": "gzip"})) == bytes(64 * 1024)


HTML = {"content-type": "text/html; charset=utf-8"}
CUT = Fault(FaultKind.NO_ANSWER, Phase.UNKNOWN, "protocol")


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        (Response(204, {**HTML, "content-length": "153"}), Body.PAGE),
        (Response(204, {**HTML, "transfer-encoding": "chunked"}), Body.PAGE),
        (Response(200, {**HTML, "content-length": "153"}), Body.PAGE),  # of a report: it went elsewhere
        (Response(404, HTML, cut=CUT), Body.PAGE),
        (Response(404, {**HTML, "content-length": "153"}), Body.EMPTY),  # a body that came, with nothing in it
        (Response(204, {**HTML, "content-length": " 0 "}), Body.EMPTY),
        (Response(204, HTML), Body.EMPTY),
        (Response(204, {"content-type": "application/json", "content-length": "153"}), Body.EMPTY),
        (Response(404, cut=CUT), Body.EMPTY),
    ],
    ids=repr,
)
def test_where_a_body_is_not_at_hand_its_head_tells(told: Response, kind: Body) -> None:
    assert body_of(told) is kind


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt_stays_a_receipt(name: str) -> None:
    told = response(202, *RECEIPTS[name])
    for operation in LISTS:
        assert classify(told, operation) is classify(Response(202), operation)


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_certificate(name: str) -> None:
    status, text, kind = REFUSALS[name]
    told = response(status, text, kind)
    assert refuses_our_certificate(told)
    for operation in Operation:
        assert classify(told, operation) is Situation.OUR_CERTIFICATE
    for other in (200, 202, 302, 399, 500, 502, 503):
        assert not refuses_our_certificate(response(other, text, kind))


@pytest.mark.parametrize("name", NO_REFUSALS)
def test_what_is_about_something_else(name: str) -> None:
    status, text, kind, _ = NO_REFUSALS[name]
    assert not refuses_our_certificate(response(status, text, kind))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 415, 422])
@pytest.mark.parametrize("more", [{}, {"type": "about:blank", "instance": "/x"}, {"traceId": "00-1"}], ids=str)
def test_a_problem_that_says_no_more_than_its_status_is_as_none(more: dict[str, str], status: int) -> None:
    """Frameworks send it by themselves, whatever is the matter; nothing is parked for it that is not for silence."""
    bare = {"title": HTTPStatus(status).phrase, "status": status, **more}
    for operation in Operation:
        found = classify(Response(status, {}, json.dumps(bare).encode()), operation)
        assert found is classify(Response(status), operation)
        told = Response(status, {}, json.dumps({**bare, "detail": "leerling 1"}).encode())
        assert classify(told, operation) is classify(Response(status, {}, b'{"melding": "leerling 1"}'), operation)


@pytest.mark.parametrize("body", [b"<!-- -->" * 8000, b"<?x?>" * 12000, b"<" * 60_000, b"<" + b"a" * 60_000, b"<!-- --" * 9000,
                                  b"client" + b"_" * 60_000, b"your " + b"a " * 30_000, b"no " * 20_000])  # fmt: skip
def test_no_body_takes_long_to_judge(body: bytes) -> None:
    """Whoever stands there may send what they like."""
    response = Response(403, {"content-type": "text/plain"}, body)
    with in_time(0.1):
        assert classify(response, Operation.REGISTREREN) is Situation.NOT_THEIRS
