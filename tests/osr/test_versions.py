"""Every documented operation, in both versions, against the simulated register."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from typing import Any

import pytest
from support import LAS_OIN, SCHOOL, SUPPLIER_OIN
from support.osr_played import BOARD, KEY, NAMESPACE, SECOND, TODAY, URL, AsyncPlayed, Played, client_of, settings, simulated

from doorstroom_client import Actie, AsyncClient, Beletsel, Client, OsrProfile
from doorstroom_client.errors import ConfigurationError, MessageError, UnexpectedResponse
from doorstroom_client.osr.endpoints import get_endpoint
from doorstroom_client.osr.mandates import own_mandates_per_school
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.simulator.pki import Pki

WAYS = [("v2", "snake"), ("v3", "snake"), ("v3", "camel")]


@pytest.fixture(params=WAYS, ids=lambda way: "-".join(way))
def way(request: pytest.FixtureRequest) -> tuple[str, str]:
    return request.param


@pytest.fixture
def register(way: tuple[str, str]) -> SimulatedOsr:
    made = simulated()
    made.camel_v3 = way[1] == "camel"
    return made


@pytest.fixture
def played(register: SimulatedOsr) -> Played:
    return Played(register)


@pytest.fixture
def client(way: tuple[str, str], played: Played, test_pki: Pki) -> Any:
    version, names = way
    return client_of(test_pki, played, settings(version, names=names))


def test_a_mandate_with_both_halves(client: Client, played: Played) -> None:
    mandaat = client.osr.check_mandaat(SCHOOL, "ICE")
    assert (mandaat.gemandateerd, mandaat.las_gemandateerd) == (True, True)
    assert (mandaat.start_datum, mandaat.eind_datum) == (dt.date(2025, 8, 1), dt.date(2026, 7, 31))
    assert [KEY.header in request.headers for request in played.requests] == [False, True]


def test_another_day(client: Client) -> None:
    assert client.osr.check_mandaat(SCHOOL, "ICE", on=dt.date(2025, 7, 31)).gemandateerd is False
    later = client.osr.check_mandaat(SCHOOL, "ICE", on=dt.date(2026, 8, 1))
    assert (later.gemandateerd, later.las_gemandateerd) == (True, False)


def test_our_own_mandate(client: Client, register: SimulatedOsr) -> None:
    (own,) = client.osr.find_eigen_mandaten()
    assert own.token
    assert own.token not in repr(own)
    assert own.token not in json.dumps(own.raw)
    assert (own.start_datum, own.eind_datum) == (dt.date(2025, 8, 1), dt.date(2026, 7, 31))
    register.revoke(SCHOOL.oin, LAS_OIN)
    assert client.osr.find_eigen_mandaten() == ()


def test_all_our_own_mandates_in_one_question(client: Client, register: SimulatedOsr, played: Played) -> None:
    register.mandate(SECOND, LAS_OIN, dt.date(2026, 8, 1))
    register.mandate(SCHOOL.oin, LAS_OIN, dt.date(2024, 8, 1), dt.date(2025, 7, 31))
    found = client.osr.find_eigen_mandaten()
    assert [mandaat.start_datum for mandaat in found] == [dt.date(2025, 8, 1), dt.date(2026, 8, 1), dt.date(2024, 8, 1)]
    assert [mandaat.valid_on(TODAY) for mandaat in found] == [True, False, False]
    assert len(played.requests) == 1
    registry = client._operations.registry
    per_school = client._runtime.run(own_mandates_per_school(registry.osr, registry.budget()))
    assert {oin: len(items) for oin, items in per_school.items()} == {SCHOOL.oin: 2, SECOND: 1}
    assert len(played.requests) == 3


def test_services_and_versions(client: Client, register: SimulatedOsr) -> None:
    register.add_version("http://example.org/oud", "inactive")
    found = client.osr.find_namespace("doorstroom", "2025-2026")
    assert found.dienst is not None
    assert (found.dienst.code, found.namespace) == ("DOORSTROOM", NAMESPACE)
    assert [(versie.namespace, versie.is_actief) for versie in found.versies] == [
        (NAMESPACE, True),
        ("http://example.org/oud", False),
    ]
    assert client.osr.find_namespace("iets anders").dienst is None


def test_our_address_from_nothing(client: Client, register: SimulatedOsr, played: Played) -> None:
    plan = client.osr.plan_endpoint(SCHOOL, URL)
    assert (plan.actie, plan.nu, bool(plan), set(played.methods)) == (Actie.REGISTREREN, None, False, {"GET"})
    assert plan.token is not None
    assert plan.token not in f"{plan!r} {plan}"
    done = client.osr.carry_out(plan)
    assert (bool(done), done.token, register.find_endpoint(SCHOOL.routeringskenmerk)) == (True, None, URL)
    again = client.osr.register_endpoint(SCHOOL, URL)
    assert (again.actie, bool(again), played.methods.count("POST")) == (Actie.GEEN, True, 1)
    moved = client.osr.register_endpoint(SCHOOL, f"{URL}/2")
    assert (moved.actie, bool(moved), register.find_endpoint(SCHOOL.routeringskenmerk)) == (Actie.WIJZIGEN, True, f"{URL}/2")
    (endpoint,) = client.osr.find_endpoints(SCHOOL)
    assert client.osr.find_endpoints(routing_id=SCHOOL.routeringskenmerk) == (endpoint,)
    registry = client._operations.registry
    known = client._runtime.run(get_endpoint(registry.osr, registry.budget(), endpoint.id or "", registry.proof))
    assert known is not None
    assert (known.url, known.is_van_ons, known.id) == (f"{URL}/2", True, endpoint.id)


def test_an_address_for_later(client: Client, register: SimulatedOsr) -> None:
    """It is not listed today, so it has to be looked for on its first day: otherwise it would be written again."""
    start = dt.date(2026, 5, 1)
    for _ in range(2):
        assert client.osr.register_endpoint(SCHOOL, URL, since=start)
    assert client.osr.find_endpoints(SCHOOL) == ()
    assert [item.start_datum for item in client.osr.find_endpoints(SCHOOL, include_future=True)] == [start]
    assert len(client.osr.find_endpoints(SCHOOL, on=start)) == 1


def test_a_free_routing_id(client: Client, register: SimulatedOsr) -> None:
    assert client.osr.find_free_routing_id(SCHOOL.oin) == "0000000700011BB00530"
    register.register_endpoint("0000000700011BB00530", URL)
    assert client.osr.find_free_routing_id(SCHOOL.oin) == "0000000700011BB00531"


def test_an_address_of_another_system_is_never_overwritten(client: Client, register: SimulatedOsr, played: Played) -> None:
    register.register_endpoint(SCHOOL.routeringskenmerk, "https://ander.example.nl", supplier_oin=SUPPLIER_OIN)
    found = client.osr.register_endpoint(SCHOOL, URL)
    assert (found.actie, found.beletsel, bool(found)) == (Actie.NIET_MOGELIJK, Beletsel.ANDER_SYSTEEM, False)
    assert set(played.methods) == {"GET"}


def test_without_a_mandate_there_is_nothing_to_register_with(client: Client, register: SimulatedOsr, played: Played) -> None:
    register.revoke(SCHOOL.oin, LAS_OIN)
    found = client.osr.register_endpoint(SCHOOL, URL)
    assert (found.beletsel, bool(found), set(played.methods)) == (Beletsel.GEEN_MANDAAT, False, {"GET"})


def test_a_board_mandates_all_of_its_schools_but_no_addresses(client: Client, register: SimulatedOsr) -> None:
    register.revoke(SCHOOL.oin, LAS_OIN)
    register.mandate_board(BOARD, LAS_OIN, dt.date(2025, 8, 1))
    assert client.osr.check_mandaat(SCHOOL, "ICE").las_gemandateerd is True
    register.odd.board_only = True
    assert client.osr.find_endpoints(SCHOOL) == ()
    found = client.osr.register_endpoint(SCHOOL, URL)
    assert (found.actie, found.beletsel, found.gedaan) == (Actie.NIET_MOGELIJK, Beletsel.BESTUURSMANDAAT, False)


def test_the_asynchronous_client_does_the_same(way: tuple[str, str], register: SimulatedOsr, test_pki: Pki) -> None:
    async def go() -> None:
        async with client_of(test_pki, AsyncPlayed(register), settings(way[0], names=way[1]), AsyncClient) as client:
            assert await client.osr.register_endpoint(SCHOOL, URL)
            (endpoint,) = await client.osr.find_endpoints(SCHOOL)
            assert endpoint.url == URL
            (own,) = await client.osr.find_eigen_mandaten()
            assert own.token
            assert (await client.osr.check_namespace("2025-2026")).in_orde

    asyncio.run(go())


def test_the_key_goes_along_with_everything_when_that_is_wanted(test_pki: Pki) -> None:
    played = Played(simulated())
    client_of(test_pki, played, settings(api_key_always=True)).osr.find_namespace()
    assert played.requests[0].headers == {KEY.header: KEY.key}


def test_single_names_can_be_sent_otherwise(test_pki: Pki) -> None:
    played = Played(simulated())
    renamed = ["service-versions.service_code=code", "school_oin=school"]
    client = client_of(test_pki, played, settings("v3", renamed=renamed))
    with pytest.raises(UnexpectedResponse):
        client.osr.find_namespace()
    with pytest.raises(UnexpectedResponse):
        client.osr.check_mandaat(SCHOOL, "ICE")
    assert client.osr.find_eigen_mandaten()
    _, versions, mandates, own = played.requests
    assert "?code=DOORSTROOM" in versions.url
    assert f"&school={SCHOOL.oin}" in mandates.url
    assert "?service_code=DOORSTROOM" in own.url


@pytest.mark.parametrize(
    "question",
    [
        lambda osr: osr.find_endpoints(),
        lambda osr: osr.find_endpoints(SCHOOL, routing_id=SCHOOL.routeringskenmerk),
        lambda osr: osr.find_endpoints(routing_id="0000000700011BB0053"),
        lambda osr: osr.find_endpoints(routing_id="0000000700011bb00530"),
        lambda osr: osr.find_endpoints(routing_id="0000000700011BB00530\n"),
        lambda osr: osr.find_free_routing_id("11BB"),
        lambda osr: osr.find_namespace(schooljaar="2026"),
        lambda osr: osr.plan_endpoint(SCHOOL, URL, since=TODAY, until=TODAY - dt.timedelta(days=1)),
    ],
)
def test_what_does_not_have_its_form_never_reaches_the_wire(question: Any, test_pki: Pki) -> None:
    played = Played(simulated())
    with pytest.raises(MessageError):
        question(client_of(test_pki, played, settings()).osr)
    assert played.requests == []


@pytest.mark.parametrize("url", ["http://las.example.nl", "https://", "https://x:y@las.example.nl", "las"])
def test_an_address_that_is_none_is_not_registered(url: str, test_pki: Pki) -> None:
    played = Played(simulated())
    with pytest.raises(ConfigurationError):
        client_of(test_pki, played, settings()).osr.register_endpoint(SCHOOL, url)
    assert played.requests == []


def test_without_a_key_our_own_mandates_are_not_asked_for(test_pki: Pki) -> None:
    played = Played(simulated())
    client = client_of(test_pki, played, settings(api_key=None))
    for question in (client.osr.find_eigen_mandaten, lambda: client.osr.register_endpoint(SCHOOL, URL)):
        with pytest.raises(ConfigurationError) as caught:
            question()
        assert caught.value.setting == "osr.api_key"
    assert played.requests == []


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"version": "v1"}, "osr.version"),
        ({"version": "v3"}, "osr.version"),
        ({"names": "kebab"}, "osr.names"),
        ({"renamed": ["routing_id"]}, "osr.renamed"),
        ({"renamed": ["x=a&b"]}, "osr.renamed"),
        ({"environment": "test"}, "osr.environment"),
        ({"version": OsrProfile("v2"), "names": "camel"}, "osr.version"),
    ],
)
def test_settings_that_cannot_be(given: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings(**given)
    assert caught.value.setting == setting


def test_the_version_stands_in_the_address() -> None:
    assert [settings(version).profile.versie for version in ("v2", "V3")] == ["v2", "v3"]
    with pytest.raises(ConfigurationError, match="v2, v3"):
        settings("v1")
    own = OsrProfile("v9", endpoint_id="[a-z]+", camel=True)
    assert settings("v2", version=own).profile is own


def test_a_text_for_a_school_says_that_it_is_about_a_test_environment(test_pki: Pki) -> None:
    played = Played(simulated())
    text = client_of(test_pki, played, settings(environment="kwalificatie")).osr.check_mandaat(SCHOOL, "ICE").uitleg
    assert text.startswith("Let op: dit is nagekeken in een testomgeving (kwalificatie)")
    assert "In orde: " in text
    assert "testomgeving" not in client_of(test_pki, played, settings()).osr.check_mandaat(SCHOOL, "ICE").uitleg
