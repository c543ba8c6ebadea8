"""The outbox in SQLite: messages that wait, in order per key, each in the hands of one worker at a time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from itertools import islice

from doorstroom_client.store.database import Cursor, Database
from doorstroom_client.store.ledger import Index, SqlLedger, about_key, lock_key
from doorstroom_client.store.moments import moment_of, text_of
from doorstroom_client.store.records import Claimed, Entry, Key, Outgoing, Queued, State

_OPEN = "state IN ('waiting', 'held')"
_FIRST = (
    "NOT EXISTS (SELECT 1 FROM outbox older WHERE older.routeringskenmerk = o.routeringskenmerk "
    f"AND older.leverancier = o.leverancier AND older.soort = o.soort AND older.id < o.id AND older.{_OPEN})"
)
"""No older message of the same key is still open."""
_KEY = "routeringskenmerk = ? AND leverancier = ? AND soort = ?"
_COLUMNS = (
    "id, message_id, soort, leverancier, routeringskenmerk, schooljaar, school_oin, aantal, sha256, state, reason, attempts, "
    "onbekend, added_at, next_at, expires_at"
)
_SLACK = dt.timedelta(seconds=5)
"""Differences between clocks that mean nothing."""
_FREE = "(o.lease_until IS NULL OR o.lease_until <= ? OR o.lease_from > ?)"
"""No worker has it in hand. A lease that was taken later than now is of a clock that was set back; how far a lease reaches
says nothing about that, because workers differ in how long they may take."""
_LET_GO = "lease_owner = NULL, lease_from = NULL, lease_until = NULL"


class SqlOutbox:
    """An `Outbox` in one table.

    Args:
        database: the file.
        ledger: is told of what was accepted, in the same transaction.
    """

    def __init__(self, database: Database, ledger: SqlLedger) -> None:
        self._database = database
        self._ledger = ledger

    def add(self, message: Outgoing) -> Queued:
        """Keep a message; returns only after the commit is on disk."""
        added, key = text_of(message.added_at), message.key
        with self._database.transaction("keep a message") as cursor:
            lock_key(self._database, cursor, key)  # so that numbers of a key are given in the order in which they appear
            inserted = cursor.execute(
                "INSERT INTO outbox (message_id, soort, leverancier, routeringskenmerk, schooljaar, school_oin, aantal, "
                "sha256, body, entries, state, added_at, expires_at, next_at, scheduled_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                (
                    message.message_id,
                    *(key.soort, key.leverancier, key.routeringskenmerk),
                    message.schooljaar,
                    message.school_oin,
                    len(message.entries),
                    message.sha256,
                    message.body,
                    json.dumps([[entry.eck, entry.las, entry.content] for entry in message.entries]),
                    State.WAITING,
                    *(added, text_of(message.expires_at), added, added),
                ),
            ).fetchall()
            return self._one(cursor, inserted[0][0])

    def claim(self, owner: str, now: dt.datetime, lease: float, *, without: Sequence[str] = ()) -> Claimed | None:
        """Take the message whose turn it is, for `lease` seconds; None when there is none."""
        at, ahead = text_of(now), text_of(now + _SLACK)
        skip = f" AND o.leverancier NOT IN ({', '.join('?' * len(without))})" if without else ""
        turn = f"o.{_OPEN} AND (o.next_at <= ? OR o.scheduled_at > ?) AND {_FREE}{skip} AND {_FIRST}"
        with self._database.transaction("take a message") as cursor:
            late = f"o.{_OPEN} AND o.expires_at <= ? AND {_FREE}"
            for number in self._each_of(cursor, late, (at, at, ahead)):
                self._set_aside(cursor, number, "expired", at)
            turns = [*islice(self._each_of(cursor, turn, (at, ahead, at, ahead, *without)), 1)]
            if not turns:
                return None
            (number,) = turns
            cursor.execute(
                # It is due from this moment on, whatever the clock is set to afterwards.
                "UPDATE outbox SET lease_owner = ?, lease_from = ?, lease_until = ?, next_at = ?, scheduled_at = ? "
                "WHERE id = ?",
                (owner, at, _until(now, lease), at, at, number),
            )
            body, entries = cursor.execute("SELECT body, entries FROM outbox WHERE id = ?", (number,)).fetchone()
            return Claimed(self._one(cursor, number), owner, bytes(body), _entries(entries))

    def renew(self, claimed: Claimed, now: dt.datetime, lease: float) -> bool:
        """Keep a message for `lease` seconds more, note that it is sent, and put the ledger in doubt: all or nothing."""
        at, queued = text_of(now), claimed.queued
        with self._database.transaction("mark a message") as cursor:
            lock_key(self._database, cursor, queued.key)
            still = cursor.execute(
                "UPDATE outbox SET lease_from = ?, lease_until = ?, sent_at = coalesce(sent_at, ?) "
                f"WHERE id = ? AND lease_owner = ? AND {_OPEN} AND expires_at > ?",
                (at, _until(now, lease), at, queued.id, claimed.owner, at),
            ).rowcount
            if still:
                self._ledger.forget(cursor, queued.key, queued.schooljaar, claimed.entries)
            return bool(still)

    def delivered(self, claimed: Claimed, accepted: Sequence[Entry], onbekend: int, at: dt.datetime) -> bool:
        """Forget the content and tell the ledger, both or neither."""
        with self._database.transaction("mark a message") as cursor:
            lock_key(self._database, cursor, claimed.queued.key)
            done = cursor.execute(
                "UPDATE outbox SET state = 'delivered', reason = '', attempts = attempts + 1, onbekend = ?, ended_at = ?, "
                f"body = NULL, entries = NULL, {_LET_GO} WHERE id = ? AND lease_owner = ? AND {_OPEN}",
                (onbekend, text_of(at), claimed.queued.id, claimed.owner),
            ).rowcount
            if done:
                self._ledger.write(cursor, claimed.queued.key, claimed.queued.schooljaar, accepted, at)
            return bool(done)

    def postpone(
        self, claimed: Claimed, state: State, reason: str, next_at: dt.datetime, at: dt.datetime, *, counts: bool
    ) -> bool:
        """It was not delivered: when and how it goes on."""
        ended = text_of(at) if state is State.PARKED else None
        return self._update(
            claimed,
            f"state = ?, reason = ?, next_at = ?, scheduled_at = ?, ended_at = ?, attempts = attempts + ?, {_LET_GO}",
            (state, reason, text_of(next_at), text_of(at), ended, int(counts)),
        )

    def open_entries(self, key: Key, schooljaar: str) -> list[Entry]:
        """What the open messages of a key say, one entry per pupil: the last one counts."""
        query = f"SELECT entries FROM outbox WHERE {_KEY} AND schooljaar = ? AND {_OPEN} ORDER BY id DESC"
        with self._database.cursor("read messages") as cursor:
            rows = cursor.execute(query, (*_key(key), schooljaar)).fetchall()
        newer, last = Index(), list[Entry]()
        for row in rows:
            entries = _entries(row[0])
            last += [entry for entry in entries if not newer.of(entry)]
            newer.add(enumerate(entries))
        return last

    def overtake(self, key: Key, at: dt.datetime) -> bool:
        """A newer list of a key is about to be sent past the outbox: what is parked counts as expired from now on."""
        moment = text_of(at)
        with self._database.transaction("mark messages") as cursor:
            lock_key(self._database, cursor, key)
            query = f"SELECT EXISTS (SELECT 1 FROM outbox WHERE {_KEY} AND {_OPEN})"
            if cursor.execute(query, _key(key)).fetchone()[0]:
                return False
            parked = f"UPDATE outbox SET expires_at = ? WHERE {_KEY} AND state = 'parked' AND expires_at > ?"
            cursor.execute(parked, (moment, *_key(key), moment))
            return True

    def is_open(self, key: Key) -> bool:
        """Whether a message of a key is still to be sent."""
        query = f"SELECT EXISTS (SELECT 1 FROM outbox WHERE {_KEY} AND {_OPEN})"
        with self._database.cursor("read messages") as cursor:
            return bool(cursor.execute(query, _key(key)).fetchone()[0])

    def messages(self, states: Sequence[State] | None = None, *, after: int = 0, limit: int = 100) -> list[Queued]:
        """Messages, oldest first."""
        wanted = list(State if states is None else states)
        query = f"SELECT {_COLUMNS} FROM outbox WHERE id > ? AND state IN ({', '.join('?' * len(wanted))}) ORDER BY id LIMIT ?"
        with self._database.cursor("read messages") as cursor:
            return [_queued(row) for row in cursor.execute(query, (after, *wanted, limit)).fetchall()]

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
        at, ahead = text_of(now), text_of(now + _SLACK)
        query = (
            f"SELECT min(CASE WHEN NOT {_FREE} THEN o.lease_until WHEN o.scheduled_at > ? THEN ? "
            f"ELSE {self._database.least}(o.next_at, o.expires_at) END) FROM outbox o WHERE o.{_OPEN} AND {_FIRST}"
        )
        with self._database.cursor("read messages") as cursor:
            found = moment_of(cursor.execute(query, (at, ahead, ahead, at)).fetchone()[0])
        return None if found is None else max(found, now)

    def retry(self, id: int, at: dt.datetime) -> bool:
        """Let a message go now, unless a newer one of its key has gone before it: an old message never follows a newer one."""
        moment = text_of(at)
        with self._database.transaction("mark a message") as cursor:
            self._lock_of(cursor, id)
            return bool(
                cursor.execute(
                    "UPDATE outbox AS o SET state = 'waiting', reason = '', next_at = ?, scheduled_at = ?, ended_at = NULL "
                    "WHERE o.id = ? AND o.state IN ('waiting', 'held', 'parked') AND o.expires_at > ? "
                    "AND NOT EXISTS (SELECT 1 FROM outbox newer WHERE newer.routeringskenmerk = o.routeringskenmerk "
                    "AND newer.leverancier = o.leverancier AND newer.soort = o.soort AND newer.id > o.id "
                    "AND (newer.attempts > 0 OR newer.sent_at IS NOT NULL OR newer.lease_owner IS NOT NULL))",
                    (moment, moment, id, moment),
                ).rowcount
            )

    def park(self, id: int, reason: str, at: dt.datetime) -> bool:
        """Put an open message aside, so that later ones go on."""
        moment, ahead = text_of(at), text_of(at + _SLACK)
        query = f"SELECT 1 FROM outbox o WHERE o.id = ? AND o.{_OPEN} AND {_FREE}"
        with self._database.transaction("mark a message") as cursor:
            self._lock_of(cursor, id)
            found = cursor.execute(query, (id, moment, ahead)).fetchone()
            if found is not None:
                self._set_aside(cursor, id, reason, moment)
            return found is not None

    def drop(self, id: int, at: dt.datetime) -> bool:
        """Throw away a message, content included."""
        query = (
            f"UPDATE outbox AS o SET state = 'dropped', body = NULL, entries = NULL, ended_at = ?, {_LET_GO} "
            f"WHERE o.id = ? AND o.state IN ('waiting', 'held', 'parked') AND {_FREE}"
        )
        moment = text_of(at)
        with self._database.transaction("mark a message") as cursor:
            self._lock_of(cursor, id)
            return bool(cursor.execute(query, (moment, id, moment, text_of(at + _SLACK))).rowcount)

    def _each_of(self, cursor: Cursor, condition: str, values: Sequence[object]) -> Iterator[int]:
        """Messages that meet a condition, those that are due first; each of a key that nobody else works on meanwhile.

        Whoever gets one does something with it by which it does not meet the condition any more.
        """
        query = f"SELECT o.id, o.routeringskenmerk, o.leverancier, o.soort FROM outbox o WHERE {condition}"
        passed: list[int] = []
        while True:
            others = f" AND o.id NOT IN ({', '.join('?' * len(passed))})" if passed else ""
            first = f"{query}{others} ORDER BY o.next_at, o.id LIMIT 1 {self._database.skip_locked}"
            row = cursor.execute(first, (*values, *passed)).fetchone()
            if row is None:
                return
            # What was seen before the key was ours may have changed by those who had it.
            if self._database.try_lock(cursor, *about_key(Key(row[3], row[2], row[1]))) and (
                cursor.execute(f"{query} AND o.id = ?", (*values, row[0])).fetchone() is not None
            ):
                yield row[0]
            else:
                passed.append(row[0])

    def _lock_of(self, cursor: Cursor, number: int) -> None:
        found = cursor.execute("SELECT soort, leverancier, routeringskenmerk FROM outbox WHERE id = ?", (number,)).fetchone()
        if found is not None:
            lock_key(self._database, cursor, Key(*found))

    def _set_aside(self, cursor: Cursor, number: int, reason: str, at: str) -> None:
        """Park a message, and put the ledger in doubt: it may still go out, so the next list has to say it all again."""
        message = self._one(cursor, number)
        entries = cursor.execute("SELECT entries FROM outbox WHERE id = ?", (number,)).fetchone()[0]
        self._ledger.forget(cursor, message.key, message.schooljaar, _entries(entries))
        cursor.execute(
            f"UPDATE outbox SET state = 'parked', reason = ?, ended_at = ?, {_LET_GO} WHERE id = ?", (reason, at, number)
        )

    def _update(self, claimed: Claimed, what: str, values: tuple[object, ...]) -> bool:
        query = f"UPDATE outbox SET {what} WHERE id = ? AND lease_owner = ? AND {_OPEN}"
        with self._database.transaction("mark a message") as cursor:
            lock_key(self._database, cursor, claimed.queued.key)
            return bool(cursor.execute(query, (*values, claimed.queued.id, claimed.owner)).rowcount)

    def _one(self, cursor: Cursor, number: int) -> Queued:
        return _queued(cursor.execute(f"SELECT {_COLUMNS} FROM outbox WHERE id = ?", (number,)).fetchone())


def _key(key: Key) -> tuple[str, str, str]:
    return (key.routeringskenmerk, key.leverancier, key.soort)


def _until(now: dt.datetime, lease: float) -> str:
    return text_of(now + dt.timedelta(seconds=lease))


def _entries(text: str) -> tuple[Entry, ...]:
    return tuple(Entry(*item) for item in json.loads(text))


def _queued(row: tuple[object, ...]) -> Queued:
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
