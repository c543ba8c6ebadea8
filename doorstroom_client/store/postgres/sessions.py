"""The PostgreSQL database of a store: a schema of its own, stamped; transactions that are on disk when they end."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress

import psycopg
from psycopg_pool import ConnectionPool

from doorstroom_client.basics import forks
from doorstroom_client.errors import StoreError
from doorstroom_client.store.database import Cursor
from doorstroom_client.store.location import shown
from doorstroom_client.store.postgres.cursor import Connection, PostgresCursor, commit, ending
from doorstroom_client.store.postgres.dsn import SCHEMA, connection_of, settings_of
from doorstroom_client.store.schema import POSTGRES, STAMP, check_stamp, statements

_WAIT = 10.0
"""Seconds for a connection, when all are in use or the server is away."""
_LIFETIME = 600.0
"""Seconds after which a connection is replaced, and the settings that durability rests on are looked at again."""
_BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
_SETTINGS = (
    "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('server_encoding'), pg_backend_pid()"
)
# Also when it is not off: a value of the session is not changed by what is changed in the files of the server.
_ON_DISK = "set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), {local})"
_FOUND = (
    "SELECT count(*), count(*) FILTER (WHERE relname = 'store_version') FROM pg_class "
    f"WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = '{SCHEMA}') AND relkind IN ('r', 'p', 'v', 'm', 'f')"
)
_LATER = ("08", "40", "53", "57", "55P03", "25P03", "25P04", "25006")
"""Classes and codes of what passes: connections, deadlocks, resources, an operator, locks, limits of time, a standby."""
_RIGHTS = "42501"


class PostgresDatabase:
    """One schema, shared by any number of processes on any machines.

    Args:
        address: as libpq reads it.
        connections: at most so many at a time.

    Attributes:
        skip_locked: ends a query that takes rows which nobody else has in hand.

    Raises:
        ConfigurationError: the address cannot be used.
        StoreError: it cannot be reached or set up, does not keep what it says it keeps, or is of another version.
    """

    skip_locked = "FOR UPDATE SKIP LOCKED"

    def __init__(self, address: str, connections: int = 10) -> None:
        self._shown = shown(address)
        self._given = connection_of(address)
        settings = [f"set_config('{name}', '{value}', {{local}})" for name, value in settings_of(self._given).items()]
        self._settle = f"SELECT {', '.join((*settings, _ON_DISK))}"
        self._begin = _BEGIN
        self._connections = connections
        self._closed = False
        self._refusal = ""
        self.after_fork(forked=False)
        self._set_up()
        forks.watch(self)

    def __str__(self) -> str:
        return self._shown

    def after_fork(self, *, forked: bool = True) -> None:
        """The connections of the parent stay the parent's."""
        if forked and self._pool is not None:
            forks.leave(self._pool)
        self._lock = threading.Lock()
        self._pool: ConnectionPool[Connection] | None = None

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            pool, self._pool, self._closed = self._pool, None, True
        if pool is not None:
            pool.close()

    @contextmanager
    def transaction(self, what: str) -> Generator[Cursor]:
        """Everything or nothing; on disk when it ends. `what` stands in the error.

        When the answer to a commit is lost, nobody knows whether it was kept: that is an error too.
        """
        with (
            self._errors(what),
            self._connection(self._begin) as connection,
            ending(connection),
            connection.cursor() as cursor,
        ):
            yield PostgresCursor(cursor)
            commit(connection)

    @contextmanager
    def cursor(self, what: str) -> Generator[Cursor]:
        """Read. `what` stands in the error."""
        if self._is_pooled:
            with self.transaction(what) as cursor:
                yield cursor
            return
        with self._errors(what), self._connection("") as connection, connection.cursor() as cursor:
            yield PostgresCursor(cursor)

    def lock(self, cursor: Cursor, *about: str) -> None:
        """Wait until no other transaction works on something, and keep others from it until this one ends."""
        cursor.execute("SELECT pg_advisory_xact_lock(?)", (_number_of(about),))

    def try_lock(self, cursor: Cursor, *about: str) -> bool:
        """Lock it without waiting: False when another transaction works on it."""
        return bool(cursor.execute("SELECT pg_try_advisory_xact_lock(?)", (_number_of(about),)).fetchone()[0])

    def lease_clock(self, cursor: Cursor) -> tuple[str, float]:
        """Of the server: one clock for all machines."""
        return "", float(cursor.execute("SELECT extract(epoch FROM clock_timestamp())").fetchone()[0])

    def wipe(self) -> bool:
        """Let PostgreSQL reuse the space of what was removed.

        Returns:
            False: until it is reused the bytes stay in its files, and longer in its write-ahead log and in backups, which are
            the operator's to keep and to throw away.
        """
        with suppress(StoreError), self._errors("wipe what was removed"), self._connection("") as connection:
            if not self._is_pooled:
                connection.execute("SET statement_timeout = '10min'")
            try:
                names = ", ".join(f"{SCHEMA}.{table}" for table in ("leerlingresultaat", "outbox", "ledger", "rapport"))
                connection.execute(f"VACUUM {names}".encode())
            finally:
                connection.close()  # with its setting; the pool makes another one
        return False

    def backup(self, path: str) -> None:
        """Not done here.

        Raises:
            StoreError: always; it says what to use.
        """
        raise StoreError(
            f"{self} is copied by tools of PostgreSQL itself, so {path} was not made",
            hint=f"Run: pg_dump --format=custom --schema={SCHEMA} --file={path} and the address of the database",
        )

    def _set_up(self) -> None:
        """Over a connection of its own, that tells why when there is none."""
        with self._errors("open"), psycopg.connect(**self._given, autocommit=True) as connection:  # type: ignore[arg-type]
            self._check(connection)
            connection.execute(self._begin.encode())
            with ending(connection), connection.cursor() as raw:
                cursor = PostgresCursor(raw)
                self.lock(cursor, "set up")
                if self._is_new(cursor):
                    for statement in statements(POSTGRES):
                        cursor.execute(statement)
                    cursor.execute("CREATE TABLE store_version (version INTEGER NOT NULL)")
                    cursor.execute("INSERT INTO store_version (version) VALUES (?)", (STAMP,))
                commit(connection)

    def _is_new(self, cursor: Cursor) -> bool:
        """Whether nothing is in the schema; it is made when there is none.

        Raises:
            StoreError: what is in it is of something else, or of another version.
        """
        tables, ours = cursor.execute(_FOUND).fetchone()
        if tables and not ours:
            raise StoreError(
                f"the schema {SCHEMA} in {self} is of something else; it was left alone", hint="Use another database"
            )
        if not tables:
            known = f"SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = '{SCHEMA}')"
            if not cursor.execute(known).fetchone()[0]:
                cursor.execute(f"CREATE SCHEMA {SCHEMA}")
            return True
        # With a lock on the row, so that a database that cannot be written is noticed.
        found = cursor.execute("SELECT version FROM store_version FOR UPDATE").fetchone()
        check_stamp(int(found[0]) if found else 0, f"the store {self}")
        return False

    def _check(self, connection: Connection) -> None:
        """Refuse a server that says that something is kept before it is on disk."""
        row = connection.execute(_SETTINGS).fetchone()
        assert row is not None
        fsync, pages, encoding, process = row
        for name, value, wanted in (("fsync", fsync, "on"), ("full_page_writes", pages, "on"), ("encoding", encoding, "UTF8")):
            if value != wanted:
                self._refusal = f"{self} runs with {name} = {value}, so what was reported kept could be lost"
                raise StoreError(self._refusal, hint=f"Have it run with {name} = {wanted}")
        self._refusal = ""
        if process == connection.info.backend_pid:
            self._begin = _BEGIN
            connection.execute(self._settle.format(local="false").encode())
        else:
            # A pooler answers for the server. One in transaction mode hands the next transaction to any session, so nothing may
            # rest on what was set, or prepared, in one; and what we set there would reach the sessions of others.
            self._begin = f"{_BEGIN}; {self._settle.format(local='true')}"
            connection.prepare_threshold = None

    @property
    def _is_pooled(self) -> bool:
        return self._begin != _BEGIN

    @contextmanager
    def _connection(self, first: str) -> Generator[Connection]:
        """A connection on which `first` was done; one that was lost is replaced, and so are the others of its time."""
        pool = self._opened()
        connection = pool.getconn()
        try:
            connection.execute(first.encode())
        except psycopg.OperationalError:
            connection.close()
            pool.putconn(connection)
            pool.drain()
            connection = pool.getconn()
            try:
                connection.execute(first.encode())
            except BaseException:
                connection.close()
                pool.putconn(connection)
                raise
        try:
            yield connection
        finally:
            pool.putconn(connection)

    def _opened(self) -> ConnectionPool[Connection]:
        with self._lock:
            if self._closed:
                raise StoreError(f"{self} is closed", hint="Open it again")
            if self._pool is None:
                self._pool = ConnectionPool(
                    kwargs={**self._given, "autocommit": True},
                    min_size=0,
                    max_size=self._connections,
                    configure=self._check,
                    timeout=_WAIT,
                    max_lifetime=_LIFETIME,
                    reconnect_timeout=_WAIT / 2,  # then again, when somebody asks
                    num_workers=1,
                    open=True,
                )
            return self._pool

    @contextmanager
    def _errors(self, what: str) -> Generator[None]:
        """Turn an error of the driver into ours; its text may hold values, and is dropped."""
        failed, later = "", False
        try:
            yield
        except psycopg.Error as error:
            failed = error.sqlstate or type(error).__name__
            error.__traceback__ = None  # as context of ours it would keep frames with a password and values in them
            later = failed.startswith(_LATER) if error.sqlstate else isinstance(error, psycopg.OperationalError)
        if failed:
            if self._refusal:  # by a connection that the pool tried to make
                raise StoreError(self._refusal, hint="Repair the settings of the server") from None
            raise StoreError(f"{self} could not {what} ({failed})", retryable=later, hint=_hint(failed)) from None


def _number_of(about: Sequence[str]) -> int:
    """What an advisory lock is called. Made here, so that no log of the server shows what it is about."""
    text = json.dumps(["doorstroom", *about])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def _hint(failed: str) -> str:
    if failed == _RIGHTS:
        return f"Give the role the schema: CREATE SCHEMA {SCHEMA} AUTHORIZATION and its name"
    return "Try the same address with psql, and look in the log of the server; nothing that was reported kept is lost"
