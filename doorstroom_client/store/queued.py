"""The messages of an outbox as one looks at them: which there are, how far they are, when the next one is due."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from doorstroom_client.store.database import Cursor, Database
from doorstroom_client.store.ledger import IN_KEY, columns_of
from doorstroom_client.store.moments import moment_of, text_of
from doorstroom_client.store.rows import Entry, Key, Queued, State

OPEN = "state IN ('waiting', 'held')"
COLUMNS = (
    "id, message_id, soort, leverancier, routeringskenmerk, schooljaar, school_oin, aantal, sha256, state, reason, attempts, "
    "onbekend, added_at, next_at, expires_at"
)
SLACK = dt.timedelta(seconds=5)
"""Differences between clocks that mean nothing."""


class QueuedMessages:
    """What can be read of an outbox.

    Args:
        database: where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def open_entries(self, key: Key, schooljaar: str) -> list[Entry]:
        """What the open messages of a key say, the oldest first."""
        query = f"SELECT entries FROM outbox WHERE {IN_KEY} AND schooljaar = ? AND {OPEN} ORDER BY id"
        with self._database.cursor("read messages") as cursor:
            rows = cursor.execute(query, (*columns_of(key), schooljaar)).fetchall()
        return [entry for row in rows for entry in entries_of(row[0])]

    def suppliers_of(self, routeringskenmerk: str, schooljaar: str) -> list[str]:
        """OINs of the suppliers that lists of an administration still wait for, the last one first."""
        query = f"SELECT leverancier FROM outbox WHERE routeringskenmerk = ? AND schooljaar = ? AND {OPEN} ORDER BY id DESC"
        with self._database.cursor("read messages") as cursor:
            rows = cursor.execute(query, (routeringskenmerk, schooljaar)).fetchall()
        return list(dict.fromkeys(str(row[0]) for row in rows))

    def is_open(self, key: Key) -> bool:
        """Whether a message of a key is still to be sent."""
        with self._database.cursor("read messages") as cursor:
            return self._has_open(cursor, key)

    def messages(self, states: Sequence[State] | None = None, *, after: int = 0, limit: int = 100) -> list[Queued]:
        """Messages, oldest first.

        Args:
            states: only these.
            after: only ids above this one.
            limit: at most so many.
        """
        wanted = list(State if states is None else states)
        if not wanted:
            return []
        query = f"SELECT {COLUMNS} FROM outbox WHERE id > ? AND state IN ({', '.join('?' * len(wanted))}) ORDER BY id LIMIT ?"
        with self._database.cursor("read messages") as cursor:
            return [queued_of(row) for row in cursor.execute(query, (after, *wanted, limit)).fetchall()]

    def counts(self) -> dict[State, int]:
        """How many messages are in each state."""
        with self._database.cursor("count messages") as cursor:
            rows = cursor.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall()
        found = {State(state): number for state, number in rows}
        return {state: found.get(state, 0) for state in State}

    def next_at(self, now: dt.datetime) -> dt.datetime | None:
        """The moment at which the next message is due; `now` when one is due already.

        One that a worker has in hand is due when its lease ends; one that expires is due to make way for others.
        """
        free = "lease_owner IS NULL"
        with self._database.cursor("read messages") as cursor:
            boot, clock = self._database.lease_clock(cursor)
            set_back = f"SELECT EXISTS (SELECT 1 FROM outbox WHERE first = 1 AND {free} AND scheduled_at > ?)"
            if cursor.execute(set_back, (text_of(now + SLACK),)).fetchone()[0]:
                return now
            due = cursor.execute(f"SELECT min(next_at) FROM outbox WHERE first = 1 AND {free}").fetchone()[0]
            late = cursor.execute(f"SELECT min(expires_at) FROM outbox WHERE ended_at IS NULL AND {free}").fetchone()[0]
            in_hand = cursor.execute("SELECT lease_boot, lease_until FROM outbox WHERE lease_owner IS NOT NULL").fetchall()
        moments = [moment for moment in (moment_of(due), moment_of(late)) if moment is not None]
        moments += [now + dt.timedelta(seconds=until - clock) if lease == boot else now for lease, until in in_hand]
        return max(min(moments), now) if moments else None

    def _has_open(self, cursor: Cursor, key: Key) -> bool:
        return bool(
            cursor.execute(f"SELECT EXISTS (SELECT 1 FROM outbox WHERE {IN_KEY} AND {OPEN})", columns_of(key)).fetchone()[0]
        )

    def _one(self, cursor: Cursor, number: int) -> Queued:
        return queued_of(cursor.execute(f"SELECT {COLUMNS} FROM outbox WHERE id = ?", (number,)).fetchone())


def entries_of(text: str) -> tuple[Entry, ...]:
    """The pupils of a message, from its column."""
    return tuple(Entry(*item) for item in json.loads(text))


def queued_of(row: tuple[object, ...]) -> Queued:
    """A message, from the columns of `COLUMNS`."""
    number, message_id, soort, leverancier, school, year, oin, aantal, checksum, state, reason, attempts, onbekend, *when = row
    added, due, expires = (dt.datetime.fromisoformat(str(text)) for text in when)
    return Queued(
        id=int(str(number)),
        message_id=str(message_id),
        key=Key(str(soort), str(leverancier), str(school)),
        schooljaar=str(year),
        school_oin=str(oin),
        aantal=int(str(aantal)),
        sha256=str(checksum),
        state=State(str(state)),
        reason=str(reason),
        attempts=int(str(attempts)),
        onbekend=int(str(onbekend)),
        added_at=added,
        next_at=due,
        expires_at=expires,
    )
