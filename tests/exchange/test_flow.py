"""The two drivers of a flow: the same decisions, and nothing else waits or sends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator, Mapping
from typing import Any

import pytest
from support import AsyncFakeTransport, FakeTransport, answer, drive, request

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.flow import Attempt, Flow, Io, Pause, arun, keep, resumed, run
from doorstroom_client.parties.auth import ApiKey
from doorstroom_client.parties.url import Peer
from doorstroom_client.transport.request import Outcome, Request, Response

BOTH = pytest.mark.parametrize("awaited", [False, True], ids=["run", "arun"])
PEER = Peer("Toetsbureau", "https://toets.example.nl/dst", None, ApiKey("X-Key", "geheim"))


def two_attempts(first: Request, second: Request) -> Flow[list[int]]:
    one = yield Attempt(first)
    two = yield Attempt(second, 1.5)
    assert isinstance(one, Response)
    assert isinstance(two, Response)
    return [one.status, two.status]


@BOTH
def test_waits_then_sends_then_returns(awaited: bool) -> None:
    value, transport, pauses = drive(two_attempts(request(), request()), [answer(503), answer(202)], awaited=awaited)
    assert value == [503, 202]
    assert pauses == [1.5]
    assert len(transport.requests) == 2


@BOTH
def test_adds_the_headers_of_the_peer_to_every_attempt(awaited: bool) -> None:
    wanted = request(peer=PEER, headers={"X-Other": "1"})
    _, transport, _ = drive(two_attempts(wanted, wanted), [answer(503), answer(202)], awaited=awaited)
    assert [dict(item.headers) for item in transport.requests] == [{"X-Other": "1", "X-Key": "geheim"}] * 2


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/dst/x",
        "https://toets.example.nl:8443/dst/x",
        "http://toets.example.nl/dst/x",
        "https://toets.example.nl.evil.example/dst/x",
        "https://toets.example.nl@evil.example/dst/x",
        "//evil.example/dst",
    ],
)
@BOTH
def test_a_request_to_another_origin_never_leaves(awaited: bool, url: str) -> None:
    from dataclasses import replace

    for peer in (PEER, Peer("Toetsbureau", "https://toets.example.nl/dst")):
        transport = AsyncFakeTransport([]) if awaited else FakeTransport([])
        flow = two_attempts(replace(request(peer=peer), url=url), request())
        with pytest.raises(ConfigurationError):
            asyncio.run(arun(flow, transport)) if awaited else run(flow, transport)  # type: ignore[arg-type]
        assert transport.requests == []


@BOTH
def test_case_and_default_port_make_no_other_origin(awaited: bool) -> None:
    from dataclasses import replace

    wanted = replace(request(peer=PEER), url="HTTPS://Toets.Example.NL:443/dst/x")
    value, _, _ = drive(two_attempts(wanted, wanted), [answer(503), answer(202)], awaited=awaited)
    assert value == [503, 202]


class Boom(Exception):
    pass


class BoomTransport(FakeTransport):
    def send(self, request: Request) -> Outcome:
        raise Boom


class AsyncBoomTransport(BoomTransport):
    async def send(self, request: Request) -> Outcome:  # type: ignore[override]
        raise Boom

    async def close(self) -> None:  # type: ignore[override]
        raise AssertionError


class BoomAuth:
    def __init__(self, error: BaseException, blocking: bool) -> None:
        self.error = error
        self.blocking = blocking

    def headers(self) -> Mapping[str, str]:
        raise self.error


def watched(closed: list[str], peer: Peer | None = None) -> Generator[Attempt, Outcome, str]:
    try:
        yield Attempt(request(peer=peer), 0.5)
        return "done"
    finally:
        closed.append("closed")


def no_sleep(seconds: float) -> None:
    assert seconds == 0.5


async def no_asleep(seconds: float) -> None:
    assert seconds == 0.5


@BOTH
def test_a_flow_is_closed_when_the_transport_raises(awaited: bool) -> None:
    closed: list[str] = []
    with pytest.raises(Boom):
        if awaited:
            asyncio.run(arun(watched(closed), AsyncBoomTransport([]), no_asleep))  # type: ignore[arg-type]
        else:
            run(watched(closed), BoomTransport([]), no_sleep)
    assert closed == ["closed"]


@pytest.mark.parametrize("blocking", [False, True])
@pytest.mark.parametrize("error", [Boom(), StopIteration(), RuntimeError()], ids=repr)
@BOTH
def test_an_auth_that_fails_is_never_taken_for_a_result(awaited: bool, error: BaseException, blocking: bool) -> None:
    closed: list[str] = []
    flow = watched(closed, Peer("p", "https://toets.example.nl", None, BoomAuth(error, blocking)))
    transport: Any = AsyncFakeTransport([]) if awaited else FakeTransport([])

    async def in_loop() -> None:
        async with asyncio.timeout(1):
            await arun(flow, transport, no_asleep)

    # What is raised may be wrapped, but a deadlock is no answer.
    with pytest.raises((Boom, RuntimeError, StopIteration)):
        asyncio.run(in_loop()) if awaited else run(flow, transport, no_sleep)
    assert transport.requests == []
    assert closed == ["closed"]


def test_a_flow_is_closed_when_its_task_is_cancelled() -> None:
    closed: list[str] = []

    class Silent(AsyncFakeTransport):
        async def send(self, request: Request) -> Outcome:  # type: ignore[override]
            await asyncio.Event().wait()
            raise AssertionError

    async def main() -> None:
        task = asyncio.create_task(arun(watched(closed), Silent([]), no_asleep))  # type: ignore[arg-type]
        for _ in range(5):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert closed == ["closed"]


@BOTH
def test_an_error_raised_by_the_flow_reaches_the_caller(awaited: bool) -> None:
    def failing() -> Flow[None]:
        yield Attempt(request())
        raise Boom

    with pytest.raises(Boom):
        drive(failing(), [answer(202)], awaited=awaited)


class ThreadAuth:
    def __init__(self, blocking: bool) -> None:
        self.blocking = blocking
        self.threads: list[int] = []

    def headers(self) -> Mapping[str, str]:
        self.threads.append(threading.get_ident())
        return {}


@pytest.mark.parametrize("blocking", [True, False])
def test_an_auth_that_may_wait_runs_beside_the_event_loop(blocking: bool) -> None:
    auth = ThreadAuth(blocking)
    wanted = request(peer=Peer("p", "https://toets.example.nl", None, auth))
    drive(two_attempts(wanted, wanted), [answer(503), answer(202)], awaited=True)
    assert [ident != threading.get_ident() for ident in auth.threads] == [blocking] * 2


def with_the_disk(threads: list[int]) -> Flow[str]:
    def work() -> str:
        threads.append(threading.get_ident())
        return "kept"

    kept = yield from keep(work)
    yield Pause(0.0)
    yield Pause(2.5)
    answered = yield Attempt(request())
    return f"{kept} {answered.status}"


@BOTH
def test_what_waits_for_the_disk_is_done_in_between(awaited: bool) -> None:
    threads: list[int] = []
    value, transport, pauses = drive(with_the_disk(threads), [answer(202)], awaited=awaited)
    assert (value, pauses, len(transport.requests)) == ("kept 202", [2.5], 1)
    assert (threads == [threading.get_ident()]) is not awaited  # beside the event loop


@BOTH
def test_what_fails_at_the_disk_is_raised_in_the_flow(awaited: bool) -> None:
    def flow() -> Flow[str]:
        def fail() -> None:
            raise OSError("full")

        try:
            yield Io(fail)
        except OSError as error:
            told = str(error)
        answered = yield Attempt(request())
        return f"{told} {answered.status}"

    assert drive(flow(), [answer(202)], awaited=awaited)[0] == "full 202"

    def careless() -> Flow[None]:
        yield Io(lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        drive(careless(), [], awaited=awaited)


@BOTH
def test_a_flow_that_was_begun_goes_on_elsewhere(awaited: bool) -> None:
    ended: list[str] = []

    def whole() -> Flow[list[Any]]:
        try:
            first = yield from keep(lambda: "from disk")
            try:
                yield from keep(lambda: 1 // 0)
            except ZeroDivisionError:
                second = "failed"
            third = yield Attempt(request())
            return [first, second, third.status]
        finally:
            ended.append("ended")

    flow = whole()
    effect = next(flow)
    value, transport, _ = drive(resumed(flow, effect), [answer(202)], awaited=awaited)
    assert value == ["from disk", "failed", 202]
    assert len(transport.requests) == 1
    assert ended == ["ended"]


@BOTH
def test_what_ends_a_flow_that_goes_on_elsewhere_comes_out(awaited: bool) -> None:
    ended: list[str] = []

    def whole() -> Flow[None]:
        try:
            yield from keep(lambda: 1 // 0)
        finally:
            ended.append("ended")

    flow = whole()
    effect = next(flow)
    with pytest.raises(ZeroDivisionError):
        drive(resumed(flow, effect), [], awaited=awaited)
    assert ended == ["ended"]
    flow = whole()
    rest = resumed(flow, next(flow))
    next(rest)
    rest.close()
    assert ended == ["ended", "ended"]
