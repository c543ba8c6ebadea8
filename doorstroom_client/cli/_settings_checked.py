"""What `config check` looks at, and how it is told; for every command that ends with a look at the settings."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli.exit_codes import ExitCode, worst
from doorstroom_client.config import Settings
from doorstroom_client.config import inspection as look

_CODES = {look.Verdict.STORE: ExitCode.STORE, look.Verdict.CERTIFICATE: ExitCode.CERTIFICATE_OR_MANDATE}
"""Of what is wrong; anything else is the configuration."""
_STYLES = {"ok": "green", "warning": "yellow", "error": "bold red"}


def checks_of(settings: Settings) -> list[look.Check]:
    """Everything that can be looked at without a network."""
    return [
        look.Check("settings", "ok", f"readable; messages are written as {settings.auteur}"),
        *look.certificates(settings),
        *look.parties(settings),
        *look.store(settings),
        look.afspraak(settings),
    ]


def code_of_checks(checks: Sequence[look.Check]) -> ExitCode:
    """The exit code that belongs to them."""
    wrong = (item.verdict for item in checks if item.state == "error")
    return worst(_CODES.get(verdict, ExitCode.CONFIGURATION) for verdict in wrong)


def as_items(checks: Sequence[look.Check]) -> list[dict[str, str]]:
    """The checks, for ``--json``."""
    return [{"check": item.name, "state": item.state, "text": item.text} for item in checks]


def show_checks(checks: Sequence[look.Check]) -> None:
    """The checks as a table."""
    table = terminal.new_table("Check", "State", "Found")
    for item in checks:
        terminal.row(table, item.name, Text(item.state, _STYLES[item.state]), item.text)
    terminal.show_table(table)
