"""The pool of connections: a place is never lost, and nothing that is open is forgotten."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from typing import Any

import httpcore
import pytest

from doorstroom_client.transport.connections import AsyncConnections, Connections
from doorstroom_client.transport.pools import Pools
from doorstroom_client.transport.sockets import CheckingBackend, Opening


class Body:
    """The body of an answer, to be read either way; counts how often it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        yield b"{}"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"{}"

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


class Connection:
    """A connection without a network."""

    def __init__(self, *, idle: bool = True) -> None:
        self.idle = idle
        self.expired = False
        self.closed = 0
        self.bodies: list[Body] = []

    def handle_request(self, _: httpcore.Request) -> httpcore.Response:
        self.bodies.append(Body())
        return httpcore.Response(200, content=self.bodies[-1])

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        return self.handle_request(request)

    def is_idle(self) -> bool:
        return self.idle

    def is_closed(self) -> bool:
        return self.closed > 0

    def has_expired(self) -> bool:
        return self.expired

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


class Made(list[Connection]):
    """Every connection that a pool had made."""

    def __call__(self, _: httpcore.Origin) -> Any:
        self.append(Connection())
        return self[-1]


def request(begun: list[str] | None = None) -> httpcore.Request:
    told = [] if begun is None else begun
    extensions = {"timeout": {"pool": 0.001}, "begun": lambda: told.append("begun")}
    return httpcore.Request("POST", "https://toets.example/adviezen", extensions=extensions)


def test_who_finds_no_place_in_time_is_told_and_takes_none() -> None:
    made = Made()
    pool = Connections(made, 1)
    answer: Any = pool.handle_request(request())
    with pytest.raises(httpcore.PoolTimeout):
        pool.handle_request(request())
    assert len(pool._requests) == 1
    answer.stream.close()
    answer.stream.close()  # a second time frees no second place
    assert (pool._requests, made[0].bodies[0].closed, made[0].closed) == ([], 1, 0)
    pool.handle_request(request())
    with pytest.raises(httpcore.PoolTimeout):
        pool.handle_request(request())
    assert len(made) == 1


def test_the_same_within_an_event_loop() -> None:
    made, begun = Made(), list[str]()

    async def play() -> None:
        pool = AsyncConnections(made, 1)
        answer: Any = await pool.handle_async_request(request(begun))
        with pytest.raises(httpcore.PoolTimeout):
            await pool.handle_async_request(request(begun))
        assert len(pool._requests) == 1
        await answer.stream.aclose()
        await answer.stream.aclose()
        assert (pool._requests, made[0].bodies[0].closed, made[0].closed) == ([], 1, 0)
        assert begun == []  # a new connection tells by itself, after its handshake
        await pool.handle_async_request(request(begun))
        assert begun == ["begun"]
        with pytest.raises(httpcore.PoolTimeout):
            await pool.handle_async_request(request(begun))
        await pool.aclose()

    asyncio.run(play())
    assert [one.closed for one in made] == [1]


def test_what_the_peer_closed_is_not_used_again() -> None:
    made = Made()
    pool = Connections(made, 2)
    first: Any = pool.handle_request(request())
    first.stream.close()
    made[0].expired = True
    second: Any = pool.handle_request(request())
    assert [one.closed for one in made] == [1, 0]
    made[1].idle = False  # broken off half-way
    second.stream.close()
    assert [one.closed for one in made] == [1, 1]
    assert pool.connections == []


def test_what_may_hold_more_than_the_answer_is_not_used_again() -> None:
    made = Made()
    pool = Connections(made, 1)
    answer: Any = pool.handle_request(request())
    use = answer.extensions["use"]
    assert use.holds_more()  # for its insides are not as expected
    use.clean = False
    answer.stream.close()
    assert (made[0].closed, pool.connections) == (1, [])


def test_connections_with_an_old_certificate_go_after_their_last_call() -> None:
    old, new = ssl.create_default_context(), ssl.create_default_context()
    pools = Pools[str](lambda context: "old" if context is old else "new")
    busy = pools.take("oin", old)
    assert pools.take("oin", new).transport == "new"
    assert pools.give_back(busy) == ["old"]


def test_a_connection_that_comes_to_no_handshake_can_be_closed() -> None:
    opening: ContextVar[Opening] = ContextVar("opening")

    async def play() -> None:
        closed = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            assert await reader.read() == b""  # the other side closed
            writer.close()
            closed.set()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        opening.set(Opening(None))
        stream = await CheckingBackend(opening).connect_tcp("127.0.0.1", server.sockets[0].getsockname()[1], timeout=30)
        await stream.aclose()
        await asyncio.wait_for(closed.wait(), 30)
        server.close()
        await server.wait_closed()
        assert not opening.get().begun

    asyncio.run(play())
