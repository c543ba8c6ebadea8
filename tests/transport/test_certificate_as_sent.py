"""A certificate as it was sent, a PKCS#12 file above all: opened, shown, renewed, and never readable on the disk."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import ssl
import subprocess
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization as serial
from cryptography.hazmat.primitives.serialization import pkcs12
from support import LAS_OIN
from support.wire import handshake

from doorstroom_client import ClientCertificate, ServerCertificate
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.events import Event
from doorstroom_client.simulator.pki import Issued, Pki
from doorstroom_client.transport import live, load_own
from doorstroom_client.transport.tls import client_context, server_context

SECRET = "een-wachtwoord-dat-nergens-staat"
KEYTOOL = shutil.which("keytool")
needs_keytool = pytest.mark.skipif(not KEYTOOL, reason="the program keytool is not installed")


def p12(issued: Issued, target: Path, password: str = SECRET, *, key: bool = True) -> Path:
    """The certificate with its intermediate and key in one file."""
    own, *others = x509.load_pem_x509_certificates(issued.cert.read_bytes())
    secret: Any = serial.load_pem_private_key(issued.key.read_bytes(), None)
    how = serial.BestAvailableEncryption(password.encode()) if password else serial.NoEncryption()
    mine = (secret, own) if key else (None, None)
    made = pkcs12.serialize_key_and_certificates(b"las", *mine, [own, *others][key:], how)
    target.write_bytes(made)
    target.chmod(0o600)
    return target


@pytest.fixture
def file(test_pki: Pki, tmp_path: Path) -> Path:
    return p12(test_pki.issue("las-p12", oin=LAS_OIN), tmp_path / "las.p12")


@pytest.mark.parametrize("kind", [ClientCertificate, ServerCertificate])
def test_from_pkcs12(kind: type[ClientCertificate], file: Path, test_pki: Pki) -> None:
    ours = kind.from_pkcs12(file, password=SECRET, trust=test_pki.trust)
    assert isinstance(ours, kind)
    assert ours == kind(file, password=SECRET, trust=test_pki.trust)
    assert ours.facts().oin == LAS_OIN
    assert SECRET not in repr(ours)
    assert handshake(server_context(ours), client_context(ours)) is None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    load_own(context, ours)
    context.load_verify_locations(test_pki.trust)
    assert handshake(server_context(ours), context) is None


def test_the_root_in_it_is_not_trusted(file: Path, test_pki: Pki, tmp_path: Path) -> None:
    other = Pki(tmp_path / "pki")
    ours = ClientCertificate.from_pkcs12(file, password=SECRET, trust=other.trust)
    assert [root["serialNumber"] for root in client_context(ours).get_ca_certs()] == [
        f"{other.root.certificate.serial_number:X}".zfill(len(f"{other.root.certificate.serial_number:X}") + 1 & ~1)
    ]
    with pytest.raises(ConfigurationError, match=r"certificate\.trust is missing"):
        client_context(ClientCertificate.from_pkcs12(file, password=SECRET))


@pytest.mark.parametrize(
    ("names", "change", "said"),
    [
        (0, lambda file, _: {"password": "fout"}, "its passphrase is wrong, or it is damaged ({2})"),
        (0, lambda file, _: {"password": None}, "is encrypted; give its passphrase ({2})"),
        (0, lambda file, _: {"password": ""}, "is encrypted; give its passphrase ({2})"),
        (0, lambda file, _: file.write_bytes(file.read_bytes()[:-40]), "its passphrase is wrong, or it is damaged ({2})"),
        (0, lambda file, _: file.write_bytes(b"\xfe\xed\xfe\xed\0\0\0\2"), "is a keystore of Java (.jks)"),
        (1, lambda file, issued: p12(issued, file, key=False), "holds certificates and no private key"),
        (0, lambda file, _: file.unlink(), "cannot read"),
    ],
)
@pytest.mark.parametrize("kind", [ClientCertificate, ServerCertificate])
def test_refused(
    kind: type[ClientCertificate],
    names: int,
    change: Callable[[Path, Issued], Any],
    said: str,
    file: Path,
    test_pki: Pki,
) -> None:
    changed = change(file, test_pki.issue("zonder", oin=LAS_OIN))
    given = {"password": SECRET, **(changed if isinstance(changed, dict) else {})}
    with pytest.raises(ConfigurationError) as caught:
        kind.from_pkcs12(file, trust=test_pki.trust, **given)
    error = caught.value
    assert error.setting == kind.names[names]
    assert str(error).startswith(f"{kind.names[names]}: ")
    assert said.format(*kind.names) in error.message
    assert error.hint
    assert error.__context__ is None
    frames = traceback.StackSummary.extract(list(traceback.walk_tb(error.__traceback__))[1:], capture_locals=True)
    shown = [f"{frame.name}: {value}" for frame in frames for value in (frame.locals or {}).values()]
    assert not [text for text in shown if SECRET in text]


def test_the_key_never_lies_readable_on_the_disk(file: Path, test_pki: Pki, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    seen: list[tuple[int, bytes]] = []
    load = ssl.SSLContext.load_cert_chain

    def spy(context: ssl.SSLContext, cert: Any, key: Any = None, password: Any = None) -> None:
        seen.append((Path(key).stat().st_mode & 0o777, Path(key).read_bytes()))
        assert Path(key).parent == tmp_path / "tmp"
        load(context, cert, key, password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", spy)
    for _ in range(2):
        client_context(ClientCertificate(file, password=SECRET, trust=test_pki.trust))
    assert [mode for mode, _ in seen] == [0o600, 0o600]
    assert all(b"BEGIN ENCRYPTED PRIVATE KEY" in text and b"BEGIN PRIVATE KEY" not in text for _, text in seen)
    for password in (SECRET.encode(), b"", None):
        with pytest.raises((ValueError, TypeError)):
            serial.load_pem_private_key(seen[0][1], password)
    assert seen[0][1] != seen[1][1]
    assert list((tmp_path / "tmp").iterdir()) == []


def test_without_a_place_for_it_that_is_said(file: Path, test_pki: Pki, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "weg"))
    with pytest.raises(ConfigurationError, match="no temporary file can be made") as caught:
        client_context(ClientCertificate(file, password=SECRET, trust=test_pki.trust))
    assert "TMPDIR" in (caught.value.hint or "")


def test_a_new_p12_is_taken_over_and_half_of_one_is_not(file: Path, test_pki: Pki, monkeypatch: Any) -> None:
    events: list[Event] = []
    monkeypatch.setattr(live, "LOOK_EVERY", 0.0)
    using = live.LiveContext(
        ClientCertificate(file, password=SECRET, trust=test_pki.trust), events.append, now=lambda: dt.datetime.now(dt.UTC)
    )
    first, old = using.current(), using.chain
    whole = p12(test_pki.issue("las-nieuw", oin=LAS_OIN), file.with_suffix(".new")).read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert using.current() is first
    file.write_bytes(whole)
    assert using.current() is not first
    assert using.chain[0] != old[0]
    assert [event.result for event in events] == ["new files cannot be used: certificate.cert", "new files are in use"]


def test_after_a_fork_it_is_opened_again(file: Path, test_pki: Pki) -> None:
    ours = ClientCertificate.from_pkcs12(file, password=SECRET, trust=test_pki.trust)
    child = os.fork()
    if not child:
        try:
            os._exit(0 if handshake(server_context(ours), client_context(ours)) is None else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize("where", ["cert", "key"])
@pytest.mark.parametrize("given", ["pkcs11:token=las;object=sleutel?pin-value=1234", "map/PKCS11:token=las/x"])
def test_a_key_in_hardware_is_named(where: str, given: str) -> None:
    for kind in (ClientCertificate, ServerCertificate):
        with pytest.raises(ConfigurationError, match="in an HSM") as caught:
            kind(**{"cert": "las.pem", "key": "las.key", where: given})
        assert caught.value.setting == kind.names[["cert", "key"].index(where)]
        assert "1234" not in str(caught.value)


@needs_keytool
def test_keystores_of_java(test_pki: Pki, tmp_path: Path) -> None:
    first, second = (p12(test_pki.issue(f"java-{at}", oin=LAS_OIN), tmp_path / f"{at}.p12") for at in range(2))
    store, old = tmp_path / "store.p12", tmp_path / "store.jks"
    secrets = ("-srcstorepass", SECRET, "-deststorepass", SECRET, "-noprompt")

    def convert(source: Path, target: Path, kind: str, *more: str) -> None:
        command = [KEYTOOL or "", "-importkeystore", "-srckeystore", str(source), "-destkeystore", str(target)]
        subprocess.run([*command, "-deststoretype", kind, *secrets, *more], check=True, capture_output=True)
        target.chmod(0o600)

    convert(first, store, "PKCS12", "-srcalias", "las", "-destalias", "een")
    ours = ClientCertificate(store, password=SECRET, trust=test_pki.trust)
    assert handshake(server_context(ours), client_context(ours)) is None
    convert(first, old, "JKS")
    with pytest.raises(ConfigurationError, match=r"certificate\.cert: store\.jks is a keystore of Java") as caught:
        client_context(replace(ours, cert=old))
    words = (caught.value.hint or "").partition("keytool ")[2].split()
    subprocess.run([KEYTOOL or "", *words, *secrets], check=True, capture_output=True)
    Path(words[words.index("-destkeystore") + 1]).chmod(0o600)
    client_context(replace(ours, cert=words[words.index("-destkeystore") + 1]))
    convert(second, store, "PKCS12", "-srcalias", "las", "-destalias", "twee")
    with pytest.raises(ConfigurationError, match=r"store\.p12 holds 2 private keys") as caught:
        client_context(ours)
    assert f"keytool -importkeystore -srckeystore {store} -srcalias ALIAS" in (caught.value.hint or "")
