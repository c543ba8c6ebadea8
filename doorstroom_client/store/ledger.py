"""The ledger in a database: what each supplier accepted last, and which lists are under way."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from doorstroom_client.store.current import name_pupils
from doorstroom_client.store.database import Cursor, Database
from doorstroom_client.store.moments import text_of
from doorstroom_client.store.pupils import Marked, Pupils
from doorstroom_client.store.rows import Dispatch, Entry, Key, Noted
from doorstroom_client.store.school_tests import note_test

_DEELNEMERS, _ADVIEZEN = "registreren", "registreren-schooladviezen"
IN_KEY = "routeringskenmerk = ? AND leverancier = ? AND soort = ?"
"""Which rows are of a key."""
_BOOK = f"{IN_KEY} AND schooljaar = ?"
_IN_DOUBT = ""
_SAID = "eck = ?, las = ?, content = ?, known = ?, times = ?, accepted_at = ?"
_FORGOTTEN_SECONDS = 3600.0
"""Seconds after which a list that left and was never heard of again, because its process ended, counts as arrived or lost."""


class _Row(NamedTuple):
    """What is noted about a pupil, as it stands in the table."""

    id: int
    eck: str
    las: str
    content: str
    known: int
    times: int
    at: str


class Ledger:
    """Remembers what each supplier accepted last, in two tables.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._secret = b""

    def secret(self) -> bytes:
        """The random key that marks are made with; made once, and never leaves the store in another way."""
        if not self._secret:
            with self._database.transaction("make a key") as cursor:
                found = self.secret_in(cursor)
            self.knows_secret(found)
        return self._secret

    def entries(self, key: Key, schooljaar: str) -> list[Noted]:
        """What was accepted last, one per pupil, in the order of acceptance."""
        with self._database.cursor("read the ledger") as cursor:
            rows = self._rows(cursor, key, schooljaar)
        return [
            Noted(row.eck, row.las, row.content, bool(row.known), row.times, dt.datetime.fromisoformat(row.at)) for row in rows
        ]

    def knows(self, soort: str, leverancier: str) -> bool:
        """Whether a supplier ever accepted a list of this kind."""
        query = "SELECT EXISTS (SELECT 1 FROM ledger WHERE leverancier = ? AND soort = ?)"
        with self._database.cursor("read the ledger") as cursor:
            return bool(cursor.execute(query, (leverancier, soort)).fetchone()[0])

    def accept(self, dispatch: Dispatch, positions: Sequence[int], at: dt.datetime, *, last: bool) -> None:
        """After a receipt: this is what the supplier has now, unless another list was under way at the same time.

        Args:
            dispatch: the list, as `Outbox.overtake` gave it.
            positions: of the pupils that were accepted.
            at: now.
            last: nothing of the list follows.
        """
        with self._database.transaction("write the ledger") as cursor:
            self.write(cursor, dispatch, positions, at, last=last)

    def end(self, dispatch: Dispatch) -> None:
        """A list is under way no more, whatever came of it."""
        with self._database.transaction("write the ledger") as cursor:
            if not self.arrived(cursor, dispatch):  # it counted as lost already, and may have arrived since all the same
                self.strayed(cursor, dispatch)

    def gone(self, key: Key, schooljaar: str, marked: Sequence[Marked]) -> None:
        """Somebody was told to remove these pupils by hand: whether the supplier has them is in doubt from now on."""
        with self._database.cursor("read the ledger") as cursor:  # a look first: they are told every night
            sure = self._sure_of(cursor, key, schooljaar, marked)
        if sure:
            with self._database.transaction("write the ledger") as cursor:
                self.doubt_gone(cursor, key, schooljaar, marked)

    # --- within a transaction of another part of the store

    def secret_in(self, cursor: Cursor) -> bytes:
        """The random key that marks are made with; made in this transaction when there is none."""
        if self._secret:
            return self._secret
        make = "INSERT INTO secret (name, value) VALUES ('marks', ?) ON CONFLICT (name) DO NOTHING"
        cursor.execute(make, (secrets.token_bytes(32),))
        return bytes(cursor.execute("SELECT value FROM secret WHERE name = 'marks'").fetchone()[0])

    def knows_secret(self, secret: bytes) -> None:
        """That transaction is on disk; not before, because marks made with a lost key are of no use."""
        self._secret = secret

    def leave(self, cursor: Cursor, token: str, key: Key, schooljaar: str, entries: Sequence[Entry]) -> Dispatch:
        """A list is about to be sent: from now on nobody knows what the supplier has where it says something else.

        Another list of its key that is under way may arrive before it or after it. Then neither of the two can tell what the
        supplier has in the end, and both leave doubt.
        """
        lock_keys(self._database, cursor, key)
        boot, clock = self._database.lease_clock(cursor)
        cursor.execute(
            f"DELETE FROM dispatch WHERE {IN_KEY} AND (boot <> ? OR clock < ?)",
            (*columns_of(key), boot, clock - _FORGOTTEN_SECONDS),
        )
        others = self._disturb(cursor, key, token)
        cursor.execute(
            "INSERT INTO dispatch (token, routeringskenmerk, leverancier, soort, boot, clock, disturbed) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (token) DO UPDATE SET boot = excluded.boot, clock = excluded.clock, "
            "disturbed = dispatch.disturbed + excluded.disturbed",
            (token, *columns_of(key), boot, clock, others),
        )
        self.forget(cursor, key, schooljaar, entries)
        return Dispatch(token, key, schooljaar, tuple(entries), self._known(cursor, key, schooljaar, entries))

    def write(self, cursor: Cursor, dispatch: Dispatch, positions: Sequence[int], at: dt.datetime, *, last: bool) -> None:
        """Note what was accepted."""
        key = dispatch.key
        lock_keys(self._database, cursor, *([key, _other(key)] if key.soort == _DEELNEMERS else [key]))
        found = cursor.execute("SELECT disturbed FROM dispatch WHERE token = ?", (dispatch.token,)).fetchone()
        if found is None:  # so long ago that it counted as lost: it may have arrived after what left since
            self._disturb(cursor, key, dispatch.token)
        sure = found is not None and not found[0]
        accepted = [(dispatch.entries[at], at in dispatch.known) for at in positions]
        self._note(cursor, dispatch, accepted, at, sure=sure)
        if accepted or not dispatch.entries:  # a list of which every pupil was refused says nothing of whose test it is
            note_test(cursor, key, dispatch.schooljaar, at)
        name_pupils(self._database, cursor, key.routeringskenmerk, [entry for entry, _ in accepted])
        if last:
            self.arrived(cursor, dispatch)

    def arrived(self, cursor: Cursor, dispatch: Dispatch) -> bool:
        """A list is under way no more; gives whether it was."""
        return bool(cursor.execute("DELETE FROM dispatch WHERE token = ?", (dispatch.token,)).rowcount)

    def strayed(self, cursor: Cursor, dispatch: Dispatch) -> None:
        """A list was sent by who should not have: it may have arrived after newer ones, whatever is noted of those."""
        lock_keys(self._database, cursor, dispatch.key)
        self._disturb(cursor, dispatch.key, dispatch.token)
        self.forget(cursor, dispatch.key, dispatch.schooljaar, dispatch.entries)

    def forget(self, cursor: Cursor, key: Key, schooljaar: str, entries: Sequence[Entry]) -> None:
        """What the supplier has is in doubt where an entry says something else."""
        lock_keys(self._database, cursor, key)
        rows = self._rows(cursor, key, schooljaar)
        pupils = Pupils(rows, entries)
        by_pupil = pupils.by_pupil(rows)
        self._doubt(
            cursor,
            [row for entry in entries for row in by_pupil.get(pupils.of(entry), ()) if row.content != entry.content],
        )

    def doubt_gone(self, cursor: Cursor, key: Key, schooljaar: str, marked: Sequence[Marked]) -> None:
        """Doubt what was marked as gone: a pupil removed at the supplier lost its advice too, and is new when it comes back."""
        lock_keys(self._database, cursor, key, _other(key))
        told = [(_IN_DOUBT, row.id) for row in self._sure_of(cursor, key, schooljaar, marked)]
        _many(cursor, "UPDATE ledger SET content = ?, known = 0 WHERE id = ?", told)

    # --- parts of those

    def _rows(self, cursor: Cursor, key: Key, schooljaar: str) -> list[_Row]:
        query = f"SELECT id, eck, las, content, known, times, accepted_at FROM ledger WHERE {_BOOK} ORDER BY id"
        return list(map(_Row._make, cursor.execute(query, (*columns_of(key), schooljaar)).fetchall()))

    def _sure_of(self, cursor: Cursor, key: Key, schooljaar: str, marked: Sequence[Marked]) -> list[_Row]:
        """The rows of both books about some pupils that are not in doubt; what either book knows of who is who counts."""
        rows = [row for book in (_other(key), key) for row in self._rows(cursor, book, schooljaar)]
        pupils = Pupils(rows, marked)
        these = {pupils.of(item) for item in marked}
        return [row for row in rows if pupils.of(row) in these and (row.content or row.known)]

    def _doubt(self, cursor: Cursor, rows: Iterable[_Row]) -> None:
        doubtful = [row.id for row in rows if row.content]
        if doubtful:
            marks = ", ".join("?" * len(doubtful))
            cursor.execute(f"UPDATE ledger SET content = ? WHERE id IN ({marks})", (_IN_DOUBT, *doubtful))

    def _disturb(self, cursor: Cursor, key: Key, token: str) -> int:
        """Tell all other lists of a key that are under way that they were not alone; gives whether there are any."""
        changed = cursor.execute(
            f"UPDATE dispatch SET disturbed = 1 WHERE {IN_KEY} AND token <> ?", (*columns_of(key), token)
        ).rowcount
        return int(bool(changed))

    def _known(self, cursor: Cursor, key: Key, schooljaar: str, entries: Sequence[Entry]) -> frozenset[int]:
        """Positions of the pupils that the supplier knows: their participants were accepted, beyond doubt."""
        if key.soort != _ADVIEZEN:
            return frozenset(range(len(entries)))  # a list of participants is what makes a pupil known
        rows = self._rows(cursor, _other(key), schooljaar)
        if not rows:  # as where participants never go this way
            return frozenset()
        pupils = Pupils(rows, entries)
        there = {pupils.of(row) for row in rows if row.content}
        return frozenset(at for at, entry in enumerate(entries) if pupils.of(entry) in there)

    def _note(
        self, cursor: Cursor, dispatch: Dispatch, accepted: Sequence[tuple[Entry, bool]], at: dt.datetime, *, sure: bool
    ) -> None:
        key, schooljaar = dispatch.key, dispatch.schooljaar
        rows, entries = self._rows(cursor, key, schooljaar), [entry for entry, _ in accepted]
        pupils = Pupils(rows, dispatch.entries)
        by_pupil = pupils.by_pupil(rows)
        all_known = all(known for _, known in accepted)
        now_known = frozenset[int]() if all_known else self._known(cursor, key, schooljaar, entries)
        moment = text_of(at)
        made: list[tuple[object, ...]] = []
        changed: list[tuple[object, ...]] = []
        gone: list[int] = []
        new: list[Entry] = []
        for number, (entry, known) in enumerate(accepted):
            before = by_pupil.pop(pupils.of(entry), [])
            if not any(row.known for row in before):
                new.append(entry)
            # A pupil that became known while its advice was under way may have been left out: that is to be sent once more.
            content = entry.content if sure and (known or number not in now_known) else _IN_DOUBT
            same = [row.times for row in before if row.content == entry.content]
            times = 0 if known else 1 + max(same, default=0)
            values = (*_both(entry, before, pupils), content, int(known), times, moment)
            if before:
                changed.append((*values, before[-1].id))
                gone += [row.id for row in before[:-1]]
            else:
                made.append((*values, *columns_of(key), schooljaar))
        _many(cursor, "DELETE FROM ledger WHERE id = ?", [(number,) for number in gone])
        _many(cursor, f"UPDATE ledger SET {_SAID} WHERE id = ?", changed)
        _many(
            cursor,
            "INSERT INTO ledger (eck, las, content, known, times, accepted_at, routeringskenmerk, leverancier, soort, "
            "schooljaar) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            made,
        )
        self._let_go(cursor, rows, entries)
        if key.soort == _DEELNEMERS:
            self._make_known(cursor, key, schooljaar, entries, new)

    def _let_go(self, cursor: Cursor, rows: Sequence[_Row], entries: Sequence[Entry]) -> None:
        """A LAS-key that is named with one pupil now was another one's before: that one keeps its ECK-iD only."""
        now = {entry.las: entry.eck for entry in entries if entry.eck and entry.las}
        passed = [(row.id, row.las) for row in rows if row.eck and now.get(row.las, row.eck) != row.eck]
        _many(cursor, "UPDATE ledger SET las = '' WHERE id = ? AND las = ?", passed)

    def _make_known(self, cursor: Cursor, key: Key, schooljaar: str, entries: Sequence[Entry], new: Sequence[Entry]) -> None:
        """Participants were accepted: advice that was sent before their supplier knew them has to be sent again.

        Where one list names a pupil by one identity and the other by the other, nobody can tell whether they are the same: then
        every pupil that was made known for the first time may be the one.
        """
        rows = [row for row in self._rows(cursor, _other(key), schooljaar) if not row.known]
        pupils = Pupils(rows, self._rows(cursor, key, schooljaar))
        these = {pupils.of(entry) for entry in entries}
        only_eck = any(entry.eck and not entry.las for entry in new)
        only_las = any(entry.las and not entry.eck for entry in new)

        def may_be_one(row: _Row) -> bool:
            has_eck = bool(row.eck) or pupils.of(row) != row.las
            return pupils.of(row) in these or (only_eck and not has_eck) or (only_las and not row.las)

        self._doubt(cursor, filter(may_be_one, rows))
        if only_eck or only_las:
            self._disturb(cursor, _other(key), "")  # the same goes for advice that is under way


def _many(cursor: Cursor, query: str, values: Sequence[Sequence[object]]) -> None:
    if values:
        cursor.executemany(query, values)


def lock_keys(database: Database, cursor: Cursor, *keys: Key) -> None:
    """Keep others from what has to arrive in order, until the transaction ends. Doing so twice is harmless.

    Always in the same order, so that two who need the same keys do not wait for each other.
    """
    for about in sorted(map(about_key, keys)):
        database.lock(cursor, *about)


def about_key(key: Key) -> tuple[str, ...]:
    """What a lock on a key is called."""
    return ("outbox", *columns_of(key))


def columns_of(key: Key) -> tuple[str, str, str]:
    """The values that `IN_KEY` asks for."""
    return (key.routeringskenmerk, key.leverancier, key.soort)


def _other(key: Key) -> Key:
    """The lists of the other kind, of the same administration at the same supplier."""
    return Key(_ADVIEZEN if key.soort == _DEELNEMERS else _DEELNEMERS, key.leverancier, key.routeringskenmerk)


def _both(entry: Entry, before: Sequence[_Row], pupils: Pupils) -> tuple[str, str]:
    """Both marks of a pupil, also the one that this list does not name, unless a LAS-key has passed to another."""
    pupil = pupils.of(entry)
    eck = entry.eck or next((row.eck for row in reversed(before) if row.eck), "")
    las = entry.las or next((row.las for row in reversed(before) if row.las and pupils.of(Entry("", row.las, "")) == pupil), "")
    return eck, las
