"""Whose result it is, and which delivery counts: of each sender the last one for a pupil, test and school year.

A pupil is known here by a mark, that of the ECK-iD where one is known. A LAS-key belongs to the ECK-iD that our own lists last
named it with, whoever they went to; where none did, to the one that the same sender last named it with. What one sender says
never changes what is current of another.

Deliveries are in the order in which their sender made them. One that tells no moment to be believed comes right after those
that came in before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from doorstroom_client.store.database import Cursor, Database
from doorstroom_client.store.moments import is_ahead, moment_of, readings, text_of
from doorstroom_client.store.pupils import ECK_ID, LAS_KEY, Marked, mark
from doorstroom_client.store.rows import ReceivedResult

SAME = "edu_to = ? AND about = ? AND toets = ? AND schooljaar = ? AND sender_oin = ?"
"""All deliveries of which one is current; with the values of a `Group`."""
CONTESTED = (
    "EXISTS (SELECT 1 FROM leerlingresultaat other WHERE other.edu_to = leerlingresultaat.edu_to "
    "AND other.about = leerlingresultaat.about AND other.sender_oin <> leerlingresultaat.sender_oin AND other.current = 1 "
    "AND (other.schooljaar = leerlingresultaat.schooljaar OR other.schooljaar = '' OR leerlingresultaat.schooljaar = ''))"
)
"""Another sender has a current result of this pupil in this school year too."""
_CONTESTED = (
    "EXISTS (SELECT 1 FROM leerlingresultaat other WHERE other.edu_to = ? AND other.about = ? AND other.sender_oin <> ? "
    "AND other.current = 1 AND (other.schooljaar IN (?, '') OR ? = ''))"
)
"""The same with values: SQLite uses no index for the columns of what an UPDATE returns."""
_FIRST = text_of(dt.datetime.min.replace(tzinfo=dt.UTC))
_AT_ONCE = 500


class Group(NamedTuple):
    """Deliveries of which one is current, as they stand in the table."""

    edu_to: str
    about: str
    toets: str
    schooljaar: str
    sender_oin: str


class Marks(NamedTuple):
    """The marks of the pupil that a delivery names; empty for an identity that it does not name."""

    eck: str
    las: str

    @classmethod
    def of(cls, received: ReceivedResult, secret: bytes) -> Marks:
        """Make them with the key of the store."""
        if received.pupil.startswith("las:"):
            return cls("", mark(secret, LAS_KEY, received.pupil[4:]))
        return cls(mark(secret, ECK_ID, received.pupil.removeprefix("eck:")), mark(secret, LAS_KEY, received.las_key))


def lock(database: Database, cursor: Cursor, deliveries: Iterable[tuple[ReceivedResult, Marks]]) -> None:
    """Keep others from the pupils of these deliveries, until the transaction ends; always in the same order.

    Whose LAS-key it is may be told by a list at this moment: who keeps a result that names no more than that waits for it.
    """
    names: set[tuple[str, ...]] = set()
    for received, marks in deliveries:
        names |= {about_pupil(received.edu_to, each) for each in marks if each}
        if not marks.eck:
            names |= {_about_keys(received.edu_to), about_pupil(received.edu_to, _pupil_of(cursor, received, marks))}
    for name in sorted(names):
        database.lock(cursor, *name)


def group_of(database: Database, cursor: Cursor, received: ReceivedResult, marks: Marks) -> Group:
    """What a delivery belongs to. One that names both identities tells whose the LAS-key is in what its sender sent before."""
    if marks.eck and marks.las:
        _name(database, cursor, received.edu_to, {marks.las: marks.eck}, received.sender_oin)
    return Group(received.edu_to, _pupil_of(cursor, received, marks), received.toets, received.schooljaar, received.sender_oin)


def place_of(cursor: Cursor, group: Group, received: ReceivedResult) -> str:
    """Where a delivery stands in the order; a moment that may be two is read in the order of receipt."""
    made = received.datumtijd
    found = [] if made is None or is_ahead(made, received.received_at) else readings(made)
    if len(found) == 1:
        return text_of(found[0])
    last = cursor.execute(f"SELECT max(ordered_at) FROM leerlingresultaat WHERE {SAME}", group).fetchone()[0]
    after = moment_of(last)
    usable = (text_of(moment) for moment in found if after is None or moment >= after)
    return next(usable, text_of(found[0]) if found else last or _FIRST)


def settle(cursor: Cursor, group: Group) -> list[tuple[int, bool, bool]]:
    """Note which delivery of a group is current; gives of each its id, and whether it is current and contested."""
    query = (
        "UPDATE leerlingresultaat SET current = CASE WHEN id = (SELECT id FROM leerlingresultaat WHERE "
        f"{SAME} ORDER BY ordered_at DESC, id DESC LIMIT 1) THEN 1 ELSE 0 END WHERE {SAME} RETURNING id, current, {_CONTESTED}"
    )
    others = (group.edu_to, group.about, group.sender_oin, group.schooljaar, group.schooljaar)
    found = cursor.execute(query, (*group, *group, *others)).fetchall()
    return [(int(number), bool(current), bool(contested)) for number, current, contested in found]


def name_pupils(database: Database, cursor: Cursor, edu_to: str, named: Iterable[Marked]) -> None:
    """Our own list named these pupils: results that came under a LAS-key alone are of who has it."""
    eck_of = [(item.las, item.eck) for item in named if item.eck and item.las]
    if eck_of:
        database.lock(cursor, *_about_keys(edu_to))
    for at in range(0, len(eck_of), _AT_ONCE):
        _name(database, cursor, edu_to, dict(eck_of[at : at + _AT_ONCE]))


def about_pupil(edu_to: str, about: str) -> tuple[str, ...]:
    """What a lock on the results of a pupil is called."""
    return ("leerlingresultaat", edu_to, about)


def _about_keys(edu_to: str) -> tuple[str, ...]:
    """What a lock on whose LAS-keys are is called; it sorts before those on pupils."""
    return ("leerlingresultaat", "", edu_to)


def _pupil_of(cursor: Cursor, received: ReceivedResult, marks: Marks) -> str:
    """The mark of the pupil: of the ECK-iD, also where only the LAS-key is named and somebody told whose it is."""
    if marks.eck:
        return marks.eck
    named = "edu_to = ? AND las = ? AND las <> '' AND alone = 0 AND sender_oin = ?"
    theirs = f"SELECT about FROM leerlingresultaat WHERE {named} ORDER BY id DESC LIMIT 1"
    found = _of_ours(cursor, received.edu_to, marks.las)
    row = None if found else cursor.execute(theirs, (received.edu_to, marks.las, received.sender_oin)).fetchone()
    return found or (str(row[0]) if row else marks.las)


def _of_ours(cursor: Cursor, edu_to: str, las: str) -> str:
    """The ECK-iD that our own lists last named a LAS-key with; empty when none did."""
    named = "routeringskenmerk = ? AND las = ? AND las <> '' AND eck <> ''"
    query = f"SELECT eck FROM ledger WHERE {named} ORDER BY accepted_at DESC, id DESC LIMIT 1"
    found = cursor.execute(query, (edu_to, las)).fetchone()
    return str(found[0]) if found else ""


def _name(database: Database, cursor: Cursor, edu_to: str, eck_of: Mapping[str, str], sender: str = "") -> None:
    """What came under these LAS-keys alone is of the pupils with these ECK-iDs: of all senders, or of the one that says so."""
    marks = ", ".join("?" * len(eck_of))
    under = f"edu_to = ? AND las IN ({marks}) AND las <> '' AND alone = 1"
    query = f"SELECT las, {', '.join(Group._fields)} FROM leerlingresultaat WHERE {under}"
    rows = set(cursor.execute(query, (edu_to, *eck_of)).fetchall())  # for DISTINCT, SQLite would look through the whole school
    moves = [(las, Group(*group)) for las, *group in rows if eck_of[las] != group[1] and sender in ("", group[4])]
    for las, before in sorted(moves):
        if sender and _of_ours(cursor, edu_to, las):
            continue  # our own lists know better
        after = before._replace(about=eck_of[las])
        for about in sorted({before.about, after.about}):
            database.lock(cursor, *about_pupil(edu_to, about))
        cursor.execute(
            f"UPDATE leerlingresultaat SET about = ? WHERE {SAME} AND las = ? AND alone = 1", (after.about, *before, las)
        )
        _put_in_order(cursor, after)
        settle(cursor, before)
        settle(cursor, after)


def _put_in_order(cursor: Cursor, group: Group) -> None:
    """Two rows of deliveries have become one: those without a moment to be believed get their place anew."""
    query = f"SELECT id, datumtijd, received_at, ordered_at FROM leerlingresultaat WHERE {SAME} ORDER BY id"
    last = _FIRST
    for number, made, received, place in cursor.execute(query, group).fetchall():
        moment, receipt = moment_of(made), moment_of(received)
        if receipt is not None and (moment is None or is_ahead(moment, receipt)):
            cursor.execute("UPDATE leerlingresultaat SET ordered_at = ? WHERE id = ?", (last, number))
        else:
            last = max(last, place)
