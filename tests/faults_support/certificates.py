"""Certificates with something wrong that the simulator does not make itself, and lists of certificates that were withdrawn."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from doorstroom_client.simulator.pki import Authority, Defect, Issued, Leaf, Pki, leaf_builder, other_oin, write_private

from .rsa_keys import rsa_key

_DAY = timedelta(days=1)
_HOSTS = ("localhost", "127.0.0.1")
# AlgorithmIdentifier of ecdsa-with-SHA256 and of ecdsa-with-SHA1.
_ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
_ECDSA_SHA1 = bytes.fromhex("300906072a8648ce3d0401")
_numbers = itertools.count(1)


class Flaw(StrEnum):
    """As `Defect`, for what only these tests ask."""

    CN_ONLY = "cn-only"
    """The host name stands in the common name only."""
    WILDCARD_TLD = "wildcard-tld"
    """Valid for ``*.nl``."""
    WILDCARD_ALL = "wildcard-all"
    """Valid for ``*``."""
    SELF_SIGNED = "self-signed"
    NO_SERVER_AUTH = "no-server-auth"
    RSA_1024 = "rsa-1024"
    SHA1 = "sha1"
    INCOMPLETE_CHAIN = "incomplete-chain"
    """The intermediate does not come along."""
    TWO_OINS = "two-oins"
    SHORT_OIN = "short-oin"
    """An OIN of 19 characters."""


DEFECTS: tuple[Defect | Flaw, ...] = (*Defect, *Flaw)


def issue_defect(pki: Pki, defect: Defect | Flaw, *, oin: str, hosts: Sequence[str] = _HOSTS) -> Issued:
    """Issue a certificate that is sound but for one thing; as `Pki.issue_defect`, for flaws too.

    Args:
        pki: who issues it.
        defect: what is wrong; also names the files, so that the same one again replaces them.
        oin: a sound OIN of 20 characters, from which a wrong one is derived where that is the flaw.
        hosts: what it would be valid for; the first is the common name of `Flaw.CN_ONLY`.
    """
    if isinstance(defect, Defect):
        return pki.issue_defect(defect, oin=oin, hosts=hosts)
    name = f"defect-{defect}"
    changes: dict[Flaw, dict[str, Any]] = {
        Flaw.CN_ONLY: {"hosts": (), "common_name": hosts[0]},
        Flaw.WILDCARD_TLD: {"hosts": ("*.nl",)},
        Flaw.WILDCARD_ALL: {"hosts": ("*",)},
        Flaw.NO_SERVER_AUTH: {"usages": (ExtendedKeyUsageOID.CLIENT_AUTH,)},
        Flaw.RSA_1024: {"key": rsa_key(1024)},
        Flaw.TWO_OINS: {"oins": (oin, other_oin(oin))},
        Flaw.SHORT_OIN: {"oins": (oin[:-1],)},
    }
    afterwards: dict[Flaw, Callable[[], bytes]] = {
        Flaw.SELF_SIGNED: lambda: _self_signed(name, leaf, issued.key),
        Flaw.SHA1: lambda: _signed_with_sha1(_first(issued), pki.intermediate) + pki.intermediate.pem(),
        Flaw.INCOMPLETE_CHAIN: lambda: _first(issued).public_bytes(Encoding.PEM),
    }
    leaf = replace(Leaf(oins=(oin,), hosts=tuple(hosts)), **changes.get(defect, {}))
    issued = pki.issue_leaf(name, leaf)
    if defect in afterwards:
        write_private(issued.cert, afterwards[defect]())
    return issued


def make_crl(
    pki: Pki,
    revoked: Sequence[Issued] = (),
    *,
    intermediate_revoked: bool = False,
    stale: bool = False,
    signed_by_other: bool = False,
    name: str | None = None,
) -> Path:
    """Write the lists of withdrawn certificates of the root and the intermediate into one PEM file.

    Both are there, so that a chain passes ``ssl.VERIFY_CRL_CHECK_CHAIN`` when nothing is wrong.

    Args:
        pki: whose lists.
        revoked: withdrawn certificates, as their files are now: a renewal under the same name is another one.
        intermediate_revoked: whether the root withdraws the intermediate.
        stale: whether newer lists should have been there since yesterday.
        signed_by_other: whether both are forgeries, signed with a key of nobody in the chain.
        name: of the file, without ``.pem``; the same name again replaces it, as a fresh list does. A new name by default.
    """
    withdrawn = ([pki.intermediate.certificate] if intermediate_revoked else [], [_first(issued) for issued in revoked])
    lists = []
    for issuer, certificates in zip((pki.root, pki.intermediate), withdrawn, strict=True):
        forged = Authority(issuer.certificate, ec.generate_private_key(ec.SECP256R1()))
        lists.append(_list(forged if signed_by_other else issuer, certificates, stale=stale))
    path = pki.directory / f"{name or f'crl-{next(_numbers)}'}.pem"
    write_private(path, b"".join(lists))
    return path


def crl_bundle(pki: Pki, revoked: Sequence[Issued] = (), **how: Any) -> Path:
    """Write the root and the lists of `make_crl` into one PEM file, to be used as the only trust file."""
    path = make_crl(pki, revoked, **how)
    write_private(path, pki.root.pem() + path.read_bytes())
    return path


def _first(issued: Issued) -> x509.Certificate:
    """The certificate itself, as its file is now."""
    return x509.load_pem_x509_certificate(issued.cert.read_bytes())


def _list(issuer: Authority, revoked: Iterable[x509.Certificate], *, stale: bool) -> bytes:
    now = datetime.now(UTC)
    start = now - (8 * _DAY if stale else _DAY)
    issuer_key = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(start)
        .next_update(start + 7 * _DAY)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key), critical=False)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for certificate in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(start).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def _self_signed(name: str, leaf: Leaf, key: Path) -> bytes:
    own = load_pem_private_key(key.read_bytes(), None)
    assert isinstance(own, ec.EllipticCurvePrivateKey)
    return leaf_builder(name, leaf, own, None).sign(own, hashes.SHA256()).public_bytes(Encoding.PEM)


def _signed_with_sha1(certificate: x509.Certificate, issuer: Authority) -> bytes:
    """Sign the contents of a certificate again, with SHA-1, which cryptography itself no longer does."""
    contents = _contents(certificate.tbs_certificate_bytes).replace(_ECDSA_SHA256, _ECDSA_SHA1, 1)
    tbs = _der(0x30, contents)
    signature = issuer.key.sign(tbs, ec.ECDSA(hashes.SHA1()))  # the weakness is the point
    der = _der(0x30, tbs + _ECDSA_SHA1 + _der(0x03, b"\x00" + signature))
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def _contents(der: bytes) -> bytes:
    """What stands in a sequence that takes its length in two bytes, as that of every certificate here does."""
    assert der[:2] == b"\x30\x82"
    return der[4:]


def _der(tag: int, contents: bytes) -> bytes:
    size = len(contents)
    if size < 0x80:
        return bytes((tag, size)) + contents
    return bytes((tag, 0x82)) + size.to_bytes(2) + contents if size > 0xFF else bytes((tag, 0x81, size)) + contents
