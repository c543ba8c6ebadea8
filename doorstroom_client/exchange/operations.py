"""The three calls that a LAS makes to a supplier, each one flow."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from doorstroom_client.errors import Earlier, UnexpectedResponse
from doorstroom_client.exchange.call import SHORTEST, Answer, Conditions, call
from doorstroom_client.exchange.decisions import Situation
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.exchange.http import Operation, Request, address
from doorstroom_client.exchange.leverancier import Leverancier
from doorstroom_client.exchange.rapport import RAPPORT_LIMIT, Download
from doorstroom_client.frozen import frozen
from doorstroom_client.messages.identifiers import RapportId
from doorstroom_client.messages.school import School

_ANSWER_LIMIT = 64 * 1024


def new_id() -> str:
    """A name that nothing else has: of a request, a message, or a process that has something in hand."""
    return os.urandom(16).hex()


@frozen
class Call:
    """What an operation needs to know besides its own subject.

    Attributes:
        conditions: bounds of the call.
        connect: seconds for connecting.
        new_id: makes a request id.
    """

    conditions: Conditions
    connect: float = 10.0
    new_id: Callable[[], str] = new_id

    def after(self, attempts: Iterable[Earlier], waiting: float = 0.0) -> Call | None:
        """The same bounds for a next call that has to fit in the same total time.

        Args:
            attempts: of the call that went before; the pauses between them count.
            waiting: seconds to wait before the next call.

        Returns:
            None when no time is left.
        """
        used = sum(attempt.seconds + attempt.waited for attempt in attempts)
        left = self._with_less(used)
        return left if left.conditions.total - waiting > SHORTEST else None

    def _with_less(self, seconds: float) -> Call:
        return replace(self, conditions=replace(self.conditions, total=self.conditions.total - seconds))


def post_list(soort: Operation, body: bytes, edu: Mapping[str, str], leverancier: Leverancier, about: Call) -> Flow[Answer]:
    """POST a Deelnemerslijst or Schooladviezenlijst.

    Args:
        soort: which of the two.
        body: the bytes of the message.
        edu: ``edu-to`` and ``edu-from``.
        leverancier: to whom.
        about: bounds of the call.

    Raises:
        DoorstroomError: of the class that the decision table names.
    """
    request = Request(
        operation=soort,
        peer=leverancier.peer,
        method="POST",
        url=address(leverancier.base_url, soort.value, query=edu),
        body=body,
        request_id=about.new_id(),
        connect=about.connect,
        limit=_ANSWER_LIMIT,
    )
    del body  # tracebacks may show local variables
    return (yield from call(request, about.conditions))


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
    left = about.after(answer.attempts)
    if left is not None and _is_pdf(answer) and not download.is_complete:
        answer = yield from _report_call(request, download, left)
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


def _is_pdf(answer: Answer) -> bool:
    return answer.response.status == 200 and answer.response.media_type == "application/pdf"


def _edu(school: School) -> dict[str, str]:
    """To the supplier: on behalf of the School OIN; from us: the routeringskenmerk of the administration."""
    return {"edu-to": school.oin, "edu-from": school.routeringskenmerk}
