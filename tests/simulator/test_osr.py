"""The simulated registry, asked over mutual TLS."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest

from doorstroom_client.simulator.https import HttpsServer, Received
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.simulator.pki import Issued

from .helpers import LAS_OIN, TOETS_OIN, Reply, call

SCHOOL = "0000000700099XX00000"
ROUTING = "0000000700099XX00530"
NAMESPACE = "http://example.org/schemas/doorstroomtoets/simulator"
KEY = {"X-Test-Key": "sleutel"}
TODAY = date(2026, 10, 1)
WHO: dict[str, str] = {
    "supplier_oin": LAS_OIN,
    "school_oin": SCHOOL,
    "service_version_namespace": NAMESPACE,
}
Ask = Callable[..., Reply]


@pytest.fixture
def osr() -> SimulatedOsr:
    return SimulatedOsr(api_key_header="x-test-key", api_key="sleutel", today=lambda: TODAY)


@pytest.fixture
def ask(
    osr: SimulatedOsr,
    serve: Callable[..., HttpsServer],
    connect: Callable[..., http.client.HTTPSConnection],
    las_cert: Issued,
) -> Ask:
    server = serve(osr.app, client_certificate="optional")

    def send(
        path: str,
        query: Mapping[str, str],
        headers: dict[str, str] | None = None,
        cert: Issued | None = las_cert,
    ) -> Reply:
        return call(connect(server.url, cert), "GET", f"/api/v2{path}?{urlencode(query)}", headers=headers)

    return send


def read(reply: Reply) -> Any:
    assert reply.status == 200
    return json.loads(reply.body)


def test_the_owner_with_the_key_sees_token_and_links(osr: SimulatedOsr, ask: Ask) -> None:
    mandate = osr.mandate(SCHOOL, LAS_OIN, date(2026, 8, 1), date(2027, 7, 31))
    assert read(ask("/mandates", WHO, KEY)) == {
        "token": mandate.token,
        "start_date": "2026-08-01",
        "end_date": "2027-07-31",
        "_links": {"self": {"href": "/api/v2/mandates/1"}, "school": {"href": "/api/v2/schools/1"}},
    }
    assert mandate.token not in repr(mandate)


def test_others_and_the_owner_without_the_key_see_only_that_it_exists(osr: SimulatedOsr, ask: Ask, toets_cert: Issued) -> None:
    osr.mandate(SCHOOL, LAS_OIN)
    assert read(ask("/mandates", WHO)) == "OK"
    assert read(ask("/mandates", WHO, {"X-Test-Key": "fout"})) == "OK"
    assert read(ask("/mandates", WHO, KEY, toets_cert)) == "OK"


BODY = {"routing_id": ROUTING, "url": "https://las.example", "service_version_namespace": NAMESPACE}
WITH_KEY = [
    ("GET", "/mandates/1", {}, 200),
    ("GET", "/school-mandates", {"service_code": "DOORSTROOM"}, 200),
    ("GET", "/school-mandates", {}, 400),
    ("POST", "/endpoints", {}, 201),
    ("PUT", "/endpoints/1", {}, 201),
    ("DELETE", "/endpoints/1", {}, 204),
    ("DELETE", "/endpoints/9", {}, 404),
    ("GET", "/endpoints/available-routing-id", {"service_version_namespace": NAMESPACE, "school_oin": SCHOOL}, 200),
]
WITHOUT = [
    ("/mandates", WHO),
    ("/endpoints", {"service_version_namespace": NAMESPACE, "routing_id": ROUTING}),
    ("/endpoints/1", {}),
    ("/services", {}),
    ("/service-versions", {"service_code": "DOORSTROOM"}),
    ("/schools", {}),
    ("/boards/1", {}),
]


def told(osr: SimulatedOsr, method: str, path: str, query: Mapping[str, str], key: str | None, oin: str = LAS_OIN) -> int:
    headers = (("X-Test-Key", key),) if key else ()
    mandate = osr._data.mandates[1]
    body = json.dumps({**BODY, "mandate_token": mandate.token}).encode()
    return osr.app(Received(method, f"/api/v2{path}", tuple(query.items()), headers, body, oin)).status


def filled(osr: SimulatedOsr, path: str = "") -> SimulatedOsr:
    osr.mandate(SCHOOL, LAS_OIN)
    osr.add_board("41775", SCHOOL)
    other = ROUTING if path.startswith("/endpoints/") else "0000000700099XX00531"
    osr.register_endpoint(other, "https://las.example/een", supplier_oin=LAS_OIN)
    osr.add_system(TOETS_OIN, "Ander systeem", "sleutel van een ander")
    return osr


@pytest.mark.parametrize(("method", "path", "query", "status"), WITH_KEY)
def test_what_is_ones_own_needs_the_key_before_anything_else(
    osr: SimulatedOsr, method: str, path: str, query: dict[str, str], status: int
) -> None:
    filled(osr, path)
    for wrong in (None, "fout", "sleutel van een ander"):
        assert told(osr, method, path, query, wrong) == 401
    assert told(osr, method, path, query, "sleutel") == status


@pytest.mark.parametrize(("path", "query"), WITHOUT)
def test_what_is_everybodys_needs_none(osr: SimulatedOsr, path: str, query: dict[str, str]) -> None:
    filled(osr)
    for key in (None, "fout", "sleutel"):
        assert told(osr, "GET", path, query, key) == 200


def test_a_key_is_of_whom_it_was_given_to() -> None:
    osr = SimulatedOsr(api_key_header="X-Test-Key", api_key="sleutel", api_key_of=LAS_OIN, today=lambda: TODAY)
    filled(osr)
    for oin, status in ((LAS_OIN, 200), (TOETS_OIN, 401)):
        assert told(osr, "GET", "/school-mandates", {"service_code": "DOORSTROOM"}, "sleutel", oin) == status
    assert told(osr, "GET", "/school-mandates", {"service_code": "DOORSTROOM"}, "sleutel van een ander", TOETS_OIN) == 200


@pytest.mark.parametrize(
    "other",
    [
        {"supplier_oin": TOETS_OIN},
        {"school_oin": "0000000700011BB00000"},
        {"service_version_namespace": "http://example.org/anders"},
    ],
)
def test_another_party_school_or_service_has_no_mandate(osr: SimulatedOsr, ask: Ask, other: dict[str, str]) -> None:
    osr.mandate(SCHOOL, LAS_OIN)
    reply = ask("/mandates", {**WHO, **other}, KEY)
    assert (reply.status, json.loads(reply.body)) == (404, {"message": "mandate not found"})


def test_revoked_is_gone(osr: SimulatedOsr, ask: Ask) -> None:
    osr.mandate(SCHOOL, LAS_OIN)
    osr.mandate(SCHOOL, TOETS_OIN)
    osr.revoke(SCHOOL, LAS_OIN)
    assert ask("/mandates", WHO, KEY).status == 404
    assert not osr.has_mandate(SCHOOL, LAS_OIN)
    assert osr.has_mandate(SCHOOL, TOETS_OIN)


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2026-07-31", 404),
        ("2026-08-01", 200),
        ("2027-07-31", 200),
        ("2027-08-01", 404),
        (None, 200),
    ],
)
def test_the_reference_date_decides(osr: SimulatedOsr, ask: Ask, day: str | None, status: int) -> None:
    osr.mandate(SCHOOL, LAS_OIN, date(2026, 8, 1), date(2027, 7, 31))
    query = {**WHO, "reference_date": day} if day else WHO
    assert ask("/mandates", query).status == status


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/mandates", {k: v for k, v in WHO.items() if k != "school_oin"}),
        ("/mandates", {k: v for k, v in WHO.items() if k != "supplier_oin"}),
        ("/mandates", {k: v for k, v in WHO.items() if k != "service_version_namespace"}),
        ("/mandates", {**WHO, "school_oin": "kort"}),
        ("/mandates", {**WHO, "reference_date": "morgen"}),
        ("/endpoints", {"routing_id": ROUTING}),
        ("/endpoints", {"service_version_namespace": NAMESPACE}),
        ("/endpoints", {"service_version_namespace": NAMESPACE, "routing_id": ROUTING, "school_oin": SCHOOL}),
        ("/service-versions", {}),
    ],
)
def test_missing_or_malformed_parameters(ask: Ask, path: str, query: dict[str, str]) -> None:
    reply = ask(path, query)
    assert (reply.status, json.loads(reply.body)) == (400, {"message": "Validation error(s)"})


def test_endpoints_by_routing_id_and_by_school(osr: SimulatedOsr, ask: Ask) -> None:
    osr.register_endpoint(ROUTING, "https://las.example/een")
    osr.register_endpoint("0000000700099XX00531", "https://las.example/twee")
    osr.register_endpoint("0000000700011BB00530", "https://las.example/elders")
    namespace = {"service_version_namespace": NAMESPACE}
    one = read(ask("/endpoints", {"routing_id": ROUTING, **namespace}))
    assert [(e["routing_id"], e["url"]) for e in one] == [(ROUTING, "https://las.example/een")]
    both = read(ask("/endpoints", {"school_oin": SCHOOL, **namespace}))
    assert [e["url"] for e in both] == ["https://las.example/een", "https://las.example/twee"]
    assert read(ask("/endpoints", {"routing_id": "0000000700099XX00999", **namespace})) == []
    assert read(ask("/endpoints", {"routing_id": ROUTING, "service_version_namespace": "http://x.example"})) == []
    assert osr.find_endpoint(ROUTING) == "https://las.example/een"
    assert osr.find_endpoint("0000000700099XX00999") is None


def test_services_versions_and_schools(osr: SimulatedOsr, ask: Ask) -> None:
    osr.mandate(SCHOOL, LAS_OIN)
    osr.mandate("0000000700011BB00000", LAS_OIN)
    assert [s["code"] for s in read(ask("/services", {"name": "DOORSTROOM"}))] == ["DOORSTROOM"]
    assert read(ask("/services", {"name": "iets anders"})) == []
    assert read(ask("/service-versions", {"service_code": "DOORSTROOM"}))[0]["namespace"] == NAMESPACE
    assert read(ask("/service-versions", {"service_code": "ANDERS"})) == []
    assert [s["brin"] for s in read(ask("/schools", {}))] == ["99XX", "11BB"]
    assert [s["oin"] for s in read(ask("/schools", {"brin": "99XX"}))] == [SCHOOL]
    assert read(ask("/schools", {"brin": "99XX", "oin": "0000000700011BB00000"})) == []


def test_without_certificate_nothing_is_told(osr: SimulatedOsr, ask: Ask) -> None:
    osr.mandate(SCHOOL, LAS_OIN)
    assert ask("/mandates", WHO, KEY, None).status == 401


def test_an_outage_and_its_end(osr: SimulatedOsr, ask: Ask) -> None:
    osr.mandate(SCHOOL, LAS_OIN)
    osr.outage = True
    reply = ask("/mandates", WHO)
    assert (reply.status, reply.headers["retry-after"]) == (503, "1")
    osr.outage = False
    assert ask("/mandates", WHO).status == 200


def test_everything_else_is_not_found_and_all_calls_are_recorded(osr: SimulatedOsr, ask: Ask) -> None:
    reply = ask("/suppliers/1", {})
    assert (reply.status, json.loads(reply.body)) == (404, {"message": "not found"})
    assert osr.app(Received("PATCH", "/api/v2/endpoints", peer_oin=LAS_OIN)).status == 404
    assert osr.app(Received("GET", "/elders/mandates", peer_oin=LAS_OIN)).status == 404
    assert [(item.verzoek.method, item.verzoek.path) for item in osr.verkeer] == [
        ("GET", "/api/v2/suppliers/1"),
        ("PATCH", "/api/v2/endpoints"),
        ("GET", "/elders/mandates"),
    ]
    assert {item.verzoek.peer_oin for item in osr.verkeer} == {LAS_OIN}
    assert osr.verkeer.beantwoord == [("suppliers", 404), ("endpoints", 404), ("", 404)]
