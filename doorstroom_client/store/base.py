"""What a store of received results must do. SQLite is the embedded default; another store implements the same protocol."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Delivery:
    """A result on its way into the store.

    Attributes:
        edu_to: routeringskenmerk of the administration it is for.
        edu_from: School OIN on whose behalf it was sent.
        sender_oin: OIN in the verified certificate of the sender.
        schooljaar: as written in the message; empty when absent.
        pupil: leading identity of the pupil.
        toets: which test, as written.
        datumtijd: moment that the sender made the message; None when unreadable.
        received_at: moment of receipt, UTC.
        payload: the exact bytes.
    """

    edu_to: str
    edu_from: str
    sender_oin: str
    schooljaar: str
    pupil: str = field(repr=False)
    toets: str
    datumtijd: dt.datetime | None
    received_at: dt.datetime
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """A result in the store.

    Attributes:
        id: number in the store; never used twice.
        delivery: what was received.
        current: whether it is the last delivery of this pupil, test and school year; earlier ones are history.
        processed_at: when it was marked as processed; None while it is not.
        seen: how often exactly these bytes were received.
    """

    id: int
    delivery: Delivery
    current: bool
    processed_at: dt.datetime | None
    seen: int


@runtime_checkable
class Inbox(Protocol):
    """Keeps received results. Every method raises `StoreError` when the store cannot do its work."""

    def add(self, delivery: Delivery) -> Kept:
        """Keep a delivery; returns only after it is safely on disk. The same bytes again are counted, not kept twice."""
        ...

    def pending(self, edu_to: Sequence[str] | None = None, *, after: int = 0, limit: int = 100) -> list[Kept]:
        """Current results that are not yet processed, oldest first.

        Args:
            edu_to: only for these administrations.
            after: only ids above this one.
            limit: at most so many.
        """
        ...

    def results(self, edu_to: Sequence[str] | None = None, *, after: int = 0, limit: int = 100) -> list[Kept]:
        """Current results, processed or not, oldest first."""
        ...

    def history(self, kept: Kept) -> list[Kept]:
        """All deliveries for the same pupil, test and school year, oldest first."""
        ...

    def mark_done(self, id: int, at: dt.datetime) -> None:
        """Mark a result as processed."""
        ...

    def counts(self) -> dict[str, int]:
        """Numbers for an overview: ``received``, ``current``, ``pending``."""
        ...

    def close(self) -> None:
        """Close the store."""
        ...
