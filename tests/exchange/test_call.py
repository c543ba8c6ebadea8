"""One call walks the decision table: actions, error classes, attempts, pauses and the total time."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from support import JSON, NOW, answer, conditions, drive, fault, request
from support.situations import QUICK, SITUATIONS, error_of
from tenacity import stop_after_attempt, wait_fixed, wait_none

from doorstroom_client import Retry
from doorstroom_client.errors import (
    DeadlineExceeded,
    DoorstroomError,
    NoAnswer,
    Refused,
    SchoolOnbekend,
    StoreError,
    TlsError,
    TransportError,
    UnexpectedResponse,
)
from doorstroom_client.events import Event
from doorstroom_client.exchange.call import Answer, Conditions, GivenUpError, UnsureError, call, melding_in
from doorstroom_client.exchange.decisions import TABLE, Action, Situation, classify
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.transport.request import FaultKind, Operation, Response


def test_the_table_is_whole() -> None:
    assert set(TABLE) == set(Situation) == set(SITUATIONS)
    assert {classify(outcome, Operation.REGISTREREN) for outcome in SITUATIONS.values()} == set(Situation)
    assert all(set(row.exceptions) | set(row.hints) <= set(Operation) for row in TABLE.values())


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("situation", Situation)
@pytest.mark.parametrize("awaited", [False, True], ids=["run", "arun"])
def test_each_cell(situation: Situation, operation: Operation, awaited: bool) -> None:
    outcome, row = SITUATIONS[situation], TABLE[situation]
    assert classify(outcome, operation) is situation
    action = row.action(operation)
    flow = call(request(operation), conditions(QUICK))
    script = itertools.repeat(outcome)
    if action is Action.ANSWER:
        got, transport, _ = drive(flow, script, awaited=awaited)
        assert isinstance(got, Answer)
        assert (got.response, got.situation, len(transport.requests)) == (outcome, situation, 1)
        return
    kind = UnsureError if action is Action.VERIFY else DoorstroomError
    with pytest.raises(kind) as caught:
        drive(flow, script, awaited=awaited)
    error: Any = caught.value.error if isinstance(caught.value, UnsureError) else caught.value
    again = action in (Action.RETRY, Action.SCHEDULE)
    assert type(error) is row.error_for(operation)
    assert len(error.attempts) == (3 if again and situation is not Situation.UNKNOWN_SCHOOL else 1)
    assert error.retryable is (again or action is Action.VERIFY)
    assert error.request_id == "req-1"
    assert "Toetsbureau" in str(error)
    assert row.hint_for(operation) in error.hint
    assert row.text_for(operation) in str(error)
    assert "Jansen" not in str(error)
    if isinstance(outcome, Response):
        if hasattr(error, "status"):
            assert error.status == outcome.status
    elif isinstance(error, TransportError):
        assert error.phase is outcome.phase
        assert getattr(error, "code", outcome.code) == outcome.code


def test_attempts_tell_the_story() -> None:
    retry = Retry(wait=wait_fixed(2))
    outcomes = [answer(500, seconds=0.5), fault(FaultKind.NO_ANSWER, "read", 1.0), fault(FaultKind.DEADLINE, seconds=1.5)]
    error = error_of(outcomes, retry=retry)
    assert type(error) is DeadlineExceeded
    assert [(item.number, item.outcome, item.seconds, item.waited) for item in error.attempts] == [
        (1, "500", 0.5, 0.0),
        (2, "no_answer:read", 1.0, 2.0),
        (3, "deadline", 1.5, 2.0),
    ]
    assert "(after 3 attempts)" in str(error)


@pytest.mark.parametrize(("attempts", "told"), [(1, ""), (2, " (after 2 attempts)")])
def test_the_text_tells_how_often_it_was_tried(attempts: int, told: str) -> None:
    error = error_of([answer(500)] * attempts, retry=Retry(stop=stop_after_attempt(attempts), wait=wait_none()))
    assert str(error).startswith(f"Toetsbureau keeps failing{told}. ")


def test_a_status_stands_in_the_text_when_it_has_no_meaning_here() -> None:
    assert "(status 418)" in str(error_of([answer(418)]))
    assert "(status" not in str(error_of([answer(422)]))


def test_who_has_to_look_first_is_told_how_long_to_wait() -> None:
    with pytest.raises(UnsureError) as caught:
        drive(call(request(Operation.OSR_REGISTREREN), conditions(QUICK)), [answer(503, headers={"retry-after": "7"})])
    assert caught.value.asked == 7.0
    assert str(caught.value) == str(caught.value.error)


def test_the_answer_after_a_failure_has_all_attempts_and_the_same_bytes() -> None:
    got, transport, pauses = drive(call(request(), conditions(Retry(wait=wait_fixed(1)))), [answer(503), answer(202)])
    assert [item.outcome for item in got.attempts] == ["503", "202"]
    assert got.request_id == "req-1"
    assert pauses == [1.0]
    assert len({(item.body, item.url, item.request_id) for item in transport.requests}) == 1


@pytest.mark.parametrize("situation", [Situation.NO_ANSWER, Situation.DEADLINE, Situation.SERVER_ERROR])
def test_a_hint_speaks_of_what_was_called(situation: Situation) -> None:
    hints = {operation: TABLE[situation].hint_for(operation) for operation in Operation}
    for operation in (Operation.LEERLINGRAPPORT, Operation.OSR, Operation.OSR_REGISTREREN, Operation.OSR_WIJZIGEN):
        assert "list" not in hints[operation]
        assert ("no harm" in hints[operation]) is (operation is Operation.OSR_WIJZIGEN)
        assert ("timeouts" in hints[operation]) is (situation is Situation.DEADLINE)
    assert "look in the register" in hints[Operation.OSR_REGISTREREN]
    assert "no harm" in hints[Operation.SCHOOLADVIEZEN]


class TestHalfAnswers:
    """A body that did not come in whole counts only where the body is the answer."""

    cut = fault(FaultKind.NO_ANSWER, "protocol")

    def half(self, status: int, kind: FaultKind = FaultKind.NO_ANSWER) -> Response:
        return Response(status, {"content-type": "application/json"}, b'{"mel', 0.1, fault(kind))

    @pytest.mark.parametrize("kind", [FaultKind.NO_ANSWER, FaultKind.TOO_LARGE])
    def test_a_receipt_is_a_receipt(self, kind: FaultKind) -> None:
        got, _, _ = drive(call(request(), conditions(QUICK)), [self.half(202, kind)])
        assert got.situation is Situation.DELIVERED
        assert got.melding == ""

    @pytest.mark.parametrize("operation", Operation)
    @pytest.mark.parametrize("status", [200, 202, 401, 422])
    def test_what_comes_in_beyond_the_total_time_is_no_answer(self, operation: Operation, status: int) -> None:
        """Promise O3: the time is over, so the call ends in that, whatever the status said."""
        assert classify(self.half(status, FaultKind.DEADLINE), operation) is Situation.DEADLINE

    def test_a_list_whose_receipt_drips_may_be_sent_again(self) -> None:
        late = replace(self.half(202, FaultKind.DEADLINE), seconds=30.0)
        error = error_of([late])
        assert type(error) is DeadlineExceeded
        assert error.retryable
        assert "sending the same list again does no harm" in error.hint

    @pytest.mark.parametrize("status", [200, 404])
    def test_a_half_answer_is_repeated(self, status: int) -> None:
        got, transport, _ = drive(
            call(request(Operation.LEERLINGRAPPORT), conditions(QUICK)), [self.half(status), answer(200, {})]
        )
        assert got.situation is Situation.FOUND
        assert len(transport.requests) == 2

    @pytest.mark.parametrize(
        ("kind", "error"),
        [
            (FaultKind.NO_ANSWER, NoAnswer),
            (FaultKind.DEADLINE, DeadlineExceeded),
            (FaultKind.TOO_LARGE, UnexpectedResponse),
            (FaultKind.OUR_CERTIFICATE, TlsError),
        ],
    )
    def test_and_ends_in_the_error_of_the_fault(self, kind: FaultKind, error: type[DoorstroomError]) -> None:
        assert type(error_of([self.half(200, kind)] * 3, operation=Operation.LEERLINGRAPPORT)) is error

    @pytest.mark.parametrize(
        ("operation", "status", "situation"),
        [
            (Operation.OSR_WIJZIGEN, 200, Situation.FOUND),  # the change was made, whatever would have followed
            (Operation.OSR_WIJZIGEN, 204, Situation.NOTHING_YET),
            (Operation.OSR_WIJZIGEN, 299, Situation.UNEXPECTED),
            (Operation.OSR_WIJZIGEN, 300, Situation.NO_ANSWER),
            (Operation.OSR_WIJZIGEN, 500, Situation.NO_ANSWER),
            (Operation.LEERLINGRAPPORT, 299, Situation.NO_ANSWER),
            (Operation.LEERLINGRAPPORT, 300, Situation.REDIRECT),
        ],
    )
    def test_whether_half_an_answer_stands(self, operation: Operation, status: int, situation: Situation) -> None:
        assert classify(self.half(status), operation) is situation

    @pytest.mark.parametrize("body", [b"{", b'{"id": 17, "start', b"[{}", b'"OK', b"tru", b"12-"])
    @pytest.mark.parametrize("status", [200, 201])
    def test_half_a_document_of_the_register_is_no_answer(self, status: int, body: bytes) -> None:
        """Too short a length cuts a body where HTTP cannot see it."""
        came = Response(status, {"content-type": "application/json; charset=utf-8"}, body)
        assert classify(came, Operation.OSR) is Situation.NO_ANSWER
        assert classify(came, Operation.OSR_REGISTREREN) is Situation.NO_ANSWER
        assert classify(came, Operation.OSR_WIJZIGEN) is Situation.FOUND
        assert classify(came, Operation.SCHOOLADVIEZEN) is Situation.FOUND
        assert classify(came, Operation.LEERLINGRAPPORT) is Situation.FOUND

    @pytest.mark.parametrize(
        ("media_type", "body"),
        [
            ("application/json", b""),
            ("application/json", b" \r\n"),
            ("application/json", b"[" * 50_000),
            ("application/json", b'[{"id": ' * 150),
            ("application/hal+json", b'\xef\xbb\xbf{"id": 17}'),
            ("text/plain", b"{"),
            ("", b"{"),
        ],
    )
    def test_other_shapes_of_the_register_stay_answers(self, media_type: str, body: bytes) -> None:
        came = Response(200, {"content-type": media_type}, body)
        assert classify(came, Operation.OSR) is classify(came, Operation.OSR_REGISTREREN) is Situation.FOUND

    @pytest.mark.parametrize("status", [202, 404, 422, 500])
    def test_other_statuses_of_the_register_need_no_document(self, status: int) -> None:
        came = Response(status, {"content-type": "application/json"}, b"{")
        assert classify(came, Operation.OSR) is classify(answer(status), Operation.OSR)

    @pytest.mark.parametrize("status", [401, 403, 422])
    def test_a_refusal_is_a_refusal(self, status: int) -> None:
        """Framed wrongly, but what it says is there; of less nobody knows who says it."""
        whole = replace(self.half(status), headers=JSON, body=b'{"melding": "Jansen"}')
        error = error_of([whole])
        assert isinstance(error, Refused)
        assert error.melding == "Jansen"
        assert type(error_of([replace(whole, body=whole.body[:9])] * 3)) is NoAnswer


@pytest.mark.parametrize(
    ("status", "situation"),
    [
        (201, Situation.FOUND),
        (206, Situation.UNEXPECTED),
        (300, Situation.REDIRECT),
        (304, Situation.REDIRECT),
        (308, Situation.REDIRECT),
        (400, Situation.INVALID),
        (408, Situation.SERVER_ERROR),
        (409, Situation.UNEXPECTED),
        (413, Situation.INVALID),
        (415, Situation.INVALID),
        (502, Situation.SERVER_ERROR),
        (504, Situation.SERVER_ERROR),
        (599, Situation.UNEXPECTED),
    ],
)
def test_statuses(status: int, situation: Situation) -> None:
    assert classify(answer(status, {"melding": "x"}), Operation.REGISTREREN) is situation


def test_a_405_without_melding_points_at_the_address() -> None:
    error = error_of([answer(405)])
    assert type(error) is SchoolOnbekend
    assert error.retryable
    told = "There was no melding with the answer, which points to a wrong base_url"
    assert error.hint == f"{TABLE[Situation.UNKNOWN_SCHOOL].hint}. {told}"
    assert "no melding" not in str(error_of([answer(405, {"melding": "onbekend"})]))


def test_what_the_peer_wrote_is_kept_apart() -> None:
    error = error_of([answer(422, {"melding": "Leerling Jansen"})])
    assert error.melding == "Leerling Jansen"
    assert "Jansen" not in str(error) + repr(error)


@pytest.mark.parametrize(
    ("response", "text"),
    [
        (answer(202, {"melding": "ja"}), "ja"),
        (answer(400, {"detail": "nee"}, headers={"content-type": "application/problem+json"}), "nee"),
        (answer(202, ["x"]), ""),
        (answer(204, {"melding": "ja"}), ""),
        (answer(202), ""),
        (Response(202, {"content-type": "application/json"}, b"{"), ""),
        (Response(202, {"content-type": "application/json"}, b"\xff"), ""),
        (Response(202, {"content-type": "application/json"}, b"[" * 60_000), ""),
        (Response(202, {"content-type": "application/json"}, b'{"melding": ' + b"9" * 6000 + b"}"), ""),
        (Response(405, {"content-type": "Text/Plain; charset=x"}, b"M\xffthod"), "M\N{REPLACEMENT CHARACTER}thod"),
        (Response(405, {"content-type": "text/plain"}, b"x" * 9000), "x" * 2000),
        (Response(405, {"content-type": "text/html"}, b"<p>"), ""),
        (Response(405, {}, b"x"), ""),
    ],
)
def test_melding(response: Response, text: str) -> None:
    assert melding_in(response) == text


@pytest.mark.parametrize("error", [GivenUpError(), StoreError("full")])
@pytest.mark.parametrize("sent", [0, 1, 2])
def test_what_was_sent_is_told_when_it_is_not_gone_on_with(sent: int, error: Exception) -> None:
    events: list[Event] = []
    looks = 0

    def before() -> Flow[None]:
        nonlocal looks
        looks += 1
        if looks > sent:
            raise error
        return
        yield

    given = Conditions(Retry(wait=wait_none()), 30.0, lambda: NOW, on_event=events.append, before=before)
    with pytest.raises(type(error)):
        drive(call(request(), given), [answer(500)] * 3)
    assert [(event.result, event.outcomes) for event in events] == ([("given up", ("500",) * sent)] if sent else [])
    assert [event.seconds for event in events] == ([pytest.approx(0.1 * sent)] if sent else [])


def test_looking_first_leaves_the_pauses_and_the_time_as_they_are() -> None:
    def before() -> Flow[None]:
        return
        yield

    given = Conditions(Retry(wait=wait_fixed(2)), 20.0, lambda: NOW, before=before)
    outcomes = [fault(FaultKind.NO_ANSWER, seconds=1), answer(202)]
    _, transport, pauses = drive(call(request(), given, after=5), outcomes)
    assert pauses == [5, 2]
    assert [made.deadline for made in transport.requests] == [15, 12]
