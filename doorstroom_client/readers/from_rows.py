"""From the rows of a table to lists of pupils. Nothing here raises; what it gives may be used when the table has no error."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator

from doorstroom_client.errors import Problem
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.identifiers import NO_KEY, is_no_key
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.readers.cell_values import (
    advies,
    deelname,
    filled,
    geboortedatum,
    geslacht,
    jaargroep,
    naam,
    voorletters,
)
from doorstroom_client.readers.columns import IDENTITIES, Row, at
from doorstroom_client.readers.table import Table


def adviezen_of(table: Table, afspraak: Afspraak) -> list[Advies]:
    """The advice in a table."""
    codes, problems = afspraak.schooladviezen, table.problems
    return [Advies(leerling, advies(row, codes, problems)) for row, leerling in pupils(table)]


def deelnemers_of(table: Table, school: School | None) -> tuple[list[Stamgroep], list[Deelnemer]]:
    """The groups and the participants in a table.

    Args:
        table: what was read.
        school: makes the ids of the groups unique in the chain.
    """
    place = f"{school.routeringskenmerk}-" if school else ""
    deelnemers = [_deelnemer(row, leerling, place, table.problems) for row, leerling in pupils(table)]
    return ([], []) if table.problems else (_groepen(table.rows, deelnemers), deelnemers)


def pupils(table: Table) -> Iterator[tuple[Row, Leerling]]:
    """The rows with the pupil that each is about; notes those without identity or with a NULL, and those that came before.

    One row at a time, so that the problems come in the order of the file.
    """
    seen: dict[tuple[str, str], int] = {}
    for row in table.rows:
        if row.fault:
            table.add(Problem(at(row.line), row.fault))
            continue
        told = [row.problem(column, mark.fault) for column, mark in row.marks.items() if mark.fault]
        table.problems += told
        before = len(table.problems)
        eck_id, las_key = (row.text(name) or None for name in IDENTITIES)
        if eck_id is None and las_key is None:
            table.add(Problem(at(row.line), "has no identity; fill eck_id, or las_key when there is none"))
        for name, value in (("eck_id", eck_id), ("las_key", las_key)):
            if value is not None and is_no_key(value):
                table.add(row.problem(name, NO_KEY))
                continue
            first = row.line if value is None else seen.setdefault((name, value), row.line)
            if first != row.line:
                table.add(row.problem(name, f"is the same as on line {first}; give every pupil once"))
        yield row, Leerling(eck_id, las_key, at(row.line))
        if told:  # of such a cell nothing else can be said
            places = {problem.path for problem in told}
            table.problems[before:] = [problem for problem in table.problems[before:] if problem.path not in places]


def _deelnemer(row: Row, leerling: Leerling, place: str, problems: list[Problem]) -> Deelnemer:
    deelname(row, problems)  # a wrong word would be found in spring only; it stays at the school
    return Deelnemer(
        leerling=leerling,
        achternaam=naam(row, "achternaam", problems),
        voorvoegsel=naam(row, "voorvoegsel", problems, required=False) or None,
        roepnaam=naam(row, "roepnaam", problems),
        voorletters=voorletters(row, problems),
        geboortedatum=geboortedatum(row, problems),
        groep=place + _groep_id(filled(row, "groep", problems)),
        jaargroep=jaargroep(row, problems),
        geslacht=geslacht(row, problems),
    )


def _groep_id(name: str) -> str:
    return f"groep-{hashlib.sha256(_composed(name).encode()).hexdigest()[:12]}"


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _groepen(rows: list[Row], deelnemers: list[Deelnemer]) -> list[Stamgroep]:
    names: dict[str, str] = {}
    levels: dict[str, set[str]] = {}
    for row, deelnemer in zip(rows, deelnemers, strict=True):
        names.setdefault(deelnemer.groep, _composed(row.text("groep")))
        levels.setdefault(deelnemer.groep, set()).add(deelnemer.jaargroep)
    niveaus = {key: "C" if len(found) > 1 else min(found) for key, found in levels.items()}
    return [Stamgroep(key, name, niveaus[key]) for key, name in names.items()]
