"""Our certificate, the roots we trust, and the SSLContext made from them by hand.

Nothing is taken from the machine: no system store, no bundled roots, no environment variable. `ssl.create_default_context`
is avoided because it accepts CBC ciphers and writes session keys when SSLKEYLOGFILE is set. There is no option that
switches verification off.
"""

from __future__ import annotations

import datetime as dt
import os
import ssl
import stat
import warnings
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.x509 import CertificateFacts, read_pem
from doorstroom_client.frozen import frozen

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""TLS 1.2 suites: forward secrecy and authenticated encryption only (NCSC 2025; Digikoppeling TLSCIPH001)."""


class SecurityWarning(UserWarning):
    """A file with a secret can be read by others, or a certificate is about to end."""


@frozen
class ClientCertificate:
    """The PKIoverheid certificate of the LAS supplier and the roots it trusts.

    Attributes:
        cert: PEM file with the certificate, followed by its intermediates.
        key: PEM file with the private key; None when it stands in `cert`.
        trust: PEM file or files with the roots that may vouch for the other side. Several at once are allowed, for the
            change from one PKIoverheid generation to the next.
        password: passphrase of the key; never shown.
        crls: PEM file or files with revocation lists. When given, every certificate of the other side must be covered by a
            list that is still valid, and must not stand in it; a list that is missing or has ended refuses the connection.
            The library does not fetch lists: have them put there every day. Without lists revocation is not checked.
    """

    cert: str | os.PathLike[str]
    key: str | os.PathLike[str] | None = None
    trust: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = ()
    password: str | None = field(default=None, repr=False)
    crls: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = ()

    @property
    def trust_files(self) -> tuple[Path, ...]:
        """The trust files, as a tuple."""
        return _paths(self.trust)

    @property
    def crl_files(self) -> tuple[Path, ...]:
        """The files with revocation lists, as a tuple."""
        return _paths(self.crls)

    def facts(self) -> CertificateFacts:
        """The OIN and validity of our certificate.

        Raises:
            ConfigurationError: the file cannot be read or holds no certificate.
        """
        facts = _facts_in(Path(self.cert))
        if facts is None:
            raise ConfigurationError(
                f"certificate.cert: {Path(self.cert).name} holds no readable certificate",
                setting="certificate.cert",
                hint="Give a PEM file that starts with -----BEGIN CERTIFICATE-----",
            )
        return facts


def _facts_in(path: Path) -> CertificateFacts | None:
    """Read a certificate; the file may hold the key as well, so its text stays in this frame, which raises nothing of it."""
    try:
        return read_pem(_read(path, "certificate.cert"))
    except ValueError:
        return None


def _paths(given: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> tuple[Path, ...]:
    if isinstance(given, str | os.PathLike):
        return (Path(given),)
    return tuple(Path(item) for item in given)


def client_context(certificate: ClientCertificate) -> ssl.SSLContext:
    """An SSLContext for calling others: TLS 1.2 or newer, host name and chain checked, our certificate shown.

    Raises:
        ConfigurationError: a file is missing or unusable, the key does not fit the certificate, or the certificate is not
            valid now. Found here, before the first call.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    context.post_handshake_auth = True  # a server may ask for our certificate only when it knows the path
    _fill(context, certificate)
    return context


def server_context(certificate: ClientCertificate) -> ssl.SSLContext:
    """An SSLContext for receiving results: the other side must show a certificate under the same roots."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    _fill(context, certificate)
    return context


def _fill(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    _load_trust(context, certificate)
    _load_crls(context, certificate)
    _check_validity(certificate)
    key = Path(certificate.key) if certificate.key is not None else Path(certificate.cert)
    encrypted = b"ENCRYPTED" in _read(key, "certificate.key")
    warn_when_shared(key, "the private key")
    message = ""
    try:
        # Without a callback OpenSSL would ask for a passphrase on the terminal.
        context.load_cert_chain(certificate.cert, key, password=lambda: certificate.password or "")
    except ssl.SSLError as error:
        message = _key_problem(error.reason or "", encrypted=encrypted, password=certificate.password)
    except (OSError, ValueError):
        message = _key_problem("", encrypted=encrypted, password=certificate.password)
    if message:
        raise ConfigurationError(f"certificate.key: {message}", setting="certificate.key")


def _key_problem(reason: str, *, encrypted: bool, password: str | None) -> str:
    if reason == "KEY_VALUES_MISMATCH":
        return "the private key does not belong to the certificate"
    if encrypted and not password:
        return "the private key is encrypted; give its passphrase (certificate.password)"
    if encrypted:
        return "the passphrase is wrong (certificate.password)"
    return "the file holds no usable private key in PEM form"


def _load_trust(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    if not certificate.trust_files:
        raise ConfigurationError(
            "certificate.trust is missing",
            setting="certificate.trust",
            hint="Give the PEM file with the PKIoverheid private root; the roots of the machine are never used",
        )
    for path in certificate.trust_files:
        _read(path, "certificate.trust")
        try:
            context.load_verify_locations(cafile=path)
        except (ssl.SSLError, OSError):
            raise ConfigurationError(
                f"certificate.trust: {path.name} holds no certificates in PEM form", setting="certificate.trust"
            ) from None

    _refuse_mixed_trust(context)


def _refuse_mixed_trust(context: ssl.SSLContext) -> None:
    """Test roots and real roots never stand together: a test certificate must not open a real connection."""
    subjects = [str(root.get("subject", "")).upper() for root in context.get_ca_certs()]
    trial = ["TRIAL" in subject for subject in subjects]
    if any(trial) and not all(trial):
        raise ConfigurationError(
            "certificate.trust: a TRIAL root and a production root stand together",
            setting="certificate.trust",
            hint="Use one file for the test environment and another for production",
        )


def _load_crls(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    for path in certificate.crl_files:
        _read(path, "certificate.crls")
        problem = ""
        before = context.cert_store_stats()
        try:
            context.load_verify_locations(cafile=path)
        except (ssl.SSLError, OSError):
            problem = "holds no revocation lists in PEM form"
        after = context.cert_store_stats()
        if after["x509"] != before["x509"]:
            problem = "holds a certificate, which would become a root; leave only revocation lists in it"
        elif after["crl"] == before["crl"]:
            problem = "holds no revocation lists in PEM form"
        if problem:
            raise ConfigurationError(f"certificate.crls: {path.name} {problem}", setting="certificate.crls")
    if certificate.crl_files:
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN


def _check_validity(certificate: ClientCertificate) -> None:
    facts = certificate.facts()
    now = dt.datetime.now(dt.UTC)
    if not facts.not_before <= now <= facts.not_after:
        when = f"ended on {facts.not_after:%Y-%m-%d}" if now > facts.not_after else f"starts on {facts.not_before:%Y-%m-%d}"
        raise ConfigurationError(
            f"certificate.cert: the certificate {when}",
            setting="certificate.cert",
            hint="Install the valid certificate, or check the clock of this machine",
        )


def _read(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
    raise ConfigurationError(f"{setting}: cannot read {path}: {reason}", setting=setting)


def warn_when_shared(path: Path, what: str) -> None:
    """Warn when a file with a secret can be read by others on this machine."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return
    if os.name == "posix" and mode & (stat.S_IRGRP | stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH):
        warnings.warn(
            f"{path.name} holds {what} and can be read or changed by others on this machine; run: chmod 600 {path}",
            SecurityWarning,
            stacklevel=3,
        )
