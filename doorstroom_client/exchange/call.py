"""One call: attempts until there is an answer, a decision that it ends, or no time left."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import field, replace
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import (
    DeadlineExceeded,
    DoorstroomError,
    Earlier,
    NoAnswer,
    Refused,
    StoreError,
    TlsError,
    TransportError,
    Unavailable,
    UnexpectedResponse,
)
from doorstroom_client.events import OnEvent, Teller
from doorstroom_client.exchange.answer_body import json_in, readable
from doorstroom_client.exchange.circuit import THROTTLED_COST, TRANSIENT_COST, Circuits
from doorstroom_client.exchange.decisions import TABLE, Action, Row, Situation, classify
from doorstroom_client.exchange.flow import Attempt, Flow, Pause
from doorstroom_client.exchange.retry import RetryPolicy, retry_after, seconds_of
from doorstroom_client.messages.melding import MELDING_LIMIT, melding_of
from doorstroom_client.parties.url import Origin
from doorstroom_client.transport.request import Fault, Outcome, Request, Response

SHORTEST = 0.05
"""Seconds; less is no time to connect in."""


@frozen
class Answer:
    """What a call ended in.

    Attributes:
        response: the answer itself.
        situation: what it means.
        attempts: all attempts, the one that got this answer last.
        request_id: identifies the call in the log.
    """

    response: Response
    situation: Situation
    attempts: tuple[Earlier, ...]
    request_id: str = ""

    @property
    def melding(self) -> str:
        """What the peer wrote; may be about a pupil."""
        return melding_in(self.response)


@frozen
class Conditions:
    """What bounds a call.

    Attributes:
        retry: how often and after how long to repeat.
        total: seconds that the whole call may take.
        now: the wall clock (UTC), for Retry-After and events.
        circuits: budget and circuit of each peer.
        las_oin: gives our own OIN, for events.
        on_event: is told of every call that ended.
        before: runs right before every attempt, after any wait; it may raise `GivenUpError`.
        las_naam: how a school calls its LAS, for the texts of errors.
    """

    retry: RetryPolicy
    total: float
    now: Callable[[], dt.datetime]
    circuits: Circuits = field(default_factory=Circuits)
    las_oin: Callable[[], str | None] = lambda: None
    on_event: OnEvent | None = None
    before: Callable[[], Flow[None]] | None = None
    las_naam: str = ""

    @property
    def teller(self) -> Teller:
        """Tells what became of a call."""
        return Teller(self.las_oin, self.now, self.on_event)


class GivenUpError(Exception):
    """Raised by `Conditions.before`: the call must not go on."""


class UnsureError(Exception):
    """A call that must not be repeated blind ended without telling whether it was applied.

    Attributes:
        error: what to raise when looking does not settle it.
        asked: seconds that the peer asked to wait.
    """

    def __init__(self, error: DoorstroomError, asked: float | None) -> None:
        super().__init__(str(error))
        self.error = error
        self.asked = asked


def call(request: Request, conditions: Conditions, *, after: float = 0.0, share: float = 1.0) -> Flow[Answer]:
    """Make a request until the decision table says that it ends.

    The bytes of the body are the same on every attempt, and the time that is left bounds each attempt.

    Args:
        request: what to send.
        conditions: what bounds the call.
        after: seconds to wait before the first attempt; they count in the total time.
        share: part of the time that is left which an attempt may take; the rest is for what has to follow the call.

    Raises:
        DoorstroomError: of the class that the table names, with every attempt that was made.
        UnsureError: the table says that somebody has to look first.
    """
    health, peer = conditions.circuits, request.peer.base_url
    this_call = object()
    closed = health.admit(peer, this_call)
    if closed > 0:
        raise _circuit_open(request, conditions, closed)
    try:
        return (yield from _attempts(request, conditions, after, share))
    except GeneratorExit:
        _tell(request, conditions, "cancelled", (), 0.0)
        raise
    finally:
        health.released(peer, this_call)


def _attempts(request: Request, conditions: Conditions, after: float, share: float) -> Flow[Answer]:
    elapsed = 0.0
    spent = 0
    attempts: tuple[Earlier, ...] = ()
    while True:
        left = max(SHORTEST, (conditions.total - elapsed - after) * share)
        waited = after
        if conditions.before is not None:
            yield Pause(after)
            try:
                yield from conditions.before()
            except Exception:
                if attempts:  # what was sent is told, also when it is not gone on with
                    _tell(request, conditions, "given up", attempts, elapsed)
                raise
            elapsed, after = elapsed + waited, 0.0
        outcome = yield Attempt(replace(request, deadline=left, connect=min(request.connect, left)), after)
        elapsed += after + outcome.seconds
        situation = classify(outcome, request.operation)
        row = TABLE[situation]
        attempts += (Earlier(len(attempts) + 1, _short(outcome), outcome.seconds, waited),)
        action = row.action(request.operation)
        if action is Action.ANSWER and isinstance(outcome, Response):
            _note_health(request, conditions, situation, spent)
            _tell(request, conditions, situation, attempts, elapsed)
            return Answer(outcome, situation, attempts, request.request_id)
        asked = retry_after(outcome.headers, conditions.now()) if isinstance(outcome, Response) else None
        pause = _pause(action, situation, asked, len(attempts), elapsed, conditions)
        cost = THROTTLED_COST if situation is Situation.THROTTLED else TRANSIENT_COST
        if pause is None or not conditions.circuits.spend(request.peer.base_url, cost):
            error = _error(request, row, action, outcome, attempts, asked, conditions)
            _note_health(request, conditions, situation, spent, error.message)
            _tell(request, conditions, situation, attempts, elapsed)
            if action is Action.VERIFY:
                raise UnsureError(error, asked)
            raise error
        spent += cost
        after = pause


_SICK = (Situation.SERVER_ERROR, Situation.BUSY, Situation.NOT_CONNECTED, Situation.NO_ANSWER, Situation.DEADLINE)
"""Situations that say something is wrong with the peer; any other answer shows that it is alive."""


def _note_health(request: Request, conditions: Conditions, situation: Situation, spent: int, why: str = "") -> None:
    peer, retry = request.peer.base_url, conditions.retry
    if situation in _SICK:
        conditions.circuits.failed(peer, retry.circuit_after, retry.circuit_seconds, why)
    else:
        earned = 0 if situation is Situation.THROTTLED else spent + 1
        conditions.circuits.succeeded(peer, earned)


def _circuit_open(request: Request, conditions: Conditions, closed: float) -> Unavailable:
    _tell(request, conditions, "circuit open", (), 0.0)
    why = conditions.circuits.why(request.peer.base_url)
    return Unavailable(
        f"{request.peer.naam} failed several times in a row, so it is left alone for {closed:.0f} more seconds"
        + (f". The last time: {why}" if why else ""),
        retry_at=conditions.now() + dt.timedelta(seconds=closed),
        peer=request.peer.naam,
        request_id=request.request_id,
        las_naam=conditions.las_naam,
        hint="Nothing was sent. Try again later (.retry_at says when)",
    )


def _pause(
    action: Action, situation: Situation, asked: float | None, made: int, elapsed: float, conditions: Conditions
) -> float | None:
    """Seconds to wait before another attempt; None when there is to be none in this call."""
    if action not in (Action.RETRY, Action.SCHEDULE) or situation is Situation.UNKNOWN_SCHOOL:
        return None  # a school becomes known in days, not in seconds
    own = seconds_of(conditions.retry.pause(made, elapsed))
    if own is None or (asked is not None and asked > conditions.retry.longest_wait):
        return None
    pause = own if asked is None else asked
    return None if elapsed + pause + SHORTEST >= conditions.total else pause


def _tell(request: Request, conditions: Conditions, result: str, attempts: tuple[Earlier, ...], elapsed: float) -> None:
    checksum = hashlib.sha256(request.body).hexdigest()[:16] if request.body else "-"
    conditions.teller(
        request.operation.value,
        str(result),
        f"{request.request_id} {checksum}",
        request.peer.oin,
        peer=request.peer.naam,
        outcomes=tuple(attempt.outcome for attempt in attempts),
        seconds=elapsed,
        serious=result in (Situation.WRONG_PEER, Situation.OUR_CERTIFICATE),
    )


_CAUSES = {
    "name": "the name does not resolve",
    "refused": "the connection was refused",
    "unreachable": "there is no way to it",
    "timeout": "no connection in time",
    "connect": "no connection",
    "handshake": "the TLS handshake failed",
    "oin": "another OIN in the certificate",
    "read": "no answer in time",
    "write": "the request was not taken in time",
    "deadline": "no answer in time",
    "protocol": "the connection broke off, or what came is no HTTP",
    "tls": "the connection broke off",
    "half": "half a document came",
    "size": "too large, or compressed",
}
"""Code of a fault -> its cause in words; any other code stands as it is, such as ``expired``."""


_NO_WORD_WITH_405 = ". There was no melding with the answer, which points to a wrong base_url"


def _where(request: Request) -> str:
    """The host of the party, and its port when that is not the usual one; never more of the address."""
    return Origin.of(request.peer.base_url).shown


def _cause(outcome: Outcome) -> str:
    """Why there is no answer, or no whole one, in a few words."""
    fault = outcome if isinstance(outcome, Fault) else outcome.cut
    code = "half" if fault is None else fault.code or fault.kind.value
    return _CAUSES.get(code, code)


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
    message = f"{request.peer.naam} {row.text_for(request.operation)}{tries}"
    details: dict[str, Any] = {
        "hint": row.hint_for(request.operation),
        "retryable": action in (Action.RETRY, Action.SCHEDULE, Action.VERIFY),
        "request_id": request.request_id,
        "attempts": attempts,
        "peer": request.peer.naam,
        "las_naam": conditions.las_naam,
    }
    if kind is StoreError:
        del details["peer"]
        return kind(message, **details)
    if isinstance(outcome, Fault) or issubclass(kind, NoAnswer | DeadlineExceeded):
        message = f"{message} ({_where(request)}: {_cause(outcome)})"
    if isinstance(outcome, Fault):
        if issubclass(kind, TransportError):
            details["phase"] = outcome.phase
        if issubclass(kind, TlsError):
            details["code"] = outcome.code
        return kind(message, **details)
    if issubclass(kind, TlsError):  # told in HTTP, as nginx does, and not in TLS
        return kind(f"{message} (status {outcome.status})", code="own_certificate", **details)
    if issubclass(kind, Refused | UnexpectedResponse):
        details |= {"status": outcome.status, "melding": melding_in(outcome)}
        details["hint"] += _NO_WORD_WITH_405 if outcome.status == 405 and not details["melding"] else ""
        message += f" (status {outcome.status})" if kind is UnexpectedResponse else ""
    elif issubclass(kind, Unavailable):
        details["status"] = outcome.status
        details["retry_at"] = None if asked is None else conditions.now() + dt.timedelta(seconds=asked)
    return kind(message, **details)


def melding_in(response: Response) -> str:
    """The text that came with an answer: of JSON whatever it says that it is, else plain text (quirk Q26)."""
    if response.status == 204:
        return ""
    body = readable(response)
    document = json_in(body)
    if isinstance(document, dict) or not response.media_type.startswith("text/plain"):
        return melding_of(document)
    return body[: 4 * MELDING_LIMIT].decode("utf-8", "replace")[:MELDING_LIMIT]
