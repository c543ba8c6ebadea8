"""The receiver as an ASGI application, driven by hand."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from support import OTHER_OIN, SUPPLIER_OIN

from doorstroom_client.messages.codec import BODY_LIMIT
from doorstroom_client.receiving.asgi import asgi_app
from doorstroom_client.receiving.judge import InboundRequest, InboundResponse
from doorstroom_client.receiving.limits import SHIPPED, Limits
from doorstroom_client.receiving.peer import oin_from_scope
from doorstroom_client.simulator.pki import Leaf, Pki


def play(
    scope: dict[str, Any], events: list[dict[str, Any]], limits: Limits = SHIPPED
) -> tuple[list[MutableMapping[str, Any]], list[InboundRequest]]:
    sent: list[MutableMapping[str, Any]] = []
    seen: list[InboundRequest] = []

    async def handle(request: InboundRequest, _: bool) -> InboundResponse:
        seen.append(request)
        return InboundResponse.of(202)

    async def receive() -> dict[str, Any]:
        if not events:
            await asyncio.sleep(5)
        return events.pop(0)

    async def send(event: MutableMapping[str, Any]) -> None:
        sent.append(event)

    asyncio.run(asgi_app(handle, lambda _: SUPPLIER_OIN, limits)(scope, receive, send))
    return sent, seen


SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/leerlingresultaat",
    "query_string": b"edu-to=x",
    "headers": [(b"content-type", b"application/json")],
}


def test_lifespan() -> None:
    sent, _ = play({"type": "lifespan"}, [{"type": "lifespan.startup"}, {"type": "other"}, {"type": "lifespan.shutdown"}])
    assert [event["type"] for event in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_other_kinds_are_left_alone() -> None:
    assert play({"type": "websocket"}, []) == ([], [])


def test_a_body_in_pieces() -> None:
    events = [
        {"type": "http.request", "body": b'{"a"', "more_body": True},
        {"type": "http.request", "more_body": True},
        {"type": "http.request", "body": b":1}"},
    ]
    sent, (request,) = play(SCOPE, events)  # type: ignore[misc]
    assert (request.body, request.query, request.peer_oin) == (b'{"a":1}', "edu-to=x", SUPPLIER_OIN)
    assert request.content_type == "application/json"
    assert sent[0]["status"] == 202
    assert (b"content-type", b"application/json; charset=utf-8") in sent[0]["headers"]
    assert sent[1]["body"] == InboundResponse.of(202).body


def test_a_bare_scope() -> None:
    _, (request,) = play({"type": "http", "method": "GET", "path": "/"}, [{"type": "http.request"}])  # type: ignore[misc]
    assert (request.body, request.query, request.content_type) == (b"", "", "")


def test_too_large() -> None:
    piece = {"type": "http.request", "body": b"x" * (BODY_LIMIT // 2 + 1), "more_body": True}
    events = [dict(piece) for _ in range(5)]
    sent, seen = play(SCOPE, events)
    assert sent[0]["status"] == 413
    assert seen == []
    assert len(events) == 3


def with_fields(*fields: tuple[bytes, bytes]) -> dict[str, Any]:
    return {**SCOPE, "headers": [*SCOPE["headers"], *fields]}


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        (413, [(b"content-length", b"1048577")]),
        (400, [(b"content-length", b"5"), (b"content-length", b"6")]),
        (400, [(b"content-length", b"+5")]),
        (400, [(b"content-length", "\u0665".encode())]),
        (400, [(b"content-length", b"9" * 5000)]),
        (400, [(b"content-length", b"5"), (b"transfer-encoding", b"chunked")]),
        (415, [(b"content-encoding", b"gzip")]),
        (415, [(b"content-encoding", b"identity"), (b"content-encoding", b"deflate")]),
        (431, [(b"x", b"x" * 16_400)]),
        (431, [(b"x", b"x")] * 100),
    ],
)
def test_refused_before_the_body_is_read(status: int, fields: list[tuple[bytes, bytes]]) -> None:
    events = [{"type": "http.request", "body": b"{}"}]
    sent, seen = play(with_fields(*fields), events)
    assert sent[0]["status"] == status
    assert (b"connection", b"close") in sent[0]["headers"]
    assert seen == []
    assert len(events) == 1


@pytest.mark.parametrize(
    "fields",
    [
        [(b"content-length", b"1048576")],
        [(b"content-length", b"5"), (b"content-length", b"5")],
        [(b"content-encoding", b" IDENTITY ")],
        [(b"transfer-encoding", b"chunked")],
        [(b"x", b"x" * 16_000)],
        [(b"x", b"x")] * 99,
    ],
)
def test_not_refused(fields: list[tuple[bytes, bytes]]) -> None:
    sent, _ = play(with_fields(*fields), [{"type": "http.request", "body": b"{}"}])
    assert sent[0]["status"] == 202
    assert (b"connection", b"close") not in sent[0]["headers"]


def test_too_slow() -> None:
    events = [{"type": "http.request", "body": b"{", "more_body": True}]
    sent, seen = play(SCOPE, events, Limits(body_seconds=0.05))
    assert sent[0]["status"] == 408
    assert seen == []


def test_http_2_has_no_word_for_closing() -> None:
    sent, _ = play({**with_fields((b"content-length", b"9999999")), "http_version": "2"}, [])
    assert sent[0]["status"] == 413
    assert (b"connection", b"close") not in sent[0]["headers"]


def test_a_server_that_stops_tells_the_sender_to_come_back() -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def send(event: MutableMapping[str, Any]) -> None:
        sent.append(event)

    async def never(*_: object) -> Any:
        await asyncio.sleep(5)

    async def stop() -> None:
        task = asyncio.ensure_future(asgi_app(never)(SCOPE, never, send))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stop())
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"60") in sent[0]["headers"]


def test_the_largest_body_there_may_be() -> None:
    sent, _ = play(SCOPE, [{"type": "http.request", "body": b"x" * BODY_LIMIT}])
    assert sent[0]["status"] == 202


def test_half_a_message_is_not_handed_on() -> None:
    events = [{"type": "http.request", "body": b'{"a', "more_body": True}, {"type": "http.disconnect"}]
    _, seen = play(SCOPE, events)
    assert [request.body for request in seen if request.body] == []


def tls(chain: Any, **more: Any) -> dict[str, Any]:
    return {"extensions": {"tls": {"client_cert_chain": chain, **more}}}


def pem(pki: Pki, *oins: str) -> str:
    return pki.issue_leaf("scope", Leaf(oins=oins)).cert.read_text()


def test_the_oin_of_a_verified_sender(test_pki: Pki) -> None:
    text = pem(test_pki, SUPPLIER_OIN)
    assert oin_from_scope(tls([text])) == SUPPLIER_OIN
    assert oin_from_scope(tls(iter([text, pem(test_pki, OTHER_OIN)]))) == SUPPLIER_OIN
    assert oin_from_scope(tls([text], client_cert_error=None)) == SUPPLIER_OIN


@pytest.mark.parametrize("oins", [(), (SUPPLIER_OIN, OTHER_OIN), (SUPPLIER_OIN[:19],), (SUPPLIER_OIN + "0",)])
def test_a_certificate_without_one_oin(test_pki: Pki, oins: tuple[str, ...]) -> None:
    assert oin_from_scope(tls([pem(test_pki, *oins)])) is None


@pytest.mark.parametrize(
    "scope",
    [
        {},
        {"extensions": None},
        {"extensions": {}},
        {"extensions": {"tls": None}},
        {"extensions": {"tls": {}}},
        tls(None),
        tls([]),
        tls(5),
        tls([b"x"]),
        tls(["x"]),
        tls(["é"]),
        {"headers": [(b"client-cert", b":AAAA:"), (b"x-ssl-client-s-dn", SUPPLIER_OIN.encode())]},
    ],
)
def test_no_verified_sender(scope: dict[str, Any]) -> None:
    assert oin_from_scope(scope) is None


def test_a_certificate_that_did_not_verify(test_pki: Pki) -> None:
    text = pem(test_pki, SUPPLIER_OIN)
    assert oin_from_scope(tls([text], client_cert_error="expired")) is None
    assert oin_from_scope(tls(text)) is None
