"""Our addresses in the OSR, for one school or many: what would change, the question, and what came of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from doorstroom_client import Adreswens, Adreswijziging, Beletsel, Client
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli._lock import alone
from doorstroom_client.cli._stopping import Stop, stoppable
from doorstroom_client.cli.exit_codes import ExitCode, code_of, ended, worst
from doorstroom_client.cli.mandaat import chosen_schools
from doorstroom_client.config import Settings
from doorstroom_client.readers.scholen import read_scholen

_MANDATE = (Beletsel.GEEN_MANDAAT, Beletsel.SLEUTEL_ONJUIST)


def wanted(
    settings: Settings, keys: Sequence[str] | None, file: Path | None, url: str | None, *, all_schools: bool, **more: Any
) -> list[Adreswens]:
    """The schools that are meant, each with its address.

    Args:
        settings: what is configured.
        keys: schools by one of their codes.
        file: a list of schools, perhaps with addresses.
        url: the address, where the list has none.
        all_schools: every configured one.
        **more: what else holds for each of them, as in `Adreswens`.

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
    return [Adreswens(school, address, **more) for school, address in found]


def register(client: Client, settings: Settings, wanted: Sequence[Adreswens], *, yes: bool, dry_run: bool) -> int:
    """Plan all, show the differences, ask, write.

    Raises:
        typer.BadParameter: there is something to write, but nobody to ask.
        typer.Abort: the answer was no; nothing was written.
    """
    with alone(settings, "osr-register-endpoint"):
        plans: list[Adreswijziging] = []
        with terminal.counting("Schools looked up") as count:
            for plan in client.osr.plan_endpoints(wanted):
                plans.append(plan)
                count()
        to_do = [index for index, plan in enumerate(plans) if plan.te_doen]
        _show_differences(plans)
        if dry_run or not to_do:
            return _tell(plans, worst(ExitCode.OK if dry_run and plan.te_doen else _code(plan) for plan in plans), None)
        if not yes:
            _ask(len(to_do))
        with stoppable(3 * settings.timeouts.osr) as stop, terminal.counting("Schools written") as count:
            done = client.osr.register_endpoints(stop.until(plans[index] for index in to_do))
            for index, plan in zip(to_do, done, strict=False):  # a signal ends it early
                plans[index] = plan
                count()
    _tell_failures([plans[index] for index in to_do])
    return _tell(plans, ended(stop.code, *map(_code, plans)), stop)


def _code(plan: Adreswijziging) -> ExitCode:
    """The exit code for a school, when nothing more is done."""
    if plan.error is not None:
        return code_of(plan.error)
    if plan.beletsel is None:
        return ExitCode.OK if plan else ExitCode.LATER
    return ExitCode.CERTIFICATE_OR_MANDATE if plan.beletsel in _MANDATE else ExitCode.REFUSED


def _show_differences(plans: Sequence[Adreswijziging]) -> None:
    """What would change, and what cannot; what stands there as it should is only counted."""
    if not terminal.is_json():
        for plan in plans:
            if plan.te_doen:
                terminal.show(f"{plan} ({plan.school.routeringskenmerk})")
        terminal.show(f"{sum(map(bool, plans))} of {len(plans)} stand in the OSR as they should.")
    for plan in plans:
        if plan.beletsel is not None:
            terminal.complain(f"{plan.school.label}: {plan.beletsel}")
    _tell_failures(plans)


def _tell_failures(plans: Sequence[Adreswijziging]) -> None:
    for plan in plans:
        if plan.error is not None:
            terminal.complain(f"{plan.school.label}: {plan.error}", label="Error: ")


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


def _tell(plans: Sequence[Adreswijziging], code: int, stop: Stop | None) -> int:
    done = sum(plan.gedaan for plan in plans)
    if terminal.is_json():
        signal = None if stop is None else stop.signal
        terminal.emit_json({"scholen": [*map(_as_json, plans)], "gestopt_door": signal, "exit_code": int(code)})
    elif done:
        terminal.show(f"{done} written and read back.")
    if stop is not None and stop():
        terminal.complain(f"Stopped by {stop.signal}. Run it again for the others")
    return code


def _as_json(plan: Adreswijziging) -> dict[str, Any]:
    return {
        "school": plan.school.instellingscode,
        "routeringskenmerk": plan.school.routeringskenmerk,
        "actie": plan.actie.value,
        "nu": None if plan.nu is None else plan.nu.url,
        "url": plan.url,
        "gedaan": plan.gedaan,
        "beletsel": None if plan.beletsel is None else plan.beletsel.name.lower(),
        "error": None if plan.error is None else type(plan.error).__name__,
    }
