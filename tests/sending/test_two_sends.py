"""Two lists of one school, supplier and kind that are sent at the same time, in any order of their steps (promise O5).

Whatever happens, the ledger never says that a supplier has what it has not: what cannot be told is in doubt, and is sent again.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.sending import Clock, open_store, run_of

from doorstroom_client.errors import DoorstroomError, OutboxNotEmpty
from doorstroom_client.store.rows import State

from .toetsbureau import (
    BOTH,
    DEELNEMERS,
    FATES,
    SCHOOLADVIEZEN,
    TEST,
    Onderweg,
    Toetsbureau,
    direct,
    emptied,
    lijst_van,
    put,
    some,
)

INTERLEAVINGS = int(os.environ.get("DOORSTROOM_INTERLEAVINGS", "300"))  # read at import: no test sees variables of the machine
CLOCK_STEPS = int(os.environ.get("DOORSTROOM_CLOCK_STEPS", "200"))
STEPS = (6.0, 60.0, 130.0, 3600.0)


class Clocks:
    """Two machines on one store: time passes for both alike, and the wall clock of each is set on its own."""

    def __init__(self) -> None:
        self.both = (Clock(), Clock())

    def lease(self, cursor: object) -> tuple[str, float]:
        return self.both[0].lease(cursor)

    def pass_by(self, seconds: float) -> None:
        for clock in self.both:
            clock.elapsed += seconds


class Spel:
    """One interleaving."""

    def __init__(self, store: Any, clocks: Clocks, seed: int, *, steps: bool) -> None:
        self.chance = random.Random(seed)
        self.store, self.clocks, self.steps = emptied(store), clocks, steps
        self.system = Toetsbureau(store.ledger.secret(), skips=self.chance.random() < 0.5)
        self.soort = self.chance.choice((SCHOOLADVIEZEN, SCHOOLADVIEZEN, DEELNEMERS))
        for soort in (DEELNEMERS, SCHOOLADVIEZEN):
            if self.chance.random() < 0.7:
                direct(store, clocks.both[0], self.a_list(soort)).to_the_end(self.system)
        kinds = self.chance.choice((("direct", "direct"), ("direct", "outbox"), ("outbox", "outbox")))
        self.later: list[str] = []
        self.jobs: list[Onderweg] = []
        for number, kind in enumerate(kinds):
            if self.chance.random() < 0.5:
                self.begin(kind, number)
            else:
                self.later.append(kind)

    def a_list(self, soort: Any, clock: Clock | None = None) -> Any:
        klas = {number: (BOTH, said) for number, said in some(self.chance).items()}
        return lijst_van(soort, klas, clock or self.clocks.both[0])

    def begin(self, kind: str, number: int) -> None:
        clock = self.clocks.both[number % 2]
        if kind == "direct":
            only = self.chance.random() < 0.3
            self.jobs.append(direct(self.store, clock, self.a_list(self.soort, clock), only_changes=only))
            return
        for _ in range(self.chance.choice((1, 1, 2))):
            put(self.store, clock, self.a_list(self.soort, clock), only_changes=self.chance.random() < 0.3)
        self.jobs.append(Onderweg(run_of(self.store, clock, leveranciers=(TEST,)).worker()))

    def play(self) -> None:
        for turn in range(400):
            if self.later and (turn > 60 or self.chance.random() < 0.1):
                self.begin(self.later.pop(), turn)
            running = [job for job in self.jobs if not job.job.ended]
            if not running and not self.later:
                break
            what = self.chance.random()
            if what < 0.06:  # past a lease, now and then past the time after which a list counts as lost
                self.clocks.pass_by(self.chance.choice((4.0, 125.0, 125.0, 3700.0)))
                if self.chance.random() < 0.5 and len(self.jobs) < 5:
                    clock = self.clocks.both[self.chance.randrange(2)]
                    self.jobs.append(Onderweg(run_of(self.store, clock, leveranciers=(TEST,)).worker()))
            elif what < 0.1:
                self.is_stopped_right_before_sending()
            elif what < 0.2 and self.steps:
                clock = self.chance.choice(self.clocks.both)
                clock.off += self.chance.choice((-1, 1)) * self.chance.choice(STEPS)
            elif running:
                self.chance.choice(running).step(self.system, self.chance.choice(FATES))
        for job in self.jobs:
            job.to_the_end(self.system)
            assert job.job.error is None or isinstance(job.job.error, DoorstroomError), job.job.error

    def is_stopped_right_before_sending(self) -> None:
        """For so long that another worker delivers all that waits meanwhile."""
        if any(job.arriving for job in self.jobs):
            self.clocks.pass_by(125.0)
            other = Onderweg(run_of(self.store, self.clocks.both[0], leveranciers=(TEST,)).worker())
            other.to_the_end(self.system)

    def drain(self) -> None:
        """What waits is delivered in the end, and the ledger is right about it as well."""
        self.system.skips = True  # else a list of which it knows nobody is held for as long
        for _ in range(12):
            Onderweg(run_of(self.store, self.clocks.both[0], leveranciers=(TEST,)).worker()).to_the_end(self.system)
            counts = self.store.outbox.counts()
            if not counts[State.WAITING] and not counts[State.HELD]:
                return
            self.clocks.pass_by(90_000.0)
        raise AssertionError(f"not delivered: {counts}")


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def store(tmp_path: Path, clocks: Clocks) -> Iterator[Any]:
    made = open_store(tmp_path / "s.db")
    made._database.lease_clock = clocks.lease
    yield made
    made.close()


def test_a_list_does_not_go_on_past_one_that_was_put_in_the_outbox_meanwhile(store: Any, clocks: Clocks) -> None:
    clock, system = clocks.both[0], Toetsbureau(store.ledger.secret())
    older, newer = (lijst_van(DEELNEMERS, {0: (BOTH, said)}, clock) for said in (1, 2))
    sent = direct(store, clock, older)
    while not sent.arriving:
        sent.step(system)
    put(store, clock, newer)
    sent.to_the_end(system, lambda: "no connection" if not system.lists else "received")
    assert isinstance(sent.job.error, OutboxNotEmpty)
    assert system.lists == 0
    Onderweg(run_of(store, clock, leveranciers=(TEST,)).worker()).to_the_end(system)
    assert system.has(newer)
    system.agrees(store)


def play(store: Any, clocks: Clocks, number: int, *, steps: bool) -> None:
    for seed in range(number):
        for clock in clocks.both:
            clock.off = 0.0
        spel = Spel(store, clocks, seed, steps=steps)
        try:
            spel.play()
            spel.system.agrees(store)
            spel.drain()
            spel.system.agrees(store)
        except AssertionError as error:
            raise AssertionError(f"interleaving {seed}: {error}") from error


def test_any_order_of_steps(store: Any, clocks: Clocks) -> None:
    play(store, clocks, INTERLEAVINGS, steps=False)


def test_wall_clocks_that_are_set_and_differ(store: Any, clocks: Clocks) -> None:
    """By 6 seconds to an hour, forward and back, of each of two machines on its own."""
    play(store, clocks, CLOCK_STEPS, steps=True)
