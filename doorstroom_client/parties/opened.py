"""Opens what the standard library cannot: PKCS#12, PKCS#7 and private keys in any form (extra ``certificates``).

What is opened stays in memory. No error of here holds anything of a key or passphrase.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.parties import pem
from doorstroom_client.parties.certificate_forms import Form, UnusableError, form_of
from doorstroom_client.parties.passphrase import why_none

_PLAIN_BAG, _SHUT_BAG = (bytes.fromhex(f"060b2a864886f70d010c0a01{last}") for last in ("01", "02"))
"""What stands before each private key in a PKCS#12 file: as it is, and encrypted."""
BROKEN = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension)
"""What cryptography raises for what it cannot take apart."""
_ONE_EACH = (
    "Make a file of one of them: keytool -importkeystore -srckeystore {name} -srcalias ALIAS -destkeystore one.p12 "
    "-deststoretype PKCS12 (keytool -list -keystore {name} shows each ALIAS)"
)
_WITHOUT_KEY = "Export it once more, with its private key; or give the file with the key apart"
_COPY = "Copy the whole file once more"
_PLAIN = "Save the passphrase as plain text (ASCII or UTF-8)"
_TRY = "Try it: openssl pkey -noout -in {name}"


@frozen
class Opened:
    """What a PKCS#12 file holds.

    Attributes:
        certificates: in DER, that of the private key first.
        key: the private key; None when there is none.
        plain: whether the key stands in it as it is, whatever passphrase the rest needs.
    """

    certificates: tuple[bytes, ...]
    key: PrivateKeyTypes | None = field(repr=False)
    plain: bool = False


def open_pkcs12(data: bytes, name: str, password: str | None) -> Opened:
    """Open a PKCS#12 file. No passphrase and an empty one are both tried, because programs take one for the other.

    Args:
        data: its content.
        name: of the file, for commands.
        password: its passphrase.

    Raises:
        UnusableError: it cannot be opened, or holds several private keys.
    """
    found: pkcs12.PKCS12KeyAndCertificates | None = None
    secrets = [_bytes(password)] if password else [None, b""]
    with unwarned():
        for secret in secrets:
            try:
                found = pkcs12.load_pkcs12(data, secret)
                break
            except BROKEN:
                continue
    if found is None:
        raise _closed(name, password)
    count = sum(data.count(mark) for mark in (_PLAIN_BAG, _SHUT_BAG))
    if count > 1:
        raise UnusableError(f"holds {count} private keys, and nothing says which is meant", _ONE_EACH.format(name=name))
    several = [item.certificate for item in (found.cert, *found.additional_certs) if item is not None]
    if found.key is not None:
        own = public_bytes(found.key.public_key())
        several.sort(key=lambda item: public_of(item) != own)
    return Opened(tuple(item.public_bytes(form.Encoding.DER) for item in several), found.key, _PLAIN_BAG in data)


@contextmanager
def unwarned() -> Iterator[None]:
    """What is written loosely, such as BER for DER, is read all the same, and nobody has to be warned of that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield


def _closed(name: str, password: str | None) -> UnusableError:
    if not password:
        return UnusableError("is encrypted; give its passphrase", "", passphrase=True)
    look = f"Try it: openssl pkcs12 -noout -in {name} (an old one: with -legacy); if that fails too, ask for the file again"
    return UnusableError("cannot be opened: its passphrase is wrong, or it is damaged", look, passphrase=True)


def open_pkcs7(data: bytes, name: str) -> tuple[bytes, ...]:
    """The certificates of a PKCS#7 file, in DER.

    Raises:
        UnusableError: it cannot be read, or holds none.
    """
    found: list[x509.Certificate] = []
    with suppress(*BROKEN), unwarned():
        found = pkcs7.load_der_pkcs7_certificates(data)
    if not found:
        raise UnusableError("is a PKCS#7 file in which no certificate can be read", f"Ask for the chain of {name} in PEM form")
    return tuple(item.public_bytes(form.Encoding.DER) for item in found)


def open_key(data: bytes, name: str, password: str | None) -> PrivateKeyTypes:
    """A private key, in PEM or DER, or in a PKCS#12 file.

    Args:
        data: the content of its file.
        name: of the file, for commands.
        password: its passphrase; not used when the key is not encrypted.

    Raises:
        UnusableError: it cannot be opened, or there is none.
    """
    written = form_of(data)
    if written is Form.PKCS12:
        key = open_pkcs12(data, name, password).key
        if key is None:
            raise UnusableError("holds certificates and no private key", _WITHOUT_KEY)
        return key
    load = form.load_pem_private_key if written is Form.PEM else form.load_der_private_key
    needed = refused = False
    for secret in (None, _bytes(password)) if password else (None,):
        try:
            return load(data, secret)
        except TypeError:  # it is encrypted
            needed = True
        except BROKEN:
            refused = True
    if needed and not password:
        raise UnusableError("is an encrypted private key; give its passphrase", "", passphrase=True)
    old = pem.left_behind(data) if refused else ""
    if old:
        raise UnusableError(f"is encrypted with {old}, which is no longer read", pem.CONVERT_KEY.format(name=name))
    if needed:
        raise UnusableError("cannot be opened: the passphrase is wrong", _TRY.format(name=name), passphrase=True)
    if written is Form.DER and pem.is_key_in_der(data):
        raise UnusableError("holds a private key that is damaged, or of a kind that is not known", _COPY)
    raise UnusableError(*pem.not_a_key(data, name))


def fits(key: PrivateKeyTypes, der: bytes) -> bool:
    """Whether a private key is that of a certificate in DER; so it is taken to be when its kind is not known here."""
    with unwarned(), suppress(*BROKEN):
        return public_of(x509.load_der_x509_certificate(der)) in (b"", public_bytes(key.public_key()))
    return True


def _bytes(password: str) -> bytes:
    """As cryptography takes it; of a NUL it would print the whole passphrase."""
    why = why_none(password)
    if why:
        raise UnusableError(f"cannot be opened: {why}", _PLAIN, passphrase=True)
    return password.encode("utf-8", "surrogateescape")


def public_of(certificate: x509.Certificate) -> bytes:
    """The public key of a certificate, to compare; empty when it is of a kind that is not known here."""
    try:
        return public_bytes(certificate.public_key())
    except BROKEN:  # such as a curve of its own
        return b""


def public_bytes(key: PublicKeyTypes) -> bytes:
    """A public key in DER."""
    return key.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)


def as_pem_key(key: PrivateKeyTypes, password: str | None) -> bytes:
    """A private key in PEM, encrypted when there is a passphrase."""
    how = form.BestAvailableEncryption(_bytes(password)) if password else form.NoEncryption()
    return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, how)
