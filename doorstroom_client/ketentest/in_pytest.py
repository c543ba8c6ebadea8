"""The scenarios of the chain test as tests of pytest: one item each, without a test file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from doorstroom_client.ketentest.drivers import Las
from doorstroom_client.ketentest.partner import opened
from doorstroom_client.ketentest.plan import read_plan
from doorstroom_client.ketentest.plan_days import lies_still
from doorstroom_client.ketentest.player import Played
from doorstroom_client.ketentest.run import Choice, Run
from doorstroom_client.ketentest.scenario import Rol, Scenario
from doorstroom_client.ketentest.scenarios import REGISTER
from doorstroom_client.ketentest.selftest import played
from doorstroom_client.ketentest.verdicts import Oordeel
from doorstroom_client.messages.values import dutch_day
from doorstroom_client.simulator import Keten

ROLES = (Rol.LAS, Rol.ONTVANGER)
"""What is played when no role is named: both halves of a LAS."""
_NOT_DECIDED = (Oordeel.OVERGESLAGEN, Oordeel.NVT, Oordeel.WACHT, Oordeel.TE_BEOORDELEN)


def roles_in(text: str) -> tuple[Rol, ...]:
    """The roles that are named, with commas between.

    Raises:
        pytest.UsageError: one does not exist.
    """
    if not text:
        return ROLES
    known = {rol.value: rol for rol in Rol}
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            raise pytest.UsageError(f'--doorstroom: there is no role "{name}"; there are {", ".join(known)}')
    return tuple(known[name] for name in names)


def scenarios_of(roles: tuple[Rol, ...]) -> list[Scenario]:
    """What is played, in order."""
    return REGISTER.chosen((), roles)


@contextmanager
def run_here(folder: Path, keten: Keten, las: Las | None) -> Iterator[Run]:
    """A run against a chain on this machine.

    Args:
        folder: gets the journal.
        keten: the chain, started.
        las: the LAS under test, with the methods of `Las`; this library when None.
    """
    with played(folder, keten, las=las, started=True) as chain:
        yield chain.run()


@contextmanager
def run_planned(folder: Path) -> Iterator[Run]:
    """A run with a partner, of the plan in a folder."""
    plan = read_plan(folder)
    still = lies_still(plan, dutch_day(dt.datetime.now(dt.UTC)))
    if still is not None:
        pytest.skip(still[1])
    with opened(plan) as partner:
        yield partner.run


def play(run: Run, scenario: Scenario, properties: list[tuple[str, object]]) -> None:
    """Play a scenario as a test: it passes, fails or is skipped with the reason.

    Args:
        run: the run.
        scenario: which.
        properties: of the test, for reports: gets the requirements and the verdict.
    """
    (found,) = run.play(Choice(patterns=(scenario.id,), roles=(scenario.rol,)))
    properties += [("eis", keuring.eis) for keuring in found.keuringen]
    properties.append(("oordeel", found.oordeel.value))
    if found.why.startswith("bekend tot"):
        pytest.xfail(found.why)
    if found.oordeel in _NOT_DECIDED:
        pytest.skip(f"{found.oordeel.value}: {found.why}")
    if found.oordeel not in (Oordeel.GESLAAGD, Oordeel.AFWIJKEND) or found.alarm:
        pytest.fail(told(found), pytrace=False)


def told(found: Played) -> str:
    """What was wrong, in lines."""
    lines = [f"{found.scenario.id} {found.scenario.titel}: {found.oordeel.value}", *filter(None, (found.why, found.alarm))]
    for item in found.keuringen:
        if item.counts and item.oordeel is not Oordeel.GESLAAGD:
            lines.append(f"  {item.eis}: verwacht {item.expected}, kreeg {item.got} (bij: {item.whose.value})")
    return "\n".join(lines)
