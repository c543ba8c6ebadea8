"""``doorstroom mandaat``: who may exchange messages on behalf of a school."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer
from rich.text import Text

from doorstroom_client.cli import _options as options
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import ConfigOption, JsonOption
from doorstroom_client.cli._session import mandaat_uitleg, open_client
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.client import Client
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.school import School
from doorstroom_client.osr.models import Mandaat

app = typer.Typer(help="Who may exchange messages on behalf of a school, according to the OSR.", no_args_is_help=True)
_YES_NO: dict[bool | None, tuple[str, str]] = {True: ("yes", "green"), False: ("no", "red"), None: ("not checked", "dim")}


def _day(typed: str) -> dt.date:
    try:
        return dt.datetime.strptime(typed, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        raise typer.BadParameter("expected a date as YYYY-MM-DD") from None


@app.command(
    "check",
    help=options.text(
        "Ask the OSR which suppliers a school has mandated, and explain the answer in Dutch.",
        "doorstroom mandaat check --school 99AA",
        "A school mandates one of the configured suppliers, so one yes is enough. Ends with exit code 77 when a school has "
        "no usable mandate at all.",
    ),
)
def check(
    school: Annotated[
        list[str] | None,
        typer.Option("--school", metavar="KEY", help="BRIN, School OIN or routeringskenmerk; may be repeated. Default: all."),
    ] = None,
    all_schools: Annotated[
        bool, typer.Option("--all", help="All configured schools. The default too; this says it out loud, for scripts.")
    ] = False,
    leverancier: Annotated[
        list[str] | None,
        typer.Option("--leverancier", metavar="TEST", help='Only this supplier ("ICE"); may be repeated. Default: all.'),
    ] = None,
    op: Annotated[
        dt.date | None,
        typer.Option("--op", parser=_day, metavar="YYYY-MM-DD", help="The day to ask about. Default: today."),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> int:
    """Look up every school with every supplier."""
    terminal.set_mode(as_json=as_json)
    if all_schools and school:
        raise typer.BadParameter("--all and --school exclude each other")
    with open_client(config) as client:
        scholen = [client.find_school(key) for key in school] if school else list(client.scholen)
        asked = leverancier or [item.toetssoort for item in client.leveranciers]
        if not scholen or not asked:
            setting = "leveranciers" if scholen else "scholen"
            raise ConfigurationError(f"{setting}: none is configured, so there is nothing to look up", setting=setting)
        found = {item: _ask(client, item, asked, op) for item in scholen}
        hint = _namespace_hint(found, all_asked=len(asked) >= len(client.leveranciers))
    if hint:
        terminal.complain(hint)
    if as_json:
        terminal.emit_json(_as_json(found))
    else:
        _show(found)
    return ExitCode.OK if all(any(mandaten) for mandaten in found.values()) else ExitCode.CERTIFICATE_OR_MANDATE


def _namespace_hint(found: dict[School, list[Mandaat]], *, all_asked: bool) -> str:
    """What a developer has to know before a school is told that it has to repair something; empty when there is nothing."""
    if any(item.gemandateerd for mandaten in found.values() for item in mandaten):
        return ""
    why = "it changes per school year, and the OSR answers a wrong one in the same way as a missing mandate"
    if len(found) > 1:
        asked = "any supplier" if all_asked else "the supplier that was asked about"
        return f"No school has a mandate for {asked}. Check osr.namespace first: {why}"
    if not all_asked:
        return ""
    return (
        f"This school has mandated none of the configured suppliers. If other schools have the same: check osr.namespace; {why}"
    )


def _ask(client: Client, school: School, leveranciers: list[str], op: dt.date | None) -> list[Mandaat]:
    return [client.osr.check_mandaat(school, leverancier, op=op) for leverancier in leveranciers]


def _show(found: dict[School, list[Mandaat]]) -> None:
    table = terminal.new_table("School", "Test", "Supplier mandated", "LAS mandated")
    for school, mandaten in found.items():
        for item in mandaten:
            answers = [Text(*_YES_NO[answer]) for answer in (item.gemandateerd, item.las_gemandateerd)]
            terminal.row(table, school.label, item.leverancier.toetssoort, *answers)
    terminal.show_table(table)
    for mandaten in found.values():
        terminal.show("")
        terminal.show(mandaat_uitleg(mandaten))


def _as_json(found: dict[School, list[Mandaat]]) -> dict[str, Any]:
    scholen = [
        {
            "school": school.instellingscode,
            "routeringskenmerk": school.routeringskenmerk,
            "in_orde": any(mandaten),
            "leveranciers": [
                {
                    "leverancier": item.leverancier.toetssoort,
                    "gemandateerd": item.gemandateerd,
                    "las_gemandateerd": item.las_gemandateerd,
                }
                for item in mandaten
            ],
            "uitleg": mandaat_uitleg(mandaten),
        }
        for school, mandaten in found.items()
    ]
    peildatum = next(iter(found.values()))[0].peildatum
    return {"peildatum": peildatum.isoformat(), "scholen": scholen}
