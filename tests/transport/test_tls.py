"""Our own certificate and trust: what is refused at the start, and what an SSLContext is like."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import threading
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as serial
from support import LAS_OIN

from doorstroom_client import ClientCertificate
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties.setting_file import SecurityWarning, warn_when_shared
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport.tls import client_context, server_context

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@pytest.fixture
def good(test_pki: Pki) -> ClientCertificate:
    issued = test_pki.issue("las", oin=LAS_OIN)
    return ClientCertificate(issued.cert, issued.key, test_pki.trust)


def encrypted(key: Path, target: Path, password: bytes, form: serial.PrivateFormat) -> Path:
    loaded = serial.load_pem_private_key(key.read_bytes(), None)
    target.write_bytes(loaded.private_bytes(serial.Encoding.PEM, form, serial.BestAvailableEncryption(password)))
    target.chmod(0o600)
    return target


def refusal(certificate: ClientCertificate) -> ConfigurationError:
    texts = set()
    for make in (client_context, server_context):
        with pytest.raises(ConfigurationError) as caught:
            make(certificate)
        texts.add(str(caught.value))
    assert len(texts) == 1
    return caught.value


def test_the_context(good: ClientCertificate) -> None:
    context = client_context(good)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert not context.hostname_checks_common_name
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    names = {item["name"] for item in context.get_ciphers()}
    assert names
    assert all("GCM" in name or "CHACHA20" in name for name in names)
    assert not any(name.startswith(("AES", "DHE")) for name in names)
    assert len(context.get_ca_certs()) == 1
    assert context.keylog_filename is None


def test_the_server_context_wants_a_certificate(good: ClientCertificate) -> None:
    context = server_context(good)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert {item["name"] for item in context.get_ciphers()} == {item["name"] for item in client_context(good).get_ciphers()}


def test_several_roots(good: ClientCertificate, tmp_path: Path) -> None:
    second = Pki(tmp_path / "pki")
    assert len(client_context(replace(good, trust=[second.trust, str(good.trust)])).get_ca_certs()) == 2
    assert replace(good, trust=str(second.trust)).trust_files == (second.trust,)


def test_facts(good: ClientCertificate) -> None:
    assert good.facts().oin == LAS_OIN


def test_key_and_certificate_in_one_file(good: ClientCertificate, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(Path(good.cert).read_bytes() + Path(good.key or "").read_bytes())
    both.chmod(0o600)
    assert client_context(ClientCertificate(both, trust=good.trust)).get_ca_certs()


@pytest.mark.parametrize("name", ["cert", "key", "trust"])
def test_a_missing_file(good: ClientCertificate, tmp_path: Path, name: str) -> None:
    for path in (tmp_path / "weg.pem", tmp_path):
        error = refusal(replace(good, **{name: path}))
        assert error.setting == f"certificate.{name}"
        assert "cannot read" in str(error)


@pytest.mark.parametrize("name", ["cert", "key", "trust"])
@pytest.mark.parametrize("content", [b"", b"rommel", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_garbled_file(good: ClientCertificate, tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / "x.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    assert refusal(replace(good, **{name: path})).setting == f"certificate.{name}"


def test_no_trust(good: ClientCertificate) -> None:
    for nothing in ((), []):
        error = refusal(replace(good, trust=nothing))
        assert error.setting == "certificate.trust"
        assert "missing" in str(error)


def test_a_key_of_another_certificate(good: ClientCertificate, test_pki: Pki) -> None:
    error = refusal(replace(good, key=test_pki.issue("ander", oin=None).key))
    assert error.setting == "certificate.key"
    assert "does not belong" in str(error)


@pytest.mark.parametrize("form", [serial.PrivateFormat.PKCS8, serial.PrivateFormat.TraditionalOpenSSL])
@pytest.mark.parametrize("password", [None, "fout", ""])
def test_an_encrypted_key(good: ClientCertificate, tmp_path: Path, form: serial.PrivateFormat, password: str | None) -> None:
    key = encrypted(Path(good.key or ""), tmp_path / "enc.pem", b"geheim", form)
    error = refusal(replace(good, key=key, password=password))
    assert "certificate.password" in str(error)
    assert ("wrong" if password else "encrypted") in str(error)
    assert "geheim" not in str(error)
    assert client_context(replace(good, key=key, password="geheim"))


def test_a_password_longer_than_openssl_takes(good: ClientCertificate, tmp_path: Path) -> None:
    key = encrypted(Path(good.key or ""), tmp_path / "enc.pem", b"geheim", serial.PrivateFormat.PKCS8)
    assert refusal(replace(good, key=key, password="x" * 5000)).setting == "certificate.key"


@pytest.mark.parametrize(
    ("validity", "text"),
    [({"not_after": NOW - DAY}, "ended on"), ({"not_before": NOW + DAY}, "starts on")],
)
def test_not_valid_now(good: ClientCertificate, test_pki: Pki, validity: dict[str, Any], text: str) -> None:
    issued = test_pki.issue("oud", oin=LAS_OIN, **validity)
    error = refusal(replace(good, cert=issued.cert, key=issued.key))
    assert error.setting == "certificate.cert"
    assert text in str(error)
    assert f"{next(iter(validity.values())):%Y-%m-%d}" in str(error)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620], ids=oct)
def test_a_shared_key_gives_a_warning(good: ClientCertificate, mode: int) -> None:
    path = Path(good.key or "")
    path.chmod(mode)
    try:
        with pytest.warns(SecurityWarning, match="chmod 600"):
            client_context(good)
    finally:
        path.chmod(0o600)


def test_no_warning_without_reason(good: ClientCertificate, tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        warn_when_shared(Path(good.key or ""), "x")
        warn_when_shared(tmp_path / "weg", "x")
    assert seen == []


def test_a_repr_shows_no_password(good: ClientCertificate) -> None:
    assert "geheim" not in repr(replace(good, password="geheim"))


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "left to whoever reads first"])
def test_a_receiver_may_leave_the_handshake_for_later(at_once: bool, good: ClientCertificate) -> None:
    ours, theirs = socket.socketpair()
    seen: list[bytes | None] = []

    def call() -> None:
        with client_context(good).wrap_socket(theirs, server_hostname="localhost") as connection:
            seen.append(connection.getpeercert(binary_form=True))
            connection.sendall(b"dag")

    caller = threading.Thread(target=call)
    caller.start()
    with server_context(good).wrap_socket(ours, server_side=True, do_handshake_on_connect=at_once) as connection:
        assert (connection.version() is not None) is at_once
        assert connection.recv(3) == b"dag"
        caller.join()
        assert seen == [connection.getpeercert(binary_form=True)]


def test_a_handshake_that_fails_leaves_no_socket_open(good: ClientCertificate) -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises(ssl.SSLError):
            server_context(good).wrap_socket(ours, server_side=True)
        theirs.settimeout(10)
        with contextlib.suppress(ConnectionResetError):  # an end as well: of our words not all were read
            while theirs.recv(100):
                pass
