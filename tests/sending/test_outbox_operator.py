"""What an operator may do with messages that wait, and what the ledger is told of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import NOW
from support.databases import query
from support.outbox import HOLD, KEY, OTHER, SECONDS, THIRD, at, by_id, claim, message, nothing, put_back, said
from support.sending import (
    YEAR,
    Clock,
    Job,
    Supplier,
    accept,
    add_now,
    adding,
    contents,
    deliver_all,
    lijst_of,
    open_store,
)

from doorstroom_client.sending.only_changes import compare
from doorstroom_client.store.outbox import Outbox
from doorstroom_client.store.pupils import Marked, Pupils
from doorstroom_client.store.rows import Entry, State
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore


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


def pupil(content: str, eck: str = "e1", las: str = "") -> Entry:
    return Entry(eck, las, content)


def test_the_ledger_is_told_with_the_receipt(store: Any) -> None:
    store.outbox.add(message(1))
    assert store.outbox.delivered(claim(store.outbox), [0], 0, at(1))
    assert contents(store, KEY) == [("e1", "", "c1")]
    assert store.ledger.knows(KEY.soort, KEY.leverancier)
    assert contents(store, OTHER) == contents(store, KEY, "2026-2027") == []


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
