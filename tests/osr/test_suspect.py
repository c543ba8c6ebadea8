"""Many mandates that are gone in one night: the register is suspect, which is told, and nothing more is refused than before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from support import LAS_OIN, LEVERANCIER, NOW, OTHER_OIN, SUPPLIER_OIN
from support.osr_played import Played, client_of, settings, simulated
from support.receiving import pushed
from support.simulated_time import SimulatedLoop, Slow, in_time, mandated, schools, timed

from doorstroom_client import (
    Advies,
    Adviezenlijst,
    AsyncClient,
    Client,
    ConfigurationError,
    Event,
    GeenMandaat,
    Leerling,
    Leverancier,
    School,
)
from doorstroom_client.osr.answers import is_suspect
from doorstroom_client.osr.rounds import Mandaatcontrole
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.simulator.pki import Pki

NIGHT = dt.timedelta(hours=24, minutes=10)


class World:
    """A register, one clock for all, and clients of one store or of none."""

    def __init__(self, pki: Pki, store: Path | None, count: int = 8, **osr: Any) -> None:
        self.pki, self.store, self.now = pki, store, NOW
        self.osr: SimulatedOsr = simulated(today=lambda: self.now.date())
        self.schools = schools(count)
        mandated(self.osr, self.schools)
        self.told: list[Event] = []
        self.settings = settings(per_second=1000, **osr)
        self._client: Client | None = None

    def client(self) -> Client:
        """Another process, where there is a store to share."""
        if self._client is not None and self.store is None:
            return self._client
        if self._client is not None:
            self._client.close()
        more: dict[str, Any] = {} if self.store is None else {"store": self.store}
        given = {"scholen": self.schools, "now": lambda: self.now, "on_event": self.note, **more}
        self._client = client_of(self.pki, Played(self.osr), self.settings, **given)
        return self._client

    def note(self, event: Event) -> None:
        if "suspect" in event.result:
            self.told.append(event)

    def check(self) -> list[Mandaatcontrole]:
        found = list(self.client().osr.check_mandaten(max_age=0))
        assert all(item.error is None for item in found)
        return found

    def lose(self, count: int) -> None:
        for school in self.schools[:count]:
            self.osr.revoke(school.oin, SUPPLIER_OIN)

    def leverancier(self, school: School) -> Any:
        return self.client().osr.find_leveranciers(school)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()


@pytest.fixture(params=["memory", "store"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "s.db" if request.param == "store" else None


@pytest.mark.parametrize(
    ("turned", "stayed", "least", "suspect"),
    [(5, 4, 5, True), (5, 5, 5, False), (4, 0, 5, False), (900, 0, 0, False), (1, 0, 1, True), (0, 0, 0, False)],
)
def test_the_rule(turned: int, stayed: int, least: int, suspect: bool) -> None:
    assert is_suspect(turned, stayed, least) is suspect


def test_in_one_night_many_mandates_are_gone(test_pki: Pki, store: Path | None) -> None:
    world = World(test_pki, store)
    assert all(world.check())
    world.now += NIGHT
    world.lose(6)
    found = world.check()
    assert sum(item.omgeslagen for item in found) == 6
    assert sum(map(bool, found)) == 2  # what the register says now is what is shown
    assert [event.serious for event in world.told] == [True]
    assert "of 8 schools that had a mandate, 6 have none" in world.told[0].result
    assert "Of 8 schools that had a mandate, 6 have none" in world.client().osr.suspicion(found)
    assert all(item.uitleg in item.brief and item.school.label in item.brief for item in found)
    assert ["Stuur dit bericht door" in item.brief for item in found] == [not item for item in found]
    for school in world.schools:
        assert world.leverancier(school) == [LEVERANCIER]
    receiver = world.client().terugweg
    if store is not None:
        assert receiver.handle(pushed(world.schools[0], 1)).status == 202
    world.now += dt.timedelta(hours=23)
    assert world.leverancier(world.schools[0]) == [LEVERANCIER]
    world.now += dt.timedelta(hours=2)
    assert world.leverancier(world.schools[0]) == []
    world.close()


def test_a_few_are_what_they_are(test_pki: Pki, store: Path | None) -> None:
    for lost, count in ((4, 4), (5, 20)):
        world = World(test_pki, None if store is None else store.with_name(f"{lost}.db"), count)
        world.check()
        world.now += NIGHT
        world.lose(lost)
        assert world.client().osr.suspicion(world.check()) == ""
        assert world.told == []
        assert world.leverancier(world.schools[0]) == []
        with pytest.raises(GeenMandaat):
            world.client().send(Adviezenlijst(world.schools[0], [Advies(Leerling(las_key="las-1"), "HAVO")]))
        world.close()


def test_a_school_without_a_mandate_before_stays_without(test_pki: Pki, store: Path | None) -> None:
    world = World(test_pki, store)
    world.osr.revoke(world.schools[7].oin, SUPPLIER_OIN)
    world.check()
    world.now += NIGHT
    world.lose(7)
    world.check()
    assert [bool(world.leverancier(school)) for school in world.schools] == [True] * 7 + [False]
    world.close()


def test_a_school_that_has_chosen_another_supplier_is_no_loss(test_pki: Pki, store: Path | None) -> None:
    world = World(test_pki, store)
    dia = Leverancier("DIA", OTHER_OIN, "https://dia.example.nl")
    world.check()
    world.now += NIGHT
    world.lose(8)
    world.osr.mandate(world.schools[0].oin, OTHER_OIN, dt.date(2025, 8, 1))
    world.check()
    both = world.client().with_options(leveranciers=[LEVERANCIER, dia])
    assert both.osr.find_leveranciers(world.schools[0]) == [dia]
    assert both.osr.find_leveranciers(world.schools[1]) == [LEVERANCIER]
    world.close()


def test_what_a_party_contradicts_does_not_count_as_before(test_pki: Pki, store: Path | None) -> None:
    world = World(test_pki, store)
    world.check()
    world.now += NIGHT
    world.lose(8)
    world.check()
    client = world.client()
    client._runtime.run(client._operations.answers.forget(SUPPLIER_OIN, world.schools[0].oin))
    assert world.leverancier(world.schools[0]) == []
    world.close()


def test_it_can_be_set(test_pki: Pki) -> None:
    world = World(test_pki, None, 2, suspect_from=2)
    world.check()
    world.now += NIGHT
    world.lose(2)
    world.check()
    assert len(world.told) == 1
    for wrong in (-1, 2.5, True, "5"):
        with pytest.raises(ConfigurationError) as caught:
            settings(suspect_from=wrong)
        assert caught.value.setting == "osr.suspect_from"
    assert settings(suspect_from=3.0).suspect_from == 3  # as a variable gives it
    world.close()


def test_awaited_too(test_pki: Pki) -> None:
    async def work(loop: SimulatedLoop) -> None:
        osr, made = simulated(clock=loop.time), schools(6)
        mandated(osr, made)
        told: list[str] = []
        client = client_of(
            test_pki,
            Slow(osr, loop),
            settings(),
            AsyncClient,
            now=loop.now,
            scholen=made,
            on_event=lambda event: told.append(event.result) if event.serious else None,
        )
        timed(client, loop.time)
        assert [bool(item) async for item in client.osr.check_mandaten(max_age=0)] == [True] * 6
        for school in made:
            osr.revoke(school.oin, LAS_OIN)
        assert [item.omgeslagen async for item in client.osr.check_mandaten(max_age=0)] == [True] * 6
        assert len(told) == 1
        assert "suspect" in told[0]

    in_time(work)
