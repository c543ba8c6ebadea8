"""The parts of the server that a real connection does not show."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
from pathlib import Path
from typing import Any

import pytest
from support import NOW, SUPPLIER_OIN

from doorstroom_client.receiving.asgi import Receive, Scope, Send
from doorstroom_client.receiving.limits import Limits
from doorstroom_client.receiving.server import uvicorn_tls
from doorstroom_client.receiving.server.entrance import Entrance
from doorstroom_client.receiving.server.hanging_up import Wire
from doorstroom_client.receiving.server.http1 import _Alone, _Bounded
from doorstroom_client.receiving.server.rules import Rules
from doorstroom_client.simulator.pki import Pki

QUICK = Limits(body_seconds=0.01)
ENDED = dt.datetime(2300, 1, 1, tzinfo=dt.UTC)


class Connection:
    """What a request needs to know of its connection."""

    def __init__(self, pem: list[str], now: dt.datetime = NOW) -> None:
        self.limits = QUICK
        self.tls = {"client_cert_chain": pem, "client_cert_error": None}
        self.told: list[tuple[int, str, str | None]] = []
        self.rules = Rules(turned_away=lambda *what: self.told.append(what), now=lambda: now)
        self.place: Any = _Alone()
        self.whole = False

    def who(self) -> str | None:
        return SUPPLIER_OIN


async def nothing(_: object) -> None: ...


def test_an_application_next_to_ours_cannot_be_kept_waiting_either() -> None:
    seen: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["extensions"]["tls"])
        seen.append(await receive())

    async def never() -> Any:
        await asyncio.Event().wait()

    scope = {"type": "http", "method": "GET", "path": "/"}
    asyncio.run(_Bounded(app, Connection(["PEM"]))(scope, never, nothing))  # type: ignore[arg-type]
    assert seen == [{"client_cert_chain": ["PEM"], "client_cert_error": None}, {"type": "http.disconnect"}]


def test_it_may_take_its_time_to_answer() -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(await receive())
        seen.append(await receive())

    async def slowly() -> Any:
        if seen:
            await asyncio.sleep(0.8)  # more than a body may take
            return {"type": "http.disconnect", "of": "the sender"}
        return {"type": "http.request", "body": b"x", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/"}
    asyncio.run(_Bounded(app, Connection([]))(scope, slowly, nothing))  # type: ignore[arg-type]
    assert seen[1] == {"type": "http.disconnect", "of": "the sender"}


async def unreached(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError


class Full:
    """All places are taken, and none comes free."""

    gave_way = False

    async def seat(self) -> bool:
        return False

    def unseat(self) -> None: ...


@pytest.mark.parametrize("case", [(431, "headers too large"), (401, "certificate has ended"), (503, "no place")])
def test_what_does_not_reach_an_application_next_to_ours(case: tuple[int, str], tmp_path: Path) -> None:
    issued = Pki(tmp_path).issue("ice", oin=SUPPLIER_OIN)
    connection = Connection([issued.cert.read_text()], ENDED if case[0] == 401 else NOW)
    if case[0] == 503:
        connection.place = Full()
    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    headers = [(b"x", b"x" * 20_000)] if case[0] == 431 else []
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    asyncio.run(_Bounded(unreached, connection)(scope, Any, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == case[0]
    assert (b"connection", b"close") in sent[0]["headers"]
    assert connection.told == [(*case, SUPPLIER_OIN)]


def test_the_parts_of_an_answer_do_not_wait_for_each_other() -> None:
    """A socket that was opened beforehand does not say which protocol it speaks, and asyncio leaves its delay on."""
    seen: list[int] = []

    class Protocol(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            channel = transport.get_extra_info("socket")
            seen.append(channel.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    async def play() -> None:
        entrance = Entrance(Protocol, None, QUICK, print)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            async with await asyncio.get_running_loop().create_server(entrance.visitor, sock=listening):
                reader, writer = await asyncio.open_connection(*listening.getsockname())
                assert await reader.read() == b""
                writer.close()
                await writer.wait_closed()

    asyncio.run(play())
    assert seen == [1]


class Transport(asyncio.Transport):
    """Notes what is done to a connection."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.done: list[object] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.done.append(bytes(data))

    def close(self) -> None:
        self.done.append("close")

    def abort(self) -> None:
        self.done.append("abort")

    def is_closing(self) -> bool:
        return "close" in self.done or "abort" in self.done


def test_the_parts_of_an_answer_leave_together() -> None:
    async def play() -> list[list[object]]:
        told = []
        for end in (None, "close", "abort"):
            line = Transport()
            together = Wire(line, asyncio.get_running_loop())
            together.write(b"head")
            together.write(b"")
            together.write(b"body")
            assert line.done == []
            if end:
                getattr(together, end)()
            await asyncio.sleep(0)
            if not end:
                together.write(b"next")
                await asyncio.sleep(0)
            assert together.get_extra_info("peername") == ("127.0.0.1", 1)
            assert together.is_closing() == bool(end)
            told.append(line.done)
        return told

    assert asyncio.run(play()) == [[b"headbody", b"next"], [b"headbody", "close"], ["abort"]]


def test_an_answer_is_one_write() -> None:
    """As uvicorn makes it: a head, a body, and an end."""
    from doorstroom_client.receiving.asgi import asgi_app
    from doorstroom_client.receiving.judge import InboundResponse

    async def handle(*_: object) -> InboundResponse:
        return InboundResponse.of(202)

    async def play() -> list[object]:
        server = uvicorn_tls.make_server(asgi_app(handle, lambda _: "x"), None, lifespan="off")
        server.config.load()
        kind: Any = server.config.http_protocol_class
        wire = Transport()
        protocol = kind(config=server.config, server_state=server.server_state, app_state={})
        protocol.connection_made(wire)
        protocol.data_received(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        while not wire.done:
            await asyncio.sleep(0)
        protocol.connection_lost(None)
        return wire.done

    (sent, *rest) = asyncio.run(play())
    assert isinstance(sent, bytes)
    assert sent.startswith(b"HTTP/1.1 202 ")
    assert sent.endswith(InboundResponse.of(202).body)
    assert rest == ["close"], rest


@pytest.mark.parametrize("reads", [True, False])
def test_who_does_not_read_its_answers_is_cut_off(reads: bool) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None: ...

    async def play() -> list[object]:
        server = uvicorn_tls.make_server(app, None, limits=Limits(header_seconds=0.05), lifespan="off")
        server.config.load()
        kind: Any = server.config.http_protocol_class
        line = Transport()
        protocol = kind(config=server.config, server_state=server.server_state, app_state={})
        protocol.connection_made(line)
        protocol._late.cancel()
        protocol.pause_writing()
        if reads:
            protocol.resume_writing()
        await asyncio.sleep(0.5)
        protocol.connection_lost(None)
        return line.done

    assert ("abort" in asyncio.run(play())) is not reads
