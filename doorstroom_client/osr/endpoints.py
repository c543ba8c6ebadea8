"""Writing our own address into the OSR, without ever repeating a write blind.

Whether a second POST gives an error or a second row is documented nowhere. So a POST is repeated only when it provably was
not applied; in every other case the register is read first. All calls of one operation share one total time, and a write
leaves a part of it for the look that may have to follow.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from doorstroom_client.errors import DeadlineExceeded, Earlier, Phase, UnexpectedResponse
from doorstroom_client.exchange.call import Answer, UnsureError, call
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.exchange.http import Operation, Request, address
from doorstroom_client.exchange.operations import Call
from doorstroom_client.osr.models import Osr

_FOR_A_WRITE = 0.5
"""Part of the time that is left which a POST may take: a register that is silent for longer has to be looked at."""


@dataclass(frozen=True, slots=True)
class OwnEndpoint:
    """Where results for one administration are to be sent.

    Attributes:
        routing_id: the routeringskenmerk.
        url: the https address of our receiver.
        mandate_token: the token of our mandate; never shown.
        attributes: what kind of system it is.
    """

    routing_id: str
    url: str
    mandate_token: str = field(repr=False)
    attributes: str = "LAS"


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
                raise _not_the_register(answer)
            return
        for_the_look = left.after(error.attempts, pause)
        if for_the_look is None or pause > about.conditions.retry.longest_wait:
            raise error
        registered, attempts = yield from _look(osr, endpoint.routing_id, for_the_look, pause)
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
    request = _request(osr, Operation.OSR_WIJZIGEN, "PUT", about, "endpoints", number, body=_body(osr, endpoint))
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
    registered, _ = yield from _look(osr, endpoint.routing_id, left)
    if endpoint.url not in registered:
        raise UnexpectedResponse(
            "OSR took the change, but holds another address now",
            status=answer.response.status,
            peer="OSR",
            request_id=request.request_id,
            attempts=answer.attempts,
            hint="Another system may have changed it at the same time. Look at the register before you write again",
        )


def find_urls(osr: Osr, routing_id: str, about: Call) -> Flow[list[str]]:
    """The addresses that are registered for a routeringskenmerk; empty when there is none.

    Raises:
        UnexpectedResponse: the answer cannot be understood. That is never taken for "none": a write would follow.
    """
    urls, _ = yield from _look(osr, routing_id, about)
    return urls


def _look(osr: Osr, routing_id: str, about: Call, after: float = 0.0) -> Flow[tuple[list[str], tuple[Earlier, ...]]]:
    query = {"routing_id": routing_id, "service_version_namespace": osr.namespace}
    request = _request(osr, Operation.OSR, "GET", about, "endpoints", query=query)
    answer = yield from call(request, about.conditions, after=after)
    urls = _urls_in(answer)
    if urls is None:
        raise _not_the_register(answer)
    return urls, answer.attempts


def _not_the_register(answer: Answer) -> UnexpectedResponse:
    return UnexpectedResponse(
        f"OSR answered {answer.response.status}, but not as the register does",
        status=answer.response.status,
        peer="OSR",
        attempts=answer.attempts,
        hint="Check osr.base_url, version prefix included; another server may have answered",
    )


def _post(osr: Osr, endpoint: OwnEndpoint, about: Call) -> Request:
    return _request(osr, Operation.OSR_REGISTREREN, "POST", about, "endpoints", body=_body(osr, endpoint))


def _body(osr: Osr, endpoint: OwnEndpoint) -> bytes:
    fields = {
        "mandate_token": endpoint.mandate_token,
        "routing_id": endpoint.routing_id,
        "service_version_namespace": osr.namespace,
        "url": endpoint.url,
        "attributes": endpoint.attributes,
    }
    return json.dumps(fields).encode()


def _request(
    osr: Osr,
    operation: Operation,
    method: str,
    about: Call,
    *segments: str,
    query: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Request:
    return Request(
        operation=operation,
        peer=osr.peer(with_key=body is not None),
        method=method,
        url=address(osr.base_url, *segments, query=query or {}),
        body=body,
        request_id=about.new_id(),
        connect=about.connect,
    )


def _urls_in(answer: Answer) -> list[str] | None:
    """The addresses in a collection; None when this is no collection as documented."""
    response = answer.response
    if response.status == 404 and (not response.media_type or response.media_type.endswith("json")):
        return []
    try:
        document: Any = json.loads(response.body) if response.status == 200 else None
    except (ValueError, RecursionError):
        document = None
    items: list[Any] | None = [document] if isinstance(document, dict) else document if isinstance(document, list) else None
    if items is None or not all(isinstance(item, dict) and isinstance(item.get("url"), str) for item in items):
        return None
    return [item["url"] for item in items]
