"""Tasks that are cancelled at any moment leave nothing behind: no connection in use, no task, no open circuit."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import faults_support as faults
import pytest
from faults_support import Fault, Wire, answer, served
from support import SCHOOL, SUPPLIER_OIN
from support.wire import client_for, send

from doorstroom_client import AsyncClient
from doorstroom_client.errors import DoorstroomError, Unavailable
from doorstroom_client.exchange.circuit import CAPACITY
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport import httpx_transport as transport

# A task that is cancelled in the very turn in which anyio has connected loses that socket: it closes when it is collected.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

POOL = 4
CANCELLED, GOOD = 200, 50
PDF = b"%PDF-1.7\n" + b"0123456789" * 20_000 + b"\n%%EOF\n"
Call = Callable[[AsyncClient], Awaitable[Any]]


@pytest.fixture(autouse=True)
def _small_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_CONNECTIONS", POOL)


def whatever_is_asked() -> Fault:
    """A receipt or a report, after a moment that differs from one request to the next."""
    moments = random.Random(7)

    def play(wire: Wire) -> bool:
        wire.read_body()
        if wire.pause(moments.choice((0.0, 0.0, 0.002, 0.01))):
            return False
        assert wire.request is not None
        is_report = wire.request.method == "GET"
        body, kind = (PDF, "application/pdf") if is_report else (b"{}", "application/json")
        status = 200 if is_report else 202
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        wire.send(head.encode() + body)
        return True

    return Fault("whatever_is_asked", play)


def fetch(client: AsyncClient) -> Awaitable[Any]:
    return client.fetch_leerlingrapport("rapport-1", school=SCHOOL, leverancier="ICE")


async def cancelled_somewhere(chance: random.Random, call: Awaitable[Any]) -> str:
    """Start a call and cancel it: after some turns of the event loop, or after some thousandths of a second."""
    task = asyncio.ensure_future(call)
    if chance.random() < 0.5:
        for _ in range(chance.randrange(150)):
            await asyncio.sleep(0)  # one turn of the loop, no time
        task.cancel()
    else:
        asyncio.get_running_loop().call_later(chance.random() * 0.03, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return "cancelled"
    return "done"


def in_use(client: AsyncClient) -> tuple[int, int, int]:
    """Users, waiting requests and connections, as the transport counts them."""
    sender: Any = client._runtime._made
    pools = [pool for of_loop in sender._loops.values() for pool in of_loop.pools._pools.values()]
    cores = [pool.transport._pool for pool in pools]
    return (
        sum(pool.users for pool in pools),
        sum(len(core._requests) for core in cores),
        sum(len(core.connections) for core in cores),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("call", [send, fetch])
def test_after_many_cancelled_calls_the_good_ones_succeed(test_pki: Pki, seed: int, call: Call) -> None:
    chance = random.Random(seed)

    async def scenario(url: str) -> None:
        async with client_for(test_pki, url) as client:
            ends: list[str] = []
            for _ in range(CANCELLED // 20):  # more at once than there are connections, so some are cancelled in the queue
                ends += await asyncio.gather(*(cancelled_somewhere(chance, call(client)) for _ in range(20)))
            assert ends.count("cancelled") > CANCELLED // 3
            assert in_use(client)[:2] == (0, 0)
            good = await asyncio.wait_for(asyncio.gather(*(call(client) for _ in range(GOOD))), 8)
            assert len(good) == GOOD
            users, waiting, connections = in_use(client)
            assert (users, waiting) == (0, 0)
            assert connections <= POOL
            peer = client.leveranciers[0].peer.base_url
            assert client._operations.circuits.admit(peer, "x") == 0
            assert client._operations.circuits.tokens(peer) == CAPACITY
            assert asyncio.all_tasks() == {asyncio.current_task()}
        gc.collect()  # a socket that was left open would give a warning, which is an error here

    with served(whatever_is_asked(), pki=test_pki, oin=SUPPLIER_OIN) as server:
        asyncio.run(scenario(server.url), debug=False)
    assert server.errors == []


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("call", [send, fetch])
def test_calls_beside_cancelled_ones_are_bystanders(test_pki: Pki, seed: int, call: Call) -> None:
    """They may not have to wait for a place that a cancelled call left taken."""
    chance = random.Random(seed)

    async def scenario(url: str) -> None:
        async with client_for(test_pki, url) as client:
            for _ in range(5):
                good: list[asyncio.Future[Any]] = []
                bad: list[asyncio.Future[str]] = []
                for _ in range(20):  # in turns, so that they wait behind each other
                    bad.append(asyncio.ensure_future(cancelled_somewhere(chance, call(client))))
                    good.append(asyncio.ensure_future(call(client)))
                assert len(await asyncio.wait_for(asyncio.gather(*good), 8)) == 20
                await asyncio.gather(*bad)

    with served(whatever_is_asked(), pki=test_pki, oin=SUPPLIER_OIN) as server:
        asyncio.run(scenario(server.url))
    assert server.errors == []


def test_a_cancelled_download_leaves_no_file(test_pki: Pki, tmp_path: Path) -> None:
    chance = random.Random(5)

    async def one(client: AsyncClient, at: int) -> str:
        to = tmp_path / f"{at}.pdf"
        call = client.fetch_leerlingrapport("rapport-1", school=SCHOOL, leverancier="ICE", to=to)
        end = await cancelled_somewhere(chance, call)
        assert to.exists() is (end == "done") or to.read_bytes() == PDF
        return end

    async def scenario(url: str) -> None:
        async with client_for(test_pki, url) as client:
            ends: list[str] = []
            for batch in range(6):
                ends += await asyncio.gather(*(one(client, batch * 10 + at) for at in range(10)))
            assert "cancelled" in ends

    with served(whatever_is_asked(), pki=test_pki, oin=SUPPLIER_OIN) as server:
        asyncio.run(scenario(server.url))
    for path in tmp_path.iterdir():
        assert path.suffix == ".pdf"
        assert path.read_bytes() == PDF


def test_cancelled_handshakes_give_their_place_back(test_pki: Pki) -> None:
    stalled = [faults.slow_handshake()] * (2 * POOL)

    async def scenario(url: str) -> None:
        async with client_for(test_pki, url) as client:
            for _ in range(2):
                tasks = [asyncio.ensure_future(send(client)) for _ in range(POOL)]
                done, _ = await asyncio.wait(tasks, timeout=0.1)
                assert not done
                for task in tasks:
                    task.cancel()
                ends = await asyncio.gather(*tasks, return_exceptions=True)
                assert {type(end) for end in ends} == {asyncio.CancelledError}
                assert in_use(client) == (0, 0, 0)
            await asyncio.wait_for(asyncio.gather(*(send(client) for _ in range(GOOD))), 15)

    with served([*stalled, answer(202)], pki=test_pki, oin=SUPPLIER_OIN) as server:
        asyncio.run(scenario(server.url))


def test_a_cancelled_try_of_an_open_circuit_lets_the_next_one_through(test_pki: Pki) -> None:
    async def scenario(url: str) -> None:
        async with client_for(test_pki, url) as client:
            for _ in range(5):
                with pytest.raises(Unavailable):
                    await send(client)
            with pytest.raises(Unavailable) as caught:
                await send(client)
            assert caught.value.attempts == ()
            health, peer = client._operations.circuits, client.leveranciers[0].peer.base_url
            health._peers[peer].closed_until = 0.0  # the time is over
            probe = asyncio.ensure_future(send(client))
            done, _ = await asyncio.wait([probe], timeout=0.1)
            assert not done
            with pytest.raises(DoorstroomError):
                await send(client)  # one at a time
            probe.cancel()
            await asyncio.gather(probe, return_exceptions=True)
            assert (await send(client)).aantal == 1

    script = [answer(503)] * 5 + [faults.silent(), answer(202)]
    with served(script, pki=test_pki, oin=SUPPLIER_OIN) as server:
        asyncio.run(scenario(server.url))
    assert len(server.requests) == 7
