"""The certificates of a chain: everybody calls with one and is called with another, which come from different roots.

That is how the newest ones of PKIoverheid are, and so are their RSA keys. The authorities have elliptic curve keys: those are
made in no time, so nothing of a root has to be kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from doorstroom_client.simulator.pki import CLIENT_AUTH, SERVER_AUTH, Issued, Leaf, Pki
from doorstroom_client.simulator.rsa_keys import kept_key


class ChainPki:
    """Issues to the parties of one chain.

    Attributes:
        clients: of the certificates that parties call with.
        servers: of those that they are called with.
        trust: PEM with both roots.
    """

    def __init__(self, directory: Path, hosts: Sequence[str]) -> None:
        """Make both roots.

        Args:
            directory: gets the folders ``pki`` and ``pki-servers``.
            hosts: names and addresses that servers are reached by.
        """
        self.clients: Pki = Pki(directory / "pki", name="Simulator Client")
        self.servers: Pki = Pki(directory / "pki-servers", name="Simulator Server", beside=self.clients)
        self.trust: Path = self.clients.trust
        self._hosts = tuple(hosts)

    def for_calling(self, name: str, oin: str) -> Issued:
        """A certificate for clients; the same party has the same key in every chain of this machine."""
        key = kept_key(f"client-{name}")
        return self.clients.issue_leaf(name, Leaf(oins=(oin,), hosts=(), usages=(CLIENT_AUTH,), key=key))

    def for_being_called(self, name: str, oin: str) -> Issued:
        """A certificate for servers, with another key."""
        usages = (SERVER_AUTH,)
        return self.servers.issue_leaf(
            name, Leaf(oins=(oin,), hosts=self._hosts, usages=usages, key=kept_key(f"server-{name}"))
        )
