"""Fixed answers of a simulated party: every status and form, late and in part, over the wire and to a client."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest

from doorstroom_client import Adviezenlijst, DoorstroomError, Retry
from doorstroom_client.simulator import Antwoord, Keten, Vorm, adviezen_of
from doorstroom_client.simulator.antwoorden import ELDERS, MELDINGEN
from doorstroom_client.simulator.vaste_antwoorden import VasteAntwoorden

from .helpers import call
from .wereld import KLAS, NAMENS, SCHOOL, Wereld

EVERY = [(status, vorm) for status in MELDINGEN for vorm in (None, *Vorm)]
ADVIEZEN = "registreren-schooladviezen"
LISTED = {200, 202, 204, 301, 302, 400, 401, 403, 404, 405, 406, 408, 413, 415, 422, 429, 500, 502, 503, 504}


def test_every_status_of_the_chain_and_its_proxies_can_be_asked_for() -> None:
    assert set(MELDINGEN) >= LISTED
    usual = {status: Antwoord(status).answer().content_type for status in LISTED}
    of_the_chain = {status for status, kind in usual.items() if kind == "application/json"}
    assert of_the_chain == {202, 204, 401, 403, 404, 405, 422, 500, 503}
    assert {usual[status] for status in LISTED - of_the_chain} == {"text/html; charset=utf-8"}


@pytest.mark.parametrize("status", MELDINGEN)
def test_every_form_of_a_status(status: int) -> None:
    phrase, made = HTTPStatus(status).phrase, {vorm: Antwoord(status, vorm, tekst="Élke tekst").answer() for vorm in Vorm}
    assert {answer.status for answer in made.values()} == {status}
    assert json.loads(made[Vorm.MELDING].body) == {"melding": "Élke tekst"}
    problem = json.loads(made[Vorm.PROBLEM].body)
    assert problem == {"type": "about:blank", "title": phrase, "status": status, "detail": "Élke tekst"}
    assert made[Vorm.PROBLEM].content_type == "application/problem+json"
    assert f"<title>{status} {phrase}</title>".encode() in made[Vorm.HTML].body
    assert (made[Vorm.TEKST].body, made[Vorm.TEKST].content_type) == (phrase.encode(), "text/plain")
    assert (made[Vorm.LEEG].body, made[Vorm.LEEG].content_type) == (b"", None)
    assert made[Vorm.LATIN1].content_type == "application/json; charset=iso-8859-1"
    assert json.loads(made[Vorm.LATIN1].body.decode("latin-1"))["melding"].startswith("Élke tekst")
    with pytest.raises(UnicodeDecodeError):
        made[Vorm.LATIN1].body.decode()
    assert len(json.loads(made[Vorm.LANG].body)["melding"]) > 199_000


@pytest.mark.parametrize(
    ("antwoord", "headers"),
    [
        (Antwoord(503), {"Retry-After": "1"}),
        (Antwoord(429, retry_after=7), {"Retry-After": "7"}),
        (Antwoord(503, retry_after=None), {}),
        (Antwoord(502), {}),
        (Antwoord(502, retry_after="Fri, 31 Dec 2027 23:59:59 GMT"), {"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"}),
        (Antwoord(302), {"Location": ELDERS}),
        (Antwoord(308, kop=(("location", "/anders"),)), {"location": "/anders"}),
        (Antwoord(405), {}),
        (Antwoord(405, Vorm.HTML), {"Allow": "GET, HEAD"}),
        (Antwoord(405, Vorm.TEKST, kop=(("Allow", "PUT"), ("X-Kop", "1"))), {"Allow": "PUT", "X-Kop": "1"}),
    ],
)
def test_headers_that_belong_to_a_status(antwoord: Antwoord, headers: dict[str, str]) -> None:
    assert dict(antwoord.answer().headers) == headers


def test_answers_are_given_in_turn_and_so_often(wereld: Wereld) -> None:
    toets = wereld.toets
    toets.antwoord_met("registreren", 503, Antwoord(403, Vorm.LEEG), keer=2)
    assert [wereld.registreer(KLAS[0]) for _ in range(5)] == [503, 503, 403, 403, 202]
    toets.antwoord_met("registreren", 500, 504)
    assert [wereld.registreer(KLAS[0]) for _ in range(4)] == [500, 504, 504, 504]
    assert wereld.adviseer(KLAS[0]) == 202  # another operation
    toets.antwoord_met("registreren", 422, keer=1)  # in place of what was fixed
    assert [wereld.registreer(KLAS[0]) for _ in range(2)] == [422, 202]
    toets.antwoord_met("leerlingrapport", 404)
    toets.antwoord_met("registreren", 404)
    toets.antwoord_gewoon("registreren")
    assert (wereld.registreer(KLAS[0]), wereld.rapport("x").status) == (202, 404)


def test_a_wrong_address_or_method_takes_no_fixed_answer(wereld: Wereld) -> None:
    wereld.toets.antwoord_met("registreren", 503, keer=1)
    assert call(wereld.connection, "GET", f"/dst/registreren{NAMENS}").status == 405
    assert wereld.post("elders", b"{}").status == 404
    assert wereld.registreer(KLAS[0]) == 503


@pytest.mark.parametrize(
    ("antwoord", "taken_in"), [(Antwoord(202), 0), (Antwoord(502), 0), (Antwoord(502, verwerk=True), 1), (Antwoord(), 1)]
)
def test_whether_the_list_is_taken_in_all_the_same(wereld: Wereld, antwoord: Antwoord, taken_in: int) -> None:
    wereld.toets.antwoord_met("registreren", antwoord)
    assert wereld.registreer(KLAS[0]) == (antwoord.status or 202)
    assert len(wereld.toets.deelnemers(SCHOOL)) == taken_in


def test_a_late_answer_is_the_usual_one(wereld: Wereld) -> None:
    wereld.toets.antwoord_met("registreren", Antwoord(seconden=0.05), Antwoord(503, seconden=0.05), keer=1)
    assert [wereld.registreer(KLAS[0]) for _ in range(3)] == [202, 503, 202]
    first, second, _ = wereld.toets.verkeer
    assert min(first.seconden, second.seconden) >= 0.05
    assert (first.reden, first.status, second.status) == ("", 202, 503)


@pytest.mark.parametrize("zonder_antwoord", [False, True])
def test_a_late_answer_ends_when_the_server_stops(wereld: Wereld, zonder_antwoord: bool) -> None:
    wereld.toets.antwoord_met("registreren", Antwoord(seconden=300, zonder_antwoord=zonder_antwoord))
    ended: list[Exception] = []

    def ask() -> None:
        try:
            wereld.registreer(KLAS[0])
        except (OSError, http.client.HTTPException) as error:
            ended.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    for _ in range(3000):
        if wereld.toets.verkeer:
            break
        threading.Event().wait(0.01)
    serving = [thread for thread in threading.enumerate() if thread.name == "test-connection"]
    wereld.server.stop()
    for thread in (asking, *serving):
        thread.join(30)
        assert not thread.is_alive()
    assert serving
    assert len(ended) == 1
    assert len(wereld.toets.deelnemers(SCHOOL)) == 1


@pytest.mark.parametrize("fixed", [{}, {"status": 503}])
@pytest.mark.parametrize("afbreken_na", [0, 1, 20])
def test_an_answer_that_is_cut_off(wereld: Wereld, fixed: dict[str, Any], afbreken_na: int) -> None:
    wereld.toets.antwoord_met("registreren", Antwoord(**fixed, afbreken_na=afbreken_na), keer=1)
    with pytest.raises(http.client.IncompleteRead) as caught:
        wereld.registreer(KLAS[0])
    assert len(caught.value.partial) == afbreken_na
    [noted] = wereld.toets.verkeer
    assert noted.antwoord is not None
    assert (noted.status, noted.reden, noted.antwoord.body) == (fixed.get("status", 202), "afgebroken", caught.value.partial)
    assert len(wereld.toets.deelnemers(SCHOOL)) == (0 if fixed else 1)
    wereld.connection.close()
    assert wereld.registreer(KLAS[0]) == 202


def test_no_answer_at_all(wereld: Wereld) -> None:
    wereld.toets.antwoord_met("registreren", Antwoord(zonder_antwoord=True), Antwoord(503, zonder_antwoord=True), keer=1)
    for taken_in in (1, 1):
        with pytest.raises(http.client.RemoteDisconnected):
            wereld.registreer(KLAS[taken_in])
        assert len(wereld.toets.deelnemers(SCHOOL)) == taken_in
        wereld.connection.close()
    assert wereld.toets.verkeer.beantwoord == [("registreren", None)] * 2
    assert {item.reden for item in wereld.toets.verkeer} == {"afgebroken"}


@pytest.mark.parametrize("vorm", [None, *Vorm])
def test_a_client_takes_every_answer_as_a_receipt_or_as_an_error_of_its_own(keten: Keten, vorm: Vorm | None) -> None:
    supplier, klas = keten.toetssystemen["ICE"], adviezen_of(keten.leerlingen(1))
    for status in MELDINGEN:
        supplier.antwoord_met(ADVIEZEN, Antwoord(status, vorm), keer=1)
        before = supplier.verkeer.geteld
        with keten.client(store=None, retry=Retry.never()) as client:
            try:
                client.send(Adviezenlijst(keten.school, klas), leverancier="ICE")
            except DoorstroomError as error:
                assert status != 202 or vorm in (Vorm.HTML, Vorm.TEKST, Vorm.PROBLEM), error
            else:
                assert status < 300
        assert supplier.verkeer.geteld == before + 1
    assert supplier.verkeer.after(supplier.verkeer.geteld - len(MELDINGEN))[-1].status == list(MELDINGEN)[-1]


def test_the_receiving_side_can_be_told_as_well(eigen_keten: Keten) -> None:
    eigen_keten.bedenk_scholen(1)
    eigen_keten.terugweg.antwoord_met(503, Antwoord(verwerk=False, seconden=0.01), keer=1)
    sent = eigen_keten.stuur_resultaten()
    assert [item.status for item in sent] == [503] + [202] * 26
    assert dict(sent[0].headers)["Retry-After"] == "1"
    with eigen_keten.client() as client:
        assert len(list(client.resultaten())) == 26
    eigen_keten.terugweg.antwoord_met(401)
    assert {item.status for item in eigen_keten.stuur_resultaten()} == {401}
    eigen_keten.terugweg.antwoord_gewoon()
    assert {item.status for item in eigen_keten.stuur_resultaten()} == {202}
    assert len(eigen_keten.terugweg.verkeer) == 3 * 27


WRONG: list[tuple[Callable[[], Antwoord], str]] = [
    (lambda: Antwoord(418), "No fixed answer 418"),
    (lambda: Antwoord(vorm=Vorm.HTML), "name a status"),
    (lambda: Antwoord(retry_after=None), "name a status"),
    (lambda: Antwoord(503, seconden=301), "300 seconds"),
    (lambda: Antwoord(503, seconden=-1), "300 seconds"),
    (lambda: Antwoord(seconden=float("nan")), "300 seconds"),
    (lambda: Antwoord(afbreken_na=-1), "0 bytes or more"),
    (lambda: Antwoord(afbreken_na=1, zonder_antwoord=True), "0 bytes or more"),
    (lambda: Antwoord.from_data({"status": 503, "kleur": "rood"}), "no kleur"),
    (lambda: Antwoord.from_data({"status": 503, "vorm": "rond"}), "rond"),
    (lambda: Antwoord.from_data({"status": 503, "verwerk": "nee"}), "another kind of verwerk"),
    (lambda: Antwoord.from_data({"status": True}), "another kind of status"),
    (lambda: Antwoord.from_data({"seconden": "lang"}), "another kind"),
    (lambda: Antwoord.from_data({"status": 503, "kop": [["x"]]}), "another kind of kop"),
    (lambda: Antwoord.from_data({"status": 503, "kop": 3}), "another kind"),
    (lambda: Antwoord.from_data({"status": 503, "kop": [3]}), "another kind"),
]


@pytest.mark.parametrize(("make", "text"), WRONG)
def test_what_means_nothing_is_refused(make: Callable[[], Antwoord], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        make()


@pytest.mark.parametrize(
    "antwoord",
    [
        Antwoord(),
        Antwoord(202),
        Antwoord(429, Vorm.PROBLEM, tekst="x", kop=(("A", "b"),), retry_after=None, verwerk=True),
        Antwoord(seconden=2.5, afbreken_na=0),
        Antwoord(504, retry_after="3", zonder_antwoord=True),
    ],
)
def test_plain_values_and_back(antwoord: Antwoord) -> None:
    assert Antwoord.from_data(json.loads(json.dumps(antwoord.as_data()))) == antwoord


def test_fixed_answers_as_plain_values_and_back() -> None:
    first, second = VasteAntwoorden("a", "b"), VasteAntwoorden("a", "b")
    first.zet("a", [503, Antwoord(429, retry_after=2)], None)
    first.zet("b", [Antwoord(seconden=1)], 4)
    first.neem("b")
    data = json.loads(json.dumps(first.as_data()))
    assert data == {
        "a": [{"keer": 1, "status": 503}, {"keer": None, "status": 429, "retry_after": 2}],
        "b": [{"keer": 3, "seconden": 1}],
    }
    second.read(data)
    assert second.as_data() == data
    for wrong in ({"a": [], "c": []}, {"a": [{"status": 418}]}, {"a": [{"status": 503, "keer": 0}]}, {"a": [{"keer": "3"}]}):
        with pytest.raises(ValueError, match="fixed answer"):
            second.read(wrong)
        assert second.as_data() == data
    second.read({"a": [], "b": [{"status": 500}]})
    assert second.as_data() == {"a": [], "b": [{"keer": 1, "status": 500}]}
