"""The chain on this machine as the other side: set, told and asked, and left as it was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client.ketentest.drivers import PersonDriver
from doorstroom_client.ketentest.faulty.weighing import played_with
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Arrival, Arrived, Driven
from doorstroom_client.ketentest.role_hands import RoleHands
from doorstroom_client.ketentest.run import Choice
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.selftest import Chain, make_keten, played
from doorstroom_client.ketentest.simulated import Simulated
from doorstroom_client.ketentest.steps import Await, Drive, Probe
from doorstroom_client.ketentest.terms import Terms
from doorstroom_client.ketentest.verdicts import Oordeel
from doorstroom_client.simulator.keten import LAS_OIN

YEAR = "2025-2026"
ARRANGEMENTS = (
    "tweede_administratie",
    "school_zonder_mandaat_toets",
    "school_zonder_mandaat_las",
    "school_onbekend",
    "gesloten_inschrijving",
    "gesloten_schooladviezen",
    "mandaat_hersteld",
    "rapport_niet_klaar",
    "andere_school",
    "storing",
    "correctie",
    "storing_las",
)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chain]:
    with played_with(None, tmp_path_factory.mktemp("keten"), make_keten(YEAR, None)) as here:
        yield here


@pytest.fixture
def simulated(chain: Chain) -> Simulated:
    keten = chain.keten
    return Simulated(
        chain.control.ask,
        "ICE",
        supplier_oin=keten.toetssystemen["ICE"].oin,
        las_oin=LAS_OIN,
        spare=keten.scholen[3],
        other=keten.scholen[1],
        keys=frame_of(chain).keys,
    )


def frame_of(chain: Chain) -> Frame:
    return chain.hands[Rol.TOETSSYSTEEM].frame("TS-999", dt.datetime.now(dt.UTC))


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_what_is_arranged_is_taken_back(chain: Chain, simulated: Simulated, name: str) -> None:
    before = chain.control.states()
    arranged = simulated.arrange(name, frame_of(chain))
    assert arranged is not None
    if name not in ("tweede_administratie", "mandaat_hersteld", "correctie", "storing_las"):
        assert chain.control.states() != before
    simulated.restore()
    assert chain.control.states() == before


def test_what_cannot_be_arranged_told_or_seen_is_left_to_a_person(chain: Chain, simulated: Simulated) -> None:
    frame = frame_of(chain)
    assert simulated.arrange("verhuizing", frame) is None
    assert simulated.see({"verhuizing": 1}, frame) is None
    assert simulated.see({}, frame) is None
    assert simulated.see({"verteld": None}, frame) is None
    assert [simulated.see({"verteld": told}, frame) for told in (True, False)] == [True, False]


def test_it_sees_who_is_there(chain: Chain, simulated: Simulated) -> None:
    frame = frame_of(chain)
    (pupil,) = frame.own()
    facts: list[tuple[dict[str, Any], bool]] = [
        ({"deelnemers": {pupil.label: 1}}, True),
        ({"deelnemers": {pupil.label: 2}}, False),
        ({"deelnemers": {"K14": 0}, "adviezen": {pupil.label: "HAVO"}}, True),
        ({"adviezen": {pupil.label: "VWO"}}, False),
        ({"achternaam": {pupil.label: pupil.achternaam}}, True),
    ]
    assert simulated.see(facts[0][0], frame) is False
    hands = chain.hands[Rol.TOETSSYSTEEM]
    for send in (frame.send_deelnemers(pupil), frame.send_adviezen(pupil)):
        hands.do(send, frame, frame.began, [])
    assert [(asked, simulated.see(asked, frame)) for asked, _ in facts] == facts


def test_one_listens_for_what_may_not_come(chain: Chain) -> None:
    """A first request is there at once, and a second one a moment later."""
    asked: list[int] = []

    def arrivals(_: dt.datetime) -> list[Arrival]:
        asked.append(1)
        return [Arrival(operation="registreren", sha256=str(at)) for at in range(1 + (len(asked) > 2))]

    def seen(**more: Any) -> Any:
        asked.clear()
        hands = RoleHands(lambda *_: frame, None, arrivals=arrivals, terms=Terms(seconds=5.0, listens=0.2))  # type: ignore[arg-type]
        return hands.do(Await(name="w", operation="registreren", count=1, **more), frame, frame.began, [])

    frame = frame_of(chain)
    assert len(seen().arrivals) == 1
    assert len(seen(listens=True).arrivals) == 2
    none = RoleHands(lambda *_: frame, None, arrivals=lambda _: [], terms=Terms())  # type: ignore[arg-type]
    assert none.do(Await(name="w", operation="x", count=1), frame, frame.began, []) == Arrived(complete=False)


def test_what_only_a_person_can_see_is_asked(tmp_path: Path) -> None:
    """A LAS that a person drives: nobody says that a report was filed, and nothing passes without anybody doing a thing."""
    said: list[str] = []
    with played(tmp_path, make_keten(YEAR, None), driver=PersonDriver(said.append), seconds=0.1) as here:
        found = {item.scenario.id: item for item in here.run().play(Choice(roles=(Rol.LAS,)))}
    assert {item.oordeel for item in found.values()} == {Oordeel.GEZAKT}
    assert any(text.startswith("LA-101: Verstuur de deelnemers") for text in said)
    driven = PersonDriver(said.append).drive(Drive(name="d", action="rapport", asks="Haal"), frame_of(here))
    assert driven == Driven(by_person=True)


def test_a_server_with_another_oin_still_tells_how_it_speaks(chain: Chain) -> None:
    frame, hands = frame_of(chain), chain.hands[Rol.TOETSSYSTEEM]
    chain.keten.servers.show("ICE", "other-oin")
    try:
        shaken: Any = hands.do(Probe(name="p"), frame, frame.began, [])
        reply: Any = hands.do(frame.send_deelnemers("K01"), frame, frame.began, [])
    finally:
        chain.keten.servers.show("ICE")
    assert (shaken.accepted, shaken.fault, shaken.version) == (False, "wrong-oin", "TLSv1.3")
    assert shaken.oin not in ("", chain.keten.toetssystemen["ICE"].oin)
    assert (reply.fault, reply.sent, reply.status) == ("wrong-oin", False, 0)
