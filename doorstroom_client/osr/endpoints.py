"""Where the messages for an administration go: looking that up."""

from __future__ import annotations

import datetime as dt
import re

from doorstroom_client.errors import MessageError, Problem
from doorstroom_client.exchange.call import Answer
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.messages.identifiers import Routeringskenmerk
from doorstroom_client.osr.asking import (
    BASE_URL_HINT,
    Budget,
    ask,
    not_the_register,
    settle_404,
    the_objects,
)
from doorstroom_client.osr.checks import checked_namespace, checked_oin, checked_routing_id
from doorstroom_client.osr.entries import Endpoint
from doorstroom_client.osr.mandate_table import NOT_FOUND
from doorstroom_client.osr.parsing import document_in, objects_in
from doorstroom_client.osr.proof import Proof
from doorstroom_client.parties.osr import Osr

_NO_SUCH_ENDPOINT = re.compile(f"does not exist|{NOT_FOUND.pattern}", re.IGNORECASE)
_FREE = ("routing_id", "available_routing_id")


def find_endpoints(
    osr: Osr,
    budget: Budget,
    *,
    routing_id: str | None = None,
    school_oin: str | None = None,
    attributes: str | None = None,
    on: dt.date | None = None,
    future: bool = False,
) -> Flow[tuple[Endpoint, ...]]:
    """GET /endpoints of one administration, or of all administrations of a school.

    A service with mandates of boards only has none; that is no fault.

    Raises:
        MessageError: neither or both were named, or one does not have its form; nothing was sent.
        UnexpectedResponse: the answer cannot be understood. That is never taken for "none": a write would follow.
    """
    if (routing_id is None) is (school_oin is None):
        raise MessageError([Problem("routing_id", "give either routing_id or school_oin")])
    query = {
        "routing_id": None if routing_id is None else checked_routing_id(routing_id),
        "school_oin": None if school_oin is None else checked_oin("school_oin", school_oin),
        "service_version_namespace": checked_namespace(osr),
        "attributes": attributes,
        "reference_date": on.isoformat() if on else None,
        "include_future_endpoints": osr.profile.true if future else None,
    }
    answer, url = yield from ask(osr, budget, "endpoints", query=query, own=False)
    return tuple(endpoints_in(answer, url))


def get_endpoint(osr: Osr, budget: Budget, number: str, proof: Proof | None = None) -> Flow[Endpoint | None]:
    """GET /endpoints/{id}. With an API key the answer says whether it is ours.

    Args:
        osr: where to ask.
        budget: bounds of the calls.
        number: its id.
        proof: remembers that the register is really there.

    Returns:
        None when the register says that it does not exist.

    Raises:
        MessageError: the id does not have its form; nothing was sent.
        UnexpectedResponse: the answer cannot be understood.
    """
    answer, url = yield from ask(osr, budget, "endpoints", osr.profile.check_id(number), own=True)
    if answer.response.status == 404:
        yield from settle_404(osr, budget, answer, _NO_SUCH_ENDPOINT, proof)
        return None
    found = the_objects(answer, url, Endpoint.KNOWN_BY)
    if len(found) != 1:
        raise not_the_register(answer)
    return Endpoint.read(found[0])


def find_free_routing_id(osr: Osr, budget: Budget, school_oin: str) -> Flow[str]:
    """GET /endpoints/available-routing-id: a routeringskenmerk that is free for a school.

    Neither its parameters nor its answer are public, so a text and an object that holds one will both do.

    Raises:
        MessageError: that is no OIN; nothing was sent.
        UnexpectedResponse: no single routeringskenmerk came.
    """
    query = {"school_oin": checked_oin("school_oin", school_oin), "service_version_namespace": checked_namespace(osr)}
    answer, url = yield from ask(osr, budget, "endpoints", "available-routing-id", query=query, own=True)
    found = _routing_id_in(answer, url)
    if found is None:
        raise not_the_register(answer, f"No free routeringskenmerk stands in it. {BASE_URL_HINT}")
    return found


def _routing_id_in(answer: Answer, url: str) -> str | None:
    if answer.response.status != 200:
        return None
    objects = objects_in(answer.response, url, *_FREE)
    if objects is not None:
        texts = [fields.text(*_FREE) for fields in objects[:1]]
    else:
        document = document_in(answer.response)
        items = document if isinstance(document, list) else [document]
        plain = answer.response.body[:64].decode("ascii", "replace").strip() if document is None else None
        texts = [item if isinstance(item, str) else plain for item in items[:1]]
    return next((text for text in texts if text and Routeringskenmerk.fits(text)), None)


def endpoints_in(answer: Answer, url: str) -> list[Endpoint]:
    """The addresses in a collection. The register's own 404 is none; what cannot be understood is an error."""
    response = answer.response
    if response.status == 404 and (not response.media_type or response.media_type.endswith("json")):
        return []
    found = objects_in(response, url, *Endpoint.KNOWN_BY) if response.status == 200 else None
    if found is None or not all(isinstance(fields.one_of("url"), str) for fields in found):
        raise not_the_register(answer)
    return [Endpoint.read(fields) for fields in found]
