"""The overview as a table, for a spreadsheet or another program: one line per pupil, or per sender of a result of it."""

from __future__ import annotations

from collections.abc import Iterator

from doorstroom_client.output.spreadsheet import csv_bytes
from doorstroom_client.overview.gegevens import ONDERDELEN, Leerlingregel, Overzicht, SchoolOverzicht

KOLOMMEN = (
    *("school", "routeringskenmerk", "groep", "naam", "eck_id", "las_key", "oordeel", "reden", "halve_niveaus_hoger"),
    *("schooladvies", "toetsadvies", "toetsadvies_tekst", "toetsscore", "lezen", "taalverzorging", "rekenen"),
    *("toets", "leverancier", "opmerkingen", "deelname"),
)
"""The columns, in order."""


def als_csv(overzicht: Overzicht) -> bytes:
    """The whole overview as CSV that Dutch Excel opens; no cell can become a formula. Holds personal data of pupils.

    Args:
        overzicht: what to write.
    """
    return csv_bytes(KOLOMMEN, _rows(overzicht))


def _rows(overzicht: Overzicht) -> Iterator[list[object]]:
    for school in overzicht.scholen:
        for leerling in school.leerlingen:
            for regel in leerling.regels:
                yield _cells(school, regel)


def _cells(school: SchoolOverzicht, leerling: Leerlingregel) -> list[object]:
    uitspraak = leerling.uitspraak
    return [
        school.naam,
        school.routeringskenmerk,
        leerling.groep,
        leerling.naam,
        leerling.eck_id,
        leerling.las_key,
        uitspraak.oordeel,
        uitspraak.reden,
        # A minus in front would make it a formula to a spreadsheet, so a lower one is told by the verdict and the reason.
        uitspraak.verschil if uitspraak.verschil is not None and uitspraak.verschil >= 0 else "",
        leerling.advies,
        leerling.toetsadvies,
        leerling.toetsadvies_tekst,
        leerling.toetsscore,
        *(leerling.referentieniveaus.get(part) for part in ONDERDELEN),
        leerling.toets,
        leerling.leverancier,
        " ".join(leerling.opmerkingen),
        leerling.deelname,
    ]
