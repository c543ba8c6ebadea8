"""``doorstroom osr``: whether the configuration fits the OSR, and our own addresses in it."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from doorstroom_client import Client, NamespaceCheck
from doorstroom_client.cli import _endpoints as adressen
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption
from doorstroom_client.cli._session import load
from doorstroom_client.cli.exit_codes import ExitCode
from doorstroom_client.cli.mandaat import AllSchoolsOption, ManySchoolsOption, SchoolsOption, day

app: typer.Typer = typer.Typer(help="The Onderwijs Serviceregister (OSR): namespace and addresses.", no_args_is_help=True)


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
    with Client(**settings.arguments()) as client:
        found = [*map(client.osr.check_namespace, schooljaar)] if schooljaar else client.osr.check_namespaces()
    checks, ahead = ([item for item in found if item.vooruit is wanted] for wanted in (False, True))
    if as_json:
        terminal.emit_json(
            {
                "in_orde": all(checks),
                "schooljaren": [_as_json(item) for item in checks],
                "volgend_schooljaar": [{"schooljaar": item.gevonden.schooljaar, "advies": item.advies} for item in ahead],
            }
        )
    else:
        for item in found:
            tell = terminal.say if item.vooruit else terminal.show if item else terminal.complain
            tell(f"{item.gevonden.schooljaar}: {item.advies}")
    return ExitCode.OK if all(checks) else ExitCode.CONFIGURATION


def _as_json(found: NamespaceCheck) -> dict[str, Any]:
    return {
        "schooljaar": found.gevonden.schooljaar,
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
