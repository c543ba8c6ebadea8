"""Questions to the OSR, each one flow."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doorstroom_client.errors import UnexpectedResponse
from doorstroom_client.exchange.call import Answer, call
from doorstroom_client.exchange.decisions import Situation
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.exchange.http import Operation, Request, address
from doorstroom_client.exchange.operations import Call
from doorstroom_client.osr.models import Osr


@dataclass(frozen=True, slots=True)
class Registered:
    """What the register says about one system for one school.

    Attributes:
        mandated: whether there is a mandate.
        start: first day, when told; only the owner of a mandate is told.
        end: last day, when told; None is open-ended.
    """

    mandated: bool
    start: dt.date | None = None
    end: dt.date | None = None


def ask_mandate(
    osr: Osr, supplier_oin: str, school_oin: str, about: Call, *, on: dt.date | None = None, own: bool = False
) -> Flow[Registered]:
    """GET /mandates: 200 is yes, 404 is no, and anything else is an error, never a "no".

    A 404 with a web page or plain text is no answer of the register but of a proxy or a wrong base_url, which must not tell
    a school that its mandate is missing.

    Args:
        osr: where to ask.
        supplier_oin: whose mandate.
        school_oin: of which school.
        about: bounds of the call.
        on: another day than today.
        own: whether it is our own mandate, for which the OSR wants the API key.

    Raises:
        UnexpectedResponse: the answer is neither a yes nor a no.
        DoorstroomError: of another class that the decision table names.
    """
    query = {
        "supplier_oin": supplier_oin,
        "school_oin": school_oin,
        "service_version_namespace": osr.namespace,
        **({"reference_date": on.isoformat()} if on else {}),
    }
    request = Request(
        operation=Operation.OSR,
        peer=osr.peer(with_key=own),
        method="GET",
        url=address(osr.base_url, "mandates", query=query),
        request_id=about.new_id(),
        connect=about.connect,
    )
    answer = yield from call(request, about.conditions)
    media_type = answer.response.media_type
    if answer.response.status == 200 and not media_type.startswith("text/html"):
        return _details(answer)
    if answer.situation is Situation.NOT_FOUND and (not media_type or media_type.endswith("json")):
        return Registered(mandated=False)
    raise UnexpectedResponse(
        f"OSR answered {answer.response.status}, but not as the register does",
        status=answer.response.status,
        melding=answer.melding,
        peer="OSR",
        request_id=request.request_id,
        attempts=answer.attempts,
        hint="This says nothing about the mandate. Check osr.base_url, version prefix included",
    )


def _details(answer: Answer) -> Registered:
    """The dates, where the answer has them; its shape is not documented, so an object, a list or nothing will do."""
    try:
        document: Any = json.loads(answer.response.body) if answer.response.body else None
    except (ValueError, RecursionError):
        document = None
    found = document[0] if isinstance(document, list) and document else document
    if not isinstance(found, Mapping):
        return Registered(mandated=True)
    return Registered(True, _day(found, "start_date", "startDate"), _day(found, "end_date", "endDate"))


def _day(document: Mapping[Any, Any], *names: str) -> dt.date | None:
    for name in names:
        value = document.get(name)
        if isinstance(value, str):
            try:
                return dt.date.fromisoformat(value[:10])
            except ValueError:
                continue
    return None
