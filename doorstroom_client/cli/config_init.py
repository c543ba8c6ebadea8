"""``doorstroom config init``: a first settings file, by questions or by arguments, checked at once."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._config_asked import ask
from doorstroom_client.cli._config_given import add, add_schools, put, put_secret
from doorstroom_client.cli._folders import check_free
from doorstroom_client.cli._options import JsonOption
from doorstroom_client.cli._program import program
from doorstroom_client.cli._settings_checked import as_items, checks_of, code_of_checks, show_checks
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.config import load_settings
from doorstroom_client.config.json_schema import NAME as SCHEMA
from doorstroom_client.config.json_schema import schema_text
from doorstroom_client.config.reader import DEFAULT_FILE, problems_in
from doorstroom_client.config.secret_files import FROM_FILE
from doorstroom_client.config.writing import Draft
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.output.files import write_whole


def init(
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The file to write, readable by you only.")] = Path(
        DEFAULT_FILE
    ),
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SETTING=VALUE", help="A setting, such as osr.base_url=https://… Repeatable."),
    ] = None,
    secrets: Annotated[
        list[str] | None,
        typer.Option("--secret", metavar="SETTING=FILE", help="A file that holds a secret, for osr.api_key. Repeatable."),
    ] = None,
    leveranciers: Annotated[
        list[str] | None,
        typer.Option(
            "--leverancier", metavar="KEY=VALUE,…", help="A supplier: toetssoort=ICE,oin=…,base_url=https://… Repeatable."
        ),
    ] = None,
    schools: Annotated[
        list[str] | None,
        typer.Option("--school", metavar="KEY=VALUE,…", help="A school, with its codes as under [[scholen]]. Repeatable."),
    ] = None,
    scholen: Annotated[
        Path | None,
        typer.Option("--scholen", metavar="FILE", help="CSV or workbook with all schools; its columns are those codes."),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help=f"Write {SCHEMA} beside it, which editors check the file with.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", "--force", help="Overwrite a file that is there.")] = False,
    no_input: Annotated[
        bool, typer.Option("--no-input", help="Ask nothing: what is required and missing is told all at once.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Write a first settings file, with comments, and check it. Uses no network.

    On a terminal it asks what was not given, and says with each question who knows the answer; nothing is made up. A secret
    that is typed goes to a file of its own beside the settings, which name it: so the settings can be shown and copied.

    Exit code 0 says that the file was written; what is still to be done, such as a certificate that is not there yet, is told.

    Example:
      doorstroom config init --to las/doorstroom.toml
    """
    terminal.set_mode(as_json=as_json)
    check_free(to, overwrite=overwrite, option="--to")
    draft = Draft()
    _take(draft, to.parent, given or (), secrets or (), leveranciers or (), schools or ())
    if scholen is not None:
        add_schools(draft, scholen)
    if somebody_answers() and not no_input and not as_json:
        ask(draft, to.parent)
    files = {name: to.parent / f"{name}.secret" for name in draft.secrets}
    for file in files.values():
        check_free(file, overwrite=overwrite, option="--to")
    draft.single.update({name + FROM_FILE: file.name for name, file in files.items()})
    _raise_if_wrong(draft, to.parent)
    for name, file in files.items():
        write_whole(file, f"{draft.secrets[name]}\n".encode())
    if schema:
        write_whole(to.parent / SCHEMA, schema_text().encode())
    write_whole(to, draft.text(f"./{SCHEMA}" if schema else "").encode())
    return _tell(to, [*files.values()])


def somebody_answers() -> bool:
    """Whether there is a person to ask."""
    return sys.stdin.isatty()


def _take(
    draft: Draft,
    folder: Path,
    given: Sequence[str],
    secrets: Sequence[str],
    leveranciers: Sequence[str],
    schools: Sequence[str],
) -> None:
    for item in given:
        put(draft, item, folder)
    for item in secrets:
        put_secret(draft, item, folder)
    for item in leveranciers:
        add(draft, "leveranciers", item, "--leverancier")
    for item in schools:
        add(draft, "scholen", item, "--school")


def _raise_if_wrong(draft: Draft, folder: Path) -> None:
    """Refuse a draft that could not be read, before anything is written."""
    trial = Draft({name: value for name, value in draft.single.items() if name.removesuffix(FROM_FILE) not in draft.secrets})
    trial.several.update(draft.several)
    trial.single.update(draft.secrets)
    problems = tuple(replace(item, source="", line=None) if item.line else item for item in problems_in(trial.bare(), folder))
    if problems:
        raise ConfigurationError(
            "; ".join(map(str, problems)),
            setting=problems[0].path,
            hint="Give them with --set SETTING=VALUE, --leverancier or --school; nothing was written",
            problems=problems,
        )


def _tell(to: Path, secrets: Sequence[Path]) -> int:
    """Look at what was written as `config check` does, and say what is next."""
    checks = checks_of(load_settings(to))
    fine = code_of_checks(checks) is ExitCode.OK
    option = "" if to == Path(DEFAULT_FILE) else f" --config {shlex.quote(str(to))}"
    command = f"{program()} {'leverancier' if fine else 'config'} check{option}"
    if terminal.is_json():
        written = {"file": str(to), "secrets": [str(item) for item in secrets]}
        terminal.emit_json({**written, "ok": fine, "checks": as_items(checks), "next": command})
        return ExitCode.OK
    show_checks(checks)
    for file in secrets:
        terminal.say(f"The secret stands in {file}, readable by you only.")
    terminal.say(f"Written to {to}, readable by you only.")
    terminal.say("The configuration can be used. Next, to see whether the others can be reached:" if fine else _STILL)
    terminal.say(f"  {command}", style="cyan")
    return ExitCode.OK


_STILL = "It cannot be used yet: repair what is called an error above, and look again:"
