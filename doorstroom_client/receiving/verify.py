"""Verifies a client certificate that did not come out of our own TLS: chain, dates, use, key, revocation (extra ``proxy``).

The rules are those of our own TLS, or stricter. Whatever is in doubt is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.parties.pem_blocks import CRL, blocks
from doorstroom_client.receiving.reasons import Reason

_RSA_BITS, _EC_BITS = 2048, 256
_MOST_ALONG = 6
"""Different certificates that may come with that of a sender; more are not even taken apart."""
_DEPTH = 4
"""Intermediates between a root and a certificate; PKIoverheid has one or two."""
_BROKEN = (ValueError, TypeError, x509.ExtensionNotFound, x509.DuplicateExtension, UnsupportedAlgorithm)
"""What cryptography raises for a certificate that it cannot take apart."""


@frozen
class Trust:
    """What a certificate is judged by.

    Attributes:
        anchors: the roots.
        intermediates: may stand between a root and a certificate; not trusted themselves.
        lists: revocation lists; with any, every certificate below a root must be covered by one in force.
        check_lists: whether revocation is looked at.
    """

    anchors: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    lists: tuple[x509.CertificateRevocationList, ...]
    check_lists: bool

    @classmethod
    def read(cls, anchors: Sequence[bytes], intermediates: Sequence[bytes], lists: Sequence[bytes]) -> Trust:
        """Read PEM texts.

        Raises:
            ValueError: one of them holds nothing of its kind, or a test root stands beside a real one.
        """
        roots = [root for text in anchors for root in x509.load_pem_x509_certificates(text)]
        between = [item for text in intermediates for item in x509.load_pem_x509_certificates(text)]
        found = [[block.whole for block in blocks(text) if block.label == CRL] for text in lists]
        if not roots or not all(found):
            raise ValueError("a file holds nothing of its kind")
        trial = ["TRIAL" in root.subject.rfc4514_string().upper() for root in roots]
        if any(trial) and not all(trial):
            raise ValueError("a TRIAL root and a production root stand together")
        revoked = tuple(x509.load_pem_x509_crl(text) for texts in found for text in texts)
        return cls(tuple(roots), tuple(between), revoked, bool(lists))

    def doubt(self, der: bytes, sent_along: Sequence[bytes], now: dt.datetime) -> Reason | None:
        """Why a client certificate may not be believed; None when it may.

        Args:
            der: the certificate.
            sent_along: intermediates that came with it, in DER; not trusted themselves.
            now: the moment that counts (UTC).
        """
        if len(set(sent_along)) > _MOST_ALONG:
            return Reason.TOO_LONG
        try:
            leaf, *along = map(x509.load_der_x509_certificate, (der, *dict.fromkeys(sent_along)))
            reason = _unfit(leaf)
        except _BROKEN:
            return Reason.OTHER_FORM
        try:
            return reason or self._doubt_in_chain(leaf, along, now)
        except (VerificationError, *_BROKEN):
            return _outside(leaf, now) or Reason.NO_CHAIN

    def _doubt_in_chain(self, leaf: x509.Certificate, along: Sequence[x509.Certificate], now: dt.datetime) -> Reason | None:
        if not all(_is_authority(item) for item in along):
            return Reason.TOO_LONG
        between = _upwards(leaf, dict.fromkeys([*self.intermediates, *along]))
        chain = _verifier(self, now).verify(leaf, between).chain
        if not all(_is_strong(certificate) for certificate in chain):
            return Reason.UNFIT
        if self.check_lists and not all(_stands(item, issuer, self, now) for item, issuer in pairwise(chain)):
            return Reason.REVOKED
        return None


def _verifier(trust: Trust, now: dt.datetime) -> x509.verification.ClientVerifier:
    # An organisation certificate is about an OIN, so it need not name a host. What OpenSSL does without, such as the root that
    # `openssl req -x509` makes, is enough here; all else is as for the web.
    leaf, authority = ExtensionPolicy.webpki_defaults_ee(), ExtensionPolicy.webpki_defaults_ca()
    leaf = leaf.may_be_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)
    leaf = leaf.may_be_present(x509.AuthorityKeyIdentifier, Criticality.AGNOSTIC, None)
    for optional in (x509.AuthorityKeyIdentifier, x509.SubjectKeyIdentifier):
        authority = authority.may_be_present(optional, Criticality.AGNOSTIC, None)
    authority = authority.may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs_certificates)
    return (
        PolicyBuilder()
        .store(Store(list(trust.anchors)))
        .time(now)
        .max_chain_depth(_DEPTH)
        .extension_policies(ca_policy=authority, ee_policy=leaf)
        .build_client_verifier()
    )


def _signs_certificates(_: object, __: object, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("it may not sign certificates")


def _signs_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _upwards(leaf: x509.Certificate, pool: Iterable[x509.Certificate]) -> list[x509.Certificate]:
    """Those that can stand above a certificate, level by level, by their names only.

    No way leads back down, so none goes round, and who has issued itself is left out: a root from a sender counts for nothing.
    Each way that is left costs signatures.
    """
    found: list[x509.Certificate] = []
    names, passed = {leaf.issuer}, set[x509.Name]()
    for _ in range(_DEPTH):
        passed |= names
        level = [item for item in pool if item.subject in names and item.issuer not in passed]
        names = {item.issuer for item in level}
        found += level
    return found


def _unfit(leaf: x509.Certificate) -> Reason | None:
    try:
        return None if _is_for_clients(leaf) and _is_strong(leaf) else Reason.UNFIT
    except x509.ExtensionNotFound:
        return Reason.UNFIT


def _outside(leaf: x509.Certificate, now: dt.datetime) -> Reason | None:
    """Whether it is the wrong day for a certificate."""
    if now > leaf.not_valid_after_utc:
        return Reason.ENDED
    return Reason.NOT_YET if now < leaf.not_valid_before_utc else None


def _is_authority(certificate: x509.Certificate) -> bool:
    """Without that, who adds a header to that of the proxy could choose which certificate is the sender's."""
    return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def _is_for_clients(leaf: x509.Certificate) -> bool:
    """The verifier lets a certificate through that says nothing about its use; PKIoverheid's always say it."""
    return ExtendedKeyUsageOID.CLIENT_AUTH in leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value


def _is_strong(certificate: x509.Certificate) -> bool:
    """The verifier looks at signatures, not at the key of the certificate itself."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= _RSA_BITS
    return isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= _EC_BITS


def _stands(certificate: x509.Certificate, issuer: x509.Certificate, trust: Trust, now: dt.datetime) -> bool:
    """Whether there is a list of its issuer that is in force, and the certificate does not stand in one."""
    in_force = [item for item in trust.lists if _is_in_force(item, issuer, now)]
    serial = certificate.serial_number
    return bool(in_force) and not any(item.get_revoked_certificate_by_serial_number(serial) for item in in_force)


def _is_in_force(revoked: x509.CertificateRevocationList, issuer: x509.Certificate, now: dt.datetime) -> bool:
    if revoked.issuer != issuer.subject or revoked.next_update_utc is None:
        return False
    if not revoked.last_update_utc <= now <= revoked.next_update_utc:
        return False
    if any(extension.critical for extension in revoked.extensions):
        return False  # it covers a part only, in a way that is not looked into here
    if not _signs_lists(issuer):
        return False
    key = issuer.public_key()
    return isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and revoked.is_signature_valid(key)
