"""What a file about certificates is made of: certificates, private keys that were opened or not, revocation lists."""

from __future__ import annotations

import datetime as dt
from dataclasses import field

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.parties.opened import as_pem_key
from doorstroom_client.parties.x509 import Certificate


@frozen
class PrivateKey:
    """A private key, opened or not.

    Attributes:
        encrypted: whether it was, in its file.
        kind: such as ``EC 256``; empty when it is not opened.
        public: its public key in DER, by which its certificate is found; empty when it is not opened.
        key: the key itself; None when it is not opened.
    """

    encrypted: bool
    kind: str = ""
    public: bytes = b""
    key: PrivateKeyTypes | None = field(default=None, repr=False)

    def as_pem(self, password: str | None) -> bytes:
        """In PEM, encrypted when there is a passphrase; empty when it is not opened."""
        return b"" if self.key is None else as_pem_key(self.key, password)


@frozen
class RevocationList:
    """A revocation list.

    Attributes:
        issuer: whose.
        until: when a newer one has to be there; None when it does not say.
    """

    issuer: str
    until: dt.datetime | None


@frozen
class Pieces:
    """What stands in one file.

    Attributes:
        certificates: those in it.
        keys: the private keys.
        lists: the revocation lists.
        requests: how many certificate requests.
        cut_short: the label of something that begins and does not end; empty when there is none.
    """

    certificates: tuple[Certificate, ...] = ()
    keys: tuple[PrivateKey, ...] = ()
    lists: tuple[RevocationList, ...] = ()
    requests: int = 0
    cut_short: str = ""
