"""``doorstroom afspraak``: a newly published definition beside the agreement that is registered."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption
from doorstroom_client.cli._session import load
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.config.reader import DEFAULT_FILE
from doorstroom_client.config.table import PREFIX
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.definitie import definitie_van
from doorstroom_client.messages.definitieverschil import Verschil, vergelijk
from doorstroom_client.readers.definitie import read_definitie

app: typer.Typer = typer.Typer(help="The agreement of a school year.", no_args_is_help=True)


@app.callback()
def root() -> None:
    """Keep ``compare`` a command of its own."""


@app.command("compare")
def compare(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The published definition, in YAML or JSON.")],
    naam: Annotated[
        str | None,
        typer.Option(
            "--afspraak", metavar="NAME", help="A shipped or registered agreement. Default: the one of the configuration."
        ),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Lay a newly published OpenAPI definition beside a registered agreement. Uses no network.

    Tells fields that are new, gone or now required, other types, patterns and lengths, value lists, statuses per path, and
    the version string. Exit code 0: the same. 65: different. 74: the file cannot be read. Needs the extra yaml.

    Example:
      doorstroom afspraak compare doorstroom-openapi-2.0.0.yaml
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    afspraak = _the_afspraak(naam, config)
    try:
        found = vergelijk(definitie_van(afspraak), read_definitie(file))
    except ValueError as error:
        raise ConfigurationError(f"{file.name} is {error}", setting="file", hint="Give the file as it was published") from None
    code = ExitCode.REFUSED if found else ExitCode.OK
    if as_json:
        items = [{"kind": item.soort, "path": item.plaats, "field": item.veld, "text": item.tekst} for item in found]
        terminal.emit_json({"same": not found, "afspraak": afspraak.naam, "file": str(file), "differences": items})
    else:
        _show(found, afspraak, file)
    return code


def _show(found: list[Verschil], afspraak: Afspraak, file: Path) -> None:
    about = f'{file.name} beside afspraak "{afspraak.naam}" ({afspraak.versie})'
    if not found:
        terminal.show_wrapped(f"The same: {about}.", indent=0)
        return
    for plaats in dict.fromkeys(item.plaats for item in found):
        terminal.show(plaats, style="bold")
        for item in found:
            if item.plaats == plaats:
                terminal.show_wrapped(f"{item.veld} {item.tekst}".strip() if item.veld else item.tekst)
    terminal.show_wrapped(f"{len(found)} differences: {about}.", indent=0)


def _the_afspraak(naam: str | None, config: Path | None) -> Afspraak:
    """The agreement that is meant; without any configuration one of those that are shipped."""
    if config is None and f"{PREFIX}CONFIG" not in os.environ and not Path(DEFAULT_FILE).is_file():
        return Afspraak.met_naam(naam or "1.1")
    settings = load(config)
    if naam is None:
        return settings.the_afspraak()
    return Afspraak.met_naam(naam, {item.naam: item for item in settings.afspraken})
