"""Simulated time: an event loop that jumps to the next moment at which there is something to do, and a register in it."""

from __future__ import annotations

import asyncio
import datetime as dt
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from doorstroom_client import AsyncClient, Client, School
from doorstroom_client.exchange.circuit import Circuits
from doorstroom_client.osr.pace import Pace
from doorstroom_client.osr.proof import Proof
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.transport.request import Outcome, Request
from support import LAS_OIN, NOW, SUPPLIER_OIN

from .osr_played import Played

T = TypeVar("T")


class _Jumping(selectors.SelectSelector):
    """Waits for nothing: time passes at once."""

    moment = 0.0

    def select(self, timeout: float | None = None) -> Any:
        found = super().select(0)
        if not found:
            assert timeout is not None, "everybody waits for ever"
            self.moment += timeout
        return found


class SimulatedLoop(asyncio.SelectorEventLoop):
    """An event loop in simulated time; what would run in a thread runs at once."""

    def __init__(self) -> None:
        self.jumping = _Jumping()
        super().__init__(self.jumping)

    def time(self) -> float:
        return self.jumping.moment

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    def now(self) -> dt.datetime:
        """The wall clock."""
        return NOW + dt.timedelta(seconds=self.time())


def in_time(work: Callable[[SimulatedLoop], Coroutine[Any, Any, T]]) -> T:
    """Run something in simulated time."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, SimulatedLoop)
        return runner.run(work(loop))


class Slow(Played):
    """A register that takes a moment for every answer, and notes when each call started."""

    def __init__(
        self, osr: SimulatedOsr, loop: SimulatedLoop, lose: Callable[[Request], Outcome | None] = lambda _: None
    ) -> None:
        super().__init__(osr, lose)
        self.loop = loop
        self.starts: list[float] = []

    async def send(self, request: Request) -> Outcome:  # type: ignore[override]
        self.starts.append(self.loop.time())
        await asyncio.sleep(0.08)
        return super().send(request)

    async def close(self) -> None:  # type: ignore[override]
        """Nothing is open."""

    def most_within(self, seconds: float) -> int:
        """The most calls that started within any stretch of so many seconds, its end not included."""
        most, first = 0, 0
        for at, start in enumerate(self.starts):
            while start - self.starts[first] >= seconds - 1e-9:
                first += 1
            most = max(most, at - first + 1)
        return most


def timed(client: AsyncClient | Client, clock: Callable[[], float]) -> Any:
    """The client with every monotonic clock in it replaced."""
    for name, value in (("pace", Pace(clock)), ("proof", Proof(clock)), ("circuits", Circuits(clock))):
        object.__setattr__(client._operations, name, value)
    return client


def schools(count: int) -> list[School]:
    """Invented schools."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    made = []
    for number in range(count):
        rest, second = divmod(number, 26)
        lead, first = divmod(rest, 26)
        brin = f"{90 - lead:02d}{letters[first]}{letters[second]}"
        made.append(
            School(
                instellingscode=brin,
                vestigingscode="00",
                onderwijsaanbiedercode="901A901",
                onderwijslocatiecode="901X901",
                administratienr="01",
                routeringskenmerk=f"00000007000{brin}00530",
            )
        )
    return made


def mandated(osr: SimulatedOsr, made: list[School], *, but: Callable[[int], bool] = lambda _: False) -> None:
    """Both mandates for every school, but for those that are left out for the supplier."""
    for number, school in enumerate(made):
        osr.mandate(school.oin, LAS_OIN, dt.date(2025, 8, 1))
        if not but(number):
            osr.mandate(school.oin, SUPPLIER_OIN, dt.date(2025, 8, 1))
