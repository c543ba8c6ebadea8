"""Files and passphrases that once brought a reader down, kept it busy, or had it name a false cause."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as serial
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from support import LAS_OIN
from support.p12s import SECRET, key_of, p12
from support.ssl_maker import needs_openssl, openssl

from doorstroom_client import ClientCertificate, ConfigurationError
from doorstroom_client.parties.certificate_forms import UnusableError, certificates_of
from doorstroom_client.parties.opened import open_key
from doorstroom_client.parties.passphrase import why_none, why_not_new
from doorstroom_client.parties.pem import left_behind
from doorstroom_client.parties.pem_blocks import blocks, cut_short
from doorstroom_client.parties.taken_apart import take_apart
from doorstroom_client.parties.x509 import read_certificate, read_pem
from doorstroom_client.receiving.verify import Trust
from doorstroom_client.simulator.pki import Issued, Pki
from doorstroom_client.transport.tls import client_context, server_context

DER, PEM = serial.Encoding.DER, serial.Encoding.PEM
NO_PASSPHRASE = ["g\0e\0h\0", "\0", SECRET + "\0", "\ud800", "\ud83d"]


@pytest.fixture(scope="module")
def issued(test_pki: Pki) -> Issued:
    return test_pki.issue("las-gebroken", oin=LAS_OIN)


def encrypted(issued: Issued, form: serial.Encoding) -> bytes:
    how = serial.BestAvailableEncryption(SECRET.encode())
    return bytes(key_of(issued).private_bytes(form, serial.PrivateFormat.PKCS8, how))


@pytest.mark.parametrize("word", NO_PASSPHRASE)
def test_what_no_passphrase_can_hold_reaches_no_library(word: str, issued: Issued, capfd: Any) -> None:
    """The library would end the program over a NUL, and print all of it."""
    opens: list[Callable[[], object]] = [
        lambda: certificates_of(p12(issued), "x", word),
        lambda: open_key(p12(issued), "x", word),
        lambda: open_key(encrypted(issued, PEM), "x", word),
        lambda: open_key(encrypted(issued, DER), "x", word),
        lambda: take_apart(p12(issued), "x", lambda: iter([word])),
    ]
    for opened in opens:
        with pytest.raises(UnusableError, match=r"UTF-16\?") as caught:
            opened()
        assert caught.value.passphrase
        assert word not in str(caught.value)
    assert take_apart(p12(issued), "x", lambda: iter([word, SECRET])).certificates
    with pytest.raises(ConfigurationError, match=r"^certificate\.password: the passphrase holds") as refused:
        ClientCertificate(Path("las.p12"), password=word)
    assert refused.value.hint
    assert capfd.readouterr() == ("", "")


def test_what_a_new_passphrase_may_be() -> None:
    assert [why_none(word) for word in ("", SECRET, "wächtwoord€😀", "\udcff", "x" * 5000)] == [""] * 5
    assert why_not_new("x" * 1023) == ""
    assert "longer than 1023 bytes" in why_not_new("x" * 1024)
    assert "longer than 1023 bytes" in why_not_new("€" * 400)
    assert all(why_not_new(word) for word in NO_PASSPHRASE)


BEGINNINGS = [
    label.join((b"-----BEGIN ", b"-----\n")) * 30_000
    for label in (b"CERTIFICATE", b"PKCS7", b"ENCRYPTED PRIVATE KEY", b"X509 CRL")
]


@pytest.mark.parametrize("text", BEGINNINGS, ids=lambda text: text[11:26].decode())
def test_a_text_of_beginnings_is_walked_over_once(text: bytes) -> None:
    """A search for an end from each beginning would be at it for many minutes."""
    assert len(list(blocks(text))) == 30_000
    assert left_behind(text) == ""
    for reader in (certificates_of, lambda data, name: take_apart(data, name, lambda: iter(()))):
        with pytest.raises(UnusableError) as caught:
            reader(text, "x")
        assert caught.value.hint
    for last in (text, text + b"-----END CERTIFICATE-----\n"):
        with pytest.raises(ValueError, match="certificate"):
            read_pem(last)
    with pytest.raises(ValueError, match="nothing of its kind|PEM|CRL"):
        Trust.read([], [], [text])


def test_blocks_of_all_kinds() -> None:
    text = (
        b"\xef\xbb\xbf-----BEGIN A-----\r\nQUJD\r\n-----END A-----\r\n-----END B-----\n"
        b" -----BEGIN B #2-----\nREVG\n-----END B #2-----\n-----BEGIN C-----\nQQ==\n-----BEGIN C-----\nQg==\n-----END C-----\n"
        b"-----BEGIN D-----\nQQ==\n-----END E-----\n-----BEGIN F-----"
    )
    found = [(block.label, block.ended) for block in blocks(text)]
    assert found == [("A", True), ("B #2", True), ("C", False), ("C", True), ("D", False), ("F", False)]
    assert [block.label for block in blocks(text, of_lines=True)] == ["A", "C", "C", "D", "F"]
    assert [block.der for block in blocks(text) if block.ended] == [b"ABC", b"DEF", b"B"]
    assert next(blocks(text)).whole == b"-----BEGIN A-----\r\nQUJD\r\n-----END A-----"
    assert (cut_short(text), cut_short(b"x -----BEGIN A-----"), cut_short(b"")) == ("C", "", "")


@pytest.mark.parametrize("what", ["las.key", "las.pem"])
def test_what_is_cut_off_at_the_end_is_a_finding(what: str, issued: Issued) -> None:
    whole, other = issued.cert.read_bytes(), issued.key.read_bytes()
    first, last = (whole, other) if what == "las.key" else (other, whole)
    found = take_apart(first + last[:-30], "x", lambda: iter(()))
    assert found.cut_short == ("PRIVATE KEY" if what == "las.key" else "CERTIFICATE")
    assert not take_apart(first + last, "x", lambda: iter(())).cut_short
    with pytest.raises(UnusableError, match="holds a PRIVATE KEY that begins and does not end"):
        take_apart(other[:-30], "x", lambda: iter(()))
    with pytest.raises(UnusableError, match="damaged or cut short"):
        certificates_of(whole[:-30], "x")


def other_key(kind: str) -> Any:
    if kind == "RSA":
        return rsa.generate_private_key(65537, 2048)
    return ed25519.Ed25519PrivateKey.generate() if kind == "Ed25519" else ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize("kind", ["RSA", "EC", "Ed25519"])
@pytest.mark.parametrize("form", ["PEM", "DER", "encrypted DER", "PKCS12"])
def test_a_key_of_another_certificate_is_told_as_that(
    kind: str, form: str, issued: Issued, test_pki: Pki, tmp_path: Path
) -> None:
    """Whatever the kind of the key and the form of its file; and nobody is told to convert what is read."""
    key, file = other_key(kind), tmp_path / "ander"
    how = serial.NoEncryption() if form in ("PEM", "DER") else serial.BestAvailableEncryption(SECRET.encode())
    if form == "PKCS12":
        file.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, None, None, how))
    else:
        file.write_bytes(key.private_bytes(PEM if form == "PEM" else DER, serial.PrivateFormat.PKCS8, how))
    file.chmod(0o600)
    ours = ClientCertificate(issued.cert, file, trust=test_pki.trust, password=SECRET)
    for context in (client_context, server_context):
        with pytest.raises(ConfigurationError, match=r"^certificate\.key: .*does not belong to the certificate") as caught:
            context(ours)
        assert caught.value.hint == "Give the key that its request was made with"


def test_a_key_in_der_where_a_certificate_is_asked_for(issued: Issued) -> None:
    for how in (serial.NoEncryption(), serial.BestAvailableEncryption(SECRET.encode())):
        der = key_of(issued).private_bytes(DER, serial.PrivateFormat.PKCS8, how)
        with pytest.raises(UnusableError, match="holds a private key and no certificate") as caught:
            certificates_of(der, "x")
        assert "openssl" not in caught.value.hint
    with pytest.raises(UnusableError, match="damaged, or of a kind that is not known"):
        open_key(b"\x30\x08\x02\x01\x00\x30\x03\x06\x01\x2a", "x", None)


def of_dsa(issued: Issued, folder: Path) -> tuple[Path, Path]:
    """A certificate with a key that no TLS uses, under the name of ours."""
    key, now = dsa.generate_private_key(1024), dt.datetime.now(dt.UTC)
    like, day = x509.load_pem_x509_certificate(issued.cert.read_bytes()), dt.timedelta(days=1)
    made = x509.CertificateBuilder(like.subject, like.subject, key.public_key(), 1, now - day, now + 90 * day)
    cert, file = folder / "dsa.pem", folder / "dsa.key"
    cert.write_bytes(made.sign(key_of(issued), hashes.SHA256()).public_bytes(PEM))
    file.write_bytes(key.private_bytes(PEM, serial.PrivateFormat.PKCS8, serial.NoEncryption()))
    file.chmod(0o600)
    return cert, file


def test_a_key_of_a_kind_that_tls_does_not_use(issued: Issued, test_pki: Pki, tmp_path: Path) -> None:
    cert, key = of_dsa(issued, tmp_path)
    with pytest.raises(ConfigurationError, match="is not for TLS: its key is of a kind that TLS does not use") as caught:
        client_context(ClientCertificate(cert, key, trust=test_pki.trust))
    assert caught.value.setting == "certificate.cert"
    assert all(item.key_for_tls for item in certificates_of(issued.cert.read_bytes(), "x").certificates)
    now, name = dt.datetime.now(dt.UTC), x509.Name([])
    for other in map(other_key, ("RSA", "EC", "Ed25519")):
        made = x509.CertificateBuilder(name, name, other.public_key(), 1, now, now).sign(key_of(issued), hashes.SHA256())
        assert read_certificate(made.public_bytes(DER)).key_for_tls


def test_from_pkcs12_takes_nothing_else(issued: Issued, test_pki: Pki, tmp_path: Path) -> None:
    file = tmp_path / "las.p12"
    both = issued.cert.read_bytes() + issued.key.read_bytes()
    leaf = x509.load_pem_x509_certificate(issued.cert.read_bytes())
    for content, form in ((issued.cert.read_bytes(), "PEM"), (both, "PEM"), (leaf.public_bytes(DER), "DER")):
        file.write_bytes(content)
        with pytest.raises(ConfigurationError, match=f"las.p12 is {form} and no PKCS#12") as caught:
            ClientCertificate.from_pkcs12(file, trust=test_pki.trust)
        assert caught.value.hint
    how = serial.BestAvailableEncryption(SECRET.encode())
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"x", other_key("EC"), None, [leaf], how))
    with pytest.raises(ConfigurationError, match="does not belong to the certificate"):
        ClientCertificate.from_pkcs12(file, password=SECRET, trust=test_pki.trust)


@needs_openssl
@pytest.mark.parametrize(("how", "encrypted_there"), [(("-keypbe", "NONE"), False), ((), True)])
def test_a_key_that_stands_open_in_a_p12(how: tuple[str, ...], encrypted_there: bool, issued: Issued, tmp_path: Path) -> None:
    file = tmp_path / "las.p12"
    given = ("-in", issued.cert, "-inkey", issued.key, "-passout", f"pass:{SECRET}", "-out", file)
    openssl("pkcs12", "-export", *given, *how)
    (key,) = take_apart(file.read_bytes(), "x", lambda: iter([SECRET])).keys
    assert key.encrypted is encrypted_there
