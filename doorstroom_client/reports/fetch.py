"""The call that fetches a report."""

from __future__ import annotations

from doorstroom_client.basics.answer_head import is_framed, may_be_report
from doorstroom_client.errors import UnexpectedResponse
from doorstroom_client.exchange.call import Answer, call
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.decisions import Situation
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.messages.identifiers import RapportId
from doorstroom_client.messages.school import School
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.parties.url import address
from doorstroom_client.reports.download import RAPPORT_LIMIT, Download
from doorstroom_client.transport.request import Operation, Request, Response


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
    if left is not None and answer.response.media_type and _may_be_pdf(answer.response) and _why_not(answer.response, download):
        answer = yield from _report_call(request, download, left)
    if answer.situation is Situation.NOTHING_YET:
        return False
    why_not = _why_not(answer.response, download)
    if not why_not:
        return True
    status = answer.response.status
    raise UnexpectedResponse(
        f"{leverancier.naam} answered with something else than a complete PDF report (status {status}): {why_not}",
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


def _may_be_pdf(response: Response) -> bool:
    return response.status == 200 and may_be_report(response.headers.get("content-type", ""))


def _why_not(response: Response, download: Download) -> str:
    """Why an answer is no report in one piece; empty when it is one. Its content decides, also where its type says little."""
    if not _may_be_pdf(response):
        return "neither its status nor its content type says that it is one"
    if not response.body and not is_framed(response.headers):
        return "it has no length and came in no chunks, so nobody can tell whether this is all of it"
    return "" if download.is_complete else download.why_not


def _edu(school: School) -> dict[str, str]:
    """To the supplier: on behalf of the School OIN; from us: the routeringskenmerk of the administration."""
    return {"edu-to": school.oin, "edu-from": school.routeringskenmerk}
