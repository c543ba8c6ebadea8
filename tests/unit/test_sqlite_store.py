"""The embedded store: what is kept, in which order, and who may read it."""

from __future__ import annotations

import contextlib
import datetime as dt
import multiprocessing
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import NOW, SCHOOL, SUPPLIER_OIN

from doorstroom_client.errors import StoreError
from doorstroom_client.store.base import Inbox, Store
from doorstroom_client.store.records import Delivery
from doorstroom_client.store.sqlite import SqliteStore

FIRST = Delivery(
    edu_to=SCHOOL.routeringskenmerk,
    edu_from=SCHOOL.oin,
    sender_oin=SUPPLIER_OIN,
    schooljaar="2025-2026",
    pupil="eck:een",
    toets="ICE",
    datumtijd=NOW,
    received_at=NOW + dt.timedelta(minutes=1),
    payload=b'{"a":1}',
)


def later(minutes: int, payload: bytes, made: int | None = None, **more: Any) -> Delivery:
    """A delivery received some minutes after the first; made at receipt, or at another minute."""
    at = FIRST.received_at + dt.timedelta(minutes=minutes)
    moment = at if made is None else NOW + dt.timedelta(minutes=made)
    return replace(FIRST, received_at=at, datumtijd=moment, payload=payload, **more)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "s.db")
    yield made
    made.close()


def test_is_a_store(store: SqliteStore) -> None:
    assert isinstance(store, Store)
    assert isinstance(store.inbox, Inbox)
    assert repr(store).startswith("SqliteStore(")


def test_keeps_exactly_what_came(store: SqliteStore) -> None:
    kept = store.inbox.add(FIRST)
    assert kept.delivery == FIRST
    assert (kept.current, kept.seen, kept.processed_at) == (True, 1, None)
    assert store.inbox.pending() == store.inbox.results() == store.inbox.history(kept) == [kept]
    assert store.inbox.counts() == {"received": 1, "current": 1, "pending": 1, "put_off": 0}


def test_an_empty_store(store: SqliteStore) -> None:
    assert store.inbox.pending() == []
    assert store.inbox.counts() == {"received": 0, "current": 0, "pending": 0, "put_off": 0}


def test_the_same_bytes_are_counted(store: SqliteStore) -> None:
    ids = {store.inbox.add(replace(FIRST, received_at=NOW + dt.timedelta(hours=hour))).id for hour in range(5)}
    (kept,) = store.inbox.history(store.inbox.pending()[0])
    assert ids == {kept.id}
    assert kept.seen == 5
    assert kept.delivery.received_at == NOW


def test_the_same_bytes_for_another_school_or_from_another_sender_are_another_result(store: SqliteStore) -> None:
    store.inbox.add(FIRST)
    store.inbox.add(replace(FIRST, edu_to="0000000700022CC00530"))
    store.inbox.add(replace(FIRST, sender_oin="00000003990000990000"))
    assert store.inbox.counts()["received"] == 3


def test_a_resend_of_a_processed_result_is_not_handed_out_again(store: SqliteStore) -> None:
    kept = store.inbox.add(FIRST)
    store.inbox.mark_done(kept.id, NOW)
    again = store.inbox.add(FIRST)
    assert again.processed_at == NOW
    assert store.inbox.pending() == []


def test_a_newer_one_becomes_current(store: SqliteStore) -> None:
    one, two = store.inbox.add(FIRST), store.inbox.add(later(1, b"2"))
    assert [kept.id for kept in store.inbox.pending()] == [two.id]
    assert [(kept.id, kept.current) for kept in store.inbox.history(one)] == [(one.id, False), (two.id, True)]


def test_a_newer_one_after_processing_is_handed_out(store: SqliteStore) -> None:
    store.inbox.mark_done(store.inbox.add(FIRST).id, NOW)
    two = store.inbox.add(later(1, b"2"))
    assert [kept.id for kept in store.inbox.pending()] == [two.id]


def test_a_late_older_one_becomes_history(store: SqliteStore) -> None:
    new = store.inbox.add(later(1, b"new"))
    old = store.inbox.add(later(9, b"old", made=-5))
    assert not old.current
    assert [kept.id for kept in store.inbox.history(new)] == [old.id, new.id]
    assert [kept.id for kept in store.inbox.results()] == [new.id]


def test_a_moment_in_the_far_future_does_not_block_later_ones(store: SqliteStore) -> None:
    far = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
    one = store.inbox.add(replace(FIRST, datumtijd=far))
    two = store.inbox.add(later(1, b"2"))
    assert one.current
    assert two.current
    assert one.delivery.datumtijd == far
    assert [kept.id for kept in store.inbox.pending()] == [two.id]


def test_without_a_moment_receipt_orders(store: SqliteStore) -> None:
    store.inbox.add(replace(FIRST, datumtijd=None))
    two = store.inbox.add(replace(later(1, b"2"), datumtijd=None))
    assert [kept.id for kept in store.inbox.pending()] == [two.id]
    assert two.delivery.datumtijd is None


def test_the_last_received_wins_a_tie(store: SqliteStore) -> None:
    store.inbox.add(FIRST)
    two = store.inbox.add(replace(FIRST, payload=b"2"))
    assert [kept.id for kept in store.inbox.pending()] == [two.id]


@pytest.mark.parametrize("zone", [dt.UTC, dt.timezone(dt.timedelta(hours=14)), dt.timezone(-dt.timedelta(hours=12))])
def test_moments_are_compared_across_time_zones(store: SqliteStore, zone: dt.tzinfo) -> None:
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
def test_the_first_and_last_moments_there_are_can_be_kept(store: SqliteStore, moment: dt.datetime) -> None:
    kept = store.inbox.add(replace(FIRST, datumtijd=moment))
    assert store.inbox.pending() == [kept]


@pytest.mark.parametrize("other", [{"pupil": "eck:twee"}, {"toets": "DIA"}, {"schooljaar": "2026-2027"}])
def test_other_pupils_tests_and_years_are_apart(store: SqliteStore, other: dict[str, str]) -> None:
    store.inbox.add(FIRST)
    store.inbox.add(later(1, b"2", **other))
    assert len(store.inbox.pending()) == 2


def test_selects_by_administration_and_page(store: SqliteStore) -> None:
    for number in range(7):
        store.inbox.add(later(0, b"%d" % number, pupil=f"eck:{number}"))
    store.inbox.add(later(0, b"x", edu_to="0000000700022CC00530"))
    assert len(store.inbox.pending([SCHOOL.routeringskenmerk])) == 7
    assert len(store.inbox.pending(["0000000700022CC00530", SCHOOL.routeringskenmerk])) == 8
    assert store.inbox.pending([]) == []
    page = store.inbox.pending(limit=3)
    assert [kept.id for kept in store.inbox.pending(after=page[-1].id, limit=3)] == [4, 5, 6]


def test_done_twice_keeps_the_first_moment(store: SqliteStore) -> None:
    kept = store.inbox.add(FIRST)
    store.inbox.mark_done(kept.id, NOW)
    store.inbox.mark_done(kept.id, NOW + dt.timedelta(days=1))
    store.inbox.mark_done(999, NOW)
    assert store.inbox.results()[0].processed_at == NOW
    assert store.inbox.counts() == {"received": 1, "current": 1, "pending": 0, "put_off": 0}


def test_survives_reopening(tmp_path: Path) -> None:
    for _ in range(2):
        store = SqliteStore(str(tmp_path / "s.db"))
        store.inbox.add(FIRST)
        store.close()
    store = SqliteStore(tmp_path / "s.db")
    assert store.inbox.pending()[0].seen == 2
    store.close()


def test_pragmas_that_the_promises_rest_on(store: SqliteStore) -> None:
    def value(name: str) -> object:
        return store._database._connection.execute(f"PRAGMA {name}").fetchone()[0]

    assert [value(name) for name in ("journal_mode", "synchronous", "secure_delete")] == ["wal", 2, 1]
    assert value("integrity_check") == "ok"


@pytest.mark.parametrize("umask", [0, 0o022, 0o077], ids=oct)
def test_files_are_private(tmp_path: Path, umask: int) -> None:
    old = os.umask(umask)
    try:
        store = SqliteStore(tmp_path / "s.db")
        store.inbox.add(FIRST)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(old)
    store.close()
    assert modes == {"s.db": 0o600, "s.db-wal": 0o600, "s.db-shm": 0o600}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666], ids=oct)
def test_a_shared_file_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "s.db"
    SqliteStore(path).close()
    path.chmod(mode)
    with pytest.raises(StoreError) as caught:
        SqliteStore(path)
    assert "chmod 600" in str(caught.value)


def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    SqliteStore(path).close()
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer version"):
        SqliteStore(path)
    with contextlib.closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (99,)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    path.write_bytes(b"dit is geen database" * 100)
    path.chmod(0o600)
    with pytest.raises(StoreError) as caught:
        SqliteStore(path)
    assert not caught.value.retryable
    assert path.read_bytes().startswith(b"dit is geen")


def test_the_database_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE facturen (id INTEGER)")
    path.chmod(0o600)
    with pytest.raises(StoreError):
        SqliteStore(path).close()
    with contextlib.closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("facturen",)]


@pytest.mark.parametrize("name", ["nee/s.db", "."])
def test_a_path_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="cannot open the store"):
        SqliteStore(tmp_path / name)


def test_a_read_only_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            with pytest.raises(StoreError):
                SqliteStore(Path(name) / "s.db")
        finally:
            if root:
                os.seteuid(0)
            Path(name).chmod(0o700)


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
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


def test_an_error_rolls_back_and_the_store_works_on(store: SqliteStore) -> None:
    store.inbox.add(FIRST)
    with pytest.raises(StoreError):
        store.inbox.add(replace(later(1, b"2"), schooljaar=None))  # type: ignore[arg-type]
    assert store.inbox.counts()["received"] == 1
    assert store.inbox.pending()[0].current
    store.inbox.add(later(2, b"3"))
    assert store.inbox.counts()["received"] == 2


def test_no_value_stands_in_an_error(store: SqliteStore) -> None:
    with pytest.raises(StoreError) as caught:
        store.inbox.add(replace(FIRST, pupil="eck:geheim", payload=b"geheim", schooljaar=None))  # type: ignore[arg-type]
    assert "geheim" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_full_disk_is_an_error_and_nothing_is_half(store: SqliteStore) -> None:
    store.inbox.add(FIRST)
    pages = store._database._connection.execute("PRAGMA page_count").fetchone()[0]
    store._database._connection.execute(f"PRAGMA max_page_count = {pages}").close()
    with pytest.raises(StoreError) as caught:
        store.inbox.add(later(1, b"x" * 100_000))
    assert caught.value.retryable
    assert store.inbox.pending()[0].delivery == FIRST
    store._database._connection.execute("PRAGMA max_page_count = 100000").close()
    assert store.inbox.add(later(1, b"x" * 100_000)).current


def test_many_threads(store: SqliteStore) -> None:
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
        store = SqliteStore(path)
        for at in range(20):
            store.inbox.add(later(at, b"%d" % at))
            store.inbox.add(later(at, b"%d-%d" % (number, at), pupil=f"eck:{number}"))
        store.close()
    except BaseException as error:
        failures.put(repr(error))


def test_processes_that_open_one_new_store_at_the_same_moment(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for attempt in range(5):
        path = str(tmp_path / f"{attempt}.db")
        ready, failures = context.Barrier(4), context.SimpleQueue()
        workers = [context.Process(target=_fill, args=(path, number, ready, failures)) for number in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(30)
        assert failures.empty(), failures.get()
        store = SqliteStore(path)
        assert store.inbox.counts() == {"received": 100, "current": 5, "pending": 5, "put_off": 0}
        store.close()
