"""Power that goes off: what `add` and the receipts were told to be kept is kept (promise S2).

A VFS under SQLite notes what was written and not yet synced; at a cut the files hold what was synced, and none or some of the
rest. The store's own SQL runs over it. Needs apsw; without it only the settings are looked at, in test_outbox.
"""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client.store import sqlite_database as database
from doorstroom_client.store.records import State
from doorstroom_client.store.sqlite import SqliteStore

from .world import KEYS, YEAR, Clock, Supplier, add_now, deliver_all

apsw = pytest.importorskip("apsw")
CUTS = int(os.environ.get("DOORSTROOM_CUTS", "20"))  # read at import: no test sees variables of the machine
WENSEN = ((0, 1, 2, None), (1, 1, None, 0), (2, None, 0, 0))


@dataclass
class Disk:
    """What is on the platter, and what was only written."""

    synced: dict[str, bytearray] = field(default_factory=dict)
    pending: dict[str, list[tuple[int, bytes | None]]] = field(default_factory=dict)

    def sync(self, name: str) -> None:
        for change in self.pending.pop(name, ()):
            _apply(self.synced.setdefault(name, bytearray()), change)

    def after_cut(self, choose: Callable[[], bool]) -> dict[str, bytes]:
        found = {name: bytearray(content) for name, content in self.synced.items()}
        for name, changes in self.pending.items():
            for change in changes:
                if choose():
                    _apply(found.setdefault(name, bytearray()), change)
        return {name: bytes(content) for name, content in found.items()}


def _apply(content: bytearray, change: tuple[int, bytes | None]) -> None:
    offset, data = change
    if data is None:
        del content[offset:]
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


class ForgetfulVfs(apsw.VFS):  # type: ignore[misc,name-defined]
    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        super().__init__("forgetful", "")

    def xOpen(self, name: Any, flags: Any) -> Any:
        return ForgetfulFile(self.disk, name, flags)

    def xDelete(self, name: str, sync: bool) -> None:
        super().xDelete(name, sync)
        self.disk.synced.pop(name, None)
        self.disk.pending.pop(name, None)


class ForgetfulFile(apsw.VFSFile):  # type: ignore[misc,name-defined]
    def __init__(self, disk: Disk, name: Any, flags: Any) -> None:
        super().__init__("", name, flags)
        self._disk, self._name = disk, name.filename() if isinstance(name, apsw.URIFilename) else name

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        self._disk.pending.setdefault(self._name, []).append((offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        self._disk.pending.setdefault(self._name, []).append((size, None))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._disk.sync(self._name)


class Cursor:
    """As of sqlite3, over apsw."""

    def __init__(self, connection: Any) -> None:
        self._connection, self._cursor = connection, connection.cursor()
        self.rowcount = -1

    def execute(self, sql: str, values: Any = ()) -> Cursor:
        if sql.strip():
            self._cursor.execute(sql, values)
            self.rowcount = self._connection.changes()
        return self

    def executemany(self, sql: str, values: Any) -> None:
        self._cursor.executemany(sql, values)

    @property
    def lastrowid(self) -> int:
        return int(self._connection.last_insert_rowid())

    def fetchone(self) -> Any:
        return self._cursor.fetchone()

    def fetchall(self) -> Any:
        return self._cursor.fetchall()

    def close(self) -> None:
        self._cursor.close()


class Connection:
    """As of sqlite3, over apsw and the VFS."""

    def __init__(self, path: Any) -> None:
        self._real = apsw.Connection(str(path), vfs="forgetful")

    @property
    def in_transaction(self) -> bool:
        return bool(self._real.in_transaction)

    def cursor(self) -> Cursor:
        return Cursor(self._real)

    def execute(self, sql: str) -> Cursor:
        return self.cursor().execute(sql)

    def close(self) -> None:
        self._real.close()


def play(store: SqliteStore, chance: random.Random, moments: int) -> tuple[list[int], Supplier, int]:
    """A LAS and a worker, until the power goes off; gives what they were told."""
    clock, supplier, added = Clock(), Supplier(store.ledger.secret()), list[int]()
    for number in range(moments):
        clock.elapsed += 600
        if chance.random() < 0.6:
            done = add_now(store, clock, number % len(KEYS), WENSEN[chance.randrange(len(WENSEN))], only_changes=False)
            added.append(done.id)
        else:
            deliver_all(store, clock, supplier, chance.choice(("received", "received", "lost", "received, no answer")))
    delivered = [item.id for item in store.outbox.messages([State.DELIVERED], limit=1000)]
    return added, supplier, len(delivered)


def test_what_was_kept_survives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(11)
    real = sqlite3.connect
    for cut in range(CUTS):
        folder = tmp_path / str(cut)
        folder.mkdir()
        disk = Disk()
        vfs = ForgetfulVfs(disk)
        monkeypatch.setattr(database.sqlite3, "connect", lambda path, **more: Connection(path))
        store = SqliteStore(folder / "s.db")
        if chance.random() < 0.5:
            store._database._connection.execute("PRAGMA wal_autocheckpoint = 20").close()  # cuts around checkpoints too
        added, supplier, delivered = play(store, chance, chance.randrange(4, 30))
        secret = store.ledger.secret()
        some = cut % 2
        left = disk.after_cut(lambda some=some: bool(some and chance.random() < 0.5))  # type: ignore[misc]
        monkeypatch.setattr(database.sqlite3, "connect", real)
        store.close()
        vfs.unregister()
        after = tmp_path / f"{cut}-after"
        after.mkdir()
        for name, content in left.items():
            if not name.endswith("-shm"):
                path = after / Path(name).name
                path.write_bytes(content)
                path.chmod(0o600)
        with closing(sqlite3.connect(after / "s.db")) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        again = SqliteStore(after / "s.db")
        assert [item.id for item in again.outbox.messages(limit=1000)] == added, "kept by add, and lost"
        assert again.outbox.counts()[State.DELIVERED] == delivered
        assert again.ledger.secret() == secret
        for key in KEYS:
            assert all(not entry.content or supplier.has(key, entry) for entry in again.ledger.entries(key, YEAR))
        again.close()
