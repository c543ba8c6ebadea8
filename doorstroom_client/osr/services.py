"""Services and their versions: what there is to be mandated for."""

from __future__ import annotations

from doorstroom_client.exchange.flow import Flow
from doorstroom_client.osr.asking import Budget, ask_list
from doorstroom_client.osr.entries import Dienst, Dienstversie
from doorstroom_client.parties.osr import Osr


def find_services(osr: Osr, budget: Budget, name: str | None) -> Flow[tuple[Dienst, ...]]:
    """GET /services: all, or those whose name holds a text."""
    return (yield from ask_list(osr, budget, "services", Dienst.read, *Dienst.KNOWN_BY, query={"name": name}))


def find_versions(osr: Osr, budget: Budget, service_code: str) -> Flow[tuple[Dienstversie, ...]]:
    """GET /service-versions of one service."""
    query = {"service_code": service_code}
    return (yield from ask_list(osr, budget, "service-versions", Dienstversie.read, *Dienstversie.KNOWN_BY, query=query))
