"""A store as it is in March, filled at once: of every school participants, advice, results and reports, as marks of nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from doorstroom_client import School
from doorstroom_client.store.pupils import ECK_ID, mark
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

PUPILS = 26
_AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC).isoformat(timespec="microseconds")
_AT_ONCE = 200
_LEDGER = (
    "INSERT INTO ledger (soort, leverancier, schooljaar, routeringskenmerk, eck, las, content, known, times, accepted_at) "
    "VALUES (?, ?, ?, ?, ?, '', 'content', 1, 0, ?)"
)
_RESULT = (
    "INSERT INTO leerlingresultaat (edu_to, edu_from, sender_oin, schooljaar, pupil, las, alone, about, toets, datumtijd, "
    "received_at, ordered_at, sha256, payload, current) VALUES (?, ?, ?, ?, ?, '', 0, ?, 'ICE', ?, ?, ?, ?, ?, 1)"
)


def eck_id(school: School, number: int) -> str:
    """The identity of an invented pupil."""
    return f"https://ketenid.nl/pilot/{school.routeringskenmerk}{number:0108x}".lower()


def fill(path: Path, schools: Sequence[School], oin: str, schooljaar: str) -> None:
    """Make a store in which all of these schools are done; of each school one pupil has no advice and another no result.

    Args:
        path: the store.
        schools: the administrations.
        oin: of the supplier of all.
        schooljaar: the school year.
    """
    store = SqliteStore(path)
    secret = store.ledger.secret()
    payload = b"{" + b" " * 2500 + b"}"  # about as long as a result is
    for start in range(0, len(schools), _AT_ONCE):
        part = schools[start : start + _AT_ONCE]
        with store._database.transaction("fill") as cursor:
            pupils = [
                (school, number, mark(secret, ECK_ID, eck_id(school, number))) for school in part for number in range(PUPILS)
            ]
            for soort, first in (("registreren", 0), ("registreren-schooladviezen", 1)):
                rows = [
                    (soort, oin, schooljaar, school.routeringskenmerk, pupil, _AT)
                    for school, number, pupil in pupils
                    if number >= first
                ]
                cursor.executemany(_LEDGER, rows)
            cursor.executemany(_RESULT, _results(pupils, oin, schooljaar, payload))
            cursor.executemany(
                "INSERT INTO schooltoets (routeringskenmerk, schooljaar, leverancier, at) VALUES (?, ?, ?, ?)",
                [(school.routeringskenmerk, schooljaar, oin, _AT) for school in part],
            )
    with store._database.transaction("fill") as cursor:
        cursor.execute(
            "INSERT INTO rapport (resultaat, state, next_at, attempts) SELECT id, 'fetched', NULL, 1 FROM leerlingresultaat"
        )
    store.close()


def _results(
    pupils: Iterable[tuple[School, int, str]], oin: str, schooljaar: str, payload: bytes
) -> Iterator[tuple[object, ...]]:
    for school, number, pupil in pupils:
        if number < PUPILS - 1:
            address = school.routeringskenmerk
            checksum = f"{address}{number}"
            yield (
                *(address, school.oin, oin, schooljaar, f"eck:{eck_id(school, number)}", pupil),
                *(_AT, _AT, _AT, checksum, payload),
            )


def write_lists(folder: Path, schools: Iterable[School]) -> None:
    """A file with the pupils of each school."""
    folder.mkdir()
    for school in schools:
        lines = [f"{eck_id(school, number)};Leerling {number};8A" for number in range(PUPILS)]
        (folder / f"{school.routeringskenmerk}.csv").write_text("\n".join(["eck_id;achternaam;groep", *lines]), "utf-8")
