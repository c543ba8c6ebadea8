"""A world that can be stopped between any two effects: a clock, suppliers that remember, and jobs that are driven by hand."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tenacity import wait_fixed

from doorstroom_client import Advies, Afspraak, Leerling, Leverancier, Retry, School
from doorstroom_client.exchange.call import Conditions
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.exchange.flow import Attempt, Flow, Io, keep
from doorstroom_client.messages.adviezenbericht import build_adviezenbericht
from doorstroom_client.sending.bericht import Bericht
from doorstroom_client.sending.delivery import Run
from doorstroom_client.sending.one_list import Books
from doorstroom_client.sending.queue import add
from doorstroom_client.sending.reputation import Reputation
from doorstroom_client.sending.uitkomst import Uitkomst
from doorstroom_client.store import opening
from doorstroom_client.store.ledger import Ledger
from doorstroom_client.store.outbox import Outbox
from doorstroom_client.store.pupils import same_pupil
from doorstroom_client.store.rows import Claimed, Dispatch, Entry, Key, Noted
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore
from doorstroom_client.transport.request import FaultKind, Operation, Outcome, Request
from support import LEVERANCIER as ICE
from support import NOW, SCHOOL, answer, fault

from .databases import query

YEAR = "2025-2026"
ANDERE = School(
    instellingscode="22CC",
    vestigingscode="00",
    onderwijsaanbiedercode="222A222",
    onderwijslocatiecode="222X222",
    administratienr="01",
    routeringskenmerk="0000000700022CC00530",
)
LEVERANCIER = replace(ICE, herhaal_na=0)
"""No participants go through this world, so that all advice stays unconfirmed; what is repeated for that is tested apart."""
TWEEDE = Leverancier("DIA", "00000003990000140000", "https://dia.example.nl/dst", herhaal_na=0)
PLACES: tuple[tuple[School, Leverancier], ...] = ((SCHOOL, LEVERANCIER), (ANDERE, LEVERANCIER), (SCHOOL, TWEEDE))
KEYS = tuple(Key(Operation.SCHOOLADVIEZEN.value, supplier.oin, school.routeringskenmerk) for school, supplier in PLACES)
PUPILS = (
    Leerling(eck_id="https://ketenid.nl/pilot/" + "a" * 128, las_key="kind-a"),
    Leerling(eck_id="https://ketenid.nl/pilot/" + "b" * 128),
    Leerling(las_key="kind-c"),
    Leerling(las_key="kind-d"),
)
ADVIEZEN = ("HAVO", "HAVO_TM_VWO", "VWO")
Wens = tuple[int | None, ...]
"""What a LAS wants a supplier to have: per pupil which advice, None for a pupil that is not in the list."""


@dataclass
class Clock:
    """A wall clock that may be set, over time that only goes on; leases count by the latter."""

    elapsed: float = 0.0
    off: float = 0.0

    def now(self) -> dt.datetime:
        return NOW + dt.timedelta(seconds=self.elapsed + self.off)

    def monotonic(self) -> float:
        return self.elapsed

    def lease(self, cursor: object) -> tuple[str, float]:
        return "boot", self.elapsed


def lijst_of(place: int, wens: Sequence[int | None], at: dt.datetime = NOW, *, school: School | None = None) -> Bericht:
    """A list of voorlopige schooladviezen in its final bytes."""
    chosen = school or PLACES[place][0]
    adviezen = [Advies(pupil, ADVIEZEN[wish]) for pupil, wish in zip(PUPILS, wens, strict=False) if wish is not None]
    message = build_adviezenbericht(
        chosen, adviezen, afspraak=Afspraak.met_naam("1.1"), schooljaar=YEAR, auteur="Test 1", datumtijd=at
    )
    return Bericht.of(message, chosen)


def open_store(place: str | os.PathLike[str], clock: Clock | None = None) -> Any:
    """A store; one that need not survive a power cut is faster. With a clock, leases last as long as that says."""
    store: Any = opening.open_store(place)
    if isinstance(store, SqliteStore):
        store._database._connection.execute("PRAGMA synchronous = OFF").close()
    if clock is not None:
        store._database.lease_clock = clock.lease
    return store


def accept(store: Any, key: Key, entries: Sequence[Entry], at: dt.datetime = NOW, year: str = YEAR) -> None:
    """A list with these pupils was sent past the outbox, and all of it was accepted."""
    dispatch: Dispatch | None = store.outbox.overtake(key, year, entries, os.urandom(8).hex(), at)
    assert dispatch is not None
    store.ledger.accept(dispatch, range(len(entries)), at, last=True)


def contents(store: Any, key: Key, year: str = YEAR) -> list[tuple[str, str, str]]:
    """Who stands in the ledger, with what was accepted."""
    return [(noted.eck, noted.las, noted.content) for noted in store.ledger.entries(key, year)]


def books_of(store: Any, clock: Clock) -> Books:
    ledger: Ledger = store.ledger
    outbox: Outbox = store.outbox
    return Books(ledger, outbox, store.tests, clock.now)


def adding(store: Any, clock: Clock, place: int, wens: Wens, *, only_changes: bool = False, **more: Any) -> Any:
    """The flow that puts a list in the outbox."""
    lijst = lijst_of(place, wens, clock.now())
    more = {"expires_at": None, **more}
    return add(lijst, PLACES[place][1], books_of(store, clock), only_changes=only_changes, **more)


def at_once(flow: Any, send: Callable[[Request], Outcome] | None = None) -> Any:
    """Drive a flow to its end without waiting; gives its value."""
    job = Job(flow)
    while not job.ended:
        job.step(send)
    if job.error is not None:
        raise job.error
    return job.value


def add_now(store: Any, clock: Clock, place: int, wens: Wens, **more: Any) -> Any:
    """Put a list in the outbox; gives the message, or None when nothing had changed."""
    return at_once(adding(store, clock, place, wens, **more)).bericht


def run_of(store: Any, clock: Clock, total: float = 30.0, **more: Any) -> Run:
    """A run over the outbox; with a total time of its own a worker has a lease of its own."""
    health = more.pop("health", None) or Circuits(clock.monotonic)
    on_event = more.pop("on_event", None)
    conditions = Conditions(Retry(wait=wait_fixed(2)), total, clock.now, health, on_event=on_event)
    addresses = more.pop("addresses", None) or Reputation(clock.monotonic)
    told = more.pop("on_result", lambda result: None)

    def on_result(result: Uitkomst) -> Flow[None]:
        yield from keep(lambda: told(result))

    suppliers = more.pop("leveranciers", (LEVERANCIER, TWEEDE))
    return Run(
        books_of(store, clock), suppliers, Call(conditions), addresses, on_result=on_result,
        draw=more.pop("draw", lambda: 0.5), clock=clock.monotonic,
    )  # fmt: skip


class Job:
    """A flow that goes on by one effect at a time.

    Attributes:
        effect: what it wants done next.
        claimed: the message that it has in hand.
        ended: whether it is over.
    """

    def __init__(self, flow: Any) -> None:
        self._flow = flow
        self.effect: Any = None
        self.claimed: Claimed | None = None
        self.ended = False
        self.value: Any = None
        self.error: BaseException | None = None
        self._go_on(lambda: flow.send(None))

    @property
    def sending(self) -> Request | None:
        """The request that is under way."""
        return self.effect.request if isinstance(self.effect, Attempt) else None

    def step(self, send: Callable[[Request], Outcome] | None = None) -> None:
        """Do what it wants, and let it go on to its next wish."""
        assert not self.ended, self.error
        effect, result = self.effect, None
        if isinstance(effect, Io):
            try:
                result = effect.work()
            except Exception as error:
                caught = error
                self._go_on(lambda: self._flow.throw(caught))
                return
            self._look_at(effect, result)
        elif isinstance(effect, Attempt):
            assert send is not None
            result = send(effect.request)
        self._go_on(lambda: self._flow.send(result))

    def kill(self) -> None:
        """What kill -9 leaves of it: nothing runs any more, and no mark is changed."""
        self.ended, self.effect = True, None

    def _look_at(self, effect: Io, result: Any) -> None:
        name = getattr(getattr(effect.work, "func", None), "__name__", "")
        if name == "claim":
            self.claimed = result
        elif name in ("postpone", "delivered", "lost") or (name == "renew" and not result):
            self.claimed = None

    def _go_on(self, move: Callable[[], Any]) -> None:
        try:
            self.effect = move()
        except StopIteration as done:
            self.ended, self.value, self.effect = True, done.value, None
        except Exception as error:
            self.ended, self.error, self.effect = True, error, None


@dataclass
class Supplier:
    """All test systems: what arrived, in which order, and what they hold now.

    Attributes:
        arrived: per key, which messages came in, in order.
        taken: messages of which something was accepted.
        holds: per key, per pupil, the mark of what was said last.
        unknown: pupils that are refused with 404.
    """

    secret: bytes
    arrived: dict[Key, list[int]] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    holds: dict[Key, list[Entry]] = field(default_factory=dict)
    unknown: set[int] = field(default_factory=set)
    _sums: dict[tuple[int, tuple[str, ...]], str] = field(default_factory=dict)

    def receive(self, request: Request, claimed: Claimed) -> Outcome:
        """A request comes in whole, on behalf of a message; gives the answer."""
        queued = claimed.queued
        query = parse_qs(urlsplit(request.url).query)
        assert (query["edu-to"], query["edu-from"]) == ([queued.school_oin], [queued.key.routeringskenmerk])
        assert request.url.startswith(
            {leverancier.oin: leverancier.base_url for _, leverancier in PLACES}[queued.key.leverancier]
        )
        assert request.body is not None
        order = self.arrived.setdefault(queued.key, [])
        assert not order or order[-1] <= queued.id, f"message {queued.id} arrives after {order[-1]}"
        order.append(queued.id)
        lijst = Bericht(
            Operation(queued.key.soort), queued.schooljaar, queued.school_oin, queued.key.routeringskenmerk, 0, request.body
        )
        entries = lijst.entries(self.secret)
        checksum = hashlib.sha256(request.body).hexdigest()
        if len(entries) == queued.aantal:
            assert checksum == queued.sha256, "other bytes than were added"
        same = self._sums.setdefault((queued.id, tuple(entry.eck + entry.las for entry in entries)), checksum)
        assert same == checksum, "other bytes than at an earlier attempt"
        strangers = [lijst_of(0, [0 if at == number else None for at in range(len(PUPILS))]) for number in self.unknown]
        marks = [stranger.entries(self.secret)[0] for stranger in strangers]
        if any(same_pupil(entry, mark) for entry in entries for mark in marks):
            return answer(404, {"melding": "onbekend"})
        self.taken.add(queued.id)
        kept = self.holds.setdefault(queued.key, [])
        kept[:] = [old for old in kept if not any(same_pupil(old, entry) for entry in entries)] + list(entries)
        return answer(202)

    def has(self, key: Key, said: Entry | Noted) -> bool:
        """Whether this is what it holds about the pupil."""
        return any(held.content == said.content and same_pupil(held, said) for held in self.holds.get(key, ()))


HOW: dict[str, tuple[bool, Outcome | None]] = {
    "received": (True, None),
    "received, no answer": (True, fault(FaultKind.NO_ANSWER)),
    "received, too late": (True, fault(FaultKind.DEADLINE)),
    "received, 500": (True, answer(500)),
    "lost": (False, fault(FaultKind.NO_ANSWER)),
    "no connection": (False, fault(FaultKind.CONNECT)),
    "503": (False, answer(503, headers={"retry-after": "900"})),
    "429": (False, answer(429, headers={"retry-after": "5"})),
    "400": (False, answer(400, {"melding": "nee"})),
    "401": (False, answer(401, {"melding": "nee"})),
    "403": (False, answer(403, {"melding": "nee"})),
    "405": (False, answer(405, {"melding": "nee"})),
    "422": (False, answer(422, {"melding": "nee"})),
    "301": (False, answer(301)),
}
"""What may come of sending: whether the supplier got it, and what we hear (None: what it answers)."""


def sender(supplier: Supplier, claimed: Claimed, how: str) -> Callable[[Request], Outcome]:
    """A transport for one message."""
    return partial(_send, supplier, claimed, how)


def _send(supplier: Supplier, claimed: Claimed, how: str, request: Request) -> Outcome:
    arrives, heard = HOW[how]
    answered = supplier.receive(request, claimed) if arrives else None
    outcome = heard or answered
    assert outcome is not None
    return outcome


def deliver_all(store: Any, clock: Clock, supplier: Supplier, how: str = "received", **more: Any) -> None:
    """One run with one worker over whatever is due."""
    job = Job(run_of(store, clock, **more).worker())
    while not job.ended:
        step(job, supplier, how)
    if job.error is not None:
        raise job.error


def step(job: Job, supplier: Supplier, how: str = "received") -> None:
    """One effect of a worker."""
    claimed = job.claimed
    job.step(None if claimed is None else sender(supplier, claimed, how))


def bodies(store: Any) -> dict[int, bytes | None]:
    """The content of every message, as it lies on disk."""
    return dict(query(store, "SELECT id, body FROM outbox"))
