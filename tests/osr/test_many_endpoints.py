"""Our addresses for many schools: planned and registered one after another, and a school that fails stops no other."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from support import SCHOOL, SUPPLIER_OIN, fault
from support.osr_played import URL, AsyncPlayed, Played, client_of, settings, simulated

from doorstroom_client import Actie, Adreswens, AsyncClient, Beletsel, ConfigurationError, MessageError
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport.request import FaultKind, Outcome, Request

NEIGHBOUR = replace(SCHOOL, administratienr="02", routeringskenmerk="0000000700011BB00999")
STRANGER = replace(SCHOOL, instellingscode="33DD", oin="", routeringskenmerk="0000000700033DD00530")
FOREIGN = replace(SCHOOL, administratienr="03", routeringskenmerk="0000000700011BB00888")
LOST = fault(FaultKind.NO_ANSWER, "read")
SCHOOLS = (SCHOOL, STRANGER, FOREIGN, NEIGHBOUR)
WENSEN = [Adreswens(school, URL) for school in SCHOOLS]


def register() -> Any:
    osr = simulated()
    osr.register_endpoint(FOREIGN.routeringskenmerk, "https://ander.example.nl", supplier_oin=SUPPLIER_OIN)
    return osr


class _Cut:
    """Loses what is asked about one school before the register gets it."""

    def __init__(self, osr: Any, school: Any, method: str) -> None:
        super().__init__(osr)  # type: ignore[call-arg]
        self.cut: Any = (method, school.routeringskenmerk)

    def reaches(self, request: Request) -> bool:
        """Whether the register gets it."""
        method, key = self.cut
        return request.method != method or not (key in request.url or key.encode() in (request.body or b""))


class CutPlayed(_Cut, Played):
    """For threads."""

    def send(self, request: Request) -> Outcome:
        return super().send(request) if self.reaches(request) else LOST


class CutAsyncPlayed(_Cut, AsyncPlayed):
    """For event loops."""

    async def send(self, request: Request) -> Outcome:  # type: ignore[override]
        return await super().send(request) if self.reaches(request) else LOST


def test_each_school_has_its_outcome_in_order(test_pki: Pki) -> None:
    osr = register()
    client = client_of(test_pki, Played(osr), settings())
    plans = list(client.osr.plan_endpoints(WENSEN))
    assert [plan.actie for plan in plans] == ["registreren", "niet mogelijk", "niet mogelijk", "registreren"]
    assert [plan.te_doen for plan in plans] == [True, False, False, True]
    assert osr.find_endpoint(SCHOOL.routeringskenmerk) is None
    for given in (plans, WENSEN):
        done = list(client.osr.register_endpoints(given))
        assert [bool(item) for item in done] == [True, False, False, True]
        assert [item.beletsel for item in done] == [None, Beletsel.GEEN_MANDAAT, Beletsel.ANDER_SYSTEEM, None]
        assert [item.school for item in done] == list(SCHOOLS)
    assert osr.find_endpoint(SCHOOL.routeringskenmerk) == osr.find_endpoint(NEIGHBOUR.routeringskenmerk) == URL
    assert osr.find_endpoint(FOREIGN.routeringskenmerk) == "https://ander.example.nl"


@pytest.mark.parametrize(("method", "actie"), [("GET", Actie.ONBEKEND), ("POST", Actie.REGISTREREN)])
def test_one_that_fails_stops_no_other(test_pki: Pki, method: str, actie: Actie) -> None:
    played = CutPlayed(register(), SCHOOL, method)
    client = client_of(test_pki, played, settings())
    first, *_, last = client.osr.register_endpoints(WENSEN)
    assert (first.actie, bool(first), first.te_doen, last.gedaan) == (actie, False, False, True)
    assert first.error is not None and first.error.retryable
    assert SCHOOL.label in str(first)


def test_what_failed_is_not_written_again_unseen(test_pki: Pki) -> None:
    played = CutPlayed(register(), SCHOOL, "POST")
    client = client_of(test_pki, played, settings())
    (failed,) = client.osr.register_endpoints(WENSEN[:1])
    played.cut, before = ("", ""), len(played.requests)
    assert list(client.osr.register_endpoints([failed])) == [failed]
    assert len(played.requests) == before
    (again,) = client.osr.register_endpoints(WENSEN[:1])
    assert again.gedaan and len(played.requests) > before


def test_nothing_is_begun_before_its_turn(test_pki: Pki) -> None:
    taken: list[Adreswens] = []

    def asked_for() -> Iterator[Adreswens]:
        for wens in WENSEN:
            taken.append(wens)
            yield wens

    osr = register()
    client = client_of(test_pki, Played(osr), settings())
    run = client.osr.register_endpoints(asked_for())
    assert taken == []
    assert next(run).gedaan
    run.close()
    assert (taken, osr.find_endpoint(NEIGHBOUR.routeringskenmerk)) == (WENSEN[:1], None)


@pytest.mark.parametrize("method", ["plan_endpoints", "register_endpoints"])
def test_without_a_key_nobody_is_asked(test_pki: Pki, method: str) -> None:
    played = Played(register())
    client = client_of(test_pki, played, settings(api_key=None))
    with pytest.raises(ConfigurationError, match="api_key"):
        list(getattr(client.osr, method)(WENSEN))
    assert played.requests == []
    with pytest.warns(RuntimeWarning, match=method):
        getattr(client.osr, method)(WENSEN)


def test_a_free_routing_id_is_looked_for_once(test_pki: Pki) -> None:
    client = client_of(test_pki, Played(register()), settings())
    free = [replace(WENSEN[-1], free_routing_id=True)]
    (first,) = client.osr.register_endpoints(free)
    (second,) = client.osr.register_endpoints(free)
    assert first.gedaan and first.school.routeringskenmerk != NEIGHBOUR.routeringskenmerk
    assert (second.actie, second.school) == (Actie.GEEN, first.school)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"url": "http://las.example.nl"}, ConfigurationError),
        ({"since": dt.date(2026, 3, 2), "until": dt.date(2026, 3, 1)}, MessageError),
    ],
)
def test_what_cannot_be_wished_is_refused_at_once(more: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Adreswens(**{"school": SCHOOL, "url": URL, **more})


def test_awaited(test_pki: Pki) -> None:
    async def all_of_it() -> list[Any]:
        played = CutAsyncPlayed(register(), NEIGHBOUR, "POST")
        async with client_of(test_pki, played, settings(), AsyncClient) as client:
            plans = [plan async for plan in client.osr.plan_endpoints(WENSEN)]
            return [done async for done in client.osr.register_endpoints(plans)]

    done = asyncio.run(all_of_it())
    assert [bool(item) for item in done] == [True, False, False, False]
    assert [item.error is None for item in done] == [True, True, True, False]
