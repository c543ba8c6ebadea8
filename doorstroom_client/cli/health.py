"""``doorstroom health``: is everything in order, for a monitor. Looks at this machine only."""

from __future__ import annotations

from typing import Annotated

import typer

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption
from doorstroom_client.cli._session import load
from doorstroom_client.cli.exit_codes import ExitCode, worst
from doorstroom_client.config import inspection as look
from doorstroom_client.config.inspection import Verdict

_CODES = {
    Verdict.OK: ExitCode.OK,
    Verdict.ATTENTION: ExitCode.LATER,
    Verdict.STORE: ExitCode.STORE,
    Verdict.CERTIFICATE: ExitCode.CERTIFICATE_OR_MANDATE,
    Verdict.CONFIGURATION: ExitCode.CONFIGURATION,
}


def health(
    max_age_hours: Annotated[
        float,
        typer.Option("--max-age-hours", metavar="HOURS", min=0, help="How long the oldest message in the outbox may wait."),
    ] = look.MAX_AGE_HOURS,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Say whether everything is in order, for a monitor. Uses no network.

    Looks at the certificates, the store, the outbox, the results that were not yet processed and the purges. Exit code 0:
    in order. 75: look at it soon (a certificate ends within 30 days or its chain has a gap, a message waits too long,
    messages are held or parked, results stay unprocessed longer than they are kept, nothing was purged). 74, 77, 78: broken
    (the store, the certificate, the configuration). The first line can be read by Nagios and its kin, the numbers in --json
    by anything else. Run it as the user that delivers.

    Example:
      doorstroom health --json
    """
    terminal.set_mode(quiet=quiet, as_json=as_json)
    settings = load(config)
    checks = [*look.certificates(settings), *look.store(settings, max_age_hours)]
    numbers = {name: number for item in checks for name, number in item.numbers.items()}
    found = [(item.name, _CODES[item.verdict], item.text) for item in checks]
    worst_code = worst(code for _, code, _ in found)
    if as_json:
        items = [{"check": name, "state": _state(code), "exit_code": code, "text": text} for name, code, text in found]
        terminal.emit_json({"state": _state(worst_code), "checks": items, "metrics": numbers, "exit_code": worst_code})
        return worst_code
    tell = terminal.show if worst_code is ExitCode.OK else _show_always
    wrong = "; ".join(text for _, code, text in found if code is worst_code)
    counted = " ".join(f"{name}={number:g}" for name, number in numbers.items())
    tell(f"{_state(worst_code).upper()}: {'everything is in order' if worst_code is ExitCode.OK else wrong} | {counted}")
    for name, code, text in found:
        tell(f"{name}: {_state(code)}: {text}")
    return worst_code


def _show_always(text: str) -> None:
    """A monitor that asked for silence still has to be told what is wrong."""
    if terminal.is_quiet():
        terminal.complain(text)
    else:
        terminal.show(text)


def _state(code: ExitCode) -> str:
    return {ExitCode.OK: "ok", ExitCode.LATER: "attention"}.get(code, "broken")
