"""What went over the line is kept, of each party, in bounded memory and without being shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from doorstroom_client import Adviezenlijst, Deelnemerslijst
from doorstroom_client.simulator import Keten, Richting, Verkeer, adviezen_of, deelnemers_of, verkeer
from doorstroom_client.simulator.https import Answer, HttpsServer, Received
from doorstroom_client.simulator.keten import API_KEY, API_KEY_HEADER, LAS_OIN
from doorstroom_client.simulator.pki import Issued, Pki
from doorstroom_client.simulator.verzending import Afzender

from .helpers import LAS_OIN as WERELD_LAS
from .helpers import SERVER_OIN
from .wereld import KLAS, NAMENS, ROUTING, SCHOOL, Wereld, deelnemerslijst

NOW = datetime(2026, 10, 1, 8, tzinfo=UTC)


def noted(log: Verkeer, body: bytes = b"", status: int = 202, **more: str) -> None:
    request = Received("POST", "/dst/registreren", (("edu-to", SCHOOL),), tuple(more.items()), body, WERELD_LAS)
    log.note(Richting.ONTVANGEN, "registreren", request, Answer.melding(status, "x"), begin=log.begin())


def test_what_a_supplier_got_and_answered(wereld: Wereld) -> None:
    wereld.registreer(*KLAS)
    wereld.post("registreren", b"{")
    wereld.rapport("onbekend")
    wereld.post("elders", b"{}")
    log = wereld.toets.verkeer
    assert log.beantwoord == [("registreren", 202), ("registreren", 422), ("leerlingrapport", 404), ("", 404)]
    assert [item.nummer for item in log] == [1, 2, 3, 4]
    first = log[0]
    assert first.verzoek.json() == deelnemerslijst(*KLAS)
    assert (first.verzoek.method, first.verzoek.path) == ("POST", "/dst/registreren")
    assert first.verzoek.query == (("edu-to", SCHOOL), ("edu-from", ROUTING))
    assert first.verzoek.header("Content-Length") == str(len(first.verzoek.body))
    assert first.verzoek.peer_oin == WERELD_LAS
    assert first.antwoord is not None
    assert "melding" in json.loads(first.antwoord.body)
    assert first.moment == datetime(2027, 3, 1, 12, tzinfo=UTC)
    assert first.seconden >= 0


def test_what_a_supplier_sent_and_was_told(
    wereld: Wereld, serve: Callable[..., HttpsServer], pki: Pki, toets_cert: Issued
) -> None:
    server = serve(lambda _: Answer.melding(503, "straks", (("Retry-After", "7"),)))
    wereld.registreer(KLAS[0])
    wereld.post("registreren", deelnemerslijst(KLAS[1]), NAMENS.replace("530", "531"))
    endpoints = {ROUTING: f"{server.url}/las"}
    afzender = Afzender(endpoint_for=endpoints.get, cert=toets_cert.cert, key=toets_cert.key, trust=pki.trust)
    told, untold = wereld.toets.stuur_resultaten(afzender)
    first, second = wereld.toets.verkeer.verzonden
    assert (first.operatie, first.status, first.reden) == ("leerlingresultaat", 503, "")
    assert (first.verzoek.path, first.verzoek.peer_oin) == ("/las/leerlingresultaat", SERVER_OIN)
    assert [first.verzoek.json(), second.verzoek.json()] == wereld.toets.neem_af()
    assert (second.status, second.reden, second.antwoord) == (None, "geen endpoint", None)
    assert (told.status, told.aangenomen, dict(told.headers)["Retry-After"]) == (503, False, "7")
    assert json.loads(told.body) == {"melding": "straks"}
    assert told.seconden == first.seconden > 0
    assert (untold.status, untold.headers, untold.body) == (None, (), b"")
    assert [item.richting.value for item in wereld.toets.verkeer] == ["ontvangen"] * 2 + ["verzonden"] * 2


def test_each_party_of_a_chain_keeps_its_own(keten: Keten) -> None:
    klas = keten.leerlingen(2)
    with keten.client() as client:
        client.send(Deelnemerslijst(keten.school, *deelnemers_of(klas)))
        client.send(Adviezenlijst(keten.school, adviezen_of(klas)))
    keten.stuur_resultaten()
    supplier, osr, las = keten.toetssystemen["ICE"].verkeer, keten.osr.verkeer, keten.terugweg.verkeer
    assert supplier.beantwoord == [("registreren", 202), ("registreren-schooladviezen", 202)]
    assert [item.status for item in supplier.verzonden] == [202, 202]
    assert las.beantwoord == [("leerlingresultaat", 202)] * 2
    assert [item.verzoek.body for item in las] == [item.verzoek.body for item in supplier.verzonden]
    assert {item.verzoek.peer_oin for item in supplier.verzonden} == {LAS_OIN}
    assert {item.operatie for item in osr} == {"mandates"}
    assert len(keten.toetssystemen["DIA"].verkeer) == 0


def test_a_key_is_kept_but_not_given(keten: Keten) -> None:
    with keten.client() as client:
        client.osr.find_eigen_mandaten()
    kept = next(item for item in keten.osr.verkeer if item.operatie == "school-mandates")
    assert kept.verzoek.header(API_KEY_HEADER) == API_KEY
    shown = keten.osr.verkeer.as_data(whole=True)
    assert API_KEY not in json.dumps(shown)
    assert [API_KEY_HEADER, "***"] in [pair for item in shown["uitwisselingen"] for pair in item["koppen"]]


def test_only_the_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verkeer, "MOST", 3)
    log = Verkeer()
    for number in range(5):
        noted(log, bytes([number]))
    assert [item.verzoek.body[0] for item in log] == [2, 3, 4]
    assert (log.geteld, log.vergeten, len(log), log[-1].nummer) == (5, 2, 3, 5)
    assert [item.nummer for item in log.after(0)] == [item.nummer for item in log.after(2)] == [3, 4, 5]
    assert [item.nummer for item in log.after(4)] == [5]
    assert log.after(5) == log.after(9) == []
    assert [item.nummer for item in log[:2]] == [3, 4]


def test_and_no_more_bytes_than_a_bound_but_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verkeer, "MOST_BYTES", 1000)
    log = Verkeer()
    for _ in range(10):
        noted(log, b"x" * 300)
    assert len(log) == 3
    noted(log, **{"X-Kop": "x" * 900})
    assert len(log) == 1  # headers count too
    noted(log, b"x" * 2000)
    noted(log)
    assert [len(item.verzoek.body) for item in log] == [0]
    assert log.geteld == 13
    log.reset()
    noted(log, b"x" * 900)
    assert [item.nummer for item in log] == [log.geteld] == [1]


@pytest.mark.parametrize("whole", [False, True])
def test_as_plain_values(whole: bool) -> None:
    log = Verkeer(secret=("X-Sleutel",), now=lambda: NOW)
    noted(log, "Łukasz".encode(), **{"x-sleutel": "geheim", "Cookie": "ook"})
    noted(log, b"\xff\xfe")
    data = json.loads(json.dumps(log.as_data(whole=whole)))
    first, second = data["uitwisselingen"]
    assert (data["geteld"], data["vergeten"], first["status"], first["bytes"]) == (2, 0, 202, 7)
    assert (first["moment"], first["query"]) == ("2026-10-01T08:00:00+00:00", [["edu-to", SCHOOL]])
    assert "geheim" not in json.dumps(data)
    if whole:
        assert (first["body"], second["body"]) == ({"tekst": "Łukasz"}, {"base64": "//4="})
        assert first["koppen"] == [["x-sleutel", "***"], ["Cookie", "***"]]
        assert first["antwoord"]["koppen"] == [["Content-Type", "application/json"]]
        assert first["antwoord"]["body"] == {"tekst": '{"melding": "x"}'}
    else:
        assert "ukasz" not in json.dumps(data) and "body" not in first and "pad" not in first
    assert [item["nummer"] for item in log.as_data(after=1)["uitwisselingen"]] == [2]


def test_nothing_of_a_pupil_is_in_a_repr(wereld: Wereld) -> None:
    wereld.registreer(*KLAS)
    wereld.rapport("rapport-van-iemand")
    shown = repr([wereld.toets.verkeer, *wereld.toets.verkeer])
    assert "registreren" in shown
    for hidden in (KLAS[0].achternaam, KLAS[1].las_key, "rapport-van-iemand", SCHOOL, "deelnemerref"):
        assert hidden not in shown
