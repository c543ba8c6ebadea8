"""Our certificate, the roots we trust, and the SSLContext made from them by hand.

Nothing is taken from the machine: no system store, no bundled roots, no environment variable. `ssl.create_default_context`
is avoided because it accepts CBC ciphers and writes session keys when SSLKEYLOGFILE is set. There is no option that
switches verification off.
"""

from __future__ import annotations

import datetime as dt
import os
import shlex
import ssl
import stat
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field
from pathlib import Path
from typing import ClassVar

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange import pem
from doorstroom_client.exchange.fresh import FreshContext
from doorstroom_client.exchange.judged import Chain, Finding, Level, Signed, Use, by_name, judge_trust
from doorstroom_client.exchange.x509 import Certificate, CertificateFacts, read_every
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

    names: ClassVar[tuple[str, str, str]] = ("certificate.cert", "certificate.key", "certificate.password")
    """The settings of the certificate, its key and the passphrase, as errors name them."""

    @property
    def trust_files(self) -> tuple[Path, ...]:
        """The trust files, as a tuple."""
        return _paths(self.trust)

    @property
    def crl_files(self) -> tuple[Path, ...]:
        """The files with revocation lists, as a tuple."""
        return _paths(self.crls)

    @property
    def key_file(self) -> Path:
        """The file with the private key."""
        return Path(self.cert if self.key is None else self.key)

    def facts(self) -> CertificateFacts:
        """The OIN and validity of our certificate.

        Raises:
            ConfigurationError: the file cannot be read or holds no certificate.
        """
        return _chain(self, Use.CLIENT).leaf.facts


@frozen
class ServerCertificate(ClientCertificate):
    """The certificate that the receiver shows, where that is another one than the one for calling others."""

    names: ClassVar[tuple[str, str, str]] = ("serve.certificate", "serve.key", "serve.password")


def _chain(certificate: ClientCertificate, use: Use) -> Chain:
    path, setting = Path(certificate.cert), certificate.names[0]
    found, problem, hint = _certificates_in(path, setting)
    if not found:
        raise ConfigurationError(f"{setting}: {path.name} {problem}", setting=setting, hint=hint)
    return Chain(path.name, setting, found, use, dt.datetime.now(dt.UTC))


def _certificates_in(path: Path, setting: str) -> tuple[tuple[Certificate, ...], str, str]:
    """The certificates in a file; else what it holds instead, and the next step.

    The file may hold the key as well, so its text stays in this frame, which raises nothing of it.
    """
    text = _read(path, setting)
    found: tuple[Certificate, ...] = ()
    with suppress(ValueError):
        found = read_every(text)
    return (found, "", "") if found else ((), *pem.not_a_certificate(text, shlex.quote(str(path))))


def _paths(given: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> tuple[Path, ...]:
    if isinstance(given, str | os.PathLike):
        return (Path(given),)
    return tuple(Path(item) for item in given)


def client_context(certificate: ClientCertificate) -> ssl.SSLContext:
    """An SSLContext for calling others: TLS 1.2 or newer, host name and chain checked, our certificate shown.

    Raises:
        ConfigurationError: a file is missing or unusable, the key does not fit the certificate, or the certificate is not
            valid now or not for clients. Found here, before the first call.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    context.post_handshake_auth = True  # a server may ask for our certificate only when it knows the path
    _fill(context, certificate, Use.CLIENT)
    return context


def server_context(certificate: ClientCertificate) -> ssl.SSLContext:
    """An SSLContext for receiving results: the other side must show a certificate under the same roots, at every connection.

    Raises:
        ConfigurationError: as with `client_context`; our certificate must be one for servers.
    """
    context = FreshContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    _fill(context, certificate, Use.SERVER)
    return context


def judge(certificate: ClientCertificate, use: Use, *, signed: Signed = by_name) -> list[Finding]:
    """What the other side may think of our certificate, once a context could be made with it.

    Args:
        certificate: ours.
        use: what it is shown for.
        signed: how to see that one certificate was issued by another.

    Raises:
        ConfigurationError: a file cannot be read.
    """
    chain, trust = (
        _chain(certificate, use),
        [(path.name, _certificates_in(path, _TRUST)[0]) for path in certificate.trust_files],
    )
    found = [*chain.sound([item for _, held in trust for item in held], signed), *judge_trust(trust, chain.leaf, chain.now)]
    shared = _shared(certificate.key_file, "the private key")
    if shared:
        name = certificate.names[1]
        found.append(Finding(Level.WARNING, name, f"{name}: {shared[0]}", shared[1]))
    return found


def _fill(context: ssl.SSLContext, certificate: ClientCertificate, use: Use) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    _load_trust(context, certificate)
    _load_crls(context, certificate)
    chain = _chain(certificate, use)
    for problem in chain.usable():
        raise ConfigurationError(problem.text, setting=problem.setting, hint=problem.hint)
    key = certificate.key_file
    _read(key, certificate.names[1])
    warn_when_shared(key, "the private key")
    reason: str | None = None
    try:
        # Without a callback OpenSSL would ask for a passphrase on the terminal.
        with _leaf_first(certificate, chain) as cert:
            context.load_cert_chain(cert, key, password=lambda: certificate.password or "")
    except ssl.SSLError as error:
        reason = error.reason or ""
    except (OSError, ValueError):
        reason = ""
    if reason is not None:
        setting, message, hint = _load_problem(reason, certificate)
        raise ConfigurationError(f"{setting}: {message}", setting=setting, hint=hint)


@contextmanager
def _leaf_first(certificate: ClientCertificate, chain: Chain) -> Iterator[str | os.PathLike[str]]:
    """The file with our certificate. OpenSSL takes the first in it for ours, so another order is mended, in another file."""
    if chain.leaf == chain.given[0]:
        yield certificate.cert
        return
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:  # certificates are public; the key stays where it is
        file.writelines(ssl.DER_cert_to_PEM_cert(item.der).encode() for item in chain.path((), by_name))
        file.flush()
        yield file.name


def _load_problem(reason: str, certificate: ClientCertificate) -> tuple[str, str, str]:
    """The setting, what is wrong with it, and the next step, after OpenSSL refused certificate and key.

    The text of the key stays in this frame, which raises nothing of it.
    """
    cert, key, password = certificate.names
    path = certificate.key_file
    text = _read(path, key)
    if reason in ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH"):
        return key, "the private key does not belong to the certificate", "Give the key that its request was made with"
    if reason in _WEAK:
        return (
            cert,
            f"{Path(certificate.cert).name} is refused by TLS: {_WEAK[reason]}",
            "Have a new one made, with RSA 3072",
        )
    old = pem.left_behind(text)
    if old:
        command = "openssl pkcs8 -topk8 -v2 aes-256-cbc -provider legacy -provider default"
        quoted = shlex.quote(str(path))
        return (
            key,
            f"{path.name} is encrypted with {old}, which OpenSSL 3 no longer reads; the passphrase may well be right",
            f"Convert it, and give the new file: {command} -in {quoted} -out {quoted}.new",
        )
    if b"ENCRYPTED" in text and not certificate.password:
        hint = f"Or name a file with it in DOORSTROOM_{password.replace('.', '_').upper()}_FILE"
        return key, f"the private key is encrypted; give its passphrase ({password})", hint
    if b"ENCRYPTED" in text:
        hint = f"Try it: openssl pkey -noout -in {shlex.quote(str(path))}"
        return key, f"the passphrase is wrong ({password})", hint
    problem, hint = pem.not_a_key(text, shlex.quote(str(path)))
    return key, f"{path.name} {problem}", hint


_WEAK = {
    "EE_KEY_TOO_SMALL": "its key is too small",
    "CA_KEY_TOO_SMALL": "the key of an intermediate in it is too small",
    "CA_MD_TOO_WEAK": "it is signed with a hash that is too weak",
}
_LARGEST = 10 * 1024 * 1024
_TRUST, _NO_ROOTS = "certificate.trust", "holds no certificates in PEM form"


def _load_trust(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    if not certificate.trust_files:
        raise ConfigurationError(
            "certificate.trust is missing",
            setting="certificate.trust",
            hint="Give the PEM file with the PKIoverheid private root; the roots of the machine are never used",
        )
    for path in certificate.trust_files:
        _, problem, hint = _certificates_in(path, _TRUST)
        try:
            context.load_verify_locations(cafile=path)
        except (ssl.SSLError, OSError):
            raise ConfigurationError(f"{_TRUST}: {path.name} {problem or _NO_ROOTS}", setting=_TRUST, hint=hint) from None

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


def _read(path: Path, setting: str) -> bytes:
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode) and found.st_size <= _LARGEST:
            return path.read_bytes()
        reason = "it is not a file of less than 10 MiB"  # a pipe never ends, or never begins; it is read more than once too
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except ValueError:  # a NUL in it
        reason = "it is no path"
    hint = "Look whether the path is right, and whether the user that runs this may read the file"
    raise ConfigurationError(f"{setting}: cannot read {path}: {reason}", setting=setting, hint=hint)


def warn_when_shared(path: Path, what: str) -> None:
    """Warn when a file with a secret can be read by others on this machine."""
    shared = _shared(path, what)
    if shared:
        warnings.warn(f"{shared[0]}; {shared[1]}", SecurityWarning, stacklevel=3)


def _shared(path: Path, what: str) -> tuple[str, str] | None:
    """What to say of a file with a secret that others can read, and the next step."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if os.name != "posix" or not mode & (stat.S_IRGRP | stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH):
        return None
    return f"{path.name} holds {what} and can be read or changed by others on this machine", f"run: chmod 600 {path}"
