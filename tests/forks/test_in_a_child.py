"""What a child process does with what it got from its parent, called here in one process: a child of a fork is not measured."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from faults_support import BadServer, answer, served
from support import SCHOOL, SUPPLIER_OIN
from support.processes import in_child
from support.wire import ADVIEZEN, Speler, certificate, client_for, leverancier, send

from doorstroom_client import Adviezenlijst
from doorstroom_client.basics import forks
from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport.httpx_transport import AsyncHttpxTransport, HttpxTransport


@pytest.fixture(params=["sync", "async"])
def speler(request: pytest.FixtureRequest) -> Iterator[Speler]:
    """Makes clients of one of the two kinds and closes them."""
    made = Speler(awaited=request.param == "async")
    yield made
    made.close()


@pytest.fixture
def supplier(test_pki: Pki) -> Iterator[BadServer]:
    with served(answer(202), pki=test_pki, oin=SUPPLIER_OIN) as server:
        yield server


@pytest.fixture
def left() -> Iterator[list[object]]:
    """What the parent keeps; emptied afterwards, so that it is closed here after all."""
    before = list(forks._left)
    yield forks._left
    del forks._left[len(before) :]


def test_connections_of_the_parent_stay_open_and_are_not_used(
    test_pki: Pki, speler: Speler, supplier: BadServer, left: list[object]
) -> None:
    client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(supplier.url)])

    def one() -> Any:
        return speler(client.send(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier="ICE"))

    one(), one()
    assert supplier.connections == 1
    transport: HttpxTransport | AsyncHttpxTransport = client._runtime._made
    begun: Any = vars(transport).get("_pools") or dict(vars(transport)["_loops"])
    transport.after_fork()
    one(), one()
    assert supplier.connections == 2
    kept = [begun] if isinstance(transport, HttpxTransport) else [of_loop.pools for of_loop in begun.values()]
    connections = [known for pools in kept for pool in pools._pools.values() for known in pool.transport._pool.connections]
    assert [known.is_idle() for known in connections] == [True], "the connection of the parent was closed"
    for pools in kept:
        for parent in pools.clear():
            speler(parent.close() if isinstance(transport, HttpxTransport) else parent.aclose())


def test_a_client_that_is_closed_closes_its_connections_in_other_loops_too(test_pki: Pki, supplier: BadServer) -> None:
    client = client_for(test_pki, supplier.url)
    elsewhere = asyncio.new_event_loop()
    thread = threading.Thread(target=elsewhere.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(_do(client), elsewhere).result(30)
        sender: Any = client._runtime._made
        (of_loop,) = sender._loops.values()
        asyncio.run(client.close())
        for _ in range(300):
            if of_loop.end.ag_frame is None:
                break
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0.1), elsewhere).result(30)
        assert of_loop.end.ag_frame is None, "it waits for its loop to end"
        assert of_loop.pools._pools == {}
    finally:
        elsewhere.call_soon_threadsafe(elsewhere.stop)
        thread.join(30)
        elsewhere.close()


def test_connections_of_a_loop_that_was_closed_by_force_are_let_go(test_pki: Pki, supplier: BadServer) -> None:
    client = client_for(test_pki, supplier.url)
    ended = asyncio.new_event_loop()
    ended.run_until_complete(_do(client))
    sender: Any = client._runtime._made
    (of_loop,) = sender._loops.values()
    ended.run_until_complete(of_loop.end.aclose())
    ended.close()
    asyncio.run(client.close())
    assert sender._loops == {}


async def _do(client: Any) -> None:
    await send(client)


def test_a_lock_that_another_thread_has_is_free_in_a_child() -> None:
    lock, taken, done = forks.Lock(), threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            taken.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        taken.wait(30)
        assert not lock.acquire(blocking=False)
        assert in_child(lambda: lock.acquire(blocking=False)) == ["True"]
    finally:
        done.set()
        thread.join(30)


def test_whether_a_peer_is_well_is_tried_anew() -> None:
    now = [0.0]
    health = Circuits(clock=lambda: now[0])
    health.failed("https://peer", 1, 60.0)
    now[0] = 61.0
    assert health.admit("https://peer", "the call of the parent") == 0
    assert health.admit("https://peer", "another") > 0
    health.after_fork()
    assert health.admit("https://peer", "of the child") == 0
