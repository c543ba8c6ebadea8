"""What is no longer needed goes, down to its bytes, and is counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from doorstroom_client.store.database import Cursor, Database
from doorstroom_client.store.inbox import about_pupil
from doorstroom_client.store.moments import moment_of, text_of
from doorstroom_client.store.records import Opgeruimd

_AT_ONCE = 500
"""Rows that go in one commit, so that a receiver never waits long."""
_OF_PUPIL = "edu_to = ? AND pupil = ? AND toets = ? AND schooljaar = ?"
_MESSAGES = (
    "SELECT gone.id FROM outbox gone WHERE (gone.state = 'parked' AND gone.expires_at <= ?) OR (gone.ended_at <= ? "
    "AND gone.state IN ('delivered', 'dropped') AND NOT EXISTS (SELECT 1 FROM outbox older WHERE older.routeringskenmerk = "
    "gone.routeringskenmerk AND older.leverancier = gone.leverancier AND older.soort = gone.soort AND older.id < gone.id "
    "AND older.state IN ('waiting', 'held', 'parked')))"
)
"""Over long ago. One that went before an older message stays as long as that one is there: it says that the older may not
follow any more."""


class SqlRetention:
    """Removes what is no longer needed.

    Args:
        database: where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def purge(self, now: dt.datetime, until: dt.datetime, marks_until: dt.datetime) -> Opgeruimd:
        """Remove in small commits, wipe the bytes, and note the numbers."""
        moment, marks = text_of(until), text_of(marks_until)
        replaced = "SELECT id FROM leerlingresultaat WHERE current = 0 AND processed_at <= ?"
        results = self._repeat(lambda cursor: self._processed(cursor, moment))
        results += self._repeat(lambda cursor: self._some(cursor, "leerlingresultaat", replaced, moment))
        messages = self._repeat(lambda cursor: self._some(cursor, "outbox", _MESSAGES, moment, moment))
        old = self._repeat(lambda cursor: self._some(cursor, "ledger", "SELECT id FROM ledger WHERE accepted_at <= ?", marks))
        removed = Opgeruimd(now, until, results, messages, old, gewist=self._database.wipe())
        self._note(removed)
        return removed

    def purges(self, limit: int) -> list[Opgeruimd]:
        """What was removed, last first."""
        query = "SELECT at, until, resultaten, berichten, merken, gewist FROM opgeruimd ORDER BY id DESC LIMIT ?"
        with self._database.cursor("read removals") as cursor:
            return [_removal(row) for row in cursor.execute(query, (limit,)).fetchall()]

    def _repeat(self, remove: Callable[[Cursor], tuple[int, int]]) -> int:
        """Go on until there is nothing left to take."""
        number, taken = 0, _AT_ONCE
        while taken == _AT_ONCE:
            with self._database.transaction("remove what is no longer needed") as cursor:
                taken, gone = remove(cursor)
            number += gone
        return number

    def _processed(self, cursor: Cursor, until: str) -> tuple[int, int]:
        """Results that were processed, each with all that was delivered before it."""
        query = (
            "SELECT edu_to, pupil, toets, schooljaar FROM leerlingresultaat WHERE current = 1 AND processed_at <= ? "
            f"ORDER BY id LIMIT {_AT_ONCE}"
        )
        still = f"SELECT 1 FROM leerlingresultaat WHERE {_OF_PUPIL} AND current = 1 AND processed_at <= ?"
        found, gone = cursor.execute(query, (until,)).fetchall(), 0
        for pupil in found:
            # Who keeps a newer delivery of the same pupil at this moment goes first; the rest is for the next time.
            if self._database.try_lock(cursor, *about_pupil(pupil)) and cursor.execute(still, (*pupil, until)).fetchone():
                gone += cursor.execute(f"DELETE FROM leerlingresultaat WHERE {_OF_PUPIL}", pupil).rowcount
        return len(found) if gone else 0, gone

    def _some(self, cursor: Cursor, table: str, which: str, *values: str) -> tuple[int, int]:
        found = cursor.execute(f"{which} LIMIT {_AT_ONCE} {self._database.skip_locked}", values).fetchall()
        cursor.executemany(f"DELETE FROM {table} WHERE id = ?", found)
        return len(found), len(found)

    def _note(self, removed: Opgeruimd) -> None:
        with self._database.transaction("note a removal") as cursor:
            cursor.execute(
                "INSERT INTO opgeruimd (at, until, resultaten, berichten, merken, gewist) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(text_of(removed.at), text_of(removed.until)),
                    *(removed.resultaten, removed.berichten, removed.merken, int(removed.gewist)),
                ),
            )


def _removal(row: tuple[object, ...]) -> Opgeruimd:
    at, until = (moment_of(str(text)) for text in row[:2])
    assert at is not None
    assert until is not None
    resultaten, berichten, merken, gewist = (int(str(number)) for number in row[2:])
    return Opgeruimd(at, until, resultaten, berichten, merken, bool(gewist))
