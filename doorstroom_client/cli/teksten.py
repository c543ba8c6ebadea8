"""``doorstroom teksten``: ready texts for schools, for screens and mails, with the names of the configuration in them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._folders import check_free
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption
from doorstroom_client.cli._session import load
from doorstroom_client.config.reader import file_in_use
from doorstroom_client.output.files import write_whole
from doorstroom_client.output.told import uitleg_html
from doorstroom_client.school_texts import TEKSTEN, Invulling, als_pagina, find_tekst

app: typer.Typer = typer.Typer(help="Ready texts for schools, in Dutch, for screens and mails.", no_args_is_help=True)
LasOption = Annotated[
    str | None, typer.Option("--las", metavar="NAME", help="Name of the LAS. Default: las_naam, or the name in auteur.")
]
LeverancierNaamOption = Annotated[
    str | None,
    typer.Option("--leverancier", metavar="NAME", help="Name of the supplier. Default: the configured one, when there is one."),
]
OpenOption = Annotated[
    bool, typer.Option("--open", help="Fill in no names: {las_naam} and {leverancier} stand where they belong.")
]


@app.command("list")
def show_list(as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Show the names of all texts and what each is for. Uses no network.

    Example:
      doorstroom teksten list
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    if as_json:
        texts = [{"naam": item.naam, "soort": item.soort.value, "voor": item.voor} for item in TEKSTEN.values()]
        terminal.emit_json({"teksten": texts})
        return
    table = terminal.new_table("Name", "For")
    for item in TEKSTEN.values():
        terminal.row(table, item.naam, item.voor)
    terminal.show_table(table)


@app.command("show")
def show(
    naam: Annotated[str, typer.Argument(metavar="NAME", help='As in "doorstroom teksten list".')],
    las: LasOption = None,
    leverancier: LeverancierNaamOption = None,
    as_open: OpenOption = False,
    as_html: Annotated[bool, typer.Option("--html", help="As a fragment of a web page.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show one text, as text, JSON or HTML. Uses no network, and needs no configuration.

    Example:
      doorstroom teksten show mail-mandaat-nakijken
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    if as_json and as_html:
        raise typer.BadParameter("--json and --html exclude each other")
    tekst = find_tekst(naam)
    namen = _names(config, las, leverancier, as_open=as_open)
    if as_json:
        terminal.emit_json(tekst.as_dict(namen))
    elif as_html:
        sys.stdout.write(f"{uitleg_html(tekst.uitleg(namen))}\n")
    else:
        terminal.tell_lines(tekst.uitleg(namen), terminal.show)


@app.command("page")
def page(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The page to write.", show_default=False)],
    las: LasOption = None,
    leverancier: LeverancierNaamOption = None,
    as_open: OpenOption = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")] = False,
    config: ConfigOption = None,
    quiet: QuietOption = False,
) -> None:
    """Write a page (HTML, in Dutch) with all texts, to read and to copy from. Uses no network.

    Example:
      doorstroom teksten page teksten.html
    """
    terminal.set_mode(quiet=quiet)
    check_free(file, overwrite=overwrite)
    write_whole(file, als_pagina(_names(config, las, leverancier, as_open=as_open)))
    terminal.show(f"{len(TEKSTEN)} texts are written to {file}.")


def _names(config: Path | None, las: str | None, leverancier: str | None, *, as_open: bool) -> Invulling:
    """The names as typed, else those of the configuration, if there is one."""
    if as_open:
        if las or leverancier:
            raise typer.BadParameter("--open fills in no names, so --las and --leverancier cannot be given with it")
        return Invulling.open()
    found = Invulling()
    if file_in_use(config) is not None:
        settings = load(config)
        found = Invulling.of(settings.las, [item.naam for item in settings.leveranciers])
    return Invulling(
        las_naam=found.las_naam if las is None else las, leverancier=found.leverancier if leverancier is None else leverancier
    )
