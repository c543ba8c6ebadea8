"""Results, reports and invented pupils of the simulator."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from doorstroom_client.messages.vocabulary import Schooladvies, Toetsadvies
from doorstroom_client.simulator.https import Answer, HttpsServer, Received
from doorstroom_client.simulator.invented import bedenk_leerlingen
from doorstroom_client.simulator.pki import Issued, Pki
from doorstroom_client.simulator.toetssysteem import Toetssysteem
from doorstroom_client.simulator.verzending import Afzender

from .helpers import LAS_OIN, TOETS_OIN
from .wereld import (
    AFSPRAAK,
    JSON,
    KLAS,
    ROUTING,
    SCHOOL,
    VERSIE,
    Wereld,
    deelnemerslijst,
    leidend,
    refs,
)


def afzender(endpoint_for: Callable[[str], str | None], cert: Issued, trusted: Pki) -> Afzender:
    return Afzender(endpoint_for=endpoint_for, cert=cert.cert, key=cert.key, trust=trusted.trust)


def test_results_have_the_shape_of_the_definition(wereld: Wereld) -> None:
    wereld.registreer(KLAS[0])
    wereld.adviseer(KLAS[0])
    (bericht,) = wereld.toets.neem_af()
    uitslag = bericht["resultatenscores"]
    assert (bericht["versie"], bericht["schooljaar"]) == (VERSIE, "2026-2027")
    assert (bericht["profiel"], bericht["datumtijd"]) == ("Leerlingtoetsresultaat", "2027-03-01T12:00:00Z")
    assert uitslag["deelnemerref"] == refs(KLAS[0])
    assert uitslag["toetsdefinitie"] == bericht["toets"]["id"] == "DIA"
    assert [type(score["waarde"]) for score in uitslag["scores"]["scores"]] == [int, int, int]
    info = urlsplit(uitslag["resultaten"]["aanvullendeinfo"])
    assert f"https://{info.netloc}" == wereld.server.url
    assert info.path.startswith("/dst/leerlingrapport/")
    resultaten = uitslag["resultaten"]["resultaten"]
    assert resultaten[0]["waarde"] in set(Toetsadvies)
    assert [r.get("toetseenheid") for r in resultaten] == [None, "REKENEN", "LEZEN", "TAALVERZORGING"]


def test_results_carry_every_identity_that_was_ever_received(wereld: Wereld) -> None:
    lijst = deelnemerslijst(KLAS[0])
    lijst["deelnemers"][0]["deelnemerref"].append({"label": "LAS-key", "onderwijsdeelnemerID": KLAS[0].las_key})
    wereld.post("registreren", lijst)
    wereld.registreer(KLAS[0])
    (bericht,) = wereld.toets.neem_af()
    gevonden = [ref["onderwijsdeelnemerID"] for ref in bericht["resultatenscores"]["deelnemerref"]]
    assert gevonden == [KLAS[0].eck_id, KLAS[0].las_key]


def test_outcomes_are_reproducible_and_near_the_advice(wereld: Wereld) -> None:
    school = bedenk_leerlingen(270, schooljaar="2026-2027", seed=3)
    wereld.registreer(*school)
    wereld.adviseer(*school)
    berichten = wereld.toets.neem_af(SCHOOL)
    assert berichten == wereld.toets.neem_af(SCHOOL)
    treden = list(Toetsadvies)
    gevonden = [treden.index(b["resultatenscores"]["resultaten"]["resultaten"][0]["waarde"]) for b in berichten]
    vwo = [trede for trede, leerling in zip(gevonden, school, strict=True) if leerling.advies == "VWO"]
    pro = [t for t, leerling in zip(gevonden, school, strict=True) if leerling.advies == "PRAKTIJKONDERWIJS"]
    mavo = [trede for trede, leerling in zip(gevonden, school, strict=True) if leerling.advies == "VMBO_GL/TL"]
    assert min(vwo) >= 4 and max(pro) <= 1
    assert set(mavo) == {1, 2, 3}, "mostly the same step, sometimes higher, seldom lower"
    assert len(set(gevonden)) == 6


def test_scores_can_be_text(wereld: Wereld) -> None:
    als_tekst = Toetssysteem(
        "ICE",
        "x",
        TOETS_OIN,
        mandaat=lambda *_: True,
        scholen={SCHOOL},
        afspraken=[AFSPRAAK],
        scores_als_tekst=True,
    )
    query = (("edu-to", SCHOOL), ("edu-from", ROUTING))
    body = json.dumps(deelnemerslijst(KLAS[0])).encode()
    als_tekst.app(Received("POST", "/dst/registreren", query, tuple(JSON.items()), body, LAS_OIN))
    (bericht,) = als_tekst.neem_af()
    assert {type(score["waarde"]) for score in bericht["resultatenscores"]["scores"]["scores"]} == {str}


def test_results_go_to_where_the_pupils_came_from(
    wereld: Wereld, serve: Callable[..., HttpsServer], pki: Pki, toets_cert: Issued
) -> None:
    binnen: list[Received] = []

    def las(received: Received) -> Answer:
        binnen.append(received)
        return Answer.melding(202, "dank")

    server = serve(las)
    ander = "0000000700099XX00531"
    wereld.registreer(*KLAS[:3])
    wereld.post("registreren", deelnemerslijst(KLAS[3]), f"?edu-to={SCHOOL}&edu-from={ander}")
    endpoints = {ROUTING: f"{server.url}/las/"}
    verzonden = wereld.toets.stuur_resultaten(afzender(endpoints.get, toets_cert, pki))
    assert [x.status for x in verzonden] == [202, 202, 202, None]
    assert verzonden[3].reden == "geen endpoint"
    assert verzonden[0].rapportid not in repr(verzonden)
    assert {(r.method, r.path, r.query, r.peer_oin) for r in binnen} == {
        ("POST", "/las/leerlingresultaat", (("edu-to", ROUTING), ("edu-from", SCHOOL)), TOETS_OIN)
    }
    assert [r.json() for r in binnen] == wereld.toets.neem_af()[:3]


def test_a_las_that_is_down_gets_each_result_once(wereld: Wereld, pki: Pki, toets_cert: Issued) -> None:
    wereld.registreer(*KLAS[:2])
    url = wereld.server.url
    wereld.server.stop()
    verzonden = wereld.toets.stuur_resultaten(afzender(lambda _: url, toets_cert, pki))
    assert [(x.status, x.reden) for x in verzonden] == [(None, "ConnectionRefusedError")] * 2


def test_results_only_go_to_a_trusted_las(wereld: Wereld, toets_cert: Issued, tmp_path_factory: pytest.TempPathFactory) -> None:
    wereld.registreer(KLAS[0])
    ander = Pki(tmp_path_factory.mktemp("ander"))
    verzonden = wereld.toets.stuur_resultaten(afzender(lambda _: wereld.server.url, toets_cert, ander))
    assert verzonden[0].reden == "SSLCertVerificationError"
    with pytest.raises(ValueError, match="https"):
        wereld.toets.stuur_resultaten(afzender(lambda _: "http://localhost:1", toets_cert, ander))


def test_reports(wereld: Wereld) -> None:
    wereld.registreer(KLAS[0])
    (bericht,) = wereld.toets.neem_af()
    rapportid = bericht["resultatenscores"]["resultaten"]["aanvullendeinfo"].rpartition("/")[2]
    reply = wereld.rapport(rapportid)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/pdf")
    assert reply.body.startswith(b"%PDF-1.4") and b"Dia-doorstroomtoets" in reply.body
    assert wereld.rapport("onbekend").status == 404
    wereld.toets.ken_school("0000000700011BB00000")
    wereld.mandaten |= {("0000000700011BB00000", oin) for oin in (LAS_OIN, TOETS_OIN)}
    elders = f"?edu-to=0000000700011BB00000&edu-from={ROUTING}"
    assert wereld.rapport(rapportid, elders).status == 404, "of another school"


def test_a_report_that_is_not_ready_is_204_with_a_body(wereld: Wereld) -> None:
    wereld.registreer(KLAS[0])
    (bericht,) = wereld.toets.neem_af()
    rapportid = bericht["resultatenscores"]["resultaten"]["aanvullendeinfo"].rpartition("/")[2]
    wereld.toets.stel_rapport_uit()
    query = (("edu-to", SCHOOL), ("edu-from", ROUTING))
    answer = wereld.toets.app(Received("GET", f"/dst/leerlingrapport/{rapportid}", query, peer_oin=LAS_OIN))
    assert answer.status == 204
    assert "melding" in json.loads(answer.body)


def test_invented_pupils_are_reproducible_and_well_formed() -> None:
    assert bedenk_leerlingen(27, schooljaar="2026-2027") == KLAS
    assert bedenk_leerlingen(27, schooljaar="2026-2027", seed=2) != KLAS
    assert sum(x.eck_id is None for x in KLAS) == 2
    school = bedenk_leerlingen(500, schooljaar="2026-2027")
    assert len({x.las_key for x in school}) == len({leidend(x) for x in school}) == 500
    assert {x.groep for x in school} == {"8A", "8B"}
    assert {x.advies for x in school} == set(Schooladvies)
    for leerling in school:
        assert leerling.geboortedatum.year in (2013, 2014, 2015)
        assert len(leerling.voorvoegsel or "") <= 10
        assert leerling.voorletters.isalpha() and len(leerling.voorletters) <= 6
        assert leerling.roepnaam not in repr(leerling) and leerling.las_key not in repr(leerling)
    with pytest.raises(ValueError, match="school year"):
        bedenk_leerlingen(1, schooljaar="2026")
