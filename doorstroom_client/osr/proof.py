"""Remembers for a while that the OSR was really there: only then an empty list of it is believed."""

from __future__ import annotations

import time
from collections.abc import Callable

from doorstroom_client.basics import forks

_PROVEN_SECONDS = 15 * 60.0


class Proof:
    """Remembers for a quarter of an hour that the register is really at an address.

    Args:
        clock: monotonic seconds; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, float] = {}
        self._lock = forks.Lock()

    def holds(self, base_url: str) -> bool:
        """Whether the register was seen at an address a short while ago."""
        at = self._seen.get(base_url)
        return at is not None and self._clock() - at < _PROVEN_SECONDS

    def note(self, base_url: str) -> None:
        """Remember that the register was seen at an address."""
        with self._lock:
            self._seen[base_url] = self._clock()
