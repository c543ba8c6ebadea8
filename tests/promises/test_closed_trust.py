"""T4: trust comes from the configured roots alone, and nothing in the environment has a say in who is called or trusted."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from faults_support import answer, crl_bundle, make_crl, served
from support import OTHER_OIN, SCHOOL, SUPPLIER_OIN
from support.wire import ADVIEZEN, Calls, Speler, certificate, leverancier, plain_port

from doorstroom_client import Adviezenlijst, ClientCertificate, Leverancier
from doorstroom_client.errors import ConfigurationError, TlsError
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport.tls import client_context, server_context

PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY")
CONTEXTS: list[Callable[[ClientCertificate], ssl.SSLContext]] = [client_context, server_context]


@pytest.fixture
def strange(tmp_path: Path) -> Pki:
    """A PKI that nobody configured."""
    return Pki(tmp_path / "strange")


def test_what_the_machine_trusts_is_not_trusted(
    test_pki: Pki, speler: Speler, strange: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(strange.trust))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(strange.trust))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(strange.trust))
    machine = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    machine.load_default_certs()
    assert len(machine.get_ca_certs()) == 1  # the trap is set
    with served(answer(202), pki=strange, oin=SUPPLIER_OIN, trust=test_pki.trust) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(TlsError) as caught:
            Calls.do(speler, client, "registreren")
        assert (caught.value.code, server.requests, server.bytes_received) == ("untrusted", [], 0)


@pytest.mark.parametrize("make", CONTEXTS)
def test_no_store_of_the_machine_is_opened(
    test_pki: Pki, make: Callable[[ClientCertificate], ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the store of the machine was opened")

    for name in ("load_default_certs", "set_default_verify_paths"):
        monkeypatch.setattr(ssl.SSLContext, name, refuse)
    context = make(certificate(test_pki))
    assert context.cert_store_stats() == {"x509": 1, "x509_ca": 1, "crl": 0}
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.keylog_filename is None


def test_bundled_roots_are_not_used(test_pki: Pki, speler: Speler, strange: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    certifi = pytest.importorskip("certifi")
    monkeypatch.setattr(certifi, "where", lambda: str(strange.trust))
    with served(answer(202), pki=strange, oin=SUPPLIER_OIN, trust=test_pki.trust) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with pytest.raises(TlsError):
            Calls.do(speler, client, "registreren-schooladviezen")
        assert server.bytes_received == 0


@pytest.mark.parametrize("call", Calls.NAMES)
def test_proxies_of_the_environment_are_not_used(
    test_pki: Pki, speler: Speler, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with plain_port() as (port, caught), served(answer(202), pki=test_pki, oin=SUPPLIER_OIN) as server:
        for name in PROXIES:
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        with suppress(Exception):
            Calls.do(speler, client, call)
        assert len(server.requests) == 1
    assert caught == []


def test_a_netrc_file_adds_no_password(test_pki: Pki, speler: Speler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / ".netrc"
    netrc.touch(mode=0o600)
    netrc.write_text("machine localhost login jan password geheim\ndefault login jan password geheim\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    with served(answer(202), pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        Calls.do(speler, client, "registreren")
    (request,) = server.requests
    assert request.header("authorization") is None
    assert request.header("cookie") is None


def test_no_keys_of_a_session_are_written(
    test_pki: Pki, speler: Speler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    with served(answer(202), pki=test_pki, oin=SUPPLIER_OIN) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        Calls.do(speler, client, "registreren")
    assert len(server.requests) == 1
    assert not log.exists()
    ssl.create_default_context()
    assert log.exists()  # the trap works


@pytest.mark.parametrize("files", ["two files", "one file"])
def test_two_roots_at_once(test_pki: Pki, speler: Speler, strange: Pki, tmp_path: Path, files: str) -> None:
    trust: tuple[Path, ...] = (test_pki.trust, strange.trust)
    if files == "one file":
        both_roots = tmp_path / "both.pem"
        both_roots.write_bytes(b"".join(path.read_bytes() for path in trust))
        trust = (both_roots,)
    with (
        served(answer(202), pki=test_pki, oin=SUPPLIER_OIN) as old,
        served(answer(202), pki=strange, oin=OTHER_OIN, trust=test_pki.trust) as new,
    ):
        client = speler.client(
            certificate=replace(certificate(test_pki), trust=trust),
            leveranciers=[
                Leverancier("ICE", SUPPLIER_OIN, old.url, "Oud"),
                Leverancier("DIA", OTHER_OIN, new.url, "Nieuw"),
            ],
        )
        for test in ("ICE", "DIA"):
            assert speler(client.send(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier=test)).aantal == 1
    assert (len(old.requests), len(new.requests)) == (1, 1)


def root(folder: Path, name: str) -> Path:
    """A root certificate with a chosen name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize("make", CONTEXTS)
@pytest.mark.parametrize("name", ["TRIAL Invented Private Root", "Invented Trial Root"])
def test_test_roots_and_real_roots_do_not_stand_together(
    test_pki: Pki, tmp_path: Path, make: Callable[[ClientCertificate], ssl.SSLContext], name: str
) -> None:
    trial, good = root(tmp_path, name), certificate(test_pki)
    whole = tmp_path / "both.pem"
    whole.write_bytes(test_pki.trust.read_bytes() + trial.read_bytes())
    for trust in ((test_pki.trust, trial), (trial, test_pki.trust), (whole,)):
        with pytest.raises(ConfigurationError) as caught:
            make(replace(good, trust=trust))
        assert caught.value.setting == "certificate.trust"
    make(replace(good, trust=(trial,)))
    make(replace(good, trust=(test_pki.trust,)))


@pytest.mark.parametrize("make", CONTEXTS)
def test_a_file_with_revocation_lists_brings_no_root(
    test_pki: Pki, strange: Pki, tmp_path: Path, make: Callable[[ClientCertificate], ssl.SSLContext]
) -> None:
    smuggled = tmp_path / "lists.pem"
    smuggled.write_bytes(crl_bundle(strange).read_bytes() + make_crl(test_pki).read_bytes())
    with suppress(ConfigurationError):
        context = make(replace(certificate(test_pki), crls=smuggled))
        assert context.cert_store_stats()["x509_ca"] == 1


def test_a_file_with_revocation_lists_opens_no_connection_to_a_stranger(
    test_pki: Pki, speler: Speler, strange: Pki, tmp_path: Path
) -> None:
    smuggled = tmp_path / "lists.pem"
    smuggled.write_bytes(crl_bundle(strange).read_bytes() + make_crl(test_pki).read_bytes())
    with served(answer(202), pki=strange, oin=SUPPLIER_OIN, trust=test_pki.trust) as server:
        with pytest.raises((TlsError, ConfigurationError)):
            Calls.do(
                speler,
                speler.client(
                    certificate=replace(certificate(test_pki), crls=smuggled), leveranciers=[leverancier(server.url)]
                ),
                "registreren",
            )
        assert server.bytes_received == 0
