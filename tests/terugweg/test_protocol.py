"""The parts of the server that a real connection does not show."""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import Any

from doorstroom_client.terugweg import uvicorn_tls
from doorstroom_client.terugweg.asgi import Receive, Scope, Send
from doorstroom_client.terugweg.entrance import Entrance, Visitor
from doorstroom_client.terugweg.limits import Limits

QUICK = Limits(body_seconds=0.01)


async def nothing(_: object) -> None: ...


def test_an_application_next_to_ours_cannot_be_kept_waiting_either() -> None:
    seen: list[object] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["extensions"]["tls"])
        seen.append(await receive())

    async def never() -> Any:
        await asyncio.Event().wait()

    scope = {"type": "http", "method": "GET", "path": "/"}
    asyncio.run(uvicorn_tls._with_peer(app, ["PEM"], QUICK)(scope, never, nothing))
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
    asyncio.run(uvicorn_tls._with_peer(app, [], QUICK)(scope, slowly, nothing))
    assert seen[1] == {"type": "http.disconnect", "of": "the sender"}


def test_large_headers_do_not_reach_an_application_next_to_ours() -> None:
    sent: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError

    async def send(event: Any) -> None:
        sent.append(event)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"x", b"x" * 20_000)]}
    asyncio.run(uvicorn_tls._with_peer(app, [], QUICK)(scope, Any, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 431
    assert (b"connection", b"close") in sent[0]["headers"]


class Line(asyncio.Transport):
    """A connection from an address."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 1)})
        self.cut = False

    def abort(self) -> None:
        self.cut = True

    def pause_reading(self) -> None: ...


class Inside(asyncio.Protocol):
    """An HTTP protocol with or without a request in hand."""

    def __init__(self, idle: bool) -> None:
        self.idle = idle


def arrive(entrance: Entrance, address: str, kind: str) -> Line:
    """A connection that shakes hands, does nothing, or is busy."""
    visitor, line = Visitor(entrance), Line(address)
    visitor._transport, visitor.address = line, address
    if kind != "shakes":
        visitor._inner = Inside(kind == "idle")
    if not entrance.admit(visitor):
        line.cut = True
    return line


def house(places: int) -> Entrance:
    return Entrance(asyncio.Protocol, lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), Limits(connections=places), print)


def test_who_has_to_make_room() -> None:
    entrance = house(4)
    lines = [arrive(entrance, *who) for who in (("a", "busy"), ("b", "idle"), ("a", "idle"), ("a", "idle"))]
    arrive(entrance, "c", "idle")
    assert [line.cut for line in lines] == [False, False, True, False]  # of the address with most: the oldest idle one
    arrive(entrance, "c", "busy")
    assert [line.cut for line in lines] == [False, False, True, True]
    lines += [arrive(entrance, "d", "busy"), arrive(entrance, "d", "busy")]
    assert [line.cut for line in lines] == [False, True, True, True, False, False]
    assert arrive(entrance, "e", "busy").cut  # all are busy: who comes last is refused


def test_who_shows_no_certificate_does_not_take_all_places() -> None:
    entrance = house(4)
    known = [arrive(entrance, "k", "idle"), arrive(entrance, "k", "idle")]
    strangers = [arrive(entrance, f"s{number}", "shakes") for number in range(20)]
    assert not any(line.cut for line in known)
    assert [line.cut for line in strangers].count(False) == 2


def test_who_shows_one_does_not_either() -> None:
    entrance = house(4)
    for _ in range(10):
        arrive(entrance, "k", "idle")
    stranger = arrive(entrance, "s", "shakes")
    for _ in range(10):
        arrive(entrance, "k", "idle")
    assert not stranger.cut


def test_after_the_end_nobody_comes_in() -> None:
    entrance = house(4)
    busy, shaking = arrive(entrance, "a", "busy"), arrive(entrance, "a", "shakes")
    entrance.close()
    assert (busy.cut, shaking.cut) == (False, True)
    assert arrive(entrance, "b", "shakes").cut


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


class Wire(asyncio.Transport):
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
            wire = Wire()
            together = uvicorn_tls._Together(wire, asyncio.get_running_loop())
            together.write(b"head")
            together.write(b"")
            together.write(b"body")
            assert wire.done == []
            if end:
                getattr(together, end)()
            await asyncio.sleep(0)
            if not end:
                together.write(b"next")
                await asyncio.sleep(0)
            assert together.get_extra_info("peername") == ("127.0.0.1", 1)
            assert together.is_closing() == bool(end)
            told.append(wire.done)
        return told

    assert asyncio.run(play()) == [[b"headbody", b"next"], [b"headbody", "close"], ["abort"]]


def test_an_answer_is_one_write() -> None:
    """As uvicorn makes it: a head, a body, and an end."""
    from doorstroom_client.terugweg.asgi import asgi_app
    from doorstroom_client.terugweg.handler import InboundResponse

    async def handle(_: object) -> InboundResponse:
        return InboundResponse.of(202)

    async def play() -> list[object]:
        server = uvicorn_tls.make_server(asgi_app(handle, lambda _: "x"), None, lifespan="off")
        server.config.load()
        kind: Any = server.config.http_protocol_class
        wire = Wire()
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
