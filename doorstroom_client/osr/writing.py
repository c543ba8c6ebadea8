"""Writing our own address into the OSR, without ever repeating a write blind.

Whether a second POST gives an error or a second row is documented nowhere. So a POST is repeated only when it provably was
not applied; in every other case the register is read first. All calls of one operation share one total time, and a write
leaves a part of it for the look that may have to follow.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import field, replace

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import (
    DeadlineExceeded,
    Earlier,
    Phase,
    UnexpectedResponse,
)
from doorstroom_client.exchange.call import UnsureError, call
from doorstroom_client.exchange.calls import Call
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.osr.asking import not_the_register, request_to
from doorstroom_client.osr.checks import checked_namespace, checked_routing_id
from doorstroom_client.osr.endpoints import endpoints_in
from doorstroom_client.parties.osr import Osr
from doorstroom_client.parties.url import check_base_url
from doorstroom_client.transport.request import Operation, Request

_FOR_A_WRITE = 0.5
"""Part of the time that is left which a POST may take: a register that is silent for longer has to be looked at."""


@frozen
class OwnEndpoint:
    """Where results for one administration are to be sent.

    Attributes:
        routing_id: the routeringskenmerk.
        url: the https address of our receiver.
        mandate_token: the token of our mandate; never shown.
        attributes: what kind of system it is.
        start: first day; at once when left out.
        end: last day; open when left out.

    Raises:
        MessageError: that is no routeringskenmerk.
        ConfigurationError: that is no https address.
    """

    routing_id: str
    url: str
    mandate_token: str = field(repr=False)
    attributes: str = "LAS"
    start: dt.date | None = None
    end: dt.date | None = None

    def __post_init__(self) -> None:
        checked_routing_id(self.routing_id)
        check_base_url(self.url, "url")


def register_endpoint(osr: Osr, endpoint: OwnEndpoint, about: Call) -> Flow[None]:
    """POST /endpoints: done once, also when an answer gets lost.

    Raises:
        DoorstroomError: it was refused, or it stayed unknown whether it was applied; also when there was no time left to look.
    """
    request, left, repeated = _post(osr, endpoint, about), about, False
    while True:
        try:
            answer = yield from call(request, left.conditions, share=_FOR_A_WRITE)
        except UnsureError as unsure:
            error, pause = unsure.error, unsure.asked or 0.0
        else:
            if answer.response.media_type.startswith("text/html"):
                raise not_the_register(answer)
            return
        for_the_look = left.after(error.attempts, pause)
        if for_the_look is None or pause > about.conditions.retry.longest_wait:
            raise error
        registered, attempts = yield from _look(osr, endpoint.routing_id, for_the_look, endpoint.start, pause)
        if endpoint.url in registered:
            return
        for_another = for_the_look.after(attempts)
        if for_another is None or registered or repeated:
            raise error
        left, repeated = for_another, True
        request = replace(request, request_id=about.new_id())


def change_endpoint(osr: Osr, number: str, endpoint: OwnEndpoint, about: Call) -> Flow[None]:
    """PUT /endpoints/{id}, then read back: another system may have written at the same time.

    Raises:
        UnexpectedResponse: afterwards the register holds another address.
        DeadlineExceeded: there was no time left to read it back.
        DoorstroomError: it was refused, or no answer came.
    """
    request = request_to(
        osr, about, "endpoints", number, operation=Operation.OSR_WIJZIGEN, method="PUT", body=_body(osr, endpoint), own=True
    )
    answer = yield from call(request, about.conditions)
    left = about.after(answer.attempts)
    if left is None:
        raise DeadlineExceeded(
            "OSR took the change, but no time was left to read it back",
            phase=Phase.UNKNOWN,
            peer="OSR",
            retryable=True,
            request_id=request.request_id,
            attempts=answer.attempts,
            hint="Making the same change again does no harm. A longer time can be set in timeouts",
        )
    registered, _ = yield from _look(osr, endpoint.routing_id, left, endpoint.start)
    if endpoint.url not in registered:
        raise UnexpectedResponse(
            "OSR took the change, but holds another address now",
            status=answer.response.status,
            peer="OSR",
            request_id=request.request_id,
            attempts=answer.attempts,
            hint="Another system may have changed it at the same time. Look at the register before you write again",
        )


def _look(
    osr: Osr, routing_id: str, about: Call, on: dt.date | None, after: float = 0.0
) -> Flow[tuple[list[str], tuple[Earlier, ...]]]:
    """The addresses of a routeringskenmerk. What cannot be understood is never taken for "none": a write would follow."""
    query = {
        "routing_id": checked_routing_id(routing_id),
        "service_version_namespace": checked_namespace(osr),
        "reference_date": on.isoformat() if on else None,
    }
    request = request_to(osr, about, "endpoints", query=query)
    answer = yield from call(request, about.conditions, after=after)
    return [endpoint.url for endpoint in endpoints_in(answer, request.url)], answer.attempts


def _post(osr: Osr, endpoint: OwnEndpoint, about: Call) -> Request:
    return request_to(
        osr, about, "endpoints", operation=Operation.OSR_REGISTREREN, method="POST", body=_body(osr, endpoint), own=True
    )


def _body(osr: Osr, endpoint: OwnEndpoint) -> bytes:
    fields = {
        "mandate_token": endpoint.mandate_token,
        "routing_id": endpoint.routing_id,
        "service_version_namespace": checked_namespace(osr),
        "url": endpoint.url,
        "attributes": endpoint.attributes,
        "start_date": endpoint.start.isoformat() if endpoint.start else None,
        "end_date": endpoint.end.isoformat() if endpoint.end else None,
    }
    return json.dumps(
        {osr.profile.sent("endpoints", name): value for name, value in fields.items() if value is not None}
    ).encode()
