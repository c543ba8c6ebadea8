"""What was found in files about certificates: each certificate once, with its files and keys."""

from __future__ import annotations

import datetime as dt
import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.parties.certificate_check import ORDER_ANOTHER, OTHER_KEY
from doorstroom_client.parties.certificate_check import Use as Use
from doorstroom_client.parties.x509 import Certificate, is_of_a_person, organisation_of

if TYPE_CHECKING:
    from doorstroom_client.parties.pieces import PrivateKey, RevocationList


_FOR_AUTHENTICATION = "Install the certificate for authentication, and not the one for encryption or for signing documents"


class Role(StrEnum):
    """What a certificate is for others."""

    LEAF = "leaf"
    INTERMEDIATE = "intermediate"
    ROOT = "root"


@frozen
class Found:
    """A certificate that was found.

    Attributes:
        certificate: itself.
        files: where it stands.
        keys: the files with its private key.
        issuer_at: where it says that its issuer can be fetched; empty when it does not.
    """

    certificate: Certificate
    files: tuple[str, ...]
    keys: tuple[str, ...]
    issuer_at: str = ""

    @property
    def role(self) -> Role:
        """What it is for others."""
        if not self.certificate.is_ca or (self.certificate.is_root and self.keys):
            return Role.LEAF  # one that is signed by itself is no issuer because its maker says so
        return Role.ROOT if self.certificate.is_root else Role.INTERMEDIATE

    @property
    def usages(self) -> tuple[Use, ...]:
        """What it may be shown for."""
        listed = self.certificate.usages
        fit = self.certificate.signs and self.certificate.key_for_tls
        return tuple(use for use in Use if fit and (listed is None or use.value[0] in listed))

    @property
    def not_for_tls(self) -> tuple[str, str] | None:
        """Why it may be shown to nobody, and the next step; None when it may."""
        if self.usages:
            return None
        if not self.certificate.key_for_tls:
            return OTHER_KEY, ORDER_ANOTHER
        if not self.certificate.signs:
            return "its keyUsage has no digitalSignature", _FOR_AUTHENTICATION
        return "its extendedKeyUsage has neither clientAuth nor serverAuth", _FOR_AUTHENTICATION

    @property
    def organisation(self) -> str:
        """The organisation that it is about; empty when it names none."""
        return organisation_of(self.certificate)

    @property
    def name(self) -> str:
        """How to call it; the name of a person is not told."""
        if is_of_a_person(self.certificate):
            return "(in the name of a person)"
        return self.certificate.name

    @property
    def fingerprint(self) -> str:
        """SHA-256 over it, as issuers publish it."""
        return hashlib.sha256(self.certificate.der).digest().hex(":").upper()


@frozen
class FoundKey:
    """A private key that was found.

    Attributes:
        file: where it stands.
        key: itself.
        owners: the certificates that it belongs to.
    """

    file: str
    key: PrivateKey
    owners: tuple[Certificate, ...]


@frozen
class Unread:
    """A file that could not be read.

    Attributes:
        file: its name.
        problem: why not.
        hint: the next step.
    """

    file: str
    problem: str
    hint: str


@frozen
class Survey:
    """Everything that was found.

    Attributes:
        certificates: ours first, roots last.
        keys: the private keys.
        lists: the revocation lists, each with its file.
        unread: files that could not be read.
        passed_over: files about something else, and what is no file.
        requests: files with a certificate request.
        now: the moment that counts, UTC.
    """

    certificates: tuple[Found, ...]
    keys: tuple[FoundKey, ...]
    lists: tuple[tuple[str, RevocationList], ...]
    unread: tuple[Unread, ...]
    passed_over: tuple[str, ...]
    requests: tuple[str, ...]
    now: dt.datetime

    @property
    def roots(self) -> tuple[Found, ...]:
        """The roots; that they were sent along is no reason to trust them."""
        return tuple(item for item in self.certificates if item.role is Role.ROOT)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing about certificates."""
        return not (self.certificates or self.keys or self.lists or self.requests or self.unread)

    @property
    def loose_keys(self) -> tuple[FoundKey, ...]:
        """The keys that were opened and belong to nothing here."""
        return tuple(item for item in self.keys if item.key.public and not item.owners)
