"""From the rows of a table to lists of pupils. Nothing here raises; what it gives may be used when the table has no error."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping

from doorstroom_client.errors import Problem
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.readers.cell_dates import geboortedatum
from doorstroom_client.readers.cell_values import advies, deelname, geslacht, jaargroep
from doorstroom_client.readers.columns import IDENTITIES, Row, at
from doorstroom_client.readers.key_cells import identity, tell_whole
from doorstroom_client.readers.name_cells import BROKEN, CELL_ERROR, groep, naam, voorletters
from doorstroom_client.readers.record import CellKind
from doorstroom_client.readers.table import Table
from doorstroom_client.readers.whole_columns import WholeColumns


def adviezen_of(table: Table, afspraak: Afspraak) -> list[Advies]:
    """The advice in a table."""
    codes = afspraak.schooladviezen
    return [Advies(leerling, advies(row, codes, table)) for row, leerling in pupils(table, WholeColumns(table.rows))]


def deelnemers_of(table: Table, school: School | None) -> tuple[list[Stamgroep], list[Deelnemer]]:
    """The groups and the participants in a table.

    Args:
        table: what was read.
        school: makes the ids of the groups unique in the chain.
    """
    place = f"{school.routeringskenmerk}-" if school else ""
    whole = WholeColumns(table.rows)
    today = dt.datetime.now(amsterdam()).date()
    deelnemers: list[Deelnemer] = []
    for row, leerling in pupils(table, whole):
        deelnemers.append(_deelnemer(row, leerling, place, table, whole, today))
    return ([], []) if table.problems else (_groepen(table.rows, deelnemers), deelnemers)


def pupils(table: Table, whole: WholeColumns) -> Iterator[tuple[Row, Leerling]]:
    """The rows with the pupil that each is about; notes those without identity or with a NULL, and those that came before.

    One row at a time, so that the problems come in the order of the file.
    """
    seen: dict[tuple[str, str], int] = {}
    for row in table.rows:
        if row.fault:
            table.add(Problem(at(row.line), row.fault))
            continue
        if row.broken:
            table.warnings += [row.problem(column, BROKEN) for column in row.broken]
        told = unusable(row) if row.marks else []
        table.problems += told
        before = len(table.problems)
        eck_id = identity(row, "eck_id", table, whole, row.text("las_key"))
        las_key = identity(row, "las_key", table, whole, row.text("eck_id"))
        if eck_id is None and las_key is None and not any(map(row.text, IDENTITIES)):
            table.add(Problem(at(row.line), "has no identity; fill eck_id, or las_key when there is none"))
        for name, value in (("eck_id", eck_id), ("las_key", las_key)):
            first = row.line if value is None else seen.setdefault((name, value), row.line)
            if first != row.line:
                table.add(row.problem(name, f"is the same as on line {first}; give every pupil once"))
        yield row, Leerling(eck_id, las_key, at(row.line))
        if told:  # of such a cell nothing else can be said
            places = {problem.path for problem in told}
            table.problems[before:] = [problem for problem in table.problems[before:] if problem.path not in places]
    for name in IDENTITIES:
        tell_whole(name, table, whole)


def unusable(row: Row) -> list[Problem]:
    """The cells of a workbook that hold something else than their column can."""
    found: list[Problem] = []
    for column, mark in row.marks.items():
        if mark.fault:
            found.append(row.problem(column, mark.fault))
        elif mark.kind in _NEVER.get(column, (CellKind.ERROR,)):
            found.append(row.problem(column, _KINDS[mark.kind]))
    return found


_DATELIKE = (CellKind.ERROR, CellKind.DAY, CellKind.TRUTH)
_NEVER: Mapping[str, tuple[CellKind, ...]] = {
    **dict.fromkeys((*IDENTITIES, "groep", "jaargroep", "advies"), _DATELIKE),
    **dict.fromkeys(("achternaam", "voorvoegsel", "roepnaam", "voorletters"), (*_DATELIKE, CellKind.NUMBER)),
    "geboortedatum": (CellKind.ERROR, CellKind.TRUTH),
    "geslacht": (CellKind.ERROR, CellKind.DAY),
}
_KINDS = {
    CellKind.ERROR: CELL_ERROR,
    CellKind.NUMBER: "is a number in the workbook, and a name is expected; look whether the columns have shifted",
    CellKind.DAY: "is a date in the workbook; format the column as text and fill it in again",
    CellKind.TRUTH: "is a yes or no of the workbook; format the column as text and fill it in again",
}


def _deelnemer(row: Row, leerling: Leerling, place: str, table: Table, whole: WholeColumns, today: dt.date) -> Deelnemer:
    deelname(row, table)  # a wrong word would be found in spring only; it stays at the school
    return Deelnemer(
        leerling=leerling,
        achternaam=naam(row, "achternaam", table, whole),
        voorvoegsel=naam(row, "voorvoegsel", table, whole, required=False) or None,
        roepnaam=naam(row, "roepnaam", table, whole),
        voorletters=voorletters(row, table, whole),
        geboortedatum=geboortedatum(row, table, whole, today),
        groep=place + _groep_id(groep(row, table)),
        jaargroep=jaargroep(row, table),
        geslacht=geslacht(row, table),
    )


def _groep_id(name: str) -> str:
    return f"groep-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _groepen(rows: list[Row], deelnemers: list[Deelnemer]) -> list[Stamgroep]:
    names: dict[str, str] = {}
    levels: dict[str, set[str]] = {}
    for row, deelnemer in zip(rows, deelnemers, strict=True):
        names.setdefault(deelnemer.groep, row.text("groep"))
        levels.setdefault(deelnemer.groep, set()).add(deelnemer.jaargroep)
    niveaus = {key: "C" if len(found) > 1 else min(found) for key, found in levels.items()}
    return [Stamgroep(key, name, niveaus[key]) for key, name in names.items()]
