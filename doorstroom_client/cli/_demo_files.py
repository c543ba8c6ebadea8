"""The files that the demo leaves behind."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from doorstroom_client import OntvangenResultaat
from doorstroom_client.cli._folders import check_ours, make_folder
from doorstroom_client.messages.leerlingenlijst import Leerlingenlijst
from doorstroom_client.messages.school import School
from doorstroom_client.output.files import write_whole
from doorstroom_client.overview.gegevens import Overzicht
from doorstroom_client.overview.koppelen import Schoolgegevens, maak_overzicht
from doorstroom_client.overview.pagina import als_pagina
from doorstroom_client.overview.tabel import als_csv

if TYPE_CHECKING:
    from doorstroom_client.simulator.invented import BedachteLeerling

OVERVIEW, PAGE, READ_ME, REPORTS = "overzicht.csv", "overzicht.html", "README.txt", "rapporten"
_MARK = "doorstroom demo\n"
_README = (
    _MARK
    + """===============

Made by "doorstroom demo". The schools, the pupils, their advice and their results are invented.
You may throw this folder away; running the demo again with the same folder replaces these files.

overzicht.csv   every pupil on one line: advice of the school, outcome of the test, and the verdict on the two
                (semicolons and UTF-8 with BOM: opens in Dutch Excel with a double click)
                One pupil has no result: that pupil was not signed up for the test.
overzicht.html  the page for the schools, in Dutch: whose advice must be reconsidered; open it in a browser
rapporten/      the reports of the pupils as PDF, as fetched from the test suppliers
                A file name is made from the number of the report, and says nothing: a name that identifies a pupil
                would end up in logs and backups. "doorstroom resultaten export" says whose report it is.

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
        rapporten: how many reports were fetched.
    """

    school: School
    toets: str
    leerlingen: list[BedachteLeerling] = field(repr=False)
    resultaten: list[OntvangenResultaat] = field(default_factory=list[OntvangenResultaat], repr=False)
    rapporten: int = 0


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


def overview_of(played: list[Played], schooljaar: str) -> Overzicht:
    """The advice of the schools beside the results."""
    from doorstroom_client.simulator.keten import adviezen_of, deelnemers_of  # brings cryptography

    return maak_overzicht(
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


def write_overview(folder: Path, overview: Overzicht) -> None:
    """Write the page for the schools, and the table with every pupil on one line."""
    write_whole(folder / PAGE, als_pagina(overview))
    write_whole(folder / OVERVIEW, als_csv(overview))
