"""The inbox in a database: received results."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import replace

from doorstroom_client.store.database import IS_FREE, LET_GO, Cursor, Database, free_now, lease_until
from doorstroom_client.store.moments import moment_of, readings, text_of
from doorstroom_client.store.records import Delivery, Kept

_SAME_PUPIL = "edu_to = ? AND pupil = ? AND toets = ? AND schooljaar = ?"
_COLUMNS = (
    "id, edu_to, edu_from, sender_oin, schooljaar, pupil, toets, datumtijd, received_at, payload, current, processed_at, seen, "
    "tries, reason, due_at"
)
_OPEN = "current = 1 AND processed_at IS NULL"
_DUE = "(due_at IS NULL OR due_at <= ?)"
_NOBODY = (
    "NOT EXISTS (SELECT 1 FROM leerlingresultaat taken WHERE taken.edu_to = r.edu_to AND taken.pupil = r.pupil "
    f"AND taken.lease_owner IS NOT NULL AND NOT {IS_FREE.replace('lease_', 'taken.lease_')})"
)
"""Nobody has a result of this pupil in hand."""
_OLDER = (
    "SELECT 1 FROM leerlingresultaat older WHERE older.edu_to = r.edu_to AND older.pupil = r.pupil AND older.id < r.id "
    "AND older.current = 1 AND older.processed_at IS NULL"
)


class SqlInbox:
    """An `Inbox` in one table.

    Args:
        database: where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, delivery: Delivery) -> Kept:
        """Keep a delivery; returns only after the commit is on disk."""
        return self.add_many([delivery])[0]

    def add_many(self, deliveries: Sequence[Delivery]) -> list[Kept]:
        """Keep several deliveries in one commit: all of them, or none."""
        deliveries = [_storable(delivery) for delivery in deliveries]
        with self._database.transaction("keep a result") as cursor:
            # Always in the same order, so that two who keep results of the same pupils do not wait for each other.
            for about in sorted({_same_pupil(delivery) for delivery in deliveries}):
                self._database.lock(cursor, *about_pupil(about))
            return [self._add(cursor, delivery) for delivery in deliveries]

    def pending(
        self, edu_to: Sequence[str] | None = None, *, after: int = 0, limit: int = 100, now: dt.datetime | None = None
    ) -> list[Kept]:
        """Current results that are not yet processed, oldest first."""
        if now is None:
            return self.select(_OPEN, edu_to, after, limit)
        at = text_of(now)
        due = f"{_OPEN} AND {_DUE} AND NOT EXISTS ({_OLDER} AND older.due_at > ?) AND {_NOBODY}"
        return self.select(due, edu_to, after, limit, at, at, free=True)

    def results(self, edu_to: Sequence[str] | None = None, *, after: int = 0, limit: int = 100) -> list[Kept]:
        """Current results, processed or not, oldest first."""
        return self.select("current = 1", edu_to, after, limit)

    def history(self, kept: Kept) -> list[Kept]:
        """All deliveries for the same pupil, test and school year, oldest first."""
        query = f"SELECT {_COLUMNS} FROM leerlingresultaat WHERE {_SAME_PUPIL} ORDER BY ordered_at, id"
        with self._database.cursor("read results") as cursor:
            return [_kept(row) for row in cursor.execute(query, _same_pupil(kept.delivery)).fetchall()]

    def claim(
        self, owner: str, now: dt.datetime, lease: float, *, edu_to: Sequence[str] | None = None, limit: int = 1
    ) -> list[Kept]:
        """Take results that are not yet processed; of each pupil the oldest, when nobody has another one in hand."""
        only, schools = _only(edu_to)
        free = f"SELECT r.id FROM leerlingresultaat r WHERE {_OPEN} AND {_DUE} AND {_NOBODY} AND NOT EXISTS ({_OLDER}){only}"
        query = f"{free} ORDER BY r.id LIMIT ?"
        with self._database.cursor("read results") as cursor:  # a look first, so that waiting costs no writing
            values = (text_of(now), *free_now(self._database, cursor), *schools, limit)
            if not cursor.execute(query, values).fetchall():
                return []
        with self._database.transaction("take results") as cursor:
            found = [row[0] for row in cursor.execute(f"{query} {self._database.skip_locked}", values).fetchall()]
            # What was seen before these rows were ours may have changed by those who had them: a second look sees that.
            still = f"{free} AND r.id IN ({', '.join('?' * len(found))}) ORDER BY r.id"
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
    ) -> list[Kept]:
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
        query = f"SELECT {_COLUMNS} FROM leerlingresultaat r WHERE {condition} AND id > ?{only} ORDER BY id LIMIT ?"
        with self._database.cursor("read results") as cursor:
            held = free_now(self._database, cursor) if free else ()
            return [_kept(row) for row in cursor.execute(query, (*values, *held, after, *schools, limit)).fetchall()]

    def _add(self, cursor: Cursor, delivery: Delivery) -> Kept:
        checksum = hashlib.sha256(delivery.payload).hexdigest()
        again = cursor.execute(
            "UPDATE leerlingresultaat SET seen = seen + 1 WHERE edu_to = ? AND sender_oin = ? AND sha256 = ? RETURNING id",
            (delivery.edu_to, delivery.sender_oin, checksum),
        ).fetchall()
        return self._one(cursor, int(again[0][0])) if again else self._insert(cursor, delivery, checksum)

    def _insert(self, cursor: Cursor, delivery: Delivery, checksum: str) -> Kept:
        # A moment in the future must not keep later deliveries from becoming current, so receipt bounds it.
        ordered_at = min(self._made_at(cursor, delivery), delivery.received_at)
        inserted = cursor.execute(
            "INSERT INTO leerlingresultaat (edu_to, edu_from, sender_oin, schooljaar, pupil, toets, datumtijd, received_at, "
            "ordered_at, sha256, payload, current) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING id",
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
        ).fetchall()
        same = _same_pupil(delivery)
        versions = cursor.execute(
            "UPDATE leerlingresultaat SET current = CASE WHEN id = (SELECT id FROM leerlingresultaat WHERE "
            f"{_SAME_PUPIL} ORDER BY ordered_at DESC, id DESC LIMIT 1) THEN 1 ELSE 0 END WHERE {_SAME_PUPIL} "
            "RETURNING id, current",
            (*same, *same),
        ).fetchall()
        number = int(inserted[0][0])
        # All else of a new row is known, so that it need not be read back.
        return Kept(number, delivery, current=bool(dict(versions)[number]), processed_at=None, seen=1)

    def _made_at(self, cursor: Cursor, delivery: Delivery) -> dt.datetime:
        """The moment at which it was made; one that may be two is read in the order of receipt."""
        found = readings(delivery.datumtijd or delivery.received_at)
        if len(found) > 1:
            query = f"SELECT max(ordered_at) FROM leerlingresultaat WHERE {_SAME_PUPIL}"
            last = moment_of(cursor.execute(query, _same_pupil(delivery)).fetchone()[0])
            return next((moment for moment in found if last is None or moment >= last), found[0])
        return found[0]

    def _one(self, cursor: Cursor, number: int) -> Kept:
        return _kept(cursor.execute(f"SELECT {_COLUMNS} FROM leerlingresultaat WHERE id = ?", (number,)).fetchone())


def _storable(delivery: Delivery) -> Delivery:
    """Without the one character that not every database can keep in a text; the payload holds it still."""
    if "\0" not in f"{delivery.schooljaar}{delivery.pupil}{delivery.toets}":
        return delivery
    texts = {name: getattr(delivery, name) for name in ("schooljaar", "pupil", "toets")}
    return replace(delivery, **{name: text.replace("\0", "\ufffd") for name, text in texts.items() if text and "\0" in text})


def _same_pupil(delivery: Delivery) -> tuple[str, str, str, str]:
    return (delivery.edu_to, delivery.pupil, delivery.toets, delivery.schooljaar)


def about_pupil(same: Sequence[str]) -> tuple[str, ...]:
    """What a lock on the results of a pupil for one test and school year is called."""
    return ("leerlingresultaat", *same)


def _only(edu_to: Sequence[str] | None) -> tuple[str, list[str]]:
    if edu_to is None:
        return "", []
    schools = list(edu_to)
    return f" AND edu_to IN ({', '.join('?' * len(schools))})" if schools else " AND 1 = 0", schools


def _kept(row: tuple[object, ...]) -> Kept:
    number, edu_to, edu_from, sender, year, pupil, toets, made, received, payload, *more = row
    current, processed, seen, tries, reason, due = more
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
    return Kept(
        id=int(str(number)),
        delivery=delivery,
        current=bool(current),
        processed_at=moment_of(str(processed) if processed else None),
        seen=int(str(seen)),
        tries=int(str(tries)),
        reason=str(reason),
        due_at=moment_of(str(due) if due else None),
    )
