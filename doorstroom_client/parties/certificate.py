"""Our certificate and the roots that we trust, as files; what stands in them, and what others may think of it."""

from __future__ import annotations

import datetime as dt
import os
import shlex
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path
from typing import Any, ClassVar, Self

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties.certificate_check import Chain, Finding, Level, Signed, Use, by_name, judge_trust
from doorstroom_client.parties.certificate_forms import Form, Held, UnusableError, certificates_of, form_of
from doorstroom_client.parties.given import given, given_each, given_path, is_path
from doorstroom_client.parties.own_key import key_to_load
from doorstroom_client.parties.passphrase import why_none
from doorstroom_client.parties.setting_file import read_file, shared_with_others
from doorstroom_client.parties.x509 import CertificateFacts

TRUST = "certificate.trust"
"""The setting of the roots, as errors name it."""
_Files = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


@frozen
class ClientCertificate:
    """The PKIoverheid certificate of the LAS supplier and the roots it trusts.

    Files may be in PEM or DER, told by content; with the extra ``certificates`` also in PKCS#12 (.p12, .pfx) or PKCS#7 (.p7b).

    Attributes:
        cert: file with the certificate and its intermediates; in PEM the certificate comes first.
        key: file with the private key; None when it stands in `cert`, as in PKCS#12.
        trust: file or files with the roots that may vouch for the other side. Several at once are allowed, for the
            change from one PKIoverheid generation to the next. A root in `cert` is not trusted.
        password: passphrase of the key, or of the PKCS#12 file; never shown.
        crls: file or files with revocation lists. When given, every certificate of the other side must be covered by a
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
        _refuse_token(self.cert, cert)
        _refuse_token(self.key, key)
        given(self.password, str, password, "text")
        _refuse_passphrase(why_none(self.password or ""), password)
        object.__setattr__(self, "trust", _given_paths(self.trust, TRUST))
        object.__setattr__(self, "crls", _given_paths(self.crls, "certificate.crls"))

    @classmethod
    def from_pkcs12(
        cls, path: str | os.PathLike[str], *, password: str | None = None, trust: _Files = (), crls: _Files = ()
    ) -> Self:
        """The certificate, private key and intermediates in a PKCS#12 file (.p12, .pfx).

        Needs the extra ``certificates``. To give such a file as `cert` comes to the same; here it is opened at once.

        Args:
            path: the file. It is read again when it changes.
            password: its passphrase.
            trust: the roots that may vouch for the other side; one in the file itself is not trusted.
            crls: revocation lists.

        Raises:
            ConfigurationError: it is no PKCS#12 or cannot be opened, holds no private key, several, or one of another
                certificate, or the extra is not installed.
        """
        made = cls(path, trust=trust, password=password, crls=crls)
        del password  # an error report shows what stands in this frame
        leaf = chain_of(made, Use.CLIENT).leaf
        _refuse_other_form(Path(path), cls.names[0])
        key_to_load(made, leaf)
        return made

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
    path, setting, secret = Path(certificate.cert), certificate.names[0], certificate.names[2]
    held = held_in(path, setting, certificate)
    if isinstance(held, UnusableError):
        raise held.about(path, setting, secret)
    return Chain(path.name, setting, held.certificates, use, dt.datetime.now(dt.UTC), ordered=held.form is Form.PEM)


def held_in(path: Path, setting: str, certificate: ClientCertificate | None = None) -> Held | UnusableError:
    """The certificates in a file; else why there are none. It is opened with the passphrase of ours, when it is ours.

    The file may hold the key as well, so its content stays in this frame, which raises nothing of it.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    data = read_file(path, setting)
    try:
        return certificates_of(data, shlex.quote(str(path)), certificate.password if certificate else None)
    except UnusableError as error:
        return error.with_traceback(None)


def _refuse_token(given: str | os.PathLike[str] | None, setting: str) -> None:
    """Refuse the address of a key in hardware; it is not repeated, because a PIN may stand in it."""
    if given is not None and any(part.lower().startswith("pkcs11:") for part in Path(given).parts):
        raise ConfigurationError(
            f"{setting}: a private key in an HSM or on a token (pkcs11:) cannot be used; it has to be a file",
            setting=setting,
            hint="What is possible: docs/how-to/install-your-certificate.md, A key in an HSM",
        )


def _refuse_other_form(path: Path, setting: str) -> None:
    form = form_of(read_file(path, setting))
    if form is not Form.PKCS12:
        raise ConfigurationError(
            f"{setting}: {path.name} is {form} and no PKCS#12",
            setting=setting,
            hint="Give such a file as cert, and its key as key",
        )


def _refuse_passphrase(why: str, setting: str) -> None:
    if why:
        raise ConfigurationError(f"{setting}: {why}", setting=setting, hint="Save it as plain text (ASCII or UTF-8)")


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
    chain = chain_of(certificate, use)
    read = [(path.name, held_in(path, TRUST)) for path in certificate.trust_files]
    trust = [(name, held.certificates if isinstance(held, Held) else ()) for name, held in read]
    found = [*chain.sound([item for _, held in trust for item in held], signed), *judge_trust(trust, chain.leaf, chain.now)]
    shared = shared_with_others(certificate.key_file, "the private key")
    if shared:
        name = certificate.names[1]
        found.append(Finding(Level.WARNING, name, f"{name}: {shared[0]}", shared[1]))
    return found
