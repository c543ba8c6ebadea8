"""The private key of our certificate, in the form in which the standard library loads it."""

from __future__ import annotations

import secrets
import shlex
from typing import TYPE_CHECKING

from doorstroom_client.parties.certificate_forms import Form, UnusableError, form_of, opener
from doorstroom_client.parties.setting_file import read_file

if TYPE_CHECKING:
    from doorstroom_client.parties.certificate import ClientCertificate
    from doorstroom_client.parties.x509 import Certificate

_BYTES = 32
_RIGHT_KEY = "Give the key that its request was made with"


def key_to_load(certificate: ClientCertificate, leaf: Certificate) -> tuple[bytes, str] | None:
    """The private key in PEM, encrypted anew, and the passphrase for it, made for this one time; None when it is PEM already.

    Args:
        certificate: ours.
        leaf: what the key has to fit.

    Raises:
        ConfigurationError: its file cannot be read or opened, or holds no private key, or that of another certificate.
    """
    once = secrets.token_urlsafe(_BYTES)
    _, setting, secret = certificate.names
    found = _encrypted_anew(certificate, leaf, once)
    if isinstance(found, UnusableError):
        raise found.about(certificate.key_file, setting, secret)
    return (found, once) if found else None


def _encrypted_anew(certificate: ClientCertificate, leaf: Certificate, once: str) -> bytes | UnusableError:
    """What is in the file stays in this frame, which raises nothing of it; empty when it is PEM."""
    path = certificate.key_file
    data, name = read_file(path, certificate.names[1]), shlex.quote(str(path))
    if form_of(data) is Form.PEM:
        return b""
    try:
        opened = opener(data, name)
        key = opened.open_key(data, name, certificate.password)
        if not opened.fits(key, leaf.der):
            return UnusableError("holds a private key that does not belong to the certificate", _RIGHT_KEY)
        made: bytes = opened.as_pem_key(key, once)
    except UnusableError as error:
        return error.with_traceback(None)
    return made
