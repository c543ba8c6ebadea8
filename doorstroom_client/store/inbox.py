"""The inbox in a database: received results, each of them on disk when `add_many` ends."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace

from doorstroom_client.store.current import CONTESTED, Marks, group_of, lock, place_of, settle
from doorstroom_client.store.database import IS_FREE, LET_GO, Cursor, Database, free_now, lease_until
from doorstroom_client.store.ledger import Ledger
from doorstroom_client.store.moments import moment_of, text_of
from doorstroom_client.store.rows import ReceivedResult, StoredResult

_COLUMNS = (
    "id, edu_to, edu_from, sender_oin, schooljaar, pupil, toets, datumtijd, received_at, payload, current, "
    f"processed_at, seen, tries, reason, due_at, {CONTESTED}"
)
_OPEN = "current = 1 AND processed_at IS NULL"
_DUE = "(due_at IS NULL OR due_at <= ?)"
_NOBODY = (
    "NOT EXISTS (SELECT 1 FROM leerlingresultaat taken WHERE taken.edu_to = leerlingresultaat.edu_to "
    "AND taken.about = leerlingresultaat.about "
    f"AND taken.lease_owner IS NOT NULL AND NOT {IS_FREE.replace('lease_', 'taken.lease_')})"
)
"""Nobody has a result of this pupil in hand."""
_OLDER = (
    "SELECT 1 FROM leerlingresultaat older WHERE older.edu_to = leerlingresultaat.edu_to "
    "AND older.about = leerlingresultaat.about AND older.id < leerlingresultaat.id AND older.current = 1 "
    "AND older.processed_at IS NULL"
)


class SqlInbox:
    """An `Inbox` in one table.

    Args:
        database: where it is.
        ledger: has the key that marks are made with.
    """

    def __init__(self, database: Database, ledger: Ledger) -> None:
        self._database = database
        self._ledger = ledger

    def add(self, received: ReceivedResult) -> StoredResult:
        """Keep a delivery; returns only after the commit is on disk."""
        return self.add_many([received])[0]

    def add_many(self, deliveries: Sequence[ReceivedResult]) -> list[StoredResult]:
        """Keep several deliveries in one commit: all of them, or none."""
        deliveries = [*map(_storable, deliveries)]
        with self._database.transaction("keep a result") as cursor:
            secret = self._ledger.secret_in(cursor)
            lock(self._database, cursor, [(received, Marks.of(received, secret)) for received in deliveries])
            kept = [self._add(cursor, received) for received in deliveries]
        self._ledger.knows_secret(secret)
        return kept

    def pending(
        self, edu_to: Sequence[str] | None = None, *, after: int = 0, limit: int = 100, now: dt.datetime | None = None
    ) -> list[StoredResult]:
        """Current results that are not yet processed, oldest first."""
        if now is None:
            return self.select(_OPEN, edu_to, after, limit)
        at = text_of(now)
        due = f"{_OPEN} AND {_DUE} AND NOT EXISTS ({_OLDER} AND older.due_at > ?) AND {_NOBODY}"
        return self.select(due, edu_to, after, limit, at, at, free=True)

    def results(self, edu_to: Sequence[str] | None = None, *, after: int = 0, limit: int = 100) -> list[StoredResult]:
        """Current results, processed or not, oldest first."""
        return self.select("current = 1", edu_to, after, limit)

    def history(self, kept: StoredResult) -> list[StoredResult]:
        """All deliveries of the same sender for the same pupil, test and school year, oldest first."""
        group = "edu_to, about, toets, schooljaar, sender_oin"
        query = (
            f"SELECT {_COLUMNS} FROM leerlingresultaat WHERE ({group}) = (SELECT {group} FROM leerlingresultaat WHERE id = ?) "
            "ORDER BY ordered_at, id"
        )
        with self._database.cursor("read results") as cursor:
            return [_kept(row) for row in cursor.execute(query, (kept.id,)).fetchall()]

    def claim(
        self, owner: str, now: dt.datetime, lease: float, *, edu_to: Sequence[str] | None = None, limit: int = 1
    ) -> list[StoredResult]:
        """Take results that are not yet processed; of each pupil the oldest, when nobody has another one in hand."""
        only, schools = _only(edu_to)
        free = f"SELECT id FROM leerlingresultaat WHERE {_OPEN} AND {_DUE} AND {_NOBODY} AND NOT EXISTS ({_OLDER}){only}"
        query = f"{free} ORDER BY id LIMIT ?"
        with self._database.cursor("read results") as cursor:  # a look first, so that waiting costs no writing
            values = (text_of(now), *free_now(self._database, cursor), *schools, limit)
            if not cursor.execute(query, values).fetchall():
                return []
        with self._database.transaction("take results") as cursor:
            found = [row[0] for row in cursor.execute(f"{query} {self._database.skip_locked}", values).fetchall()]
            # What was seen before these rows were ours may have changed by those who had them: a second look sees that.
            still = f"{free} AND id IN ({', '.join('?' * len(found))}) ORDER BY id"
            found = [row[0] for row in cursor.execute(still, (*values[:-1], *found)).fetchall()] if found else []
            cursor.executemany(
                "UPDATE leerlingresultaat SET lease_owner = ?, lease_boot = ?, lease_until = ? WHERE id = ?",
                [(owner, *lease_until(self._database, cursor, lease), number) for number in found],
            )
            return [self._one(cursor, number) for number in found]

    def release(self, owner: str, ids: Sequence[int]) -> None:
        """Give back results that an owner has in hand."""
        query = f"UPDATE leerlingresultaat SET {LET_GO} WHERE id = ? AND lease_owner = ?"
        for number in ids:  # one at a time, so that nobody waits for each other
            with self._database.transaction("give results back") as cursor:
                cursor.execute(query, (number, owner))

    def put_off(self, id: int, reason: str, until: dt.datetime, owner: str | None = None) -> bool:
        """Do not hand a result out before a moment."""
        query = (
            f"UPDATE leerlingresultaat SET due_at = ?, reason = ?, tries = tries + 1, {LET_GO} "
            "WHERE id = ? AND processed_at IS NULL AND (lease_owner IS NULL OR lease_owner = ?)"
        )
        with self._database.transaction("put a result off") as cursor:
            return bool(cursor.execute(query, (text_of(until), reason, id, owner or "")).rowcount)

    def mark_done(self, id: int, at: dt.datetime) -> None:
        """Mark a result as processed; marking it again changes nothing."""
        with self._database.transaction("mark a result") as cursor:
            cursor.execute(
                f"UPDATE leerlingresultaat SET processed_at = ?, {LET_GO} WHERE id = ? AND processed_at IS NULL",
                (text_of(at), id),
            )

    def counts(self) -> dict[str, int]:
        """Numbers for an overview."""
        with self._database.cursor("count results") as cursor:
            row = cursor.execute(
                f"SELECT count(*), coalesce(sum(current), 0), coalesce(sum(CASE WHEN {_OPEN} THEN 1 ELSE 0 END), 0), "
                f"coalesce(sum(CASE WHEN {_OPEN} AND tries > 0 THEN 1 ELSE 0 END), 0) FROM leerlingresultaat"
            ).fetchone()
        return dict(zip(("received", "current", "pending", "put_off"), map(int, row), strict=True))

    def select(
        self, condition: str, edu_to: Sequence[str] | None, after: int, limit: int, *values: object, free: bool = False
    ) -> list[StoredResult]:
        """Results that meet a condition on their table, oldest first; for the other parts of this store.

        Args:
            condition: in SQL.
            edu_to: only of these administrations.
            after: only ids above this one.
            limit: at most so many.
            values: of the condition.
            free: the condition ends with what nobody has in hand.
        """
        only, schools = _only(edu_to)
        query = f"SELECT {_COLUMNS} FROM leerlingresultaat WHERE {condition} AND id > ?{only} ORDER BY id LIMIT ?"
        with self._database.cursor("read results") as cursor:
            held = free_now(self._database, cursor) if free else ()
            return [_kept(row) for row in cursor.execute(query, (*values, *held, after, *schools, limit)).fetchall()]

    def _add(self, cursor: Cursor, received: ReceivedResult) -> StoredResult:
        checksum = hashlib.sha256(received.payload).hexdigest()
        again = cursor.execute(
            "UPDATE leerlingresultaat SET seen = seen + 1 WHERE edu_to = ? AND sender_oin = ? AND sha256 = ? RETURNING id",
            (received.edu_to, received.sender_oin, checksum),
        ).fetchall()
        return self._one(cursor, int(again[0][0])) if again else self._insert(cursor, received, checksum)

    def _insert(self, cursor: Cursor, received: ReceivedResult, checksum: str) -> StoredResult:
        marks = Marks.of(received, self._ledger.secret_in(cursor))
        group = group_of(self._database, cursor, received, marks)
        inserted = cursor.execute(
            "INSERT INTO leerlingresultaat (edu_to, about, toets, schooljaar, sender_oin, edu_from, pupil, las, alone, "
            "datumtijd, received_at, ordered_at, sha256, payload, current) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING id",
            (
                *group,
                received.edu_from,
                received.pupil,
                marks.las,
                int(not marks.eck),
                text_of(received.datumtijd) if received.datumtijd else None,
                text_of(received.received_at),
                place_of(cursor, group, received),
                checksum,
                received.payload,
            ),
        ).fetchall()
        number = int(inserted[0][0])
        (current, contested), *_ = [rest for one, *rest in settle(cursor, group) if one == number]
        # All else of a new row is known, so that it need not be read back.
        return StoredResult(number, received, current=current, processed_at=None, seen=1, contested=contested)

    def _one(self, cursor: Cursor, number: int) -> StoredResult:
        return _kept(cursor.execute(f"SELECT {_COLUMNS} FROM leerlingresultaat WHERE id = ?", (number,)).fetchone())


def _storable(received: ReceivedResult) -> ReceivedResult:
    """Without the one character that not every database can keep in a text; the payload holds it still."""
    names = ("schooljaar", "pupil", "toets")
    if "\0" not in "".join([f"{getattr(received, name)}" for name in names]):
        return received
    texts = {name: getattr(received, name) for name in names}
    return replace(received, **{name: text.replace("\0", "\ufffd") for name, text in texts.items() if text and "\0" in text})


def _only(edu_to: Sequence[str] | None) -> tuple[str, list[str]]:
    if edu_to is None:
        return "", []
    schools = list(edu_to)
    return f" AND edu_to IN ({', '.join('?' * len(schools))})" if schools else " AND 1 = 0", schools


def _kept(row: tuple[object, ...]) -> StoredResult:
    number, edu_to, edu_from, sender, year, pupil, toets, made, received, payload, *more = row
    current, processed, seen, tries, reason, due, contested = more
    received_at = moment_of(str(received))
    assert received_at is not None
    received = ReceivedResult(
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
    return StoredResult(
        id=int(str(number)),
        received=received,
        current=bool(current),
        processed_at=moment_of(str(processed) if processed else None),
        seen=int(str(seen)),
        tries=int(str(tries)),
        reason=str(reason),
        due_at=moment_of(str(due) if due else None),
        contested=bool(contested),
    )
