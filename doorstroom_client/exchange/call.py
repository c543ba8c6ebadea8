"""One call: attempts until there is an answer, a decision that it ends, or no time left."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from doorstroom_client.errors import (
    DoorstroomError,
    Earlier,
    Refused,
    TlsError,
    TransportError,
    Unavailable,
    UnexpectedResponse,
)
from doorstroom_client.exchange.decisions import TABLE, Action, Row, Situation, classify
from doorstroom_client.exchange.flow import Attempt, Flow
from doorstroom_client.exchange.http import Fault, Outcome, Request, Response
from doorstroom_client.exchange.retry import Retry, retry_after
from doorstroom_client.messages.ontvangst import MELDING_LIMIT, melding_of

_logger = logging.getLogger("doorstroom_client")
_SHORTEST = 0.05
"""Seconds; less is no time to connect in."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call ended in.

    Attributes:
        response: the answer itself.
        situation: what it means.
        attempts: all attempts, the one that got this answer last.
    """

    response: Response
    situation: Situation
    attempts: tuple[Earlier, ...]

    @property
    def melding(self) -> str:
        """What the peer wrote; may be about a pupil."""
        return melding_in(self.response)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What bounds a call.

    Attributes:
        retry: how often and after how long to repeat.
        total: seconds that the whole call may take.
        now: the wall clock (UTC), for Retry-After.
    """

    retry: Retry
    total: float
    now: Callable[[], dt.datetime]


def call(request: Request, conditions: Conditions) -> Flow[Answer]:
    """Make a request until the decision table says that it ends.

    The bytes of the body are the same on every attempt, and the time that is left bounds each attempt.

    Raises:
        DoorstroomError: of the class that the table names, with every attempt that was made.
    """
    elapsed = after = 0.0
    attempts: tuple[Earlier, ...] = ()
    while True:
        left = max(_SHORTEST, conditions.total - elapsed - after)
        outcome = yield Attempt(replace(request, deadline=left, connect=min(request.connect, left)), after)
        elapsed += after + outcome.seconds
        situation = classify(outcome)
        row = TABLE[situation]
        attempts += (Earlier(len(attempts) + 1, _short(outcome), outcome.seconds, after),)
        action = row.action(request.operation)
        if action is Action.ANSWER and isinstance(outcome, Response):
            _log(request, situation, attempts, elapsed)
            return Answer(outcome, situation, attempts)
        asked = retry_after(outcome.headers, conditions.now()) if isinstance(outcome, Response) else None
        pause = _pause(action, situation, asked, len(attempts), elapsed, conditions)
        if pause is None:
            _log(request, situation, attempts, elapsed)
            raise _error(request, row, action, outcome, attempts, asked, conditions)
        after = pause


def _pause(
    action: Action, situation: Situation, asked: float | None, made: int, elapsed: float, conditions: Conditions
) -> float | None:
    """Seconds to wait before another attempt; None when there is to be none in this call."""
    if action not in (Action.RETRY, Action.SCHEDULE) or situation is Situation.UNKNOWN_SCHOOL:
        return None  # a school becomes known in days, not in seconds
    own = conditions.retry.pause(made, elapsed)
    if own is None or (asked is not None and asked > conditions.retry.longest_wait):
        return None
    pause = own if asked is None else asked
    return None if elapsed + pause + _SHORTEST >= conditions.total else pause


def _log(request: Request, situation: Situation, attempts: tuple[Earlier, ...], elapsed: float) -> None:
    """One line per call, by allow-list: no address, body, identity or text of the other side."""
    _logger.info(
        "%s peer=%s oin=%s result=%s attempts=%s seconds=%.3f request=%s payload=%s",
        request.operation.value,
        request.peer.naam,
        request.peer.oin or "-",
        situation.value,
        ",".join(attempt.outcome for attempt in attempts),
        elapsed,
        request.request_id,
        hashlib.sha256(request.body).hexdigest()[:16] if request.body else "-",
    )


def _short(outcome: Outcome) -> str:
    if isinstance(outcome, Response):
        return str(outcome.status)
    return f"{outcome.kind}:{outcome.code}" if outcome.code else str(outcome.kind)


def _error(
    request: Request,
    row: Row,
    action: Action,
    outcome: Outcome,
    attempts: tuple[Earlier, ...],
    asked: float | None,
    conditions: Conditions,
) -> DoorstroomError:
    kind = row.error_for(request.operation)
    tries = f" (after {len(attempts)} attempts)" if len(attempts) > 1 else ""
    message = f"{request.peer.naam} {row.text}{tries}"
    details: dict[str, Any] = {
        "hint": row.hint_for(request.operation),
        "retryable": action in (Action.RETRY, Action.SCHEDULE),
        "request_id": request.request_id,
        "attempts": attempts,
        "peer": request.peer.naam,
    }
    if isinstance(outcome, Fault):
        if issubclass(kind, TransportError):
            details["phase"] = outcome.phase
        if issubclass(kind, TlsError):
            details["code"] = outcome.code
            message = f"{message} ({outcome.code})"
        return kind(message, **details)
    if issubclass(kind, Refused | UnexpectedResponse):
        details |= {"status": outcome.status, "melding": melding_in(outcome)}
        if outcome.status == 405 and not details["melding"]:
            details["hint"] += ". There was no melding with the answer, which points to a wrong base_url"
        if kind is UnexpectedResponse:
            message = f"{message} (status {outcome.status})"
    elif issubclass(kind, Unavailable):
        details["status"] = outcome.status
        details["retry_at"] = None if asked is None else conditions.now() + dt.timedelta(seconds=asked)
    return kind(message, **details)


def melding_in(response: Response) -> str:
    """The text that came with an answer: from JSON when it says it is JSON, else plain text (quirk Q26)."""
    if response.status == 204 or not response.body:
        return ""
    if response.media_type.endswith("json"):
        try:
            return melding_of(json.loads(response.body))
        except (ValueError, RecursionError):
            return ""
    if response.media_type.startswith("text/plain"):
        return response.body[: 4 * MELDING_LIMIT].decode("utf-8", "replace")[:MELDING_LIMIT]
    return ""
