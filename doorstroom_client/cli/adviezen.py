"""``doorstroom adviezen``: voorlopige schooladviezen to the test supplier."""

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
from doorstroom_client.cli._sending import Wanted, afspraak_of
from doorstroom_client.cli._sending import send as send_file
from doorstroom_client.client import Client
from doorstroom_client.config import Settings
from doorstroom_client.delivery.ontvangst import Ontvangst
from doorstroom_client.messages.leerlingen import Advies
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import Schooladvies
from doorstroom_client.readers.tables import read_adviezen

app = typer.Typer(help="Send voorlopige schooladviezen to the test supplier of a school.", no_args_is_help=True)


@app.command(
    "send",
    help=options.text(
        "Send the voorlopige schooladviezen in a CSV file.",
        "doorstroom adviezen send adviezen.csv --school 99AA --dry-run",
        "Columns: eck_id and/or las_key, and advies. Sending the same file again does no harm. A list adds and changes advice; "
        "nothing is ever deleted by it. An advice may be typed in small letters and with spaces: havo t/m vwo.",
        "\n  ".join(("Advice codes:", *Schooladvies)),
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
    adviezen: list[Advies] = []

    def read(settings: Settings, _: School) -> int:
        adviezen.extend(read_adviezen(file, afspraak=afspraak_of(settings)))
        return len(adviezen)

    def build(chain: Chain, for_school: School) -> object:
        return chain.build_schooladviezen(for_school, adviezen, schooljaar)

    def deliver(client: Client, for_school: School) -> Ontvangst:
        return client.send_schooladviezen(for_school, adviezen, leverancier=leverancier, schooljaar=schooljaar)

    wanted = Wanted(config, school, leverancier, schooljaar, dry_run, as_json)
    send_file(wanted, "schooladviezen", read, build, deliver)
