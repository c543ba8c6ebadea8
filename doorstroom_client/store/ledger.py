"""The ledger in SQLite: what each supplier accepted last."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence

from doorstroom_client.store.database import Cursor, Database
from doorstroom_client.store.moments import text_of
from doorstroom_client.store.records import Entry, Key

_BOOK = "routeringskenmerk = ? AND leverancier = ? AND soort = ? AND schooljaar = ?"
_IN_DOUBT = ""


class SqlLedger:
    """A `Ledger` in one table.

    Args:
        database: the file.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._secret = b""

    def secret(self) -> bytes:
        """The random key that marks are made with."""
        if not self._secret:
            with self._database.transaction("make a key") as cursor:
                make = "INSERT INTO secret (name, value) VALUES ('marks', ?) ON CONFLICT (name) DO NOTHING"
                cursor.execute(make, (secrets.token_bytes(32),))
                found = bytes(cursor.execute("SELECT value FROM secret WHERE name = 'marks'").fetchone()[0])
            self._secret = found  # not before it is on disk: marks made with a lost key are of no use
        return self._secret

    def entries(self, key: Key, schooljaar: str) -> list[Entry]:
        """What was accepted last, one entry per pupil."""
        with self._database.cursor("read the ledger") as cursor:
            return [entry for _, entry in self._rows(cursor, key, schooljaar)]

    def knows(self, soort: str, leverancier: str) -> bool:
        """Whether a supplier ever accepted a list of this kind."""
        query = "SELECT EXISTS (SELECT 1 FROM ledger WHERE leverancier = ? AND soort = ?)"
        with self._database.cursor("read the ledger") as cursor:
            return bool(cursor.execute(query, (leverancier, soort)).fetchone()[0])

    def doubt(self, key: Key, schooljaar: str, entries: Sequence[Entry]) -> None:
        """Forget what was accepted where an entry says something else; a book without such entries is only read."""
        with self._database.cursor("read the ledger") as cursor:
            doubtful = _doubtful(self._rows(cursor, key, schooljaar), entries)
        if doubtful:
            with self._database.transaction("write the ledger") as cursor:
                self.forget(cursor, key, schooljaar, entries)

    def forget(self, cursor: Cursor, key: Key, schooljaar: str, entries: Sequence[Entry]) -> None:
        """The same as `doubt` within a transaction of another part of the store."""
        lock_key(self._database, cursor, key)
        doubtful = _doubtful(self._rows(cursor, key, schooljaar), entries)
        cursor.executemany("UPDATE ledger SET content = ? WHERE id = ?", [(_IN_DOUBT, number) for number in doubtful])

    def accept(self, key: Key, schooljaar: str, entries: Sequence[Entry], at: dt.datetime) -> None:
        """This is what the supplier has now."""
        with self._database.transaction("write the ledger") as cursor:
            self.write(cursor, key, schooljaar, entries, at)

    def write(self, cursor: Cursor, key: Key, schooljaar: str, entries: Sequence[Entry], at: dt.datetime) -> None:
        """The same as `accept` within a transaction of another part of the store."""
        lock_key(self._database, cursor, key)
        known = Index(self._rows(cursor, key, schooljaar))
        old = {number for entry in entries for number in known.of(entry)}
        cursor.executemany("DELETE FROM ledger WHERE id = ?", [(number,) for number in old])
        cursor.executemany(
            "INSERT INTO ledger (routeringskenmerk, leverancier, soort, schooljaar, eck, las, content, accepted_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(*_book(key, schooljaar), entry.eck, entry.las, entry.content, text_of(at)) for entry in entries],
        )

    def _rows(self, cursor: Cursor, key: Key, schooljaar: str) -> list[tuple[int, Entry]]:
        query = f"SELECT id, eck, las, content FROM ledger WHERE {_BOOK} ORDER BY id"
        return [(row[0], Entry(*row[1:])) for row in cursor.execute(query, _book(key, schooljaar)).fetchall()]


def lock_key(database: Database, cursor: Cursor, key: Key) -> None:
    """Keep others from what has to arrive in order, until the transaction ends. Doing so twice is harmless."""
    database.lock(cursor, *about_key(key))


def about_key(key: Key) -> tuple[str, ...]:
    """What a lock on a key is called."""
    return ("outbox", key.routeringskenmerk, key.leverancier, key.soort)


class Index:
    """Rows by either identity of the pupil.

    Args:
        rows: entries with a number each.
    """

    def __init__(self, rows: Iterable[tuple[int, Entry]] = ()) -> None:
        self._by_mark: dict[str, list[tuple[int, Entry]]] = {}
        self.add(rows)

    def add(self, rows: Iterable[tuple[int, Entry]]) -> None:
        """Take in more rows."""
        for number, entry in rows:
            for mark in filter(None, (entry.eck, entry.las)):
                self._by_mark.setdefault(mark, []).append((number, entry))

    def of(self, entry: Entry) -> dict[int, Entry]:
        """The rows about the pupil of `entry`."""
        found = [row for mark in filter(None, (entry.eck, entry.las)) for row in self._by_mark.get(mark, ())]
        return {number: known for number, known in found if known.same_pupil(entry)}


def _doubtful(rows: Sequence[tuple[int, Entry]], entries: Sequence[Entry]) -> list[int]:
    known = Index(rows)
    return [
        number for entry in entries for number, row in known.of(entry).items() if row.content not in (entry.content, _IN_DOUBT)
    ]


def _book(key: Key, schooljaar: str) -> tuple[str, str, str, str]:
    return (key.routeringskenmerk, key.leverancier, key.soort, schooljaar)
