"""The inbox in SQLite: received results."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Sequence

from doorstroom_client.store.base import Delivery, Kept
from doorstroom_client.store.database import Database
from doorstroom_client.store.moments import moment_of, text_of

_SAME_PUPIL = "edu_to = ? AND pupil = ? AND toets = ? AND schooljaar = ?"
_COLUMNS = (
    "id, edu_to, edu_from, sender_oin, schooljaar, pupil, toets, datumtijd, received_at, payload, current, processed_at, seen"
)


class SqliteInbox:
    """An `Inbox` in one table.

    Args:
        database: the file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, delivery: Delivery) -> Kept:
        """Keep a delivery; returns only after the commit is on disk."""
        checksum = hashlib.sha256(delivery.payload).hexdigest()
        with self._database.transaction("keep a result") as cursor:
            again = cursor.execute(
                "UPDATE leerlingresultaat SET seen = seen + 1 WHERE edu_to = ? AND sender_oin = ? AND sha256 = ? RETURNING id",
                (delivery.edu_to, delivery.sender_oin, checksum),
            ).fetchall()
            number = again[0][0] if again else self._insert(cursor, delivery, checksum)
            return self._one(cursor, number)

    def pending(self, edu_to: Sequence[str] | None = None, *, after: int = 0, limit: int = 100) -> list[Kept]:
        """Current results that are not yet processed, oldest first."""
        return self.select("current = 1 AND processed_at IS NULL", edu_to, after, limit)

    def results(self, edu_to: Sequence[str] | None = None, *, after: int = 0, limit: int = 100) -> list[Kept]:
        """Current results, processed or not, oldest first."""
        return self.select("current = 1", edu_to, after, limit)

    def history(self, kept: Kept) -> list[Kept]:
        """All deliveries for the same pupil, test and school year, oldest first."""
        about = kept.delivery
        query = f"SELECT {_COLUMNS} FROM leerlingresultaat WHERE {_SAME_PUPIL} ORDER BY ordered_at, id"
        with self._database.cursor("read results") as cursor:
            rows = cursor.execute(query, (about.edu_to, about.pupil, about.toets, about.schooljaar)).fetchall()
        return [_kept(row) for row in rows]

    def mark_done(self, id: int, at: dt.datetime) -> None:
        """Mark a result as processed; marking it again changes nothing."""
        with self._database.transaction("mark a result") as cursor:
            cursor.execute(
                "UPDATE leerlingresultaat SET processed_at = ? WHERE id = ? AND processed_at IS NULL", (text_of(at), id)
            )

    def counts(self) -> dict[str, int]:
        """Numbers for an overview."""
        with self._database.cursor("count results") as cursor:
            row = cursor.execute(
                "SELECT count(*), coalesce(sum(current), 0), coalesce(sum(current AND processed_at IS NULL), 0) "
                "FROM leerlingresultaat"
            ).fetchone()
        return dict(zip(("received", "current", "pending"), row, strict=True))

    def _insert(self, cursor: sqlite3.Cursor, delivery: Delivery, checksum: str) -> int:
        # A moment in the future must not keep later deliveries from becoming current, so receipt bounds it.
        ordered_at = min(delivery.datumtijd or delivery.received_at, delivery.received_at)
        same = (delivery.edu_to, delivery.pupil, delivery.toets, delivery.schooljaar)
        cursor.execute(
            "INSERT INTO leerlingresultaat (edu_to, edu_from, sender_oin, schooljaar, pupil, toets, datumtijd, received_at, "
            "ordered_at, sha256, payload, current) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            (
                delivery.edu_to,
                delivery.edu_from,
                delivery.sender_oin,
                delivery.schooljaar,
                delivery.pupil,
                delivery.toets,
                text_of(delivery.datumtijd) if delivery.datumtijd else None,
                text_of(delivery.received_at),
                text_of(ordered_at),
                checksum,
                delivery.payload,
            ),
        )
        number = cursor.lastrowid or 0
        cursor.execute(
            "UPDATE leerlingresultaat SET current = (id = (SELECT id FROM leerlingresultaat WHERE "
            f"{_SAME_PUPIL} ORDER BY ordered_at DESC, id DESC LIMIT 1)) WHERE {_SAME_PUPIL}",
            (*same, *same),
        )
        return number

    def _one(self, cursor: sqlite3.Cursor, number: int) -> Kept:
        return _kept(cursor.execute(f"SELECT {_COLUMNS} FROM leerlingresultaat WHERE id = ?", (number,)).fetchone())

    def select(self, condition: str, edu_to: Sequence[str] | None, after: int, limit: int, *values: str) -> list[Kept]:
        """Results that meet a condition on their table, oldest first; for the other parts of this store."""
        schools = list(edu_to or ())
        only = f" AND edu_to IN ({', '.join('?' * len(schools))})" if edu_to is not None else ""
        query = f"SELECT {_COLUMNS} FROM leerlingresultaat WHERE {condition} AND id > ?{only} ORDER BY id LIMIT ?"
        with self._database.cursor("read results") as cursor:
            return [_kept(row) for row in cursor.execute(query, (*values, after, *schools, limit)).fetchall()]


def _kept(row: tuple[object, ...]) -> Kept:
    number, edu_to, edu_from, sender, year, pupil, toets, made, received, payload, current, processed, seen = row
    received_at = moment_of(str(received))
    assert received_at is not None
    delivery = Delivery(
        edu_to=str(edu_to),
        edu_from=str(edu_from),
        sender_oin=str(sender),
        schooljaar=str(year),
        pupil=str(pupil),
        toets=str(toets),
        datumtijd=moment_of(str(made) if made else None),
        received_at=received_at,
        payload=payload if isinstance(payload, bytes) else b"",
    )
    return Kept(int(str(number)), delivery, bool(current), moment_of(str(processed) if processed else None), int(str(seen)))
