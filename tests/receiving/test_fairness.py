"""I3: one sender does not crowd out another, on a real process. Whoever is hostile comes back as soon as it is cut off."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from support.serving import Serve, Supplier, answer, status_of

from doorstroom_client.receiving.limits import SHIPPED
from doorstroom_client.simulator import Keten

STRANGER = "00000003123456789000"
HOSTILE = "127.0.0.3"


def slow_body(supplier: Supplier, connection: ssl.SSLSocket) -> None:
    connection.sendall(supplier.head(length=5_000) + b"{")


def slow_chunks(supplier: Supplier, connection: ssl.SSLSocket) -> None:
    connection.sendall(supplier.head("Transfer-Encoding: chunked", length=None) + b"1\r\n{\r\n")


def slow_head(supplier: Supplier, connection: ssl.SSLSocket) -> None:
    connection.sendall(supplier.head()[:40])


def silent(supplier: Supplier, connection: ssl.SSLSocket) -> None: ...


def waits(supplier: Supplier, connection: ssl.SSLSocket) -> None:
    connection.sendall(supplier.head("Expect: 100-continue"))


@contextmanager
def crowd(connect: Callable[[], socket.socket], drip: bytes = b" ", number: int = SHIPPED.connections) -> Iterator[None]:
    """So many hostile connections during the block; each is made again when it is cut off."""
    done, standing = threading.Event(), threading.Semaphore(0)

    def misbehave() -> None:
        first = True
        while not done.is_set():
            with suppress(OSError), connect() as connection:
                if first:
                    standing.release()
                    first = False
                connection.settimeout(0.2)
                while not done.is_set():
                    try:
                        if not connection.recv(4096):
                            break
                    except TimeoutError:
                        connection.sendall(drip)

    threads = [threading.Thread(target=misbehave) for _ in range(number)]
    for thread in threads:
        thread.start()
    try:
        for _ in threads:
            assert standing.acquire(timeout=30)
        time.sleep(0.5)
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join(20)


def push(supplier: Supplier, port: int, number: int, *, keep: bool, at_a_time: int = 8) -> Counter[int]:
    """Push results from several connections at once, without ever trying again: how often which answer came."""
    body = json.loads(supplier.body)

    def some(first: int) -> list[int]:
        statuses, connection = [], None
        for at in range(first, number, at_a_time):
            sent = json.dumps({**body, "auteur": f"Test {at}"}).encode()
            connection = connection or supplier.connect(port)
            try:
                connection.sendall(supplier.head(length=len(sent)) + sent)
                statuses.append(status_of(answer(connection)))
            except OSError:
                statuses.append(0)
            if not keep or statuses[-1] == 0:
                connection.close()
                connection = None
        if connection is not None:
            connection.close()
        return statuses

    with ThreadPoolExecutor(at_a_time) as pool:
        return Counter(status for statuses in pool.map(some, range(at_a_time)) for status in statuses)


@pytest.fixture
def stranger(chain: Keten, tmp_path: Path) -> Supplier:
    """A sender with a good certificate and no mandate."""
    return Supplier(chain, issued=chain.servers.pki.clients.issue(f"vreemd-{tmp_path.name[:40]}", oin=STRANGER))


class OfAnother(Supplier):
    """A supplier that the second school has mandated."""

    @property
    def target(self) -> str:
        school = self.keten.scholen[1]
        return f"/leerlingresultaat?edu-to={school.routeringskenmerk}&edu-from={school.oin}"


HOSTILE_WAYS = [
    (slow_body, "no mandate", True),
    (slow_body, "no mandate", False),
    (slow_body, "a mandate of another school", True),
    (slow_body, "a mandate of another school", False),
    (slow_chunks, "a mandate of another school", True),
    (slow_head, "no mandate", False),
    (silent, "no mandate", False),
    (waits, "a mandate of another school", True),
]
"""What the crowd does, who it is, and whether the other one keeps its connections."""


@pytest.mark.parametrize(("how", "who", "keep"), HOSTILE_WAYS, ids=lambda item: getattr(item, "__name__", item))
def test_one_sender_does_not_keep_another_out(
    serve: Serve, chain: Keten, supplier: Supplier, stranger: Supplier, how: Callable[..., None], who: str, keep: bool
) -> None:
    served = serve(short=False)
    hostile = stranger if who == "no mandate" else OfAnother(chain, "dia")

    def connect() -> socket.socket:
        connection = hostile.connect(served.port)
        how(hostile, connection)
        return connection

    with crowd(connect):
        assert push(supplier, served.port, 200, keep=keep) == {202: 200}


def test_nor_an_address_that_shows_no_certificate(serve: Serve, supplier: Supplier) -> None:
    served = serve(short=False)
    with crowd(lambda: socket.create_connection(("127.0.0.1", served.port), source_address=(HOSTILE, 0)), b""):
        assert push(supplier, served.port, 200, keep=True) == {202: 200}
