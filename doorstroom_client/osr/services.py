"""Services and their versions: what there is to be mandated for."""

from __future__ import annotations

from doorstroom_client.exchange.flow import Flow
from doorstroom_client.osr.asking import Budget, ask_list, ask_one
from doorstroom_client.osr.entries import Dienst, Dienstversie, Vermelding
from doorstroom_client.osr.parsing import Fields
from doorstroom_client.osr.proof import Proof
from doorstroom_client.parties.osr import Osr


def find_services(osr: Osr, budget: Budget, name: str | None) -> Flow[tuple[Dienst, ...]]:
    """GET /services: all, or those whose name holds a text."""
    return (yield from ask_list(osr, budget, "services", Dienst.read, *Dienst.KNOWN_BY, query={"name": name}))


def get_service(osr: Osr, budget: Budget, key: str | int | Vermelding, proof: Proof | None = None) -> Flow[Dienst | None]:
    """GET /services/{id}."""

    def read(fields: Fields, _: str) -> Dienst:
        return Dienst.read(fields)

    rel = "self" if isinstance(key, Dienst) else "service"
    return (yield from ask_one(osr, budget, "services", key, rel, read, Dienst.KNOWN_BY, proof))


def find_versions(osr: Osr, budget: Budget, service_code: str) -> Flow[tuple[Dienstversie, ...]]:
    """GET /service-versions of one service."""
    query = {"service_code": service_code}
    return (yield from ask_list(osr, budget, "service-versions", Dienstversie.read, *Dienstversie.KNOWN_BY, query=query))


def get_version(osr: Osr, budget: Budget, key: str | int | Vermelding, proof: Proof | None = None) -> Flow[Dienstversie | None]:
    """GET /service-versions/{id}."""

    def read(fields: Fields, _: str) -> Dienstversie:
        return Dienstversie.read(fields)

    rel = "self" if isinstance(key, Dienstversie) else "service_version"
    return (yield from ask_one(osr, budget, "service-versions", key, rel, read, Dienstversie.KNOWN_BY, proof))
