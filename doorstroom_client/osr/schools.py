"""Schools and boards, as the register knows them."""

from __future__ import annotations

from doorstroom_client.errors import MessageError, Problem
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.messages.identifiers import Brin
from doorstroom_client.osr.asking import Budget, ask_list, ask_one
from doorstroom_client.osr.checks import checked_oin
from doorstroom_client.osr.entries import Bestuur, Onderwijsinstelling, Vermelding
from doorstroom_client.osr.parsing import Fields
from doorstroom_client.osr.proof import Proof
from doorstroom_client.parties.osr import Osr


def find_schools(
    osr: Osr, budget: Budget, *, name: str | None, oin: str | None, brin: str | None, oa_id: str | None
) -> Flow[tuple[Onderwijsinstelling, ...]]:
    """GET /schools: those for which all that was given holds; all schools when nothing was.

    Raises:
        MessageError: a code does not have its form; nothing was sent.
        UnexpectedResponse: the answer cannot be understood.
    """
    if oin is not None:
        checked_oin("oin", oin)
    if brin is not None and not Brin.fits(brin):
        raise MessageError([Problem("brin", Brin.rule)])
    query = {"name": name, "oin": oin, "brin": brin, "oa_id": oa_id}
    return (yield from ask_list(osr, budget, "schools", Onderwijsinstelling.read, *Onderwijsinstelling.KNOWN_BY, query=query))


def get_school(
    osr: Osr, budget: Budget, key: str | int | Vermelding, proof: Proof | None = None
) -> Flow[Onderwijsinstelling | None]:
    """GET /schools/{id}."""

    def read(fields: Fields, _: str) -> Onderwijsinstelling:
        return Onderwijsinstelling.read(fields)

    rel = "self" if isinstance(key, Onderwijsinstelling) else "school"
    return (yield from ask_one(osr, budget, "schools", key, rel, read, Onderwijsinstelling.KNOWN_BY, proof))


def get_board(osr: Osr, budget: Budget, key: str | int | Vermelding, proof: Proof | None = None) -> Flow[Bestuur | None]:
    """GET /boards/{id}; in V3 the id is its bgeCode."""
    rel = "self" if isinstance(key, Bestuur) else "board"
    return (yield from ask_one(osr, budget, "boards", key, rel, Bestuur.read, Bestuur.KNOWN_BY, proof))
