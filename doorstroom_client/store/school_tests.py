"""Whose test a school takes in which year: one word per school, kept when all else is purged."""

from __future__ import annotations

import datetime as dt

from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.store.database import Cursor, Database
from doorstroom_client.store.moments import text_of
from doorstroom_client.store.rows import Key

_OF_YEAR = "SELECT leverancier FROM schooltoets WHERE routeringskenmerk = ? AND schooljaar = ? ORDER BY at DESC, leverancier"


class SchoolTests:
    """Remembers which supplier accepted lists of a school in a school year, in one table.

    Args:
        database: where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_year(self, routeringskenmerk: str, schooljaar: str) -> tuple[str, ...]:
        """OINs of the suppliers that accepted a list of a school for a school year, the last one first.

        Args:
            routeringskenmerk: of the administration.
            schooljaar: the school year.
        """
        with self._database.cursor("read whose test a school takes") as cursor:
            return suppliers_in(cursor, routeringskenmerk, schooljaar)

    def year_before(self, routeringskenmerk: str, schooljaar: str) -> str:
        """OIN of the supplier whose test a school took a year before; empty when that is not known.

        Args:
            routeringskenmerk: of the administration.
            schooljaar: the school year after that.
        """
        return next(iter(self.of_year(routeringskenmerk, str(Schooljaar(schooljaar).vorige))), "")

    def changed(self, key: Key, schooljaar: str) -> str:
        """OIN of the supplier of the year before, when the first list of a school year goes to another one; else empty."""
        if self.of_year(key.routeringskenmerk, schooljaar):
            return ""
        before = self.year_before(key.routeringskenmerk, schooljaar)
        return "" if before == key.leverancier else before


def suppliers_in(cursor: Cursor, routeringskenmerk: str, schooljaar: str) -> tuple[str, ...]:
    """The same as `SchoolTests.of_year`, within a transaction of another part of the store."""
    return tuple(str(row[0]) for row in cursor.execute(_OF_YEAR, (routeringskenmerk, schooljaar)).fetchall())


def note_test(cursor: Cursor, key: Key, schooljaar: str, at: dt.datetime) -> None:
    """A supplier accepted a list of a school."""
    cursor.execute(
        "INSERT INTO schooltoets (routeringskenmerk, schooljaar, leverancier, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (routeringskenmerk, schooljaar, leverancier) DO UPDATE SET at = excluded.at",
        (key.routeringskenmerk, schooljaar, key.leverancier, text_of(at)),
    )
