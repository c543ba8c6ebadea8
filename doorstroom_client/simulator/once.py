"""Work that is done once for each key, however often it is asked for: who asks again gets the same outcome."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any


class Once:
    """Remembers what came of work, by key. Work that failed may be done again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._done: dict[str, Any] = {}

    def do(self, key: str, work: Callable[[], Any]) -> Any:
        """Do some work, unless it was done or is being done under this key: then wait for what comes of that.

        Args:
            key: tells the work apart.
            work: gives its outcome.
        """
        with self._lock:
            own = self._locks.setdefault(key, threading.Lock())
        with own:
            if key not in self._done:
                self._done[key] = work()
            return self._done[key]

    def forget(self) -> None:
        """Do everything once more when it is asked for."""
        with self._lock:
            self._locks.clear()
            self._done.clear()
