"""Our own certificate, judged as the other side will: usage, order, a chain without gaps, and what stands in the trust files.

Pure decisions about what the files hold; `tls` reads them. What stops the start, what is told at the start and what
``doorstroom config check`` calls an error is the same list of findings. Signatures need the package cryptography, which the
command line brings; a client looks at names, dates and usage.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from itertools import islice, pairwise

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.parties.x509 import Certificate

_MOST_PATHS = 64
"""Of cross-signed certificates there may be several ways up; more than this nobody makes on purpose."""


OTHER_KEY = "its key is of a kind that TLS does not use"
ORDER_ANOTHER = "Order one with an RSA or EC key"


class Use(Enum):
    """What a certificate of ours is shown for: its extended key usage (DER) and the words for it."""

    CLIENT = bytes.fromhex("2b06010505070302"), "clientAuth", "calling others"
    SERVER = bytes.fromhex("2b06010505070301"), "serverAuth", "receiving results"


class Level(Enum):
    """What a finding leads to."""

    STOP = "it cannot be used: an error at the start"
    ERROR = "the other side may refuse it: told at the start, an error in a check of the configuration"
    WARNING = "works, and needs attention"
    NOTE = "good to know"


@frozen
class Finding:
    """One thing about our certificate.

    Attributes:
        level: what it leads to.
        setting: which setting it is about.
        text: what is the matter; begins with the setting.
        hint: the next step.
    """

    level: Level
    setting: str
    text: str
    hint: str = ""


Signed = Callable[[Certificate, Certificate], bool]
"""Whether the first was signed with the key of the second."""


def by_name(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether one says that it was issued by the other."""
    return certificate.issuer == issuer.subject


def by_signature(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether one was really issued by the other. Needs the package cryptography."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    if not by_name(certificate, issuer):
        return False
    one, other = (x509.load_der_x509_certificate(item.der) for item in (certificate, issuer))
    try:
        one.verify_directly_issued_by(other)
    except (InvalidSignature, ValueError, TypeError):
        return False
    except UnsupportedAlgorithm:
        return True  # of a kind that cannot be looked at here; the name has to do
    return True


@frozen
class Chain:
    """The certificates of one of our files.

    Attributes:
        file: its name, for texts.
        setting: the setting that names it.
        given: its certificates, in the order of the file.
        use: what the first is shown for.
        now: the moment that counts, UTC.
        ordered: whether the order is that of whoever made the file; of PKCS#12 it says nothing.
    """

    file: str
    setting: str
    given: tuple[Certificate, ...]
    use: Use
    now: dt.datetime
    ordered: bool = True

    @property
    def leaf(self) -> Certificate:
        """Our own: the first that issues nothing."""
        return next((item for item in self.given if not item.is_ca), self.given[0])

    @property
    def found(self) -> tuple[Certificate, ...]:
        """Each certificate once, in the order of the file."""
        return tuple({item.der: item for item in self.given}.values())

    def usable(self) -> Iterator[Finding]:
        """What stops the start: it ended or has not begun, or is of another usage."""
        facts = self.leaf.facts
        if not facts.not_before <= self.now <= facts.not_after:
            ended = self.now > facts.not_after
            when = f"ended on {facts.not_after:%Y-%m-%d}" if ended else f"starts on {facts.not_before:%Y-%m-%d}"
            yield self._finding(
                Level.STOP, f"the certificate {when}", "Install the valid certificate, or check the clock of this machine"
            )
        if not self.leaf.key_for_tls:
            yield self._finding(Level.STOP, f"{self.file} is not for TLS: {OTHER_KEY}", ORDER_ANOTHER)
        oid, name, purpose = self.use.value
        usages = self.leaf.usages
        if usages is not None and oid not in usages:
            yield self._finding(
                Level.STOP, f"{self.file} is not for {purpose}: its extendedKeyUsage has no {name}", _OTHER_LEAF[self.use]
            )
        elif self.leaf.is_ca and not self.leaf.signs:
            text = f"{self.file} holds certificates of issuers only, and not our own"
            yield self._finding(Level.STOP, text, "Put our own certificate at its start")
        elif not self.leaf.signs:
            yield self._finding(
                Level.STOP,
                f"{self.file} is not for TLS: its keyUsage has no digitalSignature",
                "Install the certificate for authentication, and not the one for encryption or for signing documents",
            )

    def sound(self, trust: Sequence[Certificate], signed: Signed) -> Iterator[Finding]:
        """What the other side may stumble over: gaps, order, ended intermediates.

        Args:
            trust: everything in our trust files.
            signed: `by_signature`, or `by_name` where that cannot be had.
        """
        path = self.path(trust, signed)
        gaps = list(self._gap(path, trust, signed))
        yield from gaps
        if self.ordered and not _in_order(path, self.found):
            now, better = (", ".join(f'"{item.name}"' for item in items) for items in (self.found, path))
            yield self._finding(
                Level.ERROR,
                f"{self.file} holds its certificates in the wrong order: {now}",
                f"Put them in this order: {better}",
            )
        yield from self.issuers(path)
        loose = [f'"{item.name}"' for item in self.found if item not in path]
        if loose and not any(found.level is Level.ERROR for found in gaps):
            yield self._finding(Level.NOTE, f"{self.file} also holds {', '.join(loose)}, which the chain does not need")

    def issuers(self, path: Sequence[Certificate]) -> Iterator[Finding]:
        """What is the matter with the issuers on a path: ended, not begun, or without the right to issue this."""
        for item in path[1:]:
            yield from self._issuer(item)

    def path(self, trust: Sequence[Certificate], signed: Signed) -> list[Certificate]:
        """The way from our certificate up through the file: the one that ends in trust and has not ended, if there is one."""
        others = [item for item in self.found if item is not self.leaf]

        def worth(path: list[Certificate]) -> tuple[bool, bool, int]:
            ended = any(not item.facts.not_before <= self.now <= item.facts.not_after for item in path)
            return _root_of(path, trust, signed) is None, ended, -len(path)

        return min(islice(_ways([self.leaf], others, signed), _MOST_PATHS), key=worth)

    def _gap(self, path: list[Certificate], trust: Sequence[Certificate], signed: Signed) -> Iterator[Finding]:
        top = path[-1]
        if _root_of(path, trust, signed) is not None:
            return
        if top.is_root:
            if len(path) == 1:
                text = f"{self.file} is signed by itself, so nobody vouches for it"
                yield self._finding(Level.ERROR, text, "Install the certificate that was issued to you")
            else:
                yield self._elsewhere(f'ends in the root "{top.name}"')
            return
        namesakes = [item for item in (*self.found, *trust) if by_name(top, item) and item is not top]
        who = f'"{top.issuer_name}", which issued "{top.name}"'
        if namesakes and not any(signed(top, item) for item in namesakes):
            yield self._finding(
                Level.ERROR,
                f'the certificate "{top.issuer_name}" that is there has another key than the one that signed "{top.name}"',
                f"Get the {who}, and put it into {self.file} in its place",
            )
        elif namesakes:
            yield self._finding(
                Level.ERROR,
                f"{self.file} lacks the intermediate {who}: it stands in the trust file only",
                f"{self._add}, or others cannot build the chain",
            )
        elif len(path) == 1:
            yield self._finding(Level.ERROR, f"{self.file} lacks the intermediate {who}", self._add)
        else:
            yield self._elsewhere(f'is issued by "{top.issuer_name}"')

    @property
    def _add(self) -> str:
        """The step for an intermediate that is missing."""
        if self.ordered:
            return f"Add it to the end of {self.file}, in PEM form"
        return f"Make one PEM file of {self.file} and the intermediate: doorstroom certificaat split"

    def _elsewhere(self, how: str) -> Finding:
        return self._finding(
            Level.NOTE,
            f"the chain in {self.file} {how}, which is not in certificate.trust; in order when the other side trusts it",
            f"When it is an intermediate, add it to {self.file}",
        )

    def _issuer(self, item: Certificate) -> Iterator[Finding]:
        facts = item.facts
        what = "root" if item.is_root else "intermediate"
        if not facts.not_before <= self.now <= facts.not_after:
            ended = self.now > facts.not_after
            when = f"ended on {facts.not_after:%Y-%m-%d}" if ended else f"starts on {facts.not_before:%Y-%m-%d}"
            text = f'the {what} "{item.name}" in {self.file} {when}'
            yield self._finding(Level.ERROR, text, "Put the one that is valid now in its place; its issuer publishes it")
        if not item.is_ca:
            text = f'"{item.name}" in {self.file} may not issue certificates: its basicConstraints has no CA'
            yield self._finding(Level.ERROR, text, "Get the chain of the issuer once more")
        elif item.usages is not None and self.use.value[0] not in item.usages and not item.is_root:
            text = f'the {what} "{item.name}" in {self.file} may not issue certificates for {self.use.value[2]}'
            yield self._finding(Level.ERROR, text, _OTHER_LEAF[self.use])

    def _finding(self, level: Level, text: str, hint: str = "") -> Finding:
        return Finding(level, self.setting, f"{self.setting}: {text}", hint)


_OTHER_LEAF = {
    Use.CLIENT: "Install the certificate for clients here; one for servers only belongs in serve.certificate",
    Use.SERVER: "Give the certificate for servers, with its key: serve.certificate and serve.key",
}


def judge_trust(files: Sequence[tuple[str, Sequence[Certificate]]], own: Certificate, now: dt.datetime) -> Iterator[Finding]:
    """What is odd about the trust files.

    Args:
        files: name and certificates of each.
        own: our certificate.
        now: the moment that counts, UTC.
    """
    setting, publisher = "certificate.trust", "Take the root from the site of PKIoverheid (cert.pkioverheid.nl)"
    roots = [item for _, held in files for item in held if item.is_root and item != own]
    for name, held in files:
        if own in held:
            text = f"{setting}: {name} holds our own certificate, which vouches for nobody"
            yield Finding(Level.WARNING, setting, text, f"Leave only roots in {name}")
        if held and not any(item.is_root for item in held):
            level = Level.WARNING if roots else Level.ERROR
            text = f"{setting}: {name} holds no root, only intermediates or other certificates"
            yield Finding(level, setting, text, publisher)
    ended = [item for item in roots if now > item.facts.not_after]
    for item in ended:
        level = Level.WARNING if len(ended) < len(roots) else Level.ERROR
        text = f'{setting}: the root "{item.name}" ended on {item.facts.not_after:%Y-%m-%d}'
        yield Finding(level, setting, text, publisher)


def _ways(path: list[Certificate], others: Sequence[Certificate], signed: Signed) -> Iterator[list[Certificate]]:
    """All ways up from the end of a path; each as far as the file goes."""
    at = path[-1]
    above = [] if at.is_root else [item for item in others if item not in path and signed(at, item)]
    if not above:
        yield path
    for item in above:
        yield from _ways([*path, item], others, signed)


def _root_of(path: Sequence[Certificate], trust: Sequence[Certificate], signed: Signed) -> Certificate | None:
    """The trusted root that a path ends in, or that issued its end."""
    top = path[-1]
    return next((root for root in trust if root.is_root and root != path[0] and (root == top or signed(top, root))), None)


def _in_order(path: Sequence[Certificate], found: Sequence[Certificate]) -> bool:
    places = [found.index(item) for item in path]
    return places[0] == 0 and all(one < other for one, other in pairwise(places))
