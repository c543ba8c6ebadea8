"""What certificates can have wrong, and the lists of certificates that were withdrawn."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

LeafKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_DAY = timedelta(days=1)
# AlgorithmIdentifier of ecdsa-with-SHA256 and of ecdsa-with-SHA1.
_ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
_ECDSA_SHA1 = bytes.fromhex("300906072a8648ce3d0401")


class Defect(StrEnum):
    """One thing that is wrong with a server certificate; everything else about it is sound."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_HOST = "wrong-host"
    CN_ONLY = "cn-only"
    """The host name stands in the common name only."""
    WILDCARD_TLD = "wildcard-tld"
    """Valid for ``*.nl``."""
    WILDCARD_ALL = "wildcard-all"
    """Valid for ``*``."""
    OTHER_CA = "other-ca"
    SELF_SIGNED = "self-signed"
    NO_SERVER_AUTH = "no-server-auth"
    RSA_1024 = "rsa-1024"
    SHA1 = "sha1"
    INCOMPLETE_CHAIN = "incomplete-chain"
    """The intermediate does not come along."""
    OTHER_OIN = "other-oin"
    NO_OIN = "no-oin"
    TWO_OINS = "two-oins"
    SHORT_OIN = "short-oin"
    """An OIN of 19 characters."""


def signed_with_sha1(certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> bytes:
    """Sign the contents of a certificate again, with SHA-1, which cryptography itself no longer does.

    Args:
        certificate: signed with ECDSA and SHA-256.
        key: of the issuer.

    Returns:
        The certificate as PEM.
    """
    contents = _contents(certificate.tbs_certificate_bytes).replace(_ECDSA_SHA256, _ECDSA_SHA1, 1)
    tbs = _der(0x30, contents)
    signature = key.sign(tbs, ec.ECDSA(hashes.SHA1()))  # noqa: S303 - the weakness is the point
    der = _der(0x30, tbs + _ECDSA_SHA1 + _der(0x03, b"\x00" + signature))
    return x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)


def make_crl(
    issuer: x509.Certificate, key: ec.EllipticCurvePrivateKey, revoked: Iterable[x509.Certificate], *, stale: bool
) -> bytes:
    """One list, as PEM.

    Args:
        issuer: whose list it is.
        key: signs it; that of another authority makes a forgery.
        revoked: the certificates that are withdrawn.
        stale: whether the next list should have been there since yesterday.
    """
    now = datetime.now(UTC)
    start = now - (8 * _DAY if stale else _DAY)
    issuer_key = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(start)
        .next_update(start + 7 * _DAY)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key), critical=False)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for certificate in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(start).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _contents(der: bytes) -> bytes:
    """What stands in a sequence that takes its length in two bytes, as that of every certificate here does."""
    assert der[:2] == b"\x30\x82"
    return der[4:]


def _der(tag: int, contents: bytes) -> bytes:
    size = len(contents)
    if size < 0x80:
        return bytes((tag, size)) + contents
    return bytes((tag, 0x82)) + size.to_bytes(2) + contents if size > 0xFF else bytes((tag, 0x81, size)) + contents
