"""``doorstroom adviezen``: voorlopige schooladviezen to the test supplier."""

from __future__ import annotations

from pathlib import Path

import typer

from doorstroom_client.cli import _options as options
from doorstroom_client.cli._send_one import add_commands, many_help
from doorstroom_client.cli._send_wanted import Kind
from doorstroom_client.config import Settings
from doorstroom_client.messages.aanlevering import Adviezenlijst
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import Schooladvies
from doorstroom_client.readers.one_school import read_adviezen

app: typer.Typer = typer.Typer(help="Send voorlopige schooladviezen to the test supplier of a school.", no_args_is_help=True)


def _read(file: Path, settings: Settings, school: School, _: str, sheet: str | None) -> Adviezenlijst:
    return read_adviezen(file, school, afspraak=settings.the_afspraak(), sheet=sheet)


add_commands(
    app,
    Kind("adviezen", "schooladviezen", _read),
    options.text(
        "Send the voorlopige schooladviezen in a CSV file.",
        "doorstroom adviezen send adviezen.csv --school 99AA --dry-run",
        "Columns: eck_id and/or las_key, and advies. Sending the same file again does no harm. A list adds and changes advice; "
        "nothing is ever deleted by it. An advice may be typed in small letters and with spaces: havo t/m vwo. Pupils that the "
        "supplier does not know are told by the line they stand on, with exit code 65; the others are taken in.",
        "\n  ".join(("Advice codes:", *Schooladvies)),
    ),
    many_help("adviezen", "Send the voorlopige schooladviezen of many schools, a few at a time."),
)
