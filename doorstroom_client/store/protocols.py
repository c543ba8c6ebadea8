"""What a store must do: keep results that came in, messages that go out, and what was accepted. SQLite is the default."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from doorstroom_client.basics.answering import Answering
from doorstroom_client.store.rows import (
    Claimed,
    Dispatch,
    Entry,
    Key,
    Noted,
    Outgoing,
    Purged,
    Queued,
    ReceivedResult,
    State,
    StoredAnswer,
    StoredResult,
)


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


@runtime_checkable
class Ledger(Protocol, metaclass=Answering):
    """Remembers what each supplier accepted last. Every method raises `StoreError` when the store cannot do its work."""

    def secret(self) -> bytes:
        """The random key that marks are made with; made once, and never leaves the store in another way."""
        ...

    def entries(self, key: Key, schooljaar: str) -> list[Noted]:
        """What was accepted last, one per pupil, in the order of acceptance."""
        ...

    def knows(self, soort: str, leverancier: str) -> bool:
        """Whether a supplier ever accepted a list of this kind."""
        ...

    def accept(self, dispatch: Dispatch, positions: Sequence[int], at: dt.datetime, *, last: bool) -> None:
        """After a receipt: this is what the supplier has now, unless another list was under way at the same time.

        Args:
            dispatch: the list, as `Outbox.overtake` gave it.
            positions: of the pupils that were accepted.
            at: now.
            last: nothing of the list follows.
        """
        ...

    def end(self, dispatch: Dispatch) -> None:
        """A list is under way no more, whatever came of it."""
        ...

    def gone(self, key: Key, schooljaar: str, marked: Sequence[Noted]) -> None:
        """Somebody was told to remove these pupils by hand: whether the supplier has them is in doubt from now on."""
        ...


@runtime_checkable
class Outbox(Protocol, metaclass=Answering):
    """Keeps messages until they are delivered, in order. Every method raises `StoreError` when it cannot do its work."""

    def add(self, message: Outgoing) -> Queued:
        """Keep a message; returns only after it is safely on disk."""
        ...

    def claim(self, owner: str, now: dt.datetime, lease: float, *, without: Sequence[str] = ()) -> Claimed | None:
        """Take the message whose turn it is, for `lease` seconds; None when there is none.

        A message has its turn when it is due, nobody else works on it, and no older message of its key is still open.
        It is to be sent at once: the ledger is in doubt from here on, and no older message of its key goes out any more. What
        has expired is parked here.

        Args:
            owner: the worker.
            now: the wall clock (UTC).
            lease: seconds, by a clock that nobody sets.
            without: OINs of suppliers to leave alone.
        """
        ...

    def renew(self, claimed: Claimed, now: dt.datetime, lease: float) -> bool:
        """Keep a message for `lease` seconds more, right before sending; False when it is another worker's, or expired."""
        ...

    def delivered(self, claimed: Claimed, accepted: Sequence[int], onbekend: int, at: dt.datetime) -> bool:
        """The supplier gave its receipt: forget the content and tell the ledger. False when another worker has taken it."""
        ...

    def lost(self, claimed: Claimed) -> None:
        """It was sent, and another worker has taken it meanwhile: what the supplier has is in doubt."""
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
        """What the open messages of a key say, the oldest first."""
        ...

    def overtake(self, key: Key, schooljaar: str, entries: Sequence[Entry], token: str, at: dt.datetime) -> Dispatch | None:
        """A list is about to be sent past the outbox: what is parked may not follow it any more, and the ledger is in doubt.

        Args:
            key: what the list has to stay in order with.
            schooljaar: of the list.
            entries: the pupils in it.
            token: a text of its own that tells the list from all others.
            at: now.

        Returns:
            None when a message of the key is still to be sent; then nothing is changed.
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
class Reports(Protocol, metaclass=Answering):
    """Remembers which reports of received results were fetched."""

    def due(
        self, now: dt.datetime, *, after: int = 0, limit: int = 100, edu_to: Sequence[str] | None = None
    ) -> list[StoredResult]:
        """Current results whose report is to be fetched now, oldest first."""
        ...

    def note(self, id: int, state: str, next_at: dt.datetime | None) -> None:
        """What came of fetching the report of a result: ``fetched``, ``absent`` or ``later`` with the moment to ask again."""
        ...


@runtime_checkable
class Mandates(Protocol, metaclass=Answering):
    """Remembers what the OSR answered. A store need not have it: an attribute ``mandates`` is used when it is there.

    Every method raises `StoreError` when the store cannot do its work; the question is then asked anew.
    """

    def find(self, namespace: str, peildatum: str, school_oin: str) -> list[StoredAnswer]:
        """What is known of a school, at most one answer per supplier.

        Args:
            namespace: with which it was asked.
            peildatum: the day that was asked about; empty for the day of asking.
            school_oin: the school.
        """
        ...

    def keep(self, gezien: StoredAnswer) -> None:
        """Remember an answer, in place of the one before."""
        ...

    def forget(self, supplier_oin: str, school_oin: str) -> None:
        """Drop what a party contradicted."""
        ...

    def drop(self, until: dt.datetime) -> None:
        """Drop every answer up to a moment."""
        ...

    def turned(self, namespace: str, peildatum: str, since: dt.datetime) -> tuple[int, int]:
        """Of how many schools a yes became a no, and of how many it was asked since then and stayed.

        Args:
            namespace: with which it was asked.
            peildatum: the day that was asked about; empty for the day of asking.
            since: an earlier change does not count.
        """
        ...


@runtime_checkable
class Store(Protocol, metaclass=Answering):
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

    def purge(self, now: dt.datetime, until: dt.datetime, marks_until: dt.datetime) -> Purged:
        """Remove what is no longer needed, and note how much it was.

        A result goes when it was processed up to `until`, and its earlier deliveries with it; what is not processed stays. A
        message goes when it was delivered or thrown away up to `until`, or when its time ran out by then.

        Args:
            now: the wall clock (UTC).
            until: for results and messages.
            marks_until: marks in the ledger that were made up to this moment.

        Raises:
            StoreError: it could not go on; what was removed until then is gone and counted.
        """
        ...

    def removable(self, now: dt.datetime, until: dt.datetime, marks_until: dt.datetime) -> Purged:
        """What `purge` would remove at this moment; removes nothing."""
        ...

    def purges(self, limit: int = 100) -> list[Purged]:
        """What was removed, last first."""
        ...

    def backup(self, path: str) -> None:
        """Copy everything into a new file, as it is at one moment, while others go on.

        Raises:
            StoreError: the file exists or cannot be written, or this store is copied by tools of its own.
        """
        ...

    def close(self) -> None:
        """Close the store."""
        ...
