"""What every store does, SQLite and PostgreSQL alike: what is kept, and in which order."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from support import NOW, SCHOOL
from support.databases import Places, query
from support.deliveries import FIRST, later

from doorstroom_client.errors import StoreError
from doorstroom_client.store.opening import open_store
from doorstroom_client.store.protocols import Inbox
from doorstroom_client.store.rows import StoredAnswer
from doorstroom_client.store.sql import Store
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

"""It forks while it has threads, on purpose: so does a server that loads the application first."""


@pytest.fixture
def store(places: Places) -> Iterator[Any]:
    made = open_store(places.new())
    yield made
    made.close()


def test_is_a_store(store: Any) -> None:
    assert isinstance(store, Store)
    assert isinstance(store.inbox, Inbox)
    assert repr(store).startswith(("SqliteStore('/", "PostgresStore('postgresql:///doorstroom?host=/"))


def test_keeps_exactly_what_came(store: Any) -> None:
    kept = store.inbox.add(FIRST)
    assert kept.received == FIRST
    assert (kept.current, kept.seen, kept.processed_at) == (True, 1, None)
    assert store.inbox.pending() == store.inbox.results() == store.inbox.history(kept) == [kept]
    assert store.inbox.counts() == {"received": 1, "current": 1, "pending": 1, "put_off": 0}


def test_an_empty_store(store: Any) -> None:
    assert store.inbox.pending() == []
    assert store.inbox.counts() == {"received": 0, "current": 0, "pending": 0, "put_off": 0}


def test_what_the_osr_answered(store: Any) -> None:
    yes = StoredAnswer("supplier", SCHOOL.oin, "year", "", True, dt.date(2025, 8, 1), None, NOW)
    other = replace(yes, leverancier="another", gemandateerd=False, start_datum=None, gezien_op=NOW - dt.timedelta(hours=1))
    for gezien in (
        replace(yes, gemandateerd=False),
        yes,
        other,
        replace(yes, school="elsewhere"),
        replace(yes, namespace="next"),
    ):
        store.mandates.keep(gezien)
    assert sorted(store.mandates.find("year", "", SCHOOL.oin), key=str) == sorted([yes, other], key=str)
    assert store.mandates.find("year", "2026-02-01", SCHOOL.oin) == []
    store.mandates.drop(NOW - dt.timedelta(minutes=30))
    assert store.mandates.find("year", "", SCHOOL.oin) == [yes]
    store.mandates.forget("supplier", SCHOOL.oin)
    assert store.mandates.find("year", "", SCHOOL.oin) == store.mandates.find("next", "", SCHOOL.oin) == []
    assert len(store.mandates.find("year", "", "elsewhere")) == 1


def test_the_same_bytes_are_counted(store: Any) -> None:
    ids = {store.inbox.add(replace(FIRST, received_at=NOW + dt.timedelta(hours=hour))).id for hour in range(5)}
    (kept,) = store.inbox.history(store.inbox.pending()[0])
    assert ids == {kept.id}
    assert kept.seen == 5
    assert kept.received.received_at == NOW


def test_the_same_bytes_for_another_school_or_from_another_sender_are_another_result(store: Any) -> None:
    store.inbox.add(FIRST)
    store.inbox.add(replace(FIRST, edu_to="0000000700022CC00530"))
    store.inbox.add(replace(FIRST, sender_oin="00000003990000990000"))
    assert store.inbox.counts()["received"] == 3


def test_a_resend_of_a_processed_result_is_not_handed_out_again(store: Any) -> None:
    kept = store.inbox.add(FIRST)
    store.inbox.mark_done(kept.id, NOW)
    again = store.inbox.add(FIRST)
    assert again.processed_at == NOW
    assert store.inbox.pending() == []


def test_a_newer_one_after_processing_is_handed_out(store: Any) -> None:
    store.inbox.mark_done(store.inbox.add(FIRST).id, NOW)
    two = store.inbox.add(later(1, b"2"))
    assert [kept.id for kept in store.inbox.pending()] == [two.id]


@pytest.mark.parametrize("zone", [dt.UTC, dt.timezone(dt.timedelta(hours=14)), dt.timezone(-dt.timedelta(hours=12))])
def test_moments_are_compared_across_time_zones(store: Any, zone: dt.tzinfo) -> None:
    store.inbox.add(FIRST)
    newer = later(1, b"2")
    assert newer.datumtijd is not None
    two = store.inbox.add(replace(newer, datumtijd=newer.datumtijd.astimezone(zone)))
    assert [kept.id for kept in store.inbox.pending()] == [two.id]


@pytest.mark.parametrize(
    "moment",
    [
        dt.datetime(1, 1, 1, tzinfo=dt.UTC),
        dt.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC),
    ],
    ids=str,
)
def test_the_first_and_last_moments_there_are_can_be_kept(store: Any, moment: dt.datetime) -> None:
    kept = store.inbox.add(replace(FIRST, datumtijd=moment))
    assert store.inbox.pending() == [kept]


@pytest.mark.parametrize("other", [{"pupil": "eck:twee"}, {"toets": "DIA"}, {"schooljaar": "2026-2027"}])
def test_other_pupils_tests_and_years_are_apart(store: Any, other: dict[str, str]) -> None:
    store.inbox.add(FIRST)
    store.inbox.add(later(1, b"2", **other))
    assert len(store.inbox.pending()) == 2


def test_selects_by_administration_and_page(store: Any) -> None:
    for number in range(7):
        store.inbox.add(later(0, b"%d" % number, pupil=f"eck:{number}"))
    store.inbox.add(later(0, b"x", edu_to="0000000700022CC00530"))
    assert len(store.inbox.pending([SCHOOL.routeringskenmerk])) == 7
    assert len(store.inbox.pending(["0000000700022CC00530", SCHOOL.routeringskenmerk])) == 8
    assert store.inbox.pending([]) == []
    page = store.inbox.pending(limit=3)
    assert [kept.id for kept in store.inbox.pending(after=page[-1].id, limit=3)] == [4, 5, 6]


def test_done_twice_keeps_the_first_moment(store: Any) -> None:
    kept = store.inbox.add(FIRST)
    store.inbox.mark_done(kept.id, NOW)
    store.inbox.mark_done(kept.id, NOW + dt.timedelta(days=1))
    store.inbox.mark_done(999, NOW)
    assert store.inbox.results()[0].processed_at == NOW
    assert store.inbox.counts() == {"received": 1, "current": 1, "pending": 0, "put_off": 0}


def test_survives_reopening(places: Places) -> None:
    place = places.new()
    for _ in range(2):
        store = open_store(place)
        store.inbox.add(FIRST)
        store.close()
    store = open_store(place)
    assert store.inbox.pending()[0].seen == 2
    store.close()


def test_a_closed_store_says_so(store: Any) -> None:
    kept = store.inbox.add(FIRST)
    store.close()
    store.close()
    calls = [
        lambda: store.inbox.add(FIRST),
        store.inbox.pending,
        store.inbox.results,
        store.inbox.counts,
        lambda: store.inbox.history(kept),
        lambda: store.inbox.mark_done(1, NOW),
    ]
    for call in calls:
        with pytest.raises(StoreError):
            call()


def test_an_error_rolls_back_and_the_store_works_on(store: Any) -> None:
    store.inbox.add(FIRST)
    with pytest.raises(StoreError):
        store.inbox.add(replace(later(1, b"2"), schooljaar=None))  # type: ignore[arg-type]
    assert store.inbox.counts()["received"] == 1
    assert store.inbox.pending()[0].current
    store.inbox.add(later(2, b"3"))
    assert store.inbox.counts()["received"] == 2


def test_no_value_stands_in_an_error(store: Any) -> None:
    with pytest.raises(StoreError) as caught:
        store.inbox.add(replace(FIRST, pupil="eck:geheim", payload=b"geheim", schooljaar=None))  # type: ignore[arg-type]
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_many_threads(store: Any) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for at in range(10):
                store.inbox.add(later(at, b"%d" % at, pupil="eck:een"))
                store.inbox.add(later(at, b"%d-%d" % (number, at), pupil=f"eck:{number}"))
                store.inbox.pending()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.inbox.counts() == {"received": 90, "current": 9, "pending": 9, "put_off": 0}
    assert {kept.seen for kept in store.inbox.history(store.inbox.add(later(0, b"0")))} == {8, 9}


def _fill(path: str, number: int, ready: Any, failures: Any) -> None:
    try:
        ready.wait()
        store = open_store(path)
        for at in range(20):
            store.inbox.add(later(at, b"%d" % at))
            store.inbox.add(later(at, b"%d-%d" % (number, at), pupil=f"eck:{number}"))
        store.close()
    except BaseException as error:
        failures.put(repr(error))


def test_processes_that_open_one_new_store_at_the_same_moment(places: Places) -> None:
    context = multiprocessing.get_context("fork")
    for attempt in range(5 if places.kind == "sqlite" else 1):
        path = places.new(f"empty{attempt}")
        ready, failures = context.Barrier(4), context.SimpleQueue()
        workers = [context.Process(target=_fill, args=(path, number, ready, failures), daemon=True) for number in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(30)
        assert failures.empty(), failures.get()
        store = open_store(path)
        assert store.inbox.counts() == {"received": 100, "current": 5, "pending": 5, "put_off": 0}
        store.close()


def _use_after_fork(store: Any, failures: Any) -> None:
    try:
        for at in range(5):
            store.inbox.add(later(at, b"child %d" % at))
        store.close()
    except BaseException as error:
        failures.put(repr(error))


def test_a_process_that_was_forked_has_connections_of_its_own(store: Any) -> None:
    """As under a server that loads the application and then forks."""
    context = multiprocessing.get_context("fork")
    store.inbox.add(FIRST)
    failures = context.SimpleQueue()
    for _ in range(2):  # a second child of the same parent: the first one has left its connection alone
        child = context.Process(target=_use_after_fork, args=(store, failures), daemon=True)
        child.start()
        for at in range(5):
            store.inbox.add(later(at, b"parent %d" % at))
        child.join(30)
        assert child.exitcode == 0
    assert failures.empty(), failures.get()
    assert store.inbox.counts()["received"] == 11


def _use_closed(store: Any, failures: Any) -> None:
    with pytest.raises(StoreError):
        store.inbox.counts()
    failures.put("refused")


def test_a_store_that_was_closed_stays_closed_in_a_fork(store: Any) -> None:
    context = multiprocessing.get_context("fork")
    failures = context.SimpleQueue()
    store.close()
    child = context.Process(target=_use_closed, args=(store, failures), daemon=True)
    child.start()
    child.join(30)
    assert failures.get() == "refused"


def connection_of(store: Any) -> object:
    """Which connection answers."""
    if isinstance(store, SqliteStore):
        return id(store._database._connection)
    return query(store, "SELECT pg_backend_pid()")
