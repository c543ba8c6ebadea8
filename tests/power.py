"""Disks under a store: one that loses what was not synced, and one that fails at a chosen call. Needs apsw.

SQLite runs over a VFS that tells a `Disk` of every call; the store's own SQL runs over that, through a connection that looks
like one of sqlite3.
"""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from failing import connecting

apsw = pytest.importorskip("apsw")
_NUMBERS = itertools.count(1)


class Disk:
    """Hears of every call; a subclass makes of it what it likes. It may raise an `apsw.Error` before the call is done."""

    def before(self, call: str, name: str) -> None:
        """A call is about to be made."""

    def after(self, call: str, name: str, *change: Any) -> None:
        """A call was made: ``xWrite`` with offset and data, ``xTruncate`` with size, ``xSync`` and ``xDelete``."""


class ForgetfulDisk(Disk):
    """What is on the platter, and what was only written.

    Args:
        calls: the power goes off before this call; without it, at `cut`.
        choose: whether a write that was not synced reached the platter all the same.
        noting: is called at the cut, before anything else happens.

    Attributes:
        left: the files as they are found afterwards, after the cut.
    """

    def __init__(self, choose: Callable[[], bool], calls: int | None = None, noting: Callable[[], None] = lambda: None) -> None:
        self._choose, self._calls, self._noting = choose, calls, noting
        self._lock = threading.RLock()
        self._synced: dict[str, bytearray] = {}
        self._pending: dict[str, list[tuple[int, bytes | None]]] = {}
        self.left: dict[str, bytes] | None = None

    def before(self, call: str, name: str) -> None:
        if self._calls is not None and call in ("xWrite", "xTruncate", "xSync", "xDelete"):
            with self._lock:
                self._calls -= 1
                if not self._calls:
                    self.cut()

    def after(self, call: str, name: str, *change: Any) -> None:
        with self._lock:
            if call == "xWrite":
                self._pending.setdefault(name, []).append(change)  # type: ignore[arg-type]
            elif call == "xTruncate":
                self._pending.setdefault(name, []).append((*change, None))
            elif call == "xSync":
                for written in self._pending.pop(name, ()):
                    _apply(self._synced.setdefault(name, bytearray()), written)
            elif call == "xDelete":
                self._synced.pop(name, None)
                self._pending.pop(name, None)

    def cut(self) -> None:
        """The power goes off, unless it did; what is written from now on is on no platter."""
        with self._lock:
            if self.left is not None:
                return
            self._noting()
            found = {name: bytearray(content) for name, content in self._synced.items()}
            for name, changes in self._pending.items():
                for change in changes:
                    if self._choose():
                        _apply(found.setdefault(name, bytearray()), change)
            self.left = {name: bytes(content) for name, content in found.items()}

    def put_in(self, folder: Path) -> Path:
        """The files, as another machine finds them; gives the path of the store."""
        assert self.left is not None
        folder.mkdir()
        for name, content in {"s.db": b"", **self.left}.items():
            if not name.endswith("-shm"):
                path = folder / Path(name).name
                path.write_bytes(content)
                path.chmod(0o600)
        return folder / "s.db"


def _apply(content: bytearray, change: tuple[int, bytes | None]) -> None:
    offset, data = change
    if data is None:
        del content[offset:]
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


class FailingDisk(Disk):
    """Fails at the n-th of the calls that count, and from there on until it is healed if so asked.

    Args:
        number: the call that fails; 1 is the first.
        error: what it fails with.
        calls: the calls that count.
        lasting: whether every later one fails too.

    Attributes:
        failed: which calls failed, and on which kind of file.
    """

    def __init__(self, number: int, error: Callable[[str], Exception], calls: Sequence[str], *, lasting: bool = False) -> None:
        self._left, self._error, self._those, self._lasting = number, error, calls, lasting
        self._lock = threading.Lock()
        self.failed: list[str] = []

    def before(self, call: str, name: str) -> None:
        if call not in self._those:
            return
        with self._lock:
            self._left -= 1
            fails = self._left == 0 or (self._lasting and self._left < 0)
            if fails:
                self.failed.append(f"{call} {Path(name).suffix}")
        if fails:
            raise self._error(call)

    def heal(self) -> None:
        """From now on nothing fails."""
        with self._lock:
            self._left, self._lasting = 0, False


_CODES = {
    "xOpen": "SQLITE_CANTOPEN",
    "xRead": "SQLITE_IOERR_READ",
    "xWrite": "SQLITE_IOERR_WRITE",
    "xTruncate": "SQLITE_IOERR_TRUNCATE",
    "xSync": "SQLITE_IOERR_FSYNC",
    "xFileSize": "SQLITE_IOERR_FSTAT",
    "xLock": "SQLITE_IOERR_LOCK",
    "xDelete": "SQLITE_IOERR_DELETE",
}
CALLS = tuple(_CODES)


def io_error(call: str) -> Exception:
    """What SQLite says when a call fails."""
    code = getattr(apsw, _CODES[call])
    error: Exception = (apsw.CantOpenError if call == "xOpen" else apsw.IOError)("disk I/O error")
    error.extendedresult = code  # type: ignore[attr-defined]
    return error


def full(_: str) -> Exception:
    """What SQLite says when there is no room."""
    error: Exception = apsw.FullError("database or disk is full")
    return error


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
