"""The outbox under everything that may happen between any two of its steps (promises O5 and S4)."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.databases import Cluster, query
from support.sending import (
    HOW,
    KEYS,
    PUPILS,
    YEAR,
    Clock,
    Job,
    Supplier,
    Wens,
    adding,
    at_once,
    bodies,
    lijst_of,
    open_store,
    run_of,
    step,
)

from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.sending.reputation import Reputation
from doorstroom_client.store.rows import Claimed, Queued, State

EXAMPLES = int(os.environ.get("DOORSTROOM_EXAMPLES", "0"))  # read at import: no test sees variables of the machine
WORKERS = 3
TOTALS = (30.0, 30.0, 600.0)
"""Seconds that a call of each worker may take; so they have leases of different lengths."""
LEASES = (120.0, 120.0, 610.0)
places = st.sampled_from([0, 0, 0, 1, 2])  # order is about messages of one key
workers = st.integers(0, WORKERS - 1)
wishes = st.tuples(*[st.one_of(st.none(), st.integers(0, 2)) for _ in PUPILS]).filter(lambda wens: set(wens) != {None})
hows = st.one_of(st.just("received"), st.sampled_from(sorted(HOW)))


class Bezorgen(RuleBasedStateMachine):
    """A LAS, an operator, three workers over two connections, a clock and suppliers."""

    def __init__(self) -> None:
        super().__init__()
        self.place, self.clock = self.new_place(), Clock()
        self.stores = [self.opened(), self.opened()]
        self.secret = self.stores[0].ledger.secret()
        self.supplier = Supplier(self.secret)
        self.health, self.addresses = Circuits(self.clock.monotonic), Reputation(self.clock.monotonic)
        self.jobs: list[Job | None] = [None] * WORKERS
        self.until = [0.0] * WORKERS
        self.adders: dict[int, tuple[Job, Wens]] = {}
        self.added: set[int] = set()
        self.last: dict[int, Wens] = {}
        self.spoiled = dict.fromkeys(range(len(KEYS)), False)
        self.spoiled_since = dict.fromkeys(range(len(KEYS)), False)
        self.ended: dict[int, State] = {}

    def new_place(self) -> str:
        """Where the store of this example is."""
        self.folder = Path(tempfile.mkdtemp(prefix="doorstroom-machine-"))
        return str(self.folder / "s.db")

    def opened(self) -> Any:
        return open_store(self.place, self.clock)

    def removed(self) -> None:
        shutil.rmtree(self.folder)

    # --- what the LAS does

    @rule(place=places, wens=wishes, only_changes=st.booleans())
    def starts_adding(self, place: int, wens: Wens, only_changes: bool) -> None:
        if place not in self.adders:  # a LAS that adds two lists of one school at once has no order itself
            self.adders[place] = (Job(adding(self.stores[0], self.clock, place, wens, only_changes=only_changes)), wens)
            self.spoiled_since[place] = False

    @rule(place=places, steps=st.integers(1, 5), dies=st.booleans())
    def goes_on_adding(self, place: int, steps: int, dies: bool) -> None:
        for _ in range(steps):
            if place in self.adders:
                self.step_adder(place)
        if dies and place in self.adders:
            self.adders.pop(place)[0].kill()

    @rule(place=places, lists=st.lists(wishes, min_size=1, max_size=3), only_changes=st.booleans())
    def adds(self, place: int, lists: list[Wens], only_changes: bool) -> None:
        for wens in lists:
            self.starts_adding(place, wens, only_changes)
            while place in self.adders:
                self.step_adder(place)

    @rule(place=places, wens=wishes, only_changes=st.booleans(), number=workers, how=hows, steps=st.integers(1, 12))
    def adds_and_works(self, place: int, wens: Wens, only_changes: bool, number: int, how: str, steps: int) -> None:
        self.adds(place, [wens], only_changes)
        self.works(number, how, steps)

    def step_adder(self, place: int) -> None:
        job, wens = self.adders[place]
        job.step()
        if job.ended:
            assert job.error is None, job.error
            if job.value.bericht is not None:
                self.added.add(job.value.bericht.id)
            self.last[place] = wens
            self.spoiled[place] = self.spoiled_since[place]
            del self.adders[place]

    # --- what workers do

    @rule(number=workers, how=hows, steps=st.integers(1, 8))
    def works(self, number: int, how: str, steps: int) -> None:
        for _ in range(steps):
            self.step_worker(number, how)

    @rule(number=workers, how=hows)
    def works_until_done(self, number: int, how: str) -> None:
        self.step_worker(number, how)
        while self.jobs[number] is not None:
            self.step_worker(number, how)

    def step_worker(self, number: int, how: str) -> None:
        job = self.jobs[number]
        if job is None:
            run = run_of(self.stores[number % 2], self.clock, TOTALS[number], health=self.health, addresses=self.addresses)
            job = self.jobs[number] = Job(run.worker())
        else:
            step(job, self.supplier, how)
        request = job.sending
        if request is not None:
            self.until[number] = self.clock.elapsed + request.deadline
        if job.ended:
            assert job.error is None, job.error
            self.jobs[number] = None

    @rule(number=workers, other=workers, steps=st.integers(1, 6), how=hows, arrives=st.booleans())
    def sleeps_past_its_lease_while_another_works(self, number: int, other: int, steps: int, how: str, arrives: bool) -> None:
        self.works(number, "received", steps)
        self.time_passes(LEASES[number] + 1, arrives)
        if other != number:
            self.works_until_done(other, how)
            self.works(number, "received", 6)

    @rule(number=workers, arrived=st.booleans())
    def is_killed(self, number: int, arrived: bool) -> None:
        job = self.jobs[number]
        if job is not None:
            if arrived and job.sending is not None and job.claimed is not None:
                self.supplier.receive(job.sending, job.claimed)
            job.kill()
            self.jobs[number] = None

    @rule()
    def restarts(self) -> None:
        for number in range(WORKERS):
            self.is_killed(number, arrived=False)
        for place in list(self.adders):
            self.adders.pop(place)[0].kill()
        for store in self.stores:
            store.close()
        self.stores = [self.opened(), self.opened()]
        self.health, self.addresses = Circuits(self.clock.monotonic), Reputation(self.clock.monotonic)

    # --- what time does

    @rule(seconds=st.sampled_from([1.0, 20.0, 100.0, 121.0, 500.0, 3600.0, 86400.0]), arrives=st.booleans())
    def time_passes(self, seconds: float, arrives: bool) -> None:
        """No attempt takes longer than its deadline; that bound is what a lease is built on."""
        self.clock.elapsed += seconds
        self.end_attempts(arrives, self.clock.elapsed)

    @rule(seconds=st.sampled_from([3.0, 60.0, 3600.0, 86400.0, 400 * 86400.0]), back=st.booleans())
    def clock_is_set(self, seconds: float, back: bool) -> None:
        """At any moment, also while something is on the wire: leases do not count by the clock on the wall."""
        self.clock.off += -seconds if back else seconds

    def end_attempts(self, arrives: bool, until: float) -> None:
        for number, job in enumerate(self.jobs):
            if job is not None and job.sending is not None and self.until[number] <= until:
                self.step_worker(number, "received, too late" if arrives else "lost")

    @precondition(lambda self: any(job is not None and job.claimed is not None for job in self.jobs))
    @rule(back=st.sampled_from([0.0, 3.0, 60.0, 3600.0, 86400.0]))
    def all_die_and_nobody_waits_too_long(self, back: float) -> None:
        longest, in_hand = 0.0, set()
        for number, job in enumerate(self.jobs):
            if job is not None and job.claimed is not None and self.owner_of(job.claimed) == job.claimed.owner:
                in_hand.add(job.claimed.queued.id)
                longest = max(longest, LEASES[number])
            self.is_killed(number, arrived=False)
        self.clock.off -= back
        outbox, taken = self.stores[0].outbox, list[Claimed]()
        for seconds in (0.0, longest):  # others look all the time: now, and when the time is up
            self.clock.elapsed += seconds
            now = self.clock.now()
            while (claimed := outbox.claim("probe", now, LEASES[0])) is not None:
                taken.append(claimed)
        open_now = {item.id: item.key for item in outbox.messages([State.WAITING, State.HELD])}
        first = {key: min(number for number, other in open_now.items() if other == key) for key in open_now.values()}
        late = (in_hand & set(first.values())) - {claimed.queued.id for claimed in taken}
        assert not late, f"messages {late} still wait for a worker that died"
        for claimed in taken:  # what was taken at the first look may have been taken again at the second
            outbox.postpone(claimed, State.WAITING, "probe", now, now, counts=False)

    def owner_of(self, claimed: Claimed) -> str | None:
        """Who has a message in hand by the store; a worker that slept may believe something else."""
        owner: str | None = query(self.stores[0], f"SELECT lease_owner FROM outbox WHERE id = {claimed.queued.id}")[0][0]
        return owner

    # --- what an operator and a supplier do

    def some(self, number: int) -> Queued | None:
        messages = self.stores[0].outbox.messages()
        return messages[number % len(messages)] if messages else None

    @rule(number=st.integers(0, 20), what=st.sampled_from(["retry", "park", "drop"]))
    def operator(self, number: int, what: str) -> None:
        if (item := self.some(number)) is not None:
            outbox, now = self.stores[0].outbox, self.clock.now()
            if what == "retry":
                outbox.retry(item.id, now)
            elif what == "park":
                outbox.park(item.id, "operator", now)
            else:
                outbox.drop(item.id, now)

    @rule(number=st.integers(0, 20), worker=workers, how=hows, steps=st.integers(1, 8))
    def operator_parks_for_a_while(self, number: int, worker: int, how: str, steps: int) -> None:
        if (item := self.some(number)) is not None:
            self.stores[0].outbox.park(item.id, "operator", self.clock.now())
            self.notes_what_was_set_aside()
            self.works(worker, how, steps)
            self.stores[0].outbox.retry(item.id, self.clock.now())

    @rule(pupil=st.integers(0, len(PUPILS) - 1))
    def supplier_forgets_or_learns_a_pupil(self, pupil: int) -> None:
        self.supplier.unknown ^= {pupil}

    # --- what always holds; order and equal bytes are looked at by the supplier itself

    @invariant()
    def nothing_is_lost(self) -> None:
        store = self.stores[0]
        content = bodies(store)
        messages = {item.id: item for item in store.outbox.messages()}
        assert messages.keys() == self.added
        for number, item in messages.items():
            if item.state in (State.DELIVERED, State.DROPPED):
                assert content[number] is None
                assert item.state is State.DROPPED or number in self.supplier.taken
            else:
                assert content[number] is not None

    @invariant()
    def notes_what_was_set_aside(self) -> None:
        for item in self.stores[0].outbox.messages():
            if self.ended.get(item.id) is not item.state:
                self.ended[item.id] = item.state
                if item.state in (State.PARKED, State.DROPPED) or item.onbekend:
                    place = KEYS.index(item.key)
                    self.spoiled[place] = self.spoiled_since[place] = True

    @invariant()
    def the_ledger_never_claims_what_the_supplier_does_not_have(self) -> None:
        for key in KEYS:
            for entry in self.stores[0].ledger.entries(key, YEAR):
                assert not entry.content or self.supplier.has(key, entry), key

    def teardown(self) -> None:
        try:
            self.all_is_well_in_the_end()
        finally:
            for store in self.stores:
                store.close()
            self.removed()

    def all_is_well_in_the_end(self) -> None:
        """The faults are over, time passes, and the LAS hands in its lists once more."""
        self.end_attempts(False, float("inf"))
        self.supplier.unknown.clear()
        for place in list(self.adders):
            while place in self.adders:
                self.step_adder(place)
        self.drain()
        self.notes_what_was_set_aside()
        for place, wens in self.last.items():
            if not self.spoiled[place]:
                self.supplier_has(place, wens)
        self.clock.elapsed += 3601.0  # what left with a worker that died does not count as under way any more
        for place, wens in self.last.items():
            at_once(adding(self.stores[0], self.clock, place, wens, only_changes=True))
        self.drain()
        for place, wens in self.last.items():
            self.supplier_has(place, wens)
            assert at_once(adding(self.stores[0], self.clock, place, wens, only_changes=True)).bericht is None
        self.the_ledger_never_claims_what_the_supplier_does_not_have()

    def drain(self) -> None:
        outbox = self.stores[0].outbox
        for _ in range(12):
            for number in range(WORKERS):
                self.works_until_done(number, "received")
            if not outbox.counts()[State.WAITING] and not outbox.counts()[State.HELD]:
                return
            self.clock.elapsed += 90_000.0
        raise AssertionError(f"not delivered: {outbox.counts()}")

    def supplier_has(self, place: int, wens: Wens) -> None:
        for entry in lijst_of(place, wens).entries(self.secret):
            assert self.supplier.has(KEYS[place], entry), f"the supplier has something else than the last list of {place}"


class BezorgenPostgres(Bezorgen):
    """The same on PostgreSQL."""

    cluster: ClassVar[Cluster]

    def new_place(self) -> str:
        return self.cluster.fresh()

    def removed(self) -> None:
        """The next one removes what is in it."""


def budget(examples: int) -> settings:
    return settings(
        max_examples=EXAMPLES or examples,
        stateful_step_count=50,
        derandomize=not EXAMPLES,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
    )


TestBezorgen = Bezorgen.TestCase
TestBezorgen.settings = budget(80)


@pytest.mark.usefixtures("_on_postgres")
class TestBezorgenPostgres(BezorgenPostgres.TestCase):  # type: ignore[name-defined,misc]
    """Fewer, as each question goes to another process."""

    settings = budget(4)


@pytest.fixture
def _on_postgres(cluster: Cluster) -> None:
    BezorgenPostgres.cluster = cluster
