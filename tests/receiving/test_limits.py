"""I3: what a sender may ask of ``doorstroom serve``, tried with raw bytes over TLS on a real process."""

from __future__ import annotations

import itertools
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest
from support.serving import Serve, Served, Supplier, answer, status_of, until_closed
from support.short_serve import SHORT

from doorstroom_client.messages.codec import BODY_LIMIT
from doorstroom_client.receiving.judge import MELDINGEN
from doorstroom_client.receiving.limits import SHIPPED
from doorstroom_client.receiving.server import running as _uvicorn_tls
from doorstroom_client.receiving.server.uvicorn_tls import TlsH11Protocol

MIB = 1024 * 1024
NEIGHBOUR = "127.0.0.2"


def test_what_is_shipped() -> None:
    assert (SHIPPED.body, BODY_LIMIT, SHIPPED.header_bytes, SHIPPED.header_fields) == (MIB, MIB, 16 * 1024, 100)
    assert (SHIPPED.handshake_seconds, SHIPPED.header_seconds, SHIPPED.body_seconds) == (10.0, 10.0, 30.0)
    assert SHIPPED.chunks == 4096
    assert (SHIPPED.connections, SHIPPED.keep_alive_seconds, SHIPPED.shutdown_seconds) == (64, 5.0, 10.0)
    assert _uvicorn_tls.LIMITS is SHIPPED
    assert TlsH11Protocol.limits is SHIPPED
    assert (SHORT.body, SHORT.connections, SHORT.header_bytes) == (SHIPPED.body, SHIPPED.connections, SHIPPED.header_bytes)


@contextmanager
def served_meanwhile(served: Served, supplier: Supplier) -> Iterator[None]:
    """A supplier at another address is served during the block, and little memory is taken."""
    before, statuses, done = served.memory(), list[int](), threading.Event()

    def send() -> None:
        while not done.is_set():
            statuses.append(supplier.post(served.port, address=NEIGHBOUR))
            done.wait(0.2)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(20)
    assert set(statuses) == {202}
    assert served.memory() - before < 64 * MIB


def melding(response: bytes) -> str:
    head, _, body = response.partition(b"\r\n\r\n")
    assert b"application/json" in head
    text = json.loads(body)["melding"]
    assert isinstance(text, str)
    return text


# --- time ---


def test_a_silent_connection(served: Served, supplier: Supplier) -> None:
    with served_meanwhile(served, supplier), socket.create_connection(("127.0.0.1", served.port)) as silent:
        assert until_closed(silent, SHORT.handshake_seconds) == b""


def test_a_handshake_that_stalls(served: Served, supplier: Supplier) -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        supplier.context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    hello = outgoing.read()
    with ExitStack() as stack:
        stalled = [stack.enter_context(socket.create_connection(("127.0.0.1", served.port))) for _ in range(2)]
        stalled[0].sendall(hello[: len(hello) // 2])
        stalled[1].sendall(hello)  # a whole greeting, and then nothing
        for connection in stalled:
            until_closed(connection, SHORT.handshake_seconds)


@pytest.mark.parametrize("drip", [b"", b"X", b"\r\n"], ids=["silent", "a byte at a time", "empty lines"])
def test_headers_that_do_not_come(served: Served, supplier: Supplier, drip: bytes) -> None:
    start = b"" if drip == b"\r\n" else supplier.head()[:40]
    with served_meanwhile(served, supplier), supplier.connect(served.port) as slow:
        slow.sendall(start)
        got = until_closed(slow, SHORT.header_seconds, drip)
    assert got == b"" or status_of(got) == 400


def test_a_second_request_whose_headers_do_not_come(served: Served, supplier: Supplier) -> None:
    with supplier.connect(served.port) as slow:
        slow.sendall(supplier.head() + supplier.body)
        assert status_of(answer(slow)) == 202
        slow.sendall(supplier.head()[:40])
        assert until_closed(slow, SHORT.header_seconds, b"X") == b""


def test_a_connection_is_kept_for_a_next_request_but_not_for_long(served: Served, supplier: Supplier) -> None:
    with supplier.connect(served.port) as connection:
        for _ in range(2):
            connection.sendall(supplier.head() + supplier.body)
            assert status_of(answer(connection)) == 202
        assert until_closed(connection, SHORT.keep_alive_seconds) == b""


@pytest.mark.parametrize(
    ("drip", "chunked"), [(b"", False), (b" ", False), (b" ", True)], ids=["half", "drips", "drips chunks"]
)
def test_a_body_that_does_not_come(served: Served, supplier: Supplier, drip: bytes, chunked: bool) -> None:
    head = supplier.head("Transfer-Encoding: chunked", length=None) if chunked else supplier.head(length=5_000)
    piece = b"1\r\n" + drip + b"\r\n" if chunked and drip else drip
    with served_meanwhile(served, supplier), supplier.connect(served.port) as slow:
        started = time.monotonic()
        slow.sendall(head + (b"1\r\n{\r\n" if chunked else b"{"))
        got = until_closed(slow, SHORT.body_seconds, piece)
    assert status_of(got) == 408
    assert melding(got) == MELDINGEN[408]
    assert time.monotonic() - started > SHORT.body_seconds - 0.1  # it was waited for


# --- size ---


def send_until_refused(connection: ssl.SSLSocket, pieces: Iterator[bytes]) -> tuple[int, int]:
    """The status, and how many bytes went out before the other side stopped taking them."""
    sent = 0
    connection.settimeout(5)
    try:
        for piece in pieces:
            connection.sendall(piece)
            sent += len(piece)
    except OSError:
        pass
    return status_of(answer(connection)), sent


@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "chunked"])
def test_300_megabytes(served: Served, supplier: Supplier, chunked: bool) -> None:
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n" if chunked else b"x" * 65536
    head = supplier.head("Transfer-Encoding: chunked", length=None) if chunked else supplier.head(length=300 * MIB)
    with served_meanwhile(served, supplier), supplier.connect(served.port) as large:
        large.sendall(head)
        status, sent = send_until_refused(large, itertools.repeat(piece, 300 * 16))
    assert status in (413, 0)  # 0: the connection was cut before what it said could be read
    assert sent < 20 * MIB


@pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "chunked"])
@pytest.mark.parametrize(("size", "status"), [(MIB + 1, 413), (MIB, 400)])
def test_one_byte_more_than_a_mebibyte(served: Served, supplier: Supplier, size: int, status: int, chunked: bool) -> None:
    body = b"x" * size
    with supplier.connect(served.port) as large:
        if chunked:
            large.sendall(supplier.head("Transfer-Encoding: chunked", length=None))
            got, _ = send_until_refused(large, iter([b"%x\r\n" % size, body, b"\r\n0\r\n\r\n"]))
        else:
            large.sendall(supplier.head(length=size))
            got, _ = send_until_refused(large, iter([body]))
    assert got == status


def test_too_large_is_said_before_the_body_is_sent(served: Served, supplier: Supplier) -> None:
    with supplier.connect(served.port) as polite:
        polite.sendall(supplier.head("Expect: 100-continue", length=MIB + 1))
        got = until_closed(polite, SHORT.body_seconds)
    assert status_of(got) == 413
    assert b"connection: close" in got
    assert melding(got) == MELDINGEN[413]


LONG = "X-Long: " + "x" * 17 * 1024


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ([LONG], 431),
        ([f"X-{number}: {'x' * 1000}" for number in range(17)], 431),
        ([f"X-{number}: x" for number in range(98)], 431),
        ([f"X-{number}: x" for number in range(97)], 202),
        (["X-Long: " + "x" * 15_500], 202),
    ],
    ids=["17 KiB in one", "17 KiB in many", "101 fields", "100 fields", "nearly 16 KiB"],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_headers(served: Served, supplier: Supplier, fields: list[str], status: int, at_once: bool) -> None:
    whole = supplier.head(*fields) + supplier.body
    with supplier.connect(served.port) as connection:
        if at_once:
            connection.sendall(whole)
        else:
            got = b""
            for at in range(0, len(whole), 4096):
                connection.sendall(whole[at : at + 4096])
                time.sleep(0.01)
        got = answer(connection)
    assert status_of(got) == status
    assert melding(got) == MELDINGEN[status]


def test_headers_without_an_end_are_not_collected(served: Served, supplier: Supplier) -> None:
    with supplier.connect(served.port) as endless:
        endless.sendall(supplier.head(LONG)[:-4])
        assert status_of(until_closed(endless, SHORT.header_seconds)) == 431


@pytest.mark.parametrize(
    ("fields", "length", "status"),
    [
        (["Content-Encoding: gzip"], -1, 415),
        (["Content-Encoding: identity, br"], -1, 415),
        (["Content-Encoding: Identity"], -1, 202),
        (["Transfer-Encoding: gzip"], None, 400),
        (["Transfer-Encoding: chunked"], -1, 400),
        (["Content-Length: 5"], 6, 400),
        (["Content-Length: -1"], None, 400),
        ([], None, 400),
    ],
    ids=repr,
)
def test_framing(served: Served, supplier: Supplier, fields: list[str], length: int | None, status: int) -> None:
    with supplier.connect(served.port) as connection:
        connection.sendall(supplier.head(*fields, length=length) + supplier.body)
        got = answer(connection)
    assert status_of(got) == status
    assert melding(got) == MELDINGEN[status]


@pytest.mark.parametrize(("chunks", "status"), [(SHIPPED.chunks, 202), (SHIPPED.chunks + 1, 400)])
def test_a_body_in_crumbs(served: Served, supplier: Supplier, chunks: int, status: int) -> None:
    padded = supplier.body + b" " * (chunks - len(supplier.body))
    assert len(padded) == chunks
    with supplier.connect(served.port) as connection:
        connection.sendall(supplier.head("Transfer-Encoding: chunked", length=None))
        connection.sendall(b"".join(b"1\r\n%c\r\n" % byte for byte in padded) + b"0\r\n\r\n")
        got = answer(connection)
    assert status_of(got) == status
    assert melding(got) == MELDINGEN[status]


def test_a_length_that_is_too_small(served: Served, supplier: Supplier) -> None:
    with supplier.connect(served.port) as connection:
        connection.sendall(supplier.head(length=10) + supplier.body)
        got = until_closed(connection, SHORT.body_seconds)
    assert status_of(got) == 400
    assert b" 202 " not in got


# --- number ---


def test_200_silent_connections(served: Served, supplier: Supplier) -> None:
    with ExitStack() as stack, served_meanwhile(served, supplier):
        silent = [stack.enter_context(socket.create_connection(("127.0.0.1", served.port))) for _ in range(200)]
        for connection in silent:
            until_closed(connection, SHORT.handshake_seconds)


def test_200_connections_with_a_certificate_and_half_a_header(served: Served, supplier: Supplier) -> None:
    half = supplier.head()[:40]
    with ExitStack() as stack, served_meanwhile(served, supplier):
        opened: list[ssl.SSLSocket] = []
        for _ in range(200):
            opened.append(stack.enter_context(supplier.connect(served.port)))
            with suppress(OSError):  # had to make room already
                opened[-1].sendall(half)
        for connection in opened:
            until_closed(connection, SHORT.header_seconds)


def in_hand(stack: ExitStack, served: Served, supplier: Supplier, number: int) -> list[ssl.SSLSocket]:
    """Connections over which half a message came; the server says when it wants the rest."""
    opened = [stack.enter_context(supplier.connect(served.port)) for _ in range(number)]
    for connection in opened:
        connection.sendall(supplier.head("Expect: 100-continue"))
    for connection in opened:
        assert status_of(connection.recv(100)) == 100
        connection.sendall(supplier.body[:10])
    return opened


def test_who_sends_a_message_is_not_pushed_out(serve: Serve, supplier: Supplier) -> None:
    served = serve(short=False)
    with ExitStack() as stack:
        (busy,) = in_hand(stack, served, supplier, 1)
        for _ in range(100):
            stack.enter_context(socket.create_connection(("127.0.0.1", served.port)))
        busy.sendall(supplier.body[10:])
        assert status_of(answer(busy)) == 202


def test_no_more_than_64_messages_at_a_time(serve: Serve, supplier: Supplier) -> None:
    served = serve(short=False)
    with ExitStack() as stack:
        busy = in_hand(stack, served, supplier, SHIPPED.connections)
        waits = stack.enter_context(supplier.connect(served.port))
        waits.sendall(supplier.head("Expect: 100-continue"))
        waits.settimeout(0.5)
        with pytest.raises(TimeoutError):  # it is not asked for the rest, and nobody is cut off for it
            waits.recv(100)
        busy[0].sendall(supplier.body[10:])
        assert status_of(answer(busy[0])) == 202
        waits.settimeout(10)
        assert status_of(waits.recv(100)) == 100
        for connection in busy[1:]:
            connection.sendall(supplier.body[10:])
            assert status_of(answer(connection)) == 202
    assert supplier.post(served.port) == 202


def test_nothing_that_came_in_is_logged(served: Served, supplier: Supplier) -> None:
    log = served.log.read_text()
    assert json.loads(supplier.body)
    for pupil in supplier.keten.leerlingen():
        assert pupil.achternaam not in log
        assert pupil.las_key not in log
    assert supplier.keten.school.routeringskenmerk not in log
    results = {event["result"] for event in served.events() if event["action"] == "leerlingresultaat"}
    assert {"kept", "too slow", "too large", "wrong kind"} <= results
