"""Tells what was removed from the store: one event each time, with numbers only."""

from __future__ import annotations

from doorstroom_client.events import Teller
from doorstroom_client.store.rows import Purged

ACTION = "purge"
WIPED, NOT_WIPED = "removed", "removed, bytes not yet wiped"
"""The words of an event."""


def removed(what: Purged, teller: Teller) -> None:
    """Tell of one removal.

    Args:
        what: the numbers.
        teller: of whose store it is.
    """
    numbers = f"{what.resultaten} resultaten, {what.berichten} berichten, {what.merken} merken"
    seconds = max((teller.now() - what.at).total_seconds(), 0.0)
    teller(ACTION, WIPED if what.wiped else NOT_WIPED, numbers, seconds=seconds)
