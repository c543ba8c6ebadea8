"""``doorstroom osr``: whether the configuration fits the OSR, and our own addresses in it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from doorstroom_client.cli import _endpoints as adressen
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption
from doorstroom_client.cli._session import load
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.cli.mandaat import AllSchoolsOption, ManySchoolsOption, SchoolsOption, day
from doorstroom_client.client import Client
from doorstroom_client.config.reader import Settings
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.osr.namespace import NamespaceCheck, years_in

app = typer.Typer(help="The Onderwijs Serviceregister (OSR): namespace and addresses.", no_args_is_help=True)


@app.command("check")
def check(
    schooljaar: Annotated[
        list[str] | None,
        typer.Option("--schooljaar", metavar="YYYY-YYYY", help="Only this school year; may be repeated. Default: all."),
    ] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Compare the configured namespace with what the OSR lists, for every configured school year, and look for the next.

    Says in one sentence per school year what to change. Ends with exit code 78 when a configured namespace has to be
    changed; a school year that is not configured yet is only told.

    Example:
      doorstroom osr check
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    settings = load(config)
    configured, following = _years(settings)
    with Client(**settings.arguments()) as client:
        checks = {year: client.osr.check_namespace(year) for year in (schooljaar or configured)}
        ahead = {} if schooljaar else {following: _ahead(client, following, checks)}
    fine = all(checks.values())
    if as_json:
        terminal.emit_json(
            {
                "in_orde": fine,
                "schooljaren": [_as_json(year, found) for year, found in checks.items()],
                "volgend_schooljaar": [{"schooljaar": year, "advies": text} for year, text in ahead.items() if text],
            }
        )
    else:
        for year, found in checks.items():
            tell = terminal.show if found else terminal.complain
            tell(f"{year}: {found.advies}")
        for year, text in ahead.items():
            if text:
                terminal.say(f"{year}: {text}")
    return ExitCode.OK if fine else ExitCode.CONFIGURATION


def _years(settings: Settings) -> tuple[list[str], str]:
    """The school years that are configured, and the one after the one of today."""
    now = settings.schooljaar or Schooljaar.on(dt.datetime.now(amsterdam()).date())
    second = int(now[5:])
    configured = [item.schooljaar for item in settings.jaargangen.items] or [now]
    return configured, f"{second}-{second + 1}"


def _ahead(client: Client, year: str, checks: dict[str, NamespaceCheck]) -> str:
    """What there is to know about next year, when that is not configured yet; empty when there is nothing."""
    if year in checks:
        return ""
    found = client.osr.find_namespace(schooljaar=year)
    if found.namespace is None or year not in years_in(found.namespace):
        return f"not configured, and nothing to configure yet: {found.reden}."
    return f'not configured yet: add it under [[schooljaren]] with namespace "{found.namespace}", which the OSR lists already.'


def _as_json(year: str, found: NamespaceCheck) -> dict[str, Any]:
    return {
        "schooljaar": year,
        "in_orde": found.in_orde,
        "ingesteld": found.ingesteld,
        "gevonden": found.gevonden.namespace,
        "advies": found.advies,
    }


@app.command("register-endpoint")
def register_endpoint(
    school: ManySchoolsOption = None,
    all_schools: AllSchoolsOption = False,
    schools: SchoolsOption = None,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="URL", help='https address of the receiver. Default: the column "url" of --schools.'),
    ] = None,
    attributes: Annotated[str, typer.Option("--attributes", metavar="TEXT", help="What kind of system it is.")] = "LAS",
    since: Annotated[
        dt.date | None,
        typer.Option("--since", parser=day, metavar="YYYY-MM-DD", help="First day. Default: at once."),
    ] = None,
    until: Annotated[
        dt.date | None, typer.Option("--until", parser=day, metavar="YYYY-MM-DD", help="Last day. Default: open.")
    ] = None,
    free_routing_id: Annotated[
        bool,
        typer.Option(
            "--free-routing-id",
            help="Not with the configured routeringskenmerk, but with the one under which the address stands already, else "
            "with a free one of the OSR. Agree on it with the school, and put it in the configuration.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Register the address on which this LAS receives results, or change it, for one school or for many.

    Shows first what would change, and asks before it writes. What stands there already is left alone, so running it again
    does no harm; an address of another system is never overwritten. Every write is read back. Schools are done one after
    another; when one fails the others go on.

    Example:
      doorstroom osr register-endpoint --schools scholen.csv --url https://las.example.nl/terugweg
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    settings = load(config)
    more = {"attributes": attributes, "since": since, "until": until, "free_routing_id": free_routing_id}
    wanted = adressen.wanted(settings, school, schools, url, all_schools=all_schools, **more)
    with Client(**settings.arguments()) as client:
        return adressen.register(client, settings, wanted, yes=yes, dry_run=dry_run)
