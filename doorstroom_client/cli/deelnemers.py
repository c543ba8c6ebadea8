"""``doorstroom deelnemers``: participants to the test supplier."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from doorstroom_client.chain import Chain
from doorstroom_client.cli import _options as options
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import (
    ConfigOption,
    DryRunOption,
    JsonOption,
    LeverancierOption,
    QuietOption,
    SchooljaarOption,
    SchoolOption,
)
from doorstroom_client.cli._sending import Wanted
from doorstroom_client.cli._sending import send as send_file
from doorstroom_client.client import Client
from doorstroom_client.config import Settings
from doorstroom_client.delivery.ontvangst import Ontvangst
from doorstroom_client.messages.leerlingen import Deelnemer, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.readers.tables import read_deelnemers

app = typer.Typer(help="Send the participants in the test to the test supplier of a school.", no_args_is_help=True)


@app.command(
    "send",
    help=options.text(
        "Send the participants in a CSV file.",
        "doorstroom deelnemers send deelnemers.csv --school 99AA --dry-run",
        "Columns: eck_id and/or las_key, achternaam, roepnaam, voorletters, geboortedatum (YYYY-MM-DD or DD-MM-YYYY), groep; "
        "and where you have them voorvoegsel, geslacht (1, 2, 9, or m, v), jaargroep (7 or 8). Send participants before "
        "advice. Sending the same file again does no harm.",
    ),
)
def send(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with one line per pupil, as Dutch Excel saves it.")],
    school: SchoolOption = None,
    leverancier: LeverancierOption = None,
    schooljaar: SchooljaarOption = None,
    dry_run: DryRunOption = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Read the file, check everything, send it."""
    terminal.set_mode(quiet=quiet, as_json=as_json)
    groepen: list[Stamgroep] = []
    deelnemers: list[Deelnemer] = []

    def read(_: Settings, for_school: School) -> int:
        groups, pupils = read_deelnemers(file, school=for_school)
        groepen.extend(groups)
        deelnemers.extend(pupils)
        return len(deelnemers)

    def build(chain: Chain, for_school: School) -> object:
        return chain.build_deelnemers(for_school, groepen, deelnemers, schooljaar)

    def deliver(client: Client, for_school: School) -> Ontvangst:
        return client.send_deelnemers(for_school, groepen, deelnemers, leverancier=leverancier, schooljaar=schooljaar)

    wanted = Wanted(config, school, leverancier, schooljaar, dry_run, as_json)
    send_file(wanted, "deelnemers", read, build, deliver)
