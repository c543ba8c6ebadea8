"""Our addresses in the OSR, for one school or many: what would change, the question, and what came of it."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._lock import alone
from doorstroom_client.cli._stopping import Stop, stoppable
from doorstroom_client.cli.exit_codes import ExitCode, code_of, ended, worst
from doorstroom_client.cli.mandaat import chosen_schools
from doorstroom_client.client import Client
from doorstroom_client.config.reader import Settings
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.messages.school import School
from doorstroom_client.osr.own_endpoint import Actie, Adreswijziging, Beletsel
from doorstroom_client.parties.url import check_base_url
from doorstroom_client.readers.scholen import read_scholen

_MANDATE = (Beletsel.GEEN_MANDAAT, Beletsel.SLEUTEL_ONJUIST)
_TO_DO = (Actie.REGISTREREN, Actie.WIJZIGEN)
Wanted = tuple[School, str]
"""A school, and the address that is to stand there."""


@frozen
class Line:
    """One school: what is to be done or was done, or why that is not known.

    Attributes:
        school: with the routeringskenmerk that is used.
        plan: what has to be done, or was.
        error: why it failed.
    """

    school: School
    plan: Adreswijziging | None = None
    error: DoorstroomError | None = None

    @property
    def code(self) -> ExitCode:
        """The exit code for this school, when nothing more is done."""
        if self.error is not None:
            return code_of(self.error)
        if self.plan is None or self.plan:
            return ExitCode.OK
        if self.plan.actie in _TO_DO:
            return ExitCode.LATER
        return ExitCode.CERTIFICATE_OR_MANDATE if self.plan.beletsel in _MANDATE else ExitCode.REFUSED

    @property
    def is_to_do(self) -> bool:
        """Whether something is to be written."""
        return self.plan is not None and self.plan.actie in _TO_DO and not self.plan.gedaan

    def as_json(self) -> dict[str, Any]:
        """As a part of the document."""
        plan = self.plan
        return {
            "school": self.school.instellingscode,
            "routeringskenmerk": self.school.routeringskenmerk,
            "actie": None if plan is None else plan.actie.value,
            "nu": None if plan is None or plan.nu is None else plan.nu.url,
            "url": None if plan is None else plan.url,
            "gedaan": plan is not None and plan.gedaan,
            "beletsel": None if plan is None or plan.beletsel is None else plan.beletsel.name.lower(),
            "error": None if self.error is None else type(self.error).__name__,
        }


@frozen
class Work:
    """Makes plans and carries them out, with the same wishes for every school.

    Attributes:
        client: talks to the OSR.
        attributes: what kind of system it is.
        since: first day.
        until: last day.
        free: find a routeringskenmerk in place of the configured one.
    """

    client: Client
    attributes: str
    since: dt.date | None
    until: dt.date | None
    free: bool

    def plan(self, wanted: Wanted) -> Line:
        """What has to be done for one school."""
        school, url = wanted
        try:
            if self.free:
                school = replace(school, routeringskenmerk=self._routing_id(school, url))
            plan = self.client.osr.plan_endpoint(school, url, attributes=self.attributes, since=self.since, until=self.until)
        except DoorstroomError as error:
            return Line(school, error=error)
        return Line(school, plan)

    def do(self, line: Line) -> Line:
        """Do it, and read it back."""
        assert line.plan is not None
        try:
            return Line(line.school, self.client.osr.carry_out(line.plan))
        except DoorstroomError as error:
            return Line(line.school, line.plan, error)

    def _routing_id(self, school: School, url: str) -> str:
        """Where our address stands already, so that a second run finds the first one back; else a free one."""
        stands = self.client.osr.find_endpoints(school, on=self.since, include_future=True)
        ours = [item.routing_id for item in stands if item.url == url and item.routing_id]
        return ours[0] if ours else self.client.osr.find_free_routing_id(school.oin)


def wanted(
    settings: Settings, keys: Sequence[str] | None, file: Path | None, url: str | None, *, all_schools: bool
) -> list[Wanted]:
    """The schools that are meant, each with its address.

    Raises:
        ConfigurationError: a school is not known, or an address is none.
        MessageError: the list does not fit.
    """
    if not (keys or file or all_schools or len(settings.scholen) == 1):
        raise typer.BadParameter("say for which schools: --school, --schools or --all")
    if file is not None and not (keys or all_schools):
        found = [(regel.school, regel.url or url or "") for regel in read_scholen(file, settings.scholen)]
    else:
        found = [(school, url or "") for school in chosen_schools(settings, keys, file, all_schools=all_schools)]
    if not all(address for _, address in found):
        raise typer.BadParameter('give --url, or a column "url" with an address on every line of --schools')
    return [(school, check_base_url(address, "url")) for school, address in found]


def carry_out_all(work: Work, wanted: Sequence[Wanted], settings: Settings, *, yes: bool, dry_run: bool) -> int:
    """Plan all, show the differences, ask, write.

    Raises:
        typer.BadParameter: there is something to write, but nobody to ask.
        typer.Abort: the answer was no; nothing was written.
    """
    with alone(settings, "osr-register-endpoint"):
        with terminal.counting("Schools looked up") as count:
            lines = [_counted(work.plan(item), count) for item in wanted]
        to_do = [line for line in lines if line.is_to_do]
        show_differences(lines)
        if dry_run or not to_do:
            code = worst(ExitCode.OK if dry_run and line.is_to_do else line.code for line in lines)
            return _tell(lines, code, None)
        if not yes:
            _ask(len(to_do))
        done: dict[str, Line] = {}
        with stoppable(3 * settings.timeouts.osr) as stop, terminal.counting("Schools written") as count:
            for line in stop.until(to_do):
                done[line.school.routeringskenmerk] = _counted(work.do(line), count)
    lines = [done.get(line.school.routeringskenmerk, line) for line in lines]
    _tell_failures(list(done.values()))
    return _tell(lines, ended(stop.code, *(line.code for line in lines)), stop)


def _counted(line: Line, count: Any) -> Line:
    count()
    return line


def show_differences(lines: Sequence[Line]) -> None:
    """What would change, and what cannot; what stands there as it should is only counted."""
    fine = sum(bool(line.plan) for line in lines)
    if not terminal.is_json():
        for line in lines:
            if line.is_to_do:
                terminal.show(f"{line.plan} ({line.school.routeringskenmerk})")
        terminal.show(f"{fine} of {len(lines)} stand in the OSR as they should.")
    for line in lines:
        if line.plan is not None and line.plan.beletsel is not None:
            terminal.complain(f"{line.school.label}: {line.plan.beletsel}")
    _tell_failures(lines)


def _tell_failures(lines: Sequence[Line]) -> None:
    for line in lines:
        if line.error is not None:
            terminal.complain(f"{line.school.label}: {line.error}", label="Error: ")


def somebody_is_there() -> bool:
    """Whether a question can be asked."""
    return sys.stdin.isatty()


def _ask(count: int) -> None:
    what = "1 address" if count == 1 else f"{count} addresses"
    if terminal.is_json() or not somebody_is_there():
        raise typer.BadParameter(
            f"{what} would be written, and there is no terminal to ask on. Nothing was written: add --yes, or --dry-run to look"
        )
    typer.confirm(f"Write {what} to the OSR?", abort=True, err=True)


def _tell(lines: Sequence[Line], code: int, stop: Stop | None) -> int:
    done = sum(line.plan is not None and line.plan.gedaan for line in lines)
    if terminal.is_json():
        signal = None if stop is None else stop.signal
        document = {"scholen": [line.as_json() for line in lines], "gestopt_door": signal, "exit_code": int(code)}
        terminal.emit_json(document)
    elif done:
        terminal.show(f"{done} written and read back.")
    if stop is not None and stop():
        terminal.complain(f"Stopped by {stop.signal}. Run it again for the others")
    return code
