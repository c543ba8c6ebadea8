"""The command ``doorstroom``: all groups together, and one way to end."""

from __future__ import annotations

import inspect
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from doorstroom_client import __version__
from doorstroom_client.cli import (
    adviezen,
    afspraak,
    bestand,
    certificaat,
    config,
    deelnemers,
    demo,
    health,
    ketentest,
    leverancier,
    mandaat,
    osr,
    outbox,
    overzicht,
    planning,
    rapporten,
    resultaten,
    seizoen,
    serve,
    simulator,
    store,
    teksten,
)
from doorstroom_client.cli._help import show_no_flag, tidy
from doorstroom_client.cli._told_errors import guard
from doorstroom_client.cli.exit_codes import epilog


class _Group(TyperGroup):
    """Ends every command through `guard`, however it was started, and shows all help as it is written."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        tidy(self)

    def get_params(self, ctx: Any) -> Any:
        """All options: those for completion are added once this is made."""
        found = super().get_params(ctx)
        for parameter in found:
            show_no_flag(parameter)
        return found

    def main(self, *args: Any, **options: Any) -> Any:
        """Run a command and exit with its code."""
        options["standalone_mode"] = False
        run = super().main
        typed = args[0] if args else options.get("args")
        as_json = "--json" in (sys.argv[1:] if typed is None else typed)
        sys.exit(guard(lambda: run(*args, **options), as_json=as_json))


app = typer.Typer(
    name="doorstroom",
    cls=_Group,
    help=(
        "The LAS side of the Dutch doorstroomtoets chain: mandates, participants and school advice out, results and "
        'reports in. New here? Start with "doorstroom demo".'
    ),
    epilog=epilog(),
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"doorstroom {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Options that stand before a command."""


def _take_help(within: typer.Typer) -> None:
    """Give every command its docstring as help: each paragraph in one line, and an example as it stands there."""
    for command in within.registered_commands:
        paragraphs = (inspect.getdoc(command.callback) or "").split("\n\n")
        told = (f"\b\n{text}" if text.startswith("Example:") else text.replace("\n", " ") for text in paragraphs)
        command.help = command.help or "\n\n".join(told)
    for group in within.registered_groups:
        if group.typer_instance is not None:
            _take_help(group.typer_instance)


app.command()(demo.demo)
app.command()(simulator.simulator)
app.add_typer(ketentest.app, name="ketentest")
app.add_typer(config.app, name="config")
app.add_typer(certificaat.app, name="certificaat")
app.add_typer(mandaat.app, name="mandaat")
app.add_typer(osr.app, name="osr")
app.add_typer(leverancier.app, name="leverancier")
app.add_typer(afspraak.app, name="afspraak")
app.add_typer(bestand.app, name="bestand")
app.add_typer(deelnemers.app, name="deelnemers")
app.add_typer(adviezen.app, name="adviezen")
app.add_typer(outbox.app, name="outbox")
app.add_typer(store.app, name="store")
app.command()(serve.serve)
app.add_typer(resultaten.app, name="resultaten")
overzicht.add_to(app)
seizoen.add_to(app)
app.add_typer(rapporten.app, name="rapporten")
app.command()(planning.planning)
app.add_typer(teksten.app, name="teksten")
app.command()(health.health)
_take_help(app)
