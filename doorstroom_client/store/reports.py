"""Which reports were fetched, in a database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from doorstroom_client.store.database import Database
from doorstroom_client.store.inbox import SqlInbox
from doorstroom_client.store.moments import text_of
from doorstroom_client.store.rows import StoredResult


class Reports:
    """Remembers which reports of received results were fetched, in one table.

    Args:
        database: where it is.
        inbox: where the results are.
    """

    def __init__(self, database: Database, inbox: SqlInbox) -> None:
        self._database = database
        self._inbox = inbox

    def due(
        self, now: dt.datetime, *, after: int = 0, limit: int = 100, edu_to: Sequence[str] | None = None
    ) -> list[StoredResult]:
        """Current results whose report is to be fetched now, oldest first."""
        return self._inbox.select(
            "current = 1 AND NOT EXISTS (SELECT 1 FROM rapport WHERE rapport.resultaat = leerlingresultaat.id "
            "AND (rapport.state <> 'later' OR rapport.next_at > ?))",
            edu_to,
            after,
            limit,
            text_of(now),
        )

    def note(self, id: int, state: str, next_at: dt.datetime | None) -> None:
        """What came of fetching the report of a result: ``fetched``, ``absent`` or ``later`` with the moment to ask again."""
        with self._database.transaction("note a report") as cursor:
            cursor.execute(
                "INSERT INTO rapport (resultaat, state, next_at, attempts) VALUES (?, ?, ?, 1) ON CONFLICT (resultaat) "
                "DO UPDATE SET state = excluded.state, next_at = excluded.next_at, attempts = rapport.attempts + 1",
                (id, state, None if next_at is None else text_of(next_at)),
            )
