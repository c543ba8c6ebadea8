"""What is of the embedded store only: its file, who may read it, and what its promises rest on."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.deliveries import FIRST, later
from support.disks import without_room

from doorstroom_client.errors import StoreError
from doorstroom_client.store.schema import STAMP
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "s.db")
    yield made
    made.close()


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


@pytest.mark.parametrize(
    ("stamp", "told", "hint"),
    [
        (99, "newer version", "Install that version"),
        (STAMP + 1, "newer version", "Install that version"),
        (STAMP - 1, "earlier version", "name a new file"),
        (0, "earlier version", "name a new file"),
    ],
)
def test_a_store_of_another_version_is_refused_and_left_alone(tmp_path: Path, stamp: int, told: str, hint: str) -> None:
    path = tmp_path / "s.db"
    with contextlib.closing(SqliteStore(path)) as store:
        store.inbox.add(FIRST)
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute(f"PRAGMA user_version = {stamp}")
        raw.execute("PRAGMA journal_mode = DELETE")
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(StoreError, match=told) as caught:
            SqliteStore(path)
        assert (hint in caught.value.hint, str(path) in str(caught.value), caught.value.retryable) == (True, True, False)
    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["s.db"]
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute(f"PRAGMA user_version = {STAMP}")
    with contextlib.closing(SqliteStore(path)) as store:
        assert store.inbox.counts()["received"] == 1


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
    with pytest.raises(StoreError, match="something else") as caught:
        SqliteStore(path).close()
    assert "Name another file" in caught.value.hint
    with contextlib.closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("facturen",)]


@pytest.mark.parametrize("name", ["application_id", "user_version"])
def test_an_empty_database_that_another_program_has_marked_is_left_alone(tmp_path: Path, name: str) -> None:
    path = tmp_path / "s.db"
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute(f"PRAGMA {name} = 7")
    path.chmod(0o600)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="something else"):
        SqliteStore(path).close()
    assert path.read_bytes() == before


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


def test_a_full_disk_is_an_error_and_nothing_is_half(store: SqliteStore) -> None:
    store.inbox.add(FIRST)
    with without_room(store._database._connection):
        with pytest.raises(StoreError) as caught:
            store.inbox.add(later(1, b"x" * 100_000))
        assert caught.value.retryable
        assert store.inbox.pending()[0].received == FIRST
    assert store.inbox.add(later(1, b"x" * 100_000)).current
