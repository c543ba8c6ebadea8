"""Remembers that a register is really there, so that a list without anything in it is believed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_PROVEN_SECONDS = 15 * 60.0


@dataclass(slots=True)
class Proof:
    """Remembers for a quarter of an hour that the register is really at an address."""

    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, float] = field(default_factory=dict[str, float])
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def holds(self, base_url: str) -> bool:
        """Whether it was proven a short while ago."""
        at = self._seen.get(base_url)
        return at is not None and self.clock() - at < _PROVEN_SECONDS

    def note(self, base_url: str) -> None:
        """It is."""
        with self._lock:
            self._seen[base_url] = self.clock()
