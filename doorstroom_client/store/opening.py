"""Opens a store: which database it is follows from where it is."""

from __future__ import annotations

import os

from doorstroom_client.store.location import Address, veiled
from doorstroom_client.store.postgres.postgres_store import PostgresStore
from doorstroom_client.store.sql import Store
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore


def open_store(store: str | os.PathLike[str], *, make: bool = True) -> Store:
    """Open a store by its path or address. The database is loaded by who uses it.

    Args:
        store: the path of an SQLite file, or ``postgresql://…``.
        make: whether a file is made that is not there.

    Raises:
        ConfigurationError: the address cannot be used, or the extra ``postgres`` is not installed.
        StoreError: it cannot be opened.
    """
    store = veiled(store)
    if isinstance(store, Address):
        return PostgresStore(store)
    return SqliteStore(store, make=make)
