"""What a store keeps: results that came in, messages that go out, and what was accepted."""

from __future__ import annotations

import datetime as dt
from dataclasses import field, replace
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen


@frozen
class ReceivedResult:
    """A result on its way into the store.

    Attributes:
        edu_to: routeringskenmerk of the administration it is for.
        edu_from: School OIN on whose behalf it was sent.
        sender_oin: OIN in the verified certificate of the sender.
        schooljaar: in one spelling, whatever the message has; empty when absent.
        pupil: leading identity of the pupil, with its kind: ``eck:`` or ``las:``.
        toets: which test, in one spelling; empty when absent.
        datumtijd: moment that the sender made the message; None when unreadable.
        received_at: moment of receipt, UTC.
        payload: the exact bytes.
        las_key: the LAS-key that it names beside the ECK-iD; a store keeps a mark of it only.
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
    las_key: str = field(default="", repr=False, compare=False)


@frozen
class StoredResult:
    """A result in the store.

    Attributes:
        id: number in the store; never used twice.
        received: what was received.
        current: whether it is the last delivery of its sender for this pupil, test and school year; earlier ones are history.
        processed_at: when it was marked as processed; None while it is not.
        seen: how often exactly these bytes were received.
        tries: how often it was put off.
        reason: why it was put off last; empty when it never was.
        due_at: moment before which it is not handed out; None when there is none.
        contested: whether another sender has a current result of this pupil in this school year too.
    """

    id: int
    received: ReceivedResult
    current: bool
    processed_at: dt.datetime | None
    seen: int
    tries: int = 0
    reason: str = ""
    due_at: dt.datetime | None = None
    contested: bool = False


@frozen
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


@frozen
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


@frozen
class Noted:
    """What a supplier accepted about one pupil, last.

    Attributes:
        eck: mark of the ECK-iD; empty when none was ever named.
        las: mark of the LAS-key; empty when none was ever named.
        content: mark of all that was accepted; empty while it is in doubt what the supplier has.
        known: whether the supplier knew the pupil then. It answers 202 to advice for a pupil that it does not know as well, and
            leaves it out, so advice for any other pupil was sent, and it is not known whether it is there.
        times: how often the same was sent without that being known.
        at: moment of the last receipt, UTC.
    """

    eck: str
    las: str
    content: str
    known: bool
    times: int
    at: dt.datetime


@frozen
class Dispatch:
    """A list that is under way to a supplier.

    Attributes:
        token: which one.
        key: what it has to stay in order with.
        schooljaar: of the list.
        entries: the pupils in it, as marks.
        known: positions of the pupils that the supplier knew when it left.
    """

    token: str
    key: Key
    schooljaar: str
    entries: tuple[Entry, ...] = field(repr=False)
    known: frozenset[int] = field(repr=False)


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


@frozen
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


@frozen
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


@frozen
class Claimed:
    """A message that one worker may send now.

    Attributes:
        queued: which message.
        owner: the worker.
        body: the exact bytes.
        dispatch: the pupils in it, on their way.
    """

    queued: Queued
    owner: str
    body: bytes = field(repr=False)
    dispatch: Dispatch = field(repr=False)


@frozen
class Purged:
    """What was removed from a store, in numbers only.

    Attributes:
        at: moment of removal, UTC.
        until: what was processed or ended up to this moment was removed.
        resultaten: deliveries of results.
        berichten: messages that were delivered, thrown away or never sent in time.
        merken: marks in the ledger.
        wiped: whether the bytes are gone from the files too. When not, another process was reading, or the database keeps
            them until it reuses the space; removing again wipes them.
    """

    at: dt.datetime
    until: dt.datetime
    resultaten: int
    berichten: int
    merken: int
    wiped: bool


@frozen
class StoredAnswer:
    """One answer of the OSR about a mandate.

    Attributes:
        leverancier: OIN of the system that was asked about.
        school: the School OIN.
        namespace: with which it was asked.
        peildatum: the day that was asked about (YYYY-MM-DD); empty for the day of asking.
        gemandateerd: the answer.
        start_datum: first day, when told.
        eind_datum: last day, when told.
        gezien_op: moment of the answer (UTC).
        omgeslagen_op: of a no, the moment of the first one after a yes; None when no yes came before it.
    """

    leverancier: str
    school: str
    namespace: str
    peildatum: str
    gemandateerd: bool
    start_datum: dt.date | None
    eind_datum: dt.date | None
    gezien_op: dt.datetime
    omgeslagen_op: dt.datetime | None = field(default=None, compare=False)

    def after(self, before: StoredAnswer | None) -> StoredAnswer:
        """This answer, knowing what was answered before."""
        if self.gemandateerd or before is None:
            return self
        return replace(self, omgeslagen_op=self.gezien_op if before.gemandateerd else before.omgeslagen_op)

    def age(self, now: dt.datetime) -> float:
        """Seconds since the answer; without end when it was noted by a clock that has been set back since."""
        seconds = (now - self.gezien_op).total_seconds()
        return seconds if seconds >= 0 else float("inf")
