"""What cannot be done is said, here and by the simulated register."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support import LAS_OIN, SCHOOL, FakeTransport, answer
from support.osr_played import KEY, NAMESPACE, URL, Played, client_of, settings, simulated

from doorstroom_client import Actie, Adreswijziging, Beletsel, Client, Endpoint
from doorstroom_client.errors import ConfigurationError, UnexpectedResponse
from doorstroom_client.osr.parsing import Fields, id_in
from doorstroom_client.simulator.https import Received
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.simulator.pki import Pki

ONE = {"url": "https://een.example.nl", "routing_id": SCHOOL.routeringskenmerk, "id": 1}
TWO = {**ONE, "url": "https://twee.example.nl", "id": 2}


@pytest.mark.parametrize(
    ("listed", "beletsel"),
    [([ONE, TWO], Beletsel.MEERDERE), ([{**ONE, "id": None}], Beletsel.GEEN_ID)],
)
def test_an_address_that_cannot_be_changed_is_left_alone(test_pki: Pki, listed: list[Any], beletsel: Beletsel) -> None:
    client = client_of(test_pki, FakeTransport([answer(200, listed)]), settings())
    plan = client.osr.register_endpoint(SCHOOL, URL)
    assert (plan.actie, plan.beletsel, bool(plan)) == (Actie.NIET_MOGELIJK, beletsel, False)
    assert str(beletsel) in str(plan)


def test_an_address_that_has_ended_stands_in_nobodys_way(test_pki: Pki) -> None:
    own = answer(200, {"token": "t", "start_date": "2025-08-01"})
    transport = FakeTransport([answer(200, [{**ONE, "end_date": "2026-03-09"}]), own])
    assert client_of(test_pki, transport, settings()).osr.plan_endpoint(SCHOOL, URL).actie is Actie.REGISTREREN


def test_another_kind_of_system_at_our_address_is_a_change(test_pki: Pki) -> None:
    osr = simulated()
    client = client_of(test_pki, Played(osr), settings())
    assert client.osr.register_endpoint(SCHOOL, URL).gedaan
    assert client.osr.plan_endpoint(SCHOOL, URL).actie is Actie.GEEN
    changed = client.osr.register_endpoint(SCHOOL, URL, attributes="RIS")
    assert (changed.actie, changed.gedaan) == (Actie.WIJZIGEN, True)
    assert [item.attributes for item in client.osr.find_endpoints(SCHOOL)] == ["RIS"]
    assert client.osr.find_endpoints(SCHOOL, attributes="LAS") == ()


def test_a_refusal_is_raised(test_pki: Pki) -> None:
    """Somebody else took the routeringskenmerk between plan and deed."""
    osr = simulated()
    client = client_of(test_pki, Played(osr), settings())
    plan = client.osr.plan_endpoint(SCHOOL, URL)
    osr.register_endpoint(SCHOOL.routeringskenmerk, "https://ander.example.nl")
    with pytest.raises(UnexpectedResponse) as caught:
        client.osr.carry_out(plan)
    assert caught.value.status == 400
    assert osr.find_endpoint(SCHOOL.routeringskenmerk) == "https://ander.example.nl"


def test_a_plan_in_words() -> None:
    said = [str(Adreswijziging(SCHOOL, URL, actie, Endpoint(url="https://oud.example"))) for actie in Actie]
    assert said[2] == f"De Testschool (11BB): change https://oud.example into {URL}"
    assert str(Adreswijziging(SCHOOL, URL, Actie.REGISTREREN, gedaan=True)).endswith("(done)")


def test_without_an_oin_our_mandates_cannot_be_asked_for() -> None:
    nameless = Client(auteur="T", transport=FakeTransport([]), osr=settings())
    with pytest.raises(ConfigurationError, match="carries no OIN"):
        nameless.osr.find_eigen_mandaten()


def test_odd_links_are_no_ids() -> None:
    assert (id_in("http://["), id_in(""), id_in("/a/b/")) == (None, None, "b")
    assert Fields({"_links": ["x"], "links": {"self": 5}}, "").links == {}
    assert repr(Fields({"token": "geheim"}, "")) == "Fields(…)"


# --- the register's own refusals


GOOD = {"routing_id": SCHOOL.routeringskenmerk, "service_version_namespace": NAMESPACE, "url": URL}


def write(osr: SimulatedOsr, method: str, path: str, body: Any, key: str = KEY.key) -> int:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return osr.app(Received(method, f"/api/v2{path}", (), ((KEY.header, key),), raw, LAS_OIN)).status


def test_the_simulated_register_refuses_what_the_real_one_may() -> None:
    osr = simulated()
    token = osr.mandate(SCHOOL.oin, LAS_OIN).token
    good = {**GOOD, "mandate_token": token}
    bad = (
        b"{",
        [],
        {**good, "url": "http://x"},
        {**good, "url": 5},
        {**good, "routing_id": "kort"},
        {**good, "routing_id": "0000000700022CC00530"},
        {**good, "service_version_namespace": "http://elders"},
        {**good, "mandate_token": "onzin"},
        {**good, "start_date": "morgen"},
        {**good, "start_date": "2020-01-01"},
    )
    assert {write(osr, "POST", "/endpoints", body) for body in bad} == {400}
    assert write(osr, "POST", "/endpoints", good, key="fout") == 401
    assert write(osr, "POST", "/endpoints", good) == 201
    assert write(osr, "POST", "/endpoints", good) == 400
    assert write(osr, "PUT", "/endpoints/1", good, key="fout") == 401
    assert write(osr, "PUT", "/endpoints/9", good) == write(osr, "DELETE", "/endpoints/9", b"") == 404
    osr.odd.second_row = True
    assert write(osr, "POST", "/endpoints", good) == 201
