"""The simulated register behind a client without a network: what is asked goes straight to its app."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from faults_support.osr import OddOsr

from doorstroom_client import ApiKey, Client, ClientCertificate, Osr, Retry, Timeouts
from doorstroom_client.simulator.https import Received
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport.request import Outcome, Request, Response
from support import LAS_OIN, LEVERANCIER, SCHOOL, SUPPLIER_OIN

NAMESPACE = "http://example.org/schemas/doorstroomtoets/2025-2026"
KEY = ApiKey("X-Sleutel", "geheim")
TODAY = dt.date(2026, 3, 10)
NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
BOARD = "40001"
SECOND = "0000000700022CC00000"
URL = "https://las.example.nl/terugweg"


def simulated(**more: Any) -> OddOsr:
    """A register in which one school has mandated supplier and LAS."""
    osr = OddOsr(
        api_key_header=KEY.header, api_key=KEY.key, namespace=NAMESPACE, today=more.pop("today", lambda: TODAY), **more
    )
    osr.add_board(BOARD, SCHOOL.oin, SECOND)
    osr.mandate(SCHOOL.oin, SUPPLIER_OIN, dt.date(2025, 8, 1))
    osr.mandate(SCHOOL.oin, LAS_OIN, dt.date(2025, 8, 1), dt.date(2026, 7, 31))
    return osr


class Played:
    """Sends to the app of a register; what is lost on the way is decided by `lose`."""

    def __init__(self, osr: SimulatedOsr, lose: Callable[[Request], Outcome | None] = lambda _: None) -> None:
        self.osr = osr
        self.lose = lose
        self.requests: list[Request] = []

    def send(self, request: Request) -> Outcome:
        self.requests.append(request)
        parts = urlsplit(request.url)
        query = tuple(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        received = Received(request.method, parts.path, query, tuple(request.headers.items()), request.body or b"", LAS_OIN)
        answer = self.osr.app(received)
        lost = self.lose(request)
        if lost is not None:
            return lost
        headers = {name.lower(): value for name, value in answer.headers}
        if answer.content_type:
            headers["content-type"] = answer.content_type
        return Response(answer.status, headers, b"" if answer.status == 204 else answer.body, 0.01)

    def close(self) -> None:
        """Nothing is open."""

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.requests]


class AsyncPlayed(Played):
    """The same, awaited."""

    async def send(self, request: Request) -> Outcome:  # type: ignore[override]
        await asyncio.sleep(0)
        return super().send(request)

    async def close(self) -> None:  # type: ignore[override]
        """Nothing is open."""


def settings(api: str = "v2", **more: Any) -> Osr:
    """The register as a client knows it."""
    given = {"namespace": NAMESPACE, "api_key": KEY, **more}
    return Osr(f"https://osr.example.nl/api/{api}", **given)


def client_of(pki: Pki, transport: Any, osr: Osr, kind: Any = Client, **more: Any) -> Any:
    """A client that carries the OIN of the LAS, and sends through `transport`."""
    own = pki.issue("las-osr", oin=LAS_OIN)
    return kind(
        certificate=ClientCertificate(own.cert, own.key, pki.trust),
        osr=osr,
        leveranciers=[LEVERANCIER],
        scholen=more.pop("scholen", [SCHOOL]),
        auteur="Test 1",
        transport=transport,
        retry=more.pop("retry", None) or Retry(wait=lambda _: 0.0),  # type: ignore[arg-type]
        timeouts=Timeouts(),
        now=more.pop("now", lambda: NOW),
        **more,
    )
