"""What is no longer needed goes, down to its bytes, and is counted."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from doorstroom_client.store.current import SAME, Group, about_pupil
from doorstroom_client.store.database import Cursor, Database
from doorstroom_client.store.moments import moment_of, text_of
from doorstroom_client.store.rows import Purged

_AT_ONCE = 500
"""Rows that go in one commit, so that a receiver never waits long."""
_PAUSE = 0.05
"""Seconds between two commits, in which others get their turn."""
_REPLACED = "FROM leerlingresultaat WHERE current = 0 AND processed_at <= ?"
_TIME_OUT = "FROM outbox WHERE state = 'parked' AND expires_at <= ?"
_OLDER = (
    "SELECT 1 FROM outbox older WHERE older.routeringskenmerk = gone.routeringskenmerk "
    "AND older.leverancier = gone.leverancier AND older.soort = gone.soort AND older.id < gone.id"
)
_ENDED = (
    "FROM outbox gone WHERE gone.ended_at <= ? AND gone.state IN ('delivered', 'dropped') "
    f"AND NOT EXISTS ({_OLDER} AND older.state IN ('waiting', 'held')) "
    f"AND NOT EXISTS ({_OLDER} AND older.state = 'parked' AND older.expires_at > ?)"
)
"""Over long ago. One that went before an older message stays as long as that one is there: it says that the older may not
follow any more."""
_OLD_MARKS = "FROM ledger WHERE accepted_at <= ?"
_OLD_RESULT_MARKS = "FROM uitslagmerk WHERE received_at <= ?"
_REMEMBER = (
    f"INSERT INTO uitslagmerk ({', '.join(Group._fields)}, las, rapport, received_at) "
    f"SELECT {', '.join(Group._fields)}, las, "
    "coalesce((SELECT state FROM rapport WHERE resultaat = leerlingresultaat.id), ''), "
    f"received_at FROM leerlingresultaat WHERE {SAME} AND current = 1 "
    f"ON CONFLICT ({', '.join(Group._fields)}) DO UPDATE SET las = excluded.las, rapport = excluded.rapport, "
    "received_at = excluded.received_at"
)
"""That it came stays known, as a mark: a school that asks in March who has no result must not be told of who had one."""
_NUMBERS = "at, until, resultaten, berichten, merken, gewist"


class Purging:
    """Removes what is no longer needed.

    Args:
        database: where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def purge(self, now: dt.datetime, until: dt.datetime, marks_until: dt.datetime) -> Purged:
        """Remove in small commits, each with its numbers, so that they are true whenever it ends; then wipe the bytes."""
        moment, marks = text_of(until), text_of(marks_until)
        number = self._begin(now, moment)
        self._repeat(number, "resultaten", lambda cursor: self._processed(cursor, moment))
        self._repeat(number, "resultaten", lambda cursor: self._some(cursor, "leerlingresultaat", _REPLACED, moment))
        self._repeat(number, "berichten", lambda cursor: self._some(cursor, "outbox", _TIME_OUT, moment))
        self._repeat(number, "berichten", lambda cursor: self._some(cursor, "outbox", _ENDED, moment, moment))
        self._repeat(number, "merken", lambda cursor: self._some(cursor, "ledger", _OLD_MARKS, marks))
        self._repeat(number, "merken", lambda cursor: self._some(cursor, "uitslagmerk", _OLD_RESULT_MARKS, marks))
        wiped = self._database.wipe()
        with self._database.transaction("note a removal") as cursor:
            cursor.execute("UPDATE opgeruimd SET gewist = ? WHERE id = ?", (int(wiped), number))
            return _removal(cursor.execute(f"SELECT {_NUMBERS} FROM opgeruimd WHERE id = ?", (number,)).fetchone())

    def removable(self, now: dt.datetime, until: dt.datetime, marks_until: dt.datetime) -> Purged:
        """What would go now."""
        moment, marks = text_of(until), text_of(marks_until)
        same = " AND ".join(f"gone.{name} = last.{name}" for name in Group._fields)
        last = "last.current = 1 AND last.processed_at <= ?"
        alone = f"gone.current = 0 AND gone.processed_at <= ? AND NOT EXISTS (SELECT 1 FROM leerlingresultaat last WHERE {same}"
        queries = (
            (f"FROM leerlingresultaat last JOIN leerlingresultaat gone ON {same} WHERE {last}", (moment,)),
            (f"FROM leerlingresultaat gone WHERE {alone} AND {last})", (moment, moment)),
            (_TIME_OUT, (moment,)),
            (_ENDED, (moment, moment)),
            (_OLD_MARKS, (marks,)),
            (_OLD_RESULT_MARKS, (marks,)),
        )
        with self._database.cursor("count what can be removed") as cursor:
            counts = [int(cursor.execute(f"SELECT count(*) {query}", values).fetchone()[0]) for query, values in queries]
        return Purged(now, until, counts[0] + counts[1], counts[2] + counts[3], counts[4] + counts[5], wiped=False)

    def purges(self, limit: int) -> list[Purged]:
        """What was removed, last first."""
        query = f"SELECT {_NUMBERS} FROM opgeruimd ORDER BY id DESC LIMIT ?"
        with self._database.cursor("read removals") as cursor:
            return [_removal(row) for row in cursor.execute(query, (limit,)).fetchall()]

    def _begin(self, now: dt.datetime, until: str) -> int:
        query = (
            "INSERT INTO opgeruimd (at, until, resultaten, berichten, merken, gewist) VALUES (?, ?, 0, 0, 0, 0) RETURNING id"
        )
        with self._database.transaction("note a removal") as cursor:
            return int(cursor.execute(query, (text_of(now), until)).fetchall()[0][0])

    def _repeat(self, number: int, what: str, remove: Callable[[Cursor], int]) -> None:
        """Go on until nothing is left that nobody else has in hand."""
        while True:
            with self._database.transaction("remove what is no longer needed") as cursor:
                gone = remove(cursor)
                if gone:
                    cursor.execute(f"UPDATE opgeruimd SET {what} = {what} + ? WHERE id = ?", (gone, number))
            if not gone:
                return
            time.sleep(_PAUSE)

    def _processed(self, cursor: Cursor, until: str) -> int:
        """Results that were processed, each with all that was delivered before it."""
        query = (
            f"SELECT {', '.join(Group._fields)} FROM leerlingresultaat WHERE current = 1 AND processed_at <= ? "
            f"ORDER BY processed_at LIMIT {_AT_ONCE}"
        )
        still = f"SELECT 1 FROM leerlingresultaat WHERE {SAME} AND current = 1 AND processed_at <= ?"
        gone = 0
        for group in map(Group._make, cursor.execute(query, (until,)).fetchall()):
            # Who keeps a newer delivery of the same pupil at this moment goes first; the rest is for the next time.
            ours = self._database.try_lock(cursor, *about_pupil(group.edu_to, group.about))
            if ours and cursor.execute(still, (*group, until)).fetchone():
                cursor.execute(_REMEMBER, group)
                gone += cursor.execute(f"DELETE FROM leerlingresultaat WHERE {SAME}", group).rowcount
        return gone

    def _some(self, cursor: Cursor, table: str, which: str, *values: str) -> int:
        found = cursor.execute(f"SELECT id {which} LIMIT {_AT_ONCE} {self._database.skip_locked}", values).fetchall()
        cursor.executemany(f"DELETE FROM {table} WHERE id = ?", found)
        return len(found)


def _removal(row: tuple[object, ...]) -> Purged:
    at, until = (moment_of(str(text)) for text in row[:2])
    assert at is not None
    assert until is not None
    resultaten, berichten, merken, wiped = (int(str(number)) for number in row[2:])
    return Purged(at, until, resultaten, berichten, merken, bool(wiped))
