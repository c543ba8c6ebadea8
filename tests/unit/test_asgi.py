"""The receiver as an ASGI application, driven by hand."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from support import OTHER_OIN, SUPPLIER_OIN

from doorstroom_client.messages.codec import BODY_LIMIT
from doorstroom_client.simulator.pki import Leaf, Pki
from doorstroom_client.terugweg.asgi import asgi_app
from doorstroom_client.terugweg.handler import InboundRequest, InboundResponse
from doorstroom_client.terugweg.peer import oin_from_scope


def play(scope: dict[str, Any], events: list[dict[str, Any]]) -> tuple[list[MutableMapping[str, Any]], list[InboundRequest]]:
    sent: list[MutableMapping[str, Any]] = []
    seen: list[InboundRequest] = []

    async def handle(request: InboundRequest) -> InboundResponse:
        seen.append(request)
        return InboundResponse.of(202)

    async def receive() -> dict[str, Any]:
        return events.pop(0)

    async def send(event: MutableMapping[str, Any]) -> None:
        sent.append(event)

    asyncio.run(asgi_app(handle, lambda _: SUPPLIER_OIN)(scope, receive, send))
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
