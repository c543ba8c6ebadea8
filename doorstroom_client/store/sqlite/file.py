"""Opens the SQLite file of a store: private, stamped, write-ahead log, full fsync, one transaction at a time."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from doorstroom_client.basics import forks
from doorstroom_client.errors import StoreError
from doorstroom_client.store.boot import since_boot
from doorstroom_client.store.database import Cursor
from doorstroom_client.store.schema import SQLITE, SQLITE_ID, STAMP, check_stamp, statements
from doorstroom_client.store.sqlite.copy import copy_store
from doorstroom_client.store.sqlite.guard import Guard
from doorstroom_client.store.sqlite.place import prepare
from doorstroom_client.store.sqlite.process import PROCESS

_TRIES, _TRY_AGAIN = 200, 0.05
_BUSY_MS = 10_000
_READER_MS, _READER_TRIES, _READER_PAUSE = 50, 20, 0.1
"""How long emptying the log may hold up others at a time, how often it is tried, and the seconds in between."""
_LARGEST_REWRITE = 1 << 30
"""Bytes of what is kept, above which a file is not rewritten: others wait for it, about 4 seconds for this many."""


class SqliteDatabase:
    """One file, safe to share between threads and between processes on one machine.

    Args:
        path: the file; made with mode 0600 when it does not exist. Its folder must exist.
        make: whether it is made. One that was open before never is.

    Attributes:
        skip_locked: empty, as one transaction goes at a time.
        guard: sees to it that the file is the one at the path.

    Raises:
        StoreError: the file cannot be opened, is no store, is of another version, or can be read by others.
    """

    skip_locked = ""

    def __init__(self, path: str | os.PathLike[str], *, make: bool = True) -> None:
        self.path: Path = Path(path).absolute()  # SQLite takes some names for something else than a file
        self.guard: Guard = Guard(self.path)
        self._make = make
        self._lock = threading.RLock()
        self._in_use = 0
        self._closed = self._at_rest = False
        self._connection: sqlite3.Connection | None = None
        forks.quiet(self)
        with self._lock:
            self._open()

    def __str__(self) -> str:
        return str(self.path)

    def before_fork(self, seconds: float) -> None:
        """Close the file, and keep others from opening it until the fork is over.

        SQLite remembers per process which files are open and which locks are held. A child that inherits that memory believes
        that it holds locks which only its parent has, and may lose what others write; and a lock inside the library that
        another thread holds at this moment stays taken in the child. With the file closed there is nothing to inherit.
        """
        self._at_rest = self._lock.acquire(timeout=seconds)
        if self._at_rest and not self._in_use:  # this very thread may be at work in it
            self._let_go()

    def after_fork_in_parent(self) -> None:
        """Go on: the file is opened again at the next use."""
        if self._at_rest:
            self._lock.release()

    def after_fork(self) -> None:
        """Open the file anew in a child at first use, or refuse to when it was in use at the fork."""
        self._lock = threading.RLock()
        if self._connection is not None:
            forks.leave(self._connection)
            self._connection = None
        if self.guard.forget():
            PROCESS.leave(self.guard.known)

    def _let_go(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            self.guard.close(connection)

    def _open(self) -> sqlite3.Connection:
        self.guard.check_again()
        PROCESS.check(self.path)
        with self.guard.again():
            found = prepare(self.path, make=self._make and self.guard.known is None)
            self._process = os.getpid()
            with PROCESS.using(self.path):
                with self._errors("open"):
                    made = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=10.0)
                self._connection = made
                try:
                    self._set_up(other=self.guard.known not in (None, found))
                    self.guard.watch(found)
                except BaseException:
                    self._connection = None
                    made.close()
                    raise
        return made

    def _opened(self) -> sqlite3.Connection:
        """The connection of this process.

        Raises:
            StoreError: this process was forked at a moment at which that could not go well.
        """
        if self._connection is not None and self._process != os.getpid():  # forked without Python being told
            self.after_fork()
        if self._closed:
            raise StoreError(f"the store {self.path} is closed", hint="Open it again")
        self._look()
        return self._connection or self._open()

    def _look(self) -> None:
        """Part from a file that is not at the path any more.

        Raises:
            StoreError: it was parted from now, or may not be used for the moment.
        """
        if self._connection is not None and not self.guard.look(self._connection, busy=self._in_use > 0):
            self._connection = None
            raise self.guard.error()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._closed = True
            self._let_go()
            self.guard.end()

    @contextmanager
    def transaction(self, what: str) -> Generator[Cursor]:
        """Everything or nothing; on disk, in the file at the path, when it ends. `what` stands in the error."""
        with self._lock:
            with self.cursor(what) as cursor:
                cursor.execute("BEGIN IMMEDIATE")
                try:
                    yield cursor
                    cursor.execute("COMMIT")
                except BaseException:
                    if self._connection is not None and self._connection.in_transaction:
                        cursor.execute("ROLLBACK")
                    raise
            self._look()

    @contextmanager
    def cursor(self, what: str) -> Generator[Cursor]:
        """Read. `what` stands in the error."""
        with self._lock, self._errors(what), closing(self._opened().cursor()) as cursor:
            self._in_use += 1
            try:
                yield cursor
            finally:
                self._in_use -= 1

    def lock(self, cursor: Cursor, *about: str) -> None:
        """Nothing to do: a transaction has the whole file."""

    def try_lock(self, cursor: Cursor, *about: str) -> bool:
        """Always true: a transaction has the whole file."""
        return True

    def lease_clock(self, cursor: Cursor) -> tuple[str, float]:
        """Of this machine since it booted: its processes are all that share the file."""
        return since_boot()

    def wipe(self) -> bool:
        """Rewrite the file and empty the write-ahead log.

        SQLite overwrites what it frees, but when it moves rows from page to page it leaves copies of them behind; only a file
        that is written anew has none of those.

        Returns:
            False when a reader elsewhere still needs the log, when there is more than 1 GiB to rewrite, or when it failed.
        """
        try:
            if not self._rewrite():
                return False
            for _ in range(_READER_TRIES):
                if self._empty_log():
                    with self._lock:
                        self._look()
                    return True
                time.sleep(_READER_PAUSE)
        except StoreError:
            pass  # what was removed stays so; only its bytes may still be there
        return False

    def backup(self, path: str) -> None:
        """Copy the file as it is at one moment; the copy is private, complete and synced when this returns."""
        with self.cursor("be copied"):
            pass  # this process may use the file
        with PROCESS.using(self.path):
            copy_store(self.path, Path(path).absolute(), self._copying())

    @contextmanager
    def _copying(self) -> Generator[None]:
        """What is copied lies at the path before and after."""
        with self._errors("be copied"):
            yield
        with self._lock:
            self._look()

    def _rewrite(self) -> bool:
        with self.cursor("wipe what was removed") as cursor:
            pages, free, size = (
                cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
            )
            small = (pages - free) * size <= _LARGEST_REWRITE
            if small:
                cursor.execute("VACUUM")
            return bool(small)

    def _empty_log(self) -> bool:
        """Wait a moment only: whoever wants to write has to wait as long."""
        with self.cursor("wipe what was removed") as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {_READER_MS}")
            try:
                busy, left, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            return not busy and not left

    def _set_up(self, *, other: bool) -> None:
        """Before anything is changed in it, see whether the file is ours; in place of an `other` one it has to be whole too."""
        with self.cursor("open") as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            cursor.execute("BEGIN")  # all answers from one moment: another process may be setting up the same file
            new = self._is_new(cursor)
            if other and (new or cursor.execute("PRAGMA quick_check(1)").fetchone() != ("ok",)):
                raise StoreError(f"what lies at {self.path} now is {'empty' if new else 'damaged'}")
            cursor.execute("COMMIT")
            _write_ahead(cursor)
            for pragma in ("synchronous = FULL", "secure_delete = ON", "temp_store = MEMORY", "foreign_keys = ON"):
                cursor.execute(f"PRAGMA {pragma}")
        with self.transaction("set up") as cursor:
            if self._is_new(cursor):  # once more: another process may have been first
                stamps = (f"PRAGMA application_id = {SQLITE_ID}", f"PRAGMA user_version = {STAMP}")
                for statement in (*statements(SQLITE), *stamps):
                    cursor.execute(statement)

    def _is_new(self, cursor: Cursor) -> bool:
        """Whether nothing is in the file.

        Raises:
            StoreError: what is in it is of something else, or of another version.
        """
        tables = cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        owner, stamp = (cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
        if not tables and not owner and not stamp:
            return True
        if owner != SQLITE_ID:
            raise StoreError(
                f"{self.path} is a database of something else; it was left alone", hint="Name another file as store"
            )
        check_stamp(stamp, f"the store {self.path}")
        return False

    @contextmanager
    def _errors(self, what: str) -> Generator[None]:
        """Turn an error of SQLite into ours; its text is about the file, and is dropped all the same."""
        failed = ""
        try:
            yield
        except sqlite3.Error as error:
            failed = getattr(error, "sqlite_errorname", "") or type(error).__name__
            error.__traceback__ = None  # as context of ours it would keep frames with values in them
        if failed:
            raise StoreError(
                f"the store {self.path} could not {what} ({failed})",
                retryable=failed in ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL"),
                hint="Check the disk and the rights on the file; nothing that was reported kept is lost",
            ) from None


def _write_ahead(cursor: Cursor) -> None:
    """Switch to a write-ahead log.

    SQLite does not wait for others here, so a store that several processes open at the same moment needs a few tries.

    Raises:
        StoreError: a file cannot have one here.
    """
    for left in range(_TRIES, -1, -1):
        try:
            if cursor.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",):
                return
            break
        except sqlite3.OperationalError as error:
            if not left or error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            time.sleep(_TRY_AGAIN)
    raise StoreError(
        "the file system under the store cannot do what a write-ahead log needs", hint="Use a disk of this machine"
    )
