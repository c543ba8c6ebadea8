"""Remembers for a short time which systems are mandated, so that a burst of results asks the OSR once per school."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from doorstroom_client.osr.proof import Proof

YES_SECONDS = 15 * 60.0
"""A revoked mandate must not live long."""
NO_SECONDS = 60.0
"""A repaired mandate should work at once."""
STALE_SECONDS = 24 * 3600.0
"""How long a "yes" may stand in while the OSR itself gives no answer."""
_MOST = 50_000


class _Entry:
    """One answer."""

    __slots__ = ("at", "mandated", "namespace")

    def __init__(self, mandated: bool, at: float, namespace: str | None) -> None:
        self.mandated = mandated
        self.at = at
        self.namespace = namespace

    def is_of(self, namespace: str | None) -> bool:
        """Whether it was asked with this namespace; an answer or a question without one goes for all."""
        return None in (self.namespace, namespace) or self.namespace == namespace


class MandateCache:
    """Answers by (supplier OIN, school OIN); safe to share between threads and tasks.

    An answer counts for the namespace it was asked with: with the school year it is gone.

    Attributes:
        proof: remembers that the register is really there.

    Args:
        clock: monotonic seconds; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.proof = Proof(clock)
        self._entries: dict[tuple[str, str], _Entry] = {}
        self._dropped: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def fresh(self, supplier_oin: str, school_oin: str, namespace: str | None = None) -> bool | None:
        """The answer, while it is recent enough to use without asking; else None."""
        entry = self._entries.get((supplier_oin, school_oin))
        if entry is None or not entry.is_of(namespace):
            return None
        age = self._clock() - entry.at
        return entry.mandated if age < (YES_SECONDS if entry.mandated else NO_SECONDS) else None

    def stale_yes(self, supplier_oin: str, school_oin: str, namespace: str | None = None) -> bool:
        """Whether there was a "yes" within the last day, for while the OSR is out of order."""
        entry = self._entries.get((supplier_oin, school_oin))
        if entry is None or not entry.is_of(namespace):
            return False
        return entry.mandated and self._clock() - entry.at < STALE_SECONDS

    def forget(self, supplier_oin: str, school_oin: str) -> None:
        """Drop an answer that a party contradicted: the next look-up asks the OSR, and no older "yes" stands in."""
        with self._lock:
            self._entries.pop((supplier_oin, school_oin), None)
            self._dropped.add((supplier_oin, school_oin))

    def dropped(self) -> set[tuple[str, str]]:
        """What was contradicted, and may still stand in the store."""
        with self._lock:
            return set(self._dropped)

    def is_dropped(self, pairs: set[tuple[str, str]]) -> None:
        """It stands in the store no more."""
        with self._lock:
            self._dropped -= pairs

    def keep(
        self, supplier_oin: str, school_oin: str, mandated: bool, namespace: str | None = None, *, age: float = 0.0
    ) -> None:
        """Remember an answer that is `age` seconds old."""
        with self._lock:
            if len(self._entries) >= _MOST:
                self._entries.clear()
            self._entries[supplier_oin, school_oin] = _Entry(mandated, self._clock() - age, namespace)
