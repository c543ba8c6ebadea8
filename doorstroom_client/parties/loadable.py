"""Our certificate and key as the standard library loads them: from files, made for that moment where ours are no PEM."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import field
from pathlib import Path
from typing import IO

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties.certificate import ClientCertificate
from doorstroom_client.parties.certificate_check import Chain, by_name
from doorstroom_client.parties.own_key import key_to_load
from doorstroom_client.parties.setting_file import read_file


@frozen
class Loadable:
    """What is handed to ``load_cert_chain``.

    Attributes:
        cert: the file with the certificate first.
        key: the file with the private key.
        password: its passphrase; empty when it has none.
    """

    cert: str | os.PathLike[str]
    key: str | os.PathLike[str]
    password: str = field(repr=False)


@contextmanager
def loadable(certificate: ClientCertificate, chain: Chain) -> Iterator[Loadable]:
    """The files to load, as long as this lasts.

    A key that has to be written for that is encrypted, with a passphrase that is made for this one time and stands nowhere. So
    what lies on the disk meanwhile, and would stay there when the machine loses its power, opens for nobody. It is a private
    file and not one in memory: only Linux has those, and they would hold the key as it is.

    Args:
        certificate: ours.
        chain: the certificates in its file.

    Raises:
        ConfigurationError: the key cannot be opened, or no temporary file can be made.
    """
    made = key_to_load(certificate, chain.leaf)
    if made is None and _loads_as_it_is(certificate, chain):
        yield Loadable(certificate.cert, certificate.key_file, certificate.password or "")
        return
    parts = [ssl.DER_cert_to_PEM_cert(item.der).encode() for item in chain.path((), by_name)]
    with private_file(b"".join((*parts, made[0] if made else b"")), certificate.names[0]) as file:
        if made is None:
            yield Loadable(file.name, certificate.key_file, certificate.password or "")
        else:
            yield Loadable(file.name, file.name, made[1])


def _loads_as_it_is(certificate: ClientCertificate, chain: Chain) -> bool:
    """Whether OpenSSL takes what is meant from the file with our certificate: the first in it is ours, and it is plain PEM."""
    ours_first = chain.ordered and chain.leaf == chain.given[0]
    return ours_first and b"-----BEGIN TRUSTED" not in read_file(Path(certificate.cert), certificate.names[0])


def private_file(content: bytes, setting: str) -> IO[bytes]:
    """A new file that only this user can read; it is gone when it is closed."""
    try:
        with ExitStack() as stack:
            file = stack.enter_context(tempfile.NamedTemporaryFile(prefix="doorstroom-", suffix=".pem"))
            file.write(content)
            file.flush()
            stack.pop_all()
            return file
    except OSError as error:
        reason = error.strerror or type(error).__name__
    hint = "Let TMPDIR name a folder in which this user may write; what is written is removed at once"
    raise ConfigurationError(f"{setting}: no temporary file can be made, to load it from: {reason}", setting=setting, hint=hint)
