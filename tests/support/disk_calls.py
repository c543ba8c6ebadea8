"""A store over apsw instead of sqlite3, with a VFS under it that tells a `Disk` of every call. Needs apsw.

The store's own SQL runs over a connection that looks like one of sqlite3.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from .disks import connecting

apsw = pytest.importorskip("apsw")
_NUMBERS = itertools.count(1)


class Disk:
    """Hears of every call; a subclass makes of it what it likes. It may raise an `apsw.Error` before the call is done."""

    def before(self, call: str, name: str) -> None:
        """A call is about to be made."""

    def after(self, call: str, name: str, *change: Any) -> None:
        """A call was made: ``xWrite`` with offset and data, ``xTruncate`` with size, ``xSync`` and ``xDelete``."""


class _Vfs(apsw.VFS):  # type: ignore[misc,name-defined]
    def __init__(self, name: str, disk: Disk) -> None:
        self._disk = disk
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: Any) -> Any:
        text = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._disk.before("xOpen", text or "")
        return _File(self._disk, name, text or "", flags)

    def xDelete(self, name: str, sync: bool) -> None:
        self._disk.before("xDelete", name)
        super().xDelete(name, sync)
        self._disk.after("xDelete", name)


class _File(apsw.VFSFile):  # type: ignore[misc,name-defined]
    def __init__(self, disk: Disk, name: Any, text: str, flags: Any) -> None:
        super().__init__("", name, flags)
        self._disk, self._name = disk, text

    def xRead(self, amount: int, offset: int) -> Any:
        self._disk.before("xRead", self._name)
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.before("xWrite", self._name)
        super().xWrite(data, offset)
        self._disk.after("xWrite", self._name, offset, bytes(data))

    def xTruncate(self, size: int) -> None:
        self._disk.before("xTruncate", self._name)
        super().xTruncate(size)
        self._disk.after("xTruncate", self._name, size)

    def xSync(self, flags: int) -> None:
        self._disk.before("xSync", self._name)  # and no more than that: the platter is ours, and a real one is slow
        self._disk.after("xSync", self._name)

    def xFileSize(self) -> Any:
        self._disk.before("xFileSize", self._name)
        return super().xFileSize()

    def xLock(self, level: int) -> None:
        self._disk.before("xLock", self._name)
        super().xLock(level)


@contextmanager
def _errors() -> Iterator[None]:
    """Errors as sqlite3 raises them."""
    try:
        yield
    except apsw.Error as error:
        raise _as_of_sqlite3(error) from None


def _as_of_sqlite3(error: Any) -> sqlite3.Error:
    code = getattr(error, "extendedresult", 0) or getattr(error, "result", 0) or apsw.SQLITE_ERROR
    kind = sqlite3.IntegrityError if isinstance(error, apsw.ConstraintError) else sqlite3.OperationalError
    made = kind(str(error))
    made.sqlite_errorcode = code
    known: Any = apsw.mapping_extended_result_codes if code > 0xFF else apsw.mapping_result_codes
    made.sqlite_errorname = str(known[code])
    return made


class Cursor:
    """As of sqlite3, over apsw. All rows are read at once, so that a statement has ended when `execute` returns."""

    def __init__(self, connection: Any) -> None:
        self._connection, self._cursor = connection, connection.cursor()
        self._rows: deque[Any] = deque()
        self.rowcount = -1

    def execute(self, sql: str, values: Any = ()) -> Cursor:
        self._rows.clear()
        if sql.strip():
            with _errors():
                self._rows.extend(self._cursor.execute(sql, values).fetchall())
            self.rowcount = self._connection.changes()
        return self

    def executemany(self, sql: str, values: Any) -> None:
        with _errors():
            self._cursor.executemany(sql, values)

    @property
    def lastrowid(self) -> int:
        return int(self._connection.last_insert_rowid())

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchall(self) -> Any:
        found = list(self._rows)
        self._rows.clear()
        return found

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())

    def close(self) -> None:
        self._cursor.close()


class Connection:
    """As of sqlite3, over apsw and a VFS."""

    def __init__(self, path: Any, vfs: str, checkpoint: int | None) -> None:
        with _errors():
            self._real = apsw.Connection(str(path), vfs=vfs)
            if checkpoint is not None:
                self._real.wal_autocheckpoint(checkpoint)

    @property
    def in_transaction(self) -> bool:
        return bool(self._real.in_transaction)

    def cursor(self) -> Cursor:
        return Cursor(self._real)

    def execute(self, sql: str, values: Any = ()) -> Cursor:
        return self.cursor().execute(sql, values)

    def close(self) -> None:
        with suppress(apsw.Error):  # of the checkpoint at the end; SQLite itself says nothing of it
            self._real.close()


@contextmanager
def on(disk: Disk, *, checkpoint: int | None = None) -> Iterator[None]:
    """Until the end of the block a store that is opened lies on that disk; close it within the block.

    Args:
        disk: hears of every call.
        checkpoint: after how many pages in the write-ahead log they go to the file; None as SQLite has it.
    """
    name = f"played-{next(_NUMBERS)}"
    vfs = _Vfs(name, disk)
    try:
        with connecting(lambda path, **_: Connection(path, name, checkpoint)):
            yield
    finally:
        vfs.unregister()
