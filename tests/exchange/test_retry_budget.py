"""The budget for retries, per peer: what a dead peer costs."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

import pytest
from support import NOW, answer, drive, fault, request
from support.circuits import NO_CIRCUIT, A, B, client, send

from doorstroom_client.errors import DoorstroomError, Unavailable
from doorstroom_client.exchange.call import Conditions, call
from doorstroom_client.exchange.circuit import CAPACITY, THROTTLED_COST, TRANSIENT_COST, Circuits
from doorstroom_client.transport.request import FaultKind, Outcome, Request


@pytest.mark.parametrize(
    ("outcomes", "spent"),
    [
        ([answer(500)] * 3, 2 * TRANSIENT_COST),
        ([answer(429)] * 3, 2 * THROTTLED_COST),  # the peer asked for it, so it is cheaper
        ([answer(429), answer(500), answer(422)], 0),  # an answer gives back what the retries of its call cost
        ([answer(500), answer(500), answer(202)], 0),
    ],
)
def test_what_the_retries_of_a_call_cost(outcomes: list[Outcome], spent: int) -> None:
    sent = request()
    health = Circuits()
    with contextlib.suppress(DoorstroomError):
        drive(call(sent, Conditions(NO_CIRCUIT, 30.0, lambda: NOW, health)), outcomes)
    assert health.tokens(sent.peer.base_url) == CAPACITY - spent


def test_a_peer_starts_with_a_full_budget_and_each_retry_costs() -> None:
    health = Circuits()
    assert health.tokens(A) == CAPACITY == 500
    assert health.spend(A, TRANSIENT_COST)
    assert health.spend(A, THROTTLED_COST)
    assert health.tokens(A) == CAPACITY - 14 - 5


def test_a_budget_that_is_too_small_is_left_alone() -> None:
    health = Circuits()
    paid = sum(health.spend(A, TRANSIENT_COST) for _ in range(100))
    assert paid == CAPACITY // TRANSIENT_COST == 35
    assert health.tokens(A) == CAPACITY - 35 * TRANSIENT_COST == 10
    assert not health.spend(A, TRANSIENT_COST)
    assert health.tokens(A) == 10


def test_a_success_gives_back_what_it_earned_but_never_above_the_capacity() -> None:
    health = Circuits()
    health.spend(A, 14)
    health.spend(A, 14)
    health.succeeded(A, 14)
    assert health.tokens(A) == 500 - 28 + 14
    health.succeeded(A, 400)
    assert health.tokens(A) == CAPACITY


def test_peers_do_not_share_a_budget() -> None:
    health = Circuits()
    health.spend(A, 500)
    assert health.tokens(A) == 0
    assert health.tokens(B) == CAPACITY


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(lambda _: answer(503), id="503"),
        pytest.param(lambda _: answer(503, headers={"retry-after": "0"}), id="503 with Retry-After"),
        pytest.param(lambda _: answer(500), id="500"),
        pytest.param(lambda _: fault(FaultKind.NO_ANSWER, "read"), id="no answer"),
        pytest.param(lambda _: fault(FaultKind.CONNECT, "connect"), id="no connection"),
    ],
)
def test_a_thousand_calls_to_a_dead_peer_make_at_most_1035_requests(reply: Callable[[Request], Outcome]) -> None:
    using, transport = client(reply)
    for _ in range(1000):
        assert send(using) is not None
    assert 1000 <= len(transport.requests) <= 1035


def test_a_peer_that_throttles_every_call_does_not_get_three_times_its_load() -> None:
    """429 is no success: what the retries cost is not given back."""
    using, transport = client(lambda _: answer(429))
    for _ in range(1000):
        assert send(using) is Unavailable
    assert len(transport.requests) <= 1000 + CAPACITY // THROTTLED_COST


def test_one_success_refunds_the_retries_of_its_own_call_and_one_more() -> None:
    health = Circuits()
    conditions = Conditions(NO_CIRCUIT, 30.0, lambda: NOW, health)
    peer = request().peer.base_url
    health.spend(peer, 100)
    drive(call(request(), conditions), [answer(500), answer(202)])
    assert health.tokens(peer) == CAPACITY - 100 + 1


def test_copies_of_a_client_share_the_budget_and_other_peers_keep_theirs() -> None:
    using, transport = client(lambda _: answer(500))
    copy = using.with_options(schooljaar="2025-2026")
    for number in range(100):
        send(using if number % 2 else copy)
    assert len(transport.requests) <= 135
    before = len(transport.requests)
    send(copy)
    assert len(transport.requests) == before + 1
    send(copy, "DIA")
    assert len(transport.requests) == before + 1 + 3


def test_two_clients_do_not_share_a_budget() -> None:
    first, _ = client(lambda _: answer(500))
    second, transport = client(lambda _: answer(500))
    for _ in range(40):
        send(first)
    send(second)
    assert len(transport.requests) == 3


def test_ten_threads_never_see_a_budget_below_zero_or_above_the_capacity() -> None:
    health = Circuits()
    wrong: list[float] = []
    start = threading.Barrier(10)

    def hammer(number: int) -> None:
        start.wait()
        for turn in range(2000):
            cost = (TRANSIENT_COST, THROTTLED_COST)[(turn + number) % 2]
            if health.spend(A, cost) and turn % 3 == 0:
                health.succeeded(A, cost)
            tokens = health.tokens(A)
            if not 0 <= tokens <= CAPACITY:
                wrong.append(tokens)

    threads = [threading.Thread(target=hammer, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_budget_adds_up_whatever_the_threads_do() -> None:
    health = Circuits()
    paid: list[int] = []

    def hammer() -> None:
        paid.append(sum(health.spend(A, TRANSIENT_COST) for _ in range(50)))

    threads = [threading.Thread(target=hammer) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(paid) == 35
    assert health.tokens(A) == 10
