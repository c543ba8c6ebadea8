"""Our certificates as the files that the settings name: each with its intermediates in order, and its key apart."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config.certificate_chain import OwnChain, chains_of
from doorstroom_client.config.certificate_found import Found, Role, Survey
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties.certificate_check import Use

_CERTIFICATE = {Use.CLIENT: "certificate.cert", Use.SERVER: "serve.certificate"}
_KEY = {Use.CLIENT: "certificate.key", Use.SERVER: "serve.key"}
_TRUST, _TRUST_FILE = "certificate.trust", "trust.pem"
_SUFFIX = {Use.CLIENT: "-client", Use.SERVER: "-server"}


@frozen
class Part:
    """A file to write.

    Attributes:
        name: its name.
        setting: the setting that it is for.
        content: what goes into it.
    """

    name: str
    setting: str
    content: bytes = field(repr=False)


def split(survey: Survey, name: str, password: str | None, trusted: Iterable[str] = ()) -> tuple[Part, ...]:
    """The files to write: for each use the one certificate that has a key, and the roots that somebody vouches for.

    Args:
        survey: what was found.
        name: what the files begin with.
        password: to encrypt the keys with; None for keys that are not encrypted.
        trusted: SHA-256 fingerprints of the roots to trust; no others are.

    Raises:
        ConfigurationError: there is no certificate with its key, several for one use, or no root of such a fingerprint.
    """
    by_use = {use: chain for use in Use if (chain := _one(survey, use)) is not None}
    if not by_use:
        raise _nothing(survey)
    made: list[Part] = []
    if len({chain.leaf.certificate for chain in by_use.values()}) == 1:
        use, chain = next(iter(by_use.items()))  # one for both is for calling others; the receiver shows it by itself
        made += _pair(survey, chain, name, use, password)
    else:
        for use, chain in by_use.items():
            made += _pair(survey, chain, f"{name}{_SUFFIX[use]}", use, password)
    roots = _roots(survey, trusted)
    return (*made, Part(_TRUST_FILE, _TRUST, _pem(roots))) if roots else tuple(made)


def _pair(survey: Survey, chain: OwnChain, name: str, use: Use, password: str | None) -> list[Part]:
    """The key first: it is no use to anybody without its certificate."""
    key = next(item.key for item in survey.keys if chain.leaf.certificate in item.owners)
    shown = [item for item in chain.path if item is chain.leaf or not item.certificate.is_root]
    return [
        Part(f"{name}.key", _KEY[use], key.as_pem(password)),
        Part(f"{name}.pem", _CERTIFICATE[use], _pem(shown)),
    ]


def _one(survey: Survey, use: Use) -> OwnChain | None:
    """The certificate for this use: the only one that has a key, or of several the only one that is valid now."""
    several = [chain for chain in chains_of(survey) if chain.leaf.keys and use in chain.leaf.usages]
    valid = [chain for chain in several if _is_valid(survey, chain.leaf)]
    found = valid or several
    if len(found) > 1:
        listed = ", ".join(f"{', '.join(chain.leaf.files)} (ends on {_end(chain.leaf)})" for chain in found)
        raise ConfigurationError(
            f"there are {len(found)} certificates for {use.value[2]} with a key: {listed}",
            hint="Name the files of the one that is meant",
        )
    return found[0] if found else None


def _nothing(survey: Survey) -> ConfigurationError:
    closed = [item.file for item in survey.keys if not item.key.public]
    if survey.unread and not survey.keys:
        first = survey.unread[0]
        return ConfigurationError(f"{first.file} {first.problem}", setting="file", hint=first.hint)
    if closed:
        text, hint = f"the private key in {', '.join(closed)} is encrypted", "Give its passphrase: --password-file FILE"
    elif any(item.owners for item in survey.keys):
        text, hint = "; ".join(_unused(survey)), "Give the certificate that was issued to you, with its own key"
    elif survey.keys:
        text, hint = "the private key belongs to none of these certificates", "Give the certificate that was issued for it"
    else:
        text = "there is no private key among these files"
        hint = "Name the file with the key that the request was made with as well"
    return ConfigurationError(f"no certificate to install: {text}", hint=hint)


def _unused(survey: Survey) -> Iterator[str]:
    """Of each certificate with a key, why it is not used."""
    for item in (item for item in survey.certificates if item.keys):
        told = f'the private key in {", ".join(item.keys)} is that of "{item.name}", which is '
        if item.role is not Role.LEAF:
            yield told + "a certificate to issue others with"
        elif item.not_for_tls:
            own = "signed by itself and " if item.certificate.is_root else ""
            yield f"{told}{own}not for TLS: {item.not_for_tls[0]}"


def _roots(survey: Survey, trusted: Iterable[str]) -> list[Found]:
    there: Mapping[str, Found] = {_plain(item.fingerprint): item for item in survey.roots}
    found: list[Found] = []
    for given in trusted:
        root = there.get(_plain(given))
        if root is None:
            raise ConfigurationError(
                "no root among these files has the fingerprint that was given",
                hint="Take the root itself from the site of PKIoverheid (cert.pkioverheid.nl)",
            )
        found.append(root)
    return found


def _plain(fingerprint: str) -> str:
    return "".join(character for character in fingerprint.upper() if character.isalnum())


def _is_valid(survey: Survey, leaf: Found) -> bool:
    return leaf.certificate.facts.not_before <= survey.now <= leaf.certificate.facts.not_after


def _end(leaf: Found) -> str:
    return f"{leaf.certificate.facts.not_after:%Y-%m-%d}"


def _pem(certificates: Iterable[Found]) -> bytes:
    return "".join(ssl.DER_cert_to_PEM_cert(item.certificate.der) for item in certificates).encode("ascii")
