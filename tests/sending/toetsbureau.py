"""A test system with an idea of its own of who is who, and one school that sends to it; both can be stopped at any step."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from support import LEVERANCIER, SCHOOL, answer
from support.sending import ADVIEZEN, HOW, YEAR, Clock, Job, books_of
from tenacity import wait_fixed

from doorstroom_client import Advies, Afspraak, Deelnemer, Leerling, Leverancier, Retry, Stamgroep
from doorstroom_client.events import Event
from doorstroom_client.exchange.call import Conditions
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.messages.adviezenbericht import build_adviezenbericht
from doorstroom_client.messages.deelnemersbericht import build_deelnemersbericht
from doorstroom_client.sending.bericht import Bericht
from doorstroom_client.sending.one_list import send
from doorstroom_client.sending.queue import add
from doorstroom_client.sending.reputation import Reputation
from doorstroom_client.store.pupils import marks_of
from doorstroom_client.store.rows import Key, Noted
from doorstroom_client.transport.request import Operation, Outcome, Request

TEST = replace(LEVERANCIER, herhaal_na=0)
"""What is not confirmed is not repeated, so that whatever arrives in the end is not owed to that."""
DEELNEMERS, SCHOOLADVIEZEN = Operation.REGISTREREN, Operation.SCHOOLADVIEZEN
PUPILS = tuple(Leerling(eck_id=f"https://ketenid.nl/pilot/{number:0128x}", las_key=f"kind-{number}") for number in range(4))
FATES = ("received",) * 6 + ("received, no answer", "received, 500", "lost", "no connection", "503", "429", "400", "401")
BOTH, ECK, LAS = "both", "eck", "las"
Klas = Mapping[int, tuple[str, int]]
"""Per pupil by which identities a list names it, and what it says."""


def key_of(soort: Operation) -> Key:
    return Key(soort.value, TEST.oin, SCHOOL.routeringskenmerk)


def named(number: int, how: str) -> Leerling:
    pupil = PUPILS[number]
    return Leerling(eck_id=None if how == LAS else pupil.eck_id, las_key=None if how == ECK else pupil.las_key)


def lijst_van(soort: Operation, klas: Klas, clock: Clock, *, year: str = YEAR, afspraak: Afspraak | None = None) -> Bericht:
    """A list in its final bytes."""
    more: dict[str, Any] = {"schooljaar": year, "auteur": "Test 1", "datumtijd": clock.now()}
    more["afspraak"] = afspraak or Afspraak.met_naam("1.1")
    if soort is SCHOOLADVIEZEN:
        adviezen = [Advies(named(number, how), ADVIEZEN[said]) for number, (how, said) in klas.items()]
        return Bericht.of(build_adviezenbericht(SCHOOL, adviezen, **more), SCHOOL)
    groups = [Stamgroep("g", "8A")]
    found = [
        Deelnemer(
            leerling=named(number, how),
            achternaam=f"Naam{said}",
            roepnaam="K",
            voorletters="K",
            geboortedatum="2014-01-02",
            groep="g",
        )
        for number, (how, said) in klas.items()
    ]
    return Bericht.of(build_deelnemersbericht(SCHOOL, groups, found, **more), SCHOOL)


@dataclass
class Toetsbureau:
    """Knows real pupils, by whichever identity a list names them.

    Attributes:
        secret: with which the store makes marks, to say what this holds in the same words.
        skips: whether it answers 202 to advice for pupils that it does not know, and leaves them out; else 404 to the list.
        holds: per kind of list, per pupil, the mark of what was said last.
        by_hand: pupils that it knows because somebody entered them.
    """

    secret: bytes
    skips: bool = True
    holds: dict[Operation, dict[int, str]] = field(default_factory=lambda: {DEELNEMERS: {}, SCHOOLADVIEZEN: {}})
    by_hand: set[int] = field(default_factory=set)
    lists: int = 0

    def receive(self, request: Request) -> Outcome:
        """A list arrives; gives the answer."""
        assert request.body is not None
        self.lists += 1
        lijst = Bericht(request.operation, YEAR, SCHOOL.oin, SCHOOL.routeringskenmerk, 0, request.body)
        entries = lijst.entries(self.secret)
        numbers = [_number(item) for item in lijst.leerlingen(range(len(entries)))]
        said = dict(zip(numbers, (entry.content for entry in entries), strict=True))
        if lijst.soort is SCHOOLADVIEZEN:
            known = self.holds[DEELNEMERS].keys() | self.by_hand
            if said.keys() - known and not self.skips:
                return answer(404, {"melding": "onbekend"})
            said = {number: content for number, content in said.items() if number in known}
        self.holds[lijst.soort].update(said)
        return answer(202)

    def removes(self, number: int) -> None:
        """Somebody removes a pupil by hand, advice and all."""
        self.by_hand.discard(number)
        for held in self.holds.values():
            held.pop(number, None)

    def number_of(self, noted: Noted) -> int:
        """Which pupil a row of the ledger is about."""
        marks = [marks_of(pupil, self.secret) for pupil in PUPILS]
        found = {at for at, (eck, las) in enumerate(marks) if noted.eck == eck or (not noted.eck and noted.las == las)}
        return found.pop()

    def agrees(self, store: Any) -> None:
        """The ledger says of no pupil that this has what it has not."""
        for soort, held in self.holds.items():
            for noted in store.ledger.entries(key_of(soort), YEAR):
                number = self.number_of(noted)
                if noted.content and noted.known:
                    assert held.get(number) == noted.content, f"the ledger is wrong about {soort} of pupil {number}"
                elif noted.content:
                    assert noted.times >= 1, "sent, and not counted"

    def has(self, lijst: Bericht) -> bool:
        """Whether it holds all that a list says."""
        numbers = map(_number, lijst.leerlingen(range(lijst.aantal)))
        wanted = {number: entry.content for number, entry in zip(numbers, lijst.entries(self.secret), strict=True)}
        return wanted.items() <= self.holds[lijst.soort].items()


def _number(leerling: Leerling) -> int:
    return next(
        number
        for number, pupil in enumerate(PUPILS)
        if leerling.eck_id == pupil.eck_id or (leerling.eck_id is None and leerling.las_key == pupil.las_key)
    )


class Onderweg:
    """A send or a worker that goes on by one step at a time; arriving and hearing of it are two steps."""

    def __init__(self, flow: Any) -> None:
        self.job = Job(flow)
        self._heard: Outcome | None = None

    def step(self, system: Toetsbureau, fate: str = "received") -> None:
        request = self.job.sending
        if request is not None and self._heard is None:
            arrives, heard = HOW[fate]
            answered = system.receive(request) if arrives else None
            self._heard = heard or answered
            return
        heard, self._heard = self._heard, None
        self.job.step(None if heard is None else lambda _: heard)

    @property
    def arriving(self) -> bool:
        """It is about to arrive."""
        return self.job.sending is not None and self._heard is None

    def to_the_end(self, system: Toetsbureau, choose: Callable[[], str] = lambda: "received") -> Any:
        """All that is left of it; gives its value."""
        while not self.job.ended:
            self.step(system, choose())
        return self.job.value


def direct(
    store: Any, clock: Clock, lijst: Bericht, to: Leverancier = TEST, addresses: Reputation | None = None, *,
    only_changes: bool = False, on_event: Callable[[Event], None] | None = None,
) -> Onderweg:  # fmt: skip
    """A list on its way past the outbox."""
    health = Circuits(clock.monotonic)
    about = Call(Conditions(Retry(wait=wait_fixed(2)), 30.0, clock.now, health, on_event=on_event))
    known = addresses or Reputation(clock.monotonic)
    return Onderweg(send(lijst, to, about, known, books_of(store, clock), only_changes, on_event))


def put(store: Any, clock: Clock, lijst: Bericht, to: Leverancier = TEST, *, only_changes: bool = False) -> Any:
    """Put a list in the outbox."""
    job = Job(add(lijst, to, books_of(store, clock), only_changes=only_changes, expires_at=None))
    while not job.ended:
        job.step()
    assert job.error is None, job.error
    return job.value


def some(chance: random.Random, most: int = 3) -> dict[int, int]:
    """Some pupils, with what is said of each."""
    return {number: chance.randrange(most) for number in range(len(PUPILS)) if chance.random() < 0.6} or {0: 0}


def emptied(store: Any) -> Any:
    """The same store with nothing in it; quicker than a new one."""
    with store._database.transaction("empty") as cursor:
        for table in ("outbox", "ledger", "dispatch"):
            cursor.execute(f"DELETE FROM {table}")
    return store
