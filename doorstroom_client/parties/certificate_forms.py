"""Certificates in the form in which a trust service provider sends them: PEM, DER, PKCS#7 or PKCS#12, told by content.

PEM, and certificates and lists in DER, are read here. For the others the package cryptography is needed, which the extra
``certificates`` brings.
"""

from __future__ import annotations

import base64
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.extras import how_to_install
from doorstroom_client.parties import pem
from doorstroom_client.parties.pem_blocks import PKCS7S, blocks
from doorstroom_client.parties.x509 import Certificate, children, read_certificate, read_every

if TYPE_CHECKING:
    from types import ModuleType

_TIMES = (0x17, 0x18)


class Form(StrEnum):
    """How a file is written."""

    PEM = "PEM"
    DER = "DER"
    PKCS7 = "PKCS#7"
    PKCS12 = "PKCS#12"


class UnusableError(Exception):
    """A file that cannot be used as it is.

    Attributes:
        problem: why, for after the name of the file.
        hint: the next step; empty when a passphrase has to be given.
        passphrase: whether another passphrase may help.
    """

    def __init__(self, problem: str, hint: str, *, passphrase: bool = False) -> None:
        super().__init__(problem)
        self.problem: str = problem
        self.hint: str = hint
        self.passphrase: bool = passphrase

    def about(self, path: Path, setting: str, secret: str) -> ConfigurationError:
        """The error for a file of the configuration.

        Args:
            path: the file.
            setting: the setting that names it.
            secret: the setting of its passphrase.
        """
        told = f" ({secret})" if self.passphrase else ""
        hint = self.hint or f"Or name a file with it in DOORSTROOM_{secret.replace('.', '_').upper()}_FILE"
        return ConfigurationError(f"{setting}: {path.name} {self.problem}{told}", setting=setting, hint=hint)


@frozen
class Held:
    """The certificates of one file.

    Attributes:
        form: how it is written.
        certificates: those in it; of a PKCS#12 file that of its private key comes first.
    """

    form: Form
    certificates: tuple[Certificate, ...]


def form_of(data: bytes) -> Form:
    """How a file is written; what nothing else begins like is taken for PEM."""
    if pem.PKCS12.match(data):
        return Form.PKCS12
    if pem.PKCS7.match(data) or _is_pkcs7_alone(data):
        return Form.PKCS7
    return Form.DER if data[:1] == b"0" and b"-----BEGIN " not in data else Form.PEM


def _is_pkcs7_alone(data: bytes) -> bool:
    found = list(blocks(data))
    beside = any(item.label.endswith(("CERTIFICATE", "PRIVATE KEY")) for item in found)
    return not beside and any(item.ended and item.label in PKCS7S for item in found)


def certificates_of(data: bytes, name: str, password: str | None = None) -> Held:
    """The certificates in a file.

    Args:
        data: its content.
        name: of the file, for commands.
        password: of a PKCS#12 file.

    Raises:
        UnusableError: it holds none that can be read.
    """
    form = form_of(data)
    several: tuple[bytes, ...] = (data,)
    if form is Form.PKCS12:
        several = opener(data, name).open_pkcs12(data, name, password).certificates
    elif form is Form.PKCS7:
        several = opener(data, name).open_pkcs7(_plain(data), name)
    found: tuple[Certificate, ...] = ()
    with suppress(ValueError):
        found = read_every(data) if form is Form.PEM else tuple(map(read_certificate, several))
    if not found and form is Form.PKCS12:
        raise UnusableError("holds no certificate", "Export it once more, with the certificate; or give both apart, in PEM")
    if not found and form is Form.DER and pem.is_key_in_der(data):
        raise UnusableError("holds a private key and no certificate", "Give the file with the certificate here")
    if not found:
        raise UnusableError(*pem.not_a_certificate(data, name))
    return Held(form, found)


def opener(data: bytes, name: str) -> ModuleType:
    """The module that opens what the standard library cannot.

    Raises:
        UnusableError: the package that it needs is missing.
    """
    try:
        from doorstroom_client.parties import opened
    except ImportError:
        pass
    else:
        return opened
    problem, step = pem.not_a_key(data, name) if form_of(data) is Form.DER else pem.not_a_certificate(data, name)
    raise UnusableError(problem, f"{how_to_install('certificates')}. Or {step[:1].lower()}{step[1:]}")


def as_pem(data: bytes, name: str) -> bytes:
    """Certificates or a revocation list as PEM; what is PEM already, and what cannot be read, is given back as it is."""
    if form_of(data) is Form.PEM:
        return data
    if is_list(data):
        return _pem(data, "X509 CRL")
    with suppress(UnusableError):
        return b"".join(_pem(item.der, "CERTIFICATE") for item in certificates_of(data, name).certificates)
    return data


def is_list(data: bytes) -> bool:
    """Whether this is a revocation list in DER: only that has dates right in what is signed."""
    try:
        (signed, *others) = children(children(data)[0][1]) if form_of(data) is Form.DER else [(0, b"")]
        return len(others) == 2 and any(tag in _TIMES for tag, _ in children(signed[1]))
    except (ValueError, IndexError):
        return False


def _plain(data: bytes) -> bytes:
    """PKCS#7 without the lines of PEM around it."""
    found = next((item for item in blocks(data) if item.ended and item.label in PKCS7S), None)
    with suppress(ValueError):
        return found.der if found else data
    return b""


def _pem(der: bytes, label: str) -> bytes:
    lines = base64.encodebytes(der)  # 76 characters, which every program reads
    return b"".join((f"-----BEGIN {label}-----\n".encode(), lines, f"-----END {label}-----\n".encode()))
