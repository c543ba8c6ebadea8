"""What a store must do: keep results that came in, messages that go out, and what was accepted. SQLite is the default."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
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


@dataclass(frozen=True, slots=True)
class Key:
    """What has to arrive in order: the lists of one kind, of one administration, for one supplier.

    Attributes:
        soort: ``registreren`` or ``registreren-schooladviezen``.
        leverancier: OIN of the supplier.
        routeringskenmerk: of the administration.
    """

    soort: str
    leverancier: str
    routeringskenmerk: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One pupil in a list, as marks that cannot be turned back: nothing in it names a pupil.

    Attributes:
        eck: mark of the ECK-iD; empty when the pupil has none.
        las: mark of the LAS-key; empty when the pupil has none.
        content: mark of all that the list says about the pupil; empty while it is in doubt what the supplier has.
    """

    eck: str
    las: str
    content: str

    def same_pupil(self, other: Entry) -> bool:
        """Whether both are about one pupil: the ECK-iD leads, the LAS-key decides when one of the two has none."""
        if self.eck and other.eck:
            return self.eck == other.eck
        return bool(self.las) and self.las == other.las


@runtime_checkable
class Ledger(Protocol):
    """Remembers what each supplier accepted last. Every method raises `StoreError` when the store cannot do its work."""

    def secret(self) -> bytes:
        """The random key that marks are made with; made once, and never leaves the store in another way."""
        ...

    def entries(self, key: Key, schooljaar: str) -> list[Entry]:
        """What was accepted last, one entry per pupil."""
        ...

    def knows(self, soort: str, leverancier: str) -> bool:
        """Whether a supplier ever accepted a list of this kind."""
        ...

    def doubt(self, key: Key, schooljaar: str, entries: Sequence[Entry]) -> None:
        """Before sending: where an entry says something else than what was accepted, nobody knows until there is an answer."""
        ...

    def accept(self, key: Key, schooljaar: str, entries: Sequence[Entry], at: dt.datetime) -> None:
        """After the receipt: this is what the supplier has now."""
        ...


class State(StrEnum):
    """How far a message in the outbox is."""

    WAITING = "waiting"
    """To be sent at its time."""
    HELD = "held"
    """Somebody has to repair something first; tried again once an hour. Later messages of the same key wait for it."""
    PARKED = "parked"
    """It will not be accepted as it is, or it came too late. Later messages go on."""
    DELIVERED = "delivered"
    """The supplier gave its receipt; the content is gone from the store."""
    DROPPED = "dropped"
    """The operator threw it away; the content is gone from the store."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way into the outbox.

    Attributes:
        message_id: identifies it in the log.
        key: what it has to stay in order with.
        schooljaar: of the list.
        school_oin: School OIN, for the address.
        body: the exact bytes, which never change again.
        sha256: checksum of the bytes.
        entries: the pupils in it, as marks.
        added_at: moment at which it was added, UTC.
        expires_at: moment after which it is no longer sent.
    """

    message_id: str
    key: Key
    schooljaar: str
    school_oin: str
    body: bytes = field(repr=False)
    sha256: str
    entries: tuple[Entry, ...] = field(repr=False)
    added_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Queued:
    """A message in the outbox, without its content.

    Attributes:
        id: number in the store; never used twice.
        message_id: identifies it in the log.
        key: what it has to stay in order with.
        schooljaar: of the list.
        school_oin: School OIN.
        aantal: pupils in it.
        sha256: checksum of its bytes.
        state: how far it is.
        reason: why it is held, parked or still waiting; a short code.
        attempts: how often it was sent.
        onbekend: pupils that the supplier did not know.
        added_at: moment at which it was added.
        next_at: moment from which it is sent again.
        expires_at: moment after which it is no longer sent.
    """

    id: int
    message_id: str
    key: Key
    schooljaar: str
    school_oin: str
    aantal: int
    sha256: str
    state: State
    reason: str
    attempts: int
    onbekend: int
    added_at: dt.datetime
    next_at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that one worker may send now.

    Attributes:
        queued: which message.
        owner: the worker.
        body: the exact bytes.
        entries: the pupils in it, as marks.
    """

    queued: Queued
    owner: str
    body: bytes = field(repr=False)
    entries: tuple[Entry, ...] = field(repr=False)


@runtime_checkable
class Outbox(Protocol):
    """Keeps messages until they are delivered, in order. Every method raises `StoreError` when it cannot do its work."""

    def add(self, message: Outgoing) -> Queued:
        """Keep a message; returns only after it is safely on disk."""
        ...

    def claim(self, owner: str, now: dt.datetime, lease: float, *, without: Sequence[str] = ()) -> Claimed | None:
        """Take the message whose turn it is, for `lease` seconds; None when there is none.

        A message has its turn when it is due, nobody else works on it, and no older message of its key is still open.
        What has expired is parked here.

        Args:
            owner: the worker.
            now: the wall clock (UTC).
            lease: seconds. A lease or a moment that was noted later than now is of a clock that was set back.
            without: OINs of suppliers to leave alone.
        """
        ...

    def renew(self, claimed: Claimed, now: dt.datetime, lease: float) -> bool:
        """Keep a message for `lease` seconds more, right before sending; False when another worker has taken it, or too late.

        From here on it may have arrived, whatever is heard of it: the ledger is put in doubt, and no older message of its key
        goes out any more.
        """
        ...

    def delivered(self, claimed: Claimed, accepted: Sequence[Entry], onbekend: int, at: dt.datetime) -> bool:
        """The supplier gave its receipt: forget the content and tell the ledger. False when another worker has taken it."""
        ...

    def postpone(
        self, claimed: Claimed, state: State, reason: str, next_at: dt.datetime, at: dt.datetime, *, counts: bool
    ) -> bool:
        """It was not delivered. False when another worker has taken it.

        Args:
            claimed: the message.
            state: waiting, held or parked.
            reason: a short code.
            next_at: moment from which it is sent again.
            at: now.
            counts: whether it was sent; else it keeps its place in the schedule.
        """
        ...

    def open_entries(self, key: Key, schooljaar: str) -> list[Entry]:
        """What the open messages of a key say, one entry per pupil: the last one counts."""
        ...

    def overtake(self, key: Key, at: dt.datetime) -> bool:
        """A newer list of a key is about to be sent past the outbox: what is parked may not follow it any more.

        Returns:
            False when a message of the key is still to be sent; then nothing is changed.
        """
        ...

    def is_open(self, key: Key) -> bool:
        """Whether a message of a key is still to be sent."""
        ...

    def messages(self, states: Sequence[State] | None = None, *, after: int = 0, limit: int = 100) -> list[Queued]:
        """Messages, oldest first.

        Args:
            states: only these.
            after: only ids above this one.
            limit: at most so many.
        """
        ...

    def counts(self) -> dict[State, int]:
        """How many messages are in each state."""
        ...

    def next_at(self, now: dt.datetime) -> dt.datetime | None:
        """The moment at which there is something to do; None when nothing waits."""
        ...

    def retry(self, id: int, at: dt.datetime) -> bool:
        """Let a held, parked or waiting message go now. False when it is not there, or when newer ones have gone before it."""
        ...

    def park(self, id: int, reason: str, at: dt.datetime) -> bool:
        """Put an open message aside, so that later ones go on. False when it is not there or a worker is sending it."""
        ...

    def drop(self, id: int, at: dt.datetime) -> bool:
        """Throw away a message that is not delivered, content included. False when it is not there or being sent."""
        ...


@runtime_checkable
class Reports(Protocol):
    """Remembers which reports of received results were fetched."""

    def due(self, now: dt.datetime, *, after: int = 0, limit: int = 100, edu_to: Sequence[str] | None = None) -> list[Kept]:
        """Current results whose report is to be fetched now, oldest first."""
        ...

    def note(self, id: int, state: str, next_at: dt.datetime | None) -> None:
        """What came of fetching the report of a result: ``fetched``, ``absent`` or ``later`` with the moment to ask again."""
        ...


@runtime_checkable
class Store(Protocol):
    """Everything that is kept, in one place.

    Attributes:
        inbox: received results.
        outbox: messages that wait to be sent.
        ledger: what each supplier has accepted.
        reports: which reports were fetched.
    """

    @property
    def inbox(self) -> Inbox:
        """Received results."""
        ...

    @property
    def outbox(self) -> Outbox:
        """Messages that wait to be sent."""
        ...

    @property
    def ledger(self) -> Ledger:
        """What each supplier has accepted."""
        ...

    @property
    def reports(self) -> Reports:
        """Which reports were fetched."""
        ...

    def close(self) -> None:
        """Close the store."""
        ...
