"""Puts a list in the outbox, or only what changed of it: on disk when that ends, in its final bytes."""

from __future__ import annotations

import datetime as dt
from dataclasses import field
from functools import partial

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.uitleg import Uitleg, samen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.calls import new_id
from doorstroom_client.exchange.flow import Flow, keep
from doorstroom_client.output.words import andere_toets
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.sending.bericht import Bericht
from doorstroom_client.sending.one_list import Books, doubt_gone
from doorstroom_client.sending.only_changes import Again, Changes, Verdwenen, compare
from doorstroom_client.sending.receipt import verdwenen_uitleg
from doorstroom_client.store.rows import Outgoing, Queued


@frozen
class Klaargezet:
    """A list that was put in the outbox.

    Attributes:
        bericht: the message; None when nothing had changed.
        ongewijzigd: pupils that were left out, because the supplier has the same already or is going to get it.
        verdwenen: pupils that the supplier has, but that are not in the list.
        naam: name of the supplier.
        onbevestigd: how many of those left out were sent without it being known that the supplier knows the pupil.
        vorige_toets: whose test the school took a year before, at the first list of a school year for another supplier; its
            OIN when that supplier is not configured any more; else empty.
    """

    bericht: Queued | None
    ongewijzigd: int = 0
    verdwenen: tuple[Verdwenen, ...] = field(default=(), repr=False)
    naam: str = field(default="", repr=False)
    onbevestigd: int = 0
    vorige_toets: str = ""

    @property
    def uitleg(self) -> Uitleg:
        """What a school has to know about this, in Dutch; empty when all is well."""
        return samen(andere_toets(self.vorige_toets, self.naam), verdwenen_uitleg(self.naam, len(self.verdwenen)))


def add(
    lijst: Bericht, leverancier: Leverancier, books: Books, *, only_changes: bool, expires_at: dt.datetime | None
) -> Flow[Klaargezet]:
    """Put a list in the outbox; it is on disk when this ends.

    Args:
        lijst: what to send.
        leverancier: to whom.
        books: the outbox, and what was accepted.
        only_changes: leave out what the supplier has already, or is going to get.
        expires_at: moment after which it is no longer sent; the end of the school year when left out.
    """
    if expires_at is not None and expires_at.utcoffset() is None:
        raise ConfigurationError("expires_at has no time zone", setting="expires_at", hint="Give an aware datetime")
    key, now = lijst.key(leverancier.oin), books.now()
    secret = yield from keep(books.ledger.secret)
    entries, changes = lijst.entries(secret), None
    if only_changes:
        # In this order: a message that is delivered in between is then seen twice, and else not at all.
        waiting = yield from keep(partial(books.outbox.open_entries, key, lijst.schooljaar))
        accepted = yield from keep(partial(books.ledger.entries, key, lijst.schooljaar))
        changes = compare(entries, accepted, waiting, Again(leverancier.herhaal_na, now))
        yield from doubt_gone(key, lijst.schooljaar, changes, books)
        if not changes.positions:
            return _with_changes(None, changes, secret, leverancier)
        lijst, entries = lijst.part(changes.positions), tuple(entries[at] for at in changes.positions)
    message = Outgoing(
        message_id=new_id(),
        key=key,
        schooljaar=lijst.schooljaar,
        school_oin=lijst.school_oin,
        body=lijst.body,
        sha256=lijst.sha256,
        entries=entries,
        added_at=now,
        expires_at=expires_at or end_of(lijst.schooljaar, now),
    )
    queued = yield from keep(partial(books.outbox.add, message))
    return Klaargezet(queued, naam=leverancier.naam) if changes is None else _with_changes(queued, changes, secret, leverancier)


def _with_changes(queued: Queued | None, changes: Changes, secret: bytes, leverancier: Leverancier) -> Klaargezet:
    gone = tuple(Verdwenen(item, secret) for item in changes.verdwenen)
    return Klaargezet(queued, changes.ongewijzigd, gone, leverancier.naam, changes.onbevestigd)


def end_of(schooljaar: str, now: dt.datetime) -> dt.datetime:
    """When a list of a school year is of no use any more; at least two weeks from now."""
    return max(dt.datetime(int(schooljaar[-4:]), 8, 1, tzinfo=dt.UTC), now + dt.timedelta(days=14))
