"""``doorstroom deelnemers``: participants to the test supplier."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import typer

from doorstroom_client.cli import _options as options
from doorstroom_client.cli._send_one import add_commands, many_help
from doorstroom_client.cli._send_wanted import Kind
from doorstroom_client.config import Settings
from doorstroom_client.messages.aanlevering import Deelnemerslijst
from doorstroom_client.messages.school import School
from doorstroom_client.readers.one_school import read_deelnemers

app: typer.Typer = typer.Typer(help="Send the participants in the test to the test supplier of a school.", no_args_is_help=True)


def _read(file: Path, settings: Settings, school: School, schooljaar: str, sheet: str | None) -> Deelnemerslijst:
    return read_deelnemers(file, school, edexml=replace(settings.edexml, schooljaar=schooljaar), sheet=sheet)


add_commands(
    app,
    Kind("deelnemers", "deelnemers", _read),
    options.text(
        "Send the participants in a CSV or EDEXML file.",
        "doorstroom deelnemers send deelnemers.csv --school 99AA --dry-run",
        "Columns: eck_id and/or las_key, achternaam, roepnaam, voorletters, geboortedatum (YYYY-MM-DD or DD-MM-YYYY), groep; "
        "and where you have them voorvoegsel, geslacht (1, 2, 9, or m, v), jaargroep (7 or 8). Of EDEXML, as a LAS exports it, "
        "the pupils in jaargroep 8 are sent; what it leaves open stands in the section edexml of the configuration. Send "
        "participants before advice. Sending the same file again does no harm.",
    ),
    many_help("deelnemers", "Send the participants of many schools, a few at a time."),
)
