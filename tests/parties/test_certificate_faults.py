"""Files and passphrases that once brought a reader down, kept it busy, or had it name a false cause."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization as serial
from cryptography.hazmat.primitives.serialization import pkcs12
from support import LAS_OIN

from doorstroom_client import ClientCertificate, ConfigurationError
from doorstroom_client.parties.certificate_forms import UnusableError, certificates_of
from doorstroom_client.parties.opened import open_key
from doorstroom_client.parties.passphrase import why_none, why_not_new
from doorstroom_client.parties.taken_apart import take_apart
from doorstroom_client.simulator.pki import Issued, Pki

SECRET = "geheim"
DER, PEM = serial.Encoding.DER, serial.Encoding.PEM
NO_PASSPHRASE = ["g\0e\0h\0", "\0", SECRET + "\0", "\ud800", "\ud83d"]


@pytest.fixture(scope="module")
def issued(test_pki: Pki) -> Issued:
    return test_pki.issue("las-gebroken", oin=LAS_OIN)


def key_of(issued: Issued) -> Any:
    return serial.load_pem_private_key(issued.key.read_bytes(), None)


def p12(issued: Issued) -> bytes:
    own, *others = x509.load_pem_x509_certificates(issued.cert.read_bytes())
    how = serial.BestAvailableEncryption(SECRET.encode())
    return pkcs12.serialize_key_and_certificates(b"x", key_of(issued), own, others, how)


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
