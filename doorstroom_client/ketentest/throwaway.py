"""Throw-away certificates for both sides of a test, when neither has any yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from doorstroom_client.errors import StoreError
from doorstroom_client.simulator.chain_pki import ChainPki
from doorstroom_client.simulator.refused_certificates import refused_certificates

PARTIES = {"las": "00000003990000010000", "toetssysteem": "00000003990000110000", "andere-partij": "00000003990000120000"}
"""Who gets certificates, with the invented OIN in them."""
CALLERS = ("las", "toetssysteem")
"""Who tests the other, and may have certificates to see them refused."""
REFUSED = "pki-refused"
"""The folder for those; in it one for each of the callers."""


def make_certificates(folder: Path, hosts: Sequence[str]) -> Iterator[str]:
    """Make them.

    Args:
        folder: gets the folders ``pki``, for calling, ``pki-servers``, for being called, and ``pki-refused``.
        hosts: names of the servers.

    Yields:
        For each file what it is, as a line.

    Raises:
        StoreError: a file cannot be written.
    """
    try:
        yield from _made(folder, hosts)
    except OSError as error:
        problem = f"cannot write in {folder}: {error.strerror}"
        raise StoreError(problem, hint="Choose another folder") from None


def _made(folder: Path, hosts: Sequence[str]) -> Iterator[str]:
    pki = ChainPki(folder, hosts)
    yield f"{pki.trust}: the roots of both sides"
    for name, oin in PARTIES.items():
        calling, called = pki.for_calling(name, oin), pki.for_being_called(name, oin)
        yield f"{calling.cert} and {calling.key}: {name}, to call with, OIN {oin}"
        yield f"{called.cert} and {called.key}: {name}, to be called with, for {', '.join(hosts)}"
    for name in CALLERS:
        for file in refused_certificates(pki, folder / REFUSED / name, PARTIES[name]).values():
            yield f"{file}: {name}, with its key, to see it refused"
