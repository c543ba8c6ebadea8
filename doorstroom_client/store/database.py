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
from doorstroom_client.store.migrations import MIGRATIONS

_APPLICATION_ID = 0x44535443
_TRIES, _TRY_AGAIN = 200, 0.05


class Database:
    """One file, safe to share between threads and between processes on one machine.

    Args:
        path: the file; made with mode 0600 when it does not exist. Its folder must exist.

    Raises:
        StoreError: the file cannot be opened, is no store, is of a newer version, or can be read by others.
    """

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

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self, what: str) -> Generator[sqlite3.Cursor]:
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
    def cursor(self, what: str) -> Generator[sqlite3.Cursor]:
        """Read. `what` stands in the error."""
        with self._lock, self._errors(what), closing(self._connection.cursor()) as cursor:
            yield cursor

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
        with self.transaction("set up") as cursor:
            cursor.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            version = cursor.execute("PRAGMA user_version").fetchone()[0]
            if version > len(MIGRATIONS):
                raise StoreError(
                    f"the store {self.path} was made by a newer version of this library",
                    hint="Install that version or newer",
                )
            for number, migration in enumerate(MIGRATIONS[version:], version + 1):
                for statement in migration.split(";"):
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


def _write_ahead(cursor: sqlite3.Cursor) -> None:
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
