"""The embedded store: inbox, outbox and ledger in one SQLite file, readable by its owner only."""

from __future__ import annotations

import os

from doorstroom_client.store.database import Database
from doorstroom_client.store.sqlite_inbox import SqliteInbox
from doorstroom_client.store.sqlite_ledger import SqliteLedger
from doorstroom_client.store.sqlite_outbox import SqliteOutbox
from doorstroom_client.store.sqlite_reports import SqliteReports


class SqliteStore:
    """A `Store` in one file; safe to share between threads and between processes on one machine.

    Args:
        path: the file; made with mode 0600 when it does not exist. Its folder must exist.

    Attributes:
        inbox: received results.
        outbox: messages that wait to be sent.
        ledger: what each supplier has accepted.
        reports: which reports were fetched.

    Raises:
        StoreError: the file cannot be opened, is no store, is of a newer version, or can be read by others.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._database = Database(path)
        self.inbox = SqliteInbox(self._database)
        self.ledger = SqliteLedger(self._database)
        self.outbox = SqliteOutbox(self._database, self.ledger)
        self.reports = SqliteReports(self._database, self.inbox)

    def __repr__(self) -> str:
        return f"SqliteStore({str(self._database.path)!r})"

    def close(self) -> None:
        """Close the file."""
        self._database.close()
