"""Which addresses of suppliers are known to accept lists: at any other it is no use to search for the pupil that is refused."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable

from doorstroom_client.basics import forks

SUSPICIOUS, SUSPICIOUS_WHEN_PROVEN = 3, 20
"""Lists in a row of which nothing was accepted, after which an address is no longer searched for unknown pupils."""
_FORGET_SECONDS = 600.0


class _Address:
    """What came of the lists that went there."""

    __slots__ = ("accepted", "fruitless", "last")

    def __init__(self) -> None:
        self.accepted = False
        self.fruitless = 0
        self.last = float("-inf")


class Reputation:
    """Which addresses of suppliers are known to accept lists; safe to share between threads and tasks.

    A wrong base_url answers 404 to everything, just as a supplier that knows none of the pupils.

    Args:
        clock: monotonic seconds; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = forks.Lock()
        self._known: defaultdict[str, _Address] = defaultdict(_Address)
        self._deviating: set[str] = set()

    def accepted(self, base_url: str) -> None:
        """Something was accepted there, now or in an earlier run."""
        with self._lock:
            known = self._known[base_url]
            known.accepted, known.fruitless = True, 0

    def fruitless(self, base_url: str) -> None:
        """Nothing of a list was accepted there."""
        with self._lock:
            known = self._known[base_url]
            known.fruitless += 1
            known.last = self._clock()

    def deviates(self, base_url: str) -> bool:
        """It does something that was agreed to be otherwise; whether this is the first time that it is noted."""
        with self._lock:
            first = base_url not in self._deviating
            self._deviating.add(base_url)
            return first

    def is_known(self, base_url: str) -> bool:
        """Whether anything is known of this address."""
        return base_url in self._known

    def is_proven(self, base_url: str) -> bool:
        """Whether something was accepted there, and not only refusals came for a long time since."""
        known = self._known.get(base_url)
        return known is not None and known.accepted and not self.is_suspicious(base_url)

    def is_suspicious(self, base_url: str) -> bool:
        """Whether so many lists in a row were refused there that the address is probably wrong; forgotten after a while."""
        with self._lock:
            known = self._known.get(base_url)
            if known is None:
                return False
            enough = SUSPICIOUS_WHEN_PROVEN if known.accepted else SUSPICIOUS
            if known.fruitless and self._clock() - known.last > _FORGET_SECONDS:
                known.fruitless = 0
            return known.fruitless >= enough
