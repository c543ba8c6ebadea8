"""A disk that is full or fails at any statement: all or nothing, an error to the caller, and then it goes on (promise S3)."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import NOW
from support.disks import Broken, failing_statements, is_sound, without_room
from support.processes import ended, limited
from support.sending import (
    KEYS,
    PLACES,
    YEAR,
    Clock,
    Job,
    Supplier,
    accept,
    add_now,
    deliver_all,
    lijst_of,
    open_store,
    run_of,
    sender,
    step,
)

from doorstroom_client.errors import StoreError
from doorstroom_client.store.rows import Claimed, Entry, Outgoing, State
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

KEY = KEYS[0]
OLD, NEW = Entry("pupil", "", "old"), Entry("pupil", "", "new")
SOON = NOW + dt.timedelta(minutes=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[SqliteStore]:
    made = open_store(tmp_path / "s.db", clock)
    made._database._connection = Broken(made._database._connection)  # type: ignore[assignment]
    accept(made, KEY, [OLD])
    yield made
    made.close()


def message(number: int = 1) -> Outgoing:
    return Outgoing(f"m{number}", KEY, YEAR, "school", b"x" * 5000, "sum", (NEW,), NOW, NOW + dt.timedelta(days=9))


def claimed_in(store: SqliteStore) -> Claimed:
    store.outbox.add(message())
    claimed = store.outbox.claim("w", NOW, 120)
    assert claimed is not None
    return claimed


def add(store: SqliteStore) -> Callable[[], object]:
    return lambda: store.outbox.add(message())


def claim(store: SqliteStore) -> Callable[[], object]:
    store.outbox.add(replace(message(2), expires_at=NOW))
    store.outbox.add(message())
    return lambda: store.outbox.claim("w", SOON, 120)


def renew(store: SqliteStore) -> Callable[[], object]:
    claimed = claimed_in(store)
    store._database.lease_clock = lambda _: ("boot", 60.0)  # type: ignore[method-assign]
    return lambda: store.outbox.renew(claimed, SOON, 120)


def delivered(store: SqliteStore) -> Callable[[], object]:
    claimed = claimed_in(store)
    return lambda: store.outbox.delivered(claimed, [0], 0, SOON)


def postpone(store: SqliteStore) -> Callable[[], object]:
    claimed = claimed_in(store)
    return lambda: store.outbox.postpone(claimed, State.HELD, "x", SOON, SOON, counts=True)


def park(store: SqliteStore) -> Callable[[], object]:
    store.outbox.add(message())
    return lambda: store.outbox.park(1, "x", SOON)


def drop(store: SqliteStore) -> Callable[[], object]:
    store.outbox.add(message())
    return lambda: store.outbox.drop(1, SOON)


def retry(store: SqliteStore) -> Callable[[], object]:
    park(store)()
    return lambda: store.outbox.retry(1, SOON)


def lost(store: SqliteStore) -> Callable[[], object]:
    claimed = claimed_in(store)
    assert store.outbox.delivered(claimed, [], 0, SOON)
    accept(store, KEY, [OLD])
    return lambda: store.outbox.lost(claimed)


def overtake(store: SqliteStore) -> Callable[[], object]:
    park(store)()
    return lambda: store.outbox.overtake(KEY, YEAR, [NEW], "token", NOW)


def accepted(store: SqliteStore) -> Callable[[], object]:
    dispatch = store.outbox.overtake(KEY, YEAR, [NEW], "token", NOW)
    assert dispatch is not None
    return lambda: store.ledger.accept(dispatch, [0], SOON, last=True)


def end(store: SqliteStore) -> Callable[[], object]:
    dispatch = store.outbox.overtake(KEY, YEAR, [NEW], "token", NOW)
    assert dispatch is not None
    return lambda: store.ledger.end(dispatch)


def gone(store: SqliteStore) -> Callable[[], object]:
    return lambda: store.ledger.gone(KEY, YEAR, [OLD])


def secret(store: SqliteStore) -> Callable[[], object]:
    return store.ledger.secret


CALLS = (add, claim, renew, delivered, postpone, park, drop, retry, lost, overtake, accepted, end, gone, secret)


def everything(store: SqliteStore) -> list[object]:
    """All that the store keeps; a key it made is told by its length."""
    database = store._database._connection
    read = [database.execute(f"SELECT * FROM {table}").fetchall() for table in ("outbox", "ledger", "dispatch")]
    return [*read, database.execute("SELECT name, length(value) FROM secret").fetchall()]


@pytest.mark.parametrize("make", CALLS, ids=lambda make: make.__name__)
def test_any_statement_may_fail(store: SqliteStore, make: Callable[[SqliteStore], Callable[[], object]]) -> None:
    broken: Any = store._database._connection
    call = make(store)
    before = everything(store)
    for number in failing_statements(broken.fault):
        try:
            call()
        except StoreError as error:
            assert "disk I/O error" not in str(error)
            assert everything(store) == before, f"half of it is left when statement {number} fails"
            assert not broken.in_transaction
        else:
            assert broken.fault.left >= 0, "nobody heard of what failed"
    assert number >= 2
    assert everything(store) != before


def test_a_key_that_could_not_be_kept_is_not_used(tmp_path: Path, store: SqliteStore) -> None:
    """Marks made with it would say of every pupil that it is another one."""
    broken: Any = store._database._connection
    broken.fault.left = 3  # the COMMIT
    with pytest.raises(StoreError):
        store.ledger.secret()
    again = open_store(tmp_path / "s.db")
    assert store.ledger.secret() == again.ledger.secret()
    again.close()


def test_a_full_disk_keeps_all_or_nothing(store: SqliteStore) -> None:
    with without_room(store._database._connection):
        with pytest.raises(StoreError) as caught:
            store.outbox.add(message())
        assert caught.value.retryable
        assert store.outbox.messages() == []
    assert store.outbox.add(message()).state is State.WAITING


@pytest.mark.parametrize("fails", ["claim", "delivered", "postpone"])
def test_a_run_on_a_bad_disk(store: SqliteStore, clock: Clock, fails: str) -> None:
    """The caller hears of it; nothing is sent blind; what was sent and not marked is sent again, with the same bytes."""
    supplier = Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, 1, None, None))
    broken: Any = store._database._connection
    job = Job(run_of(store, clock).worker())
    how = "400" if fails == "postpone" else "received"
    while not job.ended:
        if job.effect is not None and getattr(getattr(job.effect, "work", None), "func", None) == getattr(store.outbox, fails):
            broken.fault.left = 0
        step(job, supplier, how)
    assert isinstance(job.error, StoreError)
    assert supplier.arrived.get(KEY, []) == ([1] if fails == "delivered" else [])
    assert [item.state for item in store.outbox.messages()] == [State.WAITING]
    clock.elapsed += 125
    deliver_all(store, clock, supplier)
    assert supplier.arrived[KEY] == ([1, 1] if fails == "delivered" else [1])
    assert [item.state for item in store.outbox.messages()] == [State.DELIVERED]
    assert all(supplier.has(KEY, entry) for entry in lijst_of(0, (0, 1, None, None)).entries(store.ledger.secret()))


def test_a_disk_that_fails_before_a_second_attempt(store: SqliteStore, clock: Clock) -> None:
    """It says nothing about the message: that is neither held nor counted, and the caller hears of it."""
    supplier = Supplier(store.ledger.secret())
    add_now(store, clock, 0, (0, None, None, None))
    broken: Any = store._database._connection
    job, sent = Job(run_of(store, clock).worker()), 0
    while not job.ended:
        if sent and getattr(getattr(job.effect, "work", None), "func", None) == store.outbox.renew:
            broken.fault.left = 0
        sent += job.sending is not None
        job.step(None if job.claimed is None else sender(supplier, job.claimed, "received, 500"))
    assert isinstance(job.error, StoreError)
    assert sent == 1
    assert [(item.state, item.attempts) for item in store.outbox.messages()] == [(State.WAITING, 0)]
    assert store.outbox.next_at(clock.now()) == clock.now() + dt.timedelta(seconds=120)


def until_full(folder: Path) -> None:
    """Add until no file may grow any more; says what `add` returned."""
    limited(400_000)
    store, clock = SqliteStore(folder / "s.db"), Clock()
    failed = 0
    while failed < 3:
        try:
            print(add_now(store, clock, failed, (0, 1, 2, 0)).id, flush=True)  # noqa: T201
        except StoreError:
            failed += 1
    print("failed", flush=True)  # noqa: T201


def test_a_limit_on_files(tmp_path: Path) -> None:
    """As on a full disk, but within SQLite itself: what was kept is kept, and with space it goes on."""
    said = ended(__name__, tmp_path).stdout.split()
    assert said.pop() == "failed"
    assert len(said) > 5
    store, clock = open_store(tmp_path / "s.db"), Clock()
    assert is_sound(tmp_path / "s.db")
    kept = [str(item.id) for item in store.outbox.messages(limit=10_000)]
    assert kept == said
    supplier = Supplier(store.ledger.secret())
    deliver_all(store, clock, supplier)
    assert store.outbox.counts()[State.DELIVERED] == len(kept)
    assert add_now(store, clock, len(PLACES) - 1, (2, None, None, None)) is not None
    store.close()


if __name__ == "__main__":
    until_full(Path(sys.argv[1]))
