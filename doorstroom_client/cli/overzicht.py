"""``doorstroom overzicht``: whose advice must be reconsidered, as a page for the school."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from doorstroom_client import Advies, Client, OntvangenResultaat, Queued
from doorstroom_client.cli import _options as options
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._folders import check_free
from doorstroom_client.cli._names import tell_file_notes
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption, SchoolFilter, SchooljaarOption
from doorstroom_client.cli._session import load, on_the_store, only_school, the_school
from doorstroom_client.config import Settings
from doorstroom_client.errors import ConfigurationError, DoorstroomError
from doorstroom_client.messages.aanlevering import Adviezenlijst
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.leerlingenlijst import Leerlingenlijst
from doorstroom_client.messages.school import School, find_school
from doorstroom_client.messages.values import dutch_day
from doorstroom_client.output.files import write_whole
from doorstroom_client.overview.bezorging import Vergeleken
from doorstroom_client.overview.gegevens import Overzicht, SchoolOverzicht
from doorstroom_client.overview.koppelen import Schoolgegevens, maak_overzicht
from doorstroom_client.overview.pagina import als_pagina
from doorstroom_client.overview.rangorde import Oordeel
from doorstroom_client.overview.tabel import als_csv
from doorstroom_client.readers.directory import read_leerlingen
from doorstroom_client.readers.one_school import read_adviezen

T = TypeVar("T")
_FOLDER = "A folder holds a file per school, named after its BRIN (99AA or 99AA00), RIO code, School OIN or routeringskenmerk."


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "overzicht",
        help=options.text(
            "Write a page (HTML, in Dutch) that says for which pupils the toetsadvies is higher than the advice of the school.",
            "doorstroom overzicht overzicht.html --school 99AA --leerlingen deelnemers.csv --adviezen adviezen.csv",
            "It compares the received results with the advice that you sent, and shows reference levels, who has no result yet "
            "and what was delivered. The page prints on A4 and asks nothing of the internet. It holds pupil data and "
            "is readable by you only; nothing of that is printed here. Nothing is marked as processed.",
        ),
    )(overzicht)


def overzicht(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The page to write.", show_default=False)],
    leerlingen: Annotated[
        Path | None,
        typer.Option("--leerlingen", metavar="PATH", help=f"The pupils with their groups, as for deelnemers send. {_FOLDER}"),
    ] = None,
    adviezen: Annotated[
        Path | None,
        typer.Option("--adviezen", metavar="PATH", help=f"The advice of the school, as for adviezen send. {_FOLDER}"),
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Also write a CSV with a line per pupil.")] = None,
    school: SchoolFilter = None,
    schooljaar: SchooljaarOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read everything, compare, write."""
    terminal.set_mode(quiet=quiet, as_json=as_json)
    for target in filter(None, (file, csv)):
        check_free(target, overwrite=overwrite)
    settings = load(config)
    with on_the_store(settings) as client:
        found = _compare(client, settings, _Given(leerlingen, adviezen, school), schooljaar)
    write_whole(file, als_pagina(found))
    if csv is not None:
        write_whole(csv, als_csv(found))
    if as_json:
        terminal.emit_json(_as_json(found))
        return
    must = found.aantallen[Oordeel.HEROVERWEGEN]
    terminal.show(f"{must} of {found.aantal_leerlingen} pupils are to be reconsidered; the page is written to {file}.")
    without = found.aantallen[Oordeel.GEEN_ADVIES]
    if without:
        terminal.say(f"{without} pupils with a result have no advice to compare it with; give the advice with --adviezen.")
    if csv is not None:
        terminal.show(f"One line per pupil is written to {csv}.")


class _Given:
    """What was given of the schools themselves.

    Args:
        leerlingen: a file of one school, or a folder.
        adviezen: the same.
        key: the school that is meant.
    """

    def __init__(self, leerlingen: Path | None, adviezen: Path | None, key: str | None) -> None:
        self._leerlingen, self._adviezen, self.key = leerlingen, adviezen, key

    def read(self, settings: Settings) -> list[Schoolgegevens]:
        """What each school knows."""
        afspraak = settings.the_afspraak()
        pupils = dict(self._read(self._leerlingen, settings, _read_leerlingen))

        def read_advies(path: Path, school: School) -> Sequence[Advies]:
            lijst = read_adviezen(path, school, afspraak=afspraak)
            tell_file_notes(path, lijst.notes)
            return lijst.adviezen

        advice = dict(self._read(self._adviezen, settings, read_advies))
        return [
            Schoolgegevens(school=item, leerlingen=pupils.get(item, Leerlingenlijst()), adviezen=advice.get(item, ()))
            for item in dict.fromkeys([*pupils, *advice])
        ]

    def _read(self, path: Path | None, settings: Settings, read: Callable[[Path, School], T]) -> Iterator[tuple[School, T]]:
        if path is None:
            return
        if not path.is_dir():
            school = the_school(settings, self.key)
            yield school, read(path, school)
            return
        files = sorted(item for item in path.iterdir() if item.is_file() and not item.name.startswith("."))
        if not files:
            raise ConfigurationError(f"{path} holds no files", setting="file", hint=_FOLDER)
        wanted = find_school(settings.scholen, self.key) if self.key else None
        for item in files:
            school = find_school(settings.scholen, item.stem)
            if wanted in (None, school):
                yield school, read(item, school)


def _read_leerlingen(file: Path, _: School) -> Leerlingenlijst:
    found = read_leerlingen(file)
    tell_file_notes(file, found.notes)
    return found


def _compare(client: Client, settings: Settings, given: _Given, schooljaar: str | None) -> Overzicht:
    now = dt.datetime.now(dt.UTC)
    year = schooljaar or settings.schooljaar or Schooljaar.on(dutch_day(now))
    only = only_school(client, given.key)
    schools = given.read(settings)
    results = list(client.resultaten(only, everything=True))
    messages = list(client.outbox.messages())
    return maak_overzicht(
        results,
        scholen=schools,
        schooljaar=year,
        gemaakt_op=now,
        berichten=messages,
        vergeleken=_accepted(client, schools, results, messages, year),
        leveranciers=client.leveranciers,
    )


def _accepted(
    client: Client,
    schools: list[Schoolgegevens],
    results: list[OntvangenResultaat],
    messages: list[Queued],
    schooljaar: str,
) -> Iterator[Vergeleken]:
    """How much of the present advice each supplier has: those that are configured and that have to do with the school."""
    known = {item.oin for item in client.leveranciers}
    for part in schools:
        address = part.school.routeringskenmerk
        oins = {item.sender_oin for item in results if item.edu_to == address}
        oins |= {item.key.leverancier for item in messages if item.key.routeringskenmerk == address}
        for oin in sorted(oins & known) if part.adviezen else ():
            try:
                found = client.compare(Adviezenlijst(part.school, part.adviezen, schooljaar=schooljaar), leverancier=oin)
            except DoorstroomError:
                continue  # such a list cannot be made now, for instance without an agreement for that school year
            if found.ongewijzigd:
                yield Vergeleken(
                    routeringskenmerk=address,
                    leverancier=oin,
                    aangenomen=found.ongewijzigd,
                    open=len(found.nieuw) + len(found.gewijzigd),
                )


def _as_json(found: Overzicht) -> dict[str, Any]:
    return {
        "schooljaar": found.schooljaar,
        "leerlingen": found.aantal_leerlingen,
        **{oordeel: found.aantallen[oordeel] for oordeel in Oordeel},
        "ander_schooljaar": found.ander_schooljaar,
        "per_school": {item.routeringskenmerk: _counts(item) for item in found.scholen},
    }


def _counts(school: SchoolOverzicht) -> dict[str, int]:
    return {"leerlingen": len(school.leerlingen), **{oordeel: school.aantallen[oordeel] for oordeel in Oordeel}}
