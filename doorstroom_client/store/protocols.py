"""What an object of a user's own must do to keep the results that come in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from doorstroom_client.basics.answering import Answering
from doorstroom_client.store.rows import ReceivedResult, StoredResult


@runtime_checkable
class Inbox(Protocol, metaclass=Answering):
    """Keeps received results. Every method raises `StoreError` when the store cannot do its work."""

    def add(self, received: ReceivedResult) -> StoredResult:
        """Keep a delivery; returns only after it is safely on disk. The same bytes again are counted, not kept twice."""
        ...

    def add_many(self, deliveries: Sequence[ReceivedResult]) -> list[StoredResult]:
        """Keep several deliveries at the price of one: all of them, or none."""
        ...

    def pending(
        self, edu_to: Sequence[str] | None = None, *, after: int = 0, limit: int = 100, now: dt.datetime | None = None
    ) -> list[StoredResult]:
        """Current results that are not yet processed, oldest first.

        Args:
            edu_to: only for these administrations.
            after: only ids above this one.
            limit: at most so many.
            now: leave out what was put off until later, what somebody has in hand, and newer results of the same pupils.
        """
        ...

    def claim(
        self, owner: str, now: dt.datetime, lease: float, *, edu_to: Sequence[str] | None = None, limit: int = 1
    ) -> list[StoredResult]:
        """Take results that are not yet processed, for `lease` seconds; oldest first, and of each pupil one at a time.

        Nothing of a pupil is given while somebody has another result of that pupil in hand, so results of one pupil are
        processed in order, however many take part.

        Args:
            owner: who takes them.
            now: the wall clock (UTC).
            lease: seconds. A lease that was noted later than now is of a clock that was set back.
            edu_to: only for these administrations.
            limit: at most so many.
        """
        ...

    def release(self, owner: str, ids: Sequence[int]) -> None:
        """Give back results that an owner has in hand, as if they were not taken."""
        ...

    def put_off(self, id: int, reason: str, until: dt.datetime, owner: str | None = None) -> bool:
        """Do not hand a result out before a moment.

        Args:
            id: the result.
            reason: a short code, without anything of a pupil.
            until: the moment.
            owner: who has it in hand.

        Returns:
            False when it is processed, or when somebody else has it in hand.
        """
        ...

    def results(self, edu_to: Sequence[str] | None = None, *, after: int = 0, limit: int = 100) -> list[StoredResult]:
        """Current results, processed or not, oldest first."""
        ...

    def history(self, kept: StoredResult) -> list[StoredResult]:
        """All deliveries for the same pupil, test and school year, oldest first."""
        ...

    def mark_done(self, id: int, at: dt.datetime) -> None:
        """Mark a result as processed."""
        ...

    def counts(self) -> dict[str, int]:
        """Numbers for an overview: ``received``, ``current``, ``pending``, and of the pending ones ``put_off``."""
        ...
