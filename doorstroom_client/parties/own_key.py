"""The private key of our certificate, in the form in which the standard library loads it."""

from __future__ import annotations

import secrets
import shlex
from typing import TYPE_CHECKING

from doorstroom_client.parties.certificate_forms import Form, UnusableError, form_of, opener
from doorstroom_client.parties.setting_file import read_file

if TYPE_CHECKING:
    from doorstroom_client.parties.certificate import ClientCertificate

_BYTES = 32


def key_to_load(certificate: ClientCertificate) -> tuple[bytes, str] | None:
    """The private key in PEM, encrypted anew, and the passphrase for it, made for this one time; None when it is PEM already.

    Raises:
        ConfigurationError: its file cannot be read or opened, or holds no private key.
    """
    once = secrets.token_urlsafe(_BYTES)
    _, setting, secret = certificate.names
    found = _encrypted_anew(certificate, once)
    if isinstance(found, UnusableError):
        raise found.about(certificate.key_file, setting, secret)
    return (found, once) if found else None


def _encrypted_anew(certificate: ClientCertificate, once: str) -> bytes | UnusableError:
    """What is in the file stays in this frame, which raises nothing of it; empty when it is PEM."""
    path = certificate.key_file
    data, name = read_file(path, certificate.names[1]), shlex.quote(str(path))
    if form_of(data) is Form.PEM:
        return b""
    try:
        opened = opener(data, name)
        made: bytes = opened.as_pem_key(opened.open_key(data, name, certificate.password), once)
    except UnusableError as error:
        return error.with_traceback(None)
    return made
