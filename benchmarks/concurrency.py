"""Many calls at once on one client: what a call costs then, how many connections are made, and how much gets through."""

from __future__ import annotations

import asyncio
import itertools
import ssl
import statistics
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.harness import SCHOOL, YEAR, Figure, Scale, certificate, leverancier, main, pairs, ratio_figure, supplier
from doorstroom_client import Adviezenlijst, AsyncClient, Client, Timeouts
from doorstroom_client.simulator.invented import bedenk_leerlingen
from doorstroom_client.simulator.keten import adviezen_of
from doorstroom_client.simulator.pki import Pki

AT_ONCE = 32
MANY = 200
PAUSE = 0.05
"""Seconds that the slow supplier takes."""

ADVIEZEN = adviezen_of(bedenk_leerlingen(27, seed=1, schooljaar=YEAR))


class Counts:
    """Handshakes and contexts of this process: every new connection makes one SSL object."""

    def __init__(self) -> None:
        self.handshakes = 0
        self.contexts = 0
        self._lock = threading.Lock()

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count from here on."""
        wrap_socket, wrap_bio, make = ssl.SSLContext.wrap_socket, ssl.SSLContext.wrap_bio, ssl.SSLContext.__new__

        def counted(real: Callable[..., Any], name: str) -> Callable[..., Any]:
            def one(*args: Any, **more: Any) -> Any:
                with self._lock:
                    setattr(self, name, getattr(self, name) + 1)
                return real(*args, **more)

            return one

        with (
            mock.patch.object(ssl.SSLContext, "wrap_socket", counted(wrap_socket, "handshakes")),
            mock.patch.object(ssl.SSLContext, "wrap_bio", counted(wrap_bio, "handshakes")),
            mock.patch.object(ssl.SSLContext, "__new__", counted(make, "contexts")),
        ):
            yield


def measure(scale: Scale) -> Iterable[Figure]:
    """What is counted first, then the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        pki = Pki(Path(folder) / "pki")
        with supplier(pki) as url:
            yield from _connections(pki, url, scale.of(2000, 400))
            yield _cost(pki, url, scale)
        with supplier(pki, PAUSE) as url:
            yield from _throughput(pki, url, scale.of(640, 64))


def _arguments(pki: Pki, url: str) -> dict[str, Any]:
    return {
        "certificate": certificate(pki),
        "leveranciers": [leverancier(url)],
        "auteur": "Bench 1",
        "schooljaar": YEAR,
        "timeouts": Timeouts(connect=60.0, post=60.0),
    }


def _connections(pki: Pki, url: str, calls: int) -> Iterable[Figure]:
    name = f"TLS connections for {calls} calls"
    contexts: list[int] = []
    counts = Counts()
    with counts.counting(), Client(**_arguments(pki, url)) as client:
        _threads(client, calls)
    contexts.append(counts.contexts)
    yield _connections_figure(f"{name}, {AT_ONCE} threads", counts)
    for tasks in (AT_ONCE, MANY):
        counts = Counts()
        with counts.counting():
            asyncio.run(_with_client(pki, url, lambda client, tasks=tasks: _tasks(client, calls, tasks)))  # type: ignore[misc]
        contexts.append(counts.contexts)
        yield _connections_figure(f"{name}, {tasks} tasks", counts)
    yield Figure("SSLContexts per client", "one", 1, max(contexts), exact=True, note=f"{calls} calls each")


def _connections_figure(name: str, counts: Counts) -> Figure:
    return Figure(name, "as many as are under way", AT_ONCE, counts.handshakes, exact=True, unit="connections")


def _cost(pki: Pki, url: str, scale: Scale) -> Figure:
    calls = scale.of(320, 32)
    with asyncio.Runner() as runner, Client(**_arguments(pki, url)) as client:
        open_client = AsyncClient(**_arguments(pki, url))

        def awaited() -> float:
            started = time.process_time()
            runner.run(_tasks(open_client, calls, AT_ONCE))
            return (time.process_time() - started) / calls

        def one_by_one() -> float:
            started = time.process_time()
            for _ in range(calls):
                client.send(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier="ICE")
            return (time.process_time() - started) / calls

        try:
            ratio = pairs(awaited, one_by_one, scale.of(9, 1))
        finally:
            runner.run(open_client.close())
    return ratio_figure(f"async call, {AT_ONCE} at once", "our own sync call", 2.5, ratio)


def _throughput(pki: Pki, url: str, calls: int) -> Iterable[Figure]:
    """Calls in a second as a share of what that many at once could do at most."""
    most = AT_ONCE / PAUSE

    with Client(**_arguments(pki, url)) as client:
        found = [_share(lambda: _threads(client, calls), calls, most) for _ in range(4)][1:]
    yield _throughput_figure("threads", found, most)

    async def tasks(client: AsyncClient) -> list[float]:
        shares: list[float] = []
        for _ in range(4):
            started = time.perf_counter()
            await _tasks(client, calls, AT_ONCE)
            shares.append(calls / (time.perf_counter() - started) / most)
        return shares[1:]

    yield _throughput_figure("tasks", asyncio.run(_with_client(pki, url, tasks)), most)


def _share(work: Callable[[], object], calls: int, most: float) -> float:
    started = time.perf_counter()
    work()
    return calls / (time.perf_counter() - started) / most


def _throughput_figure(kind: str, shares: list[float], most: float) -> Figure:
    middle = statistics.median(shares)
    name = f"throughput of {AT_ONCE} {kind}, answers after {PAUSE * 1000:.0f} ms"
    note = f"{middle * most:.0f} calls a second"
    return Figure(name, f"{most:.0f} calls a second", 0.8, middle, at_most=False, low=min(shares), high=max(shares), note=note)


def _threads(client: Client, calls: int) -> None:
    def one(_: int) -> None:
        client.send(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier="ICE")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(one, range(calls)):
            pass


async def _tasks(client: AsyncClient, calls: int, tasks: int) -> None:
    left = itertools.repeat(None, calls)  # shared: whoever is free takes the next

    async def worker() -> None:
        for _ in left:
            await client.send(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier="ICE")

    await asyncio.gather(*(worker() for _ in range(tasks)))


async def _with_client(pki: Pki, url: str, work: Callable[[AsyncClient], Awaitable[Any]]) -> Any:
    async with AsyncClient(**_arguments(pki, url)) as client:
        return await work(client)


if __name__ == "__main__":
    main(measure)
