"""How far each school is, read from the tables of a store: six questions by index for each school, however many there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import NamedTuple

from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.values import dutch_day
from doorstroom_client.store.database import Cursor, Database
from doorstroom_client.store.moments import moment_of, text_of
from doorstroom_client.store.queued import OPEN
from doorstroom_client.store.rows import Noted, State
from doorstroom_client.store.school_tests import suppliers_in
from doorstroom_client.store.schoolstand import Book, ResultMark, Schoolstand

_DEELNEMERS, _ADVIEZEN = "registreren", "registreren-schooladviezen"
_ACCEPTED = (
    "SELECT soort, eck, las, content, known, times, accepted_at FROM ledger WHERE leverancier = ? AND soort IN (?, ?) "
    "AND routeringskenmerk = ? AND schooljaar = ? ORDER BY id"
)
_OPEN_LISTS = f"SELECT state FROM outbox WHERE routeringskenmerk = ? AND {OPEN} AND schooljaar = ?"
_PARKED = (
    "SELECT soort, ended_at FROM outbox WHERE routeringskenmerk = ? AND state = 'parked' AND schooljaar = ? AND expires_at > ?"
)
_RESULTS = (
    "SELECT about, las, toets, sender_oin, schooljaar, received_at, rapport.state FROM leerlingresultaat "
    "LEFT JOIN rapport ON rapport.resultaat = leerlingresultaat.id WHERE edu_to = ? AND current = 1"
)
_REMOVED_RESULTS = "SELECT about, las, toets, sender_oin, schooljaar, received_at, rapport FROM uitslagmerk WHERE edu_to = ?"


class _Came(NamedTuple):
    """A result that came in, as it stands in one of two tables."""

    about: str
    las: str
    toets: str
    sender_oin: str
    schooljaar: str
    received_at: str
    report: str | None


class Season:
    """Tells how far a school is, from all tables together.

    Args:
        database: where they are.
        secret: gives the key that marks are made with.
    """

    def __init__(self, database: Database, secret: Callable[[], bytes]) -> None:
        self._database = database
        self._secret = secret

    def of_school(self, routeringskenmerk: str, schooljaar: str, now: dt.datetime) -> Schoolstand:
        """How far one administration is in a school year.

        Args:
            routeringskenmerk: the administration.
            schooljaar: the school year.
            now: the wall clock (UTC).
        """
        secret = self._secret()
        with self._database.cursor("read how far a school is") as cursor:
            suppliers = suppliers_in(cursor, routeringskenmerk, schooljaar)
            before = suppliers_in(cursor, routeringskenmerk, str(Schooljaar(schooljaar).vorige))
            noted = _accepted(cursor, suppliers[0], routeringskenmerk, schooljaar) if suppliers else []
            states = [row[0] for row in cursor.execute(_OPEN_LISTS, (routeringskenmerk, schooljaar)).fetchall()]
            parked = cursor.execute(_PARKED, (routeringskenmerk, schooljaar, text_of(now))).fetchall()
            came = [*map(_Came._make, cursor.execute(_REMOVED_RESULTS, (routeringskenmerk,)).fetchall())]
            came += map(_Came._make, cursor.execute(_RESULTS, (routeringskenmerk,)).fetchall())
        came = [item for item in came if _is_of(item, schooljaar)]
        book = Book(
            secret,
            (item for soort, item in noted if soort == _DEELNEMERS),
            (item for soort, item in noted if soort == _ADVIEZEN),
            _marks(came),
        )
        return Schoolstand(
            routeringskenmerk=routeringskenmerk,
            schooljaar=schooljaar,
            leveranciers=suppliers,
            vorige_toets=before[0] if before else "",
            wachtend=states.count(State.WAITING),
            vastgehouden=states.count(State.HELD),
            geparkeerd=sum(not _is_overtaken(soort, ended_at, noted) for soort, ended_at in parked),
            laatst_verstuurd=max((item.at for _, item in noted), default=None),
            laatst_ontvangen=moment_of(max((item.received_at for item in came), default=None)),
            _book=book,
            **book.counts(),
        )


def _accepted(cursor: Cursor, supplier: str, routeringskenmerk: str, schooljaar: str) -> list[tuple[str, Noted]]:
    rows = cursor.execute(_ACCEPTED, (supplier, _DEELNEMERS, _ADVIEZEN, routeringskenmerk, schooljaar)).fetchall()
    return [
        (str(soort), Noted(eck, las, content, bool(known), times, dt.datetime.fromisoformat(at)))
        for soort, eck, las, content, known, times, at in rows
    ]


def _is_overtaken(soort: str, ended_at: str, noted: Iterable[tuple[str, Noted]]) -> bool:
    """Whether a list of the same kind was accepted since one was put aside: then nobody has to do anything about that one."""
    return any(kind == soort and text_of(item.at) > ended_at for kind, item in noted)


def _is_of(item: _Came, schooljaar: str) -> bool:
    """Whether a result is of a school year; one that names none is of the year in which it came in."""
    if Schooljaar.fits(item.schooljaar):
        return item.schooljaar == schooljaar
    received = dt.datetime.fromisoformat(item.received_at)
    return Schooljaar.on(dutch_day(received)) == schooljaar


def _marks(came: Iterable[_Came]) -> Iterable[ResultMark]:
    """One mark per pupil, test and sender: a result that is kept counts over what is left of an earlier one."""
    found = {(item.about, item.toets, item.sender_oin): item for item in came}
    for item in found.values():
        eck = "" if item.about == item.las else item.about
        yield ResultMark(eck, item.las, item.toets, item.sender_oin, item.report or "")
