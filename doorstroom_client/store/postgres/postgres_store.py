"""The store for several machines: inbox, outbox and ledger in one PostgreSQL database. Needs the extra ``postgres``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorstroom_client.extras import not_installed
from doorstroom_client.store.location import Address
from doorstroom_client.store.sql import Store

if TYPE_CHECKING:
    from doorstroom_client.store.postgres.sessions import PostgresDatabase


class PostgresStore(Store):
    """A store in a schema of its own in PostgreSQL 13 or newer; any number of processes on any machines may share it.

    Args:
        address: ``postgresql://user@host/database?sslmode=verify-full&…``, as libpq reads it; on this machine a socket will
            do: ``postgresql:///database?host=/var/run/postgresql``. What it says of time limits wins over ours.
        connections: at most so many at a time.

    Attributes:
        inbox: received results.
        outbox: messages that wait to be sent.
        ledger: what each supplier has accepted.
        reports: which reports were fetched.

    Raises:
        ConfigurationError: the address cannot be used, or the extra ``postgres`` is not installed.
        StoreError: it cannot be reached or set up, does not keep what it says it keeps, or is of another version.
    """

    def __init__(self, address: str, *, connections: int = 10) -> None:
        address = Address(address)  # so that a traceback with values shows no password
        super().__init__(_database()(address, connections))


def _database() -> type[PostgresDatabase]:
    try:
        from doorstroom_client.store.postgres.sessions import PostgresDatabase  # brings psycopg
    except ImportError as error:
        if (error.name or "psycopg").partition(".")[0] not in ("psycopg", "psycopg_pool"):
            raise
    else:
        return PostgresDatabase
    raise not_installed("postgres", "a store in PostgreSQL", setting="store")
