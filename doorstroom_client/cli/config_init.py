"""``doorstroom config init``: a first settings file, by questions or by arguments, checked at once."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._config_asked import SECRETS, ask, is_asked
from doorstroom_client.cli._config_given import add, add_schools, put, put_secret
from doorstroom_client.cli._config_target import room_for
from doorstroom_client.cli._options import JsonOption
from doorstroom_client.cli._program import program
from doorstroom_client.cli._settings_checked import as_items, checks_of, code_of_checks, show_checks
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.config import load_settings
from doorstroom_client.config.draft_tried import problems_of
from doorstroom_client.config.first_file import Draft
from doorstroom_client.config.json_schema import NAME as SCHEMA
from doorstroom_client.config.json_schema import schema_text
from doorstroom_client.config.reader import DEFAULT_FILE
from doorstroom_client.config.secret_files import FROM_FILE
from doorstroom_client.config.setting_problem import SettingProblem
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.output.files import check_replaceable, write_whole


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
        typer.Option(
            "--secret",
            metavar="SETTING=FILE",
            help="A file that holds a secret: osr.api_key or certificate.password. Repeatable.",
        ),
    ] = None,
    leveranciers: Annotated[
        list[str] | None,
        typer.Option(
            "--leverancier",
            metavar="KEY=VALUE,…",
            help="A supplier: its toetssoort, oin and base_url, as in toetssoort=ICE,oin=… Repeatable.",
        ),
    ] = None,
    schools: Annotated[
        list[str] | None,
        typer.Option("--school", metavar="KEY=VALUE,…", help="A school, with its codes as under [[scholen]]. Repeatable."),
    ] = None,
    afspraken: Annotated[
        list[str] | None,
        typer.Option(
            "--afspraak",
            metavar="KEY=VALUE,…",
            help="An agreement: its naam, versie and eerste_schooljaar, as in naam=2026-2027,versie=… Repeatable.",
        ),
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
    with room_for(to, [to.parent / SCHEMA] if schema else [], overwrite=overwrite):
        draft = Draft()
        _take(draft, to.parent, given or (), secrets or (), leveranciers or (), schools or (), afspraken or ())
        if scholen is not None:
            add_schools(draft, scholen)
        if somebody_answers() and not no_input and not as_json:
            _raise_if_wrong([item for item in problems_of(draft, to.parent) if not is_asked(draft, item.path)])
            _check_room_for_secrets(draft, to.parent, overwrite=overwrite)
            ask(draft, to.parent)
        _raise_if_wrong(problems_of(draft, to.parent))
        files = {name: _secret_file(to.parent, name) for name in draft.secrets}
        draft.single.update({name + FROM_FILE: file.name for name, file in files.items()})
        # All is made before anything is written.
        contents = {file: f"{draft.secrets[name]}\n".encode("utf-8", "surrogateescape") for name, file in files.items()}
        contents |= {to.parent / SCHEMA: schema_text().encode()} if schema else {}
        contents[to] = draft.text(f"./{SCHEMA}" if schema else "").encode()
        for file, content in contents.items():
            write_whole(file, content)
    return _tell(to, [*files.values()])


def somebody_answers() -> bool:
    """Whether there is a person to ask."""
    return sys.stdin is not None and sys.stdin.isatty()


def _take(
    draft: Draft,
    folder: Path,
    given: Sequence[str],
    secrets: Sequence[str],
    leveranciers: Sequence[str],
    schools: Sequence[str],
    afspraken: Sequence[str],
) -> None:
    for item in given:
        put(draft, item, folder)
    for item in secrets:
        put_secret(draft, item, folder)
    for item in leveranciers:
        add(draft, "leveranciers", item, "--leverancier")
    for item in schools:
        add(draft, "scholen", item, "--school")
    for item in afspraken:
        add(draft, "afspraken", item, "--afspraak")
    if len(afspraken) == 1 and "naam" in draft.several["afspraken"][0]:  # the only one that was meant
        draft.single.setdefault("afspraak", draft.several["afspraken"][0]["naam"])


def _secret_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.secret"


def _check_room_for_secrets(draft: Draft, folder: Path, *, overwrite: bool) -> None:
    """Refuse to ask for a secret whose file is there already."""
    for name in SECRETS:
        file = _secret_file(folder, name)
        if name + FROM_FILE in draft.single:
            continue
        check_replaceable(file)
        if file.exists() and not overwrite:
            raise typer.BadParameter(
                f"{file} holds a secret of before: give --secret {name}={shlex.quote(str(file))}, or add --overwrite",
                param_hint="--to",
            )


def _raise_if_wrong(problems: Sequence[SettingProblem]) -> None:
    """Refuse what could not be read, before anything is written."""
    if problems:
        raise ConfigurationError(
            "; ".join(map(str, problems)),
            setting=problems[0].path,
            hint="Give them with --set SETTING=VALUE, --secret SETTING=FILE, --leverancier or --school; nothing was written",
            problems=tuple(problems),
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
        terminal.say_wrapped(f"The secret stands in {file}, readable by you only.")
    terminal.say_wrapped(f"Written to {to}, readable by you only.")
    terminal.say_wrapped("The configuration can be used. Next, to see whether the others can be reached:" if fine else _STILL)
    terminal.say(f"  {command}", style="cyan")
    return ExitCode.OK


_STILL = "It cannot be used yet: repair what is called an error above, and look again:"
