"""The server over real sockets with real mutual TLS."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from support import in_time

from doorstroom_client.simulator.https import Answer, HangUpError, HttpsServer, Received
from doorstroom_client.simulator.pki import Issued, Leaf, Pki

from .helpers import LAS_OIN, call, client_context

Serve = Callable[..., HttpsServer]
Connect = Callable[..., http.client.HTTPSConnection]


def echo(received: Received) -> Answer:
    return Answer.json(
        200,
        {
            "method": received.method,
            "path": received.path,
            "query": received.query,
            "oin": received.peer_oin,
            "size": len(received.body),
            "agent": received.header("x-test"),
        },
    )


def test_the_app_sees_the_request_and_the_oin(serve: Serve, connect: Connect, las_cert: Issued) -> None:
    server = serve(echo)
    reply = call(connect(server.url, las_cert), "POST", "/a%2Fb?x=1&x=%C3%A9&y=", b"12345", {"X-Test": "hallo"})
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    assert json.loads(reply.body) == {
        "method": "POST",
        "path": "/a%2Fb",
        "query": [["x", "1"], ["x", "é"], ["y", ""]],
        "oin": LAS_OIN,
        "size": 5,
        "agent": "hallo",
    }


def test_keep_alive_uses_one_connection(serve: Serve, connect: Connect, las_cert: Issued) -> None:
    server = serve(echo)
    connection = connect(server.url, las_cert)
    call(connection, "GET", "/1")
    first = connection.sock
    for number in range(20):
        assert call(connection, "POST", f"/{number}", b"x" * number).status == 200
    assert connection.sock is first


def test_connection_close_is_honoured(serve: Serve, connect: Connect, las_cert: Issued) -> None:
    server = serve(echo)
    connection = connect(server.url, las_cert)
    reply = call(connection, "GET", "/", headers={"Connection": "close"})
    assert reply.headers["connection"] == "close"
    assert connection.sock is None


def test_without_client_certificate_there_is_no_answer(serve: Serve, connect: Connect) -> None:
    server = serve(echo)
    with pytest.raises(ssl.SSLError, match="(?i)certificate.required"):
        call(connect(server.url, None), "GET", "/")
    # The client may know of the refusal before the server has noted it; stopping waits for the note.
    server.stop()
    assert server.handshake_errors == ["PEER_DID_NOT_RETURN_A_CERTIFICATE"]


def test_optional_lets_a_peer_without_certificate_in_without_oin(serve: Serve, connect: Connect) -> None:
    server = serve(echo, client_certificate="optional")
    assert json.loads(call(connect(server.url, None), "GET", "/").body)["oin"] is None


def test_a_certificate_of_a_stranger_is_refused_even_when_optional(
    serve: Serve, connect: Connect, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Pki(tmp_path_factory.mktemp("stranger")).issue("stranger", oin=LAS_OIN)
    server = serve(echo, client_certificate="optional")
    with pytest.raises(ssl.SSLError, match="(?i)unknown.ca"):
        call(connect(server.url, stranger), "GET", "/")


def test_two_serial_numbers_give_no_oin(serve: Serve, connect: Connect, pki: Pki) -> None:
    two = pki.issue_leaf("twice", Leaf(oins=(LAS_OIN, "00000099000000090000")))
    assert json.loads(call(connect(serve(echo).url, two), "GET", "/").body)["oin"] is None


def test_tls_1_1_is_refused(serve: Serve, pki: Pki, las_cert: Issued) -> None:
    context = client_context(pki, las_cert)
    with pytest.warns(DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    port = urlsplit(serve(echo).url).port
    with socket.create_connection(("127.0.0.1", port or 0), timeout=5) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="localhost")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_app_sees_over_which_tls_it_came(serve: Serve, pki: Pki, las_cert: Issued, version: ssl.TLSVersion) -> None:
    seen: list[str] = []
    server = serve(lambda received: seen.append(received.tls) or Answer(202))  # type: ignore[func-returns-value]
    context = client_context(pki, las_cert)
    context.minimum_version = context.maximum_version = version
    with closing(http.client.HTTPSConnection("localhost", server.port, context=context, timeout=5)) as connection:
        call(connection, "POST", "/")
    assert seen == [version.name.replace("v1_", "v1.")]


def test_only_a_server_that_is_told_to_answers_without_tls(serve: Serve, connect: Connect, las_cert: Issued) -> None:
    server = serve(echo)
    server.plain = lambda received: Answer(200, received.tls.encode() or b"zonder", "text/plain")
    assert in_plain(server) == b"zonder"
    assert json.loads(call(connect(server.url, las_cert), "GET", "/").body)["oin"] == LAS_OIN
    server.plain = None
    with pytest.raises((http.client.HTTPException, OSError)):
        in_plain(server)


def in_plain(server: HttpsServer) -> bytes:
    with closing(http.client.HTTPConnection("localhost", server.port, timeout=5)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().read()


def test_a_silent_peer_delays_nobody(serve: Serve, connect: Connect, las_cert: Issued) -> None:
    server = serve(echo)
    silent = [socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0)) for _ in range(5)]
    try:
        assert call(connect(server.url, las_cert), "GET", "/").status == 200  # or its time is over
    finally:
        for plain in silent:
            plain.close()


def test_a_blocking_app_delays_only_its_own_connection(serve: Serve, connect: Connect, las_cert: Issued) -> None:
    go, busy = threading.Event(), threading.Event()

    def app(received: Received) -> Answer:
        if received.path == "/slow":
            busy.set()
            go.wait(5)
        return Answer(200)

    server = serve(app)
    slow = connect(server.url, las_cert)
    slow.request("GET", "/slow")
    assert busy.wait(5)
    assert call(connect(server.url, las_cert), "GET", "/fast").status == 200
    go.set()
    assert slow.getresponse().status == 200


def test_an_error_in_the_app_is_recorded_and_answered(
    serve: Serve, connect: Connect, las_cert: Issued, capfd: pytest.CaptureFixture[str]
) -> None:
    def app(received: Received) -> Answer:
        raise KeyError("geheim")

    server = serve(app)
    connection = connect(server.url, las_cert)
    for _ in range(2):
        reply = call(connection, "GET", "/")
        assert reply.status == 500
        assert b"geheim" not in reply.body and "melding" in json.loads(reply.body)
    assert [type(error) for error in server.errors] == [KeyError, KeyError]
    assert capfd.readouterr() == ("", "")


def test_an_app_can_hang_up(serve: Serve, connect: Connect, las_cert: Issued) -> None:
    def app(received: Received) -> Answer:
        raise HangUpError

    server = serve(app)
    with pytest.raises(http.client.RemoteDisconnected):
        call(connect(server.url, las_cert), "GET", "/")
    assert server.errors == []


@pytest.mark.parametrize(("size", "status"), [(5 * 1024 * 1024, 200), (5 * 1024 * 1024 + 1, 413)])
def test_the_body_has_a_cap(serve: Serve, connect: Connect, las_cert: Issued, size: int, status: int) -> None:
    seen: list[int] = []

    def app(received: Received) -> Answer:
        seen.append(len(received.body))
        return Answer(200)

    server = serve(app)
    assert call(connect(server.url, las_cert), "POST", "/", b"x" * size).status == status
    assert seen == ([size] if status == 200 else [])


def raw(server: HttpsServer, pki: Pki, cert: Issued, *blocks: bytes) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0), timeout=5)
    tls = client_context(pki, cert).wrap_socket(plain, server_hostname="localhost")
    for block in blocks:
        tls.sendall(block)
    return tls


def test_204_can_have_a_body_in_the_same_send_as_the_head(serve: Serve, pki: Pki, las_cert: Issued) -> None:
    server = serve(lambda received: Answer.melding(204, "nog niet"))
    with raw(server, pki, las_cert, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n") as tls:
        # One TLS record is never split over two reads of this size: head and body came as one block.
        block = tls.recv(16_384)
    head, _, body = block.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 204 No Content\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert json.loads(body) == {"melding": "nog niet"}


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nContent-Length: abc\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"411"),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n", b"431"),
    ],
)
def test_odd_framing_is_answered_and_closed(
    serve: Serve, pki: Pki, las_cert: Issued, request_bytes: bytes, status: bytes
) -> None:
    server = serve(echo)
    with raw(server, pki, las_cert, request_bytes) as tls:
        received = b""
        while chunk := tls.recv(16_384):
            received += chunk
    assert received.split()[1] == status
    assert received.count(b"HTTP/1.1") == 1


def test_expect_100_continue(serve: Serve, pki: Pki, las_cert: Issued) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    with raw(serve(echo), pki, las_cert, head) as tls:
        assert tls.recv(100).startswith(b"HTTP/1.1 100 ")
        tls.sendall(b"abc")
        assert tls.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_stop_is_fast_with_idle_and_silent_connections(serve: Serve, connect: Connect, las_cert: Issued) -> None:
    server = serve(echo)
    for _ in range(8):
        assert call(connect(server.url, las_cert), "GET", "/").status == 200
    with socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0)), in_time(0.15):
        server.stop()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("test-")] == []
    server.stop()


def test_stop_does_not_wait_for_a_blocking_app(serve: Serve, connect: Connect, las_cert: Issued) -> None:
    go, busy, done = threading.Event(), threading.Event(), threading.Event()

    def app(received: Received) -> Answer:
        busy.set()
        go.wait(60)
        done.set()
        return Answer(200)

    server = serve(app)
    connect(server.url, las_cert).request("GET", "/")
    assert busy.wait(5)
    server.stop()
    assert not done.is_set()
    go.set()
    for thread in threading.enumerate():
        if thread.name.startswith("test-"):
            thread.join(5)
    assert done.is_set()


def test_stopped_refuses_and_started_again_has_the_same_address(serve: Serve, connect: Connect, las_cert: Issued) -> None:
    server = serve(echo)
    url = server.url
    call(connect(url, las_cert), "GET", "/")
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        call(connect(url, las_cert), "GET", "/")
    server.start()
    assert server.url == url
    assert call(connect(url, las_cert), "GET", "/").status == 200


def test_no_address_before_start_and_no_second_start(pki: Pki, server_cert: Issued) -> None:
    server = HttpsServer(echo, cert=server_cert.cert, key=server_cert.key, trust=pki.trust, name="early")
    with pytest.raises(RuntimeError, match="early"):
        _ = server.url
    with server, pytest.raises(RuntimeError, match="runs already"):
        server.start()


def test_one_needs_exactly_one() -> None:
    received = Received("GET", "/", (("a", "1"), ("b", "1"), ("b", "2")))
    assert (received.one("a"), received.one("b"), received.one("c")) == ("1", None, None)


def test_repr_hides_body_and_headers() -> None:
    received = Received("GET", "/", headers=(("X-API-KEY", "geheim"),), body=b"geheim")
    assert "geheim" not in repr(received) + repr(Answer(200, b"geheim"))


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-CCM"])
def test_it_takes_the_suites_of_the_library_only(serve: Serve, pki: Pki, las_cert: Issued, suite: str) -> None:
    port = urlsplit(serve(echo).url).port or 0
    for offered, fits in ((suite, False), (f"{suite}:ECDHE-ECDSA-AES128-GCM-SHA256", True)):
        context = client_context(pki, las_cert)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(f"{offered}:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
            if not fits:
                with pytest.raises(ssl.SSLError, match="(?i)handshake.failure"):
                    context.wrap_socket(plain, server_hostname="localhost")
                continue
            with context.wrap_socket(plain, server_hostname="localhost") as tls:
                assert (tls.cipher() or ("",))[0] == "ECDHE-ECDSA-AES128-GCM-SHA256"
