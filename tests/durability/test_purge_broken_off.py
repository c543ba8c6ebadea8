"""A purge that is broken off, by a disk or by a kill: each commit is all or nothing, and what went is counted."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from support import NOW
from support.disks import Broken, failing_statements, without_room
from support.processes import ended
from support.records import MARKS, UNTIL, accept, deliver, keep, message, purge

from doorstroom_client.errors import StoreError
from doorstroom_client.store import purging as retention
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

PUPILS = 7
KILLS = int(os.environ.get("DOORSTROOM_KILLS", "6"))


def fill(store: SqliteStore) -> None:
    """Something of everything that goes, and of everything that stays."""
    for number in range(PUPILS):
        keep(store, number, days=70)
        keep(store, number, done=40)
        keep(store, f"replaced {number}", days=70, done=40)
        keep(store, f"replaced {number}", days=60)
        store.outbox.add(message(f"delivered {number}"))
        deliver(store, 40)
        accept(store, [number], MARKS, "2023-2024")
    store.reports.note(2, "fetched", None)


@pytest.fixture
def broken(sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A store with a connection that can fail."""
    monkeypatch.setattr(retention, "_AT_ONCE", 2)
    fill(sqlite_store)
    connection = Broken(sqlite_store._database._connection)
    sqlite_store._database._connection = connection  # type: ignore[assignment]
    return connection


def whole(store: SqliteStore) -> tuple[int, int, int, int]:
    """How much there is of each kind, the removed ones that were noted included; no report is without its result."""
    with store._database.cursor("look") as cursor:
        row = cursor.execute(
            "SELECT (SELECT count(*) FROM leerlingresultaat) + (SELECT coalesce(sum(resultaten), 0) FROM opgeruimd), "
            "(SELECT count(*) FROM outbox) + (SELECT coalesce(sum(berichten), 0) FROM opgeruimd), "
            "(SELECT count(*) FROM ledger) + (SELECT coalesce(sum(merken), 0) FROM opgeruimd), "
            "(SELECT count(*) FROM rapport WHERE resultaat NOT IN (SELECT id FROM leerlingresultaat))"
        ).fetchone()
    return tuple(row)  # type: ignore[return-value]


def pairs(store: SqliteStore) -> bool:
    """Each pupil whose last result was processed has both of its deliveries, or none."""
    query = "SELECT count(*) FROM leerlingresultaat WHERE pupil NOT LIKE 'eck:replaced%' GROUP BY pupil"
    with store._database.cursor("look") as cursor:
        return all(row[0] == 2 for row in cursor.execute(query).fetchall())


def test_any_statement_may_fail(sqlite_store: SqliteStore, broken: Any) -> None:
    before, failures, wiped = whole(sqlite_store), 0, True
    for _ in failing_statements(broken.fault):
        try:
            wiped = sqlite_store.purge(NOW, UNTIL, MARKS).wiped
        except StoreError:
            failures += 1
            assert not broken.in_transaction
        else:  # what failed was in the wiping, when something did: the rest is done, and it says so
            assert wiped is (broken.fault.left >= 0)
        with broken.fault.held():
            assert whole(sqlite_store) == before
            assert pairs(sqlite_store)
    assert failures > 30
    assert wiped
    assert sqlite_store.inbox.counts()["received"] == PUPILS
    assert before[3] == 0


def test_a_full_disk_while_wiping(sqlite_store: SqliteStore, broken: Any) -> None:
    before = whole(sqlite_store)
    with without_room(broken):
        assert purge(sqlite_store).resultaten == 3 * PUPILS
    assert whole(sqlite_store) == before


def purge_on(path: str, statements: int) -> None:
    """Purge, and be killed before the so manieth statement."""
    retention._AT_ONCE, retention._PAUSE = 2, 0
    store = SqliteStore(path)
    left = [statements]

    def count(_: str) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    store._database._connection.set_trace_callback(count)
    store.purge(NOW, UNTIL, MARKS)
    print("done", flush=True)  # noqa: T201


def test_a_kill_at_any_moment(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    fill(sqlite_store)
    before, killed = whole(sqlite_store), 0
    for number in range(KILLS):
        done = ended(__name__, tmp_path / "store/s.db", 3 + 11 * number)
        killed += done.returncode == -signal.SIGKILL
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        assert whole(sqlite_store) == before
        assert pairs(sqlite_store)
    assert killed >= 3
    assert purge(sqlite_store).wiped
    assert sqlite_store.inbox.counts()["received"] == PUPILS


if __name__ == "__main__":
    purge_on(sys.argv[1], int(sys.argv[2]))
