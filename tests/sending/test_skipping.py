"""A supplier that leaves out or refuses pupils it does not know, while everything changes: in the end it has all advice."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

from support.sending import YEAR, Clock, open_store, run_of

from doorstroom_client.errors import DoorstroomError
from doorstroom_client.store.rows import Noted, State
from doorstroom_client.transport.request import Operation

from .toetsbureau import (
    BOTH,
    DEELNEMERS,
    ECK,
    FATES,
    LAS,
    PUPILS,
    SCHOOLADVIEZEN,
    TEST,
    Onderweg,
    Toetsbureau,
    direct,
    emptied,
    key_of,
    lijst_van,
    put,
)

RUNS = int(os.environ.get("DOORSTROOM_MACHINE_RUNS", "150"))  # read at import: no test sees variables of the machine
STEPS = 120
KINDS = (DEELNEMERS, SCHOOLADVIEZEN)


class Schooljaar:
    """A school with two senders, whose pupils come and go; what may happen is in `RULES`."""

    def __init__(self, path: Path, clock: Clock, store: Any, seed: int) -> None:
        self.chance = random.Random(seed)
        self.path, self.clock, self.store = path, clock, emptied(store)
        self.system = Toetsbureau(store.ledger.secret(), skips=self.chance.random() < 0.7)
        self.roster = set(range(len(PUPILS)))
        self.names = {(soort, number): self.chance.choice((BOTH, BOTH, ECK, LAS)) for soort in KINDS for number in self.roster}
        self.said = {(soort, number): 0 for soort in KINDS for number in self.roster}
        self.jobs: list[Onderweg | None] = [None, None]

    def lijst(self, soort: Operation) -> Any:
        return lijst_van(soort, {at: (self.names[soort, at], self.said[soort, at]) for at in sorted(self.roster)}, self.clock)

    # --- what may happen

    def starts(self) -> None:
        at, soort = self.chance.randrange(2), self.chance.choice(KINDS)
        if self.jobs[at] is None:
            self.jobs[at] = direct(self.store, self.clock, self.lijst(soort), only_changes=self.chance.random() < 0.8)

    def puts(self) -> None:
        soort = self.chance.choice(KINDS)
        self.told(put(self.store, self.clock, self.lijst(soort), only_changes=self.chance.random() < 0.8), soort)

    def works(self) -> None:
        at = self.chance.randrange(2)
        if self.jobs[at] is None:
            self.jobs[at] = Onderweg(run_of(self.store, self.clock, leveranciers=(TEST,)).worker())

    def goes_on(self) -> None:
        for _ in range(self.chance.randrange(1, 12)):
            self.step(self.chance.randrange(2), self.chance.choice(FATES))

    def is_quiet(self) -> None:
        for at in range(2):
            while self.jobs[at] is not None:
                self.step(at, "received")

    def crosses(self) -> None:
        """One list arrives, and all of another comes and goes before that is heard of."""
        self.is_quiet()
        one, other = (direct(self.store, self.clock, self.lijst(soort)) for soort in self.chance.sample(KINDS, 2))
        self.jobs = [one, None]
        while one.job.sending is None and not one.job.ended:
            one.step(self.system)
        if not one.job.ended:
            one.step(self.system)
            other.to_the_end(self.system)
        self.jobs = [None if one.job.ended else one, None]

    def dies(self) -> None:
        at = self.chance.randrange(2)
        job = self.jobs[at]
        if job is not None:
            if job.arriving and self.chance.random() < 0.5:
                job.step(self.system)
            job.job.kill()
            self.jobs[at] = None

    def restarts(self) -> None:
        for job in self.jobs:
            if job is not None:
                job.job.kill()
        self.jobs = [None, None]
        self.store.close()
        self.store = open_store(self.path, self.clock)

    def comes_or_goes(self) -> None:
        changed = self.roster ^ {self.chance.randrange(len(PUPILS))}
        self.roster = changed or self.roster

    def says_something_else(self) -> None:
        self.said[self.chance.choice(KINDS), self.chance.randrange(len(PUPILS))] = self.chance.randrange(3)

    def is_named_otherwise(self) -> None:
        """Never from one identity to the other at once: nobody could tell then that it is the same pupil."""
        soort, number, how = self.chance.choice(KINDS), self.chance.randrange(len(PUPILS)), self.chance.choice((BOTH, ECK, LAS))
        if how == BOTH or any(row.eck and row.las for row in self.rows(soort, number)):
            self.names[soort, number] = how

    def operates(self) -> None:
        outbox, now = self.store.outbox, self.clock.now()
        for item in outbox.messages([State.WAITING, State.HELD, State.PARKED]):
            if self.chance.random() < 0.5:
                does = self.chance.choice((outbox.retry, outbox.drop, lambda number, at: outbox.park(number, "operator", at)))
                does(item.id, now)

    def time_passes(self) -> None:
        """No attempt takes longer than its deadline."""
        for job in self.jobs:
            if job is not None and job.arriving:
                job.step(self.system, self.chance.choice(("received, too late", "lost")))
        self.clock.elapsed += self.chance.choice((4.0, 125.0, 3700.0, 86_400.0))

    # --- parts of those

    def step(self, at: int, fate: str) -> None:
        job = self.jobs[at]
        if job is None:
            return
        job.step(self.system, fate)
        if job.job.ended:
            self.jobs[at] = None
            assert job.job.error is None or isinstance(job.job.error, DoorstroomError), job.job.error
            if job.job.value is not None:
                self.told(job.job.value, job.job.value.soort)

    def told(self, receipt: Any, soort: Operation) -> None:
        """Somebody removes by hand who is told as disappeared, and really left; not while an older list is still to arrive."""
        waits = [entry for soort in KINDS for entry in self.store.outbox.open_entries(key_of(soort), YEAR)]
        if waits or any(self.jobs):
            return
        for number in set(range(len(PUPILS))) - self.roster:
            told = any(gone.gaat_over(PUPILS[number]) for gone in receipt.verdwenen)
            if told and (soort is DEELNEMERS or self.named_alike(number)):
                self.system.removes(number)

    def named_alike(self, number: int) -> bool:
        """Whether the two books name a pupil alike; else who is gone from the advice is not seen in the other book."""
        one, two = ({mark for row in self.rows(soort, number) for mark in (row.eck, row.las) if mark} for soort in KINDS)
        return not one or not two or bool(one & two)

    def rows(self, soort: Operation, number: int) -> list[Noted]:
        entries = self.store.ledger.entries(key_of(soort), YEAR)
        return [row for row in entries if self.system.number_of(row) == number]

    def night(self, soort: Operation) -> Any:
        """Only what changed, with nothing that goes wrong."""
        job = direct(self.store, self.clock, self.lijst(soort), only_changes=True)
        receipt = job.to_the_end(self.system)
        assert job.job.error is None, job.job.error
        self.told(receipt, soort)
        return receipt

    def drain(self) -> None:
        for _ in range(4):
            self.clock.elapsed += 90_000.0
            self.works()
            self.is_quiet()
            for item in self.store.outbox.messages([State.HELD]):  # somebody looks, and lets others go on
                self.store.outbox.park(item.id, "operator", self.clock.now())

    def all_arrives_in_the_end(self) -> None:
        self.is_quiet()
        self.drain()
        self.night(DEELNEMERS)
        assert self.system.has(self.lijst(DEELNEMERS)), "participants are missing"
        self.drain()
        for _ in range(2):
            self.clock.elapsed += 86_400.0
            self.night(SCHOOLADVIEZEN)
        assert self.system.has(self.lijst(SCHOOLADVIEZEN)), "advice is missing"
        self.system.agrees(self.store)
        for soort in KINDS:
            assert self.night(soort).aantal == 0, "it goes out again for ever"


S = Schooljaar
RULES = (
    *(S.starts,) * 4, *(S.goes_on,) * 6, *(S.says_something_else,) * 3, *(S.comes_or_goes,) * 3, *(S.is_named_otherwise,) * 3,
    *(S.puts, S.works, S.is_quiet, S.time_passes, S.crosses) * 2, S.dies, S.restarts, S.operates,
)  # fmt: skip


def test_advice_arrives_whatever_happens(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "s.db"
    store = open_store(path, clock)
    for seed in range(RUNS):
        jaar = Schooljaar(path, clock, store, seed)
        clock.elapsed = 0.0
        done: list[str] = []
        try:
            for _ in range(STEPS):
                rule = jaar.chance.choice(RULES)
                done.append(rule.__name__)
                rule(jaar)
                jaar.system.agrees(jaar.store)
            jaar.all_arrives_in_the_end()
        except AssertionError as error:
            raise AssertionError(f"run {seed}, after {len(done)} steps, the last {done[-12:]}: {error}") from error
        store = jaar.store
    store.close()
