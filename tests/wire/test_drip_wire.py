"""Promise O3: no call outlives its total time, however slowly a peer sends; O8: a broken connection harms no next call."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from support import PDF, SUPPLIER_OIN, in_time
from support.wire import Calls, RawServer, Speler, certificate, leverancier, read_request, timeouts

from doorstroom_client.errors import DeadlineExceeded, DoorstroomError, NoAnswer, Phase, TransportError, UnexpectedResponse
from doorstroom_client.exchange.calls import post_list
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport.request import Operation

TOTAL = 0.6
HEAD = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
Piece = Callable[[RawServer, ssl.SSLSocket], None]


def drip(server: RawServer, tls: ssl.SSLSocket, data: bytes) -> None:
    for at in range(len(data)):
        tls.sendall(data[at : at + 1])
        if server.wait(0.05):
            return


def headers(server: RawServer, tls: ssl.SSLSocket) -> None:
    drip(server, tls, HEAD % (202, 2) + b"X" * 500)


def body(server: RawServer, tls: ssl.SSLSocket) -> None:
    tls.sendall(HEAD % (200, 5000))
    drip(server, tls, b"x" * 5000)


def early_hints(server: RawServer, tls: ssl.SSLSocket) -> None:
    while not server.wait(0.02):
        tls.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")


def silent(server: RawServer, tls: ssl.SSLSocket) -> None:
    server.wait(30)


def endless(server: RawServer, tls: ssl.SSLSocket) -> None:
    tls.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    drip(server, tls, b"x" * 1000)


@pytest.mark.parametrize("piece", [headers, body, early_hints, silent, endless])
@pytest.mark.parametrize("name", ["registreren", "leerlingrapport"])
def test_a_drip_ends_at_the_total_time(test_pki: Pki, speler: Speler, piece: Piece, name: str) -> None:
    def talk(tls: ssl.SSLSocket) -> None:
        read_request(tls)
        piece(server, tls)

    server = RawServer(talk, test_pki, test_pki.issue("drip", oin=SUPPLIER_OIN))
    with server:
        client = speler.client(
            certificate=certificate(test_pki), leveranciers=[leverancier(server.url)], timeouts=timeouts(TOTAL)
        )
        started = time.monotonic()
        with in_time(TOTAL), pytest.raises(DeadlineExceeded) as caught:
            Calls.do(speler, client, name)
        assert time.monotonic() - started >= TOTAL - 0.05
    assert caught.value.retryable
    assert len(caught.value.attempts) == 1


@pytest.mark.parametrize("size", [3, 16])
def test_a_peer_that_does_not_read(test_pki: Pki, speler: Speler, size: int) -> None:
    """The body of a list of 10,000 pupils, and one that no buffer takes in."""
    with RawServer(lambda tls: silent(server, tls), test_pki, test_pki.issue("vol", oin=SUPPLIER_OIN)) as server:
        client = speler.client(
            certificate=certificate(test_pki), leveranciers=[leverancier(server.url)], timeouts=timeouts(TOTAL)
        )
        target, about = client._operations.leverancier("ICE"), client._operations._call(TOTAL)
        body = b" " * (size * 1024 * 1024)
        started = time.monotonic()
        with in_time(TOTAL), pytest.raises(DeadlineExceeded) as caught:
            speler(client._runtime.run(post_list(Operation.SCHOOLADVIEZEN, body, {}, target, about)))
        assert time.monotonic() - started >= TOTAL - 0.05
    assert len(caught.value.attempts) == 1


def test_a_silent_look_up_of_the_host(test_pki: Pki, speler: Speler, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system call that looks up a name has no limit of its own."""
    answered = threading.Event()

    def stuck(*_: Any, **__: Any) -> list[Any]:
        answered.wait(60)
        raise OSError

    client = speler.client(
        certificate=certificate(test_pki), leveranciers=[leverancier("https://bestaat.example")], timeouts=timeouts(0.5)
    )
    monkeypatch.setattr(socket, "getaddrinfo", stuck)
    threads = threading.active_count()
    try:
        for _ in range(3):
            started = time.monotonic()
            with in_time(0.5), pytest.raises(TransportError) as caught:
                Calls.do(speler, client, "registreren")
            assert time.monotonic() - started >= 0.45
            assert isinstance(caught.value, DeadlineExceeded)
            assert caught.value.phase is Phase.NOT_SENT
            assert caught.value.retryable
        if not speler.awaited:
            assert threading.active_count() <= threads + 1, "all wait for the same look-up"
    finally:
        answered.set()


def test_a_silent_handshake(test_pki: Pki, speler: Speler) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = speler.client(
            certificate=certificate(test_pki),
            leveranciers=[leverancier(f"https://localhost:{listener.getsockname()[1]}")],
            timeouts=timeouts(TOTAL),
        )
        with in_time(TOTAL), pytest.raises(TransportError):
            Calls.do(speler, client, "registreren")


BROKEN: dict[str, bytes] = {
    "too long": HEAD % (202, 5000) + b'{"mel',
    "chunk cut": b"HTTP/1.1 202 X\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nabc",
    "bad chunk": b"HTTP/1.1 202 X\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_receipt_with_a_broken_body_is_delivered_and_the_next_call_works(test_pki: Pki, speler: Speler, kind: str) -> None:
    def talk(tls: ssl.SSLSocket) -> None:
        read_request(tls)
        tls.sendall(BROKEN[kind])

    with RawServer(talk, test_pki, test_pki.issue("half", oin=SUPPLIER_OIN)) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        for _ in range(2):
            got = Calls.do(speler, client, "registreren")
            assert len(got.attempts) == 1
        assert server.connections == 2


def test_a_receipt_whose_body_drips_ends_at_the_total_time(test_pki: Pki, speler: Speler) -> None:
    def talk(tls: ssl.SSLSocket) -> None:
        read_request(tls)
        tls.sendall(HEAD % (202, 5000))
        drip(server, tls, b"x" * 5000)

    server = RawServer(talk, test_pki, test_pki.issue("half", oin=SUPPLIER_OIN))
    with server:
        client = speler.client(
            certificate=certificate(test_pki), leveranciers=[leverancier(server.url)], timeouts=timeouts(TOTAL)
        )
        with in_time(TOTAL), pytest.raises(DeadlineExceeded) as caught:
            Calls.do(speler, client, "registreren")
        assert caught.value.retryable


@pytest.mark.parametrize(
    "reply",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 202 X\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"HTTP/1.1 202 X\r\n" + b"A: b\r\n" * 40_000 + b"\r\n",
        b'{"melding": "Leerling Jansen"}\r\n\r\n',
        b"",
    ],
    ids=["request", "two lengths", "flood", "body", "nothing"],
)
def test_no_http_is_no_answer(test_pki: Pki, speler: Speler, reply: bytes) -> None:
    def talk(tls: ssl.SSLSocket) -> None:
        read_request(tls)
        tls.sendall(reply)

    with RawServer(talk, test_pki, test_pki.issue("vreemd", oin=SUPPLIER_OIN)) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(NoAnswer) as caught:
            Calls.do(speler, client, "registreren")
        assert server.connections == len(caught.value.attempts) == 3
    assert "Jansen" not in repr(caught.value) + str(caught.value.__cause__) + str(caught.value.__context__)


def test_a_half_report_is_fetched_again(test_pki: Pki, speler: Speler) -> None:
    replies = [PDF[:10], PDF]

    def talk(tls: ssl.SSLSocket) -> None:
        read_request(tls)
        head = b"HTTP/1.1 200 X\r\nContent-Type: application/pdf\r\nContent-Length: %d\r\n\r\n" % len(PDF)
        tls.sendall(head + replies.pop(0))

    with RawServer(talk, test_pki, test_pki.issue("half", oin=SUPPLIER_OIN)) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        assert Calls.do(speler, client, "leerlingrapport").content == PDF
        assert server.connections == 2


def test_a_close_delimited_half_report_is_no_report(test_pki: Pki, speler: Speler) -> None:
    def talk(tls: ssl.SSLSocket) -> None:
        read_request(tls)
        tls.sendall(b"HTTP/1.1 200 X\r\nContent-Type: application/pdf\r\nConnection: close\r\n\r\n" + PDF[:10])

    with RawServer(talk, test_pki, test_pki.issue("half", oin=SUPPLIER_OIN)) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(DoorstroomError) as caught:
            Calls.do(speler, client, "leerlingrapport")
    assert type(caught.value) is UnexpectedResponse
