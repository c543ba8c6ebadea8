"""Connections, kept apart by the OIN that is expected on them and by the SSLContext they were made with."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

C = TypeVar("C")


@dataclass(slots=True, eq=False)
class Pool(Generic[C]):
    """Connections with one expected OIN and one SSLContext.

    Attributes:
        transport: what sends over them.
        context: how they were made.
        users: calls that are using them now.
    """

    transport: C
    context: ssl.SSLContext
    users: int = 0


class Pools(Generic[C]):
    """Connections by the OIN that is expected: it is checked when one is made, so none may serve another.

    When our certificate changes, new calls get new connections, and the old ones are closed after their last call.
    """

    def __init__(self, make: Callable[[ssl.SSLContext], C]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._pools: dict[str | None, Pool[C]] = {}
        self._idle: list[C] = []

    def take(self, oin: str | None, context: ssl.SSLContext) -> Pool[C]:
        """The connections to use; give them back after the call."""
        with self._lock:
            pool = self._pools.get(oin)
            if pool is None or pool.context is not context:
                retired = [pool] if pool is not None and pool.users == 0 else []
                pool = self._pools[oin] = Pool(self._make(context), context)
                self._idle.extend(old.transport for old in retired)
            pool.users += 1
            return pool

    def give_back(self, pool: Pool[C]) -> list[C]:
        """End the use; returns what is to be closed now."""
        with self._lock:
            pool.users -= 1
            if pool.users == 0 and pool not in self._pools.values():
                self._idle.append(pool.transport)
            closing, self._idle = self._idle, []
            return closing

    def clear(self) -> list[C]:
        """Forget everything; returns what is to be closed."""
        with self._lock:
            closing = [*self._idle, *(pool.transport for pool in self._pools.values())]
            self._pools.clear()
            self._idle = []
            return closing
