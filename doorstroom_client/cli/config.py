"""``doorstroom config``: is everything in order, and which settings are there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import typer
from rich.text import Text

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._certificates import Judged, judged, sentence
from doorstroom_client.cli._options import ConfigOption, JsonOption
from doorstroom_client.cli._session import load
from doorstroom_client.cli._shown import value_of
from doorstroom_client.cli.exit_codes import ExitCode, code_of, worst
from doorstroom_client.config.reader import Settings, load_settings
from doorstroom_client.config.table import SETTINGS
from doorstroom_client.errors import ConfigurationError, DoorstroomError, StoreError
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.parties.certificate_check import Level
from doorstroom_client.store.location import is_address, shown
from doorstroom_client.store.opening import open_store
from doorstroom_client.store.sqlite.place import is_absent

app = typer.Typer(help="Check the configuration, and see which settings there are.", no_args_is_help=True)
_DAYS_LEFT = 21
_STYLES = {"ok": "green", "warning": "yellow", "error": "bold red"}


@dataclass(slots=True)
class _Checks:
    """What was looked at: name, state (``ok``, ``warning``, ``error``) and what was found."""

    found: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    codes: list[ExitCode] = field(default_factory=list[ExitCode])

    def add(self, name: str, state: str, text: str) -> None:
        """Note what was found."""
        self.found.append((name, state, text))

    def fail(self, name: str, error: DoorstroomError) -> None:
        """Note what is wrong."""
        self.codes.append(code_of(error))
        self.add(name, "error", f"{error.message}. {error.hint}" if error.hint else error.message)


@app.command("check")
def check(config: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Check settings, certificate, store and agreement. Uses no network.

    Says what is wrong and how to repair it, and warns about a certificate that is about to end and about secrets that
    others on this machine can read.

    Example:
      doorstroom config check
    """
    terminal.set_mode(as_json=as_json)
    settings = load(config)
    checks = _Checks()
    checks.add("settings", "ok", f"readable; messages are written as {settings.auteur}")
    _check_certificate(settings, checks)
    _check_parties(settings, checks)
    _check_store(settings, checks)
    _check_afspraak(settings, checks)
    code = worst(checks.codes)
    if as_json:
        items = [{"check": name, "state": state, "text": text} for name, state, text in checks.found]
        terminal.emit_json({"ok": code == ExitCode.OK, "checks": items})
        return code
    table = terminal.new_table("Check", "State", "Found")
    for name, state, text in checks.found:
        terminal.row(table, name, Text(state, _STYLES[state]), text)
    terminal.show_table(table)
    terminal.show("OK: the configuration can be used." if code == ExitCode.OK else "Not OK: repair the errors above.")
    return code


@app.command("show")
def show(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show every setting: its name, environment variable, meaning and value.

    Secret values are never shown. A variable wins over the file.

    Example:
      doorstroom config show
    """
    terminal.set_mode(as_json=as_json)
    settings: Settings | None = None
    try:
        settings = load_settings(config)
    except ConfigurationError as error:
        terminal.say(f"Without values, because the configuration cannot be used: {error.message}", style="yellow")
    rows = [(item, value_of(item, settings) if settings else "") for item in SETTINGS]
    if as_json:
        items = [
            {"setting": item.name, "variable": item.variable, "required": item.required, "help": item.help, "value": value}
            for item, value in rows
        ]
        terminal.emit_json({"settings": items})
        return
    table = terminal.new_table("Setting and variable", "Meaning and value")
    table.columns[0].no_wrap = True  # a name that is broken up cannot be copied
    for item, value in rows:
        name = Text(item.name, "bold")
        if item.variable:
            name.append(f"\n{item.variable}", "dim not bold")
        meaning = Text(item.help + ("; required" if item.required else ""))
        if value:
            meaning.append(f"\n= {terminal.clean(value)}", "green")
        terminal.row(table, name, meaning)
    terminal.show_table(table)


def _check_certificate(settings: Settings, checks: _Checks) -> None:
    try:
        for item in judged(settings):
            _check_one(item, checks)
    except ConfigurationError as error:
        checks.fail("certificate", error)


def _check_one(item: Judged, checks: _Checks) -> None:
    if item.error is not None:
        checks.fail(item.name, item.error)
        return
    level = item.found[0].level if item.found else Level.NOTE
    state = {Level.ERROR: "error", Level.WARNING: "warning"}.get(level, "ok")
    if level is Level.ERROR:
        checks.codes.append(ExitCode.CONFIGURATION)
    texts = [sentence(found) for found in item.found]
    if item.facts is not None:
        days = (item.facts.not_after - dt.datetime.now(dt.UTC)).days
        text = f"OIN {item.facts.oin}, valid until {item.facts.not_after:%Y-%m-%d} ({days} days); the key fits"
        if item.facts.oin is None:
            state, text = _worse(state), text.replace("OIN None", "carries no OIN, which the chain asks for")
        elif days < _DAYS_LEFT:
            state, text = _worse(state), f"{text}; have a new one made"
        texts.append(text)
    checks.add(item.name, state, ". ".join(texts))


def _worse(state: str) -> str:
    """The state with a warning on top."""
    return "error" if state == "error" else "warning"


def _check_parties(settings: Settings, checks: _Checks) -> None:
    if settings.osr is None:
        checks.add("osr", "warning", "not configured: mandates cannot be looked up, and no results can be received")
    elif settings.osr.api_key is None:
        checks.add("osr", "ok", "configured; without API key your own mandate is not looked up")
    else:
        checks.add("osr", "ok", "configured, with API key")
    tests = ", ".join(item.toetssoort for item in settings.leveranciers)
    checks.add("leveranciers", "ok" if tests else "warning", tests or "none is configured, so nothing can be sent")
    schools = ", ".join(item.instellingscode for item in settings.scholen)
    checks.add("scholen", "ok" if schools else "warning", schools or "none is configured")


def _check_store(settings: Settings, checks: _Checks) -> None:
    if settings.store is None:
        checks.add("store", "warning", "not configured: results cannot be received")
        return
    path = Path(settings.store)
    try:
        if not is_address(settings.store) and is_absent(path):
            if not path.parent.is_dir():
                raise StoreError(f"the folder of the store does not exist: {path.parent}", hint="Make it first")
            checks.add("store", "ok", f"{path} will be made at first use")
            return
        store = open_store(settings.store, make=False)
        try:
            counts = store.inbox.counts()
        finally:
            store.close()
    except (StoreError, ConfigurationError) as error:
        checks.fail("store", error)
        return
    checks.add("store", "ok", f"{shown(settings.store)}: {counts['current']} results, {counts['pending']} to process")


def _check_afspraak(settings: Settings, checks: _Checks) -> None:
    try:
        today = dt.datetime.now(amsterdam()).date()
        in_force = settings.jaargangen.on(today)
        now = Schooljaar(in_force.schooljaar) if in_force is not None else Schooljaar.on(today)
        schooljaar = Schooljaar(settings.schooljaar or now)
        afspraak = settings.the_afspraak()
        afspraak.check_schooljaar(schooljaar)
    except ConfigurationError as error:
        checks.fail("afspraak", error)
        return
    except DoorstroomError as error:
        checks.fail("schooljaar", error)
        return
    text = f"{afspraak.naam} ({afspraak.versie}) for school year {schooljaar}"
    odd = ", ".join(f'"{item.naam}"' for item in (afspraak, *settings.afspraken) if not item.is_gewoon)
    if odd:
        checks.add("afspraak", "warning", f"{text}; versie of {odd} has an unusual form, compare it letter for letter")
    elif schooljaar != now:
        checks.add("afspraak", "warning", f"{text}, but the current school year is {now}")
    else:
        checks.add("afspraak", "ok", text)
