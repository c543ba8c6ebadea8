"""The outbox of a store: whose turn it is, leases, what expires, what an operator may do, and what a worker makes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import LEVERANCIER, NOW, SUPPLIER_OIN, answer
from support.databases import Places, query
from support.sending import (
    KEYS,
    TWEEDE,
    YEAR,
    Clock,
    Job,
    Supplier,
    accept,
    add_now,
    adding,
    at_once,
    bodies,
    contents,
    deliver_all,
    lijst_of,
    open_store,
    run_of,
    step,
)

from doorstroom_client import Phase
from doorstroom_client.errors import (
    AanleveringGesloten,
    ConnectError,
    DeadlineExceeded,
    DoorstroomError,
    GeenMandaat,
    LeerlingOnbekend,
    NoAnswer,
    OngeldigBericht,
    RedirectRefused,
    SchoolOnbekend,
    StoreError,
    TlsError,
    Unavailable,
    UnexpectedResponse,
    WrongPeer,
)
from doorstroom_client.events import Event
from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.sending import delivery as outbox_module
from doorstroom_client.sending.delivery import Bezorging, end_of, verdict_of
from doorstroom_client.sending.only_changes import compare
from doorstroom_client.sending.reputation import Reputation
from doorstroom_client.store.protocols import Ledger, Outbox
from doorstroom_client.store.pupils import Marked, Pupils
from doorstroom_client.store.rows import Claimed, Entry, Key, Outgoing, Queued, State
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore
from doorstroom_client.transport.request import Response

KEY, OTHER, THIRD = KEYS
SECONDS = 120.0
HOURS = 3600.0
DAY = 24 * HOURS
HOLD = HOURS
LEASE = 120.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(places: Places, clock: Clock) -> Iterator[Any]:
    made = open_store(places.new(), clock)
    yield made
    made.close()


@pytest.fixture
def outbox(store: Any) -> Outbox:
    return store.outbox


def at(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def message(number: int, key: Key = KEY, added: float = 0.0, **more: Any) -> Outgoing:
    given: dict[str, Any] = {"entries": (Entry(f"e{number}", "", f"c{number}"),), "expires_at": at(30 * DAY), "body": b"x"}
    given |= more
    return Outgoing(f"m{number}", key, YEAR, "school", given["body"], "sum", given["entries"], at(added), given["expires_at"])


def claim(outbox: Outbox, seconds: float = 0.0, owner: str = "w", **more: Any) -> Claimed:
    found = outbox.claim(owner, at(seconds), more.pop("lease", SECONDS), **more)
    assert found is not None
    return found


def nothing(outbox: Outbox, seconds: float = 0.0, **more: Any) -> bool:
    return outbox.claim("other", at(seconds), more.pop("lease", SECONDS), **more) is None


def by_id(outbox: Outbox, number: int) -> Queued:
    return next(item for item in outbox.messages() if item.id == number)


def put_back(outbox: Outbox, claimed: Claimed, state: State = State.WAITING, seconds: float = 0.0, now: float = 0.0) -> None:
    assert outbox.postpone(claimed, state, "reason", at(seconds), at(now), counts=True)


def test_the_parts_are_what_they_should_be(store: Any) -> None:
    assert isinstance(store.outbox, Outbox)
    assert isinstance(store.ledger, Ledger)


# --- whose turn it is


def test_one_message_of_a_key_at_a_time_and_the_oldest_first(outbox: Outbox) -> None:
    for number, key in enumerate((KEY, KEY, OTHER, THIRD), 1):
        outbox.add(message(number, key))
    taken = [claim(outbox).queued.id, claim(outbox, owner="v").queued.id, claim(outbox, owner="u").queued.id]
    assert taken == [1, 3, 4]
    assert nothing(outbox)


@pytest.mark.parametrize("state", [State.WAITING, State.HELD])
def test_a_later_message_waits_for_one_that_is_not_due(outbox: Outbox, state: State) -> None:
    outbox.add(message(1))
    outbox.add(message(2))
    put_back(outbox, claim(outbox), state, seconds=300)
    assert nothing(outbox, 299)
    assert outbox.next_at(at(10)) == at(300)
    assert claim(outbox, 300).queued.id == 1


@pytest.mark.parametrize("key", [replace(KEY, soort="registreren"), OTHER, THIRD])
def test_another_kind_school_or_supplier_does_not_wait(outbox: Outbox, key: Key) -> None:
    outbox.add(message(1))
    outbox.add(message(2, key))
    put_back(outbox, claim(outbox), seconds=300)
    assert claim(outbox, 1).queued.key == key


def test_another_school_year_is_the_same_key(outbox: Outbox) -> None:
    outbox.add(message(1))
    outbox.add(replace(message(2), schooljaar="2026-2027"))
    assert claim(outbox).queued.id == 1
    assert nothing(outbox)


def test_what_is_due_longest_goes_first(outbox: Outbox) -> None:
    for number, (key, added) in enumerate(((KEY, 30), (OTHER, 10), (THIRD, 20)), 1):
        outbox.add(message(number, key, added))
    assert [claim(outbox, 60, owner).queued.id for owner in "abc"] == [2, 3, 1]


def test_suppliers_may_be_left_alone(outbox: Outbox) -> None:
    outbox.add(message(1))
    outbox.add(message(2, THIRD))
    assert claim(outbox, without=(SUPPLIER_OIN,)).queued.id == 2
    assert nothing(outbox, without=(SUPPLIER_OIN, THIRD.leverancier))


def test_a_parked_or_dropped_message_makes_way(outbox: Outbox) -> None:
    for number in (1, 2, 3):
        outbox.add(message(number))
    put_back(outbox, claim(outbox), State.PARKED)
    assert outbox.drop(2, at(0))
    assert claim(outbox).queued.id == 3


# --- leases


def test_a_lease_ends(outbox: Outbox, clock: Clock) -> None:
    outbox.add(message(1))
    first = claim(outbox)
    clock.elapsed = SECONDS - 0.125
    assert nothing(outbox)
    assert outbox.next_at(clock.now()) == at(SECONDS)
    clock.elapsed = SECONDS
    second = claim(outbox, SECONDS, "v")
    assert second.queued == replace(first.queued, next_at=at(SECONDS))
    assert not outbox.renew(first, clock.now(), SECONDS)
    assert not outbox.delivered(first, (), 0, clock.now())
    assert not outbox.postpone(first, State.PARKED, "x", at(0), at(0), counts=True)
    assert by_id(outbox, 1).state is State.WAITING
    clock.elapsed += 1
    assert outbox.renew(second, clock.now(), SECONDS)
    clock.elapsed = 2 * SECONDS
    assert nothing(outbox, 2 * SECONDS)
    clock.elapsed += 1
    assert not nothing(outbox, 2 * SECONDS + 1)


def test_a_worker_that_was_late_goes_on_when_nobody_took_over(outbox: Outbox, clock: Clock) -> None:
    outbox.add(message(1))
    claimed = claim(outbox)
    clock.elapsed = 1000
    assert outbox.renew(claimed, clock.now(), SECONDS)
    clock.elapsed += SECONDS - 1
    assert nothing(outbox, 1000)
    assert outbox.delivered(claimed, [0], 0, clock.now())


@pytest.mark.parametrize("step", [-400 * DAY, -3600.0, -6.0, 6.0, SECONDS, 3600.0, 29 * DAY])
def test_a_wall_clock_that_is_set_neither_ends_nor_prolongs_a_lease(outbox: Outbox, clock: Clock, step: float) -> None:
    outbox.add(message(1))
    claimed = claim(outbox)
    assert nothing(outbox, step)
    assert outbox.next_at(at(step)) == at(step + SECONDS)
    assert outbox.renew(claimed, at(step), SECONDS)
    clock.elapsed = SECONDS - 1
    assert nothing(outbox, step)
    clock.elapsed = SECONDS
    assert not nothing(outbox, step)


def test_a_lease_ends_with_a_boot(store: Any, clock: Clock) -> None:
    """The clock begins anew; what was in hand is free, whatever it says, also where one boot cannot be told from another."""
    clock.elapsed = 40 * DAY
    for number, boot in enumerate(("another boot", "boot"), 1):
        store.outbox.add(message(number, KEYS[number]))
        store._database.lease_clock = clock.lease
        claim(store.outbox)
        store._database.lease_clock = lambda _, boot=boot: (boot, 5.0)
        assert store.outbox.next_at(at(0)) is not None
        claim(store.outbox, owner="v")


@pytest.mark.parametrize(("mine", "theirs"), [(3610.0, 120.0), (120.0, 3610.0)])
def test_a_worker_with_another_total_time_keeps_its_message(outbox: Outbox, clock: Clock, mine: float, theirs: float) -> None:
    """How long a lease is, is for the worker to say: it follows from how long its calls may take."""
    outbox.add(message(1))
    claim(outbox, lease=mine)
    for clock.elapsed in (1, mine - 1):
        assert nothing(outbox, lease=theirs)
    clock.elapsed = mine
    assert not nothing(outbox, lease=theirs)


@pytest.mark.parametrize("back", [6.0, 3600.0, 400 * DAY])
def test_a_moment_from_a_clock_that_was_set_back_holds_nobody_up(outbox: Outbox, back: float) -> None:
    outbox.add(message(1))
    put_back(outbox, claim(outbox), State.HELD, seconds=HOLD)
    assert outbox.next_at(at(-back)) == at(-back)
    assert claim(outbox, -back).queued.id == 1


def test_what_was_due_when_its_worker_died_is_due_by_a_clock_that_was_set_back(outbox: Outbox, clock: Clock) -> None:
    outbox.add(message(1))
    put_back(outbox, claim(outbox), seconds=DAY)
    for seconds, owner in ((DAY, "w"), (0, "v"), (SECONDS, "u")):
        assert claim(outbox, seconds, owner).queued.id == 1
        clock.elapsed += SECONDS


def test_next_at(outbox: Outbox) -> None:
    assert outbox.next_at(at(0)) is None
    outbox.add(message(1, added=50, expires_at=at(100)))
    assert outbox.next_at(at(60)) == at(60)
    put_back(outbox, claim(outbox, 60), State.HELD, seconds=900, now=60)
    assert outbox.next_at(at(61)) == at(100)  # it expires, and makes way for others
    outbox.add(message(2))
    assert outbox.next_at(at(61)) == at(100)
    outbox.add(message(3, OTHER, added=61))
    assert outbox.next_at(at(62)) == at(62)


# --- what expires


def test_what_expires_is_parked_with_its_content(store: Any) -> None:
    outbox = store.outbox
    outbox.add(message(1, expires_at=at(100)))
    outbox.add(message(2))
    assert claim(outbox, 100).queued.id == 2
    parked = by_id(outbox, 1)
    assert (parked.state, parked.reason, bodies(store)[1]) == (State.PARKED, "expired", b"x")
    assert not outbox.retry(1, at(100))


def test_what_expires_in_the_hands_of_a_worker_is_not_sent_any_more(outbox: Outbox, clock: Clock) -> None:
    outbox.add(message(1, expires_at=at(100)))
    claimed = claim(outbox, 90)
    assert nothing(outbox, 101)
    assert by_id(outbox, 1).state is State.WAITING  # it may be on the wire
    assert not outbox.renew(claimed, at(101), SECONDS)
    clock.elapsed = SECONDS
    assert nothing(outbox, 90 + SECONDS)
    assert by_id(outbox, 1).state is State.PARKED


def test_at_the_moment_of_expiry_it_is_too_late(outbox: Outbox) -> None:
    outbox.add(message(1, expires_at=at(100)))
    assert not outbox.renew(claim(outbox, 99), at(100), SECONDS)


@pytest.mark.parametrize(
    ("schooljaar", "now", "then"),
    [
        ("2025-2026", dt.datetime(2026, 3, 10, tzinfo=dt.UTC), dt.datetime(2026, 8, 1, tzinfo=dt.UTC)),
        ("2025-2026", dt.datetime(2026, 7, 30, tzinfo=dt.UTC), dt.datetime(2026, 8, 13, tzinfo=dt.UTC)),
    ],
)
def test_a_list_expires_with_its_school_year(schooljaar: str, now: dt.datetime, then: dt.datetime) -> None:
    assert end_of(schooljaar, now) == then


# --- what an operator may do


@pytest.mark.parametrize("state", [State.WAITING, State.HELD, State.PARKED])
def test_retry_now(outbox: Outbox, state: State) -> None:
    outbox.add(message(1))
    put_back(outbox, claim(outbox), state, seconds=HOLD)
    assert outbox.retry(1, at(5))
    again = claim(outbox, 5)
    assert (again.queued.attempts, again.queued.reason) == (1, "")


@pytest.mark.parametrize("state", [State.DELIVERED, State.DROPPED])
def test_what_is_over_stays_over(outbox: Outbox, state: State) -> None:
    outbox.add(message(1))
    if state is State.DELIVERED:
        assert outbox.delivered(claim(outbox), (), 2, at(1))
        assert by_id(outbox, 1).onbekend == 2
    else:
        assert outbox.drop(1, at(1))
    assert by_id(outbox, 1).state is state
    assert not outbox.retry(1, at(2))
    assert not outbox.park(1, "x", at(2))
    assert not outbox.drop(1, at(2))
    assert not outbox.retry(99, at(2))


def test_an_older_message_may_go_while_no_newer_one_has_gone(outbox: Outbox) -> None:
    outbox.add(message(1))
    outbox.add(message(2))
    outbox.add(message(3, OTHER))
    assert outbox.park(1, "operator", at(0))
    assert outbox.delivered(claim(outbox, owner="v", without=()), (), 0, at(0))  # of its own key: message 2
    assert [item.id for item in outbox.messages([State.DELIVERED])] == [2]
    assert not outbox.retry(1, at(1))
    assert outbox.park(3, "operator", at(1))
    assert outbox.retry(3, at(1))


def test_an_older_message_may_not_go_while_a_worker_has_a_newer_one(outbox: Outbox) -> None:
    outbox.add(message(1))
    outbox.add(message(2))
    assert outbox.park(1, "operator", at(0))
    claimed = claim(outbox)
    assert not outbox.retry(1, at(1))
    assert outbox.postpone(claimed, State.WAITING, "x", at(1), at(1), counts=False)
    assert outbox.retry(1, at(1))
    assert claim(outbox, 1).queued.id == 1


@pytest.mark.parametrize("then", ["postponed", "parked", "dropped"])
def test_an_older_message_may_not_go_after_one_that_may_have_arrived(outbox: Outbox, clock: Clock, then: str) -> None:
    """Its worker died right after sending, so that nobody counted it."""
    outbox.add(message(1))
    outbox.add(message(2))
    assert outbox.park(1, "operator", at(0))
    claim(outbox)
    clock.elapsed = 200
    if then == "postponed":
        assert outbox.postpone(claim(outbox, 200, "v"), State.HELD, "circuit", at(300), at(200), counts=False)
    elif then == "parked":
        assert outbox.park(2, "operator", at(200))
    else:
        assert outbox.drop(2, at(200))
    assert by_id(outbox, 2).attempts == 0
    assert not outbox.retry(1, at(201))


def test_nothing_is_taken_from_a_worker(outbox: Outbox, clock: Clock) -> None:
    outbox.add(message(1))
    claimed = claim(outbox)
    for clock.elapsed, clock.off in ((0.0, 0.0), (SECONDS - 1, 0.0), (SECONDS - 1, 3600.0), (SECONDS - 1, -3600.0)):
        assert not outbox.park(1, "operator", clock.now())
        assert not outbox.drop(1, clock.now())
    assert outbox.renew(claimed, clock.now(), SECONDS)


@pytest.mark.parametrize("off", [0.0, -3600.0, 3600.0])
@pytest.mark.parametrize("how", ["park", "drop"])
def test_what_a_dead_worker_had_can_be_taken(outbox: Outbox, clock: Clock, off: float, how: str) -> None:
    outbox.add(message(1))
    claimed = claim(outbox)
    clock.elapsed, clock.off = SECONDS, off
    assert outbox.park(1, "operator", clock.now()) if how == "park" else outbox.drop(1, clock.now())
    assert not outbox.renew(claimed, clock.now(), SECONDS)
    assert not outbox.delivered(claimed, [0], 0, clock.now())


def test_a_dead_worker_does_not_go_on_with_what_was_let_go_anew(outbox: Outbox, clock: Clock) -> None:
    outbox.add(message(1))
    dead = claim(outbox)
    clock.elapsed = SECONDS
    assert outbox.park(1, "operator", at(SECONDS))
    assert outbox.retry(1, at(SECONDS))
    assert not outbox.renew(dead, at(SECONDS), SECONDS)
    assert not outbox.delivered(dead, [0], 0, at(SECONDS))
    assert claim(outbox, SECONDS, "v").queued.id == 1


def test_a_list_that_is_sent_past_the_outbox_ends_what_is_parked_of_its_key(outbox: Outbox) -> None:
    """From then on, and nothing else: what had expired before stays so since then."""
    for number, (key, expires) in enumerate(((KEY, 900), (KEY, 900), (KEY, 50), (OTHER, 900), (THIRD, 900)), 1):
        outbox.add(message(number, key, expires_at=at(expires)))
    assert not outbox.overtake(KEY, YEAR, (), "a", at(1))
    assert outbox.delivered(claim(outbox), (), 0, at(2))
    for number in (2, 3, 4, 5):
        assert outbox.park(number, "operator", at(3))
    assert outbox.overtake(KEY, YEAR, (), "b", at(100))
    assert [item.expires_at for item in outbox.messages()] == [at(900), at(100), at(50), at(900), at(900)]
    assert [outbox.retry(number, at(100)) for number in (2, 3, 4, 5)] == [False, False, True, True]


@pytest.mark.parametrize("state", [State.WAITING, State.HELD, State.PARKED])
@pytest.mark.parametrize("how", [State.DROPPED, State.DELIVERED])
def test_what_is_over_keeps_nothing_about_pupils(store: Any, state: State, how: State) -> None:
    """Neither the content nor the marks, nor why it waited."""
    outbox = store.outbox
    outbox.add(message(1))
    put_back(outbox, claim(outbox), state)
    if how is State.DROPPED:
        assert outbox.drop(1, at(1))
    else:
        assert state is not State.PARKED or outbox.retry(1, at(1))
        assert outbox.delivered(claim(outbox, 1), (), 0, at(1))
        assert by_id(outbox, 1).reason == ""
    assert query(store, "SELECT state, body, entries FROM outbox") == [(how, None, None)]


def test_counts_and_pages(outbox: Outbox) -> None:
    for number in range(1, 6):
        outbox.add(message(number))
    assert outbox.drop(4, at(0))
    assert outbox.park(5, "operator", at(0))
    put_back(outbox, claim(outbox), State.HELD)
    assert outbox.counts() == {
        State.WAITING: 2, State.HELD: 1, State.PARKED: 1, State.DELIVERED: 0, State.DROPPED: 1,
    }  # fmt: skip
    assert [item.id for item in outbox.messages(after=1, limit=2)] == [2, 3]
    assert [item.id for item in outbox.messages([State.HELD, State.DROPPED])] == [1, 4]
    assert outbox.messages([]) == []
    assert outbox.is_open(KEY)
    assert not outbox.is_open(OTHER)


@pytest.mark.parametrize("how", ["dropped", "delivered"])
@pytest.mark.parametrize("size", [40, 50_000])
def test_what_is_over_leaves_no_bytes(tmp_path: Path, how: str, size: int) -> None:
    """In SQLite; PostgreSQL keeps them until it uses the space again."""
    store, body = open_store(tmp_path / "s.db"), b"kind-met-een-naam" * (size // 17)
    store.outbox.add(message(1, body=body))
    assert b"kind-met-een-naam" in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    if how == "dropped":
        assert store.outbox.drop(1, at(0))
    else:
        assert store.outbox.delivered(claim(store.outbox), (), 0, at(0))
    store._database._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    assert (tmp_path / "s.db-wal").stat().st_size == 0
    assert b"kind-met" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.close()


def test_the_connections_of_outbox_and_ledger_wait_for_the_disk(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    for part in (store.outbox, store.ledger):
        connection = part._database._connection
        values = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
        assert values == ["wal", 2]
    store.close()


# --- outbox and ledger together


def pupil(content: str, eck: str = "e1", las: str = "") -> Entry:
    return Entry(eck, las, content)


def test_the_ledger_is_told_with_the_receipt(store: Any) -> None:
    store.outbox.add(message(1))
    assert store.outbox.delivered(claim(store.outbox), [0], 0, at(1))
    assert contents(store, KEY) == [("e1", "", "c1")]
    assert store.ledger.knows(KEY.soort, KEY.leverancier)
    assert contents(store, OTHER) == contents(store, KEY, "2026-2027") == []


def said(store: Any) -> list[str]:
    return [content for *_, content in contents(store, KEY)]


def test_from_before_sending_on_the_ledger_is_in_doubt(store: Any) -> None:
    accept(store, KEY, [pupil("old"), pupil("same", "e2"), pupil("other", "e3")])
    store.outbox.add(message(1, entries=(pupil("new"), pupil("same", "e2"))))
    assert said(store) == ["old", "same", "other"]
    claimed = claim(store.outbox)
    assert said(store) == ["", "same", "other"]
    assert store.outbox.delivered(claimed, [0], 1, at(1))
    assert sorted(said(store)) == ["new", "other", "same"]


def test_a_worker_that_lost_its_message_before_it_was_sent_leaves_the_ledger_alone(store: Any, clock: Clock) -> None:
    store.outbox.add(message(1))
    late = claim(store.outbox)
    clock.elapsed = SECONDS
    assert store.outbox.delivered(claim(store.outbox, SECONDS, "v"), [0], 0, at(SECONDS))
    assert not store.outbox.renew(late, at(SECONDS), SECONDS)
    assert not store.outbox.delivered(late, [0], 0, at(SECONDS))
    assert said(store) == ["c1"]


def test_a_worker_that_lost_its_message_after_it_was_sent_puts_the_ledger_in_doubt(store: Any, clock: Clock) -> None:
    """It may have arrived after what came next, whether that is under way or has its receipt."""
    outbox = store.outbox
    for number in range(1, 4):
        outbox.add(message(number, entries=(pupil(str(number)),)))
    late = claim(outbox)
    clock.elapsed = SECONDS
    for number in (1, 2):
        assert outbox.delivered(claim(outbox, SECONDS, "v"), [0], 0, at(SECONDS))
        assert said(store) == [str(number)]
    third = claim(outbox, SECONDS, "v")
    outbox.lost(late)
    assert said(store) == [""]
    assert outbox.delivered(third, [0], 0, at(SECONDS))
    assert said(store) == [""]


def test_a_list_that_is_put_in_the_outbox_while_another_is_under_way_past_it(store: Any) -> None:
    dispatch = store.outbox.overtake(KEY, YEAR, [pupil("past")], "past", NOW)
    store.outbox.add(message(1))
    assert store.outbox.overtake(KEY, YEAR, [pupil("later")], "later", NOW) is None
    claimed = claim(store.outbox)
    store.ledger.accept(dispatch, [0], NOW, last=True)
    assert said(store) == [""]
    assert store.outbox.delivered(claimed, [0], 0, at(1))
    assert said(store) == [""]


@pytest.mark.parametrize("how", ["operator", "expired"])
def test_what_is_set_aside_may_go_later_so_the_ledger_is_in_doubt(store: Any, how: str) -> None:
    accept(store, KEY, [pupil("old")])
    store.outbox.add(message(1, expires_at=at(100)))
    if how == "operator":
        assert store.outbox.park(1, "operator", at(0))
    else:
        assert nothing(store.outbox, 100)
    assert said(store) == [""]


def test_a_changed_list_is_not_left_out_because_an_old_message_was_parked(store: Any, clock: Clock) -> None:
    """Back to what the supplier has, while a message that says something else may still be let go."""
    supplier = Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None))
    deliver_all(store, clock, supplier)
    parked = add_now(store, clock, 0, (1, None, None, None))
    assert store.outbox.park(parked.id, "operator", clock.now())
    assert add_now(store, clock, 0, (0, None, None, None), only_changes=True) is not None
    assert store.outbox.retry(parked.id, clock.now())
    deliver_all(store, clock, supplier)
    assert supplier.arrived[KEY] == [1, 2, 3]
    (entry,) = lijst_of(0, (0, None, None, None)).entries(store.ledger.secret())
    assert supplier.has(KEY, entry)


@pytest.mark.parametrize("how", ["received, no answer", "received, too late"])
def test_what_may_have_arrived_is_sent_again_by_the_next_list(store: Any, clock: Clock, how: str) -> None:
    supplier = Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None))
    deliver_all(store, clock, supplier)
    lost = add_now(store, clock, 0, (1, None, None, None))
    deliver_all(store, clock, supplier, how)
    assert store.outbox.drop(lost.id, clock.now())
    assert add_now(store, clock, 0, (0, None, None, None), only_changes=True) is not None


def test_a_message_that_is_delivered_while_a_list_is_compared_is_seen(store: Any, clock: Clock) -> None:
    """Between any two steps of adding; the LAS goes back to what the ledger said before that message."""
    for steps in range(5):
        supplier = Supplier(store.ledger.secret())
        add_now(store, clock, 0, (0, None, None, None))
        deliver_all(store, clock, supplier)
        add_now(store, clock, 0, (1, None, None, None))
        job = Job(adding(store, clock, 0, (0, None, None, None), only_changes=True))
        for _ in range(steps):
            job.step()
        deliver_all(store, clock, supplier)
        while not job.ended:
            job.step()
        deliver_all(store, clock, supplier)
        (entry,) = lijst_of(0, (0, None, None, None)).entries(store.ledger.secret())
        assert supplier.has(KEY, entry), f"delivered after {steps} steps"


def test_open_messages_count_and_the_last_one_wins(store: Any) -> None:
    outbox = store.outbox
    outbox.add(message(1, entries=(pupil("1"), pupil("1", "e2"), pupil("1", "", "l3"))))
    outbox.add(message(2, entries=(pupil("2"), pupil("2", "e3", "l3"), pupil("2", "e4"))))
    outbox.add(message(3, OTHER, entries=(pupil("3"),)))
    outbox.add(replace(message(4, entries=(pupil("4"),)), schooljaar="2026-2027"))
    outbox.add(message(5, entries=(pupil("5", "e4"),)))
    wanted = (pupil("2"), pupil("1", "e2"), pupil("2", "e3", "l3"), pupil("5", "e4"), pupil("2", "", "l3"))
    assert compare(wanted, (), outbox.open_entries(KEY, YEAR)).positions == ()
    assert outbox.drop(5, at(0))
    assert compare(wanted, (), outbox.open_entries(KEY, YEAR)).positions == (3,)
    assert compare([pupil("2", "e4")], (), outbox.open_entries(KEY, YEAR)).positions == ()


def test_many_open_messages_are_not_compared_in_pairs(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A school of 600 pupils and 30 lists that wait: a few looks per pupil and list, and not one per pair of pupils."""
    for number in range(1, 31):
        store.outbox.add(message(number, entries=tuple(pupil(str(number), f"e{at}", f"l{at}") for at in range(600))))
    wanted = [pupil("30", f"e{at}") for at in range(600)]
    looks, of = 0, Pupils.of

    def counted(self: Pupils, item: Marked) -> str:
        nonlocal looks
        looks += 1
        return of(self, item)

    monkeypatch.setattr(Pupils, "of", counted)
    assert compare(wanted, (), store.outbox.open_entries(KEY, YEAR)).positions == ()
    assert 31 * 600 <= looks <= 2 * 31 * 600


# --- what a worker makes of it


@pytest.mark.parametrize("total", [30.0, 119.0, 600.0])
def test_the_lease_is_longer_than_a_call(store: Any, clock: Clock, total: float) -> None:
    """While a message may still be on the wire, nobody else sends it, nor what comes after it."""
    supplier = Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None))
    slow = Job(run_of(store, clock, total).worker())
    while slow.sending is None:
        step(slow, supplier)
    clock.elapsed += slow.sending.deadline + 5
    assert slow.sending.deadline == total
    assert nothing(store.outbox, clock.elapsed)


def test_a_message_that_was_taken_over_is_not_sent(store: Any, clock: Clock) -> None:
    supplier = Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None))
    told: list[Bezorging] = []
    slow = Job(run_of(store, clock, on_result=told.append).worker())
    while slow.claimed is None:
        step(slow, supplier)
    clock.elapsed += LEASE
    deliver_all(store, clock, supplier)
    while not slow.ended:
        step(slow, supplier)
    assert slow.error is None
    assert supplier.arrived[KEY] == [1]
    assert told == []


def test_a_worker_that_stands_still_within_its_claim_looks_before_it_sends(store: Any, clock: Clock) -> None:
    """The lease runs from the claim, also when it takes its time to come back from the disk or the network."""
    supplier, claim = Supplier(store.ledger.secret()), store.outbox.claim
    add_now(store, clock, 0, (0, None, None, None))

    def held_up(*given: Any, **more: Any) -> Any:
        claimed = claim(*given, **more)
        store.outbox.claim = claim
        clock.elapsed += LEASE
        deliver_all(store, clock, supplier)
        return claimed

    store.outbox.claim = held_up
    deliver_all(store, clock, supplier)
    assert supplier.arrived[KEY] == [1]


@pytest.mark.parametrize("how", ["received", "received, no answer", "503", "422"])
def test_a_message_that_was_sent_after_it_was_taken_over_is_told_and_leaves_doubt(store: Any, clock: Clock, how: str) -> None:
    """A worker that was stopped right before sending: nothing can keep its message back then."""
    supplier, events = Supplier(store.ledger.secret()), list[Event]()
    add_now(store, clock, 0, (0, None, None, None))
    slow = Job(run_of(store, clock, on_event=events.append).worker())
    while slow.sending is None:
        step(slow, supplier)
    clock.elapsed += LEASE
    deliver_all(store, clock, supplier)
    assert "" not in said(store)
    add_now(store, clock, 0, (1, None, None, None))
    deliver_all(store, clock, supplier)
    supplier.arrived.clear()  # out of order, which is what this is about
    while not slow.ended:
        step(slow, supplier, how)
    assert said(store) == [""]
    (told,) = (event for event in events if event.result.startswith("sent"))
    assert told.serious
    assert told.result == "sent after another worker had taken it over"
    assert (told.action, told.object, told.origin) == (KEY.soort, store.outbox.messages()[0].message_id, "-")
    assert (told.actor, told.peer, told.at) == (KEY.leverancier, "Toetsbureau", clock.now())
    assert add_now(store, clock, 0, (1, None, None, None), only_changes=True) is not None


def test_the_schedule(store: Any, clock: Clock) -> None:
    """Five seconds, five minutes, …; then daily; spread by a fifth."""
    supplier = Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None), expires_at=clock.now() + dt.timedelta(days=99))
    told: list[Bezorging] = []
    waits = []
    for draw in (0.5, 0.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5):
        deliver_all(store, clock, supplier, "lost", on_result=told.append, draw=lambda draw=draw: draw)
        due = store.outbox.next_at(clock.now())
        assert due is not None
        waits.append((due - clock.now()).total_seconds())
        clock.elapsed += waits[-1]
    assert waits == [5, 300 * 0.8, 1800 * 1.2, 2 * HOURS, 5 * HOURS, 10 * HOURS, 10 * HOURS, DAY, DAY]
    assert [item.bericht.attempts for item in told] == list(range(9))


RETRY_AFTER = "retry-after"


def http_date(seconds: float) -> str:
    return f"{at(seconds):%a, %d %b %Y %H:%M:%S} GMT"


@pytest.mark.parametrize(
    ("sent", "status", "headers", "draw", "seconds"),
    [
        (0, 503, {RETRY_AFTER: "900"}, 0.5, 900),
        (0, 429, {RETRY_AFTER: "900"}, 1.0, 900),
        (0, 503, {RETRY_AFTER: http_date(900), "date": http_date(0)}, 0.0, 900),
        (0, 503, {RETRY_AFTER: "999999"}, 0.5, 6 * HOURS),
        (0, 429, {RETRY_AFTER: http_date(9 * DAY), "date": http_date(0)}, 0.5, 6 * HOURS),
        (4, 503, {RETRY_AFTER: "999999"}, 0.5, 6 * HOURS),
        (1, 503, {RETRY_AFTER: "301"}, 0.5, 301),
        # Sooner than the schedule is no reason to come sooner: it asks for that each time.
        (0, 503, {RETRY_AFTER: "1"}, 0.5, 5),
        (0, 429, {RETRY_AFTER: "0"}, 0.5, 5),
        (1, 503, {RETRY_AFTER: "299"}, 0.5, 300),
        (5, 503, {RETRY_AFTER: "999999"}, 0.5, 10 * HOURS),
        # The spread is of the schedule, not of what was asked for.
        (0, 503, {RETRY_AFTER: "6"}, 1.0, 6),
        (0, 503, {RETRY_AFTER: "7"}, 1.0, 7),
        (0, 503, {RETRY_AFTER: "4"}, 0.0, 4),
        (0, 503, {RETRY_AFTER: "5"}, 0.0, 5),
        # Without anything that can be read it is the schedule.
        (0, 503, {}, 0.0, 4),
        (0, 503, {}, 1.0, 6),
        (1, 429, {}, 0.0, 240),
        (2, 429, {RETRY_AFTER: "soon"}, 1.0, 2160),
        (3, 503, {RETRY_AFTER: "-60"}, 0.5, 2 * HOURS),
        (7, 503, {}, 1.0, 1.2 * DAY),
        (0, 500, {RETRY_AFTER: "900"}, 0.5, 900),
        (0, 405, {RETRY_AFTER: "900"}, 0.5, DAY),
        (0, 405, {}, 0.0, 0.8 * DAY),
        # Somebody has to repair it: no spread, and nothing to ask for.
        (0, 401, {RETRY_AFTER: "900"}, 0.0, HOLD),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else None,
)
def test_when_a_message_goes_on(
    store: Any, sent: int, status: int, headers: dict[str, str], draw: float, seconds: float
) -> None:
    """When the supplier asks so, counted from its answer, but not before the schedule; else by the schedule."""
    clock, supplier = Clock(), Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None), expires_at=at(99 * DAY))
    for _ in range(sent):
        deliver_all(store, clock, supplier, "lost")
        clock.elapsed += 2 * DAY
    began = clock.elapsed
    shifted = dict(headers, **({"date": http_date(began)} if "date" in headers else {}))

    def answers(_: Any) -> Response:
        clock.elapsed = began + 9
        return answer(status, headers=shifted)

    told: list[Bezorging] = []
    at_once(run_of(store, clock, on_result=told.append, draw=lambda: draw).worker(), answers)
    (result,) = told
    assert result.next_at == at(began + 9 + seconds)
    assert by_id(store.outbox, 1).next_at == result.next_at
    assert by_id(store.outbox, 1).attempts == sent + 1
    asked = getattr(result.error, "retry_at", None)
    assert asked is None or asked <= result.next_at


def test_what_is_parked_has_no_next_moment(store: Any) -> None:
    clock, supplier = Clock(), Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None))
    told: list[Bezorging] = []
    deliver_all(store, clock, supplier, "422", on_result=told.append)
    assert [(item.state, item.next_at) for item in told] == [(State.PARKED, None)]
    assert store.outbox.next_at(clock.now()) is None


@pytest.mark.parametrize("closed", [2.0, 30.0, 7 * HOURS])
def test_an_open_circuit_holds_a_message_as_long_as_it_is_open(store: Any, closed: float) -> None:
    """However short that is: nothing was sent, so the schedule has not begun."""
    clock, supplier, told = Clock(), Supplier(store.ledger.secret()), list[Bezorging]()
    health = Circuits(clock.monotonic)
    health.failed(LEVERANCIER.base_url, 1, closed)
    add_now(store, clock, 0, (0, None, None, None))
    deliver_all(store, clock, supplier, health=health, on_result=told.append, draw=lambda: 1.0)
    assert [item.next_at for item in told] == [at(closed)]


def test_an_open_circuit_is_not_an_attempt(store: Any) -> None:
    clock, supplier = Clock(), Supplier(store.ledger.secret())
    health = Circuits(clock.monotonic)
    health.failed(LEVERANCIER.base_url, 1, 30.0)
    add_now(store, clock, 0, (0, None, None, None))
    add_now(store, clock, 1, (0, None, None, None))
    told: list[Bezorging] = []
    deliver_all(store, clock, supplier, health=health, on_result=told.append)
    assert len(told) == 1  # the next one would end in the same way
    assert isinstance(told[0].error, Unavailable)
    assert by_id(store.outbox, 1).attempts == 0
    assert store.outbox.counts()[State.WAITING] == 2
    clock.elapsed += 31
    deliver_all(store, clock, supplier, health=health)
    assert store.outbox.counts()[State.DELIVERED] == 2


def test_a_supplier_that_is_not_configured_any_more(store: Any, clock: Clock) -> None:
    supplier, told = Supplier(store.ledger.secret()), list[Bezorging]()
    for place in (0, 0, 1, 2):
        add_now(store, clock, place, (0, None, None, None))
    deliver_all(store, clock, supplier, leveranciers=(TWEEDE,), on_result=told.append)
    assert [(item.state, item.reason, item.attempts) for item in store.outbox.messages()] == [
        (State.HELD, "leverancier", 0),
        (State.WAITING, "", 0),
        (State.WAITING, "", 0),
        (State.DELIVERED, "", 1),
    ]
    assert [(item.leverancier, item.next_at) for item in told] == [(SUPPLIER_OIN, at(HOLD)), ("DIA", None)]
    deliver_all(store, clock, supplier)
    assert supplier.taken == {3, 4}


def test_a_store_that_fails_right_before_sending_ends_the_run_and_leaves_the_message_as_it_is(
    store: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is about our own disk, and says nothing about the message."""
    supplier, told = Supplier(store.ledger.secret()), list[Bezorging]()
    add_now(store, clock, 0, (0, None, None, None))

    def fail(*_: Any) -> bool:
        raise StoreError("full")

    with monkeypatch.context() as broken:
        broken.setattr(store.outbox, "renew", fail)
        broken.setattr(outbox_module, "_FRESH", -1.0)  # it was taken some time ago
        with pytest.raises(StoreError):
            deliver_all(store, clock, supplier, on_result=told.append)
    assert (told, by_id(store.outbox, 1).state, by_id(store.outbox, 1).attempts) == ([], State.WAITING, 0)
    clock.elapsed = LEASE
    deliver_all(store, clock, supplier)
    assert supplier.arrived[KEY] == [1]


def test_a_list_expires_when_the_caller_says_so(store: Any) -> None:
    given = add_now(store, Clock(), 0, (0, None, None, None), expires_at=at(1000))
    by_itself = add_now(store, Clock(), 1, (0, None, None, None))
    assert (given.expires_at, by_itself.expires_at) == (at(1000), end_of(YEAR, NOW))


def test_a_restart_remembers_that_an_address_accepts_lists(places: Places) -> None:
    """Then an unknown pupil is no reason to think that the address is wrong."""
    clock, place = Clock(), places.new()
    store = open_store(place)
    supplier = Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None))
    deliver_all(store, clock, supplier)
    supplier.unknown.add(1)
    add_now(store, clock, 0, (None, 0, None, None))
    store.close()
    store = open_store(place)
    deliver_all(store, clock, supplier, addresses=Reputation(clock.monotonic))
    assert [(item.state, item.reason) for item in store.outbox.messages([State.PARKED])] == [(State.PARKED, "onbekend")]
    store.close()


def test_unknown_pupils_are_left_out_and_counted(store: Any, clock: Clock) -> None:
    supplier = Supplier(store.ledger.secret(), unknown={1})
    add_now(store, clock, 0, (0, 0, 0, 0))
    told: list[Bezorging] = []
    deliver_all(store, clock, supplier, on_result=told.append)
    assert by_id(store.outbox, 1).onbekend == 1
    assert len(store.ledger.entries(KEY, YEAR)) == 3
    assert told[0].ontvangst is not None
    assert told[0].ontvangst.aantal == 3


def test_a_school_is_told_of_pupils_that_are_not_known(store: Any) -> None:
    """Whether the others were taken in, or there were no others."""
    clock, supplier, told = Clock(), Supplier(store.ledger.secret(), unknown={1}), list[Bezorging]()
    for wens in ((0, 0, None, None), (None, 0, None, None), (0, None, None, None)):
        add_now(store, clock, 0, wens)
    deliver_all(store, clock, supplier, on_result=told.append)
    assert [item.state for item in told] == [State.DELIVERED, State.PARKED, State.DELIVERED]
    assert [item.uitleg.partition(" nog")[0] for item in told] == [
        "Eén leerling is bij Toetsbureau",
        "Eén leerling is bij ICE",
        "",
    ]


ASKED = NOW
NOT_KNOWN, NO_WORD = LeerlingOnbekend("x", status=404, melding="onbekend"), LeerlingOnbekend("x", status=404)
NOT_KNOWN.onbekend = NO_WORD.onbekend = lijst_of(0, (0, None, None, None)).leerlingen((0,))


@pytest.mark.parametrize(
    ("error", "proven", "verdict"),
    [
        (NOT_KNOWN, True, (State.PARKED, "onbekend", 0.0)),
        (NO_WORD, True, (State.HELD, "LeerlingOnbekend 404", HOLD)),
        (NOT_KNOWN, False, (State.HELD, "LeerlingOnbekend 404", HOLD)),
        (LeerlingOnbekend("x", status=404), True, (State.HELD, "LeerlingOnbekend 404", HOLD)),
        (SchoolOnbekend("x", status=405, retryable=True), False, (State.WAITING, "school onbekend", DAY)),
        (OngeldigBericht("x", status=422), False, (State.PARKED, "ongeldig", 0.0)),
        (AanleveringGesloten("x", status=403), False, (State.PARKED, "gesloten", 0.0)),
        (GeenMandaat("x", status=401), False, (State.HELD, "GeenMandaat 401", HOLD)),
        (RedirectRefused("x", phase=Phase.NOT_SENT), False, (State.HELD, "RedirectRefused", HOLD)),
        (UnexpectedResponse("x", status=200), False, (State.HELD, "UnexpectedResponse 200", HOLD)),
        (Unavailable("x", status=503, retryable=True), False, (State.WAITING, "Unavailable 503", 5.0)),
        (Unavailable("x", retryable=True, retry_at=ASKED), False, (State.WAITING, "Unavailable", 5.0)),
        (ConnectError("x", phase=Phase.NOT_SENT, retryable=True), False, (State.WAITING, "ConnectError", 5.0)),
        (NoAnswer("x", phase=Phase.UNKNOWN, retryable=True), False, (State.WAITING, "NoAnswer", 5.0)),
        (DeadlineExceeded("x", phase=Phase.UNKNOWN, retryable=True), False, (State.WAITING, "DeadlineExceeded", 5.0)),
        (TlsError("x", phase=Phase.NOT_SENT, code="expired"), False, (State.HELD, "TlsError expired", HOLD)),
        (WrongPeer("x", phase=Phase.NOT_SENT), False, (State.HELD, "WrongPeer", HOLD)),
        (StoreError("x"), False, (State.HELD, "StoreError", HOLD)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, DoorstroomError) else None,
)
def test_how_a_message_goes_on(error: DoorstroomError, proven: bool, verdict: tuple[State, str, float]) -> None:
    assert verdict_of(error, 0, proven=proven) == verdict


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 300.0), (6, 36000.0), (7, DAY), (100, DAY)])
def test_how_long_a_message_waits(attempts: int, seconds: float) -> None:
    error = NoAnswer("x", phase=Phase.UNKNOWN, retryable=True)
    assert verdict_of(error, attempts, proven=True) == (State.WAITING, "NoAnswer", seconds)
