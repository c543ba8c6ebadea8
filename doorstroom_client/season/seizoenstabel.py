"""The season as a table, for a spreadsheet or another program: a line per school, counts only."""

from __future__ import annotations

from collections.abc import Iterable

from doorstroom_client.output.spreadsheet import csv_bytes
from doorstroom_client.season.schoolseizoen import WITHIN, Schoolseizoen, Soort
from doorstroom_client.season.termijnen import Termijn

KOLOMMEN = (
    *("school", "routeringskenmerk", "schooljaar", "leverancier", "vorige_toets", "verwacht", "deelnemers", "adviezen"),
    *("resultaten", "dubbel", *Soort),
    *(f"dagen_tot_{item}" for item in Termijn),
    *("aandacht", "signalen", "wat_ontbreekt", "let_op"),
)
"""The columns, in order."""


def als_csv(scholen: Iterable[Schoolseizoen], *, within: int = WITHIN) -> bytes:
    """All schools as CSV that Dutch Excel opens; no cell can become a formula. Holds no pupils.

    Args:
        scholen: the schools.
        within: as for `Schoolseizoen.aandacht`.
    """
    return csv_bytes(KOLOMMEN, (_cells(item, within) for item in scholen))


def _cells(item: Schoolseizoen, within: int) -> list[object]:
    stand = item.stand
    return [
        item.school.label,
        item.school.routeringskenmerk,
        item.schooljaar,
        item.leverancier,
        item.vorige_toets,
        item.verwacht,
        stand.deelnemers,
        stand.adviezen,
        stand.resultaten,
        stand.dubbel,
        *(item.aantal(soort) for soort in Soort),
        # A minus in front would make it a formula to a spreadsheet; a date that has passed is told as 0.
        *(max(item.termijnen.dagen(termijn, item.on), 0) for termijn in Termijn),
        "ja" if item.aandacht(within) else "nee",
        ", ".join(f"{signaal.nummer}: {signaal.aantal}" for signaal in item.signalen),
        "; ".join(punt.kort for punt in item.ontbreekt),
        " ".join(item.let_op),
    ]
