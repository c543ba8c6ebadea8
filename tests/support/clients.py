"""Clients of both kinds over scripted outcomes, and what is pushed to them: made in one place, called in one way."""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client import AsyncClient, Client, InboundRequest, InboundResponse, Retry
from doorstroom_client.transport.request import Outcome, Request

from . import LEVERANCIER, NOW, OSR, SCHOOL, SUPPLIER_OIN, AsyncFakeTransport, FakeTransport, answer, closed_later, resultaat

BOTH = pytest.mark.parametrize("kind", [Client, AsyncClient])
QUERY = f"edu-to={SCHOOL.routeringskenmerk}&edu-from={SCHOOL.oin}"


class Clock:
    """A wall clock that stands still until it is put forward."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> dt.datetime:
        return self.at

    def forward(self, **more: float) -> None:
        self.at += dt.timedelta(**more)


def mandated(_: Request) -> Outcome:
    """The answer of a register in which every mandate is."""
    return answer(200, "OK")


def built(
    kind: Any = Client,
    outcomes: Iterable[Outcome] | Callable[[Request], Outcome] = mandated,
    store: Any = None,
    **more: Any,
) -> Any:
    """A client that knows one school, one supplier and the register; for who closes it."""
    transport = (AsyncFakeTransport if kind is AsyncClient else FakeTransport)(outcomes)
    given: dict[str, Any] = {"osr": OSR, "leveranciers": [LEVERANCIER], "scholen": [SCHOOL], "retry": Retry.never()}
    given |= {"auteur": "Test 1", "transport": transport, "now": lambda: NOW, "store": store}
    return kind(**{**given, **more})


def make(*args: Any, **more: Any) -> Any:
    """The same, closed with the test."""
    return closed_later(built(*args, **more))


def sender(**more: Any) -> tuple[Client, FakeTransport]:
    """A client without a register, whose supplier takes in everything; and what it sent."""
    transport = FakeTransport(lambda _: answer(202))
    return make(**{"schooljaar": "2025-2026", "osr": None, "transport": transport, **more}), transport


def go(result: Any) -> Any:
    """The value of a call of either kind of client; an iterator becomes a list."""

    async def collect() -> list[Any]:
        return [item async for item in result]

    async def wait() -> Any:
        return await result

    if isinstance(result, AsyncIterator):
        return asyncio.run(collect())
    if isinstance(result, Iterator):
        return list(result)
    return asyncio.run(wait()) if inspect.isawaitable(result) else result


def inbound(document: Any, **change: Any) -> InboundRequest:
    """A push by the supplier to the school: of bytes as they are, or of a document as JSON."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    given = {"query": QUERY, "peer_oin": SUPPLIER_OIN, "body": body}
    return InboundRequest("POST", "/leerlingresultaat", **{**given, **change})


def push(client: Any, document: Any, **change: Any) -> InboundResponse:
    """Hand a message to a receiver, as a web server does."""
    response: InboundResponse = go(client.terugweg.handle(inbound(document, **change)))
    return response


def result_of(number: int, **more: Any) -> dict[str, Any]:
    """A result of an invented pupil."""
    return resultaat(eck=f"https://ketenid.nl/pilot/{number:0128x}", **more)


def push_result(client: Any, number: int = 0, rapport: str = "rapport-1") -> None:
    """One result of an invented pupil, that is kept."""
    assert push(client, result_of(number, rapport=rapport)).status == 202


class Inkomend:
    """A receiver with a store in a folder."""

    def __init__(self, folder: Path, **more: Any) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self.client: Client = built(store=folder / "inbox.db", **more)

    def push(self, document: Any, **how: Any) -> int:
        return push(self.client, json.dumps(document, **how).encode() if how else document).status

    def close(self) -> None:
        self.client.close()

    def kept(self) -> int:
        return len(list(self.client.resultaten(everything=True)))

    def on_disk(self, text: str) -> bool:
        """Whether it stands in a file, as it is or as JSON has it."""
        forms = {text.strip().encode(), json.dumps(text.strip())[1:-1].encode()}
        content = b"".join(path.read_bytes() for path in self._folder.glob("inbox.db*"))
        return any(form in content for form in forms)
