"""The outbox in a database: messages that wait, in order per key, each in the hands of one worker at a time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from doorstroom_client.store.database import IS_FREE, LET_GO, Cursor, Database, free_now, lease_until
from doorstroom_client.store.ledger import IN_KEY, Ledger, about_key, columns_of, lock_keys
from doorstroom_client.store.moments import text_of
from doorstroom_client.store.queued import OPEN, SLACK, QueuedMessages, entries_of
from doorstroom_client.store.rows import Claimed, Dispatch, Entry, Key, Outgoing, Queued, State

_TURN = "first = 1 AND lease_owner IS NULL AND next_at <= ? AND expires_at > ?"
"""Due, and no older message of its key is open."""
_SET_BACK = "first = 1 AND lease_owner IS NULL AND scheduled_at > ? AND expires_at > ?"
"""Scheduled by a clock that has been set back since: when it is due is not known, so it is due."""
_LATE = "ended_at IS NULL AND lease_owner IS NULL AND expires_at <= ?"
"""Open, and its time ran out. Open is written otherwise here, or SQLite would look at all that is open, by its state."""
_AT_ONCE = 50
"""Messages that are put aside in one transaction, so that nobody waits long for the store."""


class Outbox(QueuedMessages):
    """Keeps messages until they are delivered, in order, in one table.

    Args:
        database: where it is.
        ledger: is told of what was accepted, in the same transaction.
    """

    def __init__(self, database: Database, ledger: Ledger) -> None:
        super().__init__(database)
        self._ledger = ledger

    def add(self, message: Outgoing) -> Queued:
        """Keep a message; returns only after the commit is on disk."""
        added, key = text_of(message.added_at), message.key
        with self._database.transaction("keep a message") as cursor:
            lock_keys(self._database, cursor, key)  # so that numbers of a key are given in the order in which they appear
            inserted = cursor.execute(
                "INSERT INTO outbox (message_id, soort, leverancier, routeringskenmerk, schooljaar, school_oin, aantal, "
                "sha256, body, entries, state, first, added_at, expires_at, next_at, scheduled_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
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
                    int(not self._has_open(cursor, key)),
                    *(added, text_of(message.expires_at), added, added),
                ),
            ).fetchall()
            return self._one(cursor, inserted[0][0])

    def claim(self, owner: str, now: dt.datetime, lease: float, *, without: Sequence[str] = ()) -> Claimed | None:
        """Take the message whose turn it is, for `lease` seconds; None when there is none.

        A message has its turn when it is due, nobody else works on it, and no older message of its key is still open.
        It is to be sent at once: the ledger is in doubt from here on, and no older message of its key goes out any more. What
        has expired is parked here.

        Args:
            owner: the worker.
            now: the wall clock (UTC).
            lease: seconds, by a clock that nobody sets.
            without: OINs of suppliers to leave alone.
        """
        while True:
            with self._database.transaction("take a message") as cursor:
                self._end_leases(cursor)
                late = self._set_aside_late(cursor, now)
                claimed = self._take(cursor, owner, now, lease, without)
            if claimed is not None or late < _AT_ONCE:
                return claimed

    def renew(self, claimed: Claimed, now: dt.datetime, lease: float) -> bool:
        """Keep a message for `lease` seconds more, right before sending, and put the ledger in doubt: all or nothing.

        Returns:
            False when it is another worker's, or expired.
        """
        at, queued = text_of(now), claimed.queued
        with self._database.transaction("mark a message") as cursor:
            lock_keys(self._database, cursor, queued.key)
            still = cursor.execute(
                f"UPDATE outbox SET lease_boot = ?, lease_until = ? WHERE id = ? AND lease_owner = ? AND {OPEN} "
                "AND expires_at > ?",
                (*lease_until(self._database, cursor, lease), queued.id, claimed.owner, at),
            ).rowcount
            if still:
                self._leave(cursor, queued, claimed.dispatch.entries)
            return bool(still)

    def delivered(self, claimed: Claimed, accepted: Sequence[int], onbekend: int, at: dt.datetime) -> bool:
        """The supplier gave its receipt: forget the content and tell the ledger, both or neither.

        Returns:
            False when another worker has taken it.
        """
        with self._database.transaction("mark a message") as cursor:
            if not self._is_ours(cursor, claimed):
                return False
            self._close(cursor, claimed.queued, "delivered", "", at, "attempts = attempts + 1, onbekend = ?", (onbekend,))
            self._ledger.write(cursor, claimed.dispatch, accepted, at, last=True)
            return True

    def postpone(
        self, claimed: Claimed, state: State, reason: str, next_at: dt.datetime, at: dt.datetime, *, counts: bool
    ) -> bool:
        """It was not delivered: when and how it goes on. False when another worker has taken it.

        Args:
            claimed: the message.
            state: waiting, held or parked.
            reason: a short code.
            next_at: moment from which it is sent again.
            at: now.
            counts: whether it was sent; else it keeps its place in the schedule.
        """
        with self._database.transaction("mark a message") as cursor:
            if not self._is_ours(cursor, claimed):
                return False
            when = "next_at = ?, scheduled_at = ?, attempts = attempts + ?"
            if not counts:  # nothing of it left, unless with an earlier worker: then it was not taken for the first time
                when = f"sent_at = CASE WHEN sent_at = next_at THEN NULL ELSE sent_at END, {when}"
            values = (text_of(next_at), text_of(at), int(counts))
            if state is State.PARKED:
                self._close(cursor, claimed.queued, state, reason, at, when, values)
            else:
                query = f"UPDATE outbox SET state = ?, reason = ?, {when}, {LET_GO} WHERE id = ?"
                cursor.execute(query, (state, reason, *values, claimed.queued.id))
            self._ledger.arrived(cursor, claimed.dispatch)
            return True

    def lost(self, claimed: Claimed) -> None:
        """It was sent, and another worker has taken it meanwhile: what the supplier has is in doubt."""
        with self._database.transaction("mark a message") as cursor:
            self._ledger.strayed(cursor, claimed.dispatch)

    def overtake(self, key: Key, schooljaar: str, entries: Sequence[Entry], token: str, at: dt.datetime) -> Dispatch | None:
        """A list is about to be sent past the outbox: what is parked may not follow it any more, and the ledger is in doubt.

        Args:
            key: what the list has to stay in order with.
            schooljaar: of the list.
            entries: the pupils in it.
            token: a text of its own that tells the list from all others.
            at: now.

        Returns:
            None when a message of the key is still to be sent; then nothing is changed.
        """
        moment = text_of(at)
        with self._database.transaction("mark messages") as cursor:
            lock_keys(self._database, cursor, key)
            if self._has_open(cursor, key):
                return None
            parked = f"UPDATE outbox SET expires_at = ? WHERE {IN_KEY} AND state = 'parked' AND expires_at > ?"
            cursor.execute(parked, (moment, *columns_of(key), moment))
            return self._ledger.leave(cursor, token, key, schooljaar, entries)

    def retry(self, id: int, at: dt.datetime) -> bool:
        """Let a message go now, unless a newer one of its key has gone before it: an old message never follows a newer one."""
        moment = text_of(at)
        with self._database.transaction("mark a message") as cursor:
            key = self._lock_of(cursor, id)
            again = cursor.execute(
                "UPDATE outbox AS o SET state = 'waiting', reason = '', next_at = ?, scheduled_at = ?, ended_at = NULL "
                "WHERE o.id = ? AND o.state IN ('waiting', 'held', 'parked') AND o.expires_at > ? "
                "AND NOT EXISTS (SELECT 1 FROM outbox newer WHERE newer.routeringskenmerk = o.routeringskenmerk "
                "AND newer.leverancier = o.leverancier AND newer.soort = o.soort AND newer.id > o.id "
                "AND (newer.attempts > 0 OR newer.sent_at IS NOT NULL OR newer.lease_owner IS NOT NULL))",
                (moment, moment, id, moment),
            ).rowcount
            if again and key is not None:
                self._find_first(cursor, key)
            return bool(again)

    def park(self, id: int, reason: str, at: dt.datetime) -> bool:
        """Put an open message aside, so that later ones go on. False when it is not there or a worker is sending it."""
        with self._database.transaction("mark a message") as cursor:
            self._lock_of(cursor, id)
            found = self._is_free(cursor, id, OPEN)
            if found:
                self._set_aside(cursor, id, reason, at)
            return found

    def drop(self, id: int, at: dt.datetime) -> bool:
        """Throw away a message that is not delivered, content included. False when it is not there or being sent."""
        with self._database.transaction("mark a message") as cursor:
            self._lock_of(cursor, id)
            found = self._is_free(cursor, id, "state IN ('waiting', 'held', 'parked')")
            if found:
                self._close(cursor, self._one(cursor, id), "dropped", None, at)
            return found

    # --- whose turn it is

    def _end_leases(self, cursor: Cursor) -> None:
        """What was in the hands of a worker for too long is free again; that worker will find so."""
        ended = f"SELECT id FROM outbox WHERE lease_owner IS NOT NULL AND {IS_FREE} {self._database.skip_locked}"
        found = cursor.execute(ended, free_now(self._database, cursor)).fetchall()
        cursor.executemany(f"UPDATE outbox SET {LET_GO} WHERE id = ?", found)

    def _set_aside_late(self, cursor: Cursor, now: dt.datetime) -> int:
        """Park what has expired, no more than goes in one transaction; gives how many."""
        done = 0
        for number in islice(self._each_of(cursor, _LATE, (text_of(now),), "expires_at"), _AT_ONCE):
            self._set_aside(cursor, number, "expired", now)
            done += 1
        return done

    def _take(self, cursor: Cursor, owner: str, now: dt.datetime, lease: float, without: Sequence[str]) -> Claimed | None:
        at, ahead = text_of(now), text_of(now + SLACK)
        skip = f" AND leverancier NOT IN ({', '.join('?' * len(without))})" if without else ""
        # Two questions, because one with "or" in it would go through all that waits.
        turns = chain(
            self._each_of(cursor, f"{_TURN}{skip}", (at, at, *without), "next_at"),
            self._each_of(cursor, f"{_SET_BACK}{skip}", (ahead, at, *without), "scheduled_at"),
        )
        number = next(turns, None)
        if number is None:
            return None
        cursor.execute(
            # It is due from this moment on, whatever the clock is set to afterwards.
            "UPDATE outbox SET lease_owner = ?, lease_boot = ?, lease_until = ?, next_at = ?, scheduled_at = ?, "
            "sent_at = coalesce(sent_at, ?) WHERE id = ?",
            (owner, *lease_until(self._database, cursor, lease), at, at, at, number),
        )
        body, entries = cursor.execute("SELECT body, entries FROM outbox WHERE id = ?", (number,)).fetchone()
        queued = self._one(cursor, number)
        return Claimed(queued, owner, bytes(body), self._leave(cursor, queued, entries_of(entries)))

    def _each_of(self, cursor: Cursor, condition: str, values: Sequence[object], order: str) -> Iterator[int]:
        """Messages that meet a condition, in order; each of a key that nobody else works on meanwhile.

        Whoever gets one does something with it by which it does not meet the condition any more.
        """
        query = f"SELECT id, routeringskenmerk, leverancier, soort FROM outbox WHERE {condition}"
        passed: list[int] = []
        while True:
            others = f" AND id NOT IN ({', '.join('?' * len(passed))})" if passed else ""
            first = f"{query}{others} ORDER BY {order}, id LIMIT 1"  # whoever changes it has its key
            row = cursor.execute(first, (*values, *passed)).fetchone()
            if row is None:
                return
            # What was seen before the key was ours may have changed by those who had it.
            if self._database.try_lock(cursor, *about_key(Key(row[3], row[2], row[1]))) and (
                cursor.execute(f"{query} AND id = ?", (*values, row[0])).fetchone() is not None
            ):
                yield row[0]
            else:
                passed.append(row[0])

    def _find_first(self, cursor: Cursor, key: Key) -> None:
        """Mark the oldest open message of a key, and no other: it alone can have its turn."""
        oldest = cursor.execute(f"SELECT min(id) FROM outbox WHERE {IN_KEY} AND {OPEN}", columns_of(key)).fetchone()[0]
        others = f"UPDATE outbox SET first = 0 WHERE {IN_KEY} AND {OPEN} AND first = 1 AND id <> ?"
        cursor.execute(others, (*columns_of(key), oldest or 0))
        cursor.execute("UPDATE outbox SET first = 1 WHERE id = ? AND first = 0", (oldest or 0,))

    # --- parts of those

    def _leave(self, cursor: Cursor, queued: Queued, entries: Sequence[Entry]) -> Dispatch:
        return self._ledger.leave(cursor, queued.message_id, queued.key, queued.schooljaar, entries)

    def _is_ours(self, cursor: Cursor, claimed: Claimed) -> bool:
        """Whether a message is still in the hands of its worker; nobody else changes it from here on."""
        lock_keys(self._database, cursor, claimed.queued.key)
        query = f"SELECT 1 FROM outbox WHERE id = ? AND lease_owner = ? AND {OPEN}"
        return cursor.execute(query, (claimed.queued.id, claimed.owner)).fetchone() is not None

    def _is_free(self, cursor: Cursor, number: int, condition: str) -> bool:
        query = f"SELECT 1 FROM outbox WHERE id = ? AND {condition} AND {IS_FREE}"
        return cursor.execute(query, (number, *free_now(self._database, cursor))).fetchone() is not None

    def _lock_of(self, cursor: Cursor, number: int) -> Key | None:
        found = cursor.execute("SELECT soort, leverancier, routeringskenmerk FROM outbox WHERE id = ?", (number,)).fetchone()
        if found is None:
            return None
        lock_keys(self._database, cursor, Key(*found))
        return Key(*found)

    def _set_aside(self, cursor: Cursor, number: int, reason: str, at: dt.datetime) -> None:
        """Park a message, and put the ledger in doubt: it may still go out, so the next list has to say it all again."""
        message = self._one(cursor, number)
        entries = cursor.execute("SELECT entries FROM outbox WHERE id = ?", (number,)).fetchone()[0]
        self._ledger.forget(cursor, message.key, message.schooljaar, entries_of(entries))
        self._close(cursor, message, State.PARKED, reason, at)

    def _close(
        self,
        cursor: Cursor,
        message: Queued,
        state: str,
        reason: str | None,
        at: dt.datetime,
        more: str = "",
        values: Sequence[object] = (),
    ) -> None:
        """A message is open no more; the content of one that is not parked goes at once. The next of its key comes first."""
        content = "" if state == State.PARKED else "body = NULL, entries = NULL, "
        cursor.execute(
            f"UPDATE outbox SET state = ?, reason = coalesce(?, reason), ended_at = ?, first = 0, {content}"
            f"{more}{', ' if more else ''}{LET_GO} WHERE id = ?",
            (state, reason, text_of(at), *values, message.id),
        )
        self._find_first(cursor, message.key)
