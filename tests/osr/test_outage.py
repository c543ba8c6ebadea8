"""The OSR is out of order for an hour while lists go out and results come in; and a namespace that changes with the year."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any

from support import LAS_OIN, SCHOOL, SUPPLIER_OIN, answer, fault
from support.osr_played import client_of, settings, simulated
from support.receiving import pushed
from support.simulated_time import SimulatedLoop, Slow, in_time, schools, timed

from doorstroom_client import Advies, Adviezenlijst, AsyncClient, Jaargang, Leerling
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.store.rows import State
from doorstroom_client.transport.request import FaultKind, Outcome, Request

HOUR = 3600.0
KNOWN, NEW = SCHOOL, schools(1)[0]


class World(Slow):
    """The OSR and one supplier; the OSR is out of order from the tenth minute on, for an hour."""

    def __init__(self, osr: Any, loop: SimulatedLoop) -> None:
        super().__init__(osr, loop, lambda request: self._out(request))
        self.lists = 0

    def _out(self, request: Request) -> Outcome | None:
        return fault(FaultKind.CONNECT) if 600 <= self.loop.time() < 600 + HOUR else None

    async def send(self, request: Request) -> Outcome:  # type: ignore[override]
        if "osr.example.nl" not in request.url:
            self.lists += 1
            return answer(202, {"melding": "ontvangen"})
        return await super().send(request)


def test_an_outage_of_an_hour_loses_nothing_and_says_nothing_wrong(test_pki: Pki, tmp_path: Path) -> None:
    async def work(loop: SimulatedLoop) -> None:
        osr = simulated(clock=loop.time)
        for oin in (LAS_OIN, SUPPLIER_OIN):
            osr.mandate(NEW.oin, oin, dt.date(2025, 8, 1))
        world = World(osr, loop)

        def started() -> AsyncClient:
            kept = {"store": tmp_path / "s.db", "scholen": [KNOWN, NEW]}
            made = client_of(test_pki, world, settings(), AsyncClient, now=loop.now, **kept)
            return timed(made, loop.time)  # type: ignore[no-any-return]

        statuses: list[int] = []

        async def push(client: AsyncClient, school: Any, number: int) -> int:
            response = await client.terugweg.handle(pushed(school, number))
            statuses.append(response.status)
            assert (response.status == 503) is ("retry-after" in dict(response.headers))
            return response.status

        advies = [Advies(Leerling(las_key="las-1"), "HAVO")]
        async with started() as client:
            assert await push(client, KNOWN, 1) == 202
            await client.outbox.add(Adviezenlijst(KNOWN, advies), only_changes=False)
        loop.jumping.moment = 1800.0
        async with started() as client:  # restarted in the middle of it: what it knew stands in the store
            assert await push(client, KNOWN, 2) == 202
            assert await push(client, NEW, 3) == 503
            ran = await client.outbox.deliver()
            assert (await client.outbox.counts())[State.DELIVERED] == 1, ran
            try:
                await client.send(Adviezenlijst(NEW, advies))
            except Exception as error:
                assert getattr(error, "retryable", False), error
            else:
                raise AssertionError("the OSR gave no answer")
            assert world.lists == 1
            loop.jumping.moment = 600 + HOUR + 60
            assert await push(client, NEW, 3) == 202
            assert (await client.send(Adviezenlijst(NEW, advies))).aantal == 1
            assert world.lists == 2
            await asyncio.sleep(0)
            kept = [item async for item in client.resultaten()]
            assert len(kept) == 3
        assert 401 not in statuses

    in_time(work)


def test_the_namespace_switches_by_itself_between_two_school_years(test_pki: Pki) -> None:
    old, new = "https://osr.example/2025-2026", "https://osr.example/2026-2027"

    async def work(loop: SimulatedLoop) -> None:
        osr = simulated(clock=loop.time, today=lambda: loop.now().date())
        for namespace in (old, new):
            osr.add_version(namespace)
        osr.mandate(SCHOOL.oin, SUPPLIER_OIN, dt.date(2025, 8, 1), namespace=old)
        transport = Slow(osr, loop)
        years = [
            Jaargang(schooljaar="2025-2026", namespace=old, afspraak="1.1"),
            Jaargang(schooljaar="2026-2027", namespace=new, afspraak=_next_year(), since=dt.date(2026, 9, 15)),
        ]
        made = client_of(
            test_pki, transport, settings(namespace="", api_key=None), AsyncClient, now=loop.now, schooljaren=years
        )
        timed(made, loop.time)

        async def on(day: dt.date) -> bool:
            loop.jumping.moment = (day - loop.now().date()).days * 86400 + loop.time()
            (found,) = [item async for item in made.osr.check_mandaten([SCHOOL])]
            assert found.error is None
            return bool(found)

        assert await on(dt.date(2026, 3, 11))
        assert await on(dt.date(2026, 9, 14))
        assert not await on(dt.date(2026, 9, 15))  # the school has not given the new one yet
        osr.mandate(SCHOOL.oin, SUPPLIER_OIN, dt.date(2026, 9, 1), namespace=new)
        assert await on(dt.date(2026, 9, 16))
        assert bool(await made.osr.check_namespace("2026-2027"))
        asked = ["2026-2027" in request.url for request in transport.requests if "/mandates" in request.url]
        assert asked == [False, False, True, True]

    in_time(work)


def _next_year() -> Any:
    from doorstroom_client import Afspraak

    return Afspraak.met_naam("1.1").volgende(naam="nieuw", versie="Doorstroomtoetsketen_v99.0", eerste_schooljaar="2026-2027")
