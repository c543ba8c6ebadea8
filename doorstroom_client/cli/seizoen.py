"""``doorstroom seizoen``: what is still missing before the dates of the school year, and what was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from doorstroom_client import Adviezenlijst, Client, Leerlingenlijst, School
from doorstroom_client.cli import _options as options
from doorstroom_client.cli import _season_told as telling
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._folders import check_free
from doorstroom_client.cli._names import tell_file_notes
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption, SchooljaarOption
from doorstroom_client.cli._school_lists import SchoolLists
from doorstroom_client.cli._session import load, on_the_store
from doorstroom_client.cli.exit_codes import ExitCode, worst
from doorstroom_client.cli.mandaat import AllSchoolsOption, ManySchoolsOption, SchoolsOption, chosen_schools, day
from doorstroom_client.config import Settings
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.values import dutch_day
from doorstroom_client.output.files import write_whole
from doorstroom_client.readers.one_school import read_adviezen
from doorstroom_client.season import Schoolseizoen, als_csv, als_pagina, maak_verzendlijst, seizoen, verzendlijst_pagina
from doorstroom_client.season.schoolseizoen import WITHIN


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "seizoen",
        help=options.text(
            "Say what is missing before 31 January (advice), 15 March (results) and 24 March (definitive advice), in Dutch.",
            "doorstroom seizoen --school 99AA --leerlingen deelnemers.csv",
            "It looks at what suppliers accepted, at lists that wait, at results and at reports, and tells which signals DUO "
            "is likely to give. The store knows counts; with --leerlingen the page of one school names who misses something. "
            "Uses no network and changes nothing. Exit code 75: something is missing whose date is within --within days, or "
            "has passed; after 31 March 0. Another code: a file could not be read.",
        ),
    )(seizoen_command)


def seizoen_command(
    school: ManySchoolsOption = None,
    all_schools: AllSchoolsOption = False,
    schools: SchoolsOption = None,
    leerlingen: Annotated[
        Path | None,
        typer.Option(
            "--leerlingen",
            metavar="PATH",
            help="The pupils of the school, as for participants; or a folder with a file per school, such as 99AA.csv. A "
            "column deelname (verhinderd, ontheffing) says who takes no part.",
        ),
    ] = None,
    adviezen: Annotated[
        Path | None, typer.Option("--adviezen", metavar="FILE", help="The advice as the school has it now, for --sent.")
    ] = None,
    within: Annotated[
        int,
        typer.Option("--within", min=0, max=366, metavar="DAYS", help="Days before a date from which it asks for attention."),
    ] = WITHIN,
    on: Annotated[
        dt.date | None, typer.Option("--on", parser=day, metavar="YYYY-MM-DD", help="The day to look at it. Default: today.")
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Also write a CSV with a line per school.")] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Also write a page (HTML, in Dutch).")] = None,
    sent: Annotated[
        Path | None,
        typer.Option(
            "--sent",
            metavar="FILE",
            help="Also write a page with what was sent of each pupil, to lay beside the screen of the supplier. Needs "
            "--leerlingen, and one school.",
        ),
    ] = None,
    schooljaar: SchooljaarOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Look at every school, tell, write."""
    terminal.set_mode(quiet=quiet, as_json=as_json)
    for option, target in (("--csv", csv), ("--out", out), ("--sent", sent)):
        if target is not None:
            check_free(target, overwrite=overwrite, option=option)
    settings = load(config)
    chosen = chosen_schools(settings, school, schools, all_schools=all_schools)
    if sent is not None and (leerlingen is None or len(chosen) != 1):
        raise typer.BadParameter("needs --leerlingen, and one school (--school)", param_hint="--sent")
    if adviezen is not None and sent is None:
        raise typer.BadParameter("goes with --sent", param_hint="--adviezen")
    lists = None if leerlingen is None else SchoolLists(leerlingen, chosen, settings.scholen)
    now = dt.datetime.now(dt.UTC)
    if lists is not None:
        lists.tell_left_out()
    with on_the_store(settings) as client:
        found = _look(client, chosen, lists, schooljaar, on or dutch_day(now))
        if sent is not None and lists is not None:
            write_whole(sent, _sent(client, settings, chosen[0], lists(chosen[0]), adviezen, schooljaar, now))
    if csv is not None:
        write_whole(csv, als_csv(found, within=within))
    if out is not None:
        write_whole(out, als_pagina(found, gemaakt_op=now, within=within))
    code = worst([ExitCode.OK if lists is None else lists.code, _code(found, within)])
    _tell(found, within, code, [] if lists is None else lists.unread)
    for target in filter(None, (csv, out, sent)):
        terminal.say(f"Written: {target}.")
    return code


def _look(
    client: Client, chosen: Sequence[School], lists: SchoolLists | None, schooljaar: str | None, on: dt.date
) -> list[Schoolseizoen]:
    """Every school; of many the names are let go of at once, so that any number of them takes little memory."""
    found: list[Schoolseizoen] = []
    with terminal.counting("Schools") as count:
        for item in seizoen(client, chosen, schooljaar=schooljaar, on=on, leerlingen=lists):
            found.append(item if len(chosen) == 1 else replace(item, leerlingen=()))
            count()
    return found


def _sent(
    client: Client,
    settings: Settings,
    school: School,
    leerlingen: Leerlingenlijst | None,
    adviezen: Path | None,
    schooljaar: str | None,
    now: dt.datetime,
) -> bytes:
    if leerlingen is None:  # beside an empty list, everybody who was sent would be told as not in it
        raise ConfigurationError(f"there is no list of pupils of {school.label} that can be read", setting="file")
    year = schooljaar or client.schooljaar
    (stand,) = client.store.seizoen([school], schooljaar=year)
    lijst: Adviezenlijst | None = None
    if adviezen is not None:
        lijst = read_adviezen(adviezen, school, afspraak=settings.the_afspraak(), schooljaar=year)
        tell_file_notes(adviezen, lijst.notes)
    found = maak_verzendlijst(
        stand,
        school,
        leerlingen=leerlingen,
        adviezen=() if lijst is None else lijst.adviezen,
        verstuurd=() if lijst is None else client.store.sent(lijst),
        leveranciers=client.leveranciers,
    )
    return verzendlijst_pagina(found, gemaakt_op=now)


def _code(found: Sequence[Schoolseizoen], within: int) -> ExitCode:
    return ExitCode.LATER if any(item.aandacht(within) for item in found) else ExitCode.OK


def _tell(found: Sequence[Schoolseizoen], within: int, code: int, unread: list[dict[str, Any]]) -> None:
    if terminal.is_json():
        terminal.emit_json(telling.as_json(found, within, code) | {"onleesbaar": unread})
    elif terminal.is_quiet():
        telling.tell_attention(found, within)
    elif len(found) == 1:
        telling.show_school(found[0])
    else:
        telling.show_many(found, within)
