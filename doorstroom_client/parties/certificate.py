"""Our certificate and the roots that we trust, as files; what stands in them, and what others may think of it."""

from __future__ import annotations

import datetime as dt
import os
import shlex
import stat
import warnings
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties import pem
from doorstroom_client.parties.certificate_check import Chain, Finding, Level, Signed, Use, by_name, judge_trust
from doorstroom_client.parties.given import given, given_each, given_path, is_path
from doorstroom_client.parties.x509 import Certificate, CertificateFacts, read_every

TRUST = "certificate.trust"
"""The setting of the roots, as errors name it."""
_LARGEST = 10 * 1024 * 1024
_Files = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


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

    def __post_init__(self) -> None:
        cert, key, password = self.names
        if given_path(self.cert, cert) is None:
            raise ConfigurationError(f"{cert} is missing", setting=cert, hint="Give the PEM file with the certificate")
        given_path(self.key, key)
        given(self.password, str, password, "text")
        object.__setattr__(self, "trust", _given_paths(self.trust, TRUST))
        object.__setattr__(self, "crls", _given_paths(self.crls, "certificate.crls"))

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
        return chain_of(self, Use.CLIENT).leaf.facts


@frozen
class ServerCertificate(ClientCertificate):
    """The certificate that the receiver shows, where that is another one than the one for calling others."""

    names: ClassVar[tuple[str, str, str]] = ("serve.certificate", "serve.key", "serve.password")


def chain_of(certificate: ClientCertificate, use: Use) -> Chain:
    """Our certificate with its intermediates.

    Raises:
        ConfigurationError: the file cannot be read or holds no certificate.
    """
    path, setting = Path(certificate.cert), certificate.names[0]
    found, problem, hint = certificates_in(path, setting)
    if not found:
        raise ConfigurationError(f"{setting}: {path.name} {problem}", setting=setting, hint=hint)
    return Chain(path.name, setting, found, use, dt.datetime.now(dt.UTC))


def certificates_in(path: Path, setting: str) -> tuple[tuple[Certificate, ...], str, str]:
    """The certificates in a file; else what it holds instead, and the next step.

    The file may hold the key as well, so its text stays in this frame, which raises nothing of it.
    """
    text = read_file(path, setting)
    found: tuple[Certificate, ...] = ()
    with suppress(ValueError):
        found = read_every(text)
    return (found, "", "") if found else ((), *pem.not_a_certificate(text, shlex.quote(str(path))))


def _paths(files: _Files) -> tuple[Path, ...]:
    if isinstance(files, str | os.PathLike):
        return (Path(files),)
    return tuple(Path(item) for item in files)


def _given_paths(files: _Files, setting: str) -> _Files:
    """One file as it is, or several; none is no file."""
    if files is None or is_path(files) or isinstance(files, str | bytes):
        return () if files is None else given_path(files, setting)
    listed: Any = files
    several: tuple[Any, ...] = given_each(listed, object, setting, "the path of a PEM file, or a list of them")
    return tuple(given_path(item, setting) for item in several)


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
        chain_of(certificate, use),
        [(path.name, certificates_in(path, TRUST)[0]) for path in certificate.trust_files],
    )
    found = [*chain.sound([item for _, held in trust for item in held], signed), *judge_trust(trust, chain.leaf, chain.now)]
    shared = _shared(certificate.key_file, "the private key")
    if shared:
        name = certificate.names[1]
        found.append(Finding(Level.WARNING, name, f"{name}: {shared[0]}", shared[1]))
    return found


def read_file(path: Path, setting: str) -> bytes:
    """What stands in a file of a setting; a pipe, a device and what is too large are refused.

    Raises:
        ConfigurationError: it cannot be read.
    """
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
