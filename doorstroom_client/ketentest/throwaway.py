"""Throw-away certificates for both sides of a test, when neither has any yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from doorstroom_client.simulator.chain_pki import ChainPki

PARTIES = {"las": "00000003990000010000", "toetssysteem": "00000003990000110000", "andere-partij": "00000003990000120000"}
"""Who gets certificates, with the invented OIN in them."""


def make_certificates(folder: Path, hosts: Sequence[str]) -> Iterator[str]:
    """Make them.

    Args:
        folder: gets the folders ``pki``, for calling, and ``pki-servers``, for being called.
        hosts: names of the servers.

    Yields:
        For each file what it is, as a line.

    Raises:
        StoreError: a file cannot be written.
    """
    pki = ChainPki(folder, hosts)
    yield f"{pki.trust}: the roots of both sides"
    for name, oin in PARTIES.items():
        calling, called = pki.for_calling(name, oin), pki.for_being_called(name, oin)
        yield f"{calling.cert} and {calling.key}: {name}, to call with, OIN {oin}"
        yield f"{called.cert} and {called.key}: {name}, to be called with, for {', '.join(hosts)}"
