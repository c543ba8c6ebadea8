"""Pushes results, keeps count of what was answered, and compares that with what a store holds."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from doorstroom_client import Client, StoredResult
from doorstroom_client.errors import StoreError
from doorstroom_client.events import OnEvent

from . import resultaat
from .clients import built, push

MADE = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def receiving(store: Any, on_event: OnEvent | None = None) -> Client:
    """A client that receives in a store (a path, or the store itself); the mandate is there.

    When the store is open already, what the OSR answered is known.
    """
    client: Client = built(store=store, on_event=on_event)
    if not isinstance(store, str):
        assert push(client, b"").status == 400
    return client


def body(pupil: str, number: int, *, size: int = 0, mark: str = "rapport-1") -> bytes:
    """A result of an invented pupil; a higher number was made later."""
    made = (MADE + dt.timedelta(seconds=number)).isoformat()
    eck = f"https://ketenid.nl/pilot/{hashlib.sha512(pupil.encode()).hexdigest()}"
    return json.dumps({**resultaat(eck=eck, datumtijd=made, score=number % 100, rapport=mark), "los": "x" * size}).encode()


def kept_in(store: Any) -> list[StoredResult]:
    """All that an inbox holds, each with its history, by its public methods."""
    found: dict[int, StoredResult] = {}
    after = 0
    while page := store.inbox.results(after=after, limit=500):
        for current in page:
            found |= {kept.id: kept for kept in store.inbox.history(current)}
        after = page[-1].id
    assert len(found) == store.inbox.counts()["received"], "a result of which no version is current"
    return list(found.values())


@dataclass
class Told:
    """What was asked of a receiver, and what it said; lists, so that a copy is made at one moment.

    Attributes:
        tried: messages, in the order in which they were pushed.
        kept: of which 202 was heard, as often as it was.
        marking: ids of results that were to be marked as processed.
        marked: those of which that was said to be done.
    """

    tried: list[bytes] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)
    marking: list[int] = field(default_factory=list)
    marked: list[int] = field(default_factory=list)

    def push(self, client: Client, message: bytes) -> int:
        """Push, and note what came of it."""
        self.tried.append(message)
        answered = push(client, message)
        assert answered.status in (202, 503)
        if answered.status == 503:
            assert ("retry-after", "60") in answered.headers
        else:
            self.kept.append(message)
        return answered.status

    def process(self, client: Client) -> None:
        """Mark all that is pending as processed, as far as the disk lets."""
        try:
            for result in client.resultaten():
                self.marking.append(result.id)
                result.done()
                self.marked.append(result.id)
        except StoreError:
            return

    def up_to_now(self) -> Told:
        """What is heard until now; `tried` and `marking` stay those of the original, in which more may come."""
        return Told(self.tried, list(self.kept), self.marking, list(self.marked))

    def check(self, store: Any) -> list[StoredResult]:
        """Everything of which 202 was heard is there once, nothing that was never sent, and the last made is current."""
        held = kept_in(store)
        compare(held, Counter(self.tried), Counter(self.kept))
        processed = {kept.id for kept in held if kept.processed_at}
        assert set(self.marked) <= processed <= set(self.marking), "processed, and not as was said"
        return held


def compare(held: Iterable[StoredResult], tried: Counter[bytes], kept: Counter[bytes]) -> None:
    """Hold what lies in a store against what was pushed and what was answered with 202."""
    seen = {message.received.payload: message.seen for message in held}
    assert len(seen) == len(list(held)), "kept twice"
    assert kept.keys() <= seen.keys(), "answered with 202, and lost"
    assert seen.keys() <= tried.keys(), "never sent, or other bytes"
    assert all(kept[payload] <= times <= tried[payload] for payload, times in seen.items()), "not counted as often as told"
    last: dict[str, StoredResult] = {}
    for message in held:
        about = message.received
        assert about.datumtijd is not None
        before = last.setdefault(about.pupil, message)
        if about.datumtijd > (before.received.datumtijd or about.datumtijd):
            last[about.pupil] = message
    assert {message.id for message in held if message.current} == {message.id for message in last.values()}
