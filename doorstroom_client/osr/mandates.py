"""Mandates: is a system mandated by a school, and what a system is told about its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import Earlier
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.osr.asking import BASE_URL_HINT, Budget, ask, ask_list, not_the_register, settle_404
from doorstroom_client.osr.checks import checked_namespace, checked_oin
from doorstroom_client.osr.entries import EigenMandaat
from doorstroom_client.osr.mandate_reading import read
from doorstroom_client.osr.mandate_table import NOT_FOUND, TABLE, Meaning
from doorstroom_client.osr.parsing import Fields
from doorstroom_client.osr.proof import Proof
from doorstroom_client.parties.osr import Osr

_HINT = f"This says nothing about the mandate. {BASE_URL_HINT}"


@frozen
class Registered:
    """What the register says about one system for one school.

    Attributes:
        mandated: whether there is a mandate.
        start: first day, when told; of a no, of the next one that begins.
        end: last day, when told; None is open-ended. Of a no, of the last one that ended.
        said: of a no, in what words it was said, when in words.
        own: everything that an owner was told; None for anybody else.
        attempts: of the call.
    """

    mandated: bool
    start: dt.date | None = None
    end: dt.date | None = None
    said: str = field(default="", compare=False)
    own: EigenMandaat | None = field(default=None, compare=False)
    attempts: tuple[Earlier, ...] = field(default=(), compare=False, repr=False)


def ask_mandate(
    osr: Osr,
    supplier_oin: str,
    school_oin: str,
    budget: Budget,
    *,
    on: dt.date | None = None,
    own: bool = False,
    proof: Proof | None = None,
) -> Flow[Registered]:
    """GET /mandates: a yes or a no where the answer says so, by `TABLE`, and anything else is an error.

    A 404 that is not the register's own, but that of a proxy or of a wrong base_url, must not tell a school that its mandate is
    missing: see `settle_404`.

    Args:
        osr: where to ask.
        supplier_oin: whose mandate.
        school_oin: of which school.
        budget: bounds of the call.
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
    answer, url = yield from ask(osr, budget, "mandates", query=query, own=own)
    said = read(answer.response, url, on or budget.today())
    if said.meaning is Meaning.ERROR:
        raise not_the_register(answer, _HINT, TABLE[said.said].why)
    if answer.response.status == 404:
        yield from settle_404(osr, budget, answer, NOT_FOUND, proof, _HINT)
    told = said.fields and EigenMandaat.read(said.fields)
    return Registered(
        mandated=said.meaning is Meaning.YES,
        start=said.start,
        end=said.end,
        said=said.words,
        own=told if told and (told.token or told.start_datum) else None,
        attempts=answer.attempts,
    )


def find_own_mandates(osr: Osr, budget: Budget) -> Flow[tuple[EigenMandaat, ...]]:
    """GET /school-mandates: all mandates of our own system for the service, of whatever period.

    The register finds out who asks from the certificate and the API key.

    Raises:
        UnexpectedResponse: the answer cannot be understood.
    """
    query = {"service_code": osr.service_code}
    return (
        yield from ask_list(osr, budget, "school-mandates", EigenMandaat.read, *EigenMandaat.KNOWN_BY, query=query, own=True)
    )


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
        schools = yield from ask_list(osr, budget, "schools", _oin_and_links, "name", "oin", "brin", "oa_id")
        known = {link: oin for oin, links in schools if oin for link in links}
    found: dict[str, list[EigenMandaat]] = {}
    for mandate in mandates:
        oins = [known[link] for link in mandate.links.get("school", ()) if link in known]
        found.setdefault(mandate.school_oin or next(iter(oins), ""), []).append(mandate)
    return {oin: tuple(items) for oin, items in found.items()}


def _oin_and_links(school: Fields) -> tuple[str, tuple[str, ...]]:
    return school.text("oin") or "", school.links.get("self", ())
