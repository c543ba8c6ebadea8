"""What is told of real servers that are wrong in one thing: openssl s_server, nginx, Apache and the simulator's own."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from faults_support.server import served
from support import LAS_OIN, SUPPLIER_OIN
from support.processes import free_port, installed, nginx, running
from support.ssl_maker import Authority, needs_openssl, openssl, s_server, together
from support.verbinding import Look, told, wrong
from support.wire import Scripted, Speler, certificate, leverancier

from doorstroom_client import ApiKey, ClientCertificate, Staat
from doorstroom_client.connection_checks import ConnectionChecks
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.simulator.faults import answer as answering
from doorstroom_client.simulator.https import Answer
from doorstroom_client.simulator.pki import Defect, Pki
from doorstroom_client.simulator.tls_variants import CBC, STATIC_RSA, TLS_1_1, TlsVariant
from doorstroom_client.transport.live import LiveContext
from doorstroom_client.transport.tls import client_context

DAY = dt.timedelta(days=1)
VERSIONS = ("-tls1_2", "-tls1_3")


def shown(pki: Pki, **more: Any) -> tuple[object, ...]:
    """The arguments for a server with a certificate of the supplier and its intermediate."""
    issued = pki.issue("voor", **{"oin": SUPPLIER_OIN, **more})
    return "-cert", issued.cert, "-key", issued.key, "-cert_chain", issued.cert


@needs_openssl
@pytest.mark.parametrize(
    ("args", "punt", "code", "words"),
    [
        (("-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"), "tls", "too_old", "nothing below TLS 1.2"),
        (("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"), "tls", "no_cipher", "no cipher suite"),
    ],
)
def test_what_a_server_of_openssl_speaks(
    args: tuple[str, ...], punt: str, code: str, words: str, test_pki: Pki, look: Look, tmp_path: Path
) -> None:
    with s_server(tmp_path, *shown(test_pki), *args) as url:
        found = look(url)
    assert wrong(found) == {punt: code}
    assert words in told(found, punt)
    assert not found


@needs_openssl
@pytest.mark.parametrize("version", VERSIONS)
def test_a_server_that_sends_its_certificate_alone(version: str, test_pki: Pki, look: Look, tmp_path: Path) -> None:
    issued = test_pki.issue("alleen", oin=SUPPLIER_OIN)
    with s_server(tmp_path, "-cert", issued.cert, "-key", issued.key, version) as url:  # it takes the first of the file
        found = look(url)
    hidden = version == "-tls1_3"
    assert wrong(found) == {"chain": "unseen" if hidden else "incomplete_chain"}
    assert ("cannot be seen under TLS 1.3" if hidden else '"Simulator Intermediate"') in told(found, "chain")


@needs_openssl
def test_what_tls_1_3_hides_is_seen_under_tls_1_2(test_pki: Pki, look: Look, tmp_path: Path) -> None:
    issued = test_pki.issue("alleen", oin=SUPPLIER_OIN)
    with s_server(tmp_path, "-cert", issued.cert, "-key", issued.key) as url:
        found = look(url)
    assert wrong(found) == {"chain": "incomplete_chain"}
    assert 'send the intermediate "Simulator Intermediate"' in told(found, "chain")


@needs_openssl
def test_roots_that_are_sent_along(test_pki: Pki, look: Look, tmp_path: Path) -> None:
    root = Authority(tmp_path / "a", "Vreemde Top")
    leaf = root.leaf("toets", "serverAuth")
    with s_server(tmp_path, "-cert", leaf.cert, "-key", leaf.key, "-cert_chain", root.cert) as url:
        found = look(url)
        assert wrong(found) == {"chain": "untrusted"}
        assert 'under another root, "Vreemde Top"' in told(found, "chain")
    made = tmp_path / "self.pem"
    openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=van de fabriek", "-keyout", made, "-out", tmp_path / "c"
    )
    for version, name in (("-tls1_2", ' "van de fabriek"'), ("-tls1_3", "")):
        with s_server(tmp_path, "-cert", tmp_path / "c", "-key", made, version) as url:
            found = look(url)
        assert wrong(found) == {"chain": "self_signed"}
        assert f"The certificate{name} was signed by itself" in told(found, "chain")


@needs_openssl
@pytest.mark.parametrize(
    ("root_ends", "issuer_ends", "code", "words"),
    [
        (99, -1, "expired", 'The certificate "Bedachte Uitgever" ended on'),
        (-1, 99, "root_expired", "the root above it, in certificate.trust, has ended"),
    ],
)
def test_what_has_ended_above_a_certificate(
    root_ends: int, issuer_ends: int, code: str, words: str, test_pki: Pki, look: Look, tmp_path: Path
) -> None:
    root = Authority(tmp_path / "a", "Bedachte Root", days=(-9, root_ends))
    issuer = Authority(tmp_path / "b", "Bedachte Uitgever", root, days=(-9, issuer_ends))
    leaf, ours = issuer.leaf("toets", "serverAuth"), certificate(test_pki)
    ours = ClientCertificate(ours.cert, ours.key, [test_pki.trust, root.cert])
    with s_server(tmp_path, "-cert", leaf.cert, "-key", leaf.key, "-cert_chain", issuer.cert) as url:
        found = look(url, certificate=ours)
    assert wrong(found) == {"their end date": code}
    assert words in told(found, "their end date")


@needs_openssl
@pytest.mark.parametrize("sent", ["all", "without the highest", "without the lowest"])
def test_which_of_several_intermediates_is_missing(sent: str, test_pki: Pki, look: Look, tmp_path: Path) -> None:
    root = Authority(tmp_path / "a", "Bedachte Root")
    domain = Authority(tmp_path / "b", "Bedacht Domein", root)
    tsp = Authority(tmp_path / "c", "Bedachte Uitgever", domain)
    leaf = tsp.leaf("toets", "serverAuth")
    chain = {"all": (tsp.cert, domain.cert), "without the highest": (tsp.cert,), "without the lowest": (domain.cert,)}[sent]
    sends = ("-cert", leaf.cert, "-key", leaf.key, "-cert_chain", together(tmp_path / "chain.pem", *chain))
    ours = certificate(test_pki)
    ours = ClientCertificate(ours.cert, ours.key, [test_pki.trust, root.cert])
    with s_server(tmp_path, *sends) as url:
        found = look(url, certificate=ours, leveranciers=[leverancier(url, "00000003990000010000")], seconds=3)
    chain_found = found.bevinding("chain")
    assert chain_found is not None
    if sent == "all":
        assert chain_found.code == "complete"
    elif sent == "without the lowest":
        assert chain_found.code == "incomplete_chain"
        assert '"Bedachte Uitgever", which issued "toets", is not sent along' in chain_found.tekst
    else:  # whether that name is of a root or of an intermediate cannot be known
        assert chain_found.code == "unclear"
        assert 'ends at "Bedachte Uitgever", issued by "Bedacht Domein"' in chain_found.tekst
        with s_server(tmp_path, *sends) as url:  # unless it stands in our own file
            more = together(tmp_path / "las.pem", Path(ours.cert), domain.cert)
            ours = ClientCertificate(more, ours.key, [test_pki.trust, root.cert])
            assert wrong(look(url, certificate=ours)) == {"chain": "incomplete_chain"}


def revoked(pki: Pki, cert: Path, target: Path) -> Path:
    """A list in which this certificate stands."""
    serial, now = x509.load_pem_x509_certificate(cert.read_bytes()).serial_number, dt.datetime.now(dt.UTC)
    entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - DAY).build()
    issuer = pki.intermediate
    made = x509.CertificateRevocationListBuilder(issuer.certificate.subject, now - DAY, now + DAY).add_revoked_certificate(
        entry
    )
    target.write_bytes(made.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return target


@needs_openssl
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (("-CAfile", "{other}"), "unknown_ca", "does not know the root or the intermediate"),
        (("-CAfile", "{trust}", "-attime", "4102444800"), "certificate_expired", "says that our certificate has ended"),
        (("-CAfile", "{trust}", "-CRL", "{revoked}", "-crl_check"), "certificate_revoked", "was revoked"),
    ],
)
def test_a_server_that_refuses_our_certificate(
    args: tuple[str, ...], code: str, words: str, version: str, test_pki: Pki, look: Look, tmp_path: Path
) -> None:
    ours = certificate(test_pki)
    files = {"other": Pki(tmp_path / "elders").trust, "revoked": revoked(test_pki, Path(ours.cert), tmp_path / "revoked.pem")}
    asks = [part.format(trust=test_pki.trust, **files) for part in args]
    with s_server(tmp_path, *shown(test_pki), version, "-Verify", 3, "-verify_return_error", *asks) as url:
        found = look(url, certificate=ours)
    assert wrong(found) == {"own certificate": code}
    assert words in told(found, "own certificate")
    assert found.bevinding("tls").staat is Staat.OK  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("defect", "punt", "code", "words"),
    [
        (Defect.EXPIRED, "their end date", "expired", '"defect-expired" ended on'),
        (Defect.NOT_YET_VALID, "their end date", "not_yet_valid", "clock of this machine first"),
        (Defect.WRONG_HOST, "host", "wrong_host", "not for localhost; it is for elders.example"),
        (Defect.OTHER_CA, "chain", "other_key", "a root of that name is in certificate.trust, but with another key"),
        (Defect.OTHER_OIN, "oin", "other_oin", f"and {SUPPLIER_OIN} is configured"),
        (Defect.NO_OIN, "oin", "no_oin", "carries no OIN"),
    ],
)
def test_a_certificate_that_is_wrong(defect: Defect, punt: str, code: str, words: str, test_pki: Pki, look: Look) -> None:
    issued = test_pki.issue_defect(defect, oin=SUPPLIER_OIN)
    with Scripted(test_pki, issued, lambda _: Answer(404)) as server:
        found = look(server.url)
        assert server.received == []  # nothing is sent to who is not proven to be the party
    assert wrong(found) == {punt: code}
    assert words in told(found, punt)


def test_another_root(test_pki: Pki, look: Look, tmp_path: Path) -> None:
    issued = Pki(tmp_path / "vreemd", name="Vreemde").issue("toets", oin=SUPPLIER_OIN)
    with Scripted(test_pki, issued, lambda _: Answer(404)) as server:
        found = look(server.url)
    assert wrong(found) == {"chain": "untrusted"}
    assert '"Vreemde Root"' in told(found, "chain")


@pytest.mark.parametrize(("variant", "code"), [(TLS_1_1, "too_old"), (CBC, "no_cipher"), (STATIC_RSA, "no_cipher")])
def test_ways_of_speaking_tls(variant: TlsVariant, code: str, test_pki: Pki, look: Look) -> None:
    with served(answering(404), pki=test_pki, oin=SUPPLIER_OIN, tls=variant) as server:
        assert wrong(look(server.url)) == {"tls": code}


@pytest.mark.parametrize(("days", "staat"), [(200, Staat.OK), (31, Staat.OK), (29, Staat.ATTENTION)])
def test_end_dates(days: int, staat: Staat, test_pki: Pki, look: Look) -> None:
    ends = dt.datetime.now(dt.UTC) + days * DAY + dt.timedelta(hours=1)
    issued = test_pki.issue("toets", oin=SUPPLIER_OIN, not_after=ends)
    with Scripted(test_pki, issued, lambda _: Answer(404)) as server:
        found = look(server.url, certificate=certificate(test_pki, not_after=ends))
    for punt in ("their end date", "our end date"):
        item = found.bevinding(punt)
        assert item is not None
        assert (item.staat, item.dagen) == (staat, days)
    assert found.staat is staat
    assert found


@pytest.mark.parametrize(
    ("answer", "punt", "staat", "code"),
    [
        (Answer(401), "answer", Staat.OK, "answers"),
        (Answer(405, b"x", "text/html"), "answer", Staat.OK, "answers"),
        (Answer(200, b"", "application/json"), "answer", Staat.OK, "answers"),
        (Answer(200, b"<p>", "text/html"), "answer", Staat.ATTENTION, "web_page"),
        (Answer(302, headers=(("Location", "https://elders.example/"),)), "answer", Staat.ATTENTION, "redirect"),
        (Answer(502, b"<p>", "text/html"), "answer", Staat.ATTENTION, "server_error"),
        (Answer(403), "answer", Staat.ATTENTION, "forbidden"),
        (Answer(418), "answer", Staat.ATTENTION, "odd_status"),
        (Answer(404), "own certificate", Staat.OK, "accepted"),
        (Answer(400, b"<p>", "text/html"), "own certificate", Staat.WRONG, "refused_in_http"),
        (Answer(404), "clock", Staat.NOT_SEEN, "no_date"),
        (Answer(404, headers=(("Date", "yesterday"),)), "clock", Staat.NOT_SEEN, "no_date"),
        (Answer(404, headers=(("Date", "{now}"),)), "clock", Staat.OK, "same"),
        (Answer(404, headers=(("Date", "{late}"),)), "clock", Staat.ATTENTION, "apart"),
    ],
)
def test_answers(answer: Answer, punt: str, staat: Staat, code: str, test_pki: Pki, look: Look) -> None:
    now = dt.datetime.now(dt.UTC)
    moments = {"{now}": now, "{late}": now - dt.timedelta(minutes=5)}
    dated = tuple(
        (name, f"{moments[text]:%a, %d %b %Y %H:%M:%S GMT}" if text in moments else text) for name, text in answer.headers
    )
    shown = Answer(answer.status, answer.body, answer.content_type, dated)
    with Scripted(test_pki, test_pki.issue("toets", oin=SUPPLIER_OIN), lambda _: shown) as server:
        found = look(server.url, leveranciers=[replace(leverancier(server.url), auth=ApiKey("X-Sleutel", "geheim"))])
        (request,) = server.received
    item = found.bevinding(punt)
    assert item is not None
    assert (item.staat, item.code) == (staat, code)
    assert (request.method, request.path, request.query, request.body) == ("HEAD", "/dst", (), b"")
    assert {name.lower() for name, _ in request.headers} == {"host", "user-agent", "accept", "connection"}


NGINX = """
server {{
  listen 127.0.0.1:{port} ssl;
  ssl_certificate {front.cert};
  ssl_certificate_key {front.key};
  ssl_protocols {version};
  ssl_client_certificate {trust};
  ssl_verify_depth 2;
  {more}
  location / {{ return 404; }}
}}
"""
NO_KIND_OF_OURS = "ssl_verify_client on; ssl_conf_command ClientSignatureAlgorithms RSA-PSS+SHA256:RSA+SHA256;"
APACHE = """
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
Mutex file:{folder}
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so
SSLEngine on
SSLProtocol {version}
SSLCertificateFile {front.cert}
SSLCertificateKeyFile {front.key}
SSLCACertificateFile {trust}
SSLVerifyDepth 2
<Location {more}>
  SSLVerifyClient require
</Location>
"""


def with_nginx(folder: Path, named: dict[str, Any]) -> list[str]:
    return nginx(folder, NGINX.format(**named))


def with_apache(folder: Path, named: dict[str, Any]) -> list[str]:
    (folder / "apache.conf").write_text(APACHE.format(folder=folder, **named))
    return [installed("apache2"), "-f", str(folder / "apache.conf"), "-DFOREGROUND"]


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize(
    ("command", "more", "code"),
    [
        (with_nginx, "ssl_verify_client on;", "accepted"),
        (with_nginx, "ssl_verify_client off;", "not_asked"),
        (with_nginx, "ssl_verify_client on; ssl_client_certificate {other};", "refused_in_http"),
        (with_nginx, NO_KIND_OF_OURS, "none_shown"),
        (with_apache, "/dst", "accepted_at_path"),
        (with_apache, "/elders", "not_asked"),
    ],
    ids=["asks", "does not ask", "another root", "another kind", "asks at this path", "asks at another path"],
)
def test_whether_our_certificate_is_asked_for(
    command: Callable[..., list[str]], more: str, code: str, version: str, test_pki: Pki, look: Look, tmp_path: Path
) -> None:
    port, front, trust = free_port(), test_pki.issue("voorkant", oin=SUPPLIER_OIN), test_pki.trust
    if "{other}" in more:
        more, trust = "ssl_verify_client on;", Pki(tmp_path / "elders").trust
    named = {"port": port, "front": front, "version": version, "trust": trust, "more": more}
    with running(command(tmp_path, named), port, tmp_path):
        found = look(f"https://localhost:{port}")
    item = found.bevinding("own certificate")
    assert item is not None
    assert item.code == code
    assert found.bevinding("tls").tekst.startswith(version.replace("v", " "))  # type: ignore[union-attr]


def test_nothing_can_be_reached(test_pki: Pki, look: Look) -> None:
    found = look("https://bestaat-niet.invalid")
    assert wrong(found) == {"name": "name"}
    assert "does not resolve" in told(found, "name")
    found = look(f"https://localhost:{free_port()}")
    assert wrong(found) == {"port": "refused"}
    assert "closed" in told(found, "port")
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:  # who comes after these is not let in, nor refused
        queue = [socket.socket() for _ in range(3)]
        for each in queue:
            each.setblocking(False)
            each.connect_ex(full.getsockname())
        found = look(f"https://localhost:{full.getsockname()[1]}", seconds=1)
        for each in queue:
            each.close()
    assert wrong(found) == {"port": "timeout"}
    assert "firewall" in told(found, "port")
    assert {item.code for item in found.bevindingen if item.staat is Staat.NOT_SEEN} == {"not_reached"}


def test_every_context_has_every_check_on(test_pki: Pki, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also that of the second look, which is for the certificates that TLS 1.3 hides."""
    made: list[ssl.SSLContext] = []
    usual = ssl.SSLContext.wrap_bio

    def wrap_bio(self: ssl.SSLContext, *args: Any, **more: Any) -> ssl.SSLObject:
        made.append(self)
        return usual(self, *args, **more)

    monkeypatch.setattr(ssl.SSLContext, "wrap_bio", wrap_bio)
    with Scripted(test_pki, test_pki.issue_defect(Defect.OTHER_CA, oin=SUPPLIER_OIN), lambda _: Answer(404)) as server:
        assert wrong(look(server.url)) == {"chain": "other_key"}
    real = client_context(certificate(test_pki))
    assert [item.maximum_version for item in made] == [real.maximum_version, ssl.TLSVersion.TLSv1_2]
    for context in made:
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
        assert context.get_ciphers() == real.get_ciphers()
        assert context.get_ca_certs() == real.get_ca_certs()
        assert (context.verify_flags, context.minimum_version) == (real.verify_flags, real.minimum_version)


def test_a_second_look_that_cannot_be_made_says_less(test_pki: Pki, speler: Speler, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of a new pair of files is there: real calls go on with the old one."""

    def another(_: LiveContext) -> ssl.SSLContext:
        raise ConfigurationError("certificate.key: it does not belong to the certificate")

    with Scripted(test_pki, test_pki.issue_defect(Defect.OTHER_CA, oin=SUPPLIER_OIN), lambda _: Answer(404)) as server:
        given = {"certificate": certificate(test_pki), "leveranciers": [leverancier(server.url)]}
        client = speler.client(**given)
        monkeypatch.setattr(LiveContext, "another", another)
        assert wrong(speler(client.check_verbinding("ICE"))) == {"chain": "unseen"}


def test_the_context_is_the_one_of_real_calls(test_pki: Pki, speler: Speler) -> None:
    client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier("https://localhost:1")])
    checks = ConnectionChecks(client._operations, client._runtime.resources.live, client._runtime.apart, 20.0)
    assert checks._means().context() is client._runtime.resources.context()


def test_the_check_stands_beside_the_calls(test_pki: Pki, speler: Speler) -> None:
    """It counts in no circuit, is not stopped by one, and is told as one event without an address."""
    events: list[Any] = []
    url = f"https://localhost:{free_port()}"
    client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(url)], on_event=events.append)
    circuits = client._operations.circuits
    for _ in range(20):
        speler(client.check_verbinding("ICE", seconds=5))
    assert circuits.admit(leverancier(url).peer.base_url, object()) == 0
    for _ in range(20):
        circuits.failed(leverancier(url).peer.base_url, 1, 60.0, "")
    assert circuits.admit(leverancier(url).peer.base_url, object()) > 0
    assert wrong(speler(client.check_verbinding("ICE", seconds=5))) == {"port": "refused"}
    event = events[-1]
    assert (event.action, event.result, event.outcomes) == ("verbinding", "wrong", ("port: refused",))
    assert (event.actor, event.origin, event.object) == (SUPPLIER_OIN, LAS_OIN, "-")
    assert len(events) == 21
