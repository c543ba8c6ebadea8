"""States of a simulated supplier: each holds until it is taken back, for one or for all, and can be read and set as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from doorstroom_client import (
    AanleveringGesloten,
    Adviezenlijst,
    Deelnemerslijst,
    DoorstroomError,
    GeenMandaat,
    OntvangenResultaat,
    RapportOnbekend,
    SchoolOnbekend,
)
from doorstroom_client.simulator import Gedrag, Keten, Streng, Toestand, adviezen_of, deelnemers_of
from doorstroom_client.simulator.https import Received
from doorstroom_client.simulator.standen import ALLE, POSTS

from .helpers import LAS_OIN
from .wereld import KLAS, ROUTING, SCHOOL, Wereld, deelnemerslijst

OTHER = "0000000700011BB00000"
Act = Callable[[Any], object]


def rapport_status(wereld: Wereld, rapportid: str) -> int:
    """Without a server: a 204 with a body spoils the connection after it."""
    query = (("edu-to", SCHOOL), ("edu-from", ROUTING))
    return wereld.toets.app(Received("GET", f"/dst/leerlingrapport/{rapportid}", query, peer_oin=LAS_OIN)).status


def statuses(wereld: Wereld) -> tuple[int, int, int, int]:
    """Of a list of pupils, one of advice, the report of the first pupil, and that of the second."""
    infos = [item["resultatenscores"]["resultaten"]["aanvullendeinfo"] for item in wereld.toets.neem_af(SCHOOL)]
    ids = [info.rpartition("/")[2] for info in infos]
    return (
        wereld.registreer(*KLAS[:2]),
        wereld.adviseer(*KLAS[:2]),
        rapport_status(wereld, ids[0]),
        rapport_status(wereld, ids[1]),
    )


FINE = (202, 202, 200, 200)
FIRST = KLAS[0].eck_id or ""
SECOND = KLAS[1].eck_id or ""
STATES: list[tuple[Act, tuple[int, int, int, int], Act, dict[str, Any]]] = [
    (
        lambda toets: toets.sluit("registreren"),
        (403, 202, 200, 200),
        lambda toets: toets.heropen("registreren"),
        {"gesloten": {"registreren": ["alle"], "registreren-schooladviezen": []}},
    ),
    (
        lambda toets: toets.sluit("registreren-schooladviezen", SCHOOL),
        (202, 403, 200, 200),
        lambda toets: toets.heropen("registreren-schooladviezen", SCHOOL),
        {"gesloten": {"registreren": [], "registreren-schooladviezen": [SCHOOL]}},
    ),
    (
        lambda toets: toets.sluit("registreren", OTHER),
        FINE,
        lambda toets: toets.heropen("registreren"),
        {"gesloten": {"registreren": [OTHER], "registreren-schooladviezen": []}},
    ),
    (
        lambda toets: toets.vergeet_school(SCHOOL),
        (405,) * 4,
        lambda toets: toets.ken_school(SCHOOL),
        {"onbekende_scholen": [SCHOOL]},
    ),
    (lambda toets: toets.vergeet_school(), (405,) * 4, lambda toets: toets.ken_school(), {"onbekende_scholen": ["alle"]}),
    (lambda toets: toets.vergeet_school(OTHER), FINE, lambda toets: toets.ken_school(), {"onbekende_scholen": [OTHER]}),
    (
        lambda toets: toets.stel_rapport_uit(FIRST),
        (202, 202, 204, 200),
        lambda toets: toets.maak_rapport_klaar(FIRST),
        {"uitgestelde_rapporten": [FIRST]},
    ),
    (
        lambda toets: toets.stel_rapport_uit(),
        (202, 202, 204, 204),
        lambda toets: toets.maak_rapport_klaar(),
        {"uitgestelde_rapporten": ["alle"]},
    ),
    (
        lambda toets: toets.vergeet_rapport(SECOND),
        (202, 202, 200, 404),
        lambda toets: toets.ken_rapport(SECOND),
        {"onbekende_rapporten": [SECOND]},
    ),
    (
        lambda toets: toets.vergeet_rapport(),
        (202, 202, 404, 404),
        lambda toets: toets.ken_rapport(),
        {"onbekende_rapporten": ["alle"]},
    ),
]


@pytest.fixture
def begonnen(wereld: Wereld) -> Wereld:
    """Two pupils are known, with their reports."""
    assert wereld.registreer(*KLAS[:2]) == 202
    assert statuses(wereld) == FINE
    return wereld


@pytest.mark.parametrize(("act", "expected", "undo", "data"), STATES)
def test_a_state_holds_until_it_is_taken_back(
    begonnen: Wereld, act: Act, expected: tuple[int, int, int, int], undo: Act, data: dict[str, Any]
) -> None:
    toets = begonnen.toets
    act(toets)
    assert [statuses(begonnen) for _ in range(2)] == [expected] * 2
    assert {name: toets.toestand.as_data()[name] for name in data} == data
    undo(toets)
    assert statuses(begonnen) == FINE
    assert toets.toestand == Toestand()
    toets.toestand = toets.toestand.changed(json.loads(json.dumps(data)))
    assert statuses(begonnen) == expected


def test_a_report_by_its_own_id_and_a_refusal_holds_a_melding(begonnen: Wereld) -> None:
    first = begonnen.toets.neem_af()[0]["resultatenscores"]["resultaten"]["aanvullendeinfo"].rpartition("/")[2]
    begonnen.toets.stel_rapport_uit(first)
    assert statuses(begonnen) == (202, 202, 204, 200)
    begonnen.toets.vergeet_rapport(first)  # what is not known cannot be late
    begonnen.toets.sluit("registreren")
    assert statuses(begonnen)[2] == 404
    for item in begonnen.toets.verkeer.after(begonnen.toets.verkeer.geteld - 4):
        assert item.antwoord is not None
        assert item.status in (200, 202) or "melding" in json.loads(item.antwoord.body)


def test_a_school_is_not_known_before_its_period_is_looked_at(begonnen: Wereld) -> None:
    begonnen.toets.sluit("registreren")
    begonnen.toets.vergeet_school(SCHOOL)
    assert begonnen.registreer(KLAS[0]) == 405
    begonnen.mandaten.clear()
    assert begonnen.registreer(KLAS[0]) == 401
    assert begonnen.post("registreren", deelnemerslijst(KLAS[2])).status == 401
    assert len(begonnen.toets.deelnemers(SCHOOL)) == 2


def test_schools_that_it_knows(wereld: Wereld) -> None:
    toets = wereld.toets
    toets.ken_school(OTHER)
    assert toets.scholen == {SCHOOL, OTHER}
    toets.vergeet_school(OTHER)
    assert toets.scholen == {SCHOOL}
    toets.vergeet_school()
    assert toets.scholen == set()
    with pytest.raises(ValueError, match="all"):
        toets.ken_school(OTHER)
    toets.ken_school()
    assert toets.scholen == {SCHOOL, OTHER}


@pytest.mark.parametrize(
    ("all_of_it", "one"),
    [
        (lambda toets: toets.sluit("registreren"), lambda toets: toets.heropen("registreren", SCHOOL)),
        (lambda toets: toets.stel_rapport_uit(), lambda toets: toets.maak_rapport_klaar("x")),
        (lambda toets: toets.vergeet_rapport(), lambda toets: toets.ken_rapport("x")),
    ],
)
def test_what_holds_for_all_does_not_end_for_one(wereld: Wereld, all_of_it: Act, one: Act) -> None:
    one(wereld.toets)  # nothing holds: fine
    all_of_it(wereld.toets)
    before = wereld.toets.toestand
    with pytest.raises(ValueError, match="for all only"):
        one(wereld.toets)
    assert wereld.toets.toestand == before != Toestand()


@pytest.mark.parametrize("operatie", ["leerlingrapport", "anders"])
def test_only_lists_have_a_period(wereld: Wereld, operatie: str) -> None:
    for act in (wereld.toets.sluit, wereld.toets.heropen):
        with pytest.raises(ValueError, match="No period exists"):
            act(operatie)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kleur": "rood"},
        {"gedrag": "onbekend"},
        {"streng": ["onbekend"]},
        {"streng": "brin"},
        {"gesloten": ["registreren"]},
        {"gesloten": {"leerlingrapport": ["alle"]}},
        {"gesloten": {"registreren": "alle"}},
        {"onbekende_scholen": "alle"},
        {"onbekende_scholen": [1]},
    ],
)
def test_what_does_not_exist_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"state|Period|Gedrag|Streng"):
        Toestand().changed({"onbekende_rapporten": [], **wrong})


def test_only_what_is_named_changes() -> None:
    full = Toestand(
        gedrag=Gedrag.WEIGERT_LIJST,
        streng=frozenset({Streng.BRIN, Streng.VERSIE}),
        gesloten=frozenset((operatie, ALLE) for operatie in POSTS),
        onbekende_scholen=frozenset({SCHOOL}),
        uitgestelde_rapporten=frozenset({FIRST}),
        onbekende_rapporten=frozenset({SECOND}),
    )
    assert Toestand().changed(json.loads(json.dumps(full.as_data()))) == full
    assert full.changed({}) == full
    opened = full.changed({"gesloten": {"registreren": []}})
    assert opened.as_data() == {**full.as_data(), "gesloten": {"registreren": [], "registreren-schooladviezen": ["alle"]}}
    assert full.changed({"gedrag": "accepteert"}).as_data() == {**full.as_data(), "gedrag": "accepteert"}
    assert FIRST not in repr(full) and SECOND not in repr(full)


def test_what_a_client_makes_of_them(eigen_keten: Keten) -> None:
    keten, klas = eigen_keten, eigen_keten.leerlingen(2)
    supplier, oin = keten.toetssystemen["ICE"], keten.school.oin
    deelnemers, adviezen = Deelnemerslijst(keten.school, *deelnemers_of(klas)), Adviezenlijst(keten.school, adviezen_of(klas))
    with keten.client() as client:
        client.send(deelnemers)
        keten.stuur_resultaten()
        first, second = client.resultaten()

        def told(act: Callable[[], object]) -> type[DoorstroomError] | None:
            try:
                act()
            except DoorstroomError as error:
                return type(error)
            return None

        supplier.sluit("registreren", oin)
        assert (told(lambda: client.send(deelnemers)), told(lambda: client.send(adviezen))) == (AanleveringGesloten, None)
        supplier.sluit("registreren-schooladviezen")
        assert told(lambda: client.send(adviezen)) is AanleveringGesloten
        supplier.vergeet_school(oin)
        assert told(lambda: client.send(adviezen)) is SchoolOnbekend
        supplier.toestand = Toestand()
        keten.osr.revoke(oin, supplier.oin)
        assert told(lambda: client.send(adviezen, leverancier="ICE")) is GeenMandaat
        keten.osr.mandate(oin, supplier.oin)

        def fetch(result: OntvangenResultaat) -> bool:
            return client.fetch_leerlingrapport(result) is not None

        supplier.stel_rapport_uit(first.rapportid)
        assert (fetch(first), fetch(second)) == (False, True)
        supplier.vergeet_rapport(klas[0].eck_id)
        assert told(lambda: fetch(first)) is RapportOnbekend
        supplier.ken_rapport()
        supplier.maak_rapport_klaar()
        assert fetch(first)
