"""A statement that fails, and files that may not grow: all or nothing, no 202, and then it goes on (promise S3)."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import NOW
from support.clients import push
from support.disks import REAL, Broken, Fault, connecting, failing_statements, is_sound
from support.processes import ended, limited
from support.told import Told, body, kept_in, receiving

from doorstroom_client.errors import StoreError
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

FIRST, NEWER, LARGE = body("a", 1), body("a", 2), body("b", 3, size=9_000)
PUSHING = 4


@pytest.fixture
def fault() -> Iterator[Fault]:
    """What goes wrong in any store that is opened during the test."""
    made = Fault()
    with connecting(lambda *args, **more: Broken(REAL(*args, **more), made)):
        yield made


@pytest.fixture
def store(tmp_path: Path, fault: Fault) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "s.db")
    assert push(receiving(made), FIRST).status == 202
    yield made
    made.close()


def adding(**change: Any) -> Callable[[SqliteStore], Callable[[], object]]:
    """Keep what resembles the first."""

    def prepared(store: SqliteStore) -> Callable[[], object]:
        (first,) = store.inbox.results()
        return lambda: store.inbox.add(replace(first.received, **change))

    return prepared


CALLS: dict[str, Callable[[SqliteStore], Callable[[], object]]] = {
    "of another pupil": adding(pupil="eck:b", payload=LARGE),
    "a newer one": adding(datumtijd=NOW, payload=NEWER),
    "the same": adding(),
    "processed": lambda store: lambda: store.inbox.mark_done(1, NOW),
}


@pytest.mark.parametrize("error", [sqlite3.OperationalError, sqlite3.DatabaseError, sqlite3.IntegrityError])
@pytest.mark.parametrize("call", CALLS)
def test_any_statement_may_fail(store: SqliteStore, fault: Fault, call: str, error: type[sqlite3.Error]) -> None:
    work, before = CALLS[call](store), kept_in(store)
    fault.error = error
    for number in failing_statements(fault):
        try:
            work()
        except StoreError as caught:
            assert "disk I/O error" not in str(caught)
            assert kept_in(store) == before, f"half of it is left when statement {number} fails"
        else:
            assert fault.left >= 0, "nobody heard of what failed"
    assert number >= 3
    assert kept_in(store) != before


@pytest.mark.parametrize("message", [FIRST, NEWER, LARGE], ids=["the same", "a newer one", "of another pupil"])
def test_any_statement_may_fail_under_a_receiver(store: SqliteStore, fault: Fault, message: bytes) -> None:
    """503, and an hour later the same message is taken in as if nothing had happened."""
    client, told, refused = receiving(store), Told([FIRST], [FIRST]), 0
    for _ in failing_statements(fault):
        status = told.push(client, message)
        assert status == (202 if fault.left >= 0 else 503)
        refused += status == 503
        with fault.held():
            told.check(store)
    assert refused >= 3
    assert {kept.received.payload: kept.seen for kept in told.check(store)} == {FIRST: 1, message: 2 if message == FIRST else 1}


def test_any_statement_may_fail_while_several_push(store: SqliteStore, fault: Fault) -> None:
    """Whoever shares a commit that fails hears so, or is kept by another."""
    client, told = receiving(store), Told([FIRST], [FIRST])
    refused = 0
    for number in range(15):
        ready = threading.Barrier(PUSHING)

        def work(at: int, number: int = number, ready: threading.Barrier = ready) -> None:
            ready.wait(10)
            for again in range(3):
                told.push(client, body(f"p{at}", 3 * number + again))

        threads = [threading.Thread(target=work, args=(at,)) for at in range(PUSHING)]
        fault.left = 4 * number
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        fault.left = -1
        assert len(told.tried) == 1 + 3 * PUSHING * (number + 1), "one that gets no answer"
        refused += len(told.tried) > len(told.kept)
        told.check(store)
    assert refused > 10
    assert {told.push(client, message) for message in dict.fromkeys(told.tried)} == {202}
    assert {kept.received.payload for kept in told.check(store)} == set(told.tried)


def test_any_statement_of_opening_may_fail(tmp_path: Path, fault: Fault) -> None:
    """The same client takes in what comes later: it opens the file again."""
    for number in range(1000):
        path, told = tmp_path / f"{number}.db", Told()
        with receiving(str(path)) as client:
            fault.left = number
            refused = told.push(client, FIRST)
            if fault.left >= 0:
                break
            # What fails while an answer of the OSR is looked for there is no harm: the file is opened again right after.
            assert refused in (202, 503)
            assert told.push(client, FIRST) == 202
        with closing(SqliteStore(path)) as again:
            assert [kept.seen for kept in told.check(again)] == [2 if refused == 202 else 1]
    assert number > 20


def until_full(path: Path) -> None:
    """Push until no file may grow any more; says what was answered."""
    limited(1_500_000)
    client, refused, number = receiving(str(path)), 0, 0
    while refused < 5:
        number += 1
        answered = push(client, body(f"p{number % 7}", number, size=2_000))
        refused += answered.status == 503
        assert answered.status == 202 or ("retry-after", "60") in answered.headers
        print(number, answered.status, flush=True)  # noqa: T201


def test_a_limit_on_files(tmp_path: Path) -> None:
    """As on a full disk, but within SQLite itself: what was answered with 202 is there, and with space it goes on."""
    told, path = Told(), tmp_path / "s.db"
    said = ended(__name__, path).stdout.splitlines()
    for line in said:
        number, status = map(int, line.split())
        told.tried.append(body(f"p{number % 7}", number, size=2_000))
        if status == 202:
            told.kept.append(told.tried[-1])
    assert len(told.kept) > 20
    assert is_sound(path)
    with closing(SqliteStore(path)) as store:
        assert len(told.check(store)) == len(told.kept)
        client = receiving(store)
        assert [told.push(client, message) for message in told.tried[-7:]] == [202] * 7
        told.check(store)


if __name__ == "__main__":
    until_full(Path(sys.argv[1]))
