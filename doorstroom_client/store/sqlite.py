"""The embedded store: inbox, outbox and ledger in one SQLite file, readable by its owner only."""

from __future__ import annotations

import os

from doorstroom_client.store.sql import SqlStore


class SqliteStore(SqlStore):
    """A `Store` in one file; safe to share between threads and between processes on one machine.

    Args:
        path: the file; made with mode 0600 when it does not exist. Its folder must exist.

    Attributes:
        inbox: received results.
        outbox: messages that wait to be sent.
        ledger: what each supplier has accepted.
        reports: which reports were fetched.
        mandates: what the OSR answered.

    Raises:
        StoreError: the file cannot be opened, is no store, is of another version, or can be read by others.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        from doorstroom_client.store.sqlite_database import SqliteDatabase  # brings sqlite3

        super().__init__(SqliteDatabase(path))
