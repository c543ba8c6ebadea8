"""One call walks the decision table: actions, error classes, attempts, pauses and the total time."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from typing import Any

import pytest
import tenacity
from support import JSON, NOW, answer, conditions, drive, fault, request
from support.situations import SITUATIONS
from tenacity import stop_after_attempt, stop_after_delay, stop_before_delay, stop_never, wait_chain, wait_fixed, wait_none

from doorstroom_client import Retry
from doorstroom_client.errors import (
    ConfigurationError,
    DeadlineExceeded,
    DoorstroomError,
    NoAnswer,
    OngeldigBericht,
    Refused,
    SchoolOnbekend,
    StoreError,
    TlsError,
    TransportError,
    Unavailable,
    UnexpectedResponse,
)
from doorstroom_client.events import Event
from doorstroom_client.exchange.call import SHORTEST, Answer, Conditions, GivenUpError, UnsureError, call, melding_in
from doorstroom_client.exchange.circuit import CAPACITY, TRANSIENT_COST, Circuits
from doorstroom_client.exchange.decisions import TABLE, Action, Situation, classify
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.transport.request import FaultKind, Operation, Outcome, Response

QUICK = Retry(wait=wait_none())


def error_of(outcomes: list[Outcome], *, operation: Operation = Operation.REGISTREREN, **bounds: Any) -> Any:
    """The error that a call over these outcomes ends in."""
    bounds.setdefault("retry", QUICK)
    with pytest.raises(DoorstroomError) as caught:
        drive(call(request(operation), conditions(**bounds)), outcomes)
    return caught.value


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


def test_a_short_retry_after_replaces_our_own_pause() -> None:
    asked = answer(503, headers={"retry-after": "7"})
    _, _, pauses = drive(call(request(), conditions(Retry(wait=wait_fixed(1)))), [asked, answer(202)])
    assert pauses == [7.0]


def test_a_moment_to_call_again_counts_from_our_clock_when_the_peer_tells_none() -> None:
    asked = answer(503, headers={"retry-after": "Tue, 10 Mar 2026 12:00:07 GMT"})
    _, _, pauses = drive(call(request(), conditions(QUICK)), [asked, answer(202)])
    assert pauses == [7.0]


def test_retry_after_zero_is_at_once() -> None:
    asked = answer(429, headers={"retry-after": "0"})
    got, _, pauses = drive(call(request(), conditions(Retry(wait=wait_fixed(1)))), [asked, answer(202)])
    assert pauses == []
    assert len(got.attempts) == 2


def test_a_long_retry_after_ends_the_call() -> None:
    error = error_of([answer(503, headers={"retry-after": "21"})], total=100)
    assert type(error) is Unavailable
    assert error.retry_at == NOW + dt.timedelta(seconds=21)
    assert error.status == 503
    assert len(error.attempts) == 1


def test_the_longest_wait_itself_is_still_waited() -> None:
    asked = answer(503, headers={"retry-after": "20"})
    _, _, pauses = drive(call(request(), conditions(QUICK, total=100)), [asked, answer(202)])
    assert pauses == [20.0]


@pytest.mark.parametrize("text", ["-1", "soon", "3.5", ""])
def test_a_bad_retry_after_leaves_our_own_pause(text: str) -> None:
    asked = answer(503, headers={"retry-after": text})
    _, _, pauses = drive(call(request(), conditions(Retry(wait=wait_fixed(3)))), [asked, answer(202)])
    assert pauses == [3.0]


def test_a_bad_retry_after_gives_no_moment() -> None:
    assert error_of([answer(503, headers={"retry-after": "x"})] * 3).retry_at is None


def test_retry_after_does_not_add_attempts() -> None:
    error = error_of([answer(429, headers={"retry-after": "0"})] * 9)
    assert len(error.attempts) == 3
    assert error.retry_at == NOW


def test_retry_after_on_a_final_answer_is_no_reason_to_repeat() -> None:
    error = error_of([answer(422, headers={"retry-after": "0"})])
    assert type(error) is OngeldigBericht


def test_an_own_wait_may_be_longer_than_what_a_peer_may_ask_for() -> None:
    retry = Retry(wait=wait_fixed(3), longest_wait=1)
    _, _, pauses = drive(call(request(), conditions(retry)), [answer(500), answer(202)])
    assert pauses == [3.0]


def test_each_attempt_gets_the_time_that_is_left() -> None:
    retry = Retry(wait=wait_fixed(2))
    _, transport, _ = drive(
        call(request(connect=10.0), conditions(retry, total=20)),
        [fault(FaultKind.NO_ANSWER, seconds=8), fault(FaultKind.NO_ANSWER, seconds=5), answer(202)],
    )
    assert [item.deadline for item in transport.requests] == [20, 10, 3]
    assert [item.connect for item in transport.requests] == [10, 10, 3]


def test_no_attempt_starts_when_the_total_time_would_be_over() -> None:
    error = error_of([fault(FaultKind.NO_ANSWER, seconds=8)] * 2, retry=Retry(wait=wait_fixed(2)), total=12.04)
    assert type(error) is NoAnswer
    assert len(error.attempts) == 2
    error = error_of([fault(FaultKind.NO_ANSWER, seconds=10)], retry=Retry(wait=wait_fixed(2)), total=12.04)
    assert len(error.attempts) == 1
    error = error_of([fault(FaultKind.NO_ANSWER, seconds=8)], retry=Retry(wait=wait_fixed(2)), total=8 + 2 + SHORTEST)
    assert len(error.attempts) == 1


def test_a_peer_cannot_stretch_the_call_with_retry_after() -> None:
    asked = answer(503, headers={"retry-after": "10"}, seconds=1)
    error = error_of([asked, asked], total=15)
    assert len(error.attempts) == 2
    assert error.retry_at == NOW + dt.timedelta(seconds=10)


def test_the_time_before_the_first_attempt_counts() -> None:
    _, transport, pauses = drive(call(request(), conditions(QUICK, total=20), after=5), [answer(202)])
    assert (pauses, transport.requests[0].deadline) == ([5], 15)


def test_a_share_of_the_time_stays_for_what_follows() -> None:
    flow = call(request(), conditions(QUICK, total=20), share=0.5)
    _, transport, _ = drive(flow, [fault(FaultKind.NO_ANSWER, seconds=4), answer(202)])
    assert [made.deadline for made in transport.requests] == [10, 8]


@pytest.mark.parametrize("situation", [Situation.NO_ANSWER, Situation.DEADLINE, Situation.SERVER_ERROR])
def test_a_hint_speaks_of_what_was_called(situation: Situation) -> None:
    hints = {operation: TABLE[situation].hint_for(operation) for operation in Operation}
    for operation in (Operation.LEERLINGRAPPORT, Operation.OSR, Operation.OSR_REGISTREREN, Operation.OSR_WIJZIGEN):
        assert "list" not in hints[operation]
        assert ("no harm" in hints[operation]) is (operation is Operation.OSR_WIJZIGEN)
        assert ("timeouts" in hints[operation]) is (situation is Situation.DEADLINE)
    assert "look in the register" in hints[Operation.OSR_REGISTREREN]
    assert "no harm" in hints[Operation.SCHOOLADVIEZEN]


def test_a_tiny_total_still_makes_one_attempt() -> None:
    _, transport, _ = drive(call(request(), conditions(QUICK, total=0.01)), [answer(202)])
    assert transport.requests[0].deadline == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("stop", "attempts"),
    [
        (stop_after_attempt(1), 1),
        (stop_after_attempt(2), 2),
        (stop_after_attempt(3) | stop_after_delay(20), 3),
        (stop_after_attempt(9) | stop_after_delay(20), 4),
        (stop_after_attempt(2) & stop_after_delay(20), 4),
        (stop_after_delay(0), 1),
        (tenacity.stop_any(stop_after_attempt(5), stop_after_delay(13)), 3),
    ],
    ids=range(7),
)
def test_stop_strategies_of_tenacity(stop: tenacity.stop.stop_base, attempts: int) -> None:
    # Attempts end at 5, 11, 17 and 23 s.
    error = error_of([fault(FaultKind.NO_ANSWER, seconds=5)] * 9, retry=Retry(stop=stop, wait=wait_fixed(1)), total=100)
    assert len(error.attempts) == attempts


def test_stop_before_delay_counts_the_coming_pause() -> None:
    retry = Retry(stop=stop_before_delay(10), wait=wait_fixed(8))
    error = error_of([fault(FaultKind.NO_ANSWER, seconds=3)] * 9, retry=retry, total=100)
    assert len(error.attempts) == 1  # another one would start at 11 s


def test_wait_strategies_of_tenacity() -> None:
    retry = Retry(stop=stop_after_attempt(4), wait=wait_chain(wait_fixed(1), wait_fixed(2), wait_fixed(4)))
    _, _, pauses = drive(call(request(), conditions(retry)), [answer(500)] * 3 + [answer(202)])
    assert pauses == [1.0, 2.0, 4.0]


class Own:
    """A policy of one's own, that is asked for ever and knows no bound."""

    longest_wait, circuit_after, circuit_seconds = 20.0, 0, 0.0

    def __init__(self, given: Any) -> None:
        self.given = given

    def pause(self, attempts: int, elapsed: float) -> Any:
        return self.given


NO_PAUSE = [0, -0.0, -1.0, -1e300, float("nan"), float("-inf"), "nan"]
NO_MORE = [float("inf"), 1e300, 10**400, None, "soon", dt.timedelta(seconds=1), ()]


def policies(given: Any) -> list[Any]:
    """The same wait as a strategy of tenacity, without an end, and as a policy of one's own."""
    return [Retry(stop=stop_never, wait=lambda state: given), Own(given)]  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("awaited", [False, True], ids=["run", "arun"])
@pytest.mark.parametrize("given", NO_PAUSE, ids=repr)
def test_a_wait_of_nothing_or_less_is_no_pause_and_no_endless_loop(given: Any, awaited: bool) -> None:
    """The total time still ends the call, and where attempts take none, the budget of the peer does."""
    for policy in policies(given):
        flow = call(request(), conditions(policy, total=10))
        with pytest.raises(Unavailable) as caught:
            drive(flow, [answer(500, seconds=1)] * 99, awaited=awaited)
        assert [attempt.waited for attempt in caught.value.attempts] == [0.0] * 10

        bounds = Conditions(policy, 10, lambda: NOW, health=(health := Circuits()))
        with pytest.raises(Unavailable) as caught:
            drive(call(request(), bounds), [answer(500, seconds=0)] * 99, awaited=awaited)
        assert len(caught.value.attempts) == 1 + CAPACITY // TRANSIENT_COST
        assert health.tokens(request().peer.base_url) < TRANSIENT_COST


@pytest.mark.parametrize("given", NO_PAUSE, ids=repr)
def test_no_attempt_gets_more_than_the_total_time_by_a_wait_below_zero(given: Any) -> None:
    for policy in policies(given):
        got, transport, pauses = drive(
            call(request(), conditions(policy, total=10)), [answer(500, seconds=4), answer(500, seconds=4), answer(202)]
        )
        assert ([made.deadline for made in transport.requests], pauses) == ([10, 6, 2], [])
        assert len(got.attempts) == 3


@pytest.mark.parametrize("given", NO_MORE, ids=lambda given: repr(given)[:12])
def test_a_wait_without_end_or_that_is_no_number_ends_the_call_in_what_came_of_it(given: Any) -> None:
    """It is told and counted as any other: the list may have arrived."""
    for policy in policies(given):
        events: list[Event] = []
        bounds = Conditions(policy, 10, lambda: NOW, on_event=events.append)
        with pytest.raises(Unavailable) as caught:
            drive(call(request(), bounds), [answer(500)])
        assert len(caught.value.attempts) == 1
        assert caught.value.retryable
        assert [event.outcomes for event in events] == [("500",)]


def test_plain_functions_will_do_and_a_wait_below_zero_gives_no_stop_strategy_more_time() -> None:
    retry = Retry(stop=lambda state: state.attempt_number >= 2, wait=lambda state: -1.0)  # type: ignore[arg-type, return-value]
    assert len(error_of([answer(500)] * 9, retry=retry).attempts) == 2
    retry = Retry(stop=stop_before_delay(10), wait=lambda state: -1e9)  # type: ignore[arg-type, return-value]
    assert len(error_of([fault(FaultKind.NO_ANSWER, seconds=6)] * 9, retry=retry, total=99).attempts) == 2


def test_the_default_pause_is_jitter_up_to_twenty_seconds() -> None:
    retry = Retry(stop=stop_after_attempt(20))
    drawn = [retry.pause(attempt, 0.0) for attempt in range(1, 12) for _ in range(50)]
    assert all(pause is not None and 0 <= pause <= 20 for pause in drawn)
    assert len(set(drawn)) > 400
    assert all((retry.pause(1, 0.0) or 0) <= 1 for _ in range(50))


def test_never_is_one_attempt() -> None:
    assert len(error_of([answer(503)], retry=Retry.never()).attempts) == 1


@pytest.mark.parametrize("bad", [{"stop": 3}, {"wait": 2.0}])
def test_other_strategies_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Retry(**bad)
    name = next(iter(bad))
    assert caught.value.setting == f"retry.{name}"
    assert str(caught.value).startswith(f"retry.{name} must be a tenacity {name} strategy")


@pytest.mark.parametrize("bad", [-1, float("nan"), "20", None, True, 21600.5])
def test_an_unusable_longest_wait_is_refused(bad: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Retry(longest_wait=bad)
    assert caught.value.setting == "retry.longest_wait"
    assert "a number of seconds from 0 to 21600" in str(caught.value)


@pytest.mark.parametrize("good", [0, 0.5, 21600])
def test_the_bounds_of_the_longest_wait_may_be_used(good: float) -> None:
    assert Retry(longest_wait=good).longest_wait == good


def test_a_strategy_is_shown_the_state_that_tenacity_would_make() -> None:
    seen: list[tenacity.RetryCallState] = []

    def wait(state: tenacity.RetryCallState) -> float:
        seen.append(state)
        return 7.0

    def stop(state: tenacity.RetryCallState) -> bool:
        return state.upcoming_sleep != 7.0 or state.seconds_since_start != 20.0

    assert Retry(stop=stop, wait=wait).pause(2, 20.0) == 7.0  # type: ignore[arg-type]
    (state,) = seen
    assert (state.attempt_number, state.args, state.kwargs, state.fn) == (2, (), {}, None)
    assert isinstance(state.retry_object, tenacity.Retrying)


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
