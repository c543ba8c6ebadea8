"""``doorstroom health``: is everything in order, for a monitor. Looks at this machine only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Any

import typer

from doorstroom_client.cli import _options as options
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._certificates import Judged, judged, sentence
from doorstroom_client.cli._options import ConfigOption, JsonOption, QuietOption
from doorstroom_client.cli._session import load
from doorstroom_client.cli.exit_codes import ExitCode, code_of, worst
from doorstroom_client.config.reader import Settings
from doorstroom_client.errors import ConfigurationError, StoreError
from doorstroom_client.parties.certificate_check import Level
from doorstroom_client.store.location import is_address
from doorstroom_client.store.opening import open_store
from doorstroom_client.store.rows import State
from doorstroom_client.store.sql import Store
from doorstroom_client.store.sqlite.place import is_absent, network_under

WARN_DAYS = 30
"""Days before the end of our certificate at which it needs attention."""
MAX_AGE_HOURS = 24.0
LATE_DAYS = 7
"""Days that something may stay longer than its time before it needs attention."""
_HOUR = 3600.0
_HOURS_A_DAY = 24


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
            "Looks at the certificates, the store, the outbox, the results that were not yet processed and the purges. Exit "
            f"code 0: in order. 75: look at it soon (a certificate ends within {WARN_DAYS} days or its chain has a gap, a "
            "message waits too long, messages are held or parked, results stay unprocessed longer than they are kept, nothing "
            "was purged). 74, 77, "
            "78: broken (the store, the certificate, the configuration). The first line can be read by Nagios and its kin, "
            "the numbers in --json by anything else. Run it as the user that delivers.",
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
        for item in judged(settings):
            _check_one(item, report)
    except ConfigurationError as error:
        report.add("certificate", code_of(error), error.message)


def _check_one(item: Judged, report: _Report) -> None:
    facts, days = item.facts, 0
    if facts is not None:
        days = (facts.not_after - report.now).days
        report.metrics["certificate_days" if item.name == "certificate" else f"{item.name}_certificate_days"] = days
        if report.now < facts.not_before:
            text = f"the certificate is valid only from {facts.not_before:%Y-%m-%d}; is the clock right?"
            report.add(item.name, ExitCode.CERTIFICATE_OR_MANDATE, text)
            return
        if report.now >= facts.not_after:
            report.add(item.name, ExitCode.CERTIFICATE_OR_MANDATE, f"the certificate ended on {facts.not_after:%Y-%m-%d}")
            return
    if item.error is not None:
        report.add(item.name, code_of(item.error), item.error.message)
        return
    odd = [sentence(found) for found in item.found if found.level is Level.ERROR]
    for text in odd:
        report.add(item.name, ExitCode.LATER, text)
    if facts is not None and not odd:
        code = ExitCode.LATER if days < WARN_DAYS else ExitCode.OK
        report.add(item.name, code, f"the certificate ends on {facts.not_after:%Y-%m-%d}, in {days} days")


def _check_store(settings: Settings, report: _Report, max_age_hours: float) -> None:
    if settings.store is None:
        report.add("store", ExitCode.OK, "no store is configured, so there is no outbox and nothing is received")
        return
    if not is_address(settings.store) and is_absent(Path(settings.store)):
        # Making it here would hide a disk that is not mounted, and could give it to the user of the monitor.
        report.add("store", ExitCode.STORE, f"there is no store {settings.store}; it is made at first use")
        return
    try:
        store = open_store(settings.store, make=False)  # opening it writes to it
        try:
            _check_disk(settings.store, report)
            _check_outbox(store, report, max_age_hours)
            _check_results(store, report, settings.retention.days)
            _check_purge(store, report, settings)
        finally:
            store.close()
    except (StoreError, ConfigurationError) as error:
        report.add("store", code_of(error), error.message)


def _check_disk(store: str, report: _Report) -> None:
    kind = "" if is_address(store) else network_under(Path(store))
    if kind:
        text = f"the store can be opened and written, but lies on another machine ({kind}); put it on a disk of this one"
        report.add("store", ExitCode.LATER, text)
    else:
        report.add("store", ExitCode.OK, "the store can be opened and written")


def _check_outbox(store: Store, report: _Report, max_age_hours: float) -> None:
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


def _check_results(store: Store, report: _Report, days: int) -> None:
    pending = store.inbox.counts()["pending"]
    oldest = next(iter(store.inbox.pending(limit=1)), None)
    age = report.hours(oldest.received.received_at if oldest else None)
    report.metrics |= {"results_pending": pending, "results_oldest_hours": age}
    text = f"{pending} results are not yet processed"
    text = f"{text}; the oldest came in {age:g} hours ago" if pending else text
    late = age > days * _HOURS_A_DAY
    if late:
        text += f", longer than the {days} days that results are kept: process them and mark them as done"
    report.add("results", ExitCode.LATER if late else ExitCode.OK, text)


def _check_purge(store: Store, report: _Report, settings: Settings) -> None:
    """Late is what should have gone days ago; a store in which nothing has to go needs no purge."""
    grace = dt.timedelta(days=LATE_DAYS)
    until, marks_until = settings.retention.until(report.now)
    late = store.removable(report.now, until - grace, marks_until - grace)
    last = store.purges()
    unwiped = [*takewhile(lambda done: not done.wiped, last)]
    number = late.resultaten + late.berichten + late.merken
    report.metrics |= {"purge_late": number, "purge_hours": report.hours(last[0].at if last else None)}
    text = f"the last purge was on {last[0].at:%Y-%m-%d}" if last else "there was no purge yet"
    if number:
        text += f"; {number} records should have gone more than {LATE_DAYS} days ago: run doorstroom store purge"
    elif unwiped and unwiped[-1].at < report.now - grace:
        text += (
            f"; for more than {LATE_DAYS} days no purge could wipe the bytes: something keeps on reading, or it is too large"
        )
    else:
        report.add("purge", ExitCode.OK, text)
        return
    report.add("purge", ExitCode.LATER, text)
