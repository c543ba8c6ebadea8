"""A copy of the store: whole, private, and nobody waits for it."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support import NOW
from support.records import KEY, YEAR, accept, come_and_go, kanaries, keep, message, purge

from doorstroom_client.errors import StoreError
from doorstroom_client.store.rows import State
from doorstroom_client.store.sqlite import copy as sqlite_copy
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore


@pytest.mark.parametrize("umask", [0, 0o022, 0o077], ids=oct)
def test_a_copy_is_a_private_store(sqlite_store: SqliteStore, tmp_path: Path, umask: int) -> None:
    one, two = keep(sqlite_store), keep(sqlite_store, "twee", done=1)
    accept(sqlite_store, "a", NOW)
    sqlite_store.outbox.add(message("m", body=b"exactly this"))
    sqlite_store.ledger.secret()
    purge(sqlite_store)
    copy = tmp_path / "copies/s.db"
    copy.parent.mkdir()
    old = os.umask(umask)
    try:
        sqlite_store.backup(str(copy))
    finally:
        os.umask(old)
    assert [path.name for path in copy.parent.iterdir()] == ["s.db"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert copy.stat().st_nlink == 1
    again = SqliteStore(copy)
    assert [kept.id for kept in again.inbox.results()] == [one.id, two.id]
    assert again.inbox.pending()[0].received == one.received
    assert again.outbox.counts()[State.WAITING] == 1
    claimed = again.outbox.claim("w", NOW, 120)
    assert claimed is not None
    assert claimed.body == b"exactly this"
    assert again.ledger.secret() == sqlite_store.ledger.secret()
    assert again.ledger.entries(KEY, YEAR) == sqlite_store.ledger.entries(KEY, YEAR)
    assert again.purges() == sqlite_store.purges()
    assert keep(again, "drie").id == two.id + 1
    assert sqlite_store.inbox.counts()["received"] == 2
    again.close()


def test_it_is_private_from_its_first_byte(sqlite_store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []
    copy_into = sqlite_copy._copy_into

    def watch(part: Path, source: Path) -> None:
        modes.append(stat.S_IMODE(part.stat().st_mode))
        copy_into(part, source)
        modes.append(stat.S_IMODE(part.stat().st_mode))

    monkeypatch.setattr(sqlite_copy, "_copy_into", watch)
    old = os.umask(0)
    try:
        sqlite_store.backup(str(tmp_path / "copy.db"))
    finally:
        os.umask(old)
    assert modes == [0o600, 0o600]


def test_nobody_waits_and_the_copy_is_of_one_moment(
    sqlite_store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within every few steps of copying, somebody else writes two records at once, and does not wait for it at all."""
    for number in range(50):
        keep(sqlite_store, number, payload=b"x" * 20_000 + b"%d" % number)
    wrote: list[int] = []

    def write() -> int:
        if len(wrote) < 20:
            with closing(sqlite3.connect(tmp_path / "store/s.db", timeout=0, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                other.executemany("INSERT INTO secret VALUES (?, x'00')", [(f"{len(wrote)} {half}",) for half in "ab"])
                other.execute("COMMIT")
            wrote.append(keep(sqlite_store, f"new {len(wrote)}").id)  # and over the connection of the store itself
        return 0

    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def slowly(*given: object, **more: object) -> sqlite3.Connection:
        made = connect(*given, **more)
        if more.get("timeout") == 10.0:
            made.set_progress_handler(write, 20)
        return made

    monkeypatch.setattr(sqlite_copy.sqlite3, "connect", slowly)
    sqlite_store.backup(str(tmp_path / "copy.db"))
    monkeypatch.undo()
    assert len(wrote) == 20
    copy = SqliteStore(tmp_path / "copy.db")
    with copy._database.cursor("look") as cursor:
        halves = [row[0] for row in cursor.execute("SELECT name FROM secret").fetchall()]
    assert sum(name.endswith("a") for name in halves) == sum(name.endswith("b") for name in halves)
    assert 50 <= copy.inbox.counts()["received"] < 70
    assert sqlite_store.inbox.counts()["received"] == 70
    copy.close()


def test_writers_go_on_meanwhile(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    """The copies of a store to which others add: each holds everything up to some moment, and nothing half."""
    ended, errors, added = threading.Event(), list[BaseException](), list[int]()

    def add() -> None:
        try:
            while not ended.is_set() and len(added) < 2000:
                added.append(keep(sqlite_store, len(added)).id)
        except BaseException as error:
            errors.append(error)

    writer = threading.Thread(target=add)
    writer.start()
    sizes = []
    for number in range(5):
        before = len(added)
        sqlite_store.backup(str(tmp_path / f"{number}.db"))
        copy = SqliteStore(tmp_path / f"{number}.db")
        ids = [kept.id for kept in copy.inbox.results(limit=10_000)]
        copy.close()
        assert ids == list(range(1, len(ids) + 1))
        assert len(ids) >= before
        sizes.append(len(ids))
    ended.set()
    writer.join(30)
    assert errors == []
    assert sizes == sorted(sizes)


def test_what_was_purged_is_not_in_it(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    """Not even when the bytes could not be wiped yet."""
    sqlite_store._database.wipe = lambda: False  # type: ignore[method-assign]
    for number, stay in enumerate(come_and_go(sqlite_store, 0, after=lambda: None)):
        sqlite_store.backup(str(tmp_path / f"{number}.db"))
        assert kanaries(tmp_path / f"{number}.db") == stay


@pytest.mark.parametrize("kind", ["file", "the store", "folder", "link to nothing"])
def test_a_file_that_exists_is_refused(sqlite_store: SqliteStore, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    copy = folder / "copy.db"
    if kind == "file":
        copy.write_bytes(b"something")
    elif kind == "the store":
        copy = tmp_path / "store/s.db"
    elif kind == "folder":
        copy.mkdir()
    else:
        copy.symlink_to(folder / "nothing")
    with pytest.raises(StoreError) as caught:
        sqlite_store.backup(str(copy))
    assert "exists" in str(caught.value)
    assert [path.name for path in folder.iterdir()] == ([] if kind == "the store" else ["copy.db"])
    assert kind != "file" or copy.read_bytes() == b"something"
    assert sqlite_store.inbox.counts()["received"] == 0


def test_one_that_appears_meanwhile_is_not_replaced(
    sqlite_store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copies/copy.db"
    copy.parent.mkdir()
    real = sqlite_copy._sync
    monkeypatch.setattr(sqlite_copy, "_sync", lambda path: (copy.write_bytes(b"of another"), real(path)))
    with pytest.raises(StoreError, match="exists"):
        sqlite_store.backup(str(copy))
    assert copy.read_bytes() == b"of another"
    assert [path.name for path in copy.parent.iterdir()] == ["copy.db"]


def test_of_two_at_once_neither_harms_the_other(
    sqlite_store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second finds the first at work, and leaves its file alone."""
    copy_into = sqlite_copy._copy_into
    copy = tmp_path / "copy.db"

    def second(part: Path, source: Path) -> None:
        monkeypatch.setattr(sqlite_copy, "_copy_into", copy_into)
        with pytest.raises(StoreError):
            sqlite_store.backup(str(copy))
        copy_into(part, source)

    monkeypatch.setattr(sqlite_copy, "_copy_into", second)
    sqlite_store.backup(str(copy))
    SqliteStore(copy).close()


def no_space(part: Path, source: Path) -> None:
    part.write_bytes(b"half of it")
    Path(f"{part}-journal").write_bytes(b"half of it")
    raise sqlite3.OperationalError


def damaged(part: Path, source: Path) -> None:
    raise StoreError("the store is damaged")


@pytest.mark.parametrize("fails", [no_space, damaged])
def test_nothing_is_left_of_a_copy_that_failed(
    sqlite_store: SqliteStore,
    tmp_path: Path,
    fails: Callable[[Path, Path], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "copies").mkdir()
    monkeypatch.setattr(sqlite_copy, "_copy_into", fails)
    with pytest.raises(StoreError):
        sqlite_store.backup(str(tmp_path / "copies/copy.db"))
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_folder_that_is_not_there(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot write the copy"):
        sqlite_store.backup(str(tmp_path / "nergens/copy.db"))


def test_a_damaged_store_gives_no_copy(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    for number in range(200):
        keep(sqlite_store, number, payload=b"x" * 3000 + b"%d" % number)
    assert purge(sqlite_store).wiped
    sqlite_store.close()
    path = tmp_path / "store/s.db"
    data = bytearray(path.read_bytes())
    pages = [at for at in range(0, len(data), 4096) if b"x" * 2000 in data[at : at + 4096]]
    for at in pages[10:20]:
        data[at : at + 200] = b"\xff" * 200
    path.write_bytes(data)
    again = SqliteStore(path)
    (tmp_path / "copies").mkdir()
    with pytest.raises(StoreError):
        again.backup(str(tmp_path / "copies/copy.db"))
    assert list((tmp_path / "copies").iterdir()) == []
    again.close()
