"""Made from faces/store.py by tools/make_async.py; change that file, not this one."""

from __future__ import annotations

import datetime as dt
import os

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.through_client import ThroughClient
from doorstroom_client.operations import Operations
from doorstroom_client.runtime import AsyncRuntime
from doorstroom_client.store.removed import removed
from doorstroom_client.store.retention import Retention
from doorstroom_client.store.rows import Purged


@frozen
class AsyncClientStore(ThroughClient):
    """The store; reached as ``client.store``. It needs a store with all of its parts."""

    _operations: Operations
    _runtime: AsyncRuntime
    _retention: Retention

    async def purge(self, days: int | None = None) -> Purged:
        """Remove what is no longer needed, down to its bytes, and note how much it was.

        A result goes when it was processed so many days ago, with all earlier deliveries for the same pupil, test and school
        year; **one that is not processed never goes**. A message of the outbox goes when it was delivered or thrown away so
        many days ago, and when its time ran out by then. Marks of what suppliers accepted have days of their own. Others can
        go on with the store meanwhile. One `Event` tells the numbers.

        Args:
            days: days, for results and messages; as configured when left out.

        Returns:
            The numbers. When `Purged.wiped` is False, what was removed may still stand in the files, until the next time.

        Raises:
            ConfigurationError: no store is configured, or a number of days that cannot be.
            StoreError: the store cannot do its work; what was removed until then is gone and counted.
        """
        now = self._operations.now()
        until = self._retention.until(now, days)
        done = await self._runtime.io(lambda: self._runtime.resources.store().purge(now, *until))
        removed(done, self._operations.teller)
        return done

    async def removable(self, days: int | None = None) -> Purged:
        """What `purge` would remove now; removes nothing.

        Args:
            days: as there.

        Raises:
            ConfigurationError: no store is configured, or a number of days that cannot be.
            StoreError: the store cannot be read.
        """
        now = self._operations.now()
        until = self._retention.until(now, days)
        return await self._runtime.io(lambda: self._runtime.resources.store().removable(now, *until))

    async def purges(self, limit: int = 100) -> list[Purged]:
        """What was removed in the past, last first.

        Args:
            limit: at most so many.

        Raises:
            ConfigurationError: no store is configured.
            StoreError: the store cannot be read.
        """
        return await self._runtime.io(lambda: self._runtime.resources.store().purges(limit))

    async def backup(self, path: str | os.PathLike[str]) -> None:
        """Copy the store into a new file, as it is at one moment, while others go on with it.

        The copy is a store too: mode 0600, checked, and on disk when this returns. It holds what the store holds, so it has to
        be removed in time as well. What was purged before is not in it.

        Args:
            path: a file that does not exist yet, in a folder that does, on a disk that knows hard links.

        Raises:
            ConfigurationError: no store is configured.
            StoreError: the file exists or cannot be written, or this kind of store is copied by tools of its own.
        """
        await self._runtime.io(lambda: self._runtime.resources.store().backup(os.fspath(path)))

    async def counts(self) -> dict[str, int]:
        """How much is kept.

        Returns:
            Of results ``received``, and of these ``current``, ``pending`` (not yet processed) and ``put_off``; of messages
            how many are in each state: ``waiting``, ``held``, ``parked``, ``delivered``, ``dropped``.

        Raises:
            ConfigurationError: no store is configured.
            StoreError: the store cannot be read.
        """
        store = await self._runtime.io(self._runtime.resources.store)
        results, messages = await self._runtime.io(lambda: (store.inbox.counts(), store.outbox.counts()))
        return results | {state.value: number for state, number in messages.items()}

    async def oldest_pending(self) -> dt.datetime | None:
        """When the oldest result came in that is not yet processed; None when there is none.

        Raises:
            ConfigurationError: no store is configured.
            StoreError: the store cannot be read.
        """
        oldest = await self._runtime.io(lambda: self._runtime.resources.store().inbox.pending(limit=1))
        return oldest[0].received.received_at if oldest else None
