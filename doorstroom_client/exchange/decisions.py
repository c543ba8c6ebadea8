"""The decision table: what an outcome of a call means for each operation, such as a 404 for an unknown pupil.

A status code means what the chain says, not what HTTP says: 401 is a missing mandate, 403 a closed period, 405 a school
that the supplier does not know, 404 on a list probably a pupil it does not know (quirks Q4, Q5, Q6, Q24, Q25). And it means
that only in the words of the chain (promise F4): what stands in front of a supplier speaks with the same codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import TypeVar

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import (
    AanleveringGesloten,
    ConnectError,
    DeadlineExceeded,
    DoorstroomError,
    GeenMandaat,
    LeerlingOnbekend,
    NoAnswer,
    OngeldigBericht,
    RapportOnbekend,
    RedirectRefused,
    SchoolOnbekend,
    StoreError,
    TlsError,
    Unavailable,
    UnexpectedResponse,
    WrongPeer,
)
from doorstroom_client.exchange.answer_body import Body, body_of, is_challenge, refuses_our_certificate
from doorstroom_client.messages.codec import decode_answer
from doorstroom_client.transport.request import FaultKind, Operation, Outcome, Response

T = TypeVar("T")


class Action(StrEnum):
    """What to do about an outcome."""

    ANSWER = "answer"
    """Give the answer to the caller, who wants it: delivered, found, not found, not ready."""
    RETRY = "retry"
    """Repeat within this call, as far as `Retry` and the total time allow."""
    SCHEDULE = "schedule"
    """Repeat when the peer says so; within this call only after a short pause."""
    HOLD = "hold"
    """Not in this call: somebody has to repair something first. The same message may be sent later."""
    FINAL = "final"
    """Not again: this message will not be accepted as it is."""
    VERIFY = "verify"
    """It may have been applied and must not be repeated blind: look first."""


class Situation(StrEnum):
    """Everything that can come of an attempt, told apart as far as decisions differ."""

    DELIVERED = "delivered"
    FOUND = "found"
    NOTHING_YET = "nothing yet"
    NOT_FOUND = "not found"
    NO_MANDATE = "no mandate"
    CLOSED = "closed"
    UNKNOWN_SCHOOL = "unknown school"
    INVALID = "invalid"
    THROTTLED = "throttled"
    BUSY = "busy"
    SERVER_ERROR = "server error"
    REDIRECT = "redirect"
    UNEXPECTED = "unexpected"
    NOT_THEIRS = "not theirs"
    NOT_CONNECTED = "not connected"
    NO_ANSWER = "no answer"
    DEADLINE = "deadline"
    TOO_LARGE = "too large"
    NOT_KEPT = "not kept"
    THEIR_CERTIFICATE = "their certificate"
    OUR_CERTIFICATE = "our certificate"
    TLS_SETTINGS = "tls settings"
    WRONG_PEER = "wrong peer"


_A, _R, _S, _H, _N, _V = Action.ANSWER, Action.RETRY, Action.SCHEDULE, Action.HOLD, Action.FINAL, Action.VERIFY
Actions = tuple[Action, Action, Action, Action, Action, Action]
ORDER = tuple(Operation)
"""The operations in the order of the columns."""
_OSR_CALLS = (Operation.OSR, Operation.OSR_REGISTREREN, Operation.OSR_WIJZIGEN)


def _for_osr(value: T) -> dict[Operation, T]:
    return dict.fromkeys(_OSR_CALLS, value)


@frozen
class Row:
    """One line of the table.

    Attributes:
        actions: per operation, in the order of `ORDER`.
        error: what is raised when the call ends with this outcome.
        text: what happened, for the error.
        hint: the next step.
        exceptions: error classes that differ for one operation.
        hints: next steps that differ for one operation.
        texts: what happened, where it is another thing for one operation.
    """

    actions: Actions
    error: type[DoorstroomError]
    text: str
    hint: str
    exceptions: Mapping[Operation, type[DoorstroomError]] = field(default_factory=dict[Operation, type[DoorstroomError]])
    hints: Mapping[Operation, str] = field(default_factory=dict[Operation, str])
    texts: Mapping[Operation, str] = field(default_factory=dict[Operation, str])

    def action(self, operation: Operation) -> Action:
        """What to do for `operation`."""
        return self.actions[ORDER.index(operation)]

    def error_for(self, operation: Operation) -> type[DoorstroomError]:
        """What to raise for `operation`."""
        return self.exceptions.get(operation, self.error)

    def text_for(self, operation: Operation) -> str:
        """What happened, for `operation`."""
        return self.texts.get(operation, self.text)

    def hint_for(self, operation: Operation) -> str:
        """The next step for `operation`."""
        return self.hints.get(operation, self.hint)


_OSR_REFUSES = "Check that the OSR accepts your client certificate and, where one is used, the API key and its header name"
_OSR_URL = "Check the base_url of the OSR, version prefix included"
_NO_REPORT = "Nothing of the report was kept; fetch it again later"
_NOTHING_LEARNED = "Nothing was changed; ask again later"
_LONGER = "A longer time can be set in timeouts"


def _asking_again(question: str) -> dict[Operation, str]:
    """The next step after silence of the OSR: a question is simply asked again, a write may have been applied."""
    return {
        Operation.OSR: question,
        Operation.OSR_REGISTREREN: "The address may have been registered; look in the register before it is written again",
        Operation.OSR_WIJZIGEN: "The change may have been made; making the same change again does no harm",
    }


_CHECK_ADDRESS = "Check its base_url and the network; nothing was sent, so the same call can be repeated"

TABLE: Mapping[Situation, Row] = {
    Situation.DELIVERED: Row((_A, _A, _H, _H, _A, _A), UnexpectedResponse, "answered 202, which has no meaning here", _OSR_URL),
    Situation.FOUND: Row(
        (_H, _H, _A, _A, _A, _A),
        UnexpectedResponse,
        "answered with another success code than 202, so there is no receipt",
        "Check its base_url: a portal or proxy may have answered. The message does not count as delivered",
    ),
    Situation.NOTHING_YET: Row(
        (_H, _H, _A, _H, _H, _A),
        UnexpectedResponse,
        "answered 204, which is no receipt",
        "Check its base_url",
        hints=_for_osr(_OSR_URL),
        texts=_for_osr("answered 204, so there is nothing in its answer"),
    ),
    Situation.NOT_FOUND: Row(
        (_H, _H, _N, _A, _N, _N),
        LeerlingOnbekend,
        "answered 404",
        "The list probably holds a pupil that the supplier does not know; send deelnemers first, or send the list without "
        "that pupil. When every list gets 404, base_url is wrong",
        {Operation.LEERLINGRAPPORT: RapportOnbekend, **_for_osr(UnexpectedResponse)},
        {
            Operation.REGISTREREN: "base_url is probably wrong: check it, version prefix included. It is the deelnemers that "
            "make pupils known, so none can be unknown; if the address is right, ask the supplier what it does not know",
            Operation.LEERLINGRAPPORT: "The supplier does not know this report; wait for a newer result of the pupil",
            **_for_osr("The OSR does not know this; check the ids"),
        },
    ),
    Situation.NO_MANDATE: Row(
        (_H, _H, _H, _H, _H, _H),
        GeenMandaat,
        "answered 401: the school has not mandated the sender, the receiver or both in the OSR",
        "Run the mandate check for this school. Only the OSR administrator of the board can repair it; teachers and "
        "schools cannot see the OSR",
        _for_osr(UnexpectedResponse),
        _for_osr(_OSR_REFUSES),
        _for_osr("answered 401: it does not know who asks"),
    ),
    Situation.CLOSED: Row(
        (_N, _N, _H, _H, _H, _H),
        AanleveringGesloten,
        "answered 403: the period for this delivery is closed",
        "Ask the supplier whether it can still be opened; the list was not taken in",
        {Operation.LEERLINGRAPPORT: UnexpectedResponse, **_for_osr(UnexpectedResponse)},
        {Operation.LEERLINGRAPPORT: "Ask the supplier why reports are not given out", **_for_osr(_OSR_REFUSES)},
        _for_osr("answered 403: whoever asks may not ask this"),
    ),
    Situation.UNKNOWN_SCHOOL: Row(
        (_S, _S, _H, _H, _H, _H),
        SchoolOnbekend,
        "answered 405: the school is not (yet) known there",
        "The school may not have signed up yet, or its vestigingscode is not the one registered with DUO. When no school is "
        "known, base_url is wrong",
        _for_osr(UnexpectedResponse),
        _for_osr(_OSR_URL),
        _for_osr("answered 405: it does not take this question at this address"),
    ),
    Situation.INVALID: Row(
        (_N, _N, _N, _N, _N, _N),
        OngeldigBericht,
        "refused the content of the message",
        "The answer is in .melding (it may be about a pupil, so do not log it). Check that the afspraak is the one of this "
        "school year",
        _for_osr(UnexpectedResponse),
        _for_osr("Check the namespace and the OINs in the configuration"),
        _for_osr("does not accept the question"),
    ),
    Situation.THROTTLED: Row(
        (_S, _S, _S, _S, _S, _S),
        Unavailable,
        "answered 429: too many requests",
        "Try again later (.retry_at says when)",
    ),
    Situation.BUSY: Row(
        (_S, _S, _S, _S, _V, _S),
        Unavailable,
        "answered 503: out of service for a while",
        "Try again later (.retry_at says when)",
    ),
    Situation.SERVER_ERROR: Row(
        (_R, _R, _R, _R, _V, _R),
        Unavailable,
        "keeps failing",
        "Call again later; repeating the same message does no harm",
        hints={Operation.LEERLINGRAPPORT: "Call again later", **_asking_again("Call again later")},
    ),
    Situation.REDIRECT: Row(
        (_H, _H, _H, _H, _H, _H),
        RedirectRefused,
        "answered with a redirect, which is never followed",
        "Ask the party for its right address and put that in base_url",
    ),
    Situation.UNEXPECTED: Row(
        (_H, _H, _H, _H, _H, _H),
        UnexpectedResponse,
        "gave an answer that has no meaning here",
        "Check its base_url: a proxy or another service may have answered",
    ),
    Situation.NOT_THEIRS: Row(
        (_H, _H, _H, _H, _H, _H),
        UnexpectedResponse,
        "gave an answer that is not in the words of the chain, such as a page or an error of a proxy",
        "Check its base_url, and ask the party what stands in front of its service. The message does not count as delivered, "
        "nor as refused: it can be sent again as it is",
        hints={Operation.LEERLINGRAPPORT: "Check its base_url, and ask the party what stands in front of its service"},
    ),
    Situation.NOT_CONNECTED: Row((_R, _R, _R, _R, _R, _R), ConnectError, "cannot be reached", _CHECK_ADDRESS),
    Situation.NO_ANSWER: Row(
        (_R, _R, _R, _R, _V, _R),
        NoAnswer,
        "gave no complete answer",
        "The message may have arrived; sending the same list again does no harm",
        hints={Operation.LEERLINGRAPPORT: _NO_REPORT, **_asking_again(_NOTHING_LEARNED)},
    ),
    Situation.DEADLINE: Row(
        (_R, _R, _R, _R, _V, _R),
        DeadlineExceeded,
        "did not answer within the total time",
        f"The message may have arrived; sending the same list again does no harm. {_LONGER}",
        hints={
            Operation.LEERLINGRAPPORT: f"{_NO_REPORT}. {_LONGER}",
            **{operation: f"{hint}. {_LONGER}" for operation, hint in _asking_again(_NOTHING_LEARNED).items()},
        },
    ),
    Situation.TOO_LARGE: Row(
        (_H, _H, _H, _H, _H, _H),
        UnexpectedResponse,
        "sent a larger answer than this call allows, or a compressed one",
        "Check its base_url; nothing of the answer was kept",
    ),
    Situation.NOT_KEPT: Row(
        (_H, _H, _H, _H, _H, _H),
        StoreError,
        "answered, but the answer could not be written to disk",
        "Free some space or choose another folder; there is no half file",
    ),
    Situation.THEIR_CERTIFICATE: Row(
        (_H, _H, _H, _H, _H, _H),
        TlsError,
        "shows a certificate that cannot be trusted",
        "Nothing was sent. Check the trust file and the clock of this machine; otherwise tell the party",
    ),
    Situation.OUR_CERTIFICATE: Row(
        (_H, _H, _H, _H, _H, _H),
        TlsError,
        "refuses our client certificate",
        "Check that the certificate is valid, may be used by a client, comes with its intermediates, is issued under "
        "PKIoverheid (or the test root for a test address) and is known to the party",
    ),
    Situation.TLS_SETTINGS: Row(
        (_H, _H, _H, _H, _H, _H),
        TlsError,
        "does not speak TLS 1.2 or newer with the required ciphers",
        "Nothing was sent. Check its base_url and its port, and tell the party",
    ),
    Situation.WRONG_PEER: Row(
        (_H, _H, _H, _H, _H, _H),
        WrongPeer,
        "shows a valid certificate of another organisation than the configured OIN",
        "Nothing was sent. Check oin and base_url with the party before you change either",
    ),
}
"""Situation -> what to do, per operation, and the error that it ends in."""

_FAULTS = {
    FaultKind.CONNECT: Situation.NOT_CONNECTED,
    FaultKind.THEIR_CERTIFICATE: Situation.THEIR_CERTIFICATE,
    FaultKind.OUR_CERTIFICATE: Situation.OUR_CERTIFICATE,
    FaultKind.TLS_SETTINGS: Situation.TLS_SETTINGS,
    FaultKind.WRONG_PEER: Situation.WRONG_PEER,
    FaultKind.NO_ANSWER: Situation.NO_ANSWER,
    FaultKind.DEADLINE: Situation.DEADLINE,
    FaultKind.TOO_LARGE: Situation.TOO_LARGE,
    FaultKind.NOT_KEPT: Situation.NOT_KEPT,
}


def _success(means: Situation) -> Mapping[Body, Situation]:
    """A success counts in any words but those of a page: of a receipt nothing in the body is needed (promise O8)."""
    return {**dict.fromkeys(Body, means), Body.PAGE: Situation.NOT_THEIRS}


def _refusal(means: Situation, *, empty: bool) -> Mapping[Body, Situation]:
    """A refusal counts in the words of the chain, and without any where `empty` says so."""
    words = {Body.MELDING, Body.PROBLEM, *([Body.EMPTY] if empty else [])}
    return {body: means if body in words else Situation.NOT_THEIRS for body in Body}


ANSWERS: Mapping[int, Mapping[Body, Situation]] = {
    200: _success(Situation.FOUND),
    201: _success(Situation.FOUND),
    202: _success(Situation.DELIVERED),
    204: _success(Situation.NOTHING_YET),
    400: _refusal(Situation.INVALID, empty=False),
    401: _refusal(Situation.NO_MANDATE, empty=True),
    403: _refusal(Situation.CLOSED, empty=False),
    404: _refusal(Situation.NOT_FOUND, empty=True),
    405: _refusal(Situation.UNKNOWN_SCHOOL, empty=True),
    413: _refusal(Situation.INVALID, empty=False),
    415: _refusal(Situation.INVALID, empty=False),
    422: _refusal(Situation.INVALID, empty=True),
}
"""What an answer of a supplier says, by its status and by what its body is.

Without a body 401, 404, 405 and 422 still count: they end in nothing that cannot be repaired by itself, or come from nothing
that stands in front of a supplier. 400, 403, 413 and 415 do not: what parks a list is not read into the silence of a proxy.
"""
_PASSING = {
    408: Situation.SERVER_ERROR,
    429: Situation.THROTTLED,
    500: Situation.SERVER_ERROR,
    502: Situation.SERVER_ERROR,
    503: Situation.BUSY,
    504: Situation.SERVER_ERROR,
}
"""What passes by itself, whoever says it."""


def classify(outcome: Outcome, operation: Operation) -> Situation:
    """Name the situation that an outcome is.

    A receipt counts even when its body broke off or was framed wrongly: nothing in it is needed, and sending again would only
    repeat what was delivered. Where the body is the answer, half a body is none, and neither is it where the body has to tell
    whose answer it is. An answer that was still coming in when the total time was over is no answer for any operation: the
    call ends at its deadline, and nothing is read out of a part.
    """
    if not isinstance(outcome, Response):
        return _FAULTS[outcome.kind]
    cut = outcome.cut
    if cut is not None and cut.kind is FaultKind.DEADLINE:
        return Situation.DEADLINE
    if outcome.status not in _PASSING and refuses_our_certificate(outcome):
        return Situation.OUR_CERTIFICATE
    theirs = operation in _OSR_CALLS and not is_challenge(outcome)  # what the register says is judged by who asks
    body = Body.MELDING if theirs else body_of(outcome)
    if cut is not None and not _stands_without_body(outcome, operation, body):
        return _FAULTS[cut.kind]
    if _is_half_a_document(outcome, operation):
        return Situation.NO_ANSWER
    if 300 <= outcome.status < 400:
        return Situation.REDIRECT
    if outcome.status in ANSWERS:
        return ANSWERS[outcome.status][body]
    return _PASSING.get(outcome.status, Situation.UNEXPECTED)


_PARTS_OF_LITERALS = {word[:count] for word in (b"true", b"false", b"null") for count in range(1, len(word))}


def _is_half_a_document(response: Response, operation: Operation) -> bool:
    """Whether the OSR says that it sends JSON, and what came is part of that: a length that is too short cuts a body unseen.

    An empty body, other media types and what cannot be a part of JSON are answers as they are.
    """
    if operation not in (Operation.OSR, Operation.OSR_REGISTREREN) or response.status not in (200, 201):
        return False
    body = response.body.strip(b"\xef\xbb\xbf \t\r\n")
    if not body or not response.media_type.endswith("json"):
        return False
    try:
        decode_answer(response.body)
    except ValueError:  # words and pages are something else under a wrong label, and not a part of JSON
        return operation is not Operation.OSR or body[0] in b'{["-0123456789' or body in _PARTS_OF_LITERALS
    except RecursionError:  # complete as far as anybody can tell
        return False
    return False


def _stands_without_body(response: Response, operation: Operation, body: Body) -> bool:
    """Whether an answer means the same, however its body ends."""
    success = 200 <= response.status < 300
    if operation is Operation.OSR_WIJZIGEN:
        return success
    if operation in _OSR_CALLS:
        return not success and response.status != 404
    if success:
        return operation is not Operation.LEERLINGRAPPORT  # what is not 202 is no receipt either way
    return response.status not in ANSWERS or body not in (Body.TEXT, Body.EMPTY)
