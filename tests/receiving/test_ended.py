"""A certificate that ends while its sender is connected, or that comes with a session of before; under both versions of TLS."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from support.serving import Serve, Supplier, answer, status_of

from doorstroom_client.parties.certificate import ClientCertificate
from doorstroom_client.receiving.peer import oin_from_environ, oin_from_scope
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.pki import Leaf, Pki
from doorstroom_client.transport.tls import server_context

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
ICE = "00000003990000110000"
LIVES = 6.0
"""Seconds, of which the first requests need a part of one."""


class Short(Supplier):
    """The mandated supplier, with a certificate that ends soon."""

    def __init__(self, keten: Keten, version: ssl.TLSVersion, *, tickets: bool) -> None:
        self.ends = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(seconds=LIVES)
        leaf = Leaf(oins=(ICE,), not_after=self.ends)
        super().__init__(keten, issued=keten.servers.pki.clients.issue_leaf(f"kort-{time.monotonic_ns()}", leaf))
        self.context.minimum_version = self.context.maximum_version = version
        if not tickets:
            self.context.options |= ssl.OP_NO_TICKET
        self.session: ssl.SSLSession | None = None

    def connect(self, port: int, address: str = "127.0.0.1") -> ssl.SSLSocket:
        """With the session of before, as far as there is one."""
        plain = socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(address, 0))
        return self.context.wrap_socket(plain, server_hostname="localhost", session=self.session)

    def send(self, connection: ssl.SSLSocket) -> bytes:
        """One result over a connection that stands."""
        connection.sendall(self.head() + self.body)
        return answer(connection)

    def wait_for_its_end(self) -> None:
        time.sleep(max((self.ends - dt.datetime.now(dt.UTC)).total_seconds(), 0.0) + 1.1)


def test_in_the_middle_of_a_connection(serve: Serve, chain: Keten) -> None:
    """With both versions beside each other, for a certificate takes its time to end."""
    served = serve(short=False)
    suppliers = [Short(chain, version, tickets=True) for version in VERSIONS]
    with ExitStack() as stack:
        connections = [(each, stack.enter_context(each.connect(served.port))) for each in suppliers]
        while dt.datetime.now(dt.UTC) < suppliers[0].ends - dt.timedelta(seconds=1):  # silence would end it
            assert [status_of(supplier.send(connection)) for supplier, connection in connections] == [202, 202]
            time.sleep(0.5)
        suppliers[-1].wait_for_its_end()
        for supplier, connection in connections:
            got = supplier.send(connection)
            assert status_of(got) == 401
            assert b"connection: close" in got
            assert connection.recv(100) == b""
    refused = [event for event in served.events() if event.get("reason")]
    said = [(event["outcomes"], event["reason"], event["actor"]) for event in refused]
    assert said == [(["401"], "certificate has ended", "-")] * len(VERSIONS)


def test_with_a_session_of_before(serve: Serve, chain: Keten) -> None:
    """By ticket and by number, with both versions."""
    served = serve(short=False)
    suppliers = [Short(chain, version, tickets=tickets) for version in VERSIONS for tickets in (True, False)]
    for supplier in suppliers:
        for _ in range(3):
            with supplier.connect(served.port) as connection:
                assert not connection.session_reused
                assert status_of(supplier.send(connection)) == 202
                supplier.session = connection.session
                connection.unwrap().close()  # a session that ends otherwise is forgotten by itself
    suppliers[-1].wait_for_its_end()
    for supplier in suppliers:
        with pytest.raises(OSError), supplier.connect(served.port) as connection:  # noqa: PT011 - now or at the first read
            connection.sendall(supplier.head() + supplier.body)
            if not connection.recv(100):
                raise ConnectionError


@contextmanager
def answering(context: ssl.SSLContext, how: str) -> Iterator[int]:
    """A server of somebody else, with sockets that wait, and our context."""
    with socket.create_server(("127.0.0.1", 0)) as plain:
        port = plain.getsockname()[1]
        listening = context.wrap_socket(plain, server_side=True) if how == "listening" else plain

        def serve() -> None:
            for _ in range(3):
                connection, _ = listening.accept()
                with connection if how == "listening" else context.wrap_socket(connection, server_side=True) as secure:
                    assert isinstance(secure, ssl.SSLSocket)
                    assert secure.context is context
                    secure.sendall(b"1" if secure.getpeercert() else b"0")
                    secure.recv(1)
                    secure.unwrap().close()  # a session that ends otherwise is forgotten by itself

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield port
        finally:
            thread.join(10)
            listening.close()


@pytest.mark.parametrize("how", ["listening", "accepted"])
@pytest.mark.parametrize("tickets", [True, False], ids=["tickets", "numbers"])
@pytest.mark.parametrize("version", VERSIONS, ids=lambda item: item.name)
def test_the_public_context_takes_no_session_up_again(tmp_path: Path, version: ssl.TLSVersion, tickets: bool, how: str) -> None:
    pki = Pki(tmp_path)
    ours, theirs = pki.issue("ons", oin="00000003990000010000"), pki.issue("zij", oin=ICE)
    context = server_context(ClientCertificate(ours.cert, ours.key, pki.trust))
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(pki.trust)
    client.load_cert_chain(theirs.cert, theirs.key)
    client.minimum_version = client.maximum_version = version
    if not tickets:
        client.options |= ssl.OP_NO_TICKET
    session = None
    with answering(context, how) as port:
        for _ in range(3):
            plain = socket.create_connection(("127.0.0.1", port), timeout=10)
            with client.wrap_socket(plain, server_hostname="localhost", session=session) as secure:
                assert secure.recv(1) == b"1"  # it has seen our certificate
                assert not secure.session_reused
                session = secure.session
                secure.sendall(b"x")
                secure.unwrap().close()


def test_whatever_server_it_is_an_ended_certificate_names_nobody(tmp_path: Path) -> None:
    pki, now = Pki(tmp_path), dt.datetime.now(dt.UTC)
    good = pki.issue_leaf("goed", Leaf(oins=(ICE,))).cert.read_text()
    ended = pki.issue_leaf("voorbij", Leaf(oins=(ICE,), not_after=now - dt.timedelta(seconds=1))).cert.read_text()
    for pem, oin in ((good, ICE), (ended, None)):
        scope = {"extensions": {"tls": {"client_cert_chain": [pem], "client_cert_error": None}}}
        assert oin_from_scope(scope) == oin
        assert oin_from_environ({"SSL_CLIENT_VERIFY": "SUCCESS", "SSL_CLIENT_CERT": pem}) == oin
