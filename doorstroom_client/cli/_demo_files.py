"""The files that the demo leaves behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from doorstroom_client.cli._folders import check_ours, make_folder
from doorstroom_client.faces.ontvangen_resultaat import OntvangenResultaat
from doorstroom_client.messages.leerlingenlijst import Leerlingenlijst
from doorstroom_client.messages.school import School
from doorstroom_client.output.files import write_whole
from doorstroom_client.output.spreadsheet import csv_bytes
from doorstroom_client.overview.koppelen import Schoolgegevens, maak_overzicht
from doorstroom_client.overview.pagina import als_pagina
from doorstroom_client.overview.rangorde import Oordeel

if TYPE_CHECKING:
    from doorstroom_client.simulator.invented import BedachteLeerling

OVERVIEW, PAGE, READ_ME, REPORTS = "overzicht.csv", "overzicht.html", "README.txt", "rapporten"
_MARK = "doorstroom demo\n"
_HEADER = (
    *("school", "toets", "groep", "roepnaam", "voorvoegsel", "achternaam", "schooladvies"),
    *("toetsadvies", "toetsscore", "rekenen", "lezen", "taalverzorging", "rapport"),
)
_README = (
    _MARK
    + """===============

Made by "doorstroom demo". The schools, the pupils, their advice and their results are invented.
You may throw this folder away; running the demo again with the same folder replaces these files.

overzicht.csv   every pupil on one line: advice of the school, outcome of the test, name of the report
                (semicolons and UTF-8 with BOM: opens in Dutch Excel with a double click)
                One pupil has no result: that pupil was not signed up for the test.
overzicht.html  the page for the schools, in Dutch: whose advice must be reconsidered; open it in a browser
rapporten/      the reports of the pupils as PDF, as fetched from the test suppliers
                A file name is made from the number of the report, and says nothing: a name that identifies a pupil
                would end up in logs and backups. The column "rapport" of overzicht.csv says whose report it is.

Dutch terms
  schooladvies      the advice of the school for the next type of school, made before the test
  toetsadvies       the advice that follows from the test; a higher one makes the school reconsider its own
  rekenen, lezen,   reference level per part: L1F (below 1F), 1F, and 1S or 2F as the target level
  taalverzorging
"""
)


@dataclass(slots=True)
class Played:
    """What was played with one school and its supplier.

    Attributes:
        school: the school.
        toets: its supplier.
        leerlingen: its invented pupils.
        resultaten: what was received of them.
        rapporten: file of each report, by number of the result.
    """

    school: School
    toets: str
    leerlingen: list[BedachteLeerling] = field(repr=False)
    resultaten: list[OntvangenResultaat] = field(default_factory=list[OntvangenResultaat], repr=False)
    rapporten: dict[int, Path] = field(default_factory=dict[int, Path], repr=False)

    def resultaat_van(self, leerling: BedachteLeerling) -> OntvangenResultaat | None:
        """Find the result of a pupil: by ECK-iD, or by LAS-key for a pupil who has no ECK-iD."""
        for item in self.resultaten:
            found = item.leerling
            if (found.eck_id and found.eck_id == leerling.eck_id) or (found.las_key and found.las_key == leerling.las_key):
                return item
        return None


def prepare(folder: Path) -> Path:
    """Make the folders; returns the one for reports.

    Raises:
        ConfigurationError: the folder holds files of others under our names.
        StoreError: a folder cannot be made.
    """
    make_folder(folder)
    check_ours(folder, READ_ME, _MARK, (OVERVIEW, PAGE))
    write_whole(folder / READ_ME, _README.encode())
    make_folder(folder / REPORTS)
    return folder / REPORTS


def write_overview(folder: Path, played: list[Played]) -> int:
    """Write one line for every pupil; returns how many."""
    rows = [row for part in played for row in _rows(part)]
    write_whole(folder / OVERVIEW, csv_bytes(_HEADER, rows))
    return len(rows)


def write_page(folder: Path, played: list[Played], schooljaar: str) -> int:
    """Write the page for the schools; returns of how many pupils the advice must be reconsidered."""
    from doorstroom_client.simulator.keten import adviezen_of, deelnemers_of  # brings cryptography

    found = maak_overzicht(
        [item for part in played for item in part.resultaten],
        scholen=[
            Schoolgegevens(
                school=part.school,
                leerlingen=Leerlingenlijst.of_deelnemers(*deelnemers_of(part.leerlingen, part.school)),
                adviezen=adviezen_of(part.leerlingen),
            )
            for part in played
        ],
        schooljaar=schooljaar,
        gemaakt_op=dt.datetime.now(dt.UTC),
        leveranciers=[item.leverancier for part in played for item in part.resultaten[:1] if item.leverancier],
    )
    write_whole(folder / PAGE, als_pagina(found))
    return found.aantallen[Oordeel.HEROVERWEGEN]


def _rows(part: Played) -> Iterator[list[object]]:
    for leerling in part.leerlingen:
        about = [leerling.groep, leerling.roepnaam, leerling.voorvoegsel, leerling.achternaam, leerling.advies]
        yield [part.school.naam, part.toets, *about, *_outcome(part, part.resultaat_van(leerling))]


def _outcome(part: Played, item: OntvangenResultaat | None) -> list[object]:
    if item is None:
        return [""] * 6
    levels = item.referentieniveaus
    file = part.rapporten.get(item.id)
    return [
        item.toetsadvies,
        item.toetsscore,
        *(levels.get(name) for name in ("REKENEN", "LEZEN", "TAALVERZORGING")),
        f"{REPORTS}/{file.name}" if file else "",
    ]
