"""A receiver with a real store, for both clients, that stays open for all texts of a test file."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from doorstroom_client import AsyncClient, Client
from doorstroom_client.messages.mild import Part
from doorstroom_client.receiving.judge import InboundRequest, InboundResponse
from doorstroom_client.receiving.received import Ontvangen, open_kept
from doorstroom_client.store.rows import StoredResult
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

from . import LEVERANCIER, NOW, SCHOOL, resultaat
from .clients import QUERY, built, inbound

CANARY = "KANARIE-7f3a"
"""Stands in what is sent, and may never stand in an answer."""


class Ontvanger:
    """One client that receives, its store, and a second look into that store."""

    def __init__(self, folder: Path, *, awaited: bool, now: Callable[[], dt.datetime] = lambda: NOW) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.client: Any = built(AsyncClient if awaited else Client, store=folder / "s.db", now=now)
        self._runner = asyncio.Runner() if awaited else None
        self._store = SqliteStore(folder / "s.db")
        self._last = 0

    def __call__(self, body: bytes, **change: Any) -> InboundResponse:
        """Push a message."""
        got = self.client.terugweg.handle(replace(inbound(body, query=f"{QUERY}&x={CANARY}"), **change))
        response: InboundResponse = self._runner.run(got) if self._runner else got
        return response

    def new(self) -> list[StoredResult]:
        """What was kept since the last time this was asked."""
        found = self._store.inbox.select("1 = 1", None, self._last, 1000)
        self._last = found[-1].id if found else self._last
        return found

    def all(self) -> list[StoredResult]:
        """Everything that was kept."""
        return self._store.inbox.select("1 = 1", None, 0, 1000)

    def close(self) -> None:
        self._store.close()
        if self._runner is None:
            self.client.close()
        else:
            self._runner.run(self.client.close())
            self._runner.close()


def opened(kept: StoredResult) -> Ontvangen:
    """A kept message, read back."""
    return open_kept(kept, lambda kenmerk: SCHOOL if kenmerk == SCHOOL.routeringskenmerk else None, [LEVERANCIER])


def read_everything(thing: Any, depth: int = 0) -> None:
    """Read every property and field of a message and its parts; whatever cannot be read raises."""
    if isinstance(thing, list | tuple):
        for item in thing:
            read_everything(item, depth + 1)
        return
    if type(thing).__module__.startswith("doorstroom_client.") and isinstance(thing, Part):
        names = [name for name in dir(type(thing)) if isinstance(getattr(type(thing), name, None), property)]
        for name in [*type(thing).__annotations__, *(name for name in names if not name.startswith("_"))]:
            read_everything(getattr(thing, name), depth + 1)
        if hasattr(thing, "as_int"):
            thing.as_int()
    if not isinstance(thing, Mapping):  # the raw message: as large as the sender likes
        repr(thing)


def pushed(school: Any, number: int) -> InboundRequest:
    body = json.dumps(resultaat(eck="https://ketenid.nl/pilot/" + f"{number:0128d}")).encode()
    return inbound(body, query=f"edu-to={school.routeringskenmerk}&edu-from={school.oin}")
