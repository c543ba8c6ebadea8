"""One commit for all that arrives while the disk is busy with the last one.

A commit that is safe costs a wait for the disk, and results come in bursts. So whoever finds the store free writes what
all the others brought meanwhile, in one commit; each of them gets its answer only after that commit.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from doorstroom_client.errors import StoreError
from doorstroom_client.store.base import Inbox
from doorstroom_client.store.records import Delivery, Kept

_MOST = 64
"""Deliveries in one commit."""
_MOST_BYTES = 8 * 1024 * 1024
"""Payload in one commit."""


@dataclass(slots=True)
class _Waiting:
    """One that was brought, and what came of it."""

    delivery: Delivery
    kept: Kept | None = None
    error: StoreError | None = None

    @property
    def settled(self) -> bool:
        return self.kept is not None or self.error is not None


class GroupCommit:
    """Keeps deliveries that several threads bring, as few commits as it can.

    Args:
        inbox: where they are kept.
    """

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._queue: list[_Waiting] = []
        self._mutex = threading.Lock()
        self._turn = threading.Lock()

    def add(self, delivery: Delivery) -> Kept:
        """Keep a delivery; returns only after the commit that holds it is on disk.

        Raises:
            StoreError: it could not be kept. What others brought does not suffer from a delivery that cannot be kept.
        """
        mine = self._bring([delivery])[0]
        if mine.error is not None:
            raise copy.copy(mine.error)  # one error may be for many; each thread raises its own
        assert mine.kept is not None
        return mine.kept

    def add_all(self, deliveries: Sequence[Delivery]) -> list[bool]:
        """Keep several at once; returns only after the commits that hold them are on disk.

        Returns:
            Of each, whether it was kept.
        """
        return [mine.kept is not None for mine in self._bring(deliveries)]

    def _bring(self, deliveries: Sequence[Delivery]) -> list[_Waiting]:
        """Queue them, and commit what stands in the queue until all of them are settled."""
        mine = [_Waiting(delivery) for delivery in deliveries]
        with self._mutex:
            self._queue += mine
        with self._turn:
            while not all(waiting.settled for waiting in mine):
                self._commit(self._take())
        return mine

    def _take(self) -> list[_Waiting]:
        """The first in the queue, as many as go in one commit; at least one."""
        with self._mutex:
            number, size = 0, 0
            while number < min(len(self._queue), _MOST) and (number == 0 or size < _MOST_BYTES):
                size += len(self._queue[number].delivery.payload)
                number += 1
            taken, self._queue = self._queue[:number], self._queue[number:]
            return taken

    def _commit(self, batch: list[_Waiting]) -> None:
        try:
            kept = self._inbox.add_many([waiting.delivery for waiting in batch])
        except StoreError as error:
            if error.retryable or len(batch) == 1:
                self._fail(batch, error)
            else:
                for waiting in batch:  # one of them may be the cause
                    self._commit([waiting])
        except BaseException:
            self._fail(batch, StoreError("the store was interrupted", retryable=True))
            raise
        else:
            for waiting, one in zip(batch, kept, strict=True):
                waiting.kept = one

    def _fail(self, batch: list[_Waiting], error: StoreError) -> None:
        for waiting in batch:
            waiting.error = error
