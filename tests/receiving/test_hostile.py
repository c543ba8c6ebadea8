"""I3: how much one connection makes ``doorstroom serve`` grow, tried on a real process, with and without TLS."""

from __future__ import annotations

import itertools
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator

import pytest
from support.serving import Served, Supplier, answer, serving, status_of

from doorstroom_client.simulator import Keten

MIB = 1024 * 1024
MOST = 8 * MIB
SECONDS = 1.0
"""How long a hostile connection goes on; without a bound it grows by tens of MiB."""
Attack = Callable[[Supplier], Iterator[bytes]]


def small_requests(supplier: Supplier) -> Iterator[bytes]:
    """Thousands in a row, without waiting for an answer."""
    one = b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    return itertools.repeat(one * 500)


def questions(supplier: Supplier) -> Iterator[bytes]:
    """Without a body."""
    return itertools.repeat(b"GET /leerlingresultaat HTTP/1.1\r\nHost: x\r\n\r\n" * 1000)


def large_bodies(supplier: Supplier) -> Iterator[bytes]:
    """As large as may be, one after the other."""
    return itertools.repeat(supplier.head(length=MIB) + b" " * MIB)


def results(supplier: Supplier) -> Iterator[bytes]:
    """Good ones, one after the other."""
    return itertools.repeat((supplier.head() + supplier.body) * 50)


def tiny_chunks(supplier: Supplier) -> Iterator[bytes]:
    """A body in chunks of one byte."""
    return itertools.chain([supplier.head("Transfer-Encoding: chunked", length=None)], itertools.repeat(b"1\r\n \r\n" * 5000))


def long_chunk_names(supplier: Supplier) -> Iterator[bytes]:
    """A chunk whose extension never ends."""
    return itertools.chain([supplier.head("Transfer-Encoding: chunked", length=None) + b"1;x="], itertools.repeat(b"x" * 65536))


def endless_trailers(supplier: Supplier) -> Iterator[bytes]:
    """Fields after the last chunk."""
    return itertools.chain(
        [supplier.head("Transfer-Encoding: chunked", length=None) + b"1\r\n{\r\n0\r\n"], itertools.repeat(b"x: y\r\n" * 5000)
    )


def endless_head(supplier: Supplier) -> Iterator[bytes]:
    """Fields without an end."""
    return itertools.chain([supplier.head()[:-2]], itertools.repeat(b"x: y\r\n" * 5000))


def empty_lines(supplier: Supplier) -> Iterator[bytes]:
    """Nothing but line ends."""
    return itertools.repeat(b"\r\n" * 30_000)


def no_http(supplier: Supplier) -> Iterator[bytes]:
    """Anything."""
    return itertools.repeat(bytes(range(256)) * 256)


def after_the_last(supplier: Supplier) -> Iterator[bytes]:
    """A request that says it is the last one, and more."""
    return itertools.chain([supplier.head("Connection: close", length=2) + b"{}"], itertools.repeat(b"x" * 65536))


def waiting_for_a_go(supplier: Supplier) -> Iterator[bytes]:
    """Requests that ask whether they may send, and do so without waiting."""
    return itertools.repeat((supplier.head("Expect: 100-continue", length=2) + b"{}") * 300)


def many_values(supplier: Supplier) -> Iterator[bytes]:
    """Bodies of the largest size in which all is values of two bytes, each of which takes a hundred in memory."""
    body = supplier.body[:-1] + b',"x":[' + b"{}," * 340_000 + b"{}]}"
    return itertools.repeat(supplier.head(length=len(body)) + body)


def large_texts(supplier: Supplier) -> Iterator[bytes]:
    """Good results with something of another, as large as may be."""
    body = supplier.body[:-1] + b',"x":"' + b"a" * 1_000_000 + b'"}'
    return itertools.repeat(supplier.head(length=len(body)) + body)


ATTACKS: list[tuple[str, Attack, bool]] = [
    ("stranger", small_requests, True),
    ("stranger", questions, True),
    ("stranger", large_bodies, True),
    ("stranger", results, True),
    ("stranger", tiny_chunks, True),
    ("stranger", long_chunk_names, True),
    ("stranger", endless_trailers, True),
    ("stranger", endless_head, True),
    ("stranger", empty_lines, True),
    ("stranger", no_http, True),
    ("stranger", after_the_last, True),
    ("stranger", waiting_for_a_go, False),
    ("stranger", small_requests, False),
    ("stranger", questions, False),
    ("ice", results, True),
    ("ice", results, False),
    ("ice", large_bodies, False),
    ("ice", many_values, True),
    ("ice", many_values, False),
    ("ice", large_texts, True),
    ("ice", large_texts, False),
    ("ice", tiny_chunks, False),
    ("ice", endless_trailers, False),
    ("ice", small_requests, False),
]
"""Who does what, and whether it reads the answers."""


def attack(connection: socket.socket, pieces: Iterator[bytes], *, reads: bool, grown: Callable[[], None]) -> None:
    """Send as fast as it is taken."""
    connection.setblocking(False)
    piece, end = b"", time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            grown()
            piece = piece or next(pieces)
            try:
                piece = piece[connection.send(piece) :]
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                time.sleep(0.002)
            if reads:
                try:
                    if not connection.recv(MIB):
                        break
                except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    pass
    except OSError:
        pass  # cut, which is one way to end it


def plain(served: Served, _: Supplier) -> socket.socket:
    return socket.create_connection(("127.0.0.1", served.port), timeout=10)


def tls(version: ssl.TLSVersion) -> Callable[[Served, Supplier], socket.socket]:
    def connect(served: Served, supplier: Supplier) -> socket.socket:
        context = supplier.context
        context.minimum_version = context.maximum_version = version
        return supplier.connect(served.port)

    return connect


WAYS = {"TLS 1.2": tls(ssl.TLSVersion.TLSv1_2), "TLS 1.3": tls(ssl.TLSVersion.TLSv1_3), "behind a proxy": plain}


@pytest.fixture(scope="module", params=list(WAYS))
def way(request: pytest.FixtureRequest, chain: Keten, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Served]]:
    """A way in, and a server that has it."""
    folder = tmp_path_factory.mktemp("way")
    more = {"serve_proxy_trusted": "127.0.0.1"} if request.param == "behind a proxy" else {}
    with serving(chain.directory, folder / "log.jsonl", short=False, store=str(folder / "s.db"), **more) as served:
        supplier = Supplier(chain)
        for _ in range(3):  # what is read and made once
            with WAYS[request.param](served, supplier) as connection:
                for _ in range(40):
                    connection.sendall(supplier.head() + supplier.body)
                    assert status_of(answer(connection)) in (202, 401)
                connection.sendall(supplier.head(length=MIB) + b" " * MIB)
                assert status_of(answer(connection)) in (400, 401)
                if not more:  # fills what SQLite remembers of its file, which is bounded; behind a proxy nobody is let in
                    connection.sendall(next(large_texts(supplier)))
                    assert status_of(answer(connection)) == 202
        yield request.param, served


@pytest.mark.parametrize(("who", "pieces", "reads"), ATTACKS, ids=lambda item: getattr(item, "__name__", item))
def test_one_connection_takes_little_memory(
    way: tuple[str, Served], chain: Keten, who: str, pieces: Attack, reads: bool
) -> None:
    name, served = way
    if name == "behind a proxy" and who == "ice":
        pytest.skip("nobody says who it is")
    supplier = Supplier(chain)
    if who == "stranger":
        supplier = Supplier(
            chain, issued=chain.servers.pki.clients.issue(f"x{time.monotonic_ns()}", oin="00000003123456789000")
        )
    most = before = served.memory()

    def grown() -> None:
        nonlocal most
        most = max(most, served.memory())

    with WAYS[name](served, supplier) as connection:
        attack(connection, pieces(supplier), reads=reads, grown=grown)
    assert most - before < MOST
    assert json.loads(supplier.body)
