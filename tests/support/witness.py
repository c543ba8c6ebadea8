"""Sees everything that comes out of calls: for the canary (P1), and to count events against calls (P3)."""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

from doorstroom_client.events import Event, as_json
from doorstroom_client.exchange import call as call_module
from doorstroom_client.exchange.decisions import Situation
from doorstroom_client.transport.httpx_transport import AsyncHttpxTransport, HttpxTransport
from doorstroom_client.transport.request import Operation

from .spoor import Spoor

FIELDS = {"action", "object", "result", "origin", "actor", "at", "outcomes", "seconds"}
"""What the promise asks of every record: the six fields, the attempts and the duration."""
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["action", "object", "result", "origin", "actor", "peer", "at", "outcomes", "seconds", "serious"],
    "properties": {
        "action": {"enum": [*Operation, "certificate"]},
        "object": {"type": "string", "pattern": "^(-|[A-Za-z0-9-]+ (-|[0-9a-f]{16}))$"},
        "result": {"enum": [*Situation, "circuit open"]},
        "origin": {"type": "string", "pattern": "^(-|[0-9A-Z]{20})$"},
        "actor": {"type": "string", "pattern": "^(-|[0-9A-Z]{20})$"},
        "peer": {"type": "string"},
        "at": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$"},
        "outcomes": {"type": "array", "items": {"type": "string", "pattern": r"^(\d{3}|[a-z_]+(:[a-z_]*)?)$"}},
        "seconds": {"type": "number", "minimum": 0},
        "serious": {"type": "boolean"},
    },
}
"""Of one record in the log."""
_EVENTS = "doorstroom_client"
"""The logger of the events."""


@dataclass(frozen=True, slots=True)
class Count:
    """How much a witness saw.

    Attributes:
        calls: calls that were made, counted where they begin.
        attempts: requests that were handed to the transport.
        events: exchanges that the hook was told of.
        records: exchanges that stand in the log.
        cut_off: calls whose process was killed, so that nobody could tell of them.
        places: what was searched for the canary.
    """

    calls: int = 0
    attempts: int = 0
    events: int = 0
    records: int = 0
    cut_off: int = 0
    places: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


class Witness:
    """Watches calls in this process, and takes in what a witness in another process tells.

    Args:
        spoor: collects what came out.
    """

    def __init__(self, spoor: Spoor) -> None:
        self.spoor = spoor
        self.noted: dict[str, list[str]] = {"call": [], "attempt": [], "event": [], "record": []}
        self._cut_off = 0

    def note(self, kind: str, text: str) -> None:
        """Something that is counted."""
        self.noted[kind].append(text)

    def on_event(self, event: Event) -> None:
        """The hook of a client."""
        self.note("event", as_json(event))
        self.spoor.thing("event", event, pickled=True)

    def value(self, value: Any) -> None:
        """What an operation gave."""
        self.spoor.thing("value", value, pickled=True)

    def error(self, error: BaseException) -> None:
        """What an operation raised."""
        self.spoor.error("error", error)

    def output(self, text: str) -> None:
        """Text on stdout or stderr."""
        self.spoor.add("stdout and stderr", text)

    @contextmanager
    def watching(self, temp: Path | None = None) -> Iterator[None]:
        """Everything that is logged, warned, called and put in temporary files.

        Args:
            temp: becomes the folder for temporary files.
        """
        handler = _Records(self)
        logging.getLogger(_EVENTS).addHandler(handler)
        shown = warnings.showwarning

        def show(message: Any, category: Any, filename: str, lineno: int, file: Any = None, line: str | None = None) -> None:
            self.spoor.warning(warnings.WarningMessage(message, category, filename, lineno))
            shown(message, category, filename, lineno, file, line)

        try:
            with self.spoor.listening(), self._counting(), mock.patch.object(warnings, "showwarning", show):
                if temp is None:
                    yield
                else:
                    with mock.patch.object(tempfile, "tempdir", str(temp)):
                        yield
                    self.spoor.files("temporary files", temp)
        finally:
            logging.getLogger(_EVENTS).removeHandler(handler)

    @contextmanager
    def _counting(self) -> Iterator[None]:
        """Counts calls where they begin and attempts where they go out: neither place knows of events."""
        call, send, asend = call_module.call, HttpxTransport.send, AsyncHttpxTransport.send

        def counted(request: Any, *rest: Any, **more: Any) -> Any:
            self.note("call", request.request_id)
            return (yield from call(request, *rest, **more))

        def sent(transport: HttpxTransport, request: Any) -> Any:
            self.note("attempt", request.request_id)
            return send(transport, request)

        async def asent(transport: AsyncHttpxTransport, request: Any) -> Any:
            self.note("attempt", request.request_id)
            return await asend(transport, request)

        # Who imported the function by name has it under that name.
        users = [module for module in list(sys.modules.values()) if _names(module).get("call") is call]
        try:
            for user in users:
                user.call = counted  # type: ignore[attr-defined]
            with mock.patch.object(HttpxTransport, "send", sent), mock.patch.object(AsyncHttpxTransport, "send", asent):
                yield
        finally:
            for user in users:
                user.call = call  # type: ignore[attr-defined]

    def replay(self, told: str, *, killed: bool = False) -> list[str]:
        """Take in what a `TellingWitness` wrote; gives the lines that are not of it.

        Args:
            told: its stdout.
            killed: whether its process was killed in the middle of a call, which then has no event.
        """
        here = Witness(self.spoor)
        rest: list[str] = []
        for line in told.splitlines():
            match _parsed(line):
                case ["found", str(place), str(content)]:
                    self.spoor.add(f"process: {place}", content.encode("latin-1"))
                case [kind, str(text)] if kind in here.noted:
                    here.note(kind, text)
                case _:
                    rest.append(line)
                    self.output(line)
        if killed:
            # A process that is gone tells nothing: exactly the call that it was in, and its only attempt, have no event.
            assert (len(here.noted["call"]), here.noted["event"], here.noted["record"]) == (1, [], []), here.noted
            assert len(here.noted["attempt"]) == 1
            here.noted["call"].clear()
            here.noted["attempt"].clear()
            self._cut_off += 1
        for kind, texts in here.noted.items():
            for text in texts:
                self.note(kind, text)
        return rest

    def check_silence(self) -> None:
        """P1: no canary came out anywhere."""
        hits = self.spoor.hits()
        assert not hits, f"{len(hits)} hits:\n" + "\n".join(hits)

    def check_events(self) -> Count:
        """P3: one event and one log record for each call, and each as it was promised; gives how many there were."""
        events, records = self.noted["event"], self.noted["record"]
        assert sorted(records) == sorted(events), "the log says something else than the hook was told"
        exchanges = [document for document in map(_checked, records) if document["action"] != "certificate"]
        made = Counter(self.noted["call"])
        told = Counter(document["object"].split(" ")[0] for document in exchanges)
        assert told == made, f"calls {made}, but events of {told}"
        attempts = sum(len(document["outcomes"]) for document in exchanges)
        assert attempts == len(self.noted["attempt"]), "other attempts in the events than were made"
        return Count(
            sum(made.values()) + self._cut_off,
            attempts + self._cut_off,
            sum(json.loads(event)["action"] != "certificate" for event in events),
            len(exchanges),
            self._cut_off,
            len(self.spoor.found),
        )


class TellingWitness(Witness):
    """Writes everything to stdout at once, for `Witness.replay`: its process may be killed at any moment."""

    def __init__(self) -> None:
        super().__init__(_TellingSpoor({}))

    def note(self, kind: str, text: str) -> None:
        tell(kind, text)


class _TellingSpoor(Spoor):
    def add(self, place: str, content: str | bytes) -> None:
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        tell("found", place, raw.decode("latin-1"))


def tell(*texts: str) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(texts) + "\n")
    sys.stdout.flush()


class _Records(logging.Handler):
    def __init__(self, witness: Witness) -> None:
        super().__init__(logging.NOTSET)
        self._witness = witness

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == _EVENTS:  # those of loggers below it come by as well
            self._witness.note("record", record.getMessage())


def _names(module: ModuleType) -> dict[str, Any]:
    return getattr(module, "__dict__", {})


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _checked(line: str) -> dict[str, Any]:
    """A record as a document; fails when it is not one line of plain ASCII that fits the schema."""
    assert line.isascii(), line
    assert line.isprintable(), line  # neither CR, LF nor ESC
    document: dict[str, Any] = json.loads(line)
    assert document.keys() >= FIELDS, line
    _validator(document["action"] == "certificate").validate(document)
    return document


@cache
def _validator(certificate: bool) -> Any:
    """What is told of our own certificate is free text."""
    free = {**SCHEMA["properties"], **({"result": {"type": "string"}} if certificate else {})}
    import jsonschema  # takes a second, which every program of the matrix would take

    return jsonschema.Draft202012Validator({**SCHEMA, "properties": free})
