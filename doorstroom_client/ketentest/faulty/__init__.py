"""Peers that each do one thing wrong, to see the chain test find it: a check that none of them fails could as well be gone."""

from __future__ import annotations

from difflib import get_close_matches

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.ketentest.faulty import (
    faulty_las,
    faulty_lists,
    faulty_preflight,
    faulty_pushing,
    faulty_receiver,
    faulty_refusals,
    faulty_reports,
    faulty_tls,
)
from doorstroom_client.ketentest.faulty.faulty_peer import Checks as Checks
from doorstroom_client.ketentest.faulty.faulty_peer import FaultyPeer as FaultyPeer

_PARTS = (
    faulty_preflight,
    faulty_tls,
    faulty_lists,
    faulty_refusals,
    faulty_reports,
    faulty_pushing,
    faulty_receiver,
    faulty_las,
)
FAULTY: tuple[FaultyPeer, ...] = tuple(peer for part in _PARTS for peer in part.PEERS)
"""All of them."""


def peer_named(name: str) -> FaultyPeer:
    """A faulty peer.

    Raises:
        ConfigurationError: there is none of that name.
    """
    by_name = {item.name: item for item in FAULTY}
    if name in by_name:
        return by_name[name]
    near = get_close_matches(name, by_name, cutoff=0.5) or sorted(by_name)
    raise ConfigurationError(f'there is no faulty peer "{name}"', setting="faulty", hint=f"There is: {', '.join(near)}")
