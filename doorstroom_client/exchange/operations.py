"""The three calls that a LAS makes to a supplier, each one flow."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from doorstroom_client.errors import Earlier, UnexpectedResponse
from doorstroom_client.exchange.call import Answer, Conditions, call
from doorstroom_client.exchange.decisions import Situation
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.exchange.http import Operation, Request, address
from doorstroom_client.exchange.leverancier import Leverancier
from doorstroom_client.exchange.rapport import RAPPORT_LIMIT, Download
from doorstroom_client.messages.codec import encode
from doorstroom_client.messages.identifiers import RapportId
from doorstroom_client.messages.school import School
from doorstroom_client.messages.wire import WireModel

_ANSWER_LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Ontvangst:
    """The supplier has taken in a list (202).

    It says that the message is technically right and will be processed; it says nothing about any single pupil. The
    agreement is that the school checks in the test system whether everything arrived.

    Attributes:
        leverancier: which supplier (toetssoort).
        soort: ``registreren`` or ``registreren-schooladviezen``.
        aantal: entries in the list.
        sha256: checksum of the exact bytes that were sent.
        request_id: identifies the call in the log.
        melding: what the supplier wrote; may be about a pupil, so it is not in the repr.
        attempts: the attempts that were needed.
    """

    leverancier: str
    soort: Operation
    aantal: int
    sha256: str
    request_id: str
    melding: str = field(repr=False)
    attempts: tuple[Earlier, ...] = field(repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave `melding` out of a pickle, as with errors."""
        kept = (self.leverancier, self.soort, self.aantal, self.sha256, self.request_id, "", self.attempts)
        return (type(self), kept)


@dataclass(frozen=True, slots=True)
class Call:
    """What an operation needs to know besides its own subject.

    Attributes:
        conditions: bounds of the call.
        connect: seconds for connecting.
        new_id: makes a request id.
    """

    conditions: Conditions
    connect: float = 10.0
    new_id: Callable[[], str] = field(default=lambda: uuid4().hex)


def send_list(
    soort: Operation, lijst: WireModel, aantal: int, school: School, leverancier: Leverancier, about: Call
) -> Flow[Ontvangst]:
    """POST a Deelnemerslijst or Schooladviezenlijst.

    Raises:
        DoorstroomError: of the class that the decision table names.
    """
    request = _list_request(soort, lijst, school, leverancier, about)
    answer = yield from call(request, about.conditions)
    return Ontvangst(
        leverancier.toetssoort,
        soort,
        aantal,
        hashlib.sha256(request.body or b"").hexdigest(),
        request.request_id,
        answer.melding,
        answer.attempts,
    )


def _list_request(soort: Operation, lijst: WireModel, school: School, leverancier: Leverancier, about: Call) -> Request:
    """The request with its bytes, which stay the same on every attempt; only this frame ever holds them in the open."""
    return Request(
        operation=soort,
        peer=leverancier.peer,
        method="POST",
        url=address(leverancier.base_url, soort.value, query=_edu(school)),
        body=encode(lijst),
        request_id=about.new_id(),
        connect=about.connect,
        limit=_ANSWER_LIMIT,
    )


def fetch_rapport(
    rapportid: RapportId, school: School, leverancier: Leverancier, download: Download, about: Call
) -> Flow[bool]:
    """GET a report from the configured supplier, into `download`.

    An answer that claims to be whole and is not is asked for once more: framing of HTTP cannot be trusted here.

    Returns:
        False when there is no report yet (204, quirk Q3).

    Raises:
        RapportOnbekend: the supplier does not know this report.
        UnexpectedResponse: what came is no complete PDF.
        DoorstroomError: of another class that the decision table names.
    """
    request = Request(
        operation=Operation.LEERLINGRAPPORT,
        peer=leverancier.peer,
        method="GET",
        url=address(leverancier.base_url, Operation.LEERLINGRAPPORT.value, rapportid, query=_edu(school)),
        accept="application/pdf, application/json",
        request_id=about.new_id(),
        connect=about.connect,
        limit=RAPPORT_LIMIT,
        sink=download,
    )
    answer = yield from _report_call(request, download, about)
    if _is_pdf(answer) and not download.is_complete:
        answer = yield from _report_call(request, download, _with_what_is_left(about, answer))
    if answer.situation is Situation.NOTHING_YET:
        return False
    if _is_pdf(answer) and download.is_complete:
        return True
    status = answer.response.status
    raise UnexpectedResponse(
        f"{leverancier.naam} answered with something else than a complete PDF report (status {status})",
        status=status,
        peer=leverancier.naam,
        retryable=True,
        request_id=request.request_id,
        attempts=answer.attempts,
        hint="Nothing was kept. Try again; if it stays so, tell the supplier",
    )


def _report_call(request: Request, download: Download, about: Call) -> Flow[Answer]:
    answer = yield from call(request, about.conditions)
    if answer.response.body:  # a transport of one's own need not know about sinks
        download.begin(len(answer.response.body))
        download.write(answer.response.body)
    return answer


def _with_what_is_left(about: Call, answer: Answer) -> Call:
    """The same bounds for a second try, which has to fit in the total time of the first."""
    used = sum(attempt.seconds + attempt.waited for attempt in answer.attempts)
    return replace(about, conditions=replace(about.conditions, total=about.conditions.total - used))


def _is_pdf(answer: Answer) -> bool:
    return answer.response.status == 200 and answer.response.media_type == "application/pdf"


def _edu(school: School) -> dict[str, str]:
    """To the supplier: on behalf of the School OIN; from us: the routeringskenmerk of the administration."""
    return {"edu-to": school.oin, "edu-from": school.routeringskenmerk}
