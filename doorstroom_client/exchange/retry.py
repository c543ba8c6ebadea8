"""How often and how long to try again: tenacity's strategies, asked by the flow.

Re-sending a list is safe in this chain: both lists are mutation deliveries, and a retry sends the same bytes. What may be
repeated at all is decided by the table in `decisions`; `Retry` only says how often and after how long.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from doorstroom_client.basics.answering import Answering
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError

if TYPE_CHECKING:  # loaded when the first policy is made, so that importing the package stays light
    from tenacity import Retrying
    from tenacity.stop import stop_base
    from tenacity.wait import wait_base

LONGEST_RETRY_AFTER = 6 * 3600.0
"""Seconds; a peer that asks for more is asked again after this long."""


@runtime_checkable
class RetryPolicy(Protocol, metaclass=Answering):
    """A policy of one's own: anything with these members can stand in for `Retry`.

    The decision table says what may be repeated, the total time of the call and the budget per peer bound it; a policy
    only says how often and after how long.
    """

    @property
    def longest_wait(self) -> float:
        """Seconds; a longer pause that a peer asks for ends the call."""
        ...

    @property
    def circuit_after(self) -> int:
        """Failing calls in a row that open the circuit of a peer; 0 for none."""
        ...

    @property
    def circuit_seconds(self) -> float:
        """Seconds that the circuit stays open."""
        ...

    def pause(self, attempts: int, elapsed: float) -> float | None:
        """Seconds to wait before the next attempt, after `attempts` that took `elapsed` seconds; None for no more.

        Less than 0 counts as 0, and so does NaN; what is no number counts as None.
        """
        ...


@frozen
class Retry:
    """When to try again within one call. The total time of the call (`Timeouts`) always bounds it.

    Attributes:
        stop: a tenacity strategy, e.g. ``stop_after_attempt(3) | stop_after_delay(20)``.
        wait: a tenacity strategy; the default is full jitter, 1 s doubling up to 20 s.
        longest_wait: seconds; when a peer asks for a longer pause, the call ends in `Unavailable` with `retry_at`.
        circuit_after: failing calls in a row to one peer after which further calls end at once in `Unavailable`, without
            a connection, until `circuit_seconds` have passed; then one call tries. 0 switches this off.
        circuit_seconds: seconds.
    """

    stop: stop_base = field(default_factory=lambda: _after(3))
    wait: wait_base = field(default_factory=lambda: _full_jitter())
    longest_wait: float = 20.0
    circuit_after: int = 5
    circuit_seconds: float = 30.0

    def __post_init__(self) -> None:
        if not callable(self.stop):
            raise ConfigurationError("retry.stop must be a tenacity stop strategy", setting="retry.stop")
        if not callable(self.wait):
            raise ConfigurationError("retry.wait must be a tenacity wait strategy", setting="retry.wait")
        longest: object = self.longest_wait
        if isinstance(longest, bool) or not isinstance(longest, int | float) or not 0 <= longest <= LONGEST_RETRY_AFTER:
            raise ConfigurationError(
                f"retry.longest_wait must be a number of seconds from 0 to {LONGEST_RETRY_AFTER:.0f}",
                setting="retry.longest_wait",
            )

    @classmethod
    def never(cls) -> Retry:
        """One attempt only."""
        return cls(stop=_after(1))

    def pause(self, attempts: int, elapsed: float) -> float | None:
        """Seconds to wait before the next attempt.

        Args:
            attempts: how many were made.
            elapsed: seconds since the first one began.

        Returns:
            None when no further attempt is to be made.
        """
        from tenacity import RetryCallState

        state = RetryCallState(retry_object=_settings(), fn=None, args=(), kwargs={})
        state.attempt_number = attempts
        state.start_time = 0.0
        state.outcome_timestamp = elapsed
        pause = seconds_of(self.wait(state))
        if pause is None:
            return None
        state.upcoming_sleep = pause
        return None if self.stop(state) else pause


def seconds_of(given: object) -> float | None:
    """The wait that a strategy or policy of somebody else gave, made safe to reckon with.

    Returns:
        0 for one below zero and for one that is no number at all times (NaN); None for what cannot be read as seconds, so
        that the call ends there in what came of it, instead of in an error about the strategy.
    """
    try:
        seconds = float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if seconds > 0 else 0.0


def _after(attempts: int) -> stop_base:
    from tenacity import stop_after_attempt

    return stop_after_attempt(attempts)


def _full_jitter() -> wait_base:
    from tenacity import wait_random_exponential

    return wait_random_exponential(multiplier=1, max=20)


@cache
def _settings() -> Retrying:
    """What tenacity wants to see with a state; nothing of it is used."""
    from tenacity import Retrying

    return Retrying()


def retry_after(headers: Mapping[str, str], now: dt.datetime) -> float | None:
    """The pause that a peer asks for in Retry-After, in seconds (RFC 9110, 10.2.3).

    A date counts from the peer's own Date header, so that a wrong clock on either side does no harm. Whatever is not a
    plain number of seconds or an HTTP date is ignored.

    Args:
        headers: of the answer, names in lower case.
        now: the moment of the answer, for a peer that sends no Date.
    """
    text = headers.get("retry-after", "").strip(" \t")
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), LONGEST_RETRY_AFTER)
    until = _http_date(text)
    if until is None:
        return None
    start = _http_date(headers.get("date", "").strip()) or now
    return min(max(0.0, (until - start).total_seconds()), LONGEST_RETRY_AFTER)


_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")


def _http_date(text: str) -> dt.datetime | None:
    if not _HTTP_DATE.fullmatch(text):
        return None
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
