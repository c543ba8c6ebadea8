"""The SQLite file of a store: made private, migrated by number, write-ahead log, full fsync, one transaction at a time."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from doorstroom_client.errors import StoreError
from doorstroom_client.store.database import Cursor
from doorstroom_client.store.migrations import SQLITE, migrations

_APPLICATION_ID = 0x44535443
_TRIES, _TRY_AGAIN = 200, 0.05


class SqliteDatabase:
    """One file, safe to share between threads and between processes on one machine.

    Args:
        path: the file; made with mode 0600 when it does not exist. Its folder must exist.

    Attributes:
        skip_locked: empty, as one transaction goes at a time.
        least: name of the function that gives the smallest of its arguments.

    Raises:
        StoreError: the file cannot be opened, is no store, is of a newer version, or can be read by others.
    """

    skip_locked = ""
    least = "min"

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        self._prepare_file()
        with self._errors("open"):
            self._connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=10.0)
        try:
            self._set_up()
        except BaseException:
            self._connection.close()
            raise

    def __str__(self) -> str:
        return str(self.path)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self, what: str) -> Generator[Cursor]:
        """Everything or nothing; on disk when it ends. `what` stands in the error."""
        with self.cursor(what) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise

    @contextmanager
    def cursor(self, what: str) -> Generator[Cursor]:
        """Read. `what` stands in the error."""
        with self._lock, self._errors(what), closing(self._connection.cursor()) as cursor:
            yield cursor

    def lock(self, cursor: Cursor, *about: str) -> None:
        """Nothing to do: a transaction has the whole file."""

    def try_lock(self, cursor: Cursor, *about: str) -> bool:
        """Always true: a transaction has the whole file."""
        return True

    def wipe(self) -> bool:
        """Empty the write-ahead log: freed space in the file itself is overwritten already.

        Returns:
            False when a reader elsewhere still needs the log.
        """
        with self.cursor("wipe what was removed") as cursor:
            busy, left, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy and not left

    def backup(self, path: str) -> None:
        """Copy the file as it is at one moment; the copy is private, complete and synced when this returns."""
        copy = Path(path)
        if copy.exists():
            raise StoreError(f"{copy} exists already", hint="Name a file that does not exist yet")
        part = copy.with_name(f".{copy.name}.{os.getpid()}.part")
        try:
            os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            with self._errors("be copied"), closing(sqlite3.connect(part, isolation_level=None)) as target:
                self._copy_into(target)
            _sync(part)
            os.link(part, copy)  # unlike a rename, this does not replace a file that appeared meanwhile
            _sync(copy.parent)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StoreError(f"cannot write the copy {copy}: {reason}") from None
        finally:
            part.unlink(missing_ok=True)

    def _copy_into(self, target: sqlite3.Connection) -> None:
        """Over a connection of its own, so that nobody has to wait for it."""
        with closing(sqlite3.connect(self.path, timeout=10.0)) as source:
            source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        if target.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise StoreError(f"the store {self.path} is damaged, and so is its copy", hint="Keep an earlier copy")

    def _prepare_file(self) -> None:
        """Make the file private before SQLite sees it; refuse one that others can read.

        A file that exists is looked at but not opened: closing it again would end the locks that SQLite holds on it
        elsewhere in this process.
        """
        try:
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            mode = self.path.stat().st_mode
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StoreError(f"cannot open the store {self.path}: {reason}") from None
        if not stat.S_ISREG(mode):
            raise StoreError(f"cannot open the store {self.path}: it is not a file", hint="Name a file, such as doorstroom.db")
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise StoreError(f"the store {self.path} can be read by others on this machine", hint=f"Run: chmod 600 {self.path}")

    def _set_up(self) -> None:
        with self.cursor("open") as cursor:
            cursor.execute("PRAGMA busy_timeout = 10000")
            cursor.execute("BEGIN")  # both answers from one moment: another process may be setting up the same file
            tables = cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            owner = cursor.execute("PRAGMA application_id").fetchone()[0]
            cursor.execute("COMMIT")
            if tables and owner != _APPLICATION_ID:
                raise StoreError(
                    f"{self.path} is a database of something else; it was left alone", hint="Name another file as store"
                )
            _write_ahead(cursor)
            for pragma in ("synchronous = FULL", "secure_delete = ON", "foreign_keys = ON"):
                cursor.execute(f"PRAGMA {pragma}")
        steps = migrations(SQLITE)
        with self.transaction("set up") as cursor:
            cursor.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            version = cursor.execute("PRAGMA user_version").fetchone()[0]
            if version > len(steps):
                raise StoreError(
                    f"the store {self.path} was made by a newer version of this library",
                    hint="Install that version or newer",
                )
            for number, statements in enumerate(steps[version:], version + 1):
                for statement in statements:
                    cursor.execute(statement)
                cursor.execute(f"PRAGMA user_version = {number}")

    @contextmanager
    def _errors(self, what: str) -> Generator[None]:
        """Turn an error of SQLite into ours; its text is about the file, and is dropped all the same."""
        failed = ""
        try:
            yield
        except sqlite3.Error as error:
            failed = getattr(error, "sqlite_errorname", "") or type(error).__name__
        if failed:
            raise StoreError(
                f"the store {self.path} could not {what} ({failed})",
                retryable=failed in ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL"),
                hint="Check the disk and the rights on the file; nothing that was reported kept is lost",
            )


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_ahead(cursor: Cursor) -> None:
    """Switch to a write-ahead log.

    SQLite does not wait for others here, so a store that several processes open at the same moment needs a few tries.
    """
    for _ in range(_TRIES):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            time.sleep(_TRY_AGAIN)
        else:
            return
    cursor.execute("PRAGMA journal_mode = WAL")
