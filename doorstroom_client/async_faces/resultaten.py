"""Made from faces/resultaten.py by tools/make_async.py; change that file, not this one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, AsyncIterator
from functools import partial

from doorstroom_client.errors import ConfigurationError, MessageError
from doorstroom_client.exchange.calls import new_id
from doorstroom_client.async_faces.ontvangen_resultaat import AsyncOntvangenResultaat
from doorstroom_client.messages.school import School
from doorstroom_client.operations import Operations
from doorstroom_client.receiving.audit import put_off, unreadable
from doorstroom_client.receiving.received import open_kept
from doorstroom_client.resources import Resources
from doorstroom_client.runtime import AsyncRuntime
from doorstroom_client.store.boot import seconds_since_boot
from doorstroom_client.store.rows import StoredResult

_BATCH = 100
_IN_HAND = 10
"""Results that one consumer takes at a time."""
_SHORTEST_LEASE = 1.0
_LONGEST_REASON = 100


class AsyncResults:
    """The part of a client that hands out results."""

    _operations: Operations
    _runtime: AsyncRuntime

    async def resultaten(
        self,
        school: School | str | None = None,
        *,
        everything: bool = False,
    ) -> AsyncIterator[AsyncOntvangenResultaat]:
        """The received results that are not yet processed, oldest first; of each pupil the current one.

        A result belongs to its sender: of one pupil there are two when two senders each brought one, and each of them says
        so in its ``opmerkingen``.

        A result is handed out again until its `done` is called, so a crash in between loses nothing. What was put off with
        `later` comes when its time is there, and what a `watch` has in hand is left to it. Two programs that both use this
        get the same results; use `watch` to share the work.

        Args:
            school: only of this administration: itself, or a key of it.
            everything: all current results: processed ones, and what is put off or in hand, too.

        Raises:
            ConfigurationError: no store is configured.
            StoreError: the store cannot be read.
        """
        only = await self._runtime.run(self._operations.only_of(school))
        after = 0
        while True:
            now = None if everything else self._operations.now()
            batch = await self._runtime.io(partial(_read_batch, self._runtime.resources, only, after, now))
            for kept in batch:
                result = self._opened(kept, await self._runtime.run(self._operations.school_of(kept.received.edu_to)))
                if result is not None:
                    yield result
            if len(batch) < _BATCH:
                return
            after = batch[-1].id

    async def watch(
        self,
        school: School | str | None = None,
        *,
        stop: Callable[[], bool] | None = None,
        poll: float = 1.0,
        lease: float = 600.0,
    ) -> AsyncIterator[AsyncOntvangenResultaat]:
        """Received results as they come, without end. Any number of threads, processes and machines may do so together.

        Each result is in the hands of one consumer at a time, and of each pupil one result at a time, in order. Call `done` or
        `later` for each; one for which neither was called is handed out again when `lease` is over, and nothing else of that
        pupil is handed out before.

        Args:
            school: only of this administration: itself, or a key of it.
            stop: is asked before each result and at each look; once it says yes, this ends and gives back what it has in hand.
            poll: seconds between two looks into the store when nothing is there.
            lease: seconds in which a result is processed, twice over: keep each under half of it.

        Raises:
            ConfigurationError: no store is configured, or a number is too small.
            StoreError: the store cannot be read or written.
        """
        if lease < _SHORTEST_LEASE or poll <= 0:
            raise ConfigurationError("lease must be at least 1 second and poll more than 0", setting="lease")
        only = await self._runtime.run(self._operations.only_of(school))
        owner, stopped = new_id(), stop or _never
        while not stopped():
            begin = seconds_since_boot()
            batch = await self._runtime.io(partial(_take, self._runtime.resources, self._operations, owner, lease, only))
            idle = not batch
            try:
                while batch and seconds_since_boot() - begin < lease / 2 and not stopped():
                    found = await self._runtime.run(self._operations.school_of(batch[0].received.edu_to))
                    result = self._opened(batch.pop(0), found, owner)
                    if result is not None:
                        yield result
            finally:
                if batch:
                    await self._runtime.io(partial(_give_back, self._runtime.resources, owner, batch))
            if idle:
                await self._runtime.pause(poll)

    def _opened(self, kept: StoredResult, school: School | None, owner: str | None = None) -> AsyncOntvangenResultaat | None:
        """A result as it is handed out; None when this version cannot read what another one kept, which is told."""
        try:
            found = open_kept(kept, lambda _: school, self._operations.leveranciers, self._operations.afspraken)
        except MessageError:
            found = None
        if found is None:
            unreadable(kept.id, self._operations.teller)
            return None
        return AsyncOntvangenResultaat(found, kept, self._operations, self._runtime, owner)

    async def on_resultaat(
        self,
        handle: Callable[[AsyncOntvangenResultaat], object],
        school: School | str | None = None,
        *,
        stop: Callable[[], bool] | None = None,
        poll: float = 1.0,
        lease: float = 600.0,
    ) -> None:
        """Call a function for each received result, without end; run it in as many threads, processes and machines as needed.

        A result is processed when the function returns. When it raises an error the result is put off (`later`), with the
        kind of error as the reason, and the next one is taken; a result of the same pupil waits. The function may see a
        result twice, after a crash.

        Args:
            handle: the function; of an `AsyncClient` it may be a coroutine function.
            school: only of this administration: itself, or a key of it.
            stop: as for `watch`.
            poll: as for `watch`.
            lease: as for `watch`.

        Raises:
            ConfigurationError: as for `watch`.
            StoreError: as for `watch`.
        """
        async for result in self._runtime.each(self.watch(school, stop=stop, poll=poll, lease=lease)):
            failed = ""
            try:
                await self._runtime.call(partial(handle, result))
            except Exception as error:  # noqa: BLE001 - the next result must not wait for this one
                failed = type(error).__name__[:_LONGEST_REASON]
            if failed:
                await self._runtime.call(partial(result.later, failed))
                put_off(result.id, failed, self._operations.teller)
            else:
                await self._runtime.call(result.done)


def _never() -> bool:
    return False


def _read_batch(resources: Resources, only: list[str] | None, after: int, now: dt.datetime | None) -> list[StoredResult]:
    inbox = resources.inbox()
    if now is None:
        return inbox.results(only, after=after, limit=_BATCH)
    return inbox.pending(only, after=after, limit=_BATCH, now=now)


def _take(resources: Resources, operations: Operations, owner: str, lease: float, only: list[str] | None) -> list[StoredResult]:
    return resources.inbox().claim(owner, operations.now(), lease, edu_to=only, limit=_IN_HAND)


def _give_back(resources: Resources, owner: str, batch: list[StoredResult]) -> None:
    resources.inbox().release(owner, [kept.id for kept in batch])
