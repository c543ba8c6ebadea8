"""`Store`: inbox, outbox, ledger and reports in one database, and what concerns all of them, such as a purge."""

from __future__ import annotations

import datetime as dt

from doorstroom_client.store.database import Database
from doorstroom_client.store.inbox import SqlInbox
from doorstroom_client.store.ledger import Ledger
from doorstroom_client.store.osr_answers import Mandates
from doorstroom_client.store.outbox import Outbox
from doorstroom_client.store.purging import Purging
from doorstroom_client.store.reports import Reports
from doorstroom_client.store.rows import Purged
from doorstroom_client.store.school_tests import SchoolTests
from doorstroom_client.store.season import Season


class Store:
    """Everything that is kept, in one database.

    Args:
        database: where it is.

    Attributes:
        inbox: received results.
        outbox: messages that wait to be sent.
        ledger: what each supplier has accepted.
        reports: which reports were fetched.
        mandates: what the OSR answered.
        tests: whose test a school takes.
        season: how far each school is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._retention = Purging(database)
        self.ledger: Ledger = Ledger(database)
        self.inbox: SqlInbox = SqlInbox(database, self.ledger)
        self.outbox: Outbox = Outbox(database, self.ledger)
        self.reports: Reports = Reports(database, self.inbox)
        self.mandates: Mandates = Mandates(database)
        self.tests: SchoolTests = SchoolTests(database)
        self.season: Season = Season(database, self.ledger.secret)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(getattr(self, '_database', '…'))!r})"  # its construction may have failed

    def purge(self, now: dt.datetime, until: dt.datetime, marks_until: dt.datetime) -> Purged:
        """Remove what is no longer needed, and note how much it was.

        A result goes when it was processed up to `until`, and its earlier deliveries with it; what is not processed stays. A
        message goes when it was delivered or thrown away up to `until`, or when its time ran out by then.

        Args:
            now: the wall clock (UTC).
            until: for results and messages.
            marks_until: marks in the ledger that were made up to this moment.

        Raises:
            StoreError: it could not go on; what was removed until then is gone and counted.
        """
        return self._retention.purge(now, until, marks_until)

    def removable(self, now: dt.datetime, until: dt.datetime, marks_until: dt.datetime) -> Purged:
        """What `purge` would remove at this moment; removes nothing."""
        return self._retention.removable(now, until, marks_until)

    def purges(self, limit: int = 100) -> list[Purged]:
        """What was removed, last first."""
        return self._retention.purges(limit)

    def backup(self, path: str) -> None:
        """Copy everything into a new file, as it is at one moment, while others go on.

        Raises:
            StoreError: the file exists or cannot be written, or this store is copied by tools of its own.
        """
        self._database.backup(path)

    def close(self) -> None:
        """Close the store."""
        self._database.close()
