"""The simulated register in its moods: out of order, too busy, rolled back, of another year."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from faults_support.osr import without_third_version
from support import LAS_OIN, OTHER_OIN, SCHOOL, SUPPLIER_OIN, answer, fault
from support.osr_played import NAMESPACE, SECOND, TODAY, URL, Played, client_of, settings, simulated

from doorstroom_client import ApiKey, Beletsel, Client, EigenMandaat, Mandaat, Osr, Retry
from doorstroom_client.errors import DoorstroomError, Unavailable, UnexpectedResponse
from doorstroom_client.exchange.flow import run
from doorstroom_client.osr.halves import Helft
from doorstroom_client.osr.mandates import own_mandates_per_school
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.https import Received
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport.request import FaultKind, Outcome, Request


def test_a_rate_limit_and_its_end() -> None:
    now = [100.0]
    osr = simulated(clock=lambda: now[0])
    osr.limit_requests(2, per_seconds=2.5)

    received = Received("GET", "/api/v2/services", peer_oin=LAS_OIN)

    def status() -> int:
        return osr.app(received).status

    assert [status() for _ in range(4)] == [200, 200, 429, 429]
    assert dict(osr.app(received).headers) == {"Retry-After": "3"}
    now[0] += 1.0
    assert dict(osr.app(received).headers) == {"Retry-After": "2"}
    now[0] += 1.5
    assert [status() for _ in range(3)] == [200, 200, 429]
    osr.limit_requests(None)
    assert [status() for _ in range(5)] == [200] * 5


def test_a_client_waits_as_long_as_a_busy_register_asks(test_pki: Pki) -> None:
    """Its pause is what lets the register breathe: the clock of the register runs as the pauses of the client do."""
    now = [0.0]
    osr = simulated(clock=lambda: now[0])
    osr.limit_requests(1, per_seconds=2.0)
    client = client_of(test_pki, Played(osr), settings())

    def sleep(seconds: float) -> None:
        now[0] += seconds

    registry = client._operations.registry
    mandaat = run(registry.check_mandaat(SCHOOL, client.leveranciers[0], None), client._runtime._given, sleep)
    assert (mandaat.gemandateerd, mandaat.las_gemandateerd, now[0]) == (True, True, 2.0)


def test_an_outage_is_no_missing_mandate(test_pki: Pki) -> None:
    osr = simulated()
    client = client_of(test_pki, Played(osr), settings()).with_options(retry=Retry.never())
    osr.outage = True
    for question in (
        lambda: client.osr.check_mandaat(SCHOOL, "ICE"),
        lambda: client.osr.find_eigen_mandaten(),
        lambda: client.osr.check_namespace(),
        lambda: client.osr.register_endpoint(SCHOOL, URL),
    ):
        with pytest.raises(Unavailable):
            question()
    osr.outage = False
    assert client.osr.check_mandaat(SCHOOL, "ICE")


@pytest.mark.parametrize("names", ["snake", "camel"])
def test_a_version_that_was_taken_back_is_no_missing_mandate(test_pki: Pki, names: str) -> None:
    osr = simulated()
    osr.camel_v3 = names == "camel"
    third = client_of(test_pki, Played(osr), settings("v3", names=names))
    assert third.osr.check_mandaat(SCHOOL, "ICE")
    osr.rolled_back = True
    for question in (
        lambda: third.osr.check_mandaat(SCHOOL, "ICE", on=TODAY),
        lambda: third.osr.find_endpoints(SCHOOL),
        lambda: third.osr.find_namespace(),
        lambda: third.osr.register_endpoint(SCHOOL, URL),
    ):
        with pytest.raises(UnexpectedResponse, match="not as the register does"):
            question()
    assert client_of(test_pki, Played(osr), settings("v2")).osr.check_mandaat(SCHOOL, "ICE")


def test_a_wrong_address_on_the_host_of_the_register_is_no_missing_mandate(test_pki: Pki) -> None:
    """It answers 404 in JSON there as well."""
    played = Played(simulated())
    wrong = Osr("https://osr.example.nl/osr/api/v2", NAMESPACE)
    with pytest.raises(UnexpectedResponse, match="says nothing about the mandate"):
        client_of(test_pki, played, wrong).osr.check_mandaat(SCHOOL, "ICE")
    assert [request.url.rpartition("/")[2].partition("?")[0] for request in played.requests] == ["mandates", "services"]


def test_a_wrong_namespace_looks_like_no_mandate_and_is_told_by_the_check(test_pki: Pki) -> None:
    osr = simulated()
    client = client_of(test_pki, Played(osr), settings(namespace="http://example.org/schemas/doorstroomtoets/2024-2025"))
    assert client.osr.check_mandaat(SCHOOL, "ICE").gemandateerd is False
    checked = client.osr.check_namespace()
    assert (bool(checked), checked.gevonden.namespace) == (False, NAMESPACE)
    assert checked.advies.startswith("Set osr.namespace (now ")


def test_mandates_of_the_future_and_of_the_past(test_pki: Pki) -> None:
    osr = simulated()
    osr.revoke(SCHOOL.oin, SUPPLIER_OIN)
    osr.revoke(SCHOOL.oin, LAS_OIN)
    osr.mandate(SCHOOL.oin, SUPPLIER_OIN, dt.date(2026, 4, 1))
    osr.mandate(SCHOOL.oin, LAS_OIN, dt.date(2025, 8, 1), dt.date(2026, 3, 9))
    client = client_of(test_pki, Played(osr), settings())

    def halves(on: dt.date | None) -> tuple[bool, bool | None]:
        mandaat = client.osr.check_mandaat(SCHOOL, "ICE", on=on)
        return mandaat.gemandateerd, mandaat.las_gemandateerd

    assert halves(None) == (False, False)
    assert halves(dt.date(2026, 3, 9)) == (False, True)
    assert halves(dt.date(2026, 4, 1)) == (True, False)
    (ended,) = client.osr.find_eigen_mandaten()
    assert (ended.eind_datum, ended.valid_on(TODAY)) == (dt.date(2026, 3, 9), False)


def test_the_whole_question_tells_since_and_until_when_our_half_is_missing(test_pki: Pki) -> None:
    osr = simulated()
    osr.revoke(SCHOOL.oin, LAS_OIN)
    for first, last in ((2023, 2024), (2024, 2025), (2026, None), (2027, None)):
        osr.mandate(SCHOOL.oin, LAS_OIN, dt.date(first, 8, 1), dt.date(last, 7, 31) if last else None)
    client = client_of(test_pki, Played(osr), settings())

    def mandaat(on: dt.date | None = None) -> Mandaat:
        (controle,) = client.osr.check_mandaten([SCHOOL], leveranciers=["ICE"], on=on)
        return controle.mandaten[0]

    now, later = mandaat(), mandaat(dt.date(2026, 9, 1))
    assert (now.gemandateerd, now.las_gemandateerd) == (True, False)
    assert (now.las_verlopen_op, now.las_begint_op) == (dt.date(2025, 7, 31), dt.date(2026, 8, 1))
    assert replace(now, las_verlopen_op=None, las_begint_op=None) == client.osr.check_mandaat(SCHOOL, "ICE")
    assert (later.las_gemandateerd, later.start_datum) == (True, dt.date(2026, 8, 1))
    assert (later.las_verlopen_op, later.las_begint_op) == (None, None)


@pytest.mark.parametrize("said", [True, False, None])
def test_a_list_of_mandates_never_makes_a_yes_or_a_no(said: bool | None) -> None:
    ended = EigenMandaat(start_datum=dt.date(2024, 8, 1), eind_datum=dt.date(2025, 7, 31))
    in_force = EigenMandaat(start_datum=dt.date(2025, 8, 1))
    half = Helft(said).with_periods([ended, in_force], TODAY)
    assert (half.gemandateerd, half.verlopen_op) == (said, ended.eind_datum if said is False else None)


def test_each_system_of_a_supplier_sees_what_is_its_own(test_pki: Pki) -> None:
    osr = simulated()
    osr.add_system(LAS_OIN, "LAS Noord", "sleutel-noord")
    osr.add_system(LAS_OIN, "LAS Zuid", "sleutel-zuid")
    osr.add_system(OTHER_OIN, "Van een ander", "sleutel-ander")
    osr.mandate(SECOND, LAS_OIN, dt.date(2025, 8, 1), system="LAS Noord")
    osr.mandate(SECOND, SUPPLIER_OIN, dt.date(2025, 8, 1))

    def seen(key: str) -> list[str]:
        client = client_of(test_pki, Played(osr), settings(api_key=ApiKey("X-Sleutel", key)))
        registry = client._operations.registry
        return list(client._runtime.run(own_mandates_per_school(registry.osr, registry.budget())))

    assert [seen("geheim"), seen("sleutel-noord"), seen("sleutel-zuid")] == [[SCHOOL.oin, SECOND], [SECOND], []]
    for key in ("sleutel-ander", "onzin"):
        with pytest.raises(UnexpectedResponse) as caught:
            seen(key)
        assert caught.value.status == 401


# --- our address, and answers that get lost


LOST = fault(FaultKind.NO_ANSWER, "read")


def lose(method: str, times: int) -> Any:
    left = [times]

    def decide(request: Request) -> Outcome | None:
        if request.method != method or not left[0]:
            return None
        left[0] -= 1
        return LOST

    return decide


@pytest.mark.parametrize("second_rows", [False, True])
def test_a_registration_whose_answer_is_lost_is_made_once(test_pki: Pki, second_rows: bool) -> None:
    osr = simulated()
    osr.odd.second_row = second_rows
    played = Played(osr, lose("POST", 1))
    client = client_of(test_pki, played, settings())
    assert client.osr.register_endpoint(SCHOOL, URL).gedaan
    assert played.methods.count("POST") == 1
    assert len(client.osr.find_endpoints(SCHOOL)) == 1


def test_an_address_for_later_whose_answer_is_lost_is_made_once(test_pki: Pki) -> None:
    osr = simulated()
    osr.odd.second_row = True
    played = Played(osr, lose("POST", 1))
    client = client_of(test_pki, played, settings())
    assert client.osr.register_endpoint(SCHOOL, URL, since=dt.date(2026, 6, 1)).gedaan
    assert (played.methods.count("POST"), len(client.osr.find_endpoints(SCHOOL, include_future=True))) == (1, 1)


@pytest.mark.parametrize("lost", [1, 2])
def test_a_change_whose_answer_is_lost_is_done(test_pki: Pki, lost: int) -> None:
    osr = simulated()
    osr.register_endpoint(SCHOOL.routeringskenmerk, f"{URL}/oud", supplier_oin=LAS_OIN)
    played = Played(osr, lose("PUT", lost))
    client = client_of(test_pki, played, settings())
    assert client.osr.register_endpoint(SCHOOL, URL).gedaan
    assert osr.find_endpoint(SCHOOL.routeringskenmerk) == URL
    assert played.methods.count("PUT") == lost + 1


class _Stubborn(Played):
    """Says yes to a write and does nothing."""

    def send(self, request: Request) -> Outcome:
        if request.method == "POST":
            self.requests.append(request)
            return answer(200, {})
        return super().send(request)


def test_a_key_that_is_not_ours_gives_no_token(test_pki: Pki) -> None:
    played = Played(simulated())
    client = client_of(test_pki, played, settings(api_key=ApiKey("X-Sleutel", "verlopen")))
    found = client.osr.register_endpoint(SCHOOL, URL)
    assert (found.beletsel, bool(found), set(played.methods)) == (Beletsel.SLEUTEL_ONJUIST, False, {"GET"})


def test_what_was_taken_but_does_not_stand_is_no_success(test_pki: Pki) -> None:
    osr = simulated()
    client = client_of(test_pki, _Stubborn(osr), settings())
    with pytest.raises(UnexpectedResponse, match="does not list"):
        client.osr.register_endpoint(SCHOOL, URL)


# --- over real mutual TLS


@pytest.mark.parametrize("api", ["v2", "v3"])
def test_the_whole_of_it_over_real_connections(keten: Keten, api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    known = keten.osr_settings
    base = known.base_url.replace("/api/v2", f"/api/{api}")
    with keten.client(osr=replace(known, base_url=base)) as client:
        assert isinstance(client, Client)
        school = client.scholen[0]
        (endpoint,) = client.osr.find_endpoints(routing_id=school.routeringskenmerk)
        assert client.osr.register_endpoint(school, endpoint.url).actie == "geen"
        assert client.osr.register_endpoint(school, f"{endpoint.url}/anders").gedaan
        assert client.osr.register_endpoint(school, endpoint.url).gedaan
        assert client.osr.find_eigen_mandaten()
        assert client.osr.check_namespace()
    monkeypatch.setattr(keten.servers.osr, "app", without_third_version(keten.osr.app))
    with keten.client(osr=replace(known, base_url=base)) as client:
        found: object = None
        try:
            found = client.osr.check_mandaat(school, client.leveranciers[0]).gemandateerd
        except DoorstroomError as error:
            found = type(error)
        assert found is (UnexpectedResponse if api == "v3" else True)
