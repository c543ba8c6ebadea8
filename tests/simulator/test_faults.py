"""Each fault does on the wire what its name says, seen by a plain socket client."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import faults_support as faults
import pytest
from faults_support import BadServer, Fault, Flaw, TlsVariant, issue_defect, served
from support import in_time

from doorstroom_client.simulator.faults import served as played
from doorstroom_client.simulator.https import Answer, HangUpError, Received
from doorstroom_client.simulator.pki import Issued, Pki

from .helpers import LAS_OIN, SERVER_OIN, client_context

BODY = b"0123456789" * 10
POST = b"POST /registreren?edu-to=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
RECEIPT = b'{"melding": "Ontvangen."}'


class Raw:
    """One TLS connection, bytes in and bytes out."""

    def __init__(self, server: BadServer, context: ssl.SSLContext, seconds: float = 5.0) -> None:
        plain = socket.create_connection(("127.0.0.1", server.port), seconds)
        try:
            self.tls = context.wrap_socket(plain, server_hostname="localhost")
        except BaseException:
            plain.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.tls.close()

    def post(self, body: bytes = BODY, more: bytes = b"") -> None:
        self.tls.sendall(POST.replace(b"100", str(len(body)).encode()).replace(b"\r\n\r\n", b"\r\n" + more + b"\r\n") + body)

    def until(self, end: bytes) -> bytes:
        got = b""
        while not got.endswith(end) and (piece := self.tls.recv(1)):
            got += piece
        return got

    def rest(self) -> bytes:
        got = b""
        while piece := self.tls.recv(65_536):
            got += piece
        return got

    def ends_in_reset(self) -> bool:
        """Below TLS, because some versions of Python report a reset there as an ordinary end."""
        try:
            while socket.socket.recv(self.tls, 65_536):
                pass
        except ConnectionResetError:
            return True
        return False


NO_GOODBYE = "EOF occurred in violation|unexpected eof"
"""How Pythons say it."""


@pytest.fixture
def context(pki: Pki, las_cert: Issued) -> ssl.SSLContext:
    return client_context(pki, las_cert)


@pytest.fixture
def exact(context: ssl.SSLContext) -> ssl.SSLContext:
    """Tells an end without a goodbye from one with, as not every Python does by itself."""
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    return context


@pytest.fixture
def serve(pki: Pki, server_cert: Issued) -> Iterator[Callable[..., BadServer]]:
    with contextlib.ExitStack() as stack:

        def start(*chosen: Fault, **more: object) -> BadServer:
            return stack.enter_context(served(chosen, pki=pki, **{"issued": server_cert, **more}))  # type: ignore[arg-type]

        yield start


@pytest.fixture
def exchange(serve: Callable[..., BadServer], context: ssl.SSLContext) -> Callable[[Fault], tuple[bytes, BadServer]]:
    """One request to one fault; what came back until the connection ended."""

    def ask(fault: Fault) -> tuple[bytes, BadServer]:
        server = serve(fault)
        with Raw(server, context) as raw:
            raw.post(more=b"Connection: close\r\n")
            return raw.rest(), server

    return ask


def split(answer: bytes) -> tuple[str, list[str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = head.decode().split("\r\n")
    return status, headers, body


# Sound answers, and the bookkeeping of the server.


def test_a_sound_answer_and_what_is_remembered(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.answer(202, headers=[("X-Trace", "spoor")]))
    connection = http.client.HTTPSConnection("localhost", server.port, timeout=5, context=context)
    with contextlib.closing(connection):
        for body in (b"een", b"twee"):
            connection.request("POST", "/registreren?edu-to=1", body, {"X-Own": "1"})
            response = connection.getresponse()
            assert (response.status, response.read(), response.headers["X-Trace"]) == (202, RECEIPT, "spoor")
            assert response.headers["Content-Type"] == "application/json"
    assert [request.body for request in server.requests] == [b"een", b"twee"]
    assert [request.connection for request in server.requests] == [1, 1], "the second came on the kept connection"
    request = server.requests[0]
    assert (request.method, request.path, request.peer_oin) == ("POST", "/registreren", LAS_OIN)
    assert request.target == "/registreren?edu-to=1"
    assert request.header("x-own") == "1"
    assert request.header("x-none") is None
    assert "een" not in repr(request) and "edu-to" not in repr(request)
    assert (server.connections, server.handshake_errors, server.errors) == (1, [], [])
    assert server.bytes_received > 100
    assert server.url == f"https://localhost:{server.port}"


def test_one_fault_and_then_a_good_answer(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.reset_after_request(), faults.answer(202))
    with Raw(server, context) as raw:
        raw.post()
        assert raw.ends_in_reset()
    for _ in range(2):
        with Raw(server, context) as raw:
            raw.post(more=b"Connection: close\r\n")
            assert split(raw.rest())[0] == "HTTP/1.1 202 Accepted"
    assert server.played == ["reset_after_request", "answer 202", "answer 202"], "the last one is repeated"
    assert [request.connection for request in server.requests] == [1, 2, 3]
    assert server.faults[0].name == "reset_after_request"


def test_an_answer_before_a_fault_of_the_connection_ends_it(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.answer(202), faults.reset_after_accept(), faults.answer(204))
    with Raw(server, context) as raw:
        raw.post()
        assert b"Connection: close" in raw.rest()
    with pytest.raises((ConnectionResetError, BrokenPipeError, ssl.SSLEOFError)):
        Raw(server, context)
    with Raw(server, context) as raw:
        raw.post(more=b"Connection: close\r\n")
        assert raw.rest() == b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"


def test_a_chunked_request_body(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.answer(202))
    connection = http.client.HTTPSConnection("localhost", server.port, timeout=5, context=context)
    with contextlib.closing(connection):
        connection.request("POST", "/", iter([b"een", b"twee"]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
        assert connection.getresponse().read() == RECEIPT
        connection.sock.sendall(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n0\r\nTrailer: 1\r\n\r\n")
        response = http.client.HTTPResponse(connection.sock)
        response.begin()
        assert response.read() == RECEIPT
        connection.request("GET", "/")
        assert connection.getresponse().read() == RECEIPT
    assert [request.body for request in server.requests] == [b"eentwee", b"a", b""]


def test_half_a_request_is_no_trouble(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.answer(202))
    with Raw(server, context) as raw:
        raw.tls.sendall(POST + BODY[:3])
        socket.socket.shutdown(raw.tls, socket.SHUT_WR)
        assert not raw.ends_in_reset()
    assert [request.body for request in server.requests] == [BODY[:3]]
    assert server.errors == []


@pytest.mark.parametrize("tls", [faults.TLS_1_2_ONLY, faults.TLS_1_3_ONLY], ids=["1.2", "1.3"])
def test_a_server_that_refuses_our_certificate(
    serve: Callable[..., BadServer],
    pki: Pki,
    tls: TlsVariant,
    context: ssl.SSLContext,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    other = Pki(tmp_path_factory.mktemp("other"))
    server = serve(faults.answer(202), tls=tls, trust=other.trust)
    with pytest.raises(ssl.SSLError, match="ALERT_UNKNOWN_CA"), Raw(server, context) as raw:
        raw.post()
        raw.rest()
    server.stop()
    assert server.handshake_errors == ["CERTIFICATE_VERIFY_FAILED"]
    assert (server.requests, server.bytes_received) == ([], 0)


@pytest.mark.parametrize("rule", ["optional", "ignored"])
def test_a_client_certificate_need_not_be_asked(pki: Pki, server_cert: Issued, rule: str) -> None:
    with BadServer(
        faults.answer(202),
        cert=server_cert.cert,
        key=server_cert.key,
        trust=pki.trust,
        client_certificate=rule,  # type: ignore[arg-type]
    ) as server:
        with Raw(server, client_context(pki, None)) as raw:
            raw.post(more=b"Connection: close\r\n")
            assert raw.rest()
        assert server.requests[0].peer_oin is None


def test_served_makes_a_certificate_with_an_oin(pki: Pki, context: ssl.SSLContext) -> None:
    for oin in (SERVER_OIN, None):
        with served(faults.silent(), pki=pki, oin=oin) as server, Raw(server, context) as raw:
            subject = [pair for rdn in (raw.tls.getpeercert() or {})["subject"] for pair in rdn]  # type: ignore[union-attr]
        assert dict(subject).get("serialNumber") == oin  # type: ignore[arg-type]


def test_misuse_is_told(pki: Pki, server_cert: Issued) -> None:
    files = {"cert": server_cert.cert, "key": server_cert.key, "trust": pki.trust}
    with pytest.raises(ValueError, match="at least one"):
        BadServer([], **files)
    with pytest.raises(ValueError, match="before a request"):
        faults.applied(lambda _: Answer(202), faults.reset_after_accept())
    server = BadServer([faults.answer(), faults.silent()], **files)
    with pytest.raises(RuntimeError, match="no address"):
        _ = server.url
    server.stop()
    with server, pytest.raises(RuntimeError, match="runs already"):
        server.start()
    server.stop()
    server.advance()
    with served(faults.answer(), pki=pki, issued=server_cert) as server, pytest.raises(OSError, match="in use"):
        BadServer(faults.answer(), **files, port=server.port).start()


STALLED = [
    faults.silent(),
    faults.never_reads(),
    faults.slow_handshake(),
    faults.slow_handshake(60),
    faults.continue_spam(),
    faults.drip_headers(60),
    faults.drip_body(60),
    faults.silent_connect(),
    faults.answer(),
]


@pytest.mark.parametrize("fault", STALLED, ids=lambda fault: fault.name)
def test_stopping_takes_no_time_and_leaves_nothing(pki: Pki, server_cert: Issued, fault: Fault) -> None:
    """The client has asked, and hangs; a second connection has not even begun its handshake."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(served(fault, pki=pki, issued=server_cert))
        for data in (b"", b"\x16\x03\x01"):
            plain = stack.enter_context(socket.socket())
            plain.setblocking(False)
            plain.connect_ex(("127.0.0.1", server.port))
            with contextlib.suppress(OSError):
                plain.send(data)
        with in_time(0.2):
            server.stop()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", server.port), 1)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fault")]


def test_what_a_fault_raises_is_kept_and_not_printed(
    serve: Callable[..., BadServer], context: ssl.SSLContext, capfd: pytest.CaptureFixture[str]
) -> None:
    def play(_: faults.Wire) -> bool:
        raise RuntimeError("stuk")

    server = serve(Fault("stuk", play))
    with Raw(server, context) as raw, contextlib.suppress(OSError):
        raw.post()
        assert raw.rest() == b""
    server.stop()
    assert [str(error) for error in server.errors] == ["stuk"]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("tls", "cipher"), [(faults.MODERN, "TLS_AES"), (faults.STATIC_RSA, "AES")], ids=["modern", "static"])
def test_the_server_that_the_simulator_has(pki: Pki, las_cert: Issued, tls: TlsVariant, cipher: str) -> None:
    script = [faults.reset_after_request(), faults.answer(204), faults.no_content_with_body()]
    with played(script, pki=pki, oin=SERVER_OIN, tls=tls) as server:
        with Raw(server, lenient(pki, las_cert)) as raw:
            raw.post()
            assert raw.ends_in_reset()
        for _ in range(2):
            with Raw(server, lenient(pki, las_cert)) as raw:
                raw.post()
                assert raw.until(b"\r\n\r\n").startswith(b"HTTP/1.1 204")
                raw.post(more=b"Connection: close\r\n")
                assert raw.rest().endswith(RECEIPT)
                assert (raw.tls.cipher() or ("",))[0].startswith(cipher)
    assert server.played == ["reset_after_request", "answer 204", *["no_content_with_body"] * 3]
    assert [request.body for request in server.requests] == [BODY] * 5
    assert server.errors == []


# Before a request.


def test_refuse_connection_until_advance(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.refuse_connection(), faults.answer(202), faults.refuse_connection())
    with pytest.raises(ConnectionRefusedError):
        Raw(server, context)
    server.advance()
    with Raw(server, context) as raw:
        raw.post()
        assert raw.rest().startswith(b"HTTP/1.1 202")
    with pytest.raises(ConnectionRefusedError):
        Raw(server, context)
    assert server.connections == 1


def test_silent_connect_until_advance(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.silent_connect(), faults.answer(202))
    with pytest.raises(TimeoutError):
        Raw(server, context, seconds=0.2)
    assert server.connections == 0
    server.advance()
    with Raw(server, context) as raw:
        raw.post(more=b"Connection: close\r\n")
        assert raw.rest()
    assert server.connections == 1


def test_reset_after_accept(serve: Callable[..., BadServer]) -> None:
    server = serve(faults.reset_after_accept())
    # The reset may come before the connecting side has seen that it is connected.
    with pytest.raises(ConnectionResetError), socket.create_connection(("127.0.0.1", server.port), 5) as plain:
        plain.recv(1)
    assert (server.connections, server.requests, server.handshake_errors) == (1, [], [])


def test_reset_during_handshake(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.reset_during_handshake())
    with pytest.raises((ConnectionResetError, BrokenPipeError, ssl.SSLEOFError)):
        Raw(server, context)
    with socket.create_connection(("127.0.0.1", server.port), 0.1) as plain, pytest.raises(TimeoutError):
        plain.recv(1)  # it waits for the first message
    with socket.create_connection(("127.0.0.1", server.port), 5) as plain, pytest.raises(ConnectionResetError):
        plain.sendall(b"hello")
        plain.recv(1)
    assert server.handshake_errors == []


def test_close_during_handshake(serve: Callable[..., BadServer], exact: ssl.SSLContext) -> None:
    server = serve(faults.close_during_handshake())
    with pytest.raises(ssl.SSLError, match=NO_GOODBYE):
        Raw(server, exact)
    assert server.bytes_received == 0


def test_slow_handshake(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.slow_handshake(), faults.slow_handshake(0.2), faults.answer(202))
    with pytest.raises(TimeoutError):
        Raw(server, context, seconds=0.1)
    started = time.monotonic()
    with Raw(server, context) as raw:
        assert time.monotonic() - started >= 0.2
        raw.post(more=b"Connection: close\r\n")
        assert raw.rest()
    assert server.played == ["slow_handshake", "slow_handshake", "answer 202"]


def test_reset_after_handshake(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.reset_after_handshake())
    with Raw(server, context) as raw:
        assert raw.ends_in_reset()
    assert (server.requests, server.bytes_received, server.handshake_errors) == ([], 0, [])


# Instead of an answer.


def test_reset_mid_body(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.reset_mid_body(after=5))
    with Raw(server, context) as raw:
        raw.tls.sendall(POST + BODY[:10])
        assert raw.ends_in_reset()
    assert [request.body for request in server.requests] == [BODY[:5]]


def test_reset_after_request(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.reset_after_request())
    with Raw(server, context) as raw:
        raw.tls.sendall(POST + BODY[:-1])
        raw.tls.sendall(BODY[-1:])
        assert raw.ends_in_reset()
    assert [request.body for request in server.requests] == [BODY]


@pytest.mark.parametrize("goodbye", [True, False])
def test_close_without_answer(serve: Callable[..., BadServer], exact: ssl.SSLContext, goodbye: bool) -> None:
    server = serve(faults.close_without_answer(goodbye=goodbye))
    with Raw(server, exact) as raw:
        raw.tls.suppress_ragged_eofs = False
        raw.post()
        with contextlib.nullcontext() if goodbye else pytest.raises(ssl.SSLError, match=NO_GOODBYE):
            assert raw.rest() == b""
    assert [request.body for request in server.requests] == [BODY]


def test_silent(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.silent())
    with Raw(server, context) as raw:
        raw.post()
        raw.tls.settimeout(0.2)
        with pytest.raises(TimeoutError):
            raw.rest()
    assert [request.body for request in server.requests] == [BODY]


def test_never_reads(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.never_reads(), faults.answer(202))
    big = bytes(5_000_000)
    with Raw(server, context) as raw:
        raw.tls.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65_536)
        raw.tls.settimeout(0.3)
        with pytest.raises(TimeoutError):
            raw.post(big)
    assert [request.body for request in server.requests] == [b""]
    with Raw(server, context) as raw:
        raw.post(big, more=b"Connection: close\r\n")
        assert raw.rest().startswith(b"HTTP/1.1 202")
    assert server.requests[1].body == big


def test_early_status_before_the_body_was_sent(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.early_status(413), faults.early_status(400, drain=False))
    with Raw(server, context) as raw:
        raw.tls.sendall(POST)
        assert split(raw.rest())[0].startswith("HTTP/1.1 413 ")  # what the number means is worded by the Python
    with Raw(server, context) as raw:
        raw.tls.sendall(POST)
        assert raw.ends_in_reset()
    assert [request.body for request in server.requests] == [b"", b""]
    assert server.played == ["early_status 413", "early_status 400"]


def test_early_status_survives_a_large_body(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.early_status(413))
    with Raw(server, context) as raw:
        raw.post(bytes(3_000_000))
        assert raw.rest().startswith(b"HTTP/1.1 413")


# Answers that take long.


def test_drip_headers(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.drip_headers(0.01))
    with Raw(server, context) as raw:
        started = time.monotonic()
        raw.post()
        assert [raw.tls.recv(100) for _ in range(20)] == [bytes([byte]) for byte in b"HTTP/1.1 202 Accepte"]
        assert time.monotonic() - started >= 0.15


def test_drip_body(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.drip_body(0.01, status=200, body=b"%PDF-", content_type="application/pdf"))
    with Raw(server, context) as raw:
        raw.post()
        assert split(raw.until(b"\r\n\r\n"))[:2] == ("HTTP/1.1 200 OK", ["Content-Length: 5", "Content-Type: application/pdf"])
        assert [raw.tls.recv(100) for _ in range(5)] == [b"%", b"P", b"D", b"F", b"-"]
        raw.post(more=b"Connection: close\r\n")
        assert raw.rest().endswith(b"\r\n\r\n%PDF-"), "a slow answer is a whole one"


@pytest.mark.parametrize("status", [100, 103])
def test_continue_spam(serve: Callable[..., BadServer], context: ssl.SSLContext, status: int) -> None:
    server = serve(faults.continue_spam(status))
    with Raw(server, context) as raw:
        raw.post()
        assert {raw.until(b"\r\n\r\n")[:13] for _ in range(10)} == {b"HTTP/1.1 %d " % status}


# Framing.


def test_truncated_body(exchange: Callable[[Fault], tuple[bytes, BadServer]]) -> None:
    status, headers, body = split(exchange(faults.truncated_body(200, "application/pdf", b"%PDF-1.7", sent=3))[0])
    assert (status, body) == ("HTTP/1.1 200 OK", b"%PD")
    assert headers == ["Content-Length: 8", "Content-Type: application/pdf"]
    assert split(exchange(faults.truncated_body())[0])[2] == RECEIPT[:12]


def test_content_length_too_long(exchange: Callable[[Fault], tuple[bytes, BadServer]]) -> None:
    _, headers, body = split(exchange(faults.content_length_too_long(excess=7))[0])
    assert body == RECEIPT
    assert f"Content-Length: {len(RECEIPT) + 7}" in headers


def test_two_content_lengths(exchange: Callable[[Fault], tuple[bytes, BadServer]]) -> None:
    assert split(exchange(faults.two_content_lengths())[0])[1][:2] == ["Content-Length: 25", "Content-Length: 2"]


def test_bad_status_line(exchange: Callable[[Fault], tuple[bytes, BadServer]]) -> None:
    assert exchange(faults.bad_status_line())[0] == b"HTTP/1.1 twee-nul-twee\r\n\r\n"
    assert exchange(faults.bad_status_line(b"SSH-2.0\r\n"))[0] == b"SSH-2.0\r\n"


def test_header_flood(exchange: Callable[[Fault], tuple[bytes, BadServer]]) -> None:
    assert exchange(faults.header_flood(1000))[0].count(b"X-Flood: 1\r\n") == 1000


def test_truncated_chunk(exchange: Callable[[Fault], tuple[bytes, BadServer]]) -> None:
    _, headers, body = split(exchange(faults.truncated_chunk(200, b"half", promised=255))[0])
    assert "Transfer-Encoding: chunked" in headers
    assert body == b"ff\r\nhalf"


@pytest.mark.parametrize("goodbye", [True, False])
def test_close_delimited(serve: Callable[..., BadServer], context: ssl.SSLContext, goodbye: bool) -> None:
    server = serve(faults.close_delimited(200, b"%PDF-1.7", "application/pdf", sent=4, goodbye=goodbye))
    with Raw(server, context) as raw:
        raw.post()
        status, headers, body = split(raw.rest())
    assert (status, body) == ("HTTP/1.1 200 OK", b"%PDF")
    assert headers == ["Content-Type: application/pdf", "Connection: close"]


LEFT_BEHIND = [
    (faults.content_length_too_short(missing=5), 5),
    (faults.no_content_with_body(), len(RECEIPT)),
    (faults.length_and_chunked(), None),
]


@pytest.mark.parametrize(("fault", "left"), LEFT_BEHIND, ids=lambda value: getattr(value, "name", ""))
def test_the_connection_stays_with_something_in_it(
    serve: Callable[..., BadServer], context: ssl.SSLContext, fault: Fault, left: int | None
) -> None:
    server = serve(fault, faults.answer(403))
    with Raw(server, context) as raw:
        raw.post()
        head = raw.until(b"\r\n\r\n")
        promised = int(re.search(rb"Content-Length: (\d+)", head).group(1))  # type: ignore[union-attr]
        raw.post(more=b"Connection: close\r\n")
        rest = raw.rest()
    before, found, _ = rest.partition(b"HTTP/1.1 403")
    assert found, "the next answer comes on the same connection"
    assert server.connections == 1
    if left is None:
        assert b"Transfer-Encoding: chunked" in head
        assert (promised, before) == (3, b"19\r\n" + RECEIPT + b"\r\n0\r\n\r\n")
    else:
        assert before == RECEIPT
        assert len(before) - (0 if b" 204 " in head else promised) == left


def test_gzip_bomb(exchange: Callable[[Fault], tuple[bytes, BadServer]]) -> None:
    _, headers, body = split(exchange(faults.gzip_bomb(3_000_000))[0])
    assert "Content-Encoding: gzip" in headers
    assert len(body) < 10_000
    assert gzip.decompress(body) == bytes(3_000_000)


# Sound HTTP with an unwelcome meaning.


@pytest.mark.parametrize("status", [200, 201])
def test_html_page(exchange: Callable[[Fault], tuple[bytes, BadServer]], status: int) -> None:
    got, headers, body = split(exchange(faults.html_page(status))[0])
    assert got.startswith(f"HTTP/1.1 {status} ")
    assert "Content-Type: text/html; charset=utf-8" in headers
    assert body.startswith(b"<!doctype html>")


@pytest.mark.parametrize("value", ["120", "Wed, 21 Oct 2026 07:28:00 GMT", " 120 ", "", "١٢٠"])
def test_retry_after(exchange: Callable[[Fault], tuple[bytes, BadServer]], value: str) -> None:
    got, headers, _ = split(exchange(faults.retry_after(429, value, date="Wed, 21 Oct 2026 07:27:00 GMT"))[0])
    assert got == "HTTP/1.1 429 Too Many Requests"
    assert f"Retry-After: {value}" in headers
    assert "Date: Wed, 21 Oct 2026 07:27:00 GMT" in headers
    assert not any(header.startswith("Date") for header in split(exchange(faults.retry_after())[0])[1])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_and_a_target_that_counts(
    exchange: Callable[[Fault], tuple[bytes, BadServer]], serve: Callable[..., BadServer], status: int
) -> None:
    target = serve(faults.answer(202))
    got, headers, body = split(exchange(faults.redirect(status, f"{target.url}/elders"))[0])
    assert got.startswith(f"HTTP/1.1 {status} ")
    assert f"Location: {target.url}/elders" in headers
    assert (body, target.connections, target.requests) == (b"", 0, [])


def test_an_unknown_status(exchange: Callable[[Fault], tuple[bytes, BadServer]]) -> None:
    assert split(exchange(faults.answer(299, b"", None))[0])[:2] == (
        "HTTP/1.1 299 ",
        ["Content-Length: 0", "Connection: close"],
    )


# Apps of the simulator.


def echo(received: Received) -> Answer:
    if received.path == "/weg":
        raise HangUpError
    return Answer.json(200, {"oin": received.peer_oin, "naar": received.one("edu-to"), "bytes": len(received.body)})


def test_an_app_answers(exchange: Callable[[Fault], tuple[bytes, BadServer]]) -> None:
    assert json.loads(split(exchange(faults.app(echo))[0])[2]) == {"oin": LAS_OIN, "naar": "1", "bytes": 100}


def test_an_app_hangs_up(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.app(echo))
    with Raw(server, context) as raw:
        raw.tls.sendall(b"GET /weg HTTP/1.1\r\n\r\n")
        assert raw.rest() == b""
    assert server.errors == []


def test_applied_but_not_told(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    seen: list[bytes] = []

    def keep(received: Received) -> Answer:
        seen.append(received.body)
        return Answer(202)

    fault = faults.applied(keep, faults.reset_after_request())
    assert fault.name == "applied, then reset_after_request"
    with Raw(serve(fault), context) as raw:
        raw.post()
        assert raw.ends_in_reset()
    assert seen == [BODY]


# Kinds of TLS.


def lenient(pki: Pki, las_cert: Issued) -> ssl.SSLContext:
    """A client that takes anything, to prove that a server offers what it says."""
    context = client_context(pki, None)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(las_cert.cert, las_cert.key)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    return context


VARIANTS = [
    (faults.MODERN, "TLSv1.3", "", True),
    (faults.TLS_1_2_ONLY, "TLSv1.2", "ECDHE-ECDSA-AES", True),
    (faults.TLS_1_3_ONLY, "TLSv1.3", "TLS_AES", True),
    (faults.TLS_1_0, "TLSv1", "", False),
    (faults.TLS_1_1, "TLSv1.1", "", False),
    (faults.STATIC_RSA, "TLSv1.2", "AES", False),
    (faults.DHE, "TLSv1.2", "DHE-RSA-AES", False),
    (faults.CBC, "TLSv1.2", "ECDHE-ECDSA-AES256-SHA384", False),
    (faults.CCM_8, "TLSv1.2", "ECDHE-ECDSA-AES128-CCM8", False),
]


@pytest.mark.parametrize(("tls", "version", "cipher", "sound"), VARIANTS, ids=lambda value: str(value)[:9])
def test_a_variant_offers_only_what_it_says(
    pki: Pki, las_cert: Issued, tls: TlsVariant, version: str, cipher: str, sound: bool
) -> None:
    strict = client_context(pki, las_cert)
    strict.minimum_version = ssl.TLSVersion.TLSv1_2
    strict.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
    with served(faults.answer(202), pki=pki, tls=tls) as server:
        with Raw(server, lenient(pki, las_cert)) as raw:
            raw.post(more=b"Connection: close\r\n")
            assert raw.rest().startswith(b"HTTP/1.1 202")
            assert raw.tls.version() == version
            assert (raw.tls.cipher() or ("",))[0].startswith(cipher)
        seen = server.bytes_received
        with contextlib.nullcontext() if sound else pytest.raises(ssl.SSLError):
            Raw(server, strict).tls.close()
        assert server.bytes_received == seen


def test_plain_http_on_the_port(serve: Callable[..., BadServer], context: ssl.SSLContext) -> None:
    server = serve(faults.answer(202), tls=faults.PLAIN)
    with pytest.raises(ssl.SSLError, match="WRONG_VERSION_NUMBER"):
        Raw(server, context)
    assert (server.handshake_errors, server.requests, server.bytes_received) == (["TLS_ON_A_PLAIN_PORT"], [], 0)
    connection = http.client.HTTPConnection("localhost", server.port, timeout=5)
    with contextlib.closing(connection):
        connection.request("POST", "/", b"een")
        assert connection.getresponse().status == 202
    assert server.requests[0].peer_oin is None


@pytest.mark.parametrize("defect", [Flaw.RSA_1024, Flaw.SHA1])
def test_weak_certificates_can_be_served(pki: Pki, las_cert: Issued, context: ssl.SSLContext, defect: Flaw) -> None:
    issued = issue_defect(pki, defect, oin=SERVER_OIN)
    with served(faults.answer(202), pki=pki, issued=issued, tls=faults.WEAK_CERTIFICATE) as server:
        Raw(server, lenient(pki, las_cert)).tls.close()
        with pytest.raises(ssl.SSLCertVerificationError):
            Raw(server, context)
        assert server.bytes_received == 0


def test_nothing_is_printed_or_left_open(pki: Pki, server_cert: Issued, las_cert: Issued) -> None:
    """In a process of its own, with every warning shown, for a reset, a stall and a failed handshake."""
    code = f"""
import socket, ssl, gc
from pathlib import Path
import faults_support as faults
cert, key, trust = (Path(p) for p in {[str(server_cert.cert), str(server_cert.key), str(pki.trust)]!r})
chosen = [faults.reset_during_handshake(), faults.slow_handshake(), faults.answer()]
with faults.BadServer(chosen, cert=cert, key=key, trust=trust) as server:
    socks = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(3)]
    for s in socks:
        s.sendall(b"no handshake at all")
    try:
        socks[0].recv(1)
    except OSError:
        pass
    for s in socks:
        s.close()
gc.collect()
"""
    command = [sys.executable, "-X", "dev", "-W", "always", "-c", code]
    tests = Path(__file__).parents[1]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tests.parent), str(tests)])}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
