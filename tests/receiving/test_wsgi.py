"""The receiver as a WSGI application."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.validate import validator

import pytest
from support import LEVERANCIER, OSR, SUPPLIER_OIN, AsyncFakeTransport, answer, resultaat
from support.clients import QUERY, make

from doorstroom_client import AsyncClient, Client, ConfigurationError
from doorstroom_client.events import Event
from doorstroom_client.receiving.judge import MELDINGEN, InboundRequest, InboundResponse
from doorstroom_client.receiving.limits import Limits
from doorstroom_client.receiving.wsgi import WsgiApp, wsgi_app
from doorstroom_client.simulator.pki import Pki

BODY = json.dumps(resultaat()).encode()


class Input(io.BytesIO):
    """A body that tells how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        got = super().read(size)
        self.taken += len(got)
        return got


def environ(body: bytes = BODY, **more: Any) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "/doorstroom",
        "PATH_INFO": "/leerlingresultaat",
        "QUERY_STRING": QUERY,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": Input(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **more,
    }


def ask(app: WsgiApp, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Put one request, watched by the validator of the standard library."""
    said: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
        said.append((int(status[:3]), dict(headers)))
        return lambda _: None

    checked: Any = validator(app)  # type: ignore[arg-type]
    pieces: Iterable[bytes] = checked(request, start_response)
    body = b"".join(pieces)
    pieces.close()  # type: ignore[attr-defined]
    return (*said[0], body)


def play(request: dict[str, Any], **more: Any) -> tuple[int, list[InboundRequest]]:
    seen: list[InboundRequest] = []

    def handle(inbound: InboundRequest) -> InboundResponse:
        seen.append(inbound)
        return InboundResponse.of(202)

    status, headers, body = ask(wsgi_app(handle, lambda _: SUPPLIER_OIN, **more), request)
    assert json.loads(body) == {"melding": MELDINGEN[status]}
    assert headers["content-length"] == str(len(body))
    return status, seen


def test_what_is_handed_on() -> None:
    status, (request,) = play(environ())  # type: ignore[misc]
    assert status == 202
    assert request == InboundRequest("POST", "/doorstroom/leerlingresultaat", QUERY, SUPPLIER_OIN, BODY, "application/json")


def test_a_body_without_a_length() -> None:
    without = {"CONTENT_LENGTH": ""}
    assert play(environ(**without))[1][0].body == b""  # reading might never end
    assert play(environ(**without, **{"wsgi.input_terminated": True}))[1][0].body == BODY


@pytest.mark.parametrize(
    ("status", "size", "change"),
    [
        (202, 1024 * 1024, {}),
        (413, 1024 * 1024 + 1, {}),
        (413, 1024 * 1024 + 1, {"CONTENT_LENGTH": "", "wsgi.input_terminated": True}),
        (400, 10, {"CONTENT_LENGTH": "11"}),
        (400, 10, {"CONTENT_LENGTH": "-1"}),
        (400, 10, {"CONTENT_LENGTH": "1_0"}),
        (400, 10, {"HTTP_TRANSFER_ENCODING": "chunked"}),
        (415, 10, {"HTTP_CONTENT_ENCODING": "gzip"}),
        (202, 10, {"HTTP_CONTENT_ENCODING": "identity"}),
        (431, 10, {"HTTP_X": "x" * 17_000}),
        (431, 10, {f"HTTP_X_{number}": "x" for number in range(99)}),
        (202, 10, {f"HTTP_X_{number}": "x" for number in range(98)}),
    ],
)
def test_limits(status: int, size: int, change: dict[str, Any]) -> None:
    request = environ(b"x" * size, **change)
    # the validator asks for things that servers get wrong; a length such as these is one
    got, seen = (
        play(request) if change.get("CONTENT_LENGTH", "1").isdigit() or not change.get("CONTENT_LENGTH") else bare(request)
    )
    assert got == status
    assert len(seen) == (1 if status == 202 else 0)


def bare(request: dict[str, Any]) -> tuple[int, list[InboundRequest]]:
    """Without the validator."""
    statuses: list[int] = []
    app = wsgi_app(lambda _: InboundResponse.of(202), lambda _: None)
    app(request, lambda status, _: statuses.append(int(status[:3])))
    return statuses[0], []


def test_nothing_is_read_of_what_is_too_large() -> None:
    named, endless = Input(b"x" * 2_000_000), Input(b"x" * 9_000_000)
    assert play(environ(CONTENT_LENGTH="2000000", **{"wsgi.input": named}))[0] == 413
    assert named.taken == 0
    assert play(environ(CONTENT_LENGTH="", **{"wsgi.input": endless, "wsgi.input_terminated": True}))[0] == 413
    assert endless.taken == 1024 * 1024 + 1
    assert play(environ(), limits=Limits(body=10))[0] == 413


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def client(tmp_path: Path, events: list[Event]) -> Client:
    made: Client = make(store=tmp_path / "s.db", on_event=events.append)
    return made


def test_a_result_is_kept(client: Client, test_pki: Pki, events: list[Event]) -> None:
    app = client.terugweg.wsgi()
    sender = test_pki.issue("wsgi", oin=SUPPLIER_OIN).cert.read_text()
    verified = {"SSL_CLIENT_CERT": sender, "SSL_CLIENT_VERIFY": "SUCCESS"}
    assert ask(app, environ(**verified))[0] == 202
    assert ask(app, environ(HTTP_CLIENT_CERT=sender, HTTP_SSL_CLIENT_VERIFY="SUCCESS"))[0] == 401
    assert ask(app, environ(b"x" * 2_000_000, **verified))[0] == 413
    assert len(list(client.resultaten())) == 1
    told = [event for event in events if event.action == "leerlingresultaat"]
    assert [(event.result, event.actor, event.peer, event.outcomes) for event in told] == [
        ("kept", SUPPLIER_OIN, LEVERANCIER.naam, ("202",)),
        ("not let in", "-", "-", ("401",)),
        ("too large", "-", "-", ("413",)),
    ]


def test_a_peer_of_ones_own(client: Client) -> None:
    app = client.terugweg.wsgi(peer=lambda given: str(given["x.oin"]))
    assert ask(app, environ(**{"x.oin": SUPPLIER_OIN}))[0] == 202


def test_mounted_in_flask_and_its_kin(client: Client) -> None:
    middleware = pytest.importorskip("werkzeug.middleware.dispatcher")

    def site(_: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("content-type", "text/plain")])
        return [b"ok"]

    app = middleware.DispatcherMiddleware(site, {"/doorstroom": client.terugweg.wsgi(peer=lambda _: SUPPLIER_OIN)})
    assert ask(app, environ(SCRIPT_NAME="", PATH_INFO="/doorstroom/leerlingresultaat"))[0] == 202
    assert ask(app, environ(SCRIPT_NAME="", PATH_INFO="/leeft"))[2] == b"ok"


def test_an_async_client_says_that_it_cannot() -> None:
    client = AsyncClient(osr=OSR, auteur="x", transport=AsyncFakeTransport(lambda _: answer(200, "OK")))
    with pytest.raises(ConfigurationError, match="AsyncClient"):
        client.terugweg.wsgi()
