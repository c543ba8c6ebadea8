"""The parts of the server that a real connection does not show."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import NOW, SUPPLIER_OIN

from doorstroom_client.receiving.asgi import Receive, Scope, Send
from doorstroom_client.receiving.limits import Limits
from doorstroom_client.receiving.server import uvicorn_tls
from doorstroom_client.receiving.server.entrance import Entrance, Visitor
from doorstroom_client.receiving.server.http1 import Rules, _Alone, _Bounded
from doorstroom_client.receiving.server.wire import Wire
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


class Line(asyncio.Transport):
    """A connection from an address."""

    def __init__(self, address: str) -> None:
        super().__init__({"peername": (address, 1)})
        self.cut = False

    def abort(self) -> None:
        self.cut = True

    def pause_reading(self) -> None: ...


class Inside(asyncio.Protocol):
    """An HTTP protocol of a sender."""

    def __init__(self, oin: str) -> None:
        self.oin = oin
        self.whole = False

    def who(self) -> str | None:
        return self.oin


class House(Entrance):
    """Four places, and a clock that is played."""

    def __init__(self) -> None:
        self.clock = 100.0
        limits = Limits(connections=4, header_seconds=0.05)
        super().__init__(asyncio.Protocol, lambda: ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), limits, print, lambda: self.clock)

    def arrive(self, oin: str = "", address: str = "") -> tuple[Visitor, Line]:
        """A connection that shakes hands, or showed an OIN."""
        self.clock += 1.0
        visitor, line = Visitor(self), Line(address)
        visitor._transport, visitor.address = line, address or f"of {oin}"
        visitor._inner = Inside(oin) if oin else None
        line.cut = not self.admit(visitor)
        return visitor, line


async def ask(visitor: Visitor, ended: asyncio.Event) -> str:
    """A request of a connection, under way until it is ended."""
    try:
        if not await visitor.seat():
            return "no place"
        await ended.wait()
    except asyncio.CancelledError:
        return "gave way" if visitor.gave_way else "cancelled"
    finally:
        visitor.unseat()
    return "answered"


async def seated(entrance: House, ended: asyncio.Event, *oins: str) -> list[asyncio.Task[str]]:
    """Requests of senders, in this order."""
    tasks = []
    for oin in oins:
        entrance.clock += 1.0
        tasks.append(asyncio.create_task(ask(entrance.arrive(oin)[0], ended)))
        await asyncio.sleep(0)
    return tasks


def outcomes(*oins: str) -> list[str]:
    """What becomes of requests that come one after the other, and of which none ends before the last has come."""

    async def play() -> list[str]:
        entrance, ended = House(), asyncio.Event()
        tasks = await seated(entrance, ended, *oins)
        await asyncio.sleep(0.1)
        ended.set()
        return await asyncio.gather(*tasks)

    return asyncio.run(play())


FINE = "answered"


def test_quotas_bite_only_when_all_places_are_taken() -> None:
    assert outcomes("a", "a", "a", "a") == [FINE] * 4
    assert outcomes("a", "a", "a", "b") == [FINE] * 4


def test_the_slowest_of_the_busiest_makes_room() -> None:
    assert outcomes("a", "b", "a", "a", "c") == ["gave way", FINE, FINE, FINE, FINE]
    assert outcomes("a", "b", "a", "a", "c", "d") == ["gave way", FINE, "gave way", FINE, FINE, FINE]


def test_nobody_is_pushed_out_by_who_would_have_as_many() -> None:
    assert outcomes("a", "a", "b", "b", "c", "c") == ["gave way", FINE, FINE, FINE, FINE, "no place"]


def test_a_burst_of_one_sender_waits_for_itself() -> None:
    async def play() -> list[str]:
        entrance, ended = House(), asyncio.Event()
        entrance.limits = replace(entrance.limits, header_seconds=30.0)
        tasks = await seated(entrance, ended, *"aaaaaa")
        ended.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(play()) == [FINE] * 6


def test_a_free_place_is_for_who_has_fewest() -> None:
    async def play() -> list[str]:
        entrance, ended, first = House(), asyncio.Event(), asyncio.Event()
        (one,) = await seated(entrance, first, "c")
        rest = await seated(entrance, ended, *"aabab")
        first.set()
        await asyncio.sleep(0.1)
        ended.set()
        return await asyncio.gather(one, *rest)

    assert asyncio.run(play()) == [FINE, FINE, FINE, FINE, "no place", FINE]  # the last one, and not who came before it


def test_who_leaves_while_it_waits_is_not_waited_for() -> None:
    async def play() -> list[str]:
        entrance, ended = House(), asyncio.Event()
        tasks = await seated(entrance, ended, *"aaaa")
        visitor, _ = entrance.arrive("a")
        late = asyncio.create_task(ask(visitor, ended))
        await asyncio.sleep(0)
        visitor.connection_lost(None)
        told = await late
        ended.set()
        return [*await asyncio.gather(*tasks), told]

    assert asyncio.run(play()) == [FINE, FINE, FINE, FINE, "no place"]


def test_a_stopping_server_does_not_look_like_making_room() -> None:
    async def play() -> str:
        (task,) = await seated(House(), asyncio.Event(), "a")
        task.cancel()
        return await task

    assert asyncio.run(play()) == "cancelled"


def test_behind_a_proxy_addresses_say_nothing() -> None:
    async def play() -> list[str]:
        entrance, ended = House(), asyncio.Event()
        entrance.context = None
        tasks = await seated(entrance, ended, *"aabbc")
        await asyncio.sleep(0.1)
        ended.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(play()) == ["gave way", FINE, FINE, FINE, FINE]


def test_an_address_with_many_names_is_one_sender_too() -> None:
    async def play() -> list[str]:
        entrance, ended = House(), asyncio.Event()
        tasks = []
        for oin, address in (("a", "x"), ("b", "x"), ("c", "x"), ("d", "x"), ("e", "y")):
            tasks.append(asyncio.create_task(ask(entrance.arrive(oin, address)[0], ended)))
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        ended.set()
        return await asyncio.gather(*tasks)

    assert asyncio.run(play()) == ["gave way", FINE, FINE, FINE, FINE]


def test_who_does_nothing_makes_room() -> None:
    """Of the sender with most connections the oldest; others keep theirs."""
    entrance = House()
    lines = [entrance.arrive(oin)[1] for oin in "baac"]
    assert not entrance.arrive("c")[1].cut
    assert [line.cut for line in lines] == [False, True, False, False]


def test_who_shows_no_certificate_does_not_take_all_places() -> None:
    entrance = House()
    known = [entrance.arrive("k")[1] for _ in range(2)]
    strangers = [entrance.arrive(address=f"s{number}")[1] for number in range(20)]
    assert not any(line.cut for line in known)
    assert [line.cut for line in strangers].count(False) == 2


def test_who_shows_one_does_not_either() -> None:
    entrance = House()
    for _ in range(10):
        entrance.arrive("k")
    _, stranger = entrance.arrive(address="s")
    for _ in range(10):
        entrance.arrive("k")
    assert not stranger.cut


def test_who_came_just_now_may_shake_hands() -> None:
    entrance = House()
    young = [entrance.arrive(address="s")[1] for _ in range(4)]
    entrance.clock = 100.0 + 1.4  # a tenth of a second after the first could be missed
    for visitor in entrance._visitors:
        visitor.since = 101.0
    assert not entrance.has_room()
    assert entrance.admit(Visitor(entrance)) is False
    entrance.clock += 0.2
    assert entrance.has_room()
    assert not entrance.arrive(address="s")[1].cut
    assert [line.cut for line in young] == [True, False, False, False]


def test_after_the_end_nobody_comes_in() -> None:
    entrance = House()
    (_, known), (_, shaking) = entrance.arrive("a"), entrance.arrive(address="a")
    entrance.close()
    assert (known.cut, shaking.cut) == (False, True)
    assert entrance.arrive(address="b")[1].cut


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
