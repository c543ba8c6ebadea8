"""Our certificate refused in HTTP by real servers: told as such, held without a storm, delivered after repair (F4, T6)."""

from __future__ import annotations

import datetime as dt
import json
import select
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

import pytest
from faults_support import Flaw, issue_defect
from support import LAS_OIN, NOW, SCHOOL, SUPPLIER_OIN, command_line
from support.processes import free_port, installed, nginx, running
from support.wire import (
    ADVIEZEN,
    DEELNEMERS,
    GROEPEN,
    Calls,
    RawServer,
    Scripted,
    Speler,
    certificate,
    leverancier,
    read_request,
)

from doorstroom_client import Adviezenlijst, Deelnemerslijst
from doorstroom_client.errors import TlsError
from doorstroom_client.parties.x509 import peer_oin
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.pki import Issued, Pki
from doorstroom_client.store.rows import State
from doorstroom_client.transport.httpx_transport import AsyncHttpxTransport, HttpxTransport
from doorstroom_client.transport.tls import client_context

elsewhere, keten, run = command_line.elsewhere, command_line.keten, command_line.run

NGINX = """
server {{
  listen 127.0.0.1:{port} ssl;
  ssl_certificate {front.cert};
  ssl_certificate_key {front.key};
  ssl_protocols {version};
  ssl_client_certificate {trust};
  ssl_verify_client on;
  ssl_verify_depth 2;
  {more}
  location / {{
    proxy_pass {behind};
    proxy_ssl_certificate {las.cert};
    proxy_ssl_certificate_key {las.key};
    proxy_ssl_trusted_certificate {trust};
    proxy_ssl_verify on;
    proxy_ssl_verify_depth 2;
    proxy_ssl_name localhost;
  }}
}}
"""
NOT_ASKED_FOR = "ssl_conf_command ClientSignatureAlgorithms RSA-PSS+SHA256:RSA+SHA256;"
"""Of a kind that our certificate is not of: then a client shows none."""
WAYS = ("another root", "no intermediate", "for servers only", "none shown")
PAGE_OF_APACHE = b"<html><p>You don't have permission.Reason: Cannot perform Post-Handshake Authentication.<br /></p></html>"
VERSIONS = ("TLSv1.2", "TLSv1.3")


class Front:
    """A server in front of a supplier that shows the supplier's certificate and asks for ours.

    Args:
        command: writes its settings and gives the command that runs it.
        folder: for its files.
        named: what the settings name: `front`, `las`, `trust`, `behind`, and more.
    """

    def __init__(self, command: Callable[..., list[str]], folder: Path, **named: Any) -> None:
        self._port = free_port()
        self.url = f"https://localhost:{self._port}"
        self._folder = folder
        self._command = command
        self._named = {"port": self._port, "more": "", "folder": folder, **named}
        self._up = ExitStack()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self._up.close()

    def start(self, **named: Any) -> Self:
        """Start, or start again with other settings."""
        self._up.close()
        self._named |= named
        self._up.enter_context(running(self._command(self._folder, self._named), self._port, self._folder))
        return self


def with_nginx(folder: Path, named: dict[str, Any]) -> list[str]:
    return nginx(folder, NGINX.format(**named))


APACHE = """
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
Mutex file:{folder}
{modules}
SSLEngine on
SSLProtocol {version}
SSLCertificateFile {front.cert}
SSLCertificateKeyFile {front.key}
SSLCACertificateFile {trust}
SSLVerifyDepth 2
SSLProxyEngine on
SSLProxyMachineCertificateFile {folder}/las.pem
SSLProxyMachineCertificateChainFile {folder}/between.pem
SSLProxyCACertificateFile {trust}
SSLProxyVerify require
SSLProxyVerifyDepth 2
<Location /dst>
  SSLVerifyClient require
  ProxyPass {behind}/dst
</Location>
"""
MODULES = ("mpm_event", "authz_core", "ssl", "proxy", "proxy_http")


def with_apache(folder: Path, named: dict[str, Any]) -> list[str]:
    program = installed("apache2")
    modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES)
    end = "-----END CERTIFICATE-----\n"
    own, between = (text + end for text in named["las"].cert.read_text().split(end)[:2])
    (folder / "las.pem").write_text(own + named["las"].key.read_text())
    (folder / "between.pem").write_text(between)
    (folder / "apache.conf").write_text(APACHE.format(modules=modules, **named))
    return [program, "-f", str(folder / "apache.conf"), "-DFOREGROUND"]


def refused(pki: Pki, folder: Path, way: str) -> Issued:
    """A certificate that is refused in this way; sound for "none shown"."""
    if way == "another root":
        return Pki(folder / "elders").issue("vreemd", oin=LAS_OIN)
    if way == "no intermediate":
        return issue_defect(pki, Flaw.INCOMPLETE_CHAIN, oin=LAS_OIN)
    return pki.issue("las-server", oin=LAS_OIN, client=way != "for servers only")


class Showing:
    """Gives a context with one certificate, whatever is wrong with that, and another one later."""

    def __init__(self, pki: Pki, issued: Issued) -> None:
        self._sound = certificate(pki)
        self.show(issued)

    def show(self, issued: Issued) -> None:
        context = client_context(self._sound)
        context.load_cert_chain(issued.cert, issued.key)  # in place of the sound one
        self.context = context

    def repair(self) -> None:
        self.context = client_context(self._sound)


def make_client(speler: Speler, url: str, showing: Showing, store: Path, clock: list[dt.datetime]) -> Any:
    made = (AsyncHttpxTransport if speler.awaited else HttpxTransport)(lambda: showing.context)
    speler._clients.append(made)  # it is ours to close
    return speler.client(transport=made, leveranciers=[leverancier(url)], store=store, now=lambda: clock[0])


def takes_in(_: Received) -> Answer:
    return Answer.melding(202, "Ontvangen.")


def hold_and_deliver(
    speler: Speler, client: Any, clock: list[dt.datetime], supplier: Scripted, repair: Callable[[], Any]
) -> None:
    """Two lists wait while we are refused; an hour after the repair both arrive, once and in order."""
    speler(client.outbox.add(Deelnemerslijst(SCHOOL, GROEPEN, DEELNEMERS), leverancier="ICE"))
    speler(client.outbox.add(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier="ICE"))
    for _ in range(2):  # the first keeps the second from being tried in the same run
        told = speler(client.outbox.deliver(workers=1))
        assert [(item.bericht.state, item.bericht.reason) for item in told] == [(State.HELD, "TlsError own_certificate")]
    assert speler(client.outbox.deliver()) == []  # no sooner than in an hour
    assert speler(client.outbox.counts())[State.HELD] == 2
    assert supplier.received == []
    repair()
    clock[0] += dt.timedelta(hours=1, minutes=1)
    told = speler(client.outbox.deliver(workers=1))
    assert [item.bericht.state for item in told] == [State.DELIVERED] * 2
    assert [item.path.rpartition("/")[2] for item in supplier.received] == ["registreren", "registreren-schooladviezen"]


def check_refused(speler: Speler, client: Any) -> None:
    for name in Calls.NAMES:
        with pytest.raises(TlsError) as caught:
            Calls.do(speler, client, name)
        error = caught.value
        assert (error.code, len(error.attempts), error.retryable) == ("own_certificate", 1, False)


def parties(pki: Pki, behind: str) -> dict[str, Any]:
    """What stands in the settings of a front."""
    front, las = pki.issue("voorkant", oin=SUPPLIER_OIN), pki.issue("doorgever", oin=LAS_OIN)
    return {"front": front, "las": las, "trust": pki.trust, "behind": behind}


@pytest.fixture
def supplier(test_pki: Pki) -> Iterator[Scripted]:
    with Scripted(test_pki, test_pki.issue("achter", oin=SUPPLIER_OIN), takes_in) as made:
        yield made


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("way", WAYS)
def test_nginx_refuses_us(way: str, version: str, test_pki: Pki, speler: Speler, supplier: Scripted, tmp_path: Path) -> None:
    showing, clock = Showing(test_pki, refused(test_pki, tmp_path, way)), [NOW]
    more = NOT_ASKED_FOR if way == "none shown" else ""
    with Front(with_nginx, tmp_path, **parties(test_pki, supplier.url), version=version, more=more) as front:
        client = make_client(speler, front.url, showing, tmp_path / "s.db", clock)
        check_refused(speler, client)
        repair = (lambda: front.start(more="")) if way == "none shown" else showing.repair
        hold_and_deliver(speler, client, clock, supplier, repair)


@pytest.mark.parametrize("command", [with_nginx, with_apache])
def test_the_command_line_says_77(
    command: Callable[..., list[str]], keten: Keten, run: command_line.Run, tmp_path: Path
) -> None:
    """The supplier does not know the root of our certificate, and later it does."""
    parties = (keten.directory / name for name in ("pki-servers/ice", "pki/las"))
    front, las = (Issued(Path(f"{party}.cert.pem"), Path(f"{party}.key.pem"), None) for party in parties)
    (ice,) = (item for item in keten.leveranciers if item.toetssoort == "ICE")
    (folder := tmp_path / "front").mkdir()
    named = {"front": front, "las": las, "behind": ice.base_url.rpartition("/")[0]}
    strangers = Pki(tmp_path / "elders").trust
    queue = ("deelnemers", "send", "deelnemers.csv", "--school", "99AA", "--leverancier", "ICE")
    with Front(command, folder, **named, version="TLSv1.3", trust=strangers) as server:
        config = tmp_path / "doorstroom.toml"
        text = config.read_text("utf-8")
        assert ice.base_url in text
        config.write_text(text.replace(ice.base_url, f"{server.url}/dst"), "utf-8")

        result = run(*queue)
        assert result.exit_code == 77, result.output
        assert "refuses our client certificate" in result.stderr
        assert run(*queue, "--queue").exit_code == 0
        result = run("outbox", "deliver", "--json")
        assert result.exit_code == 77
        assert json.loads(result.stdout)["outbox"]["held"] == 1
        assert "TlsError own_certificate" in run("outbox", "status", "--json").stdout
        assert keten.toetssystemen["ICE"].deelnemers(keten.school.oin) == []

        server.start(trust=keten.certificate.trust_files[0])
        assert run("outbox", "retry", "1").exit_code == 0  # or an hour later
        assert run("outbox", "deliver").exit_code == 0
        assert len(keten.toetssystemen["ICE"].deelnemers(keten.school.oin)) == 27


# --- a certificate that is asked for after the handshake, when the path is known


class AskingLater(RawServer):
    """Takes in a request under TLS 1.3, and only then asks for the certificate of the client."""

    def __init__(self, pki: Pki) -> None:
        self.shown: list[str | None] = []
        super().__init__(self._talk_on, pki, pki.issue("later", oin=SUPPLIER_OIN), change=self._ask_later)

    @staticmethod
    def _ask_later(context: ssl.SSLContext) -> None:
        context.post_handshake_auth = True
        context.minimum_version = ssl.TLSVersion.TLSv1_3

    def _talk_on(self, tls: ssl.SSLSocket) -> None:
        while True:
            read_request(tls)
            status, body = b"202 Accepted", b'{"melding": "Ontvangen."}'
            try:
                if not tls.getpeercert():
                    tls.verify_client_post_handshake()
                    self._wait_for_certificate(tls)
            except ssl.SSLError as error:
                if error.reason != "EXTENSION_NOT_RECEIVED":
                    raise
                status, body = b"403 Forbidden", PAGE_OF_APACHE
            self.shown.append(peer_oin(tls.getpeercert() or {}))
            tls.sendall(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))

    @staticmethod
    def _wait_for_certificate(tls: ssl.SSLSocket) -> None:
        tls.do_handshake()  # sends the question
        tls.setblocking(False)
        while not tls.getpeercert():
            select.select([tls], [], [], 10)
            with suppress(ssl.SSLWantReadError):
                tls.recv(0)
                tls.recv(1)
        tls.setblocking(True)


def test_a_certificate_that_is_asked_for_later(test_pki: Pki, speler: Speler) -> None:
    with AskingLater(test_pki) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        for _ in range(2):  # the second time over the same connection
            assert Calls.do(speler, client, "registreren").aantal == 1
    assert server.shown == [LAS_OIN] * 2
    assert server.connections == 1


def test_a_certificate_that_is_asked_for_later_and_refused(test_pki: Pki, speler: Speler, tmp_path: Path) -> None:
    showing, clock = Showing(test_pki, refused(test_pki, tmp_path, "another root")), [NOW]
    with AskingLater(test_pki) as server:
        client = make_client(speler, server.url, showing, tmp_path / "s.db", clock)
        check_refused(speler, client)
        speler(client.outbox.add(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier="ICE"))
        (told,) = speler(client.outbox.deliver())
        assert (told.bericht.state, told.bericht.reason) == (State.HELD, "TlsError own_certificate")
        showing.repair()
        clock[0] += dt.timedelta(hours=1, minutes=1)
        (told,) = speler(client.outbox.deliver())
        assert told.bericht.state is State.DELIVERED
    assert server.shown == [LAS_OIN]


def test_who_does_not_offer_it_is_told_about_the_certificate(test_pki: Pki, speler: Speler, tmp_path: Path) -> None:
    """Such as a transport of one's own; and it shows that the server above asks."""
    showing = Showing(test_pki, test_pki.issue("las", oin=LAS_OIN))
    showing.context.post_handshake_auth = False
    with AskingLater(test_pki) as server:
        client = make_client(speler, server.url, showing, tmp_path / "s.db", [NOW])
        with pytest.raises(TlsError) as caught:
            Calls.do(speler, client, "registreren")
    assert caught.value.code == "own_certificate"
    assert server.shown == [None]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("way", WAYS[:3])
def test_apache_asks_per_path(
    way: str, version: str, test_pki: Pki, speler: Speler, supplier: Scripted, tmp_path: Path
) -> None:
    showing, clock = Showing(test_pki, refused(test_pki, tmp_path, way)), [NOW]
    with Front(with_apache, tmp_path, **parties(test_pki, supplier.url), version=version) as front:
        client = make_client(speler, front.url, showing, tmp_path / "s.db", clock)
        check_refused(speler, client)
        hold_and_deliver(speler, client, clock, supplier, showing.repair)
