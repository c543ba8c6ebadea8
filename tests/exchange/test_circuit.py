"""The circuit, per peer: who may try when."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from dataclasses import replace
from typing import Any

import pytest
from support import LEVERANCIER, NOW, SCHOOL, AsyncFakeTransport, FakeTransport, answer, drive, fault, request
from support.circuits import ADVIEZEN, Clock, client, send
from tenacity import stop_after_attempt, wait_none

from doorstroom_client import Adviezenlijst, AsyncClient, Retry
from doorstroom_client.errors import DoorstroomError, GeenMandaat, Unavailable
from doorstroom_client.events import Event
from doorstroom_client.exchange.call import Conditions, call
from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.exchange.flow import Flow, run
from doorstroom_client.parties.url import Peer
from doorstroom_client.transport.request import FaultKind, Outcome, Request


class Setup:
    """One peer, one clock, calls of one attempt."""

    def __init__(self, after: int = 5, seconds: float = 30.0) -> None:
        self.clock = Clock()
        self.events: list[Event] = []
        self.health = Circuits(self.clock)
        self.retry = Retry(stop=stop_after_attempt(1), wait=wait_none(), circuit_after=after, circuit_seconds=seconds)
        self.requests = 0

    @property
    def conditions(self) -> Conditions:
        return Conditions(self.retry, 30.0, lambda: NOW, self.health, on_event=self.events.append)

    def flow(self) -> Flow[Any]:
        return call(request(), self.conditions)

    def make(self, outcome: Outcome) -> DoorstroomError | None:
        transport = FakeTransport([outcome])
        try:
            run(self.flow(), transport)
        except DoorstroomError as error:
            return error
        finally:
            self.requests += len(transport.requests)
        return None

    def open(self) -> None:
        for _ in range(self.retry.circuit_after):
            self.make(answer(500))
        assert self.requests == self.retry.circuit_after


def test_the_circuit_opens_after_five_failing_calls_in_a_row() -> None:
    setup = Setup()
    for number in range(1, 6):
        error = setup.make(answer(500))
        assert isinstance(error, Unavailable)
        assert setup.requests == number
    error = setup.make(answer(202))
    assert isinstance(error, Unavailable)
    assert setup.requests == 5
    assert error.retry_at == NOW + dt.timedelta(seconds=30)
    assert error.retryable
    assert error.attempts == ()
    assert error.status == 0
    assert str(error).startswith("Toetsbureau failed several times in a row, so it is left alone for 30 more seconds")
    assert (error.peer, error.request_id) == ("Toetsbureau", "req-1")
    assert error.hint == "Nothing was sent. Try again later (.retry_at says when)"
    assert setup.events[-1].result == "circuit open"
    assert (setup.events[-1].outcomes, setup.events[-1].seconds) == ((), 0.0)
    assert len(setup.events) == 6


def test_a_success_in_between_starts_the_count_again() -> None:
    setup = Setup()
    for outcome in [answer(500)] * 4 + [answer(202)] + [answer(500)] * 4:
        setup.make(outcome)
    assert setup.make(answer(202)) is None
    assert setup.requests == 10


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 418, 422, 429, 302])
def test_a_peer_that_answers_something_else_is_alive(status: int) -> None:
    setup = Setup()
    for _ in range(4):
        setup.make(answer(500))
    setup.make(answer(status))
    for _ in range(4):
        setup.make(answer(500))
    assert setup.make(answer(202)) is None


@pytest.mark.parametrize(
    "outcome",
    [answer(500), answer(503), *(fault(kind) for kind in (FaultKind.CONNECT, FaultKind.NO_ANSWER, FaultKind.DEADLINE))],
)
def test_what_counts_as_a_sick_peer(outcome: Outcome) -> None:
    setup = Setup()
    for _ in range(5):
        setup.make(outcome)
    before = setup.requests
    assert isinstance(setup.make(answer(202)), Unavailable)
    assert setup.requests == before


def test_retries_within_a_call_count_once() -> None:
    setup = Setup()
    setup.retry = Retry(wait=wait_none(), circuit_after=5)
    for _ in range(4):
        with pytest.raises(Unavailable):
            drive(call(request(), setup.conditions), [answer(500)] * 3)
    assert setup.make(answer(202)) is None


def test_after_the_wait_one_call_tries_and_the_others_wait() -> None:
    setup = Setup()
    setup.open()
    setup.clock.at += 29.9
    assert isinstance(setup.make(answer(202)), Unavailable)
    setup.clock.at += 0.1
    probe = setup.flow()
    next(probe)
    for _ in range(3):
        error = setup.make(answer(202))
        assert isinstance(error, Unavailable)
        assert error.retry_at == NOW + dt.timedelta(seconds=1)
    assert setup.requests == 5
    with pytest.raises(StopIteration):
        probe.send(answer(202))
    assert setup.make(answer(202)) is None


def test_a_probe_that_fails_opens_the_circuit_again() -> None:
    setup = Setup()
    setup.open()
    setup.clock.at += 30
    setup.make(answer(500))
    assert setup.requests == 6
    error = setup.make(answer(202))
    assert isinstance(error, Unavailable)
    assert error.retry_at == NOW + dt.timedelta(seconds=30)
    assert setup.requests == 6


def test_a_probe_that_is_refused_closes_the_circuit_because_the_peer_lives() -> None:
    setup = Setup()
    setup.open()
    setup.clock.at += 30
    assert isinstance(setup.make(answer(401)), GeenMandaat)
    assert setup.make(answer(202)) is None


def test_a_cancelled_probe_lets_the_next_call_try() -> None:
    setup = Setup()
    setup.open()
    setup.clock.at += 30
    probe = setup.flow()
    next(probe)
    probe.close()
    assert setup.make(answer(202)) is None


def test_a_call_from_before_the_circuit_opened_does_not_let_a_second_probe_in() -> None:
    """Only the probe itself may give its place free."""
    setup = Setup()
    early = setup.flow()
    next(early)
    setup.open()
    setup.clock.at += 30
    probe = setup.flow()
    next(probe)
    early.close()
    assert isinstance(setup.make(answer(202)), Unavailable), "a second probe while the first is under way"
    probe.close()


def test_the_probe_of_a_thread_race_is_one() -> None:
    setup = Setup()
    setup.open()
    setup.clock.at += 30
    start = threading.Barrier(10)
    admitted: list[float] = []

    def ask() -> None:
        start.wait()
        admitted.append(setup.health.admit(request().peer.base_url, str(threading.get_ident())))

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert admitted.count(0.0) == 1
    assert admitted.count(1.0) == 9


def test_the_circuit_can_be_switched_off() -> None:
    setup = Setup(after=0)
    for _ in range(20):
        setup.make(answer(500))
    assert setup.requests == 20
    assert setup.make(answer(202)) is None


def test_the_circuit_of_one_peer_leaves_the_others_alone() -> None:
    setup = Setup()
    setup.open()
    url = "https://elders.example.nl/dst"
    other = replace(request(), peer=Peer("Ander", url), url=f"{url}/registreren")
    value, _, _ = drive(call(other, setup.conditions), [answer(202)])
    assert value.response.status == 202


def test_copies_of_a_client_share_the_circuit() -> None:
    using, transport = client(lambda _: answer(500), retry=Retry(stop=stop_after_attempt(1), wait=wait_none()))
    copy = using.with_options(schooljaar="2025-2026")
    for number in range(5):
        send(using if number % 2 else copy)
    assert send(using) is Unavailable
    assert send(copy) is Unavailable
    assert len(transport.requests) == 5


def test_a_cancelled_task_releases_the_probe_of_the_asynchronous_client() -> None:
    clock = Clock()
    hang = False

    class Hanging(AsyncFakeTransport):
        async def send(self, request: Request) -> Outcome:  # type: ignore[override]
            if hang:
                self.requests.append(request)
                await asyncio.Event().wait()
            return await super().send(request)

    replies: list[Outcome] = [answer(500)] * 5
    transport = Hanging(lambda _: replies.pop(0) if replies else answer(202))

    async def story() -> None:
        nonlocal hang
        retry = Retry(stop=stop_after_attempt(1), wait=wait_none())
        async with AsyncClient(
            transport=transport, leveranciers=[LEVERANCIER], auteur="Test 1", schooljaar="2025-2026", retry=retry
        ) as using:
            using._operations.circuits._clock = clock

            async def send() -> Any:
                return await using.send(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier="ICE")

            for _ in range(5):
                with pytest.raises(Unavailable):
                    await send()
            clock.at += 30
            hang = True
            task = asyncio.create_task(send())
            while len(transport.requests) < 6:
                await asyncio.sleep(0)
            with pytest.raises(Unavailable):
                await send()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            hang = False
            assert (await send()).aantal == 1

    asyncio.run(asyncio.wait_for(story(), 10.0))
