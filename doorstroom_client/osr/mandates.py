"""Mandates: is a system mandated by a school, and what a system is told about its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from doorstroom_client.errors import Earlier
from doorstroom_client.exchange.call import Answer, call
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.exchange.operations import Call
from doorstroom_client.frozen import frozen
from doorstroom_client.osr.asking import (
    BASE_URL_HINT,
    Budget,
    ask_list,
    ask_one,
    not_the_register,
    request_to,
    settle_404,
)
from doorstroom_client.osr.checks import checked_namespace, checked_oin
from doorstroom_client.osr.parsing import Fields, objects_in
from doorstroom_client.osr.proof import Proof
from doorstroom_client.osr.records import EigenMandaat, Onderwijsinstelling
from doorstroom_client.osr.settings import Osr

_HINT = f"This says nothing about the mandate. {BASE_URL_HINT}"


@frozen
class Registered:
    """What the register says about one system for one school.

    Attributes:
        mandated: whether there is a mandate.
        start: first day, when told; only the owner of a mandate is told.
        end: last day, when told; None is open-ended.
        own: everything that an owner was told; None for anybody else.
        attempts: of the call.
    """

    mandated: bool
    start: dt.date | None = None
    end: dt.date | None = None
    own: EigenMandaat | None = field(default=None, compare=False)
    attempts: tuple[Earlier, ...] = field(default=(), compare=False, repr=False)


def ask_mandate(
    osr: Osr,
    supplier_oin: str,
    school_oin: str,
    about: Call,
    *,
    on: dt.date | None = None,
    own: bool = False,
    proof: Proof | None = None,
) -> Flow[Registered]:
    """GET /mandates: 200 is yes, 404 is no, and anything else is an error, never a "no".

    A 404 that is not the register's own, but that of a proxy or of a wrong base_url, must not tell a school that its mandate is
    missing: see `settle_404`.

    Args:
        osr: where to ask.
        supplier_oin: whose mandate.
        school_oin: of which school.
        about: bounds of the call.
        on: another day than today.
        own: whether it is our own mandate, for which the OSR wants the API key.
        proof: remembers that the register is really there.

    Raises:
        MessageError: one of the two is no OIN; nothing was sent.
        ConfigurationError: there is no namespace to ask about.
        UnexpectedResponse: the answer is neither a yes nor a no.
        DoorstroomError: of another class that the decision table names.
    """
    query = {
        "supplier_oin": checked_oin("supplier_oin", supplier_oin),
        "school_oin": checked_oin("school_oin", school_oin),
        "service_version_namespace": checked_namespace(osr),
        "reference_date": on.isoformat() if on else None,
    }
    budget = Budget(about)
    request = request_to(osr, about, "mandates", query=query, own=own)
    answer = yield from call(request, about.conditions)
    budget.spent(answer.attempts)
    if answer.response.status == 200 and not answer.response.media_type.startswith("text/html"):
        return _yes(answer, request.url, on)
    if answer.response.status == 404:
        yield from settle_404(osr, budget, answer, ("mandate", "mandaat"), proof, _HINT)
        return Registered(mandated=False, attempts=answer.attempts)
    raise not_the_register(answer, _HINT)


def find_own_mandates(osr: Osr, budget: Budget) -> Flow[tuple[EigenMandaat, ...]]:
    """GET /school-mandates: all mandates of our own system for the service, of whatever period.

    The register finds out who asks from the certificate and the API key.

    Raises:
        UnexpectedResponse: the answer cannot be understood.
    """
    query = {"service_code": osr.service_code}
    return (yield from ask_list(osr, budget, "school-mandates", EigenMandaat.read, query=query, own=True))


def own_mandates_per_school(osr: Osr, budget: Budget) -> Flow[Mapping[str, tuple[EigenMandaat, ...]]]:
    """All our own mandates by School OIN, in two questions for any number of schools.

    A mandate names its school in a field or, as is documented, in a link; then the list of schools says which one it is. A
    mandate of which that cannot be found out stands under "".

    Raises:
        UnexpectedResponse: an answer cannot be understood.
    """
    mandates = yield from find_own_mandates(osr, budget)
    known: Mapping[str, str] = {}
    if any(mandate.school_oin is None for mandate in mandates):
        schools = yield from ask_list(osr, budget, "schools", Onderwijsinstelling.read)
        known = {link: school.oin for school in schools if school.oin for link in school.links.get("self", ())}
    found: dict[str, list[EigenMandaat]] = {}
    for mandate in mandates:
        oins = [known[link] for link in mandate.links.get("school", ()) if link in known]
        found.setdefault(mandate.school_oin or next(iter(oins), ""), []).append(mandate)
    return {oin: tuple(items) for oin, items in found.items()}


def get_own_mandate(osr: Osr, budget: Budget, key: Any, proof: Proof | None = None) -> Flow[EigenMandaat | None]:
    """GET /mandates/{id}; only its owner may.

    Raises:
        UnexpectedResponse: the answer cannot be understood.
    """
    return (yield from ask_one(osr, budget, "mandates", key, "self", _own, proof, own=True))


def _own(fields: Fields, _: str) -> EigenMandaat:
    return EigenMandaat.read(fields)


def _yes(answer: Answer, url: str, on: dt.date | None) -> Registered:
    """A yes, with what an owner is told; its shape is not documented, so an object, a list or nothing will do."""
    told = [EigenMandaat.read(fields) for fields in objects_in(answer.response, url) or ()]
    chosen = next((item for item in told if on is not None and item.geldt_op(on)), next(iter(told), None))
    if chosen is None:
        return Registered(mandated=True, attempts=answer.attempts)
    own = chosen if chosen.token or chosen.start_datum else None
    return Registered(True, chosen.start_datum, chosen.eind_datum, own, answer.attempts)
