"""``doorstroom ketentest ready``: how far the tests with every supplier are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from doorstroom_client.cli import _ketentest_run as shared
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import ConfigOption, JsonOption
from doorstroom_client.cli.exit_codes import ExitCode, code_of, worst
from doorstroom_client.config import load_settings
from doorstroom_client.config.reader import file_in_use
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.values import dutch_day

if TYPE_CHECKING:
    from doorstroom_client.ketentest.ready import Cel, Rij

_FOLDER = Path("ketentest")
_STYLES = {"ok": "green", "wacht": "cyan", "vraag": "cyan", "gezakt": "bold red", "fout": "bold red", "verlopen": "yellow"}


def ready(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Folder with the folders of the tests.", show_default="ketentest")
    ] = _FOLDER,
    schooljaar: Annotated[
        str | None, typer.Option("--schooljaar", metavar="YYYY-YYYY", help="School year. Default: the current one.")
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> int:
    """Show how far the tests with every supplier are: both halves of our LAS, and both halves of the supplier.

    Reads reports only. Ends with 0 when all of it is tested with the versions of now and in order; with 75 when something is
    not tested, expired or waited for, 69 when a supplier has to repair something and 65 when we have.

    Example:
      doorstroom ketentest ready --schooljaar 2026-2027
    """
    from doorstroom_client.ketentest.ready import OWN, SUPPLIERS, broken_plans, overview

    terminal.set_mode(as_json=as_json)
    if schooljaar is not None and not Schooljaar.fits(schooljaar):
        raise typer.BadParameter(Schooljaar.rule, param_hint="--schooljaar")
    today = dutch_day(shared.now())
    year = schooljaar or str(Schooljaar.on(today))
    named = file_in_use(config)
    if not folder.is_dir() and folder != _FOLDER:
        raise ConfigurationError(f"there is no folder {folder}", setting="DIR", hint="Name the folder of your chain tests")
    found = overview(folder, year, today, None if named is None else load_settings(named))
    broken = broken_plans(folder)
    for error in broken:
        terminal.complain(f"{error.message}; this test is left out", label="Error: ")
    if as_json:
        left_out = [error.message for error in broken]
        terminal.emit_json({"schooljaar": year, "leveranciers": [item.as_data() for item in found], "weggelaten": left_out})
    elif not found:
        terminal.show(f"Geen leveranciers gevonden, niet in de configuratie en niet in {folder}.")
    else:
        table = terminal.new_table(f"Schooljaar {year}", *(rol.value for rol in (*OWN, *SUPPLIERS)), "laatst")
        for item in found:
            cells = [_cell(item.cellen[rol]) for rol in (*OWN, *SUPPLIERS)]
            terminal.row(table, Text(terminal.clean(item.naam), "bold"), *cells, item.laatst)
        terminal.show_table(table)
        for line in _beside(found):
            terminal.show_wrapped(line, indent=0)
    codes = [ExitCode(cel.code) for item in found for cel in item.cellen.values()] + [code_of(error) for error in broken]
    return worst(codes) if codes else ExitCode.LATER


def _beside(found: Sequence[Rij]) -> Iterator[str]:
    """What is told beside the table: when and with which versions, and what is to be done."""
    from doorstroom_client.ketentest.ready import OWN, SUPPLIERS

    for rol in OWN:  # the same for every supplier
        if tested := found[0].cellen[rol].getest:
            yield f"{rol.value}: {tested}"
    for item in found:
        for tested in dict.fromkeys(item.cellen[rol].getest for rol in SUPPLIERS):
            if tested:
                yield f"{item.naam}: {tested}"
        for remark in item.opmerkingen:
            yield f"{item.naam}: {remark}"


def _cell(cel: Cel) -> Text:
    return Text(cel.tekst, _STYLES.get(cel.stand, "dim"))
