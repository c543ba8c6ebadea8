"""Tells what was removed from the store: one event each time, with numbers only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Protocol

from doorstroom_client.events import Event, OnEvent, tell
from doorstroom_client.store.rows import Purged

ACTION = "purge"
WIPED, NOT_WIPED = "removed", "removed, bytes not yet wiped"
"""The words of an event."""


class About(Protocol):
    """What an event needs to know of us."""

    @property
    def las_oin(self) -> Callable[[], str | None]:
        """Our own OIN."""
        ...

    @property
    def now(self) -> Callable[[], dt.datetime]:
        """The wall clock (UTC)."""
        ...

    @property
    def on_event(self) -> OnEvent | None:
        """Is told."""
        ...


def removed(what: Purged, about: About) -> None:
    """Tell of one removal.

    Args:
        what: the numbers.
        about: whose store it is.
    """
    numbers = f"{what.resultaten} resultaten, {what.berichten} berichten, {what.merken} merken"
    end = about.now()
    event = Event(
        action=ACTION,
        object=numbers,
        result=WIPED if what.wiped else NOT_WIPED,
        origin=about.las_oin() or "-",
        actor="-",
        peer="-",
        at=end,
        seconds=max((end - what.at).total_seconds(), 0.0),
    )
    tell(event, about.on_event)
