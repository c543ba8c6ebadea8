"""Thousands of calls from many threads or tasks on one client: no error, and afterwards nothing more in use than before."""

from __future__ import annotations

import asyncio
import gc
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from support import SCHOOL, SUPPLIER_OIN
from support.wire import ADVIEZEN, certificate, leverancier, quick, timeouts

import doorstroom_client
from doorstroom_client import Adviezenlijst, AsyncClient, Client
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport import httpx_transport as transport

CALLS, WARM_UP = 2_000, 300
THREADS, TASKS = 32, 100
GROWTH = 32 * 1024 * 1024

SERVER = """
import sys
from pathlib import Path
from doorstroom_client.simulator.https import Answer, HttpsServer

def echo(received):
    return Answer.melding(202, str(len(received.body)))

cert, key, trust = map(Path, sys.argv[1:])
with HttpsServer(echo, cert=cert, key=key, trust=trust, name="echo") as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def echo(pki: Pki) -> Iterator[str]:
    """A supplier in a process of its own, so that what is counted here is ours."""
    issued = pki.issue("echo", oin=SUPPLIER_OIN)
    command = [sys.executable, "-c", SERVER, str(issued.cert), str(issued.key), str(pki.trust)]
    environment = {**os.environ, "PYTHONPATH": str(Path(doorstroom_client.__file__).parents[1])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().decode().strip()
        finally:
            process.stdin.close()


def arguments(pki: Pki, url: str) -> dict[str, Any]:
    return {
        "certificate": certificate(pki),
        "leveranciers": [leverancier(url)],
        "auteur": "Test 1",
        "schooljaar": "2025-2026",
        "retry": quick(1),
        "timeouts": timeouts(60.0),
    }


def sockets() -> int:
    """Sockets that this process has open."""
    found = 0
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found += str(entry.readlink()).startswith("socket:")
        except OSError:
            continue  # the one that reads this folder
    return found


def memory() -> int:
    """Bytes of memory in use, as the system counts them."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


needs_proc = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="counts what Linux tells in /proc")


@needs_proc
def test_many_threads_on_one_client(test_pki: Pki) -> None:
    gc.collect()
    sockets_before, threads_before = sockets(), threading.active_count()
    with echo(test_pki) as url, Client(**arguments(test_pki, url)) as client:

        def one(_: int) -> int:
            return len(client.send(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier="ICE").attempts)

        with ThreadPoolExecutor(THREADS) as pool:
            assert sum(pool.map(one, range(WARM_UP))) == WARM_UP
            warm = memory()
            assert sum(pool.map(one, range(CALLS))) == CALLS
            assert memory() - warm < GROWTH
        assert sockets() - sockets_before <= transport._CONNECTIONS
        assert client._operations.circuits.tokens(client.leveranciers[0].peer.base_url) == 500
        assert threading.active_count() == threads_before  # the client has none of its own
    gc.collect()
    assert sockets() <= sockets_before
    assert threading.active_count() == threads_before


@needs_proc
def test_many_tasks_on_one_client(test_pki: Pki) -> None:
    gc.collect()
    sockets_before, threads_before = sockets(), threading.active_count()

    async def work(client: AsyncClient, calls: int) -> int:
        left = itertools.repeat(None, calls)  # shared: whoever is free takes the next

        async def worker() -> int:
            done = 0
            for _ in left:
                done += len((await client.send(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier="ICE")).attempts)
            return done

        return sum(await asyncio.gather(*(worker() for _ in range(TASKS))))

    async def scenario(url: str) -> None:
        async with AsyncClient(**arguments(test_pki, url)) as client:
            in_loop = sockets()
            assert await work(client, WARM_UP) == WARM_UP
            warm = memory()
            assert await work(client, CALLS) == CALLS
            assert memory() - warm < GROWTH
            assert sockets() - in_loop <= transport._CONNECTIONS
            assert asyncio.all_tasks() == {asyncio.current_task()}
            assert client._operations.circuits.tokens(client.leveranciers[0].peer.base_url) == 500

    with echo(test_pki) as url:
        asyncio.run(scenario(url))
    gc.collect()
    assert sockets() <= sockets_before
    assert threading.active_count() == threads_before
