"""``doorstroom leverancier``: whether suppliers and the OSR can be reached, and who they prove to be."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from doorstroom_client import Bevinding, Client, Controlepunt, Staat, Verbindingscontrole
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption
from doorstroom_client.cli._session import load
from doorstroom_client.cli._warnings_told import told_by_the_command
from doorstroom_client.cli.exit_codes import ExitCode, worst

app: typer.Typer = typer.Typer(help="The connections to suppliers and the OSR.", no_args_is_help=True)
_STYLES = {Staat.OK: "green", Staat.NOT_SEEN: "dim", Staat.ATTENTION: "yellow", Staat.WRONG: "bold red"}
_AS_A_WHOLE = {Staat.OK: "in order", Staat.ATTENTION: "needs attention", Staat.WRONG: "not in order"}
_NOT_REACHED = "not_reached"
_ABOUT_A_CERTIFICATE = (
    Controlepunt.TLS,
    Controlepunt.CHAIN,
    Controlepunt.HOST,
    Controlepunt.OIN,
    Controlepunt.OWN,
    Controlepunt.THEIR_END,
    Controlepunt.OWN_END,
)
_NO_TLS_AT_ALL = ("silent", "closed", "http", "not_tls")


@app.command("check")
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help='Suppliers by test ("ICE"), name or OIN; "osr" for the OSR. Default: everybody who is configured.',
            show_default=False,
        ),
    ] = None,
    school: Annotated[
        str | None,
        typer.Option(
            "--school",
            metavar="KEY",
            help="A school (any of its codes, such as the BRIN) that is known to have a mandate; the OSR is asked about it. "
            "Default: about none.",
        ),
    ] = None,
    seconds: Annotated[
        float,
        typer.Option("--seconds", metavar="SECONDS", min=1, max=600, help="How long the check of one party may take at most."),
    ] = 20.0,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Check the connection to each supplier and the OSR, step by step. No message is sent, and nothing of a pupil.

    Looks at name, port, TLS, both certificates, the OIN and the clock, with the certificate and roots of real calls. Once the
    OIN is right one HEAD goes to the address, without anything in it. Ends with 0 when all is well, 75 when something needs
    attention (a certificate ends within 30 days), 69 when a party cannot be reached, 77 when a certificate or TLS is wrong.

    Example:
      doorstroom leverancier check ICE osr --school 99AA
    """
    terminal.set_mode(as_json=as_json, quiet=quiet)
    settings = load(config)
    with Client(**settings.arguments()) as client:
        order = {name: at for at, name in enumerate([item.toetssoort for item in client.leveranciers])}
        with told_by_the_command(), terminal.counting("Parties checked") as count:
            found: list[Verbindingscontrole] = []
            for controle in client.check_verbindingen(names or None, school=school, seconds=seconds):
                found.append(controle)
                count()
    found.sort(key=lambda item: order.get(item.partij, len(order)))
    code = worst(_code(item) for controle in found for item in controle.bevindingen)
    if as_json:
        terminal.emit_json({"in_orde": code is ExitCode.OK, "partijen": [_as_json(item) for item in found], "exit_code": code})
        return code
    for controle in found:
        if terminal.is_quiet():
            _complain_of(controle)
        else:
            _show(controle)
    return code


def _code(item: Bevinding) -> ExitCode:
    """The exit code that a finding leads to by itself."""
    if item.staat is Staat.ATTENTION or (item.staat is Staat.WRONG and item.code == "Unavailable"):
        return ExitCode.LATER
    if item.staat is not Staat.WRONG:
        return ExitCode.OK
    about_it = item.punt in _ABOUT_A_CERTIFICATE and item.code not in _NO_TLS_AT_ALL
    return ExitCode.CERTIFICATE_OR_MANDATE if about_it else ExitCode.PEER


def _show(controle: Verbindingscontrole) -> None:
    """A block for one party: a table, with the next step under what is not in order."""
    name = controle.partij if controle.naam.casefold() == controle.partij.casefold() else f"{controle.partij}, {controle.naam}"
    table = terminal.new_table("Looked at", "State", "Found")
    table.expand = True
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    reached = [item for item in controle.bevindingen if item.code != _NOT_REACHED]
    for item in reached:
        told = "\n".join(map(terminal.clean, [item.tekst, *([f"Next: {item.advies}."] if item.advies else [])]))
        terminal.row(table, item.punt, Text(item.staat, _STYLES[item.staat]), Text(told))
    missed = [item.punt for item in controle.bevindingen if item.code == _NOT_REACHED]
    if missed:
        text = f"Not looked at, because of the above: {', '.join(missed)}."
        terminal.row(table, "the rest", Text(Staat.NOT_SEEN, _STYLES[Staat.NOT_SEEN]), text)
    terminal.show(f"{name} ({controle.host}): {_AS_A_WHOLE[controle.staat]}", style=f"bold {_STYLES[controle.staat]}")
    terminal.show_table(table)


def _complain_of(controle: Verbindingscontrole) -> None:
    """Only what is not in order, a line each: for a script that asked for silence."""
    for item in controle.bevindingen:
        if item.staat not in (Staat.ATTENTION, Staat.WRONG):
            continue
        next_step = f" {item.advies}." if item.advies else ""
        terminal.complain(f"{controle.partij}: {item.punt}: {item.staat}: {item.tekst}{next_step}")


def _as_json(controle: Verbindingscontrole) -> dict[str, Any]:
    return {
        "partij": controle.partij,
        "naam": controle.naam,
        "host": controle.host,
        "staat": controle.staat,
        "seconden": round(controle.seconden, 3),
        "bevindingen": [
            {
                "punt": item.punt,
                "staat": item.staat,
                "code": item.code,
                "tekst": item.tekst,
                "advies": item.advies,
                "dagen": item.dagen,
            }
            for item in controle.bevindingen
        ],
    }
