"""What goes and what stays, whatever database is below."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from support import NOW
from support.records import DAY, KEY, MARKS, UNTIL, YEAR, accept, claim, deliver, delivery, hold, keep, left, message, purge

from doorstroom_client.errors import StoreError
from doorstroom_client.store import purging as retention
from doorstroom_client.store.rows import Key, State
from doorstroom_client.store.sql import Store

TICK = dt.timedelta(microseconds=1)


def numbers(store: Store) -> tuple[int, int, int]:
    """What a purge says that it removed."""
    done = purge(store)
    return done.resultaten, done.berichten, done.merken


# --- results ---


@pytest.mark.parametrize(("after", "goes"), [(-TICK, True), (0 * TICK, True), (TICK, False), (30 * DAY, False)])
def test_a_processed_result_goes_when_its_days_are_over(store: Store, after: dt.timedelta, goes: bool) -> None:
    kept = keep(store, days=90)
    store.inbox.mark_done(kept.id, UNTIL + after)
    assert purge(store).resultaten == goes
    assert left(store) == ([] if goes else [kept.id])


def test_what_is_not_processed_never_goes(store: Store) -> None:
    kept = keep(store, days=3000)
    put_off = keep(store, "twee", days=2000)
    assert store.inbox.put_off(put_off.id, "x", NOW - 1000 * DAY)
    assert purge(store, until=NOW + 3000 * DAY).resultaten == 0
    assert left(store) == [kept.id, put_off.id]
    assert store.inbox.pending()[0].received.payload == kept.received.payload


def test_earlier_deliveries_go_with_the_current_one(store: Store) -> None:
    """Processed or not: the current one took their place. Nothing of another pupil, test, year or school goes."""
    keep(store, days=80)
    keep(store, days=70, done=69)
    other = [keep(store, "twee"), *(keep(store, payload=name.encode(), **{name: "x"}) for name in ("toets", "schooljaar"))]
    elsewhere = keep(store, edu_to="0000000700022CC00530")
    keep(store, days=60, done=31)
    assert numbers(store) == (3, 0, 0)
    assert left(store) == [*(kept.id for kept in other), elsewhere.id]


def test_a_processed_earlier_one_goes_while_the_newer_one_waits(store: Store) -> None:
    keep(store, days=70, done=69)
    keep(store, days=65)  # came in between, and was never processed
    new = keep(store, days=60)
    assert numbers(store) == (1, 0, 0)
    assert [kept.received.received_at for kept in store.inbox.history(new)] == [NOW - 65 * DAY, NOW - 60 * DAY]
    assert [kept.id for kept in store.inbox.pending()] == [new.id]
    store.inbox.mark_done(new.id, NOW - 31 * DAY)
    assert numbers(store) == (2, 0, 0)
    assert store.inbox.counts()["received"] == 0


def test_a_current_one_that_was_processed_lately_keeps_what_was_not_processed(store: Store) -> None:
    keep(store, days=70)
    new = keep(store, days=60, done=3)
    assert numbers(store) == (0, 0, 0)
    assert len(store.inbox.history(new)) == 2


def test_what_is_known_of_a_report_goes_with_its_result(store: Store) -> None:
    gone, stays = keep(store, done=40), keep(store, "twee")
    store.reports.note(gone.id, "fetched", None)
    store.reports.note(stays.id, "later", NOW)
    assert numbers(store) == (1, 0, 0)
    with store._database.cursor("look") as cursor:
        assert cursor.execute("SELECT resultaat FROM rapport").fetchall() == [(stays.id,)]


def test_the_same_bytes_after_that_are_a_new_result(store: Store) -> None:
    first = keep(store, done=40)
    purge(store)
    again = keep(store)
    assert again.id > first.id
    assert (again.seen, again.processed_at, again.current) == (1, None, True)


# --- messages ---


def test_a_message_goes_when_it_ended_and_its_days_are_over(store: Store) -> None:
    for name in ("delivered long ago", "dropped long ago", "delivered lately", "dropped lately"):
        store.outbox.add(message(name))
    assert deliver(store, 40) == 1
    assert store.outbox.drop(2, NOW - 40 * DAY)
    assert deliver(store, 20) == 3
    assert store.outbox.drop(4, NOW - 20 * DAY)
    assert numbers(store) == (0, 2, 0)
    assert [item.message_id for item in store.outbox.messages()] == ["delivered lately", "dropped lately"]


def test_an_open_message_never_goes(store: Store) -> None:
    store.outbox.add(message("held", days=90))
    assert hold(store, 80) == 1
    store.outbox.add(message("waiting", days=90))
    assert numbers(store) == (0, 0, 0)
    assert [item.state for item in store.outbox.messages()] == [State.HELD, State.WAITING]
    with store._database.cursor("look") as cursor:
        assert [len(row[0]) for row in cursor.execute("SELECT body FROM outbox").fetchall()] == [4, 4]


def test_a_parked_message_goes_when_its_time_ran_out_long_ago(store: Store) -> None:
    for name, expires in (("long ago", 30), ("lately", 29), ("not yet", -9)):
        store.outbox.add(message(name, expires=expires))
        assert store.outbox.park(len(store.outbox.messages()), "x", NOW - 50 * DAY)
    assert numbers(store) == (0, 1, 0)
    assert [item.message_id for item in store.outbox.messages()] == ["lately", "not yet"]


def test_an_old_parked_message_may_still_not_follow_a_newer_one(store: Store) -> None:
    """The delivered one stays as the guard of the order, until the parked one goes; in the same purge, that is."""
    store.outbox.add(message("parked", days=90))
    assert store.outbox.park(1, "x", NOW - 80 * DAY)
    store.outbox.add(message("newer", days=70))
    assert deliver(store, 70) == 2
    other = replace(KEY, leverancier="00000003990000140000")
    store.outbox.add(message("of another key", days=70, key=other))
    assert deliver(store, 70) == 3
    assert numbers(store) == (0, 1, 0)
    assert [item.message_id for item in store.outbox.messages()] == ["parked", "newer"]
    assert not store.outbox.retry(1, NOW)
    assert purge(store, until=NOW + 9 * DAY).berichten == 2
    assert store.outbox.messages() == []


def test_a_waiting_message_is_guarded_as_well(store: Store) -> None:
    store.outbox.add(message("old", days=90))
    assert store.outbox.park(1, "x", NOW - 80 * DAY)
    store.outbox.add(message("newer", days=70))
    assert store.outbox.drop(2, NOW - 69 * DAY)
    assert store.outbox.retry(1, NOW)
    assert numbers(store) == (0, 0, 0)
    assert deliver(store, 0) == 1


# --- marks ---


def test_marks_go_by_their_age(store: Store) -> None:
    for at, name in ((MARKS, "old"), (MARKS + TICK, "young"), (NOW, "new")):
        accept(store, [name], at)
    secret = store.ledger.secret()
    assert numbers(store) == (0, 0, 1)
    assert {entry.eck for entry in store.ledger.entries(KEY, YEAR)} == {"young", "new"}
    assert store.ledger.secret() == secret


# --- how ---


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 7])
def test_in_batches(store: Store, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    for item in range(number):
        keep(store, f"replaced {item}", days=70, done=40)
        keep(store, f"replaced {item}", days=60)
        keep(store, f"done {item}", done=40)
        store.outbox.add(message(f"delivered {item}"))
        deliver(store, 40)
    accept(store, range(number), MARKS, "2023-2024")
    assert numbers(store) == (2 * number, number, number)
    assert numbers(store) == (0, 0, 0)
    assert store.inbox.counts()["pending"] == number


def test_more_than_fits_in_one_commit(store: Store) -> None:
    number = 1203
    store.inbox.add_many([delivery(item) for item in range(number)])
    with store._database.transaction("mark") as cursor:
        cursor.execute("UPDATE leerlingresultaat SET processed_at = received_at")
    last = keep(store, "the last")
    assert numbers(store) == (number, 0, 0)
    assert left(store) == [last.id]


def test_every_purge_is_noted(store: Store) -> None:
    keep(store, done=40)
    first, second = purge(store), purge(store, until=UNTIL + DAY)
    assert store.purges() == [second, first]
    assert store.purges(1) == [second]
    assert (first.at, first.until, first.resultaten) == (NOW, UNTIL, 1)
    assert (second.until, second.resultaten) == (UNTIL + DAY, 0)


def test_others_get_their_turn_between_two_commits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """From one batch to the next a result comes in, for a pupil who is on the list to go too."""
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    for item in range(6):
        keep(store, item, done=40)
    came: list[int] = []

    def turn(_: float) -> None:
        worker = threading.Thread(target=lambda: came.append(keep(store, 5 - len(came), days=1).id))
        worker.start()
        worker.join(10)
        assert not worker.is_alive()

    monkeypatch.setattr(retention.time, "sleep", turn)
    done = store.purge(NOW, UNTIL, MARKS)
    assert len(came) >= 3
    assert left(store) == sorted(came)
    assert done.resultaten == 6  # an earlier one is processed: it goes, also where a newer one came in
    assert store.purges() == [done]


def receive(store: Store, worker: int) -> list[int]:
    """Keep sixty results of which forty are processed already; the ids of the others."""
    kept = [(item, keep(store, f"{worker} {item}", done=40 if item % 3 else None)) for item in range(60)]
    return [one.id for item, one in kept if not item % 3]


def clear(store: Store, ended: threading.Event) -> int:
    """Purge until the end; how much that was."""
    removed = 0
    while not ended.is_set():
        removed += store.purge(NOW, UNTIL, MARKS).resultaten
    return removed


def test_receivers_and_purges_at_the_same_time(store: Store) -> None:
    """Two that purge, two that receive and process: what is not processed is all there, and each purged one counts once."""
    ended = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        clearing = [pool.submit(clear, store, ended) for _ in range(2)]
        receiving = [pool.submit(receive, store, worker) for worker in range(2)]
        try:
            waiting = [number for job in receiving for number in job.result(60)]
        finally:
            ended.set()
        removed = sum(job.result(60) for job in clearing) + purge(store).resultaten
    assert left(store) == sorted(waiting)
    assert len(waiting) == 40
    assert removed == sum(done.resultaten for done in store.purges(10_000)) == 80


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    for call in (lambda: store.purge(NOW, UNTIL, MARKS), lambda: store.removable(NOW, UNTIL, MARKS), store.purges):
        with pytest.raises(StoreError):
            call()


def test_a_message_in_hand_stays(store: Store) -> None:
    store.outbox.add(message("in hand", days=90))
    claimed = claim(store, 80)
    assert numbers(store) == (0, 0, 0)
    assert store.outbox.renew(claimed, NOW - 80 * DAY, 120)
    assert isinstance(claimed.queued.key, Key)
