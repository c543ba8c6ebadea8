"""Reads three facts from a certificate: its OINs and its validity.

The standard library shows these facts only for a verified peer, and a full X.509 library is a heavy dependency for three
fields. This reader verifies nothing: it is used on our own certificate, and on certificates that TLS has verified already.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
from collections.abc import Iterator

from doorstroom_client.frozen import frozen

_SERIAL_NUMBER = bytes([0x55, 0x04, 0x05])  # 2.5.4.5, the subject attribute that holds the OIN (PKIoverheid)
_OBJECT_ID, _UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x06, 0x17, 0x18, 0xA0
_TEXT = {0x0C: "utf-8", 0x13: "ascii", 0x16: "ascii", 0x14: "latin-1", 0x1E: "utf-16-be"}
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s(.+?)-----END CERTIFICATE-----", re.DOTALL)


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


def only_oin(serial_numbers: tuple[str, ...]) -> str | None:
    """The OIN among the subject's serial numbers: there must be exactly one, in the right form."""
    fits = len(serial_numbers) == 1 and re.fullmatch(r"[0-9A-Z]{20}", serial_numbers[0])
    return serial_numbers[0] if fits else None


def read_pem(pem: bytes) -> CertificateFacts:
    """Read the first certificate of a PEM text.

    Raises:
        ValueError: there is none, or it cannot be read.
    """
    found = _PEM.search(pem)
    if not found:
        raise ValueError("no certificate in this PEM text")
    return read_der(base64.b64decode(b"".join(found.group(1).split())))


def read_der(der: bytes) -> CertificateFacts:
    """Read a certificate in DER.

    Raises:
        ValueError: it cannot be read.
    """
    try:
        certificate = _children(der)[0][1]
        fields = _children(_children(certificate)[0][1])
        offset = 1 if fields[0][0] == _VERSION else 0
        validity, subject = fields[offset + 3][1], fields[offset + 4][1]
        start, end = (_moment(tag, content) for tag, content in _children(validity))
        return CertificateFacts(tuple(_serial_numbers(subject)), start, end)
    except (IndexError, UnicodeDecodeError, ValueError):
        raise ValueError("not a certificate") from None


def _serial_numbers(subject: bytes) -> Iterator[str]:
    for _, names in _children(subject):
        for _, name in _children(names):
            (kind, oid), (text_kind, text) = _children(name)
            if kind == _OBJECT_ID and oid == _SERIAL_NUMBER:
                yield text.decode(_TEXT.get(text_kind, "latin-1"))  # a rare kind of text counts all the same


def _children(content: bytes) -> list[tuple[int, bytes]]:
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
