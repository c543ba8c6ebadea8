"""The embedded store: inbox, outbox and ledger in one SQLite file, readable by its owner only."""

from __future__ import annotations

import os
from collections.abc import Callable

from doorstroom_client.store.sql import Store


class SqliteStore(Store):
    """A store in one file; safe to share between threads and between processes on one machine.

    Args:
        path: the file; made with mode 0600 when it does not exist. Its folder must exist.
        make: whether it is made.

    Attributes:
        inbox: received results.
        outbox: messages that wait to be sent.
        ledger: what each supplier has accepted.
        reports: which reports were fetched.
        mandates: what the OSR answered.

    Raises:
        StoreError: the file cannot be opened, is no store, is of another version, or can be read by others.
    """

    def __init__(self, path: str | os.PathLike[str], *, make: bool = True) -> None:
        from doorstroom_client.store.sqlite.file import SqliteDatabase  # brings sqlite3

        database = SqliteDatabase(path, make=make)
        super().__init__(database)
        self._guard = database.guard

    def on_happening(self, told: Callable[[str, str], None]) -> None:
        """Have everything told that befalls the file: moved, removed, in use again; and where that is. It may not raise."""
        self._guard.told = told
