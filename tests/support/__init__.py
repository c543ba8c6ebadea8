"""Stand-ins for the network and a few values that many tests need."""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from doorstroom_client import Advies, Deelnemer, Leverancier, Osr, Retry, School, Stamgroep
from doorstroom_client.exchange.call import Conditions
from doorstroom_client.exchange.flow import Flow, arun, run
from doorstroom_client.parties.url import Peer
from doorstroom_client.readers.one_school import read_adviezen, read_deelnemers
from doorstroom_client.transport.request import Fault, FaultKind, Operation, Outcome, Phase, Request, Response

NOW = dt.datetime(2026, 3, 10, 12, 0, 0, tzinfo=dt.UTC)
SUPPLIER_OIN = "00000003990000110000"
OTHER_OIN = "00000003990000120000"
LAS_OIN = "00000003990000010000"
SCHOOL = School(
    instellingscode="11BB",
    vestigingscode="00",
    onderwijsaanbiedercode="123A123",
    onderwijslocatiecode="123X123",
    administratienr="01",
    routeringskenmerk="0000000700011BB00530",
    naam="De Testschool",
)
LEVERANCIER = Leverancier("ICE", SUPPLIER_OIN, "https://toets.example.nl/dst", "Toetsbureau")
OSR = Osr("https://osr.example.nl/api/v2", namespace="ns-2025")
JSON = {"content-type": "application/json"}
PDF = b"%PDF-1.7\nrapport\n%%EOF\n"
T = TypeVar("T")
_opened: list[Any] = []


def closed_later(made: T) -> T:
    """The same client or store; it is closed with the test."""
    _opened.append(made)
    return made


def close_all() -> None:
    """Close what `closed_later` was given, last first."""
    while _opened:
        closing = _opened.pop().close()
        if inspect.isawaitable(closing):
            asyncio.run(_waited(closing))


async def _waited(awaitable: Any) -> None:
    await awaitable


@contextmanager
def in_time(expected: float) -> Iterator[None]:
    """The block may take ten times what it takes by itself: a machine may be busy, and what hangs takes for ever."""
    started = time.monotonic()
    yield
    took = time.monotonic() - started
    assert took < 10 * expected, f"took {took:.1f} s where {expected} s would do"


def fault(kind: FaultKind, code: str = "", seconds: float = 0.1, phase: Phase = Phase.UNKNOWN) -> Fault:
    """A fault that took a moment."""
    return Fault(kind, phase, code, seconds)


def answer(status: int, document: object = None, *, headers: Mapping[str, str] | None = None, seconds: float = 0.1) -> Response:
    """An answer with JSON, or without a body."""
    body = b"" if document is None else json.dumps(document).encode()
    return Response(status, {**(JSON if document is not None else {}), **(headers or {})}, body, seconds)


class FakeTransport:
    """Gives scripted outcomes and remembers what it was asked to send."""

    def __init__(self, outcomes: Iterable[Outcome] | Callable[[Request], Outcome]) -> None:
        self._answer = outcomes if callable(outcomes) else None
        self._outcomes = iter(()) if callable(outcomes) else iter(outcomes)
        self.requests: list[Request] = []
        self.closed = 0

    def send(self, request: Request) -> Outcome:
        self.requests.append(request)
        return self._answer(request) if self._answer else next(self._outcomes)

    def close(self) -> None:
        self.closed += 1


class AsyncFakeTransport(FakeTransport):
    """The same, awaited."""

    async def send(self, request: Request) -> Outcome:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().send(request)

    async def close(self) -> None:  # type: ignore[override]
        super().close()


def drive(flow: Flow[T], outcomes: Iterable[Outcome], *, awaited: bool = False) -> tuple[T, FakeTransport, list[float]]:
    """Run a flow to its end over scripted outcomes; gives its value, the transport and the pauses."""
    pauses: list[float] = []
    if not awaited:
        transport = FakeTransport(outcomes)
        return run(flow, transport, pauses.append), transport, pauses
    fake = AsyncFakeTransport(outcomes)

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    return asyncio.run(arun(flow, fake, pause)), fake, pauses


def request(operation: Operation = Operation.REGISTREREN, **more: Any) -> Request:
    """A request to a supplier."""
    peer = more.pop("peer", None) or Peer("Toetsbureau", "https://toets.example.nl/dst", SUPPLIER_OIN)
    return Request(operation, peer, "POST", "https://toets.example.nl/dst/x", b"{}", request_id="req-1", **more)


def conditions(retry: Retry | None = None, total: float = 30.0) -> Conditions:
    """Bounds with a clock that stands still."""
    return Conditions(retry or Retry(), total, lambda: NOW)


def resultaat(
    *,
    eck: str | None = "https://ketenid.nl/pilot/" + "a" * 128,
    las: str | None = None,
    toets: str = "ICE",
    datumtijd: str | None = "2026-03-10T11:00:00Z",
    score: int = 540,
    rapport: str = "rapport-1",
) -> dict[str, Any]:
    """A Leerlingresultaat as a supplier pushes it."""
    refs = [{"label": "ECK-iD", "onderwijsdeelnemerID": eck}] if eck else []
    refs += [{"label": "LAS-key", "onderwijsdeelnemerID": las}] if las else []
    return {
        "datumtijd": datumtijd,
        "auteur": "Toetssysteem",
        "versie": "Doorstroomtoetsketen_v1.1",
        "profiel": "Leerlingtoetsresultaat",
        "schooljaar": "2025-2026",
        "resultatenscores": {
            "id": "rs-1",
            "deelnemerref": refs,
            "versie": "Definitief",
            "datumtijd": "2026-03-09T08:00:00+01:00",
            "toetsdefinitie": toets,
            "scores": {"id": "scores-1", "scores": [{"label": "Toetsscore", "id": "s-1", "waarde": str(score)}]},
            "resultaten": {
                "aanvullendeinfo": f"https://toets.example.nl/dst/leerlingrapport/{rapport}",
                "resultaten": [{"label": "Toetsadvies", "waarde": "havo/vwo"}],
            },
        },
        "toets": {"id": toets},
    }


def advice_in(source: Any, school: Any = SCHOOL, **more: Any) -> list[Advies]:
    """The advice that a reader finds in a file."""
    return list(read_adviezen(source, school, **more).adviezen)


def pupils_in(source: Any, school: Any = SCHOOL, **more: Any) -> tuple[list[Stamgroep], list[Deelnemer]]:
    """The groups and participants that a reader finds in a file."""
    found = read_deelnemers(source, school, **more)
    return list(found.groepen), list(found.deelnemers)
