"""Makes received results durable before they are answered: one commit for all that arrive while the last one is written.

A commit that is safe costs a wait for the disk, and results come in bursts. So whoever finds the store free writes what
all the others brought meanwhile, in one commit; each of them gets its answer only after that commit. Who brings something
is a thread that waits for it, or an event loop that is told of it.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from doorstroom_client.basics import forks
from doorstroom_client.errors import StoreError
from doorstroom_client.store.protocols import Inbox
from doorstroom_client.store.rows import ReceivedResult, StoredResult

T = TypeVar("T")
Outcome = StoredResult | Exception
"""What came of a delivery: a `StoreError` when it could not be kept now, another error when something is broken."""
_MOST = 64
"""Deliveries in one commit."""
_MOST_BYTES = 8 * 1024 * 1024
"""Payload in one commit."""


@dataclass(slots=True)
class _Waiting:
    """One that was brought, who is to be told of it, and what came of it."""

    received: ReceivedResult
    about: Any = None
    told: Callable[[list[tuple[Any, Outcome]]], None] | None = None
    outcome: Outcome | None = None

    def end(self) -> Outcome:
        """What came of it, when nobody works on it any more."""
        return self.outcome or StoreError("the store was interrupted", retryable=True)


class GroupCommit:
    """Keeps deliveries that threads and event loops bring, in as few commits as it can.

    Args:
        inbox: gives where they are kept; asked before each commit, as it may have to be opened, or be closed by then.
    """

    def __init__(self, inbox: Callable[[], Inbox]) -> None:
        self._inbox = inbox
        self._closed = False
        self._begin()
        forks.watch(self)

    def _begin(self) -> None:
        self._queue: list[_Waiting] = []
        self._mutex = threading.Lock()
        self._turn = threading.Lock()
        # Two, because a loop that is told goes on before the thread that told it has come to an end.
        self._beside = ThreadPoolExecutor(2, thread_name_prefix="doorstroom-keep")
        self._called = False

    def after_fork(self) -> None:
        """What waits is the parent's to keep, by threads that do not go on in a child; here everything begins anew."""
        forks.leave(self._beside)
        self._begin()

    def add(self, received: ReceivedResult) -> StoredResult:
        """Keep a delivery; returns only after the commit that holds it is on disk.

        Raises:
            StoreError: it could not be kept. What others brought does not suffer from a delivery that cannot be kept.
        """
        mine = _Waiting(received)
        with self._mutex:
            self._queue.append(mine)
        while mine.outcome is None and self._commit_next(mine):
            pass
        outcome = mine.end()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def bring(self, received: ReceivedResult, about: T, told: Callable[[list[tuple[T, Outcome]]], None]) -> None:
        """Queue a delivery; returns at once. `call` sees to it that it is kept.

        Args:
            received: what is to be kept.
            about: is handed back with what came of it.
            told: is called after the commit, once for all that it is to hear of, by the thread that did it. It may not raise.

        Raises:
            RuntimeError: it was closed.
        """
        with self._mutex:
            if self._closed:
                raise RuntimeError("nothing is kept any more")
            self._queue.append(_Waiting(received, about, told))

    def call(self) -> None:
        """Have the queue kept by a thread of this object; returns at once."""
        with self._mutex:
            self._call()

    def close(self) -> None:
        """Take in nothing any more. Who waits is still told what comes of it, which is not waited for here."""
        with self._mutex:
            self._call()
            self._closed = True
        self._beside.shutdown(wait=False)

    def _call(self) -> None:
        if self._queue and not self._called and not self._closed:
            self._beside.submit(self._commit_all)
            self._called = True

    def _commit_all(self) -> None:
        """In the thread beside the event loops: commit until nothing waits."""
        while self._commit_next():
            pass

    def _commit_next(self, mine: _Waiting | None = None) -> bool:
        """Commit the first in the queue, unless `mine` has been; whether more stood there before anybody was told.

        What is brought by those who are told comes with a call of its own, so that all of it goes together.
        """
        batch: list[_Waiting] = []
        try:
            with self._turn:
                if mine is None or mine.outcome is None:
                    batch = self._take()
                    self._keep(batch)
                return bool(self._queue)
        finally:
            _tell(batch)

    def _take(self) -> list[_Waiting]:
        """The first in the queue, as many as go in one commit."""
        with self._mutex:
            self._called = False  # who brings something from now on calls again, whatever becomes of these
            number, size = 0, 0
            while number < min(len(self._queue), _MOST) and (number == 0 or size < _MOST_BYTES):
                size += len(self._queue[number].received.payload)
                number += 1
            taken, self._queue = self._queue[:number], self._queue[number:]
            return taken

    def _keep(self, batch: list[_Waiting]) -> None:
        if not batch:
            return
        try:
            kept = self._inbox().add_many([waiting.received for waiting in batch])
            for waiting, one in zip(batch, kept, strict=True):
                waiting.outcome = one
        except StoreError as error:
            if error.retryable or len(batch) == 1:
                for waiting in batch:
                    waiting.outcome = copy.copy(error)  # each thread raises its own
            else:
                for waiting in batch:  # one of them may be the cause
                    self._keep([waiting])
        except Exception as error:  # noqa: BLE001 - for whoever looks after the program, once; the others are to come back
            batch[0].outcome = error


def _tell(batch: list[_Waiting]) -> None:
    """Tell each of those who are to be told once, of all that is theirs."""
    told: dict[Callable[[list[tuple[Any, Outcome]]], None], list[tuple[Any, Outcome]]] = {}
    for waiting in batch:
        if waiting.told is not None:
            told.setdefault(waiting.told, []).append((waiting.about, waiting.end()))
    for tell, outcomes in told.items():
        tell(outcomes)
