"""What the OSR answered, in a table: codes of schools and suppliers only, so there is nothing of a pupil in it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from doorstroom_client.store.database import Database
from doorstroom_client.store.moments import text_of
from doorstroom_client.store.rows import StoredAnswer

_FIELDS = "leverancier, school, namespace, peildatum, gemandateerd, start_datum, eind_datum, gezien_op, omgeslagen_op"


class Mandates:
    """Remembers what the OSR answered, in one table.

    Args:
        database: where it is.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, namespace: str, peildatum: str, school_oin: str) -> list[StoredAnswer]:
        """What is known of a school, at most one answer per supplier.

        Args:
            namespace: with which it was asked.
            peildatum: the day that was asked about; empty for the day of asking.
            school_oin: the school.
        """
        query = f"SELECT {_FIELDS} FROM mandaat WHERE school = ? AND namespace = ? AND peildatum = ?"
        with self._database.cursor("read what the OSR answered") as cursor:
            rows = cursor.execute(query, (school_oin, namespace, peildatum)).fetchall()
        return [_gezien(row) for row in rows]

    def keep(self, gezien: StoredAnswer) -> None:
        """Remember an answer, in place of the one before."""
        values = (
            gezien.leverancier,
            gezien.school,
            gezien.namespace,
            gezien.peildatum,
            int(gezien.gemandateerd),
            _text(gezien.start_datum),
            _text(gezien.eind_datum),
            text_of(gezien.gezien_op),
            None if gezien.omgeslagen_op is None else text_of(gezien.omgeslagen_op),
        )
        with self._database.transaction("note what the OSR answered") as cursor:
            cursor.execute(
                f"INSERT INTO mandaat ({_FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (school, leverancier, namespace, peildatum) DO UPDATE SET gemandateerd = excluded.gemandateerd, "
                "start_datum = excluded.start_datum, eind_datum = excluded.eind_datum, gezien_op = excluded.gezien_op, "
                "omgeslagen_op = excluded.omgeslagen_op",
                values,
            )

    def forget(self, supplier_oin: str, school_oin: str) -> None:
        """Drop what a party contradicted."""
        with self._database.transaction("forget what the OSR answered") as cursor:
            cursor.execute("DELETE FROM mandaat WHERE school = ? AND leverancier = ?", (school_oin, supplier_oin))

    def drop(self, until: dt.datetime) -> None:
        """Drop every answer up to a moment."""
        with self._database.transaction("forget what the OSR answered") as cursor:
            cursor.execute("DELETE FROM mandaat WHERE gezien_op <= ?", (text_of(until),))

    def turned(self, namespace: str, peildatum: str, since: dt.datetime) -> tuple[int, int]:
        """Of how many schools a yes became a no, and of how many it was asked since then and stayed.

        Args:
            namespace: with which it was asked.
            peildatum: the day that was asked about; empty for the day of asking.
            since: an earlier change does not count.
        """
        about, late = (namespace, peildatum), (namespace, peildatum, text_of(since))
        turned = "FROM mandaat WHERE namespace = ? AND peildatum = ? AND omgeslagen_op > ?"
        stayed = "FROM mandaat WHERE namespace = ? AND peildatum = ? AND gemandateerd = 1 AND gezien_op >= ?"
        with self._database.cursor("read what the OSR answered") as cursor:
            count, first = cursor.execute(f"SELECT COUNT(DISTINCT school), MIN(omgeslagen_op) {turned}", late).fetchone()
            if not count:
                return 0, 0
            query = f"SELECT COUNT(DISTINCT school) {stayed} AND school NOT IN (SELECT school {turned})"
            return count, cursor.execute(query, (*about, first, *late)).fetchone()[0]


def _gezien(row: Any) -> StoredAnswer:
    leverancier, school, namespace, peildatum, gemandateerd, start, eind, gezien_op, omgeslagen_op = row
    moment = dt.datetime.fromisoformat(gezien_op)
    turned = dt.datetime.fromisoformat(omgeslagen_op) if omgeslagen_op else None
    return StoredAnswer(leverancier, school, namespace, peildatum, bool(gemandateerd), _day(start), _day(eind), moment, turned)


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _text(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
