"""Records to put in a store, without anybody in them."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from doorstroom_client.store.rows import Claimed, Entry, Key, Outgoing, Purged, ReceivedResult, State, StoredResult
from doorstroom_client.store.sql import Store
from support import NOW, SCHOOL, SUPPLIER_OIN

DAY = dt.timedelta(days=1)
UNTIL = NOW - 30 * DAY
MARKS = NOW - 400 * DAY
KEY = Key("registreren", SUPPLIER_OIN, SCHOOL.routeringskenmerk)
YEAR = "2025-2026"


def delivery(name: object = "een", days: float = 60, payload: bytes = b"", **more: Any) -> ReceivedResult:
    """A result of some pupil that came in some days ago."""
    at = NOW - days * DAY
    given = ReceivedResult(
        edu_to=SCHOOL.routeringskenmerk,
        edu_from=SCHOOL.oin,
        sender_oin=SUPPLIER_OIN,
        schooljaar=YEAR,
        pupil=f"eck:{name}",
        toets="ICE",
        datumtijd=at,
        received_at=at,
        payload=payload or f"{name} {days}".encode(),
    )
    return replace(given, **more)


def keep(store: Store, name: object = "een", days: float = 60, done: float | None = None, **more: Any) -> StoredResult:
    """Keep a result that came in some days ago; processed some days ago, when that is given."""
    (kept,) = store.inbox.add_many([delivery(name, days, **more)])
    if done is not None:
        store.inbox.mark_done(kept.id, NOW - done * DAY)
    return kept


def purge(store: Store, until: dt.datetime = UNTIL, marks_until: dt.datetime = MARKS) -> Purged:
    """Purge; what was foretold is what goes."""
    told = store.removable(NOW, until, marks_until)
    done = store.purge(NOW, until, marks_until)
    assert (told.resultaten, told.berichten, told.merken) == (done.resultaten, done.berichten, done.merken)
    return done


def left(store: Store) -> list[int]:
    """The ids of all current results."""
    return [kept.id for kept in store.inbox.results(limit=10_000)]


def message(name: str, days: float = 60, expires: float = -9, key: Key = KEY, body: bytes = b"body") -> Outgoing:
    """A message that was added some days ago, and expires so many days before now."""
    entry = Entry(f"pupil of {name}", "", "said")
    return Outgoing(name, key, YEAR, SCHOOL.oin, body, "sum", (entry,), NOW - days * DAY, NOW - expires * DAY)


def claim(store: Store, days: float) -> Claimed:
    """Take the message whose turn it was some days ago."""
    claimed = store.outbox.claim("w", NOW - days * DAY, 120)
    assert claimed is not None
    return claimed


def deliver(store: Store, days: float) -> int:
    """Deliver the message whose turn it was some days ago."""
    claimed, at = claim(store, days), NOW - days * DAY
    assert store.outbox.delivered(claimed, range(claimed.queued.aantal), 0, at)
    return claimed.queued.id


def accept(store: Store, names: Iterable[object], at: dt.datetime, year: str = YEAR) -> None:
    """These pupils were accepted, in a list that was sent past the outbox."""
    entries = [Entry(f"{name}", "", "said") for name in names]
    dispatch = store.outbox.overtake(KEY, year, entries, "token", at)
    assert dispatch is not None
    store.ledger.accept(dispatch, range(len(entries)), at, last=True)


def hold(store: Store, days: float, state: State = State.HELD) -> int:
    """The message whose turn it was some days ago could not be delivered."""
    claimed, at = claim(store, days), NOW - days * DAY
    assert store.outbox.postpone(claimed, state, "x", NOW + DAY, at, counts=True)
    return claimed.queued.id


def come_and_go(store: Store, seed: int, after: Callable[[], object]) -> Iterator[set[bytes]]:
    """Six times 200 results come in and half of all there are go, of such sizes that pages are split and joined all the time.

    SQLite leaves copies of rows behind where it does. Gives the numbers of those that stay, after each purge.
    """
    chance = random.Random(seed)
    for start in range(0, 1200, 200):
        store.inbox.add_many(
            [
                delivery(
                    f"{chance.getrandbits(64):016x} kanarie{number:06d}",
                    payload=b"kanarie%06d" % number + b"x" * chance.choice([300, 500, 900]),
                )
                for number in range(start, start + 200)
            ]
        )
        waiting = store.inbox.pending(limit=10_000)
        for kept in chance.sample(waiting, len(waiting) // 2):
            store.inbox.mark_done(kept.id, UNTIL)
        store.purge(NOW, UNTIL, MARKS)
        after()
        yield {kept.received.pupil[-6:].encode() for kept in store.inbox.pending(limit=10_000)}


def kanaries(path: Path) -> set[bytes]:
    """The numbers of those of whom something stands in a file."""
    return set(re.findall(rb"kanarie(\d{6})", path.read_bytes()))
