"""What was found in files about certificates, and what there is to say of each of ours: its key, its chain, what is wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config.inspection import WARN_DAYS
from doorstroom_client.parties.certificate_check import Chain, by_name, by_signature
from doorstroom_client.parties.certificate_check import Use as Use
from doorstroom_client.parties.x509 import Certificate, is_of_a_person, organisation_of

if TYPE_CHECKING:
    from doorstroom_client.parties.taken_apart import PrivateKey, RevocationList


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
        return tuple(use for use in Use if self.certificate.signs and (listed is None or use.value[0] in listed))

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
        passed_over: files about something else.
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
    def loose_keys(self) -> tuple[FoundKey, ...]:
        """The keys that were opened and belong to nothing here."""
        return tuple(item for item in self.keys if item.key.public and not item.owners)

    def chains(self) -> tuple[OwnChain, ...]:
        """Each of our own certificates with its way up."""
        return tuple(self._chain(item) for item in self.certificates if item.role is Role.LEAF)

    def _chain(self, leaf: Found) -> OwnChain:
        by_itself = {item.certificate: item for item in self.certificates}
        others = (item for item in by_itself if item is not leaf.certificate)
        use = next(iter(leaf.usages), Use.CLIENT)
        chain = Chain("what was given", "chain", (leaf.certificate, *others), use, self.now, ordered=False)
        path = chain.path([item.certificate for item in self.roots], by_signature)
        wrong = [*self._of_time(leaf), *self._of_key(leaf), *self._of_gap(leaf, path)]
        wrong += [f"{found.text.removeprefix('chain: ')}. {found.hint}" for found in chain.issuers(path)]
        return OwnChain(leaf, tuple(by_itself[item] for item in path), tuple(wrong), tuple(self._odd(leaf)))

    def _of_time(self, leaf: Found) -> Iterator[str]:
        facts = leaf.certificate.facts
        if self.now > facts.not_after:
            yield f"it ended on {facts.not_after:%Y-%m-%d}. Install the one that took its place, or order one"
        elif self.now < facts.not_before:
            yield f"it starts on {facts.not_before:%Y-%m-%d}. Wait until then, or check the clock of this machine"

    def _of_key(self, leaf: Found) -> Iterator[str]:
        if not leaf.keys and self.loose_keys:
            files = ", ".join(item.file for item in self.loose_keys)
            yield f"the private key in {files} does not belong to it. Give the key that its request was made with"

    def _of_gap(self, leaf: Found, path: list[Certificate]) -> Iterator[str]:
        top = path[-1]
        if len(path) > 1:
            return
        if top.is_root:
            yield "it is signed by itself, so nobody vouches for it. Use the certificate that was issued to you"
            return
        issuer = f'the intermediate "{top.issuer_name}"'
        if any(by_name(top, item.certificate) for item in self.certificates):
            yield f"{issuer} that is there has another key than the one that signed it. Get the right one from the provider"
            return
        where = f"its issuer publishes it at {leaf.issuer_at}" if leaf.issuer_at else "ask the provider for it"
        yield f"{issuer} is missing, so others cannot build the chain. Put it beside the other files: {where}"

    def _odd(self, leaf: Found) -> Iterator[str]:
        facts = leaf.certificate.facts
        days = (facts.not_after - self.now).days
        if 0 <= days < WARN_DAYS:
            yield f"it ends in {days} days; order the next one"
        if is_of_a_person(leaf.certificate):
            yield "it is in the name of a person; the chain asks for one of an organisation"
        elif facts.oin is None:
            yield "it carries no OIN, which the chain asks for"
        if not leaf.usages:
            yield "it is not for TLS: it is one for encryption or for signing documents"
        if not leaf.keys and not self.loose_keys:
            closed = ", ".join(item.file for item in self.keys if not item.key.public)
            yield f"its key may be the one in {closed}: the passphrase shows it" if closed else "its private key is not there"


@frozen
class OwnChain:
    """One of our own certificates with its way up.

    Attributes:
        leaf: ours.
        path: it, followed by its issuers as far as they are there.
        wrong: what the other side would refuse it for, each with the next step.
        odd: what else there is to say.
    """

    leaf: Found
    path: tuple[Found, ...]
    wrong: tuple[str, ...]
    odd: tuple[str, ...]
