"""A store over another connection than that of sqlite3, and one of which a statement fails.

A store must call ``sqlite3.connect``; in which of its modules does not matter here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

REAL = sqlite3.connect


@contextmanager
def connecting(make: Callable[..., Any]) -> Iterator[None]:
    """Until the end of the block a store that is opened gets what `make` gives, with the arguments of ``sqlite3.connect``."""
    with patch.object(sqlite3, "connect", make):
        yield


def is_sound(path: Path) -> bool:
    """Whether SQLite finds nothing wrong with a file."""
    with closing(REAL(path)) as raw:
        return bool(raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)])


@dataclass
class Fault:
    """A statement that is to fail.

    Attributes:
        left: how many statements still succeed; negative after the failing one, and when none is to fail.
        error: what the failing one raises.
    """

    left: int = -1
    error: type[sqlite3.Error] = sqlite3.OperationalError

    @contextmanager
    def held(self) -> Iterator[None]:
        """Until the end of the block nothing fails, and nothing counts."""
        left, self.left = self.left, -1
        yield
        self.left = left

    def count(self) -> None:
        """One statement more; raises when it is the one."""
        self.left -= 1
        if self.left == -1:
            error = self.error("disk I/O error")
            error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_IOERR, "SQLITE_IOERR"
            raise error


class Broken:
    """A connection of which one statement fails.

    Attributes:
        fault: which; connections may share it.
    """

    def __init__(self, real: sqlite3.Connection, fault: Fault | None = None) -> None:
        self._real = real
        self.fault = fault or Fault()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def cursor(self) -> Any:
        return BrokenCursor(self.fault, self._real.cursor())


class BrokenCursor:
    def __init__(self, fault: Fault, real: sqlite3.Cursor) -> None:
        self._fault, self._real = fault, real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def execute(self, *given: Any) -> Any:
        self._fault.count()
        return self._real.execute(*given)

    def executemany(self, *given: Any) -> Any:
        self._fault.count()
        return self._real.executemany(*given)


def failing_statements(fault: Fault) -> Iterator[int]:
    """The number of each statement in turn, which fails; comes to its end when none of what was done meanwhile did."""
    for number in range(1000):
        fault.left = number
        yield number
        if fault.left >= 0:
            break
    else:
        raise AssertionError("it never comes to its end")
    fault.left = -1


@contextmanager
def without_room(connection: Any) -> Iterator[None]:
    """Until the end of the block the database may not grow, as on a full disk."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}").close()
    yield
    connection.execute("PRAGMA max_page_count = 100000").close()
