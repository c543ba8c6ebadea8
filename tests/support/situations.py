"""An outcome for each situation that there is, and the error that a call over outcomes ends in."""

from __future__ import annotations

from typing import Any

import pytest
from tenacity import wait_none

from doorstroom_client import Retry
from doorstroom_client.errors import DoorstroomError, Phase
from doorstroom_client.exchange.call import call
from doorstroom_client.exchange.decisions import Situation
from doorstroom_client.transport.request import FaultKind, Operation, Outcome
from support import answer, conditions, drive, fault, request

SITUATIONS: dict[Situation, Outcome] = {
    Situation.DELIVERED: answer(202),
    Situation.FOUND: answer(200, {}),
    Situation.NOTHING_YET: answer(204),
    Situation.NOT_FOUND: answer(404, {"melding": "Jansen"}),
    Situation.NOT_KEPT: fault(FaultKind.NOT_KEPT, "disk"),
    Situation.NO_MANDATE: answer(401),
    Situation.CLOSED: answer(403, {"melding": "Jansen"}),
    Situation.UNKNOWN_SCHOOL: answer(405, {"melding": "Jansen"}),
    Situation.INVALID: answer(422),
    Situation.THROTTLED: answer(429),
    Situation.BUSY: answer(503),
    Situation.SERVER_ERROR: answer(500),
    Situation.REDIRECT: answer(302, headers={"location": "https://evil.example"}),
    Situation.UNEXPECTED: answer(418),
    Situation.NOT_THEIRS: answer(405, headers={"x-amzn-waf-action": "captcha"}),
    Situation.NOT_CONNECTED: fault(FaultKind.CONNECT, "connect", phase=Phase.NOT_SENT),
    Situation.NO_ANSWER: fault(FaultKind.NO_ANSWER, "read"),
    Situation.DEADLINE: fault(FaultKind.DEADLINE, "deadline"),
    Situation.TOO_LARGE: fault(FaultKind.TOO_LARGE, "size"),
    Situation.THEIR_CERTIFICATE: fault(FaultKind.THEIR_CERTIFICATE, "expired", phase=Phase.NOT_SENT),
    Situation.OUR_CERTIFICATE: fault(FaultKind.OUR_CERTIFICATE, "own_certificate", phase=Phase.REFUSED),
    Situation.TLS_SETTINGS: fault(FaultKind.TLS_SETTINGS, "handshake", phase=Phase.NOT_SENT),
    Situation.WRONG_PEER: fault(FaultKind.WRONG_PEER, "oin", phase=Phase.NOT_SENT),
}


QUICK = Retry(wait=wait_none())


def error_of(outcomes: list[Outcome], *, operation: Operation = Operation.REGISTREREN, **bounds: Any) -> Any:
    """The error that a call over these outcomes ends in."""
    bounds.setdefault("retry", QUICK)
    with pytest.raises(DoorstroomError) as caught:
        drive(call(request(operation), conditions(**bounds)), outcomes)
    return caught.value
