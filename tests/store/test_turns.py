"""Two that do something with one key at the same moment, on PostgreSQL: they take turns, and others work past them.

The first is held right after it changed a row, and has not committed; the second comes in then.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from support import NOW, OTHER_OIN, SCHOOL, SUPPLIER_OIN
from support.databases import Cluster
from support.processes import wait_until

from doorstroom_client.store.postgres.postgres_store import PostgresStore
from doorstroom_client.store.rows import Claimed, Dispatch, Entry, Key, Outgoing, State

KEY = Key("registreren", SUPPLIER_OIN, SCHOOL.routeringskenmerk)
OTHERS = (
    replace(KEY, soort="registreren-schooladviezen"),
    replace(KEY, leverancier=OTHER_OIN),
    replace(KEY, routeringskenmerk="0000000700022CC00530"),
)
YEAR = "2025-2026"
LEASE = 60.0
_HOLD = """
CREATE FUNCTION doorstroom.hold() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared(77); RETURN NULL; END $$
"""
_WHEN = "FOR EACH ROW WHEN (current_setting('application_name') = 'slow') EXECUTE FUNCTION doorstroom.hold()"


def at(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def message(number: int, key: Key = KEY) -> Outgoing:
    return Outgoing(f"m{number}", key, YEAR, "school", b"x", "sum", (Entry(f"e{number}", "", "new"),), NOW, at(86400))


def taken(claimed: Claimed | None) -> str | None:
    return None if claimed is None else claimed.queued.message_id


def claims(store: PostgresStore) -> str | None:
    return taken(store.outbox.claim("w", NOW, LEASE))


class Turns:
    """A store, and a second one of which what it does is held.

    Attributes:
        store: what it does is done.
        slow: what it does stays half done until `let_go`.
    """

    def __init__(self, place: str, operator: Any) -> None:
        self.store, self.slow = PostgresStore(place), PostgresStore(f"{place}&application_name=slow")
        self._operator, self._threads = operator, list[threading.Thread]()
        self.results: dict[str, Any] = {}

    def starts(self, name: str, work: Callable[[], Any]) -> None:
        """Do something in a thread; gives back when it waits for another, or is over."""

        def result() -> None:
            try:
                self.results[name] = work()
            except Exception as error:
                self.results[name] = error

        thread = threading.Thread(target=result)
        self._threads.append(thread)
        thread.start()
        wait_until(lambda: name in self.results or self._waiting() == len(self._threads) - len(self.results))

    def let_go(self) -> dict[str, Any]:
        """All go on to their end; gives what came of each."""
        self._operator.execute("SELECT pg_advisory_unlock_all()")
        for thread in self._threads:
            thread.join(30)
        return self.results

    def end_leases(self) -> None:
        """Every lease ran out a moment ago."""
        self._operator.execute("UPDATE doorstroom.outbox SET lease_until = extract(epoch FROM clock_timestamp()) - 1")

    def _waiting(self) -> int:
        found: int = self._operator.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()[0]
        return found


@pytest.fixture
def turns(cluster: Cluster) -> Iterator[Turns]:
    place = cluster.fresh()
    with cluster.connect() as operator:
        made = Turns(place, operator)
        operator.execute(_HOLD)
        for table in ("outbox", "ledger"):
            operator.execute(f"CREATE TRIGGER hold AFTER INSERT OR UPDATE ON doorstroom.{table} {_WHEN}")
        operator.execute("SELECT pg_advisory_lock(77)")
        try:
            yield made
        finally:
            made.let_go()
            made.store.close()
            made.slow.close()
            operator.execute("DROP FUNCTION doorstroom.hold CASCADE")


def test_numbers_of_a_key_are_given_in_the_order_in_which_they_appear(turns: Turns) -> None:
    """Else a later list is seen first, and the earlier one is sent after it."""
    outbox = turns.store.outbox
    turns.starts("first", lambda: turns.slow.outbox.add(message(1)))
    turns.starts("second", lambda: outbox.add(message(2)))
    assert taken(outbox.claim("w", NOW, LEASE)) is None
    added = turns.let_go()
    assert added["first"].id < added["second"].id
    assert [taken(outbox.claim(owner, NOW, LEASE)) for owner in "wv"] == ["m1", None]


def test_a_key_is_school_supplier_and_kind(turns: Turns) -> None:
    """Who adds to another key does not wait for one that is held."""
    turns.starts("held", lambda: turns.slow.outbox.add(message(1)))
    for number, key in enumerate(OTHERS, 2):
        turns.starts(f"m{number}", partial(turns.store.outbox.add, message(number, key)))
    assert len(turns.results) == len(OTHERS)


@pytest.mark.parametrize(("who", "left"), [("adds", "m1"), ("works", None)])
def test_a_worker_works_past_a_key_that_another_has(turns: Turns, who: str, left: str | None) -> None:
    """It takes the next key that is free, never a later message of the one that is not."""
    outbox = turns.store.outbox
    for number, key in enumerate((KEY, KEY, *OTHERS), 1):
        outbox.add(message(number, key))
    turns.starts("held", lambda: turns.slow.outbox.add(message(6)) if who == "adds" else claims(turns.slow))
    assert [taken(outbox.claim(owner, NOW, LEASE)) for owner in "wvut"] == ["m3", "m4", "m5", None]
    turns.let_go()
    assert [taken(outbox.claim(owner, NOW, LEASE)) for owner in "wv"] == [left, None]


def test_what_changed_between_looking_and_having_the_key_is_seen(turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older message is let go right after the worker saw that a newer one was first."""
    outbox, database = turns.store.outbox, turns.slow._database
    outbox.add(message(1))
    outbox.add(message(2))
    assert outbox.park(1, "operator", NOW)
    try_lock, let_go = database.try_lock, list[bool]()

    def late(*given: Any) -> bool:
        let_go.extend([] if let_go else [outbox.retry(1, NOW)])
        return try_lock(*given)

    monkeypatch.setattr(database, "try_lock", late)
    turns.starts("claim", lambda: turns.slow.outbox.claim("w", NOW, LEASE))
    assert taken(turns.let_go()["claim"]) == "m1"
    assert let_go == [True]


def in_hand(store: PostgresStore, number: int) -> Claimed:
    """The message as the worker has it that took it in the beginning."""
    (queued,) = [item for item in store.outbox.messages() if item.id == number]
    return Claimed(queued, "w", b"x", Dispatch(f"m{number}", KEY, YEAR, message(number).entries, frozenset({0})))


def delivers(store: PostgresStore) -> bool:
    return store.outbox.delivered(in_hand(store, 1), [0], 0, at(LEASE))


def overtakes(store: PostgresStore) -> bool:
    return store.outbox.overtake(KEY, YEAR, message(9).entries, "direct", NOW) is not None


def postpones(store: PostgresStore) -> bool:
    return store.outbox.postpone(in_hand(store, 2), State.HELD, "circuit", NOW, NOW, counts=False)


@pytest.mark.parametrize(
    ("before", "first", "second", "results"),
    [
        ("parked", claims, lambda store: store.outbox.retry(1, NOW), ("m2", False)),
        ("parked", lambda store: store.outbox.retry(1, NOW), claims, (True, None)),
        ("parked, taken", postpones, lambda store: store.outbox.retry(1, NOW), (True, True)),
        ("", claims, lambda store: store.outbox.park(1, "operator", NOW), ("m1", False)),
        ("", lambda store: store.outbox.add(message(3)).id, overtakes, (3, False)),
        ("dropped", lambda store: store.outbox.add(message(3)).id, overtakes, (3, False)),
        (
            "taken, ended",
            lambda store: store.outbox.renew(in_hand(store, 1), at(LEASE), LEASE),
            lambda store: store.outbox.park(1, "operator", at(LEASE)),
            (True, False),
        ),
        ("taken, ended", delivers, lambda store: store.outbox.park(1, "operator", at(LEASE)), (True, False)),
    ],
    ids=[
        "a newer one is taken, an older one let go",
        "an older one is let go, a newer one taken",
        "a newer one is put off unsent, an older one let go",
        "one is taken and parked",
        "one is added behind others while a list is sent past them",
        "one is added while a list is sent past the outbox",
        "one is kept and parked",
        "one is delivered and parked",
    ],
)
def test_two_at_the_same_moment(
    turns: Turns, before: str, first: Callable[[Any], Any], second: Callable[[Any], Any], results: tuple[Any, Any]
) -> None:
    """The second sees what the first did, as if it had come later."""
    outbox = turns.store.outbox
    outbox.add(message(1))
    outbox.add(message(2))
    if before == "dropped":
        assert outbox.drop(1, NOW) and outbox.drop(2, NOW)
    if "parked" in before:
        assert outbox.park(1, "operator", NOW)
    if "taken" in before:
        assert outbox.claim("w", NOW, LEASE)
    if "ended" in before:
        turns.end_leases()
    turns.starts("first", lambda: first(turns.slow))
    turns.starts("second", lambda: second(turns.store))
    found = turns.let_go()
    assert (found["first"], found["second"]) == results


@pytest.mark.parametrize("how", ["accept", "leave"])
def test_a_pupil_stands_in_the_ledger_once_whoever_writes(turns: Turns, how: str) -> None:
    old, new, newest = (Entry("e", "", content) for content in ("old", "new", "newest"))

    def leave(store: PostgresStore, entry: Entry) -> Dispatch:
        made = store.outbox.overtake(KEY, YEAR, [entry], entry.content, NOW)
        assert made is not None
        return made

    ledger = turns.store.ledger
    ledger.accept(leave(turns.store, old), [0], NOW, last=True)
    first, second = leave(turns.store, new), leave(turns.store, newest)
    turns.starts("first", lambda: turns.slow.ledger.accept(first, [0], NOW, last=True))
    turns.starts(
        "second",
        lambda: ledger.accept(second, [0], NOW, last=True) if how == "accept" else leave(turns.store, replace(newest, las="l")),
    )
    turns.let_go()
    (noted,) = ledger.entries(KEY, YEAR)
    assert noted.content == ""  # they were under way together
