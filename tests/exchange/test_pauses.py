"""How long a call waits and how often it tries: what the peer asks, the time there is, and strategies of tenacity."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import tenacity
from support import NOW, answer, conditions, drive, fault, request
from support.situations import QUICK, error_of
from tenacity import stop_after_attempt, stop_after_delay, stop_before_delay, stop_never, wait_chain, wait_fixed

from doorstroom_client import Retry
from doorstroom_client.errors import ConfigurationError, NoAnswer, OngeldigBericht, Unavailable
from doorstroom_client.events import Event
from doorstroom_client.exchange.call import SHORTEST, Conditions, call
from doorstroom_client.exchange.circuit import CAPACITY, TRANSIENT_COST, Circuits
from doorstroom_client.transport.request import FaultKind


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

        bounds = Conditions(policy, 10, lambda: NOW, circuits=(health := Circuits()))
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
