"""``doorstroom config``: is everything in order, and which settings are there."""

from __future__ import annotations

import typer
from rich.text import Text

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import ConfigOption, JsonOption
from doorstroom_client.cli._session import load
from doorstroom_client.cli.exit_codes import ExitCode, worst
from doorstroom_client.config import Settings, load_settings
from doorstroom_client.config import inspection as look
from doorstroom_client.config.shown import value_of
from doorstroom_client.config.table import SETTINGS
from doorstroom_client.errors import ConfigurationError

app: typer.Typer = typer.Typer(help="Check the configuration, and see which settings there are.", no_args_is_help=True)
_STYLES = {"ok": "green", "warning": "yellow", "error": "bold red"}


@app.command("check")
def check(config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Check settings, certificate, store and agreement. Uses no network.

    Says what is wrong and how to repair it, and warns about a certificate that is about to end and about secrets that
    others on this machine can read.

    Example:
      doorstroom config check
    """
    terminal.set_mode(as_json=as_json)
    settings = load(config)
    checks = [
        look.Check("settings", "ok", f"readable; messages are written as {settings.auteur}"),
        *look.certificates(settings),
        *look.parties(settings),
        *look.store(settings),
        look.afspraak(settings),
    ]
    wrong = (item.verdict for item in checks if item.state == "error")
    code = worst(ExitCode.STORE if verdict is look.Verdict.STORE else ExitCode.CONFIGURATION for verdict in wrong)
    if as_json:
        items = [{"check": item.name, "state": item.state, "text": item.text} for item in checks]
        terminal.emit_json({"ok": code == ExitCode.OK, "checks": items})
        return code
    table = terminal.new_table("Check", "State", "Found")
    for item in checks:
        terminal.row(table, item.name, Text(item.state, _STYLES[item.state]), item.text)
    terminal.show_table(table)
    terminal.show("OK: the configuration can be used." if code == ExitCode.OK else "Not OK: repair the errors above.")
    return code


@app.command("show")
def show(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show every setting: its name, environment variable, meaning and value.

    Secret values are never shown. A variable wins over the file.

    Example:
      doorstroom config show
    """
    terminal.set_mode(as_json=as_json)
    settings: Settings | None = None
    try:
        settings = load_settings(config)
    except ConfigurationError as error:
        terminal.say(f"Without values, because the configuration cannot be used: {error.message}", style="yellow")
    rows = [(item, value_of(item, settings) if settings else "") for item in SETTINGS]
    if as_json:
        items = [
            {"setting": item.name, "variable": item.variable, "required": item.required, "help": item.help, "value": value}
            for item, value in rows
        ]
        terminal.emit_json({"settings": items})
        return
    table = terminal.new_table("Setting and variable", "Meaning and value")
    table.columns[0].no_wrap = True  # a name that is broken up cannot be copied
    for item, value in rows:
        name = Text(item.name, "bold")
        if item.variable:
            name.append(f"\n{item.variable}", "dim not bold")
        meaning = Text(item.help + ("; required" if item.required else ""))
        if value:
            meaning.append(f"\n= {terminal.clean(value)}", "green")
        terminal.row(table, name, meaning)
    terminal.show_table(table)
