"""Files about certificates, opened and taken apart: encryptions old and new, loose encodings, and what is damaged."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization as serial
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from support import LAS_OIN
from support.ssl_maker import LEGACY, make_key, needs_openssl, openssl

from doorstroom_client.parties.certificate_forms import Form, UnusableError, as_pem, certificates_of, form_of
from doorstroom_client.parties.opened import open_key, open_pkcs12
from doorstroom_client.parties.taken_apart import take_apart
from doorstroom_client.parties.x509 import children
from doorstroom_client.simulator.pki import Issued, Pki

SECRET = "geheim"
DER, PEM = serial.Encoding.DER, serial.Encoding.PEM


@pytest.fixture(scope="module")
def issued(test_pki: Pki) -> Issued:
    return test_pki.issue("las-opened", oin=LAS_OIN)


def key_of(issued: Issued) -> Any:
    return serial.load_pem_private_key(issued.key.read_bytes(), None)


def p12(issued: Issued, password: str = SECRET, *, certificates: bool = True) -> bytes:
    own, *others = x509.load_pem_x509_certificates(issued.cert.read_bytes()) if certificates else [None]
    return pkcs12.serialize_key_and_certificates(
        b"x", key_of(issued), own, others, serial.BestAvailableEncryption(password.encode())
    )


def loosely(der: bytes, depth: int = 3) -> bytes:
    """The same in BER: lengths are left open, as Java and older programs write them."""
    made = b""
    for tag, content in children(der):
        if tag & 0x20 and depth:
            made += bytes([tag, 0x80]) + loosely(content, depth - 1) + b"\0\0"
        else:
            size = len(content)
            length = bytes([size]) if size < 0x80 else bytes([0x82]) + size.to_bytes(2, "big")
            made += bytes([tag]) + length + content
    return made


def words(*given: str) -> Any:
    return lambda: iter(given)


def test_pkcs12_with_open_lengths(issued: Issued) -> None:
    data = loosely(p12(issued))
    assert data[:2] == b"\x30\x80"
    assert form_of(data) is Form.PKCS12
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert len(certificates_of(data, "x", SECRET).certificates) == 2
    assert warned == []


def test_pkcs12_of_a_key_alone(issued: Issued) -> None:
    data = p12(issued, certificates=False)
    assert open_pkcs12(data, "x", SECRET).key is not None
    with pytest.raises(UnusableError, match="holds no certificate"):
        certificates_of(data, "x", SECRET)


def test_the_certificate_of_the_key_comes_first(issued: Issued, test_pki: Pki) -> None:
    own, middle = x509.load_pem_x509_certificates(issued.cert.read_bytes())
    other = x509.load_pem_x509_certificate(test_pki.issue("een-ander", oin=LAS_OIN).cert.read_bytes())
    data = pkcs12.serialize_key_and_certificates(
        b"x", key_of(issued), None, [middle, other, own], serial.BestAvailableEncryption(b"geheim")
    )
    assert certificates_of(data, "x", SECRET).certificates[0].der == own.public_bytes(DER)


@pytest.mark.parametrize("password", ["", "gehéim €", "x" * 200])
def test_passphrases_of_all_kinds(issued: Issued, password: str) -> None:
    if password:
        assert certificates_of(p12(issued, password), "x", password)
        for other in (password[:-1], password + "x"):
            with pytest.raises(UnusableError) as caught:
                certificates_of(p12(issued, password), "x", other)
            assert caught.value.passphrase
    own = key_of(issued)
    how = serial.BestAvailableEncryption(password.encode()) if password else serial.NoEncryption()
    for form in (PEM, DER):
        found = open_key(own.private_bytes(form, serial.PrivateFormat.PKCS8, how), "x", password)
        assert found.private_numbers() == own.private_numbers()  # type: ignore[union-attr]


@needs_openssl
@pytest.mark.parametrize(
    ("how", "old"),
    [
        (("-v1", "PBE-MD5-DES"), ""),
        (("-v1", "PBE-SHA1-RC2-40"), ""),
        (("-v1", "PBE-SHA1-3DES"), ""),
        (("-scrypt",), ""),
        (("-v1", "PBE-SHA1-DES"), "PBE-SHA1-DES"),
        (("-v2", "des-cbc"), "DES-CBC"),
    ],
)
def test_keys_in_old_encryptions(how: tuple[str, ...], old: str, tmp_path: Path) -> None:
    """Most that OpenSSL 3 has put aside are read all the same; the others are told with the command."""
    made = tmp_path / "oud.key"
    openssl("pkcs8", "-topk8", "-in", make_key(tmp_path / "k"), "-passout", "pass:geheim", "-out", made, *how, *LEGACY)
    if old:
        with pytest.raises(UnusableError, match=f"is encrypted with {old}") as caught:
            open_key(made.read_bytes(), str(made), SECRET)
        assert "openssl pkcs8 -topk8" in caught.value.hint
    else:
        open_key(made.read_bytes(), str(made), SECRET)
    (key,) = take_apart(made.read_bytes(), "x", words()).keys
    assert (key.encrypted, key.key) == (True, None)
    for passphrases in (words("fout"), words("fout", "ook fout")):
        with pytest.raises(UnusableError):
            take_apart(made.read_bytes(), "x", passphrases)


def test_everything_in_one_text(issued: Issued, test_pki: Pki) -> None:
    chain = x509.load_pem_x509_certificates(issued.cert.read_bytes())
    several = pkcs7.serialize_certificates([test_pki.root.certificate], PEM)
    text = b"Bag Attributes\r\n    friendlyName: las\r\n" + issued.key.read_bytes() + several + chain[0].public_bytes(PEM)
    assert form_of(text) is Form.PEM
    found = take_apart(text, "x", words())
    assert [item.is_root for item in found.certificates] == [True, False]
    assert (len(found.keys), found.keys[0].encrypted) == (1, False)
    assert "kind='EC 256'" in repr(found.keys[0])
    assert "key=" not in repr(found.keys[0])


@pytest.mark.parametrize("data", [b"0123 456 789\n", b"hallo", b"0", b"\x30\x03\x02\x01", b"\x89PNG\r\n"])
def test_what_is_about_something_else(data: bytes) -> None:
    assert as_pem(data, "x") == data
    for call in (lambda: take_apart(data, "x", words(SECRET)), lambda: certificates_of(data, "x", SECRET)):
        with pytest.raises(UnusableError, match="holds no readable certificate"):
            call()


def damaged(*whole: bytes) -> Iterator[bytes]:
    """Each with a byte that is another, a part that is missing, or cut short."""
    rnd = random.Random(20261130)
    for data in whole:
        for _ in range(60):
            at, size = rnd.randrange(len(data)), rnd.randrange(1, 40)
            yield data[:at] + bytes([rnd.randrange(256)]) + data[at + 1 :]
            yield data[:at] + data[at + size :]
            yield data[:at]


def test_what_is_damaged_has_a_sentence(issued: Issued, test_pki: Pki) -> None:
    der = x509.load_pem_x509_certificate(issued.cert.read_bytes()).public_bytes(DER)
    several = pkcs7.serialize_certificates([test_pki.root.certificate], DER)
    plain = key_of(issued).private_bytes(DER, serial.PrivateFormat.PKCS8, serial.NoEncryption())
    for data in damaged(der, several, plain, issued.cert.read_bytes(), issued.key.read_bytes()):
        as_pem(data, "x")
        for call in (lambda: take_apart(data, "x", words(SECRET)), lambda: certificates_of(data, "x", SECRET)):  # noqa: B023
            with suppress(UnusableError):
                call()
