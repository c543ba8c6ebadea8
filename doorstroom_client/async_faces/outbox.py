"""Made from faces/outbox.py by tools/make_async.py; change that file, not this one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, AsyncIterator, Sequence
from functools import partial

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.through_client import ThroughClient
from doorstroom_client.basics.unread import works_while_read
from doorstroom_client.messages.aanlevering import Aanlevering, Onleesbaar
from doorstroom_client.operations import Operations
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.runtime import AsyncRuntime
from doorstroom_client.sending.queue import Klaargezet
from doorstroom_client.sending.uitkomst import Uitkomst
from doorstroom_client.store.outbox import Outbox
from doorstroom_client.store.rows import Queued, State

_BATCH = 100


@frozen
class AsyncClientOutbox(ThroughClient):
    """The outbox; reached as ``client.outbox``. It needs a store.

    A list that is added is on disk before `add` returns. `deliver` sends what is due: per school, supplier and kind strictly
    in order, and with the same bytes on every attempt. Run it from cron or in a worker of your own; several at a time do no
    harm, on one machine or on more.
    """

    _operations: Operations
    _runtime: AsyncRuntime

    async def add(
        self,
        lijst: Aanlevering,
        *,
        leverancier: Leverancier | str | None = None,
        only_changes: bool = False,
        expires_at: dt.datetime | None = None,
    ) -> Klaargezet:
        """Put a list in the outbox: voorlopige schooladviezen or participants.

        Args:
            lijst: an `Adviezenlijst` or a `Deelnemerslijst`.
            leverancier: the supplier, or its toetssoort. When left out: the one that the school has mandated in the OSR,
                which is looked up now. Name it when adding must work without a network.
            only_changes: leave out what the supplier has accepted before, or is going to get from this outbox.
            expires_at: moment (aware) after which it is not sent any more; the end of the school year when left out.

        Returns:
            What was put there; its ``bericht`` is None when nothing had changed.

        Raises:
            MessageError: the list does not fit the standard. Nothing was kept.
            ConfigurationError: no store is configured, or several suppliers are mandated.
            GeenMandaat: no configured supplier is mandated.
            StoreError: it could not be kept.
        """
        books = self._runtime.resources.books
        return await self._runtime.run(self._operations.enqueue(lijst, leverancier, books, only_changes, expires_at))

    @works_while_read
    async def add_many(
        self,
        lijsten: Iterable[Aanlevering | Onleesbaar],
        *,
        leverancier: Leverancier | str | None = None,
        only_changes: bool = True,
        workers: int = 4,
        stop: Callable[[], bool] | None = None,
    ) -> AsyncIterator[Uitkomst]:
        """Put the lists of many schools in the outbox, and hand out what came of each as soon as it is on disk.

        What goes wrong at one school is the outcome of that school. Doing it again does no harm: what is in the outbox
        already, or was accepted, is left out.

        Args:
            lijsten: a list per school, as for `Client.send_many`.
            leverancier: the supplier of all, or its toetssoort. When left out: the one that each school has mandated.
            only_changes: leave out what a supplier has accepted before, or is going to get from this outbox.
            workers: how many schools at a time.
            stop: is asked before each list; once it says yes, no other list is begun.

        Raises:
            ConfigurationError: no store is configured, or a number of workers below 1.
            MessageError: something in the input is no list.
        """
        self._runtime.resources.check_store()
        many = self._operations.many_queued(leverancier, self._runtime.resources.books, only_changes)
        async for uitkomst in self._runtime.over(lijsten, many.handle, workers, stop):
            yield uitkomst

    async def deliver(
        self,
        *,
        workers: int = 4,
        on_result: Callable[[Uitkomst], object] | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> list[Uitkomst]:
        """Send everything that is due now, and say what came of each message that was tried.

        A message that fails for a passing reason is due again later, by a schedule from 5 seconds to a day; run this again
        then. One that somebody has to repair something for is held, and tried at most once an hour.

        Args:
            workers: how many keys (school, supplier and kind) at a time.
            on_result: is told of each message as soon as its outcome is known, in the thread or task of its worker.
            stop: is asked after each message; once it says yes, no other message is begun.

        Raises:
            ConfigurationError: no store is configured, or a number of workers below 1.
            StoreError: the store cannot do its work; what was sent and could not be marked is sent once more.
        """
        results: list[Uitkomst] = []

        def note(result: Uitkomst) -> None:
            results.append(result)
            if on_result is not None:
                on_result(result)
            run.stopped = run.stopped or (stop is not None and stop())

        books = await self._runtime.io(self._runtime.resources.books)
        run = self._operations.delivery_run(books, note)
        async for _ in self._runtime.stream((run.worker() for _ in range(workers)), workers, run.stop):
            pass
        return results

    async def counts(self) -> dict[State, int]:
        """How many messages are in each state.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self._runtime.io(partial(_counts, self._runtime.resources.outbox))

    async def messages(self, states: Sequence[State] | None = None) -> AsyncIterator[Queued]:
        """Messages with their state, oldest first; without their content.

        Args:
            states: only these; all when left out.

        Raises:
            StoreError: the store cannot be read.
        """
        after = 0
        while True:
            batch = await self._runtime.io(partial(_read, self._runtime.resources.outbox, states, after))
            for message in batch:
                yield message
            if len(batch) < _BATCH:
                return
            after = batch[-1].id

    async def next_at(self) -> dt.datetime | None:
        """The moment at which the next message is due, now or later; None when nothing waits.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self._runtime.io(partial(_next_at, self._runtime.resources.outbox, self._operations.now()))

    async def retry(self, number: int) -> bool:
        """Let a message that is held, parked or waiting go at the next `deliver`.

        Args:
            number: `Queued.id`.

        Returns:
            False when it is not there, has expired, or when a newer one of the same school, supplier and kind was sent since:
            an old message may never follow a newer one. Put a new list in the outbox instead.

        Raises:
            StoreError: the store cannot do its work.
        """
        return await self._runtime.io(partial(_retry, self._runtime.resources.outbox, number, self._operations.now()))

    async def park(self, number: int, reason: str = "operator") -> bool:
        """Put a message aside, so that later ones of the same key go on.

        Args:
            number: `Queued.id`.
            reason: a short text for whoever looks later; no pupil data.

        Returns:
            False when it is not there, is done, or is being sent.

        Raises:
            StoreError: the store cannot do its work.
        """
        return await self._runtime.io(partial(_park, self._runtime.resources.outbox, number, reason, self._operations.now()))

    async def drop(self, number: int) -> bool:
        """Throw a message away, content included.

        Args:
            number: `Queued.id`.

        Returns:
            False when it is not there, is delivered, or is being sent.

        Raises:
            StoreError: the store cannot do its work.
        """
        return await self._runtime.io(partial(_drop, self._runtime.resources.outbox, number, self._operations.now()))


def _counts(outbox: Callable[[], Outbox]) -> dict[State, int]:
    return outbox().counts()


def _read(outbox: Callable[[], Outbox], states: Sequence[State] | None, after: int) -> list[Queued]:
    return outbox().messages(states, after=after, limit=_BATCH)


def _next_at(outbox: Callable[[], Outbox], now: dt.datetime) -> dt.datetime | None:
    return outbox().next_at(now)


def _retry(outbox: Callable[[], Outbox], number: int, now: dt.datetime) -> bool:
    return outbox().retry(number, now)


def _park(outbox: Callable[[], Outbox], number: int, reason: str, now: dt.datetime) -> bool:
    return outbox().park(number, reason, now)


def _drop(outbox: Callable[[], Outbox], number: int, now: dt.datetime) -> bool:
    return outbox().drop(number, now)
