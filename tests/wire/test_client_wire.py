"""The whole chain, once, with each of the two clients."""

from __future__ import annotations

import stat
from pathlib import Path

from support import SCHOOL, SUPPLIER_OIN
from support.wire import ADVIEZEN, Calls, Scripted, Speler, certificate, leverancier

from doorstroom_client import Adviezenlijst, Deelnemerslijst
from doorstroom_client.simulator import Keten, adviezen_of, deelnemers_of
from doorstroom_client.simulator.https import Answer
from doorstroom_client.simulator.keten import LAS_OIN
from doorstroom_client.simulator.pki import Pki


def test_the_whole_chain(eigen_keten: Keten, speler: Speler, tmp_path: Path) -> None:
    keten, school = eigen_keten, eigen_keten.school
    client = speler.client(**keten.arguments())
    leerlingen = keten.leerlingen(5)

    mandaat = speler(client.osr.check_mandaat(school, "ICE"))
    assert mandaat
    assert mandaat.las_gemandateerd is True
    assert [item.toetssoort for item in speler(client.osr.find_leveranciers(school))] == ["ICE"]
    assert not speler(client.osr.check_mandaat(keten.scholen[3], "ICE"))

    ontvangst = speler(client.send(Deelnemerslijst(school, *deelnemers_of(leerlingen))))
    assert (ontvangst.leverancier, ontvangst.soort, ontvangst.aantal) == ("ICE", "registreren", 5)
    ontvangst = speler(client.send(Adviezenlijst(school, adviezen_of(leerlingen))))
    assert (ontvangst.soort, ontvangst.aantal, len(ontvangst.attempts)) == ("registreren-schooladviezen", 5, 1)

    systeem = keten.toetssystemen["ICE"]
    assert len(systeem.deelnemers(school.oin)) == 5
    assert len(systeem.adviezen(school.oin)) == 5

    assert {verzonden.status for verzonden in keten.stuur_resultaten()} == {202}
    resultaten = speler(client.resultaten())
    assert len(resultaten) == 5
    eerste = resultaten[0]
    assert eerste.school == school
    assert eerste.leverancier.toetssoort == "ICE"
    assert eerste.toetsadvies is not None
    assert {item.leerling.eck_id for item in resultaten} == {item.eck_id for item in leerlingen}
    assert speler(client.resultaten(keten.scholen[1])) == []

    systeem.stel_rapport_uit()
    assert speler(client.fetch_leerlingrapport(eerste)) is None  # a 204 that comes with a body
    systeem.maak_rapport_klaar()
    rapport = speler(client.fetch_leerlingrapport(eerste))
    assert rapport.content.startswith(b"%PDF-")
    kept = speler(client.fetch_leerlingrapport(eerste, to=tmp_path))
    assert kept.content == b""
    assert kept.path.read_bytes() == rapport.content
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600
    assert eerste.rapportid not in kept.path.name
    assert (
        speler(client.fetch_leerlingrapport(eerste.rapportid, school=school, to=tmp_path / "x.pdf")).path == tmp_path / "x.pdf"
    )

    speler(eerste.done())
    speler(eerste.done())
    assert len(speler(client.resultaten())) == 4
    everything = speler(client.resultaten(everything=True))
    assert [item.verwerkt_op is not None for item in everything] == [True, False, False, False, False]
    assert {item.verzoek.peer_oin for item in keten.osr.verkeer} == {LAS_OIN}


def test_what_a_supplier_sees(test_pki: Pki, speler: Speler) -> None:
    def answer(received: object) -> Answer:
        return Answer.melding(202, "ja")

    with Scripted(test_pki, test_pki.issue("ziet", oin=SUPPLIER_OIN), answer) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        got = speler(client.send(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier="ice"))
    (seen,) = server.received
    assert seen.method == "POST"
    assert seen.path == "/dst/registreren-schooladviezen"
    assert seen.query == (("edu-to", SCHOOL.oin), ("edu-from", SCHOOL.routeringskenmerk))
    assert seen.peer_oin == LAS_OIN
    assert seen.header("content-type") == "application/json"
    assert seen.header("accept-encoding") == "identity"
    assert seen.header("user-agent") == "doorstroom_client"
    assert seen.header("cookie") is None
    assert len(seen.json()["voorlopigSchooladviezen"]) == 1
    assert got.melding == "ja"


def test_after_a_204_with_a_body_the_next_call_works(test_pki: Pki, speler: Speler) -> None:
    def answer(received: object) -> Answer:
        return Answer.melding(204 if "rapport" in received.path else 202, "x" * 300)  # type: ignore[attr-defined]

    with Scripted(test_pki, test_pki.issue("leeg", oin=SUPPLIER_OIN), answer) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        for _ in range(3):
            assert Calls.do(speler, client, "leerlingrapport") is None
            assert len(Calls.do(speler, client, "registreren").attempts) == 1
    assert len(server.received) == 6


def test_a_derived_client_shares_connections_and_leaves_them_open(test_pki: Pki, speler: Speler) -> None:
    with Scripted(test_pki, test_pki.issue("deelt", oin=SUPPLIER_OIN), lambda _: Answer.melding(202, "ja")) as server:
        client = speler.client(certificate=certificate(test_pki), leveranciers=[leverancier(server.url)])
        derived = client.with_options(schooljaar="2025-2026")
        assert Calls.do(speler, derived, "registreren").aantal == 1
        speler(derived.close())
        assert Calls.do(speler, client, "registreren").aantal == 1
