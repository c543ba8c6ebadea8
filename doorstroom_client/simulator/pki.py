"""A throw-away PKI: a root, an intermediate and certificates that carry an OIN.

The chain switches certificate checks off nowhere, so the simulator brings certificates that pass them. The
private keys of the root and the intermediate live in memory only and die with the process.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Sequence
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from doorstroom_client.extras import how_to_install

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
except ImportError as _error:
    raise ImportError(f"the simulator makes its own certificates with cryptography. {how_to_install('simulator')}") from _error

from doorstroom_client.basics.frozen import frozen

CLIENT_AUTH, SERVER_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
"""What a certificate may be used for."""
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CLOCK_SKEW = timedelta(hours=1)
_LEAF_LIFETIME = timedelta(days=180)
_AUTHORITY_LIFETIME = timedelta(days=365)


@frozen
class Issued:
    """A certificate with its private key, as files.

    Attributes:
        cert: PEM with the certificate followed by the intermediate.
        key: PEM with the unencrypted private key, readable by the owner only.
        oin: the OIN in ``subject.serialNumber``; None when there is none, or more than one.
    """

    cert: Path
    key: Path
    oin: str | None


@frozen(kw_only=True)
class Leaf:
    """What goes into one certificate; the defaults make a sound one, every other value can make a defect.

    Attributes:
        oins: values of ``subject.serialNumber``; a sound certificate has one, none and two are defects.
        hosts: DNS names and IP addresses it is valid for.
        not_before: start of validity; None means an hour ago.
        not_after: end of validity; None means 180 days from now.
        usages: extended key usages; empty leaves the extension out.
        common_name: the name of the certificate when left out.
        key: its private key; None makes an elliptic curve key.
    """

    oins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1")
    not_before: datetime | None = None
    not_after: datetime | None = None
    usages: tuple[ObjectIdentifier, ...] = (CLIENT_AUTH, SERVER_AUTH)
    common_name: str | None = None
    key: PrivateKey | None = field(default=None, repr=False)


class Defect(StrEnum):
    """One thing that is wrong with a server certificate; everything else about it is sound."""

    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_HOST = "wrong-host"
    OTHER_CA = "other-ca"
    OTHER_OIN = "other-oin"
    NO_OIN = "no-oin"


@frozen
class Authority:
    """A root or an intermediate."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)


class Pki:
    """Issues certificates below one root.

    Attributes:
        directory: where all files are written; readable by the owner only.
        trust: PEM with the root, to be used as the only trust anchor; with that of the other one, when there is.
        root: signs the intermediate.
        intermediate: signs all others.
    """

    def __init__(self, directory: Path, *, name: str = "Simulator", beside: Pki | None = None) -> None:
        """Make the root and the intermediate.

        Args:
            directory: made when it does not exist; its mode becomes 0700.
            name: what the names of both begin with.
            beside: another one with a root of its own; from now on both roots stand in the trust file of either.
        """
        self.directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        self.root: Authority = _make_authority(f"{name} Root", parent=None, path_length=1)
        self.intermediate: Authority = _make_authority(f"{name} Intermediate", parent=self.root, path_length=0)
        self.trust: Path = directory / "trust.pem"
        roots = self.root.pem() + (b"" if beside is None else beside.trust.read_bytes())
        for path in [self.trust] if beside is None else [self.trust, beside.trust]:
            write_private(path, roots)

    def issue(
        self,
        name: str,
        *,
        oin: str | None,
        hosts: Sequence[str] = ("localhost", "127.0.0.1"),
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        client: bool = True,
        server: bool = True,
    ) -> Issued:
        """Issue a certificate for an invented organisation.

        Args:
            name: names the organisation and the files; letters, digits, dot, dash, underscore. Issuing the
                same name again replaces the files, as a renewal does.
            oin: goes into ``subject.serialNumber``; not checked, so that a wrong one can be issued. None
                leaves it out.
            hosts: DNS names and IP addresses of the subject alternative name.
            not_before: start of validity; an hour ago by default.
            not_after: end of validity; 180 days from now by default.
            client: whether it may be used as a client certificate.
            server: whether it may be used as a server certificate. With both False the key usage extension is
                absent.

        Raises:
            ValueError: the name cannot be a file name, or the validity ends before it starts.
        """
        wanted = ((client, CLIENT_AUTH), (server, SERVER_AUTH))
        leaf = Leaf(
            oins=() if oin is None else (oin,),
            hosts=tuple(hosts),
            not_before=not_before,
            not_after=not_after,
            usages=tuple(usage for chosen, usage in wanted if chosen),
        )
        return self.issue_leaf(name, leaf)

    def issue_leaf(self, name: str, leaf: Leaf) -> Issued:
        """Issue exactly what ``leaf`` says, defects included.

        Args:
            name: as in `issue`.
            leaf: the contents of the certificate.

        Raises:
            ValueError: the name cannot be a file name, or the validity ends before it starts.
        """
        if not _FILE_NAME.fullmatch(name):
            raise ValueError(f"A certificate name holds letters, digits, dots, dashes and underscores: {name!r}")
        key = leaf.key or ec.generate_private_key(ec.SECP256R1())
        certificate = leaf_builder(name, leaf, key, self.intermediate).sign(self.intermediate.key, hashes.SHA256())
        issued = Issued(
            cert=self.directory / f"{name}.cert.pem",
            key=self.directory / f"{name}.key.pem",
            oin=leaf.oins[0] if len(leaf.oins) == 1 else None,
        )
        write_private(
            issued.key,
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        )
        write_private(issued.cert, certificate.public_bytes(serialization.Encoding.PEM) + self.intermediate.pem())
        return issued

    def issue_defect(self, defect: Defect, *, oin: str, hosts: Sequence[str] = ("localhost", "127.0.0.1")) -> Issued:
        """Issue a certificate that is sound but for one thing.

        Args:
            defect: what is wrong; also names the files, so that the same defect again replaces them.
            oin: a sound OIN of 20 characters, from which a wrong one is derived where that is the defect.
            hosts: what it would be valid for.
        """
        if defect is Defect.OTHER_CA:
            return Pki(self.directory / "other-ca").issue(defect, oin=oin, hosts=hosts)
        return self.issue_leaf(f"defect-{defect}", _with_defect(Leaf(oins=(oin,), hosts=tuple(hosts)), defect))


def _with_defect(leaf: Leaf, defect: Defect) -> Leaf:
    now = datetime.now(UTC)
    changes: dict[Defect, dict[str, Any]] = {
        Defect.EXPIRED: {"not_after": now - timedelta(days=1)},
        Defect.NOT_YET_VALID: {"not_before": now + timedelta(days=1)},
        Defect.WRONG_HOST: {"hosts": ("elders.example",)},
        Defect.OTHER_OIN: {"oins": (other_oin(leaf.oins[0]),)},
        Defect.NO_OIN: {"oins": ()},
    }
    return replace(leaf, **changes[defect])


def other_oin(oin: str) -> str:
    """One digit differs: a sloppy comparison would not see it."""
    return oin[:-5] + ("1" if oin[-5:-4] != "1" else "2") + oin[-4:]


def _make_authority(name: str, *, parent: Authority | None, path_length: int) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(name, f"Stichting {name}", ())
    now = datetime.now(UTC)
    builder = _builder(subject, parent, key.public_key(), now - 2 * _CLOCK_SKEW, now + _AUTHORITY_LIFETIME)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    builder = builder.add_extension(_key_usage(authority=True), critical=True)
    certificate = builder.sign(parent.key if parent else key, hashes.SHA256())
    return Authority(certificate, key)


def leaf_builder(name: str, leaf: Leaf, key: PrivateKey, issuer: Authority | None) -> x509.CertificateBuilder:
    """What `Pki.issue_leaf` signs; without an issuer the certificate names itself as such."""
    now = datetime.now(UTC)
    # A certificate that has already ended still needs a start before its end.
    not_after = leaf.not_after or now + _LEAF_LIFETIME
    not_before = leaf.not_before or min(now, not_after) - _CLOCK_SKEW
    subject = _subject(leaf.common_name or name, f"Bedachte organisatie {name}", leaf.oins)
    builder = _builder(subject, issuer, key.public_key(), not_before, not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(authority=False, with_rsa=isinstance(key, rsa.RSAPrivateKey)), critical=True)
    if leaf.hosts:
        names = x509.SubjectAlternativeName([_general_name(host) for host in leaf.hosts])
        builder = builder.add_extension(names, critical=False)
    if leaf.usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(leaf.usages), critical=False)
    return builder


def _builder(
    subject: x509.Name,
    issuer: Authority | None,
    public_key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    not_before: datetime,
    not_after: datetime,
) -> x509.CertificateBuilder:
    issuer_key = issuer.certificate.public_key() if issuer else public_key
    if not isinstance(issuer_key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise TypeError("every key of this PKI is an elliptic curve key or an RSA key")
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _subject(common_name: str, organisation: str, oins: Sequence[str]) -> x509.Name:
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "NL"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
        *(x509.NameAttribute(NameOID.SERIAL_NUMBER, oin) for oin in oins),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ]
    return x509.Name(attributes)


def _key_usage(*, authority: bool, with_rsa: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=with_rsa,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def write_private(path: Path, content: bytes) -> None:
    """Replace a file in one step, so that it is never half written and never readable by others."""
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
    draft.replace(path)
