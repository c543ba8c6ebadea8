"""A store in a database: its parts, and what concerns all of them."""

from __future__ import annotations

import datetime as dt

from doorstroom_client.store.database import Database
from doorstroom_client.store.inbox import SqlInbox
from doorstroom_client.store.ledger import SqlLedger
from doorstroom_client.store.osr_answers import SqlMandates
from doorstroom_client.store.outbox import SqlOutbox
from doorstroom_client.store.purging import SqlPurging
from doorstroom_client.store.reports import SqlReports
from doorstroom_client.store.rows import Purged


class SqlStore:
    """A `Store` in a database.

    Args:
        database: where it is.

    Attributes:
        inbox: received results.
        outbox: messages that wait to be sent.
        ledger: what each supplier has accepted.
        reports: which reports were fetched.
        mandates: what the OSR answered.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._retention = SqlPurging(database)
        self.ledger = SqlLedger(database)
        self.inbox = SqlInbox(database, self.ledger)
        self.outbox = SqlOutbox(database, self.ledger)
        self.reports = SqlReports(database, self.inbox)
        self.mandates = SqlMandates(database)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(getattr(self, '_database', '…'))!r})"  # its construction may have failed

    def purge(self, now: dt.datetime, until: dt.datetime, marks_until: dt.datetime) -> Purged:
        """Remove what is no longer needed, and note how much it was."""
        return self._retention.purge(now, until, marks_until)

    def removable(self, now: dt.datetime, until: dt.datetime, marks_until: dt.datetime) -> Purged:
        """What `purge` would remove at this moment; removes nothing."""
        return self._retention.removable(now, until, marks_until)

    def purges(self, limit: int = 100) -> list[Purged]:
        """What was removed, last first."""
        return self._retention.purges(limit)

    def backup(self, path: str) -> None:
        """Copy everything into a new file, as it is at one moment, while others go on."""
        self._database.backup(path)

    def close(self) -> None:
        """Close the store."""
        self._database.close()
