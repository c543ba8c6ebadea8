"""What was removed is nowhere in the files, in no way of writing it."""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support import NOW
from support.records import DAY, come_and_go, deliver, kanaries, keep, message, purge

from doorstroom_client.store.sqlite import file as sqlite_database
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

NAME = "Kañarïe-Østergård"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of its own."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def ways(text: str) -> set[bytes]:
    """A text in every way in which it may stand in a file; of base64 the part that is the same at each of three places."""
    found = {text.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "latin-1")}
    escaped = json.dumps(text)[1:-1]
    found |= {escaped.encode(), escaped.upper().encode(), "".join(f"\\u{ord(letter):04x}" for letter in text).encode()}
    for start in range(3):
        found.add(base64.b64encode(b"\0" * start + text.encode())[4 if start else 0 : -4])
    return found


def written(text: str) -> bytes:
    """A payload that holds a text in all of these ways."""
    return b"|".join(sorted(ways(text))) + b"|" + base64.b64encode(text.encode())


def found(folder: Path, *texts: str) -> dict[str, int]:
    """Per file, how often one of the texts stands in it, in any way."""
    files = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    looked = {way for text in texts for way in ways(text)}
    return {name: hits for name, data in files.items() if (hits := sum(data.count(way) for way in looked))}


def test_the_search_finds_every_way(tmp_path: Path) -> None:
    for number, way in enumerate(sorted(ways(NAME))):
        (tmp_path / str(number)).write_bytes(b"x" + way + b"y")
    assert set(found(tmp_path, NAME)) >= {str(number) for number in range(len(ways(NAME)))}
    for start in range(3):
        (tmp_path / "text").write_bytes(base64.b64encode(b"abc"[:start] + NAME.encode() + b"def"))
        assert "text" in found(tmp_path, NAME)


@pytest.mark.parametrize("second", [False, True], ids=["alone", "with a second connection"])
def test_nothing_is_left(sqlite_store: SqliteStore, tmp_path: Path, second: bool) -> None:
    path = tmp_path / "store/s.db"
    other = SqliteStore(path) if second else None
    for number in range(40):
        keep(sqlite_store, f"{NAME} {number}", done=40, payload=written(NAME) * (1 + number % 9) + b"%d" % number)
    for number in range(3):
        sqlite_store.outbox.add(message(str(number), body=written(NAME)))
    deliver(sqlite_store, 40)
    assert sqlite_store.outbox.drop(2, NOW - 40 * DAY)
    assert sqlite_store.outbox.park(3, "x", NOW - 50 * DAY)
    if other is not None:
        assert len(other.inbox.results(limit=100)) == 40  # its cache holds them
    assert found(tmp_path, NAME)
    done = purge(sqlite_store, until=NOW + 10 * DAY)
    assert (done.resultaten, done.berichten, done.wiped) == (40, 3, True)
    assert found(tmp_path, NAME) == {}
    if other is not None:
        keep(other, "twee")  # what it writes now is of after that
        assert found(tmp_path, NAME) == {}
        other.close()


def test_content_that_was_sent_goes_with_the_next_purge(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    """The row stays for its days, its content does not."""
    sqlite_store.outbox.add(message("1", body=written(NAME)))
    deliver(sqlite_store, 1)
    done = purge(sqlite_store)
    assert (done.berichten, done.wiped) == (0, True)
    assert len(sqlite_store.outbox.messages()) == 1
    assert found(tmp_path, NAME) == {}


@pytest.mark.parametrize("seed", range(2))
def test_rows_that_were_moved_leave_no_copies(sqlite_store: SqliteStore, tmp_path: Path, seed: int) -> None:
    for stay in come_and_go(sqlite_store, seed, after=lambda: None):
        assert sqlite_store.purges(1)[0].wiped
        for path in (tmp_path / "store").iterdir():
            assert kanaries(path) <= stay, path.name


@pytest.fixture
def reading(sqlite_store: SqliteStore, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody who is in the middle of reading the store as it was when there was a result in it."""
    keep(sqlite_store, NAME, done=40, payload=written(NAME))
    with closing(sqlite3.connect(tmp_path / "store/s.db", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        assert connection.execute("SELECT count(*) FROM leerlingresultaat").fetchone() == (1,)
        yield connection


def test_a_reader_keeps_the_bytes_until_the_next_time(
    reading: sqlite3.Connection, sqlite_store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(sqlite_database.time, "sleep", pauses.append)
    monkeypatch.setattr(sqlite_database, "_READER_MS", 1)
    done = purge(sqlite_store)
    assert (done.resultaten, done.wiped) == (1, False)
    assert pauses.count(sqlite_database._READER_PAUSE) == sqlite_database._READER_TRIES
    assert found(tmp_path, NAME)
    assert reading.execute("SELECT count(*) FROM leerlingresultaat").fetchone() == (1,)
    reading.execute("COMMIT")
    again = purge(sqlite_store)
    assert (again.resultaten, again.wiped) == (0, True)
    assert found(tmp_path, NAME) == {}
    assert [done.wiped for done in sqlite_store.purges()] == [True, False]


def test_a_reader_that_ends_in_time_is_waited_for(
    reading: sqlite3.Connection, sqlite_store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In between, others can write: nobody waits for the reader but the purge."""
    kept: list[int] = []

    def pause(_: float) -> None:
        with closing(sqlite3.connect(tmp_path / "store/s.db", timeout=0)) as other:  # does not wait at all
            other.execute("UPDATE secret SET name = name")
            other.commit()
        kept.append(1)
        if len(kept) == 3:
            reading.execute("COMMIT")

    monkeypatch.setattr(sqlite_database.time, "sleep", pause)
    monkeypatch.setattr(sqlite_database, "_READER_MS", 1)
    assert purge(sqlite_store).wiped
    assert len(kept) == 3
    assert found(tmp_path, NAME) == {}


def test_how_long_others_wait_for_a_reader(
    reading: sqlite3.Connection, sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Emptying the log keeps writers out while it waits, so each try waits a moment only."""
    monkeypatch.setattr(sqlite_database.time, "sleep", lambda _: None)
    asked: list[str] = []
    sqlite_store._database._connection.set_trace_callback(asked.append)
    monkeypatch.setattr(sqlite_database, "_READER_MS", 1)
    monkeypatch.setattr(sqlite_database, "_BUSY_MS", 2)
    monkeypatch.setattr(sqlite_database, "_READER_TRIES", 3)
    assert not purge(sqlite_store).wiped
    sqlite_store._database._connection.set_trace_callback(None)
    about = [query for query in asked if "wal_checkpoint" in query or "busy_timeout" in query]
    one = ["PRAGMA busy_timeout = 1", "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA busy_timeout = 2"]
    assert about == one * 3


def test_a_store_that_is_too_large_to_rewrite_says_so(sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(sqlite_store, done=40)
    monkeypatch.setattr(sqlite_database, "_LARGEST_REWRITE", 1000)
    done = purge(sqlite_store)
    assert (done.resultaten, done.wiped) == (1, False)


def test_temporary_tables_stay_in_memory(sqlite_store: SqliteStore) -> None:
    """Else they are written outside the folder of the store, and their blocks on the disk are never overwritten."""
    with sqlite_store._database.cursor("look") as cursor:
        assert cursor.execute("PRAGMA temp_store").fetchone() == (2,)
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (10_000,)
    purge(sqlite_store)
    with sqlite_store._database.cursor("look") as cursor:
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (10_000,)


def test_the_file_stays_what_it_was(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    """Rewriting keeps the numbers that are never used twice, the way of working, and who may read it."""
    last = keep(sqlite_store, done=40).id
    purge(sqlite_store)
    assert keep(sqlite_store).id == last + 1
    with sqlite_store._database.cursor("look") as cursor:
        values = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "secure_delete")]
        assert values == ["wal", 2, 1]
        assert cursor.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "store").iterdir()} == {0o600}
    again = SqliteStore(tmp_path / "store/s.db")
    assert len(again.purges()) == 1
    again.close()


def test_no_purge_reads_every_result_or_mark(sqlite_store: SqliteStore) -> None:
    """A receiver waits while it looks; so what stays is not looked at, whatever its size."""
    asked: list[str] = []
    connection = sqlite_store._database._connection
    for number in range(30):
        keep(sqlite_store, number)
    connection.set_trace_callback(asked.append)
    keep_on = purge(sqlite_store)
    connection.set_trace_callback(None)
    assert keep_on.resultaten == 0
    selects = [query for query in asked if query.startswith("SELECT") and ("processed_at" in query or "accepted_at" in query)]
    assert len(selects) >= 3
    for query in selects:
        for *_, plan in connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchall():
            assert not re.match(r"SCAN (leerlingresultaat|gone|last|ledger)\b(?! USING COVERING)", plan), (plan, query)
