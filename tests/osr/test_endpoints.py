"""Writing our address into the OSR: done once, never repeated blind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support import NOW, OSR, FakeTransport, answer, drive, fault
from tenacity import wait_none

from doorstroom_client import Osr, Retry
from doorstroom_client.errors import DeadlineExceeded, DoorstroomError, NoAnswer, Phase, Unavailable, UnexpectedResponse
from doorstroom_client.exchange.call import Conditions
from doorstroom_client.exchange.calls import Call
from doorstroom_client.osr.writing import OwnEndpoint, change_endpoint, register_endpoint
from doorstroom_client.parties.auth import ApiKey
from doorstroom_client.transport.request import FaultKind, Outcome, Response

URL = "https://las.example.nl/terugweg"
ENDPOINT = OwnEndpoint("0000000700011BB00530", URL, "geheim-token")
OURS = answer(200, [{"routing_id": ENDPOINT.routing_id, "url": URL}])
THEIRS = answer(200, [{"routing_id": ENDPOINT.routing_id, "url": "https://ander.example.nl"}])
NONE = answer(200, [])
LOST = fault(FaultKind.NO_ANSWER, "read")
LATE = fault(FaultKind.DEADLINE, "deadline")
BUSY = answer(503, headers={"retry-after": "7"})
HTML = Response(404, {"content-type": "text/html"}, b"<html>not found</html>", 0.1)


def about() -> Call:
    return Call(Conditions(Retry(wait=wait_none(), circuit_after=0), 30.0, lambda: NOW))


SLOW = 30.0
"""All the time of an operation."""


def late(seconds: float) -> Outcome:
    return fault(FaultKind.NO_ANSWER, "read", seconds)


Result = tuple[DoorstroomError | None, list[str], list[float]]


def go(flow: Any, outcomes: list[Outcome]) -> Result:
    """Run to the end; gives the error, the methods in order and the pauses."""
    transport = FakeTransport(outcomes)
    pauses: list[float] = []
    from doorstroom_client.exchange.flow import run

    error = None
    try:
        run(flow, transport, pauses.append)
    except DoorstroomError as caught:
        error = caught
    assert len(transport.requests) == len(outcomes), "not everything that was scripted was asked for"
    return error, [request.method for request in transport.requests], pauses


def register(*outcomes: Outcome, osr: Osr = OSR) -> Result:
    return go(register_endpoint(osr, ENDPOINT, about()), list(outcomes))


@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_post_that_is_taken_is_done(status: int) -> None:
    assert register(answer(status)) == (None, ["POST"], [])


@pytest.mark.parametrize("lost", [LOST, LATE, answer(500), answer(502), answer(504), answer(408), answer(503)])
def test_a_lost_answer_that_was_applied_is_done(lost: Outcome) -> None:
    assert register(lost, OURS) == (None, ["POST", "GET"], [])


@pytest.mark.parametrize("document", [[{"url": URL}], {"url": URL}, [{"url": "https://x.example"}, {"url": URL}]])
def test_our_address_is_seen_in_one_and_in_many(document: object) -> None:
    assert register(LOST, answer(200, document)) == (None, ["POST", "GET"], [])


@pytest.mark.parametrize("lost", [LOST, LATE, answer(500), answer(503)])
@pytest.mark.parametrize("absent", [NONE, answer(404), answer(404, {"message": "not found"})])
def test_what_was_not_applied_is_repeated_once(lost: Outcome, absent: Outcome) -> None:
    assert register(lost, absent, answer(201)) == (None, ["POST", "GET", "POST"], [])


def test_another_address_there_is_raised_and_not_overwritten() -> None:
    error, methods, _ = register(LOST, THEIRS)
    assert isinstance(error, NoAnswer)
    assert methods == ["POST", "GET"]


def test_a_second_lost_answer_that_was_applied_is_done() -> None:
    assert register(LOST, NONE, LATE, OURS)[:2] == (None, ["POST", "GET", "POST", "GET"])


def test_a_second_lost_answer_that_was_not_applied_is_raised() -> None:
    error, methods, _ = register(LOST, NONE, LATE, NONE)
    assert isinstance(error, DeadlineExceeded)
    assert methods == ["POST", "GET", "POST", "GET"]


def test_a_busy_register_is_looked_at_after_the_wait_it_asked_for() -> None:
    assert register(BUSY, OURS) == (None, ["POST", "GET"], [7.0])


def test_a_longer_wait_than_the_settings_allow_ends_the_call() -> None:
    error, methods, pauses = register(answer(503, headers={"retry-after": "3600"}))
    assert (type(error), methods, pauses) == (Unavailable, ["POST"], [])
    assert error.retry_at is not None
    assert error.retryable


def test_a_portal_page_is_no_registration() -> None:
    error, methods, _ = register(Response(200, {"content-type": "text/html"}, b"<html>"))
    assert (type(error), methods) == (UnexpectedResponse, ["POST"])


def test_a_post_that_never_left_is_repeated_without_looking() -> None:
    gone = fault(FaultKind.CONNECT, "connect", phase=Phase.NOT_SENT)
    assert register(gone, gone, answer(201))[:2] == (None, ["POST", "POST", "POST"])


def test_a_post_that_was_throttled_is_repeated_without_looking() -> None:
    assert register(answer(429), answer(201))[:2] == (None, ["POST", "POST"])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422, 302])
def test_a_refusal_is_raised_at_once(status: int) -> None:
    error, methods, _ = register(answer(status))
    assert error is not None
    assert methods == ["POST"]


def test_a_look_that_fails_is_raised_and_nothing_is_repeated() -> None:
    error, methods, _ = register(LOST, answer(500), answer(500), answer(500))
    assert isinstance(error, Unavailable)
    assert methods == ["POST", "GET", "GET", "GET"]


def test_a_look_that_gives_no_json_is_no_absence() -> None:
    error, methods, _ = register(LOST, Response(200, {"content-type": "text/html"}, b"<html>", 0.1))
    assert isinstance(error, UnexpectedResponse)
    assert methods == ["POST", "GET"]


def test_a_web_page_with_404_is_no_absence() -> None:
    """A proxy or a wrong base_url answers so; the register itself answers JSON or nothing."""
    error, methods, _ = register(LOST, HTML)
    assert isinstance(error, DoorstroomError)
    assert methods == ["POST", "GET"]


WRAPPED = [
    {"endpoints": [{"routing_id": ENDPOINT.routing_id, "url": URL}]},
    {"_embedded": {"endpoints": [{"routing_id": ENDPOINT.routing_id, "url": URL}]}},
    {"items": [{"url": URL}], "total": 1},
    {"endpoints": []},
    [{"url": 1}],
    [{"adres": URL}],
    [None],
    "x",
]


@pytest.mark.parametrize("document", WRAPPED)
def test_what_cannot_be_understood_is_no_absence(document: object) -> None:
    """Its shape is not documented; what is not understood must not be taken for "not there"."""
    _, methods, _ = go_to_the_end(LOST, answer(200, document))
    assert methods == ["POST", "GET"]


def test_ours_may_stand_after_an_older_one() -> None:
    document = [{"url": "https://vorig-jaar.example.nl", "end_date": "2025-07-31"}, {"url": URL}]
    error, methods, _ = register(LOST, answer(200, document))
    assert error is None
    assert methods == ["POST", "GET"]


def go_to_the_end(*outcomes: Outcome) -> Result:
    """As `register`, where a repeat that should not be there gets an answer too."""
    left = list(outcomes)
    transport = FakeTransport(lambda _: left.pop(0) if left else answer(201))
    from doorstroom_client.exchange.flow import run

    error = None
    try:
        run(register_endpoint(OSR, ENDPOINT, about()), transport, lambda _: None)
    except DoorstroomError as caught:
        error = caught
    return error, [request.method for request in transport.requests], []


def test_the_bytes_of_a_repeat_are_the_same_and_the_key_goes_with_a_write_only() -> None:
    osr = Osr("https://osr.example.nl/api/v2", namespace="ns-2025", api_key=ApiKey("X-Sleutel", "geheime-sleutel"))
    _, transport, _ = drive(register_endpoint(osr, ENDPOINT, about()), [LOST, NONE, answer(201)])
    first, look, second = transport.requests
    assert first.body == second.body
    assert json.loads(first.body or b"") == {
        "mandate_token": "geheim-token",
        "routing_id": ENDPOINT.routing_id,
        "service_version_namespace": "ns-2025",
        "url": URL,
        "attributes": "LAS",
    }
    assert first.headers["X-Sleutel"] == second.headers["X-Sleutel"] == "geheime-sleutel"
    assert "X-Sleutel" not in look.headers
    assert first.url == "https://osr.example.nl/api/v2/endpoints"
    assert "geheim" not in repr((first, look, second, ENDPOINT))


# --- one total time


def sent(flow: Any, outcomes: list[Outcome]) -> list[float]:
    """The time that each request may take."""
    _, transport, _ = drive(flow, outcomes)
    return [request.deadline for request in transport.requests]


def test_all_calls_share_the_time_and_a_write_leaves_half_of_it_for_the_look() -> None:
    outcomes = [late(15), answer(200, [], seconds=5), late(5), OURS]
    assert sent(register_endpoint(OSR, ENDPOINT, about()), outcomes) == [15, 15, 5, 5]


def test_the_pause_before_a_look_counts() -> None:
    assert sent(register_endpoint(OSR, ENDPOINT, about()), [answer(503, headers={"retry-after": "7"}, seconds=3), OURS]) == [
        15,
        20,
    ]
    outcomes = [answer(503, headers={"retry-after": "7"}, seconds=3), answer(200, [], seconds=5), answer(201)]
    assert sent(register_endpoint(OSR, ENDPOINT, about()), outcomes) == [15, 20, 7.5]


@pytest.mark.parametrize(
    "first", [late(SLOW), answer(500, seconds=SLOW), answer(503, headers={"retry-after": "16"}, seconds=14)]
)
def test_without_time_to_look_the_first_error_is_raised(first: Outcome) -> None:
    error, methods, pauses = register(first)
    assert isinstance(error, NoAnswer | Unavailable)
    assert error.retryable
    assert (methods, pauses) == (["POST"], [])


def test_without_time_for_another_post_the_first_error_is_raised() -> None:
    error, methods, _ = register(late(15), answer(200, [], seconds=14.99))
    assert isinstance(error, NoAnswer)
    assert error.retryable
    assert methods == ["POST", "GET"]


def test_what_the_look_finds_counts_although_the_time_is_over() -> None:
    assert register(late(15), answer(200, [{"url": URL}], seconds=15))[:2] == (None, ["POST", "GET"])


def test_a_change_is_read_back_in_the_time_that_is_left() -> None:
    outcomes = [answer(500, seconds=10), answer(200, seconds=8), OURS]
    assert sent(change_endpoint(OSR, "17", ENDPOINT, about()), outcomes) == [30, 20, 12]


def test_a_change_that_cannot_be_read_back_in_time_is_no_success() -> None:
    error, methods, _ = change(answer(200, seconds=SLOW))
    assert type(error) is DeadlineExceeded
    assert error.retryable
    assert len(error.attempts) == 1
    assert methods == ["PUT"]


# --- changing


def change(*outcomes: Outcome) -> Result:
    return go(change_endpoint(OSR, "17", ENDPOINT, about()), list(outcomes))


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_change_is_read_back(status: int) -> None:
    assert change(answer(status), OURS) == (None, ["PUT", "GET"], [])


@pytest.mark.parametrize("after", [THEIRS, NONE, answer(404)])
def test_a_change_that_does_not_stand_is_raised(after: Outcome) -> None:
    error, methods, _ = change(answer(200), after)
    assert isinstance(error, UnexpectedResponse)
    assert error.status == 200
    assert "Another system" in error.hint
    assert methods == ["PUT", "GET"]


@pytest.mark.parametrize("lost", [LOST, answer(500), answer(503)])
def test_a_put_may_be_repeated(lost: Outcome) -> None:
    assert change(lost, answer(200), OURS)[:2] == (None, ["PUT", "PUT", "GET"])


def test_the_number_stays_one_segment_of_the_path() -> None:
    _, transport, _ = drive(change_endpoint(OSR, "../mandates?x=1#y", ENDPOINT, about()), [answer(200), OURS])
    assert transport.requests[0].url == "https://osr.example.nl/api/v2/endpoints/..%2Fmandates%3Fx%3D1%23y"


def test_the_token_stays_out_of_every_error() -> None:
    for outcomes in ([LOST, THEIRS], [answer(422, {"melding": "geheim-token"})], [LOST, NONE, LOST, NONE]):
        error, _, _ = register(*outcomes)
        assert "geheim-token" not in f"{error} {error!r} {error.__context__!r} {error.__cause__!r}"  # type: ignore[union-attr]
