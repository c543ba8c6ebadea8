"""Certificates to call with that the other side has to refuse, each for one reason; each in one file with its key."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from doorstroom_client.simulator.chain_pki import ChainPki
from doorstroom_client.simulator.pki import CLIENT_AUTH, Issued, Leaf, Pki, write_private

OTHER_PARTY, OTHER_ISSUER = "ander_certificaat", "certificaat_andere_uitgever"
EXPIRED, NO_OIN = "verlopen_certificaat", "certificaat_zonder_oin"
STRANGER_OIN = "00000003990000970000"
"""Of a party that no school has mandated."""
_LONG_AGO, _YESTERDAY = dt.timedelta(days=400), dt.timedelta(days=1)


def refused_certificates(pki: ChainPki, folder: Path, oin: str) -> dict[str, Path]:
    """Make one of each kind.

    Args:
        pki: whose roots the other side knows.
        folder: gets the files, which are named after what is wrong.
        oin: of who calls.

    Returns:
        The files by what is wrong; the names are those of the arrangements in a plan.
    """
    now = dt.datetime.now(dt.UTC)
    leaves = {
        OTHER_PARTY: _leaf(STRANGER_OIN),
        EXPIRED: _leaf(oin, not_before=now - _LONG_AGO, not_after=now - _YESTERDAY),
        NO_OIN: _leaf(),
    }
    issued = {name: pki.clients.issue_leaf(f"{name}-{oin}", leaf) for name, leaf in leaves.items()}
    stranger = Pki(pki.clients.directory / "andere-uitgever", name="Andere uitgever")
    issued[OTHER_ISSUER] = stranger.issue_leaf(f"{OTHER_ISSUER}-{oin}", _leaf(oin))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {name: _in_one_file(item, folder / f"{name}.pem") for name, item in issued.items()}


def _leaf(*oins: str, not_before: dt.datetime | None = None, not_after: dt.datetime | None = None) -> Leaf:
    return Leaf(oins=oins, hosts=(), usages=(CLIENT_AUTH,), not_before=not_before, not_after=not_after)


def _in_one_file(issued: Issued, target: Path) -> Path:
    write_private(target, issued.cert.read_bytes() + issued.key.read_bytes())
    return target
