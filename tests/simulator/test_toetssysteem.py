"""The simulated test supplier takes in lists, over mutual TLS."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from doorstroom_client.simulator.toetssysteem import Gedrag

from .helpers import LAS_OIN, TOETS_OIN, call
from .wereld import (
    KLAS,
    NAMENS,
    ROUTING,
    SCHOOL,
    Wereld,
    adviezenlijst,
    deelnemer,
    deelnemerslijst,
    leidend,
)


def test_a_class_and_its_advice_arrive(wereld: Wereld) -> None:
    assert wereld.registreer(*KLAS) == 202
    assert wereld.adviseer(*KLAS) == 202
    assert wereld.toets.deelnemers(SCHOOL) == [deelnemer(x) for x in KLAS]
    assert wereld.toets.adviezen(SCHOOL) == {leidend(x): x.advies for x in KLAS}
    assert wereld.toets.verkeer.beantwoord == [("registreren", 202), ("registreren-schooladviezen", 202)]


def test_lists_are_mutations(wereld: Wereld) -> None:
    wereld.registreer(*KLAS[:3])
    wereld.adviseer(*KLAS[:3])
    lijst = deelnemerslijst(KLAS[1], KLAS[3])
    lijst["deelnemers"][0]["roepnaam"] = "Anders"
    assert wereld.post("registreren", lijst).status == 202
    assert [x["roepnaam"] for x in wereld.toets.deelnemers(SCHOOL)] == [
        KLAS[0].roepnaam,
        "Anders",
        KLAS[2].roepnaam,
        KLAS[3].roepnaam,
    ]
    assert len(wereld.toets.adviezen(SCHOOL)) == 3


def test_a_pupil_is_found_by_the_las_key_when_the_eck_id_comes_later(wereld: Wereld) -> None:
    wereld.registreer(KLAS[8])
    assert KLAS[8].eck_id is None
    lijst = deelnemerslijst(KLAS[8])
    beide = [{"label": "LAS-key", "onderwijsdeelnemerID": KLAS[8].las_key}]
    beide.append({"label": "ECK-iD", "onderwijsdeelnemerID": "https://ketenid.nl/pilot/later"})
    lijst["deelnemers"][0]["deelnemerref"] = beide
    wereld.post("registreren", lijst)
    assert len(wereld.toets.deelnemers(SCHOOL)) == 1
    adviezen = adviezenlijst(KLAS[8])
    adviezen["voorlopigSchooladviezen"][0]["deelnemerref"] = beide[1:]
    wereld.post("registreren-schooladviezen", adviezen)
    assert wereld.toets.adviezen(SCHOOL) == {"https://ketenid.nl/pilot/later": KLAS[8].advies}


def test_unknown_pupils_are_skipped_in_silence(wereld: Wereld) -> None:
    wereld.registreer(*KLAS[:2])
    assert wereld.adviseer(*KLAS[:3]) == 202
    assert set(wereld.toets.adviezen(SCHOOL)) == {leidend(x) for x in KLAS[:2]}


def test_or_the_whole_list_is_refused(wereld: Wereld) -> None:
    wereld.toets.gedrag = Gedrag.WEIGERT_LIJST
    wereld.registreer(*KLAS[:2])
    assert wereld.adviseer(*KLAS[:3]) == 404
    assert wereld.toets.adviezen(SCHOOL) == {}
    assert wereld.adviseer(*KLAS[:2]) == 202
    assert len(wereld.toets.adviezen(SCHOOL)) == 2


@pytest.mark.parametrize(
    "query",
    [
        "",
        f"?edu-to={SCHOOL}",
        f"?edu-from={ROUTING}",
        f"{NAMENS}&edu-to={SCHOOL}",
        f"?edu-to={SCHOOL}0&edu-from={ROUTING}",
        f"?edu-to={SCHOOL}&edu-from={ROUTING}0",
        f"?edu-to={SCHOOL}&edu-from=0000000700099XX0053%20",
        f"?edu-to={SCHOOL}&edu-from=0000000700099XX0053%0A",
    ],
)
def test_both_parameters_exactly_once_and_well_formed(wereld: Wereld, query: str) -> None:
    assert wereld.post("registreren", deelnemerslijst(*KLAS), query).status == 422
    assert wereld.rapport("x", query).status == 422


@pytest.mark.parametrize("oin", [LAS_OIN, TOETS_OIN])
def test_both_mandates_are_needed(wereld: Wereld, oin: str) -> None:
    wereld.mandaten.remove((SCHOOL, oin))
    assert wereld.registreer(*KLAS) == 401
    assert wereld.toets.deelnemers(SCHOOL) == []


def test_a_school_that_is_not_signed_up(wereld: Wereld) -> None:
    wereld.toets.vergeet_school()
    reply = wereld.post("registreren", deelnemerslijst(*KLAS))
    assert reply.status == 405
    assert "melding" in json.loads(reply.body)
    assert "allow" not in reply.headers


def test_a_wrong_method_has_no_melding(wereld: Wereld) -> None:
    reply = call(wereld.connection, "GET", f"/dst/registreren{NAMENS}")
    assert (reply.status, reply.headers["allow"]) == (405, "POST")
    assert b"melding" not in reply.body
    assert call(wereld.connection, "POST", f"/registreren{NAMENS}", b"{}").status == 404


def zet(*pad: str | int, waarde: Any) -> Callable[[dict[str, Any]], None]:
    def doe(bericht: Any) -> None:
        for stap in pad[:-1]:
            bericht = bericht[stap]
        bericht[pad[-1]] = waarde

    return doe


EEN_TE_VEEL = [{"label": "LAS-key", "onderwijsdeelnemerID": str(x)} for x in range(3)]


@pytest.mark.parametrize(
    "breek",
    [
        zet("versie", waarde="Doorstroomtoetsketen_v9"),
        zet("profiel", waarde="Schooladviezen"),
        zet("schooljaar", waarde="2026-2028"),
        zet("datumtijd", waarde=None),
        zet("deelnemersgroep", waarde=None),
        zet("deelnemersgroep", "vestigingscode", waarde="0"),
        zet("groepen", waarde=[]),
        zet("deelnemers", waarde=[]),
        zet("deelnemers", 0, waarde="tekst"),
        zet("deelnemers", 0, "deelnemerref", waarde=[]),
        zet("deelnemers", 0, "deelnemerref", waarde=EEN_TE_VEEL),
        zet("deelnemers", 0, "deelnemerref", waarde=EEN_TE_VEEL[:2]),
        zet("deelnemers", 0, "deelnemerref", 0, "label", waarde="ECK-ID"),
        zet("deelnemers", 0, "achternaam", waarde=" "),
        zet("deelnemers", 0, "groep", waarde="8Z"),
        zet("deelnemers", 0, "extensie", waarde=None),
    ],
)
def test_a_wrong_list_is_refused_without_repeating_its_values(wereld: Wereld, breek: Callable[[dict[str, Any]], None]) -> None:
    lijst = deelnemerslijst(KLAS[1])
    breek(lijst)
    reply = wereld.post("registreren", lijst)
    assert reply.status == 422
    melding = json.loads(reply.body)["melding"]
    assert KLAS[1].achternaam not in melding and leidend(KLAS[1]) not in melding
    assert wereld.toets.deelnemers(SCHOOL) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff"])
def test_a_body_that_is_no_object(wereld: Wereld, body: bytes) -> None:
    assert wereld.post("registreren", body).status == 422
    assert wereld.server.errors == []


def test_unknown_advice_is_refused(wereld: Wereld) -> None:
    wereld.registreer(*KLAS)
    lijst = adviezenlijst(KLAS[0])
    lijst["voorlopigSchooladviezen"][0]["advies"] = "VMBO_TL"
    assert wereld.post("registreren-schooladviezen", lijst).status == 422


def test_fixed_answers_on_demand(wereld: Wereld) -> None:
    wereld.toets.antwoord_met("registreren", 503, keer=2)
    wereld.toets.antwoord_met("registreren-schooladviezen", 403)
    reply = wereld.post("registreren", deelnemerslijst(*KLAS))
    assert (reply.status, reply.headers["retry-after"]) == (503, "1")
    assert [wereld.registreer(*KLAS) for _ in range(2)] == [503, 202]
    assert [wereld.adviseer(*KLAS) for _ in range(3)] == [403] * 3
    wereld.toets.antwoord_gewoon()
    assert wereld.adviseer(*KLAS) == 202
    for operatie, status in (("registreren", 418), ("anders", 403)):
        with pytest.raises(ValueError, match="No fixed answer"):
            wereld.toets.antwoord_met(operatie, status)


def test_received_lists_are_not_shared_with_the_caller(wereld: Wereld) -> None:
    wereld.registreer(KLAS[0])
    voor = copy.deepcopy(wereld.toets.deelnemers(SCHOOL))
    wereld.toets.deelnemers(SCHOOL).clear()
    assert wereld.toets.deelnemers(SCHOOL) == voor
