"""Each 401 has a reason, for our own log; a sender sees no difference between one and another."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from faults_support import Flaw, issue_defect, make_crl
from support import LAS_OIN, LEVERANCIER, OSR, OTHER_OIN, SCHOOL, SUPPLIER_OIN, FakeTransport, answer, closed_later
from support.headers import HERE, ders, environ, fields, item, scope

from doorstroom_client import Client, Event, InboundRequest, Retry
from doorstroom_client.events import as_json
from doorstroom_client.exchange.flow import run
from doorstroom_client.receiving.judge import InboundResponse, Receiver
from doorstroom_client.receiving.peer import oin_from_environ, oin_from_scope
from doorstroom_client.receiving.proxy import Proxy
from doorstroom_client.receiving.reasons import Reason
from doorstroom_client.simulator.pki import Defect, Issued, Pki

Headers = list[tuple[str, str]]
ELSEWHERE = "192.0.2.7"
QUERY = f"edu-to={SCHOOL.routeringskenmerk}&edu-from={SCHOOL.oin}"
ANOTHER = f"edu-to={SCHOOL.routeringskenmerk}&edu-from={'0' * 19}1"


@dataclass
class World:
    """A receiver, and what it told."""

    client: Client
    pki: Pki
    events: list[Event]

    def issued(self, **more: Any) -> Issued:
        return self.pki.issue("reden", **({"oin": SUPPLIER_OIN} | more))

    def proxy(self, **more: Any) -> Proxy:
        return Proxy([HERE], anchors=self.pki.trust, **more)

    def asgi(self, peer: Any, given: dict[str, Any], query: str = QUERY) -> bytes:
        sent = list[Any]()

        async def receive() -> Any:
            return {"type": "http.request", "body": b"{}"}

        async def send(event: Any) -> None:
            sent.append(event)

        asked = {"method": "POST", "path": "/leerlingresultaat", "query_string": query.encode()}
        headers = [(b"content-type", b"application/json"), *given.pop("headers", ())]
        asyncio.run(self.client.terugweg.asgi(peer)({"type": "http", **asked, **given, "headers": headers}, receive, send))
        assert sent[0]["status"] == 401
        return repr([pair for pair in sent[0]["headers"] if pair[0] != b"connection"]).encode() + sent[1]["body"]

    def wsgi(self, peer: Any, given: dict[str, Any], query: str = QUERY) -> None:
        said = list[Any]()
        asked = {"REQUEST_METHOD": "POST", "PATH_INFO": "/leerlingresultaat", "QUERY_STRING": query, "CONTENT_LENGTH": "2"}
        body = {"CONTENT_TYPE": "application/json", "wsgi.input": io.BytesIO(b"{}")}
        self.client.terugweg.wsgi(peer)({**asked, **body, **given}, lambda *args: said.append(args))
        assert said[0][0].startswith("401")

    def told(self) -> list[tuple[str, str]]:
        """The result and reason of each event about a message, since the last time."""
        found = [(event.result, event.reason) for event in self.events if event.action == "leerlingresultaat"]
        self.events.clear()
        return found


@pytest.fixture
def world(test_pki: Pki, tmp_path: Path) -> World:
    events = list[Event]()
    client = Client(
        osr=OSR,
        leveranciers=[LEVERANCIER],
        scholen=[SCHOOL],
        auteur="Test 1",
        store=tmp_path / "s.db",
        retry=Retry.never(),
        transport=FakeTransport(lambda _: answer(404, {"message": "mandate not found"})),
        on_event=events.append,
    )
    return World(closed_later(client), test_pki, events)


def revoked(world: World) -> tuple[Proxy, Headers, str]:
    issued = world.issued()
    return world.proxy(crls=make_crl(world.pki, [issued])), fields(issued), HERE


BEHIND: dict[Reason, Callable[[World], tuple[Proxy, Headers, str]]] = {
    Reason.UNTRUSTED: lambda world: (world.proxy(), fields(world.issued()), ELSEWHERE),
    Reason.NO_HEADER: lambda world: (world.proxy(), [("X-SSL-Client-Cert", "x")], HERE),
    Reason.OTHER_FORM: lambda world: (world.proxy(format="escaped-pem", header="Client-Cert"), fields(world.issued()), HERE),
    Reason.TOO_LONG: lambda world: (
        world.proxy(),
        [fields(world.issued())[0], ("Client-Cert-Chain", item(ders(world.pki.issue("mee", oin=OTHER_OIN))[0]))],
        HERE,
    ),
    Reason.NO_CHAIN: lambda world: (world.proxy(), fields(issue_defect(world.pki, Defect.OTHER_CA, oin=SUPPLIER_OIN)), HERE),
    Reason.NOT_YET: lambda world: (
        world.proxy(),
        fields(issue_defect(world.pki, Defect.NOT_YET_VALID, oin=SUPPLIER_OIN)),
        HERE,
    ),
    Reason.ENDED: lambda world: (world.proxy(), fields(issue_defect(world.pki, Defect.EXPIRED, oin=SUPPLIER_OIN)), HERE),
    Reason.UNFIT: lambda world: (world.proxy(), fields(world.issued(client=False)), HERE),
    Reason.REVOKED: revoked,
    Reason.NO_OIN: lambda world: (world.proxy(), fields(issue_defect(world.pki, Defect.NO_OIN, oin=SUPPLIER_OIN)), HERE),
    Reason.NOT_MANDATED: lambda world: (world.proxy(), fields(world.issued()), HERE),
}


@pytest.mark.parametrize("reason", BEHIND, ids=str)
def test_behind_a_proxy(world: World, reason: Reason) -> None:
    proxy, headers, address = BEHIND[reason](world)
    world.asgi(proxy.of_scope, scope(headers, address))
    assert world.told() == [("not let in", reason)]
    world.wsgi(proxy.of_environ, environ(headers, address))
    assert world.told() == [("not let in", reason)]


MORE: dict[str, tuple[Reason, Callable[[World], tuple[Proxy, Headers, str]]]] = {
    "nothing from elsewhere": (Reason.UNTRUSTED, lambda world: (world.proxy(), [], ELSEWHERE)),
    "the address stands in a header": (
        Reason.UNTRUSTED,
        lambda world: (world.proxy(), [*fields(world.issued()), ("X-Forwarded-For", HERE)], HERE),
    ),
    "two headers": (Reason.OTHER_FORM, lambda world: (world.proxy(), [fields(world.issued())[0]] * 2, HERE)),
    "empty": (Reason.OTHER_FORM, lambda world: (world.proxy(), [("Client-Cert", "")], HERE)),
    "a broken chain": (
        Reason.OTHER_FORM,
        lambda world: (world.proxy(), [fields(world.issued())[0], ("Client-Cert-Chain", "x")], HERE),
    ),
    "no intermediate": (Reason.NO_CHAIN, lambda world: (world.proxy(), fields(world.issued())[:1], HERE)),
    "signed by itself": (
        Reason.NO_CHAIN,
        lambda world: (world.proxy(), fields(issue_defect(world.pki, Flaw.SELF_SIGNED, oin=SUPPLIER_OIN)), HERE),
    ),
    "SHA-1": (
        Reason.NO_CHAIN,
        lambda world: (world.proxy(), fields(issue_defect(world.pki, Flaw.SHA1, oin=SUPPLIER_OIN)), HERE),
    ),
    "a short key": (
        Reason.UNFIT,
        lambda world: (world.proxy(), fields(issue_defect(world.pki, Flaw.RSA_1024, oin=SUPPLIER_OIN)), HERE),
    ),
    "stale lists": (
        Reason.REVOKED,
        lambda world: (world.proxy(crls=make_crl(world.pki, stale=True)), fields(world.issued()), HERE),
    ),
    "two OINs": (
        Reason.NO_OIN,
        lambda world: (world.proxy(), fields(issue_defect(world.pki, Flaw.TWO_OINS, oin=SUPPLIER_OIN)), HERE),
    ),
}


@pytest.mark.parametrize("name", MORE)
def test_more_of_them(world: World, name: str) -> None:
    reason, make = MORE[name]
    proxy, headers, address = make(world)
    world.asgi(proxy.of_scope, scope(headers, address))
    assert world.told() == [("not let in", reason)]


def tls(world: World, issued: Issued | None = None, error: str | None = None) -> dict[str, Any]:
    chain = [] if issued is None else [issued.cert.read_text()]
    return {"extensions": {"tls": {"client_cert_chain": chain, "client_cert_error": error}}}


def long_ago(world: World) -> Issued:
    return world.issued(not_after=dt.datetime.now(dt.UTC) - dt.timedelta(days=1))


DIRECT: dict[str, tuple[Reason, Callable[[World], dict[str, Any]]]] = {
    "the server hands nothing on": (Reason.NO_CERTIFICATE, lambda _: {}),
    "nothing was shown": (Reason.NO_CERTIFICATE, lambda world: tls(world)),
    "not verified": (Reason.NOT_VERIFIED, lambda world: tls(world, world.issued(), "unable to get local issuer certificate")),
    "ended": (Reason.ENDED, lambda world: tls(world, long_ago(world))),
    "no OIN": (Reason.NO_OIN, lambda world: tls(world, world.issued(oin=None))),
    "no certificate at all": (Reason.NO_OIN, lambda _: {"extensions": {"tls": {"client_cert_chain": ["x"]}}}),
    "not mandated": (Reason.NOT_MANDATED, lambda world: tls(world, world.issued())),
}


@pytest.mark.parametrize("name", DIRECT)
def test_direct(world: World, name: str) -> None:
    reason, make = DIRECT[name]
    given = make(world)
    world.asgi(oin_from_scope, dict(given))
    assert world.told() == [("not let in", reason)]
    shown = given.get("extensions", {}).get("tls", {})
    verify = "FAILED:x" if shown.get("client_cert_error") else "SUCCESS" if shown.get("client_cert_chain") else "NONE"
    variables = {"SSL_CLIENT_VERIFY": verify, "SSL_CLIENT_CERT": next(iter(shown.get("client_cert_chain", [])), "")}
    world.wsgi(oin_from_environ, variables if shown else {})
    assert world.told() == [("not let in", reason)]


def test_of_our_own_decisions(world: World) -> None:
    for oin, query, reason in (
        (None, QUERY, Reason.NO_CERTIFICATE),
        ("12", QUERY, Reason.NO_OIN),
        (SUPPLIER_OIN, ANOTHER, Reason.OTHER_SCHOOL),
        (SUPPLIER_OIN, QUERY, Reason.NOT_MANDATED),
        (OTHER_OIN, QUERY, Reason.NOT_MANDATED),
    ):
        assert world.client.terugweg.handle(InboundRequest("POST", "/leerlingresultaat", query, oin, b"{}")).status == 401
        assert world.told() == [("not let in", reason)]


def test_our_own_certificate() -> None:
    registry: Any = SimpleNamespace(las_oin=LAS_OIN, leveranciers=[LEVERANCIER])
    receiver = Receiver(lambda _: SCHOOL, registry, pytest.fail, lambda: dt.datetime.now(dt.UTC))
    refused = run(receiver.admit(InboundRequest("POST", "/leerlingresultaat", QUERY, LAS_OIN, b"")), FakeTransport([]))
    assert refused == InboundResponse.of(401, Reason.OURS)


def test_a_function_of_ones_own(world: World) -> None:
    """It gives an OIN or None, as ever; around ours it may lose the reason, not the refusal."""
    proxy = world.proxy()
    world.asgi(lambda _: None, {})
    assert world.told() == [("not let in", Reason.UNNAMED)]
    world.asgi(lambda given: proxy.of_scope(given), scope([], HERE))
    assert world.told() == [("not let in", Reason.UNNAMED)]
    world.asgi(lambda _: SUPPLIER_OIN, {})
    assert world.told() == [("not let in", Reason.NOT_MANDATED)]


def test_nobody_outside_sees_the_difference(world: World) -> None:
    answers = set()
    for make in BEHIND.values():
        proxy, headers, address = make(world)
        answers.add(world.asgi(proxy.of_scope, scope(headers, address)))
    assert len(answers) == 1
    assert {InboundResponse.of(401, reason).body for reason in Reason} == {InboundResponse.of(401).body}
    assert {InboundResponse.of(401, reason).headers for reason in Reason} == {InboundResponse.of(401).headers}


def test_each_reason_is_tried_and_stands_in_the_log(world: World) -> None:
    tried = {*BEHIND, *(reason for reason, _ in DIRECT.values()), Reason.UNNAMED, Reason.OTHER_SCHOOL, Reason.OURS}
    assert tried == set(Reason)
    assert len({*Reason}) == len({reason.meaning for reason in Reason}) == len(list(Reason))
    world.asgi(oin_from_scope, {})
    assert f'"reason": "{Reason.NO_CERTIFICATE}"' in as_json(world.events[-1])
