"""Every shape that the register might turn out to have, and every 404 that is not its own."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from support import JSON, LAS_OIN, SCHOOL, SUPPLIER_OIN, answer, conditions, drive
from support.osr_played import URL, settings
from tenacity import wait_none

from doorstroom_client import EigenMandaat, Endpoint, Osr, Retry
from doorstroom_client.errors import (
    ConfigurationError,
    DeadlineExceeded,
    DoorstroomError,
    MessageError,
    Unavailable,
    UnexpectedResponse,
)
from doorstroom_client.exchange.calls import Call
from doorstroom_client.osr.asking import Budget
from doorstroom_client.osr.endpoints import find_endpoints, find_free_routing_id, get_endpoint
from doorstroom_client.osr.mandates import ask_mandate, find_own_mandates, own_mandates_per_school
from doorstroom_client.osr.parsing import Fields, spelled
from doorstroom_client.osr.proof import Proof
from doorstroom_client.osr.services import find_services, find_versions
from doorstroom_client.transport.request import Outcome, Response

OSR = settings()
BASE = "https://osr.example.nl"
ABOUT = Call(conditions(Retry.never()))
DAY = dt.date(2026, 3, 10)
SERVICES = answer(200, [])
"""What shows that the register is there."""


def budget() -> Budget:
    return Budget(ABOUT)


def ask(*outcomes: Outcome, osr: Osr = OSR, proof: Proof | None = None, **more: Any) -> Any:
    return drive(ask_mandate(osr, LAS_OIN, SCHOOL.oin, Budget(ABOUT), proof=proof, **more), outcomes)


def own(document: object) -> EigenMandaat:
    return ask(answer(200, document), own=True)[0].own


# --- a mandate


FULL = {"token": "t-1", "start_date": "2025-08-01", "end_date": None, "_links": {"self": {"href": "/api/v2/mandates/7"}}}


@pytest.mark.parametrize(
    "document",
    [
        FULL,
        [FULL],
        {**FULL, "nieuw_veld": {"diep": [1]}},
        {name: value for name, value in FULL.items() if name != "end_date"},
        {"token": "t-1", "startDate": "2025-08-01", "endDate": None, "links": {"self": {"href": "/api/v2/mandates/7"}}},
        {"token": "t-1", "start-date": "2025-08-01T00:00:00+02:00", "_links": {"self": "/api/v2/mandates/7"}},
        {"token": "t-1", "start_date": "2025-07-31T22:00:00Z", "_links": {"self": [{"href": f"{BASE}/api/v2/mandates/7"}]}},
        {"mandate_token": "t-1", "start_date": "2025-08-01", "id": 7},
    ],
)
def test_one_mandate_in_many_shapes(document: Any) -> None:
    found = own(document)
    assert (found.token, found.start_datum, found.eind_datum, found.id) == ("t-1", dt.date(2025, 8, 1), None, "7")
    assert "t-1" not in repr(found)
    assert "t-1" not in json.dumps(found.raw)


def test_a_field_that_nobody_knew_about_is_kept() -> None:
    assert own({**FULL, "nieuw_veld": {"diep": [1]}}).raw["nieuw_veld"] == {"diep": [1]}


def test_of_several_mandates_the_one_of_the_day_counts() -> None:
    old = {"token": "oud", "start_date": "2024-08-01", "end_date": "2025-07-31"}
    assert ask(answer(200, [old, FULL]), own=True, on=DAY)[0].own.token == "t-1"
    assert ask(answer(200, [old, FULL]), own=True, on=dt.date(2025, 1, 1))[0].own.token == "oud"


@pytest.mark.parametrize("value", ["", "ooit", "2025", "2025-13-01", 20250801, None, [], {}, "9999-12-31T23:59:59Z"])
def test_an_odd_day_is_no_day(value: object) -> None:
    assert Fields({"start_date": value}, "").day("start_date") in (None, dt.date(9999, 12, 31))


# --- is this 404 the register's own?

OWN = [
    answer(404, {"message": "mandate not found"}),
    answer(404, {"message": "Mandate Not Found"}),
    answer(404, {"error": "Mandate not found"}),
    answer(404, {"errors": ["mandate not found"]}),
    answer(404, {"errors": [{"message": "mandate not found"}]}),
    answer(404, {"Message": "mandaat niet gevonden"}),
    Response(404, {"content-type": "text/plain"}, b"Mandate not found."),
    Response(404, {}, b'"mandate not found"'),
]
FOREIGN = [
    answer(404, {"message": "no Route matched with those values"}),
    answer(404, {"timestamp": "2026-03-10T12:00:00Z", "status": 404, "error": "Not Found", "path": "/api/v2/x"}),
    answer(404, {"message": "not found"}),
    answer(404, {"melding": "De lijst bevat een leerling die hier niet bekend is."}),
    answer(404, {"message": "Cannot GET /api/v2/mandates"}),
]
PAGES = [
    answer(404),
    answer(404, {}),
    answer(404, []),
    answer(404, {"mandated": False}),
    Response(404, {}, b"404 page not found"),
    Response(404, JSON, b"{"),
    Response(404, JSON, b"[" * 50_000),
    Response(404, JSON, b"null"),
    Response(404, {}, b"<!doctype html><p>mandate not found"),
    Response(404, {"content-type": "application/xhtml+xml"}, b"mandate not found"),
    Response(404, {"content-type": "text/html"}, b"<h1>Not Found</h1>"),
    Response(404, {"content-type": "application/xml"}, b"<x/>"),
]


@pytest.mark.parametrize("outcome", OWN)
def test_the_words_of_the_register_are_a_no(outcome: Response) -> None:
    value, transport, _ = ask(outcome)
    assert (value.mandated, len(transport.requests)) == (False, 1)


@pytest.mark.parametrize("outcome", FOREIGN)
def test_other_words_are_a_no_only_when_the_register_shows_itself(outcome: Response) -> None:
    value, transport, _ = ask(outcome, SERVICES)
    assert value.mandated is False
    assert transport.requests[1].url == f"{BASE}/api/v2/services"


ELSEWHERE = [
    answer(404, {"message": "no Route matched with those values"}),
    answer(404),
    answer(401, {"message": "no"}),
    answer(400, {"message": "Validation error(s)"}),
    answer(200, {"status": "ok"}),
    answer(200, "ok"),
    Response(200, {"content-type": "text/html"}, b"[]"),
    Response(200, {}, b""),
    answer(204),
]


@pytest.mark.parametrize("outcome", FOREIGN)
@pytest.mark.parametrize("there", ELSEWHERE)
def test_the_404_of_another_server_is_no_answer_about_the_mandate(outcome: Response, there: Response) -> None:
    with pytest.raises(UnexpectedResponse) as caught:
        ask(outcome, there)
    assert caught.value.status == 404
    assert "says nothing about the mandate" in str(caught.value)
    assert "osr.base_url" in str(caught.value)


@pytest.mark.parametrize("outcome", PAGES)
def test_a_404_without_words_of_a_register_is_of_another_server(outcome: Response) -> None:
    with pytest.raises(UnexpectedResponse, match="says nothing about the mandate"):
        ask(outcome)


def test_while_it_cannot_be_looked_for_there_is_no_answer() -> None:
    with pytest.raises(Unavailable):
        ask(FOREIGN[0], answer(503))
    with pytest.raises(DeadlineExceeded):
        ask(answer(404, {"message": "x"}, seconds=40))


def test_the_register_shows_itself_once_in_a_while() -> None:
    now = [0.0]
    proof = Proof(lambda: now[0])
    assert len(ask(FOREIGN[0], SERVICES, proof=proof)[1].requests) == 2
    now[0] = 899.0
    assert len(ask(FOREIGN[0], proof=proof)[1].requests) == 1
    now[0] = 901.0
    assert len(ask(FOREIGN[0], SERVICES, proof=proof)[1].requests) == 2
    elsewhere = settings("v3")
    assert len(ask(FOREIGN[0], SERVICES, osr=elsewhere, proof=proof)[1].requests) == 2


def test_an_answer_that_proves_nothing_is_not_remembered() -> None:
    proof = Proof()
    with pytest.raises(UnexpectedResponse):
        ask(FOREIGN[0], FOREIGN[0], proof=proof)
    assert not proof.holds(OSR.base_url)


def test_without_a_namespace_nothing_is_asked() -> None:
    with pytest.raises(ConfigurationError) as caught:
        ask(osr=settings(namespace=""))
    assert caught.value.setting == "osr.namespace"


@pytest.mark.parametrize("oin", ["", "123", SUPPLIER_OIN.lower() + "x", SUPPLIER_OIN + "\n", "٠" * 20])
def test_an_oin_of_the_wrong_form_is_not_sent(oin: str) -> None:
    for pair in ((oin, SCHOOL.oin), (LAS_OIN, oin)):
        with pytest.raises(MessageError):
            drive(ask_mandate(OSR, *pair, budget()), [])


# --- lists


@pytest.mark.parametrize("document", [{"items": []}, {"_embedded": {"schools": []}}, "x", 5, None, [1], [[]], [None], [{}, 1]])
def test_a_list_that_cannot_be_understood_is_never_empty(document: object) -> None:
    questions = (
        find_services(OSR, budget(), None),
        find_versions(OSR, budget(), "D"),
        find_endpoints(OSR, budget(), school_oin=SCHOOL.oin),
    )
    for question in questions:
        with pytest.raises(UnexpectedResponse):
            drive(question, [answer(200, document)])
    if not isinstance(document, dict):
        with pytest.raises(UnexpectedResponse):
            drive(find_own_mandates(OSR, budget()), [answer(200, document)])


@pytest.mark.parametrize("outcome", [answer(204), answer(404, {"message": "x"}), answer(202, []), Response(200, {}, b"")])
def test_no_list_is_no_empty_list(outcome: Outcome) -> None:
    with pytest.raises(DoorstroomError):
        drive(find_services(OSR, budget(), None), [outcome])


ENDPOINT = {"url": URL, "routing_id": SCHOOL.routeringskenmerk}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {}),
        ({"attributes": ["LAS", "RIS"]}, {"attributes": "LAS,RIS"}),
        ({"attributes": "LAS", "userIsOwner": "true"}, {"attributes": "LAS", "is_van_ons": True}),
        ({"user_is_owner": False}, {"is_van_ons": False}),
        ({"user_is_owner": 1}, {"is_van_ons": True}),
        ({"user_is_owner": "misschien"}, {"is_van_ons": None}),
        (
            {"startDate": "2026-01-01", "endDate": "2026-02-01"},
            {"start_datum": dt.date(2026, 1, 1), "eind_datum": dt.date(2026, 2, 1)},
        ),
        ({"uuid": "u-1"}, {"id": "u-1"}),
        ({"id": 5, "_links": {"self": {"href": "/api/v2/endpoints/77"}}}, {"id": "5"}),
        ({"_links": {"self": {"href": "/api/v2/endpoints/77/"}}}, {"id": "77"}),
    ],
)
def test_an_address_in_many_shapes(more: dict[str, Any], expected: dict[str, Any]) -> None:
    for document in ({**ENDPOINT, **more}, [{**ENDPOINT, **more}]):
        (found,), _, _ = drive(find_endpoints(OSR, budget(), school_oin=SCHOOL.oin), [answer(200, document)])
        assert found.raw.keys() == {**ENDPOINT, **more}.keys()
        assert found == Endpoint(url=URL, routing_id=SCHOOL.routeringskenmerk, **{"id": found.id, **expected})


FREE = "0000000700011BB00531"


@pytest.mark.parametrize(
    "outcome",
    [
        answer(200, {"routing_id": FREE}),
        answer(200, {"routingId": FREE}),
        answer(200, {"available_routing_id": FREE}),
        answer(200, [{"routing_id": FREE}]),
        answer(200, FREE),
        answer(200, [FREE]),
        Response(200, {"content-type": "text/plain"}, f"{FREE}\n".encode()),
    ],
)
def test_a_free_routing_id_in_many_shapes(outcome: Outcome) -> None:
    assert drive(find_free_routing_id(OSR, budget(), SCHOOL.oin), [outcome])[0] == FREE


@pytest.mark.parametrize(
    "outcome",
    [answer(200, {"routing_id": "kort"}), answer(200, []), answer(200, 5), answer(404, {}), Response(200, {}, b"\xff" * 20)],
)
def test_no_free_routing_id(outcome: Outcome) -> None:
    with pytest.raises(UnexpectedResponse):
        drive(find_free_routing_id(OSR, budget(), SCHOOL.oin), [outcome])


# --- links


def page(link: object, code: str = "D") -> Response:
    return answer(200, [{"code": code}], headers={"link": f'<{link}>; rel="next"'})


@pytest.mark.parametrize(
    ("link", "asked"),
    [
        ("?page=2", f"{BASE}/api/v2/services?page=2"),
        ("/api/v2/services/2", f"{BASE}/api/v2/services/2"),
        ("../v1/services", f"{BASE}/api/v1/services"),
        (f"{BASE}/api/v2/services?page=2#x", f"{BASE}/api/v2/services?page=2"),
        (f"{BASE}:443/api/v2/services", f"{BASE}:443/api/v2/services"),
        ("https://OSR.example.nl/api/v2/services", "https://OSR.example.nl/api/v2/services"),
        ("//osr.example.nl/api/v2/services", f"{BASE}/api/v2/services"),
    ],
)
def test_a_next_page_is_asked_for_on_the_host_of_the_register(link: str, asked: str) -> None:
    found, transport, _ = drive(find_services(OSR, budget(), None), [page(link), answer(200, [{"code": "E"}])])
    assert [dienst.code for dienst in found] == ["D", "E"]
    assert transport.requests[1].url == asked


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/api/v2/services",
        "//evil.example/services",
        "http://osr.example.nl/api/v2/services",
        f"{BASE}:8443/api/v2/services",
        "https://osr.example.nl.evil.example/",
        "https://osr.example.nl@evil.example/",
        "https://x:y@osr.example.nl/api/v2/services",
        "https://[::ffff:169.254.169.254]/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "mailto:x@osr.example.nl",
    ],
)
def test_a_link_to_another_host_is_refused(link: str) -> None:
    with pytest.raises(UnexpectedResponse, match="another host"):
        drive(find_services(OSR, budget(), None), [page(link)])


NO_LINKS = ["", "\\\\evil.example", "/a b", "/x\r\nHost: y", "https://osr.example.nl:x/", "http://[", "é", "\ud800", 5, None]


@pytest.mark.parametrize("href", NO_LINKS)
def test_what_is_no_link_is_not_there(href: Any) -> None:
    assert own({**FULL, "_links": {"self": {"href": href}, "school": [href]}}).links == {}


def test_pages_are_not_followed_for_ever() -> None:
    with pytest.raises(UnexpectedResponse, match="pages"):
        drive(find_services(OSR, budget(), None), [page("?page=2")] * 60)


# --- one object


def test_what_does_not_exist_is_none() -> None:
    gone = answer(404, {"message": "Endpoint with id 9 does not exist."})
    assert drive(get_endpoint(OSR, budget(), "9"), [gone])[0] is None
    with pytest.raises(UnexpectedResponse):
        drive(get_endpoint(OSR, budget(), "9"), [answer(400, {"message": "Validation error(s)"})])
    with pytest.raises(UnexpectedResponse):
        drive(get_endpoint(OSR, budget(), "9"), [answer(404, {"message": "no Route"}), answer(404)])


@pytest.mark.parametrize("document", [[], [{}, {}], "x", None, 7, [{"url": URL}] * 2, {"message": "onderhoud"}])
def test_one_object_is_one_object(document: object) -> None:
    with pytest.raises(UnexpectedResponse):
        drive(get_endpoint(OSR, budget(), "9"), [answer(200, document)])


@pytest.mark.parametrize("number", ["17; DROP", "../mandates", "1b671a64-40d5-491e-99b0-da01ff1f3341", "", "٣", "17\n"])
def test_an_id_that_does_not_have_its_form_never_reaches_the_wire(number: str) -> None:
    """It came from the register, which may be another one than we think."""
    with pytest.raises(MessageError):
        drive(get_endpoint(OSR, budget(), number), [])


def test_mandates_per_school_when_the_register_names_the_school_itself() -> None:
    document = [{"token": "a", "schoolOin": SCHOOL.oin}, {"token": "b", "school_oin": SCHOOL.oin}]
    found, transport, _ = drive(own_mandates_per_school(OSR, budget()), [answer(200, document)])
    assert ([item.token for item in found[SCHOOL.oin]], len(transport.requests)) == (["a", "b"], 1)
    nameless = [answer(200, [{"token": "a"}]), answer(200, [])]
    assert list(drive(own_mandates_per_school(OSR, budget()), nameless)[0]) == [""]


def test_one_spelling() -> None:
    names = ["bgeCode", "bge_code", "bge-code", "BgeCode"]
    assert {spelled(name) for name in names} == {"bge_code"}
    assert [spelled(name) for name in ("_links", "routingID", "schoolOIN", "oaId")] == [
        "links",
        "routing_id",
        "school_oin",
        "oa_id",
    ]


def test_several_questions_share_one_total_time() -> None:
    about = Call(conditions(Retry(wait=wait_none()), total=10.0))
    outcomes = [answer(404, {"message": "x"}, seconds=4), answer(200, [], seconds=4)]
    _, transport, _ = drive(ask_mandate(OSR, LAS_OIN, SCHOOL.oin, Budget(about)), outcomes)
    assert [request.deadline for request in transport.requests] == [10, 6]
