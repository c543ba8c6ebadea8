"""``doorstroom config``: is everything in order, and which settings are there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._folders import check_free
from doorstroom_client.cli._options import ConfigOption, JsonOption
from doorstroom_client.cli._session import load
from doorstroom_client.cli._settings_checked import as_items, checks_of, code_of_checks, show_checks
from doorstroom_client.cli.config_init import init
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.config import Settings, load_settings
from doorstroom_client.config.json_schema import schema_text
from doorstroom_client.config.shown import value_of
from doorstroom_client.config.table import SETTINGS
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.output.files import write_whole

app: typer.Typer = typer.Typer(
    help="The configuration: make a first one (doorstroom config init), check it, and see which settings there are.",
    no_args_is_help=True,
)
app.command("init")(init)


@app.command("check")
def check(config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Check settings, certificate, store and agreement. Uses no network.

    Says what is wrong and how to repair it, and warns about a certificate that is about to end and about secrets that
    others on this machine can read. Ends with 77 when a certificate of yours has ended or has not begun, as health does.

    Example:
      doorstroom config check
    """
    terminal.set_mode(as_json=as_json)
    checks = checks_of(load(config))
    code = code_of_checks(checks)
    if as_json:
        terminal.emit_json({"ok": code == ExitCode.OK, "checks": as_items(checks)})
        return code
    show_checks(checks)
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


@app.command("schema")
def schema(
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Write it to this file. Default: to stdout.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace FILE when it exists.")] = False,
) -> None:
    """Print the JSON schema of the settings file, for an editor that completes and checks TOML.

    Taplo, and the editors that use it, take the schema that the first line of the settings names: #:schema FILE, a path
    from the folder of the settings. "doorstroom config init --schema" writes both.

    Example:
      doorstroom config schema --to doorstroom.schema.json
    """
    terminal.set_mode()
    if to is None:
        terminal.emit(schema_text())
    else:
        check_free(to, overwrite=overwrite, option="--to")
        write_whole(to, schema_text().encode())
        to.chmod(0o644)  # nothing in it is yours
        terminal.say(f"Written to {to}.")
