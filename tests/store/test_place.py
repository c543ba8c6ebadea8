"""What lies at the path of a store: nothing is opened that SQLite would spoil, and what is opened can be used."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support import NOW
from support.deliveries import FIRST, later
from support.records import message

from doorstroom_client.errors import StoreError
from doorstroom_client.store.rows import State
from doorstroom_client.store.sqlite.place import network_under, refusal
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

COPY, IN_USE = b"SQLite format 3\0\x10\0\1\1" + bytes(80), b"SQLite format 3\0\x10\0\2\2" + bytes(80)


def wal(path: Path) -> Path:
    return Path(f"{path}-wal")


def shm(path: Path) -> Path:
    return Path(f"{path}-shm")


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A store as a kill leaves it: what was kept last stands in its log. A copy from before lies beside it."""
    with closing(SqliteStore(tmp_path / "live.db")) as store:
        store.inbox.add(FIRST)
        store.backup(str(tmp_path / "copy.db"))
        store.inbox.add(later(1, b"second"))
        (tmp_path / "killed").mkdir(mode=0o700)
        for path in (tmp_path / "live.db", wal(tmp_path / "live.db"), shm(tmp_path / "live.db")):
            shutil.copy(path, tmp_path / "killed" / path.name.replace("live", "s"))
    path = tmp_path / "killed/s.db"
    assert wal(path).stat().st_size
    return path


def refused(path: Path, *words: str, make: bool = True) -> StoreError:
    """It is, with these words, and nothing is changed by it."""
    before = {each.name: each.read_bytes() for each in path.parent.iterdir() if each.is_file()}
    with pytest.raises(StoreError) as caught:
        SqliteStore(path, make=make)
    assert {each.name: each.read_bytes() for each in path.parent.iterdir() if each.is_file()} == before
    for word in words:
        assert word in str(caught.value)
    return caught.value


def count(path: Path) -> int:
    with closing(SqliteStore(path)) as store:
        return store.inbox.counts()["received"]


def test_what_a_kill_leaves_is_opened(left: Path) -> None:
    assert count(left) == 2


def test_a_copy_beside_the_log_of_another_is_refused_before_sqlite_mixes_them(left: Path, tmp_path: Path) -> None:
    shutil.copy(tmp_path / "copy.db", left)
    refused(left, "it is a copy", "-wal and -shm")
    wal(left).unlink()
    refused(left, "it is a copy")
    shm(left).unlink()
    assert count(left) == 1
    assert count(left) == 1, "it is a copy no more"


def test_a_log_without_its_file_is_not_thrown_away(left: Path) -> None:
    left.rename(left.with_name("moved.db"))
    refused(left, "only what lies beside it")
    left.touch(mode=0o600)
    refused(left, "only what lies beside it")
    left.with_name("moved.db").replace(left)
    assert count(left) == 2


def test_a_log_that_was_removed_is_told(left: Path) -> None:
    wal(left).rename(left.with_name("log"))
    refused(left, "its log was removed")
    left.with_name("log").rename(wal(left))
    assert count(left) == 2


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_a_second_name_is_refused(left: Path, suffix: str) -> None:
    os.link(f"{left}{suffix}", left.with_name("also"))
    refused(left)
    left.with_name("also").unlink()
    assert count(left) == 2


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: Path(path).symlink_to("elsewhere")], ids=["d", "p", "l"])
def test_what_is_no_file_beside_it(tmp_path: Path, suffix: str, make: Callable[[str], object]) -> None:
    make(f"{tmp_path / 's.db'}{suffix}")
    refused(tmp_path / "s.db", "is not a file of its own")


@pytest.mark.parametrize(
    "name",
    ["a?b.db", "a#b", "a%41", "file:x.db", "file:x.db?mode=memory", ":memory:", " ", "a\nb", "n" * 240, "é" * 120],
    ids=ascii,
)
def test_a_name_is_a_name(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for SQLite, and when it is relative: what is kept is in that file, and can be copied to one with such a name."""
    monkeypatch.chdir(tmp_path)
    Path("copies").mkdir()
    with closing(SqliteStore(name)) as store:
        store.inbox.add(FIRST)
        store.backup(f"copies/{name}")
    with closing(SqliteStore(f"copies/{name}")) as copy:
        assert copy.inbox.counts()["received"] == 1
    assert (tmp_path / name).stat().st_size > 4096


def test_a_name_that_is_not_utf_8(tmp_path: Path) -> None:
    """A store may have it, and a copy may not."""
    with closing(SqliteStore(tmp_path / "a\udcff")) as store:
        store.inbox.add(FIRST)
        with pytest.raises(StoreError, match="UTF-8"):
            store.backup(str(tmp_path / "b\udcff"))
    assert [os.fsencode(path.name) for path in tmp_path.iterdir()] == [b"a\xff"]


@pytest.mark.parametrize(
    "name", ["n" * 248, "é" * 124, "/".join(["d" * 200] * 3), "a\0b"], ids=["name", "bytes", "path", "nul"]
)
def test_a_name_that_cannot_be(tmp_path: Path, name: str) -> None:
    (tmp_path / name.replace("\0", "")).parent.mkdir(parents=True, exist_ok=True)
    with pytest.raises(StoreError, match="too long|no file can be called that"):
        SqliteStore(tmp_path / name)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_another_folder_is_not_another_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with closing(SqliteStore("s.db")) as store:
        monkeypatch.chdir("elsewhere")
        assert store.inbox.add(FIRST).current
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_symbolic_link(tmp_path: Path) -> None:
    """What is beside the file lies beside the file, and the link may not be pointed elsewhere under who uses it."""
    (tmp_path / "disk").mkdir()
    path = tmp_path / "s.db"
    SqliteStore(tmp_path / "disk/a.db").close()
    SqliteStore(tmp_path / "disk/b.db").close()
    path.symlink_to("disk/a.db")
    with closing(SqliteStore(path)) as store:
        store.inbox.add(FIRST)
        path.unlink()
        path.symlink_to("disk/b.db")
        with pytest.raises(StoreError, match=r"disk/a\.db now"):
            store.inbox.add(later(1, b"second"))
        store.inbox.add(later(1, b"second"))
    assert (count(tmp_path / "disk/a.db"), count(tmp_path / "disk/b.db")) == (1, 1)


def test_one_that_is_not_to_be_made(tmp_path: Path) -> None:
    refused(tmp_path / "s.db", "No such file", make=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", ["moved", "removed", "log removed"])
def test_a_file_that_goes_in_the_middle_of_a_transaction(tmp_path: Path, how: str) -> None:
    """Its commit succeeds for SQLite, and is not said to be done: in the inbox, the outbox and the ledger alike."""
    path = tmp_path / "s.db"
    with closing(SqliteStore(path)) as store:
        store.inbox.add(FIRST)
        with pytest.raises(StoreError), store._database.transaction("test") as cursor:
            cursor.execute("INSERT INTO secret VALUES ('a', x'00')")
            if how == "moved":
                path.rename(tmp_path / "moved.db")
            elif how == "removed":
                path.unlink()
            else:
                wal(path).unlink()
        assert path.exists() is (how == "log removed")
        found = {"moved": tmp_path / "moved.db", "removed": None, "log removed": path}[how]
        if found:
            with closing(sqlite3.connect(found)) as raw:
                assert ("a",) in raw.execute("SELECT name FROM secret").fetchall()
        for write in (
            lambda: store.inbox.add(later(1, b"2")),
            lambda: store.outbox.claim("w", NOW, 60),
            lambda: store.purges(1),
        ):
            if how != "log removed":
                with pytest.raises(StoreError, match="while it was in use"):
                    write()


def test_of_two_that_take_over_neither_takes_what_the_other_has_made(tmp_path: Path) -> None:
    """A system soon gives the number of a file that is gone to the next one that is made."""
    path = tmp_path / "s.db"
    with closing(SqliteStore(path)) as one, closing(SqliteStore(path)) as other:
        for number in range(3):
            one.inbox.add(later(10 * number, b"one %d" % number))
            copy = tmp_path / "copy.db"
            one.backup(str(copy))
            path.rename(tmp_path / f"moved-{number}.db")
            for store in (one, other):
                with pytest.raises(StoreError, match="moved away"):
                    store.inbox.add(FIRST)
            copy.rename(path)
            for at, store in enumerate((one, other, one)):
                store.inbox.add(later(10 * number + at + 1, b"more %d %d" % (number, at)))
    assert count(path) == 12


def test_a_delivery_is_not_noted_in_a_file_that_is_gone(tmp_path: Path) -> None:
    """So it is sent once more, and not taken for delivered by who looks into the file at the path."""
    path = tmp_path / "s.db"
    with closing(SqliteStore(path)) as store:
        store.outbox.add(message("m"))
        claimed = store.outbox.claim("w", NOW, 60)
        assert claimed
        path.rename(tmp_path / "moved.db")
        for write in (
            lambda: store.outbox.renew(claimed, NOW, 60),  # right before it is sent
            lambda: store.outbox.delivered(claimed, (), 0, NOW),
        ):
            with pytest.raises(StoreError, match=r"moved\.db now"):
                write()
        (tmp_path / "moved.db").rename(path)
        assert store.outbox.counts()[State.WAITING] == 1
        assert store.outbox.renew(claimed, NOW, 60)


@pytest.mark.parametrize("what", ["empty", "something else", "damaged", "shared"])
def test_what_is_put_in_place_of_a_file_has_to_be_a_whole_store(tmp_path: Path, what: str) -> None:
    path = tmp_path / "s.db"
    with closing(SqliteStore(path)) as store:
        for number in range(30):
            store.inbox.add(later(number, b"%d" % number * 2000))
        store.backup(str(tmp_path / "copy.db"))
        path.unlink()
        with pytest.raises(StoreError, match="was removed"):
            store.inbox.add(FIRST)
        shutil.copy(tmp_path / "copy.db", path)
        if what == "empty":
            path.write_bytes(b"")
        elif what == "something else":
            path.unlink()
            with closing(sqlite3.connect(path)) as raw:
                raw.execute("CREATE TABLE facturen (id INTEGER)")
            path.chmod(0o600)
        elif what == "damaged":
            with path.open("r+b") as file:
                file.seek(path.stat().st_size // 2)
                file.write(b"\xff" * 20_000)
        else:
            path.chmod(0o644)
        before = path.read_bytes()
        for _ in range(2):
            with pytest.raises(StoreError, match="was removed while it was in use, .*; "):
                store.inbox.add(FIRST)
        assert path.read_bytes() == before
        shutil.copy(tmp_path / "copy.db", path)
        store.inbox.add(FIRST)
    assert count(path) == 31


@pytest.mark.parametrize(
    ("size", "header", "log", "index", "fits"),
    [
        (None, b"", None, False, True),
        (0, b"", None, False, True),
        (None, b"", 0, False, False),
        (None, b"", None, True, False),
        (0, b"", 100, False, False),
        (4096, IN_USE, None, False, True),
        (4096, IN_USE, 100, False, True),
        (4096, IN_USE, 0, True, True),
        (4096, IN_USE, None, True, False),
        (4096, COPY, None, False, True),
        (4096, COPY, 0, False, False),
        (4096, COPY, None, True, False),
        (4096, b"something else", 100, True, True),
    ],
)
def test_what_fits_together(size: int | None, header: bytes, log: int | None, index: bool, fits: bool) -> None:
    assert (refusal(size, header, log, index=index) == "") is fits


def test_the_file_system_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path.stat().st_dev
    mounts = tmp_path / "mountinfo"
    monkeypatch.setattr("doorstroom_client.store.sqlite.place._MOUNTS", mounts)
    assert network_under(tmp_path) == ""
    for kind, found in (("nfs4", "nfs4"), ("cifs", "cifs"), ("fuse.sshfs", "fuse.sshfs"), ("ext4", ""), ("overlay", "")):
        mounts.write_text(f"36 35 {os.major(device)}:{os.minor(device)} / /data rw,noatime master:1 - {kind} server:/x rw\n")
        assert network_under(tmp_path) == found
