"""Servers that do what no server should: whatever they do is a finding, within the time that was given."""

from __future__ import annotations

import hashlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from support import SUPPLIER_OIN
from support.verbinding import Look, wrong
from support.wire import RawServer

from doorstroom_client.checkup.tls_records import read_traffic
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport import host_names


@contextmanager
def plain(talk: Callable[[socket.socket, threading.Event], object]) -> Iterator[str]:
    """A port without TLS and what it does with each connection; its address."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection, suppress(OSError):
                        talk(connection, over)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://localhost:{listening.getsockname()[1]}"
        over.set()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def says(data: bytes) -> Callable[[socket.socket, threading.Event], object]:
    def talk(connection: socket.socket, _: threading.Event) -> None:
        connection.recv(65536)
        connection.sendall(data)

    return talk


def drips(data: bytes) -> Callable[[socket.socket, threading.Event], object]:
    def talk(connection: socket.socket, over: threading.Event) -> None:
        while not over.wait(0.05):
            connection.sendall(data)

    return talk


def breaks_off(connection: socket.socket, _: threading.Event) -> None:
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


_HELLO = b"\x03\x03" + bytes(32) + b"\x00\xc0\x2b\x00\x00\x05\xff\x01\x00\x01\x00"
HELLO = b"\x16\x03\x03" + (len(_HELLO) + 4).to_bytes(2, "big") + b"\x02" + len(_HELLO).to_bytes(3, "big") + _HELLO
"""Of a server that takes TLS 1.2 and the suite ECDHE-ECDSA-AES128-GCM-SHA256."""
ENDLESS_RECORDS = b"\x16\x03\x03\x40\x00" + bytes(16_384)


@pytest.mark.parametrize(
    ("talk", "code"),
    [
        (lambda connection, over: over.wait(30), "silent"),
        (lambda connection, _: connection.close(), "closed"),
        (lambda connection, _: connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"), "closed"),
        (breaks_off, "closed"),
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "http"),
        (says(b"<html>"), "http"),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), "not_tls"),
        (says(bytes(range(256)) * 200), "not_tls"),
        (says(b"\x15\x03\x03\x00\x02\x02\x28"), "no_cipher"),
        (says(b"\x15\x03\x01\x00\x02\x02\x46"), "too_old"),
        (says(b"\x15\x03\x03\x00\x02\x02\x70"), "unknown_name"),
        (says(b"\x15\x03\x03\x00\x02\x02\x50"), "other"),
        (says(b"\x16\x03\x03\x00\x04\x02\x00\x00\x00"), "other"),
        (says(b"\x16\x03\x03\x00"), "closed"),
        (says(HELLO + b"\x15\x03\x03\x00\x02\x02\x50"), "other"),
        (says(ENDLESS_RECORDS * 50), "closed"),
        (drips(b"\x16"), "other"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_before_the_handshake(talk: Callable[[socket.socket, threading.Event], object], code: str, look: Look) -> None:
    with plain(talk) as url:
        found = look(url, seconds=2)
    assert wrong(found) == {"tls": code} or (code == "closed" and wrong(found) == {"port": "reset"})
    assert all(item.advies for item in found.bevindingen if item.punt in wrong(found))


def endless(tls: ssl.SSLSocket) -> None:
    tls.recv(65536)
    while True:
        tls.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 16_000)


def drip(tls: ssl.SSLSocket) -> None:
    tls.recv(65536)
    for letter in b"HTTP/1.1 200 OK\r\nX: ":
        tls.sendall(bytes([letter]))
    while True:
        tls.sendall(b"x")
        threading.Event().wait(0.05)


def answers(data: bytes) -> Callable[[ssl.SSLSocket], None]:
    def talk(tls: ssl.SSLSocket) -> None:
        tls.recv(65536)
        tls.sendall(data)

    return talk


def resets(tls: ssl.SSLSocket) -> None:
    tls.recv(1)
    tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    tls.close()


@pytest.mark.parametrize(
    ("talk", "code"),
    [
        (lambda tls: threading.Event().wait(3), "timeout"),
        (lambda tls: None, "closed"),
        (resets, "closed"),
        (lambda tls: tls.recv(65536), "closed"),
        (answers(b"SSH-2.0-OpenSSH\r\n"), "not_http"),
        (answers(b"HTTP/1.1 "), "not_http"),
        (answers(b"HTTP/1.1 two hundred\r\n\r\n"), "not_http"),
        (answers(b"HTTP/1.1 100 Continue\r\n\r\n" * 30), "not_http"),
        (endless, "not_http"),
        (drip, "timeout"),
        (answers(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 404 Not Found\n\n"), "answers"),
        (answers(b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello"), "answers"),
        (answers(b"HTTP/1.1 204 No Content\r\n: x\r\nno colon\r\n\r\n" + b"a body all the same" * 9000), "answers"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_after_the_handshake(talk: Callable[[ssl.SSLSocket], None], code: str, look: Look, test_pki: Pki) -> None:
    with RawServer(talk, test_pki, test_pki.issue("toets", oin=SUPPLIER_OIN)) as server:
        found = look(server.url, seconds=2)
    item = found.bevinding("answer")
    assert item is not None
    assert item.code == code
    assert found.bevinding("oin").code == "fits"  # type: ignore[union-attr]


def test_a_handshake_that_is_refused_after_the_choice_of_a_suite_is_about_our_certificate(look: Look) -> None:
    with plain(says(HELLO + b"\x15\x03\x03\x00\x02\x02\x28")) as url:
        assert wrong(look(url, seconds=2)) == {"own certificate": "handshake_failure"}


def test_a_name_server_that_does_not_answer(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(host_names, "_look_up", lambda *_: over.wait(30) and None)
    found = look("https://toets.example.nl", seconds=1)
    over.set()
    assert wrong(found) == {"name": "name_timeout"}


def test_a_server_that_asks_for_another_beginning_has_chosen_nothing_yet() -> None:
    assert read_traffic(HELLO).version == "TLS 1.2"
    again = HELLO.replace(bytes(32), hashlib.sha256(b"HelloRetryRequest").digest())
    assert read_traffic(again).version == ""
    assert read_traffic(again + HELLO).version == "TLS 1.2"


@pytest.mark.parametrize("cut", range(0, 160, 3))
def test_traffic_that_is_cut_or_garbled_is_read_as_far_as_it_goes(cut: int) -> None:
    hello = b"\x03\x03" + bytes(32) + b"\x00\xc0\x2b\x00\x00\x06\x00\x2b\x00\x02\x03\x04"
    certificates = b"\x00\x00\x0a\x00\x00\x03abc\x00\x00\x01d"
    messages = b"".join(
        bytes([kind]) + len(content).to_bytes(3, "big") + content for kind, content in ((2, hello), (11, certificates))
    )
    half = len(messages) // 2
    stream = (
        b"".join(b"\x16\x03\x03" + len(part).to_bytes(2, "big") + part for part in (messages[:half], messages[half:]))
        + b"\x17\x03\x03\x00\x04none"
    )
    whole = read_traffic(stream)
    assert (whole.version, whole.certificates, whole.encrypted) == ("TLS 1.3", (b"abc", b"d"), 4)
    found = read_traffic(stream[:cut])
    assert found.certificates in ((), whole.certificates)
    spoilt = read_traffic(stream[:cut] + b"\xff" + stream[cut + 1 :])
    assert len(spoilt.certificates) <= 2
