"""Reads a few facts from a certificate: its OINs and validity, and of our own also names and usage.

The standard library shows these facts only for a verified peer, and a full X.509 library is a heavy dependency for a few
fields. This reader verifies nothing: it is used on our own certificates, on certificates that TLS has verified already, and to
say in words what is the matter with one that TLS has refused.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Iterable, Iterator
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.parties.pem_blocks import CERTIFICATES, Block, blocks

_SERIAL_NUMBER = bytes([0x55, 0x04, 0x05])  # 2.5.4.5, the subject attribute that holds the OIN (PKIoverheid)
_COMMON_NAME, _ORGANISATION = bytes([0x55, 0x04, 0x03]), bytes([0x55, 0x04, 0x0A])
_NAMES_OF_A_PERSON = bytes([0x55, 0x04, 0x04]), bytes([0x55, 0x04, 0x2A])  # surname, givenName
_KEY_USAGE, _ALTERNATIVE_NAMES, _CONSTRAINTS, _EXTENDED_USAGE = (bytes([0x55, 0x1D, last]) for last in (0x0F, 0x11, 0x13, 0x25))
_BOOLEAN, _OBJECT_ID, _UTC_TIME, _GENERALIZED_TIME, _VERSION, _EXTENSIONS = 0x01, 0x06, 0x17, 0x18, 0xA0, 0xA3
_KEYS_FOR_TLS = frozenset(
    map(bytes.fromhex, ("2a864886f70d010101", "2a864886f70d01010a", "2a8648ce3d0201", "2b6570", "2b6571"))
)
"""Object ids of RSA (two), EC, Ed25519 and Ed448."""
_SIGNATURE_BIT = 0x80
_DNS_NAME, _IP_ADDRESS = 0x82, 0x87
_TEXT = {0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii", 0x14: "latin-1", 0x1E: "utf-16-be"}


@frozen
class CertificateFacts:
    """What the library needs to know of a certificate.

    Attributes:
        serial_numbers: every ``serialNumber`` in the subject; an organisation certificate has exactly one, the OIN.
        not_before: start of validity, UTC.
        not_after: end of validity, UTC.
    """

    serial_numbers: tuple[str, ...]
    not_before: dt.datetime
    not_after: dt.datetime

    @property
    def oin(self) -> str | None:
        """The OIN: the only serialNumber, of 20 digits and capital letters; else None."""
        return only_oin(self.serial_numbers)


@frozen
class Certificate:
    """One of our own certificates, as far as a peer looks at it.

    Attributes:
        der: the certificate.
        facts: its OINs and validity.
        subject: the DER of the name of whom it is about.
        issuer: the DER of the name of who signed it.
        name: the common name of the subject, else its OIN; for texts.
        issuer_name: the common name of the issuer; for texts.
        usages: the DER of each extended key usage; None when it may be used for everything.
        signs: whether its key may sign, which every TLS handshake of today asks for.
        is_ca: whether it may issue others.
        key_for_tls: whether its key is of a kind that TLS uses: RSA, EC, Ed25519 or Ed448.
    """

    der: bytes
    facts: CertificateFacts
    subject: bytes
    issuer: bytes
    name: str
    issuer_name: str
    usages: frozenset[bytes] | None
    signs: bool
    is_ca: bool
    key_for_tls: bool = True

    @property
    def is_root(self) -> bool:
        """Whether it names itself as its issuer."""
        return self.subject == self.issuer


def only_oin(serial_numbers: tuple[str, ...]) -> str | None:
    """The OIN among the subject's serial numbers: there must be exactly one, in the right form."""
    fits = len(serial_numbers) == 1 and re.fullmatch(r"[0-9A-Z]{20}", serial_numbers[0])
    return serial_numbers[0] if fits else None


def peer_oin(certificate: Any) -> str | None:
    """The OIN in a certificate as `ssl.SSLSocket.getpeercert` gives it: the only serialNumber in the subject."""
    names = [pair for names in certificate.get("subject", ()) for pair in names]
    return only_oin(tuple(value for name, value in names if name == "serialNumber"))


def read_pem(pem: bytes) -> CertificateFacts:
    """Read the first certificate of a PEM text.

    Raises:
        ValueError: there is none, or it cannot be read.
    """
    found = next((block for block in _certificates(blocks(pem)) if block.ended), None)
    if found is None:
        raise ValueError("no certificate in this PEM text")
    return read_der(found.der)


def read_every(pem: bytes) -> tuple[Certificate, ...]:
    """Read all certificates of a PEM text, in order, as OpenSSL finds them in a file; empty when there is none.

    Raises:
        ValueError: one of them cannot be read, or does not end; the text says which.
    """
    made: list[Certificate] = []
    for at, found in enumerate(_certificates(blocks(pem, of_lines=True)), start=1):
        try:
            made.append(read_certificate(found.der if found.ended else b""))
        except ValueError:
            raise ValueError(f"certificate {at} in it is damaged") from None
    return tuple(made)


def _certificates(found: Iterable[Block]) -> Iterator[Block]:
    return (block for block in found if block.label in CERTIFICATES and block.inner[:1].isspace())


def read_certificate(der: bytes) -> Certificate:
    """Read one of our own certificates in DER; what follows it, such as OpenSSL's notes about trust, is left out.

    Raises:
        ValueError: it cannot be read.
    """
    facts = read_der(der)
    size = len(children(der)[0][1])
    der = der[: size + 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)]
    try:
        fields = children(children(children(der)[0][1])[0][1])
        offset = 1 if fields[0][0] == _VERSION else 0
        issuer, subject = fields[offset + 2][1], fields[offset + 4][1]
        extensions = _extensions(fields[offset + 6 :])
        usages = constraints = None
        signs = True
        if _EXTENDED_USAGE in extensions:
            usages = frozenset(oid for _, oid in children(children(extensions[_EXTENDED_USAGE])[0][1]))
        if _KEY_USAGE in extensions:
            bits = children(extensions[_KEY_USAGE])[0][1]
            signs = bool(bits[1:] and bits[1] & _SIGNATURE_BIT)
        if _CONSTRAINTS in extensions:
            constraints = children(children(extensions[_CONSTRAINTS])[0][1])
        is_ca = bool(constraints and constraints[0][0] == _BOOLEAN and any(constraints[0][1]))
        for_tls = children(children(fields[offset + 5][1])[0][1])[0][1] in _KEYS_FOR_TLS
        name, above = _common_name(subject) or facts.oin or "without a name", _common_name(issuer) or "without a name"
        return Certificate(der, facts, subject, issuer, name, above, usages, signs, is_ca, for_tls)
    except (IndexError, UnicodeDecodeError):
        raise ValueError("not a certificate") from None


def read_der(der: bytes) -> CertificateFacts:
    """Read a certificate in DER.

    Raises:
        ValueError: it cannot be read.
    """
    try:
        certificate = children(der)[0][1]
        fields = children(children(certificate)[0][1])
        offset = 1 if fields[0][0] == _VERSION else 0
        validity, subject = fields[offset + 3][1], fields[offset + 4][1]
        start, end = (_moment(tag, content) for tag, content in children(validity))
        return CertificateFacts(tuple(_serial_numbers(subject)), start, end)
    except (IndexError, UnicodeDecodeError, ValueError):
        raise ValueError("not a certificate") from None


def hosts_in(der: bytes) -> tuple[str, ...]:
    """The names and addresses that a certificate says it is for, in its subject alternative name.

    Raises:
        ValueError: it cannot be read.
    """
    try:
        fields = children(children(children(der)[0][1])[0][1])
        names = _extensions(fields).get(_ALTERNATIVE_NAMES)
        listed = [] if names is None else children(children(names)[0][1])
    except (IndexError, UnicodeDecodeError):
        raise ValueError("not a certificate") from None
    return tuple(
        content.decode("latin-1") if tag == _DNS_NAME else str(ipaddress.ip_address(content))
        for tag, content in listed
        if tag == _DNS_NAME or (tag == _IP_ADDRESS and len(content) in (4, 16))
    )


def organisation_of(certificate: Certificate) -> str:
    """The organisation that a certificate is about; empty when it names none."""
    try:
        return next(_texts(certificate.subject, _ORGANISATION), "")
    except ValueError:
        return ""


def is_of_a_person(certificate: Certificate) -> bool:
    """Whether a certificate is in the name of a person: its subject has a surname or given name."""
    try:
        return any(next(_texts(certificate.subject, oid), "") for oid in _NAMES_OF_A_PERSON)
    except ValueError:  # a name that cannot be read is one all the same
        return True


def _serial_numbers(subject: bytes) -> Iterator[str]:
    return _texts(subject, _SERIAL_NUMBER)


def _common_name(subject: bytes) -> str:
    return next(_texts(subject, _COMMON_NAME), "")


def _texts(subject: bytes, wanted: bytes) -> Iterator[str]:
    for _, names in children(subject):
        for _, name in children(names):
            (kind, oid), (text_kind, text) = children(name)
            if kind == _OBJECT_ID and oid == wanted:
                yield text.decode(_TEXT.get(text_kind, "latin-1"))  # a rare kind of text counts all the same


def _extensions(fields: list[tuple[int, bytes]]) -> dict[bytes, bytes]:
    """The content of each extension, by its object id."""
    listed = next((content for tag, content in fields if tag == _EXTENSIONS), None)
    if listed is None:
        return {}
    each = [children(item) for _, item in children(children(listed)[0][1])]
    return {parts[0][1]: parts[-1][1] for parts in each}  # between them may stand whether it is critical


def children(content: bytes) -> list[tuple[int, bytes]]:
    """The (tag, content) pairs that stand one after another in `content`."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(content):
        tag, length, at = content[at], content[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            if not 1 <= size <= 4:
                raise ValueError("unusable length")
            length, at = int.from_bytes(content[at : at + size], "big"), at + size
        if at + length > len(content):
            raise ValueError("cut short")
        found.append((tag, content[at : at + length]))
        at += length
    return found


def _moment(tag: int, content: bytes) -> dt.datetime:
    layout = {_UTC_TIME: "%y%m%d%H%M%SZ", _GENERALIZED_TIME: "%Y%m%d%H%M%SZ"}.get(tag, "")
    moment = dt.datetime.strptime(content.decode("ascii"), layout).replace(tzinfo=dt.UTC)
    if tag == _UTC_TIME and moment.year >= 2050:  # RFC 5280: two digits from 50 on mean 19xx
        moment = moment.replace(year=moment.year - 100)
    return moment
