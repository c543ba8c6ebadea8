"""The embedded store: one SQLite file, write-ahead log, full fsync, readable by its owner only."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from doorstroom_client.errors import StoreError
from doorstroom_client.store.base import Delivery, Kept

_MIGRATIONS = (
    """
    CREATE TABLE leerlingresultaat (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        edu_to TEXT NOT NULL,
        edu_from TEXT NOT NULL,
        sender_oin TEXT NOT NULL,
        schooljaar TEXT NOT NULL,
        pupil TEXT NOT NULL,
        toets TEXT NOT NULL,
        datumtijd TEXT,
        received_at TEXT NOT NULL,
        ordered_at TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        payload BLOB NOT NULL,
        current INTEGER NOT NULL,
        processed_at TEXT,
        seen INTEGER NOT NULL DEFAULT 1,
        UNIQUE (edu_to, sender_oin, sha256)
    ) STRICT;
    CREATE INDEX of_pupil ON leerlingresultaat (edu_to, pupil, toets, schooljaar);
    CREATE INDEX to_process ON leerlingresultaat (id) WHERE current = 1 AND processed_at IS NULL;
    """,
)
"""Numbered by position; a released one is never changed."""

_APPLICATION_ID = 0x44535443
_TRIES, _TRY_AGAIN = 200, 0.05
_SAME_PUPIL = "edu_to = ? AND pupil = ? AND toets = ? AND schooljaar = ?"
_COLUMNS = (
    "id, edu_to, edu_from, sender_oin, schooljaar, pupil, toets, datumtijd, received_at, payload, current, processed_at, seen"
)


class SqliteStore:
    """An `Inbox` in one file; safe to share between threads and between processes on one machine.

    Args:
        path: the file; made with mode 0600 when it does not exist. Its folder must exist.

    Raises:
        StoreError: the file cannot be opened, is no store, is of a newer version, or can be read by others.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._lock = threading.RLock()
        self._prepare_file()
        with self._errors("open"):
            self._connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=10.0)
        try:
            self._set_up()
        except BaseException:
            self._connection.close()
            raise

    def __repr__(self) -> str:
        return f"SqliteStore({str(self._path)!r})"

    def add(self, delivery: Delivery) -> Kept:
        """Keep a delivery; returns only after the commit is on disk."""
        checksum = hashlib.sha256(delivery.payload).hexdigest()
        with self._transaction("keep a result") as cursor:
            again = cursor.execute(
                "UPDATE leerlingresultaat SET seen = seen + 1 WHERE edu_to = ? AND sender_oin = ? AND sha256 = ? RETURNING id",
                (delivery.edu_to, delivery.sender_oin, checksum),
            ).fetchall()
            number = again[0][0] if again else self._insert(cursor, delivery, checksum)
            return self._one(cursor, number)

    def pending(self, edu_to: Sequence[str] | None = None, *, after: int = 0, limit: int = 100) -> list[Kept]:
        """Current results that are not yet processed, oldest first."""
        return self._select("current = 1 AND processed_at IS NULL", edu_to, after, limit)

    def results(self, edu_to: Sequence[str] | None = None, *, after: int = 0, limit: int = 100) -> list[Kept]:
        """Current results, processed or not, oldest first."""
        return self._select("current = 1", edu_to, after, limit)

    def history(self, kept: Kept) -> list[Kept]:
        """All deliveries for the same pupil, test and school year, oldest first."""
        about = kept.delivery
        query = f"SELECT {_COLUMNS} FROM leerlingresultaat WHERE {_SAME_PUPIL} ORDER BY ordered_at, id"
        with self._cursor("read results") as cursor:
            rows = cursor.execute(query, (about.edu_to, about.pupil, about.toets, about.schooljaar)).fetchall()
        return [_kept(row) for row in rows]

    def mark_done(self, id: int, at: dt.datetime) -> None:
        """Mark a result as processed; marking it again changes nothing."""
        with self._transaction("mark a result") as cursor:
            cursor.execute(
                "UPDATE leerlingresultaat SET processed_at = ? WHERE id = ? AND processed_at IS NULL", (_text(at), id)
            )

    def counts(self) -> dict[str, int]:
        """Numbers for an overview."""
        with self._cursor("count results") as cursor:
            row = cursor.execute(
                "SELECT count(*), coalesce(sum(current), 0), coalesce(sum(current AND processed_at IS NULL), 0) "
                "FROM leerlingresultaat"
            ).fetchone()
        return dict(zip(("received", "current", "pending"), row, strict=True))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _prepare_file(self) -> None:
        """Make the file private before SQLite sees it; refuse one that others can read.

        A file that exists is looked at but not opened: closing it again would end the locks that SQLite holds on it
        elsewhere in this process.
        """
        try:
            with suppress(FileExistsError):
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            mode = self._path.stat().st_mode
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StoreError(f"cannot open the store {self._path}: {reason}") from None
        if not stat.S_ISREG(mode):
            raise StoreError(f"cannot open the store {self._path}: it is not a file", hint="Name a file, such as doorstroom.db")
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise StoreError(
                f"the store {self._path} can be read by others on this machine", hint=f"Run: chmod 600 {self._path}"
            )

    def _set_up(self) -> None:
        with self._cursor("open") as cursor:
            cursor.execute("PRAGMA busy_timeout = 10000")
            cursor.execute("BEGIN")  # both answers from one moment: another process may be setting up the same file
            tables = cursor.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            owner = cursor.execute("PRAGMA application_id").fetchone()[0]
            cursor.execute("COMMIT")
            if tables and owner != _APPLICATION_ID:
                raise StoreError(
                    f"{self._path} is a database of something else; it was left alone", hint="Name another file as store"
                )
            _write_ahead(cursor)
            for pragma in ("synchronous = FULL", "secure_delete = ON", "foreign_keys = ON"):
                cursor.execute(f"PRAGMA {pragma}")
        with self._transaction("set up") as cursor:
            cursor.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            version = cursor.execute("PRAGMA user_version").fetchone()[0]
            if version > len(_MIGRATIONS):
                raise StoreError(
                    f"the store {self._path} was made by a newer version of this library",
                    hint="Install that version or newer",
                )
            for number, migration in enumerate(_MIGRATIONS[version:], version + 1):
                for statement in migration.split(";"):
                    cursor.execute(statement)
                cursor.execute(f"PRAGMA user_version = {number}")

    def _insert(self, cursor: sqlite3.Cursor, delivery: Delivery, checksum: str) -> int:
        # A moment in the future must not keep later deliveries from becoming current, so receipt bounds it.
        ordered_at = min(delivery.datumtijd or delivery.received_at, delivery.received_at)
        same = (delivery.edu_to, delivery.pupil, delivery.toets, delivery.schooljaar)
        cursor.execute(
            "INSERT INTO leerlingresultaat (edu_to, edu_from, sender_oin, schooljaar, pupil, toets, datumtijd, received_at, "
            "ordered_at, sha256, payload, current) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (
                delivery.edu_to,
                delivery.edu_from,
                delivery.sender_oin,
                delivery.schooljaar,
                delivery.pupil,
                delivery.toets,
                _text(delivery.datumtijd) if delivery.datumtijd else None,
                _text(delivery.received_at),
                _text(ordered_at),
                checksum,
                delivery.payload,
            ),
        )
        number = cursor.lastrowid or 0
        cursor.execute(
            "UPDATE leerlingresultaat SET current = (id = (SELECT id FROM leerlingresultaat WHERE "
            f"{_SAME_PUPIL} ORDER BY ordered_at DESC, id DESC LIMIT 1)) WHERE {_SAME_PUPIL}",
            (*same, *same),
        )
        return number

    def _one(self, cursor: sqlite3.Cursor, number: int) -> Kept:
        return _kept(cursor.execute(f"SELECT {_COLUMNS} FROM leerlingresultaat WHERE id = ?", (number,)).fetchone())

    def _select(self, condition: str, edu_to: Sequence[str] | None, after: int, limit: int) -> list[Kept]:
        schools = list(edu_to or ())
        only = f" AND edu_to IN ({', '.join('?' * len(schools))})" if edu_to is not None else ""
        query = f"SELECT {_COLUMNS} FROM leerlingresultaat WHERE {condition} AND id > ?{only} ORDER BY id LIMIT ?"
        with self._cursor("read results") as cursor:
            return [_kept(row) for row in cursor.execute(query, (after, *schools, limit)).fetchall()]

    @contextmanager
    def _transaction(self, what: str) -> Generator[sqlite3.Cursor]:
        with self._cursor(what) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise

    @contextmanager
    def _cursor(self, what: str) -> Generator[sqlite3.Cursor]:
        with self._lock, self._errors(what), closing(self._connection.cursor()) as cursor:
            yield cursor

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
                f"the store {self._path} could not {what} ({failed})",
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


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _kept(row: tuple[object, ...]) -> Kept:
    number, edu_to, edu_from, sender, year, pupil, toets, made, received, payload, current, processed, seen = row
    received_at = _moment(str(received))
    assert received_at is not None
    delivery = Delivery(
        edu_to=str(edu_to),
        edu_from=str(edu_from),
        sender_oin=str(sender),
        schooljaar=str(year),
        pupil=str(pupil),
        toets=str(toets),
        datumtijd=_moment(str(made) if made else None),
        received_at=received_at,
        payload=payload if isinstance(payload, bytes) else b"",
    )
    return Kept(int(str(number)), delivery, bool(current), _moment(str(processed) if processed else None), int(str(seen)))
