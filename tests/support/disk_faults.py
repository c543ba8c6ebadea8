"""Disks under a store: one that loses what was not synced, and one that fails at a chosen call. Needs apsw."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .disk_calls import Disk, apsw, on

__all__ = ["CALLS", "FailingDisk", "ForgetfulDisk", "full", "io_error", "on"]


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
                self._pending.setdefault(name, []).append(change)
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
