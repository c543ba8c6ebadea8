"""``doorstroom health``: is everything in order, for a monitor. Looks at this machine only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from doorstroom_client.cli import _options as options
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption
from doorstroom_client.cli._session import load
from doorstroom_client.cli.exit_codes import ExitCode, code_of, worst
from doorstroom_client.config import Settings
from doorstroom_client.errors import ConfigurationError, StoreError
from doorstroom_client.exchange.tls import client_context
from doorstroom_client.store.records import State

if TYPE_CHECKING:
    from doorstroom_client.store.sqlite import SqliteStore

WARN_DAYS = 30
"""Days before the end of our certificate at which it needs attention."""
MAX_AGE_HOURS = 24.0
_HOUR = 3600.0


@dataclass(slots=True)
class _Report:
    """What was found.

    Attributes:
        now: the moment of looking.
        checks: name, exit code and what was found.
        metrics: the numbers behind it.
    """

    now: dt.datetime
    checks: list[tuple[str, ExitCode, str]] = field(default_factory=list[tuple[str, ExitCode, str]])
    metrics: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def code(self) -> ExitCode:
        """The worst of all."""
        return worst(code for _, code, _ in self.checks)

    def add(self, name: str, code: ExitCode, text: str) -> None:
        """Note one check."""
        self.checks.append((name, code, text))

    def hours(self, since: dt.datetime | None) -> float:
        """How old something is; 0 when there is nothing, or a clock was set back."""
        return 0.0 if since is None else max(round((self.now - since).total_seconds() / _HOUR, 2), 0.0)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "health",
        help=options.text(
            "Say whether everything is in order, for a monitor. Uses no network.",
            "doorstroom health --json",
            "Looks at the certificate, the store, the outbox and the results that were not yet processed. Exit code 0: in "
            f"order. 75: look at it soon (the certificate ends within {WARN_DAYS} days, a message waits too long, messages are "
            "held or parked). 74, 77, 78: broken (the store, the certificate, the configuration). The first line can be read "
            "by Nagios and its kin, the numbers in --json by anything else. Run it as the user that delivers.",
        ),
    )(health)


def health(
    max_age_hours: Annotated[
        float, typer.Option("--max-age-hours", min=0, help="How long the oldest message in the outbox may wait.")
    ] = MAX_AGE_HOURS,
    config: ConfigOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> int:
    """Look at everything that can go wrong between two runs."""
    terminal.set_mode(quiet=quiet, as_json=as_json)
    settings = load(config)
    report = _Report(dt.datetime.now(dt.UTC))
    _check_certificate(settings, report)
    _check_store(settings, report, max_age_hours)
    if as_json:
        checks = [{"check": name, "state": _state(code), "exit_code": code, "text": text} for name, code, text in report.checks]
        document: dict[str, Any] = {"state": _state(report.code), "checks": checks, "metrics": report.metrics}
        terminal.emit_json(document | {"exit_code": report.code})
    else:
        _show(report)
    return report.code


def _show(report: _Report) -> None:
    tell = terminal.show if report.code is ExitCode.OK else _show_always
    worst_text = "; ".join(text for _, code, text in report.checks if code == report.code and code is not ExitCode.OK)
    numbers = " ".join(f"{name}={value:g}" for name, value in report.metrics.items())
    tell(f"{_state(report.code).upper()}: {worst_text or 'everything is in order'} | {numbers}")
    for name, code, text in report.checks:
        tell(f"{name}: {_state(code)}: {text}")


def _show_always(text: str) -> None:
    """A monitor that asked for silence still has to be told what is wrong."""
    if terminal.is_quiet():
        terminal.complain(text)
    else:
        terminal.show(text)


def _state(code: ExitCode) -> str:
    return {ExitCode.OK: "ok", ExitCode.LATER: "attention"}.get(code, "broken")


def _check_certificate(settings: Settings, report: _Report) -> None:
    try:
        facts = settings.own_certificate.facts()
        if facts.not_before <= report.now < facts.not_after:  # the context refuses others too, as a matter of settings
            client_context(settings.own_certificate)
    except ConfigurationError as error:
        report.add("certificate", code_of(error), error.message)
        return
    days = (facts.not_after - report.now).days
    report.metrics["certificate_days"] = days
    if report.now < facts.not_before:
        text = f"the certificate is valid only from {facts.not_before:%Y-%m-%d}; is the clock right?"
        report.add("certificate", ExitCode.CERTIFICATE_OR_MANDATE, text)
    elif report.now >= facts.not_after:
        text = f"the certificate ended on {facts.not_after:%Y-%m-%d}"
        report.add("certificate", ExitCode.CERTIFICATE_OR_MANDATE, text)
    else:
        code = ExitCode.LATER if days < WARN_DAYS else ExitCode.OK
        report.add("certificate", code, f"the certificate ends on {facts.not_after:%Y-%m-%d}, in {days} days")


def _check_store(settings: Settings, report: _Report, max_age_hours: float) -> None:
    if settings.store is None:
        report.add("store", ExitCode.OK, "no store is configured, so there is no outbox and nothing is received")
        return
    if not Path(settings.store).exists():
        # Making it here would hide a disk that is not mounted, and could give it to the user of the monitor.
        report.add("store", ExitCode.STORE, f"there is no store {settings.store}; it is made at first use")
        return
    from doorstroom_client.store.sqlite import SqliteStore

    try:
        store = SqliteStore(settings.store)  # opening it writes to it
        try:
            report.add("store", ExitCode.OK, "the store can be opened and written")
            _check_outbox(store, report, max_age_hours)
            _check_results(store, report)
        finally:
            store.close()
    except StoreError as error:
        report.add("store", code_of(error), error.message)


def _check_outbox(store: SqliteStore, report: _Report, max_age_hours: float) -> None:
    counts = store.outbox.counts()
    oldest = next(iter(store.outbox.messages([State.WAITING, State.HELD], limit=1)), None)
    age = report.hours(oldest.added_at if oldest else None)
    report.metrics |= {f"outbox_{state.value}": counts[state] for state in (State.WAITING, State.HELD, State.PARKED)}
    report.metrics["outbox_oldest_hours"] = age
    text = ", ".join(f"{counts[state]} {state.value}" for state in (State.WAITING, State.HELD, State.PARKED))
    if oldest is not None:
        text += f"; the oldest waits for {age:g} hours"
    needs = counts[State.HELD] or counts[State.PARKED] or age > max_age_hours
    report.add("outbox", ExitCode.LATER if needs else ExitCode.OK, f"outbox: {text}")


def _check_results(store: SqliteStore, report: _Report) -> None:
    pending = store.inbox.counts()["pending"]
    oldest = next(iter(store.inbox.pending(limit=1)), None)
    age = report.hours(oldest.delivery.received_at if oldest else None)
    report.metrics |= {"results_pending": pending, "results_oldest_hours": age}
    text = f"{pending} results are not yet processed"
    report.add("results", ExitCode.OK, f"{text}; the oldest came in {age:g} hours ago" if pending else text)
