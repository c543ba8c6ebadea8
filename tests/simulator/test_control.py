"""The control address: what it says, sets and has done, for a LAS in any language; and nobody else can come there."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from doorstroom_client import AanleveringGesloten, Adviezenlijst, Deelnemerslijst, GeenMandaat, TlsError
from doorstroom_client.simulator import Keten, adviezen_of, deelnemers_of
from doorstroom_client.simulator.control import FILE, Address, Control, served

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def keten() -> Iterator[Keten]:
    with Keten() as chain:
        yield chain


@pytest.fixture
def address(keten: Keten, tmp_path: Path) -> Iterator[Address]:
    with served(Control(keten), tmp_path) as found:
        yield found


@pytest.fixture
def ask(address: Address) -> Ask:
    def over_http(method: str, path: str, data: object = None, token: str = address.token) -> tuple[int, Any]:
        body = data if isinstance(data, bytes) else None if data is None else json.dumps(data).encode()
        request = Request(address.url + path, body, {"Authorization": f"Bearer {token}"}, method=method)
        try:
            with urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    return over_http


def sign_up(keten: Keten, number: int = 3) -> None:
    class_8 = keten.leerlingen(number)
    with keten.client() as client:
        client.send(Deelnemerslijst(keten.school, *deelnemers_of(class_8)))
        client.send(Adviezenlijst(keten.school, adviezen_of(class_8)))


def test_the_file_says_where_it_is_and_is_ours_alone(address: Address, tmp_path: Path) -> None:
    assert json.loads((tmp_path / FILE).read_text()) == {"url": address.url, "token": address.token}
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert address.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("token", ["", "x", "ö"])
def test_without_the_token_nothing_is_said_or_done(ask: Ask, keten: Keten, token: str) -> None:
    for method, path in (("GET", "/standen"), ("POST", "/reset"), ("GET", "/nix")):
        status, found = ask(method, path, token=token.encode("utf-8").decode("latin-1"))
        assert (status, list(found)) == (401, ["fout"])


@pytest.mark.parametrize(
    ("method", "path", "data", "status"),
    [
        ("GET", "/nix", None, 404),
        ("DELETE", "/standen", None, 501),
        ("PATCH", "/standen", b"geen json", 400),
        ("PATCH", "/standen", [], 400),
        ("PATCH", "/standen", {"x": 1}, 400),
        ("PATCH", "/standen", {"toetssystemen": {"XX": {}}}, 404),
        ("PATCH", "/standen", {"toetssystemen": {"ICE": {"gedrag": 1}}}, 400),
        ("PATCH", "/standen", {"toetssystemen": {"ICE": {"server": "nix"}}}, 400),
        ("PATCH", "/standen", {"toetssystemen": {"ICE": {"antwoorden": {"registreren": [{"status": 999}]}}}}, 400),
        ("PATCH", "/standen", {"toetssystemen": 3}, 400),
        ("GET", "/verkeer?partij=XX", None, 404),
        ("GET", "/verkeer?partij=ICE&na=x", None, 400),
        ("GET", "/verkeer?partij=ICE&sinds=gisteren", None, 400),
        ("GET", "/leerlingen", None, 400),
        ("POST", "/mandaten", {"school": "99ZZ", "partij": "ICE", "gegeven": True}, 404),
        ("POST", "/resultaten", {"toetssysteem": "ICE", "afwijkingen": ["nix"], "school": "99AA"}, 400),
        ("POST", "/adressen", {"routeringskenmerk": "x", "partij": "nix"}, 400),
    ],
)
def test_what_does_not_exist_is_told(ask: Ask, keten: Keten, method: str, path: str, data: object, status: int) -> None:
    sign_up(keten)
    if status == 501:
        with pytest.raises(json.JSONDecodeError):
            ask(method, path, data)
        return
    before = ask("GET", "/standen")
    found, said = ask(method, path, data)
    assert (found, list(said)) == (status, ["fout"])
    assert ask("GET", "/standen") == before, "nothing was changed"


def test_states_are_set_read_and_put_back(ask: Ask, keten: Keten) -> None:
    _, before = ask("GET", "/standen")
    closed = {"toestand": {"gesloten": {"registreren": ["alle"]}}}
    assert ask("PATCH", "/standen", {"toetssystemen": {"ICE": closed}})[0] == 200
    with pytest.raises(AanleveringGesloten):
        sign_up(keten)
    ask("PATCH", "/standen", {"toetssystemen": {"ICE": {"server": "expired"}}})
    with pytest.raises(TlsError):
        sign_up(keten)
    ask("PATCH", "/standen", {"osr": {"storing": True}, "terugweg": {"antwoorden": {"leerlingresultaat": [{"status": 503}]}}})
    assert ask("PUT", "/standen", before)[1] == before
    sign_up(keten)


def test_mandates_are_given_and_withdrawn(ask: Ask, keten: Keten) -> None:
    ask("POST", "/mandaten", {"school": "99AA", "partij": "ICE", "gegeven": False})
    with pytest.raises(GeenMandaat):
        sign_up(keten)
    _, found = ask("POST", "/mandaten", {"school": keten.school.oin, "partij": "ICE", "gegeven": True})
    assert found["mandaten"][keten.school.oin] == {"ICE": True, "DIA": False, "ROUTE_8": False, "las": True}
    with keten.client(store=None) as client:  # the store remembers for a while that there was none
        assert client.osr.check_mandaat(keten.school, "ICE")


def test_what_came_in_is_told_in_full(ask: Ask, keten: Keten) -> None:
    sign_up(keten)
    _, found = ask("GET", "/verkeer?partij=ICE&richting=ontvangen")
    first, second = found["uitwisselingen"]
    assert (first["operatie"], first["status"], second["operatie"]) == ("registreren", 202, "registreren-schooladviezen")
    assert json.loads(first["body"]["tekst"])["deelnemers"][0]["label"] == "Leerling"
    assert ask("GET", "/verkeer?partij=ICE&na=1")[1]["uitwisselingen"] == [second]
    assert ask("GET", f"/verkeer?partij=ICE&sinds={second['moment'].replace('+', '%2B')}")[1]["uitwisselingen"] == [second]
    key = [
        value for name, value in ask("GET", "/verkeer?partij=osr")[1]["uitwisselingen"][0]["koppen"] if "key" in name.lower()
    ]
    assert set(key) <= {"***"}


def test_pupils_and_results_are_told_and_pushed(ask: Ask, keten: Keten) -> None:
    sign_up(keten)
    _, known = ask("GET", f"/leerlingen?toetssysteem=ICE&school={keten.school.oin}")
    assert [item["advies"] for item in known["leerlingen"]] == [item.advies for item in keten.leerlingen(3)]
    one = known["leerlingen"][1]
    _, sent = ask("POST", "/resultaten", {"toetssysteem": "ICE", "leerlingen": one["identiteiten"], "school": "99AA"})
    assert sent["verzonden"] == [{"status": 202, "reden": "", "rapportid": one["rapportid"]}]
    _, kept = ask("GET", f"/resultaten?school={keten.school.routeringskenmerk}")
    assert [item["identiteiten"] for item in kept["resultaten"]] == [one["identiteiten"]]
    ask("PATCH", "/standen", {"terugweg": {"antwoorden": {"leerlingresultaat": [{"status": 503, "keer": 3}]}}})
    assert {item["status"] for item in ask("POST", "/resultaten", {"toetssysteem": "ICE"})[1]["verzonden"]} == {503}
    again = ask("POST", "/resultaten", {"toetssysteem": "ICE", "opnieuw": True})[1]["verzonden"]
    assert {item["status"] for item in again} == {202}


def test_an_address_of_ones_own_and_a_reset(ask: Ask, keten: Keten) -> None:
    sign_up(keten)
    _, found = ask("POST", "/adressen", {"routeringskenmerk": keten.school.routeringskenmerk, "partij": "DIA"})
    assert found["adressen"][keten.school.routeringskenmerk] == keten.servers.url("DIA")
    reasons = {item["reden"] for item in ask("POST", "/resultaten", {"toetssysteem": "ICE"})[1]["verzonden"]}
    assert reasons == {"andere OIN"}
    ask("POST", "/herstart")
    ask("POST", "/reset")
    assert ask("GET", "/verkeer?partij=ICE")[1]["geteld"] == 0
    assert ask("GET", f"/leerlingen?toetssysteem=ICE&school={keten.school.oin}")[1] == {"leerlingen": []}
