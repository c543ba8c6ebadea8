"""Turns the steps of scenarios into evidence: every message once, with a number by which the steps refer to it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.evidence import digest
from doorstroom_client.ketentest.outcomes import Arrival, Arrived, Replies, Reply
from doorstroom_client.ketentest.player import Played, Taken, in_dutch
from doorstroom_client.ketentest.report.verslag import Answer, Message, Richting, Stap
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.steps import Ours, Send, Series, Tls

_KINDS: Mapping[str, str] = {
    "Send": "verzoek",
    "Series": "reeks verzoeken",
    "Probe": "handdruk",
    "Await": "wachten op berichten",
    "Arrange": "opstelling",
    "Stage": "eigen antwoord",
    "Drive": "opdracht aan het LAS",
    "Pause": "wachten",
    "Look": "controle vooraf",
    "Ask": "vraag",
}
_NAMES: Mapping[str, str] = {
    # of steps
    "speaks": "spreekt",
    "shows": "certificaat",
    "path": "pad",
    "operation": "bericht",
    "pupils": "leerlingen",
    "count": "aantal",
    "within": "termijn",
    "asks": "gevraagd",
    "answers": "antwoorden",
    "action": "opdracht",
    "changed": "bijgesteld",
    "text": "tekst",
    "at_once": "tegelijk",
    # of outcomes
    "accepted": "aangenomen",
    "version": "tls",
    "cipher": "versleuteling",
    "oin": "oin",
    "ends": "certificaat_tot",
    "status": "status",
    "location": "verwijst_door",
    "date": "klokverschil",
    "fault": "fout",
    "complete": "alles_binnen",
    "value": "waarde",
    "made_up": "verzonnen",
    "why": "gezien",
    "ok": "gelukt",
    "error": "fout",
    "told": "verteld",
    "counts": "aantallen",
    "yes": "antwoord",
    "by": "door",
    "moment": "moment",
}
_VALUES: Mapping[str, Mapping[str, str]] = {
    "shows": {
        Ours.OWN: "eigen",
        Ours.NONE: "geen",
        Ours.OTHER_PARTY: "van een andere partij",
        Ours.OTHER_CA: "van een andere CA",
        Ours.EXPIRED: "verlopen",
        Ours.NO_OIN: "zonder OIN",
    },
    "speaks": {
        Tls.SOUND: "zoals afgesproken",
        Tls.TLS_1_3: "TLS 1.3",
        Tls.TLS_1_1: "alleen TLS 1.1",
        Tls.CBC: "alleen CBC",
        Tls.STATIC_RSA: "alleen statische RSA",
        Tls.PLAIN: "HTTP zonder TLS",
    },
}
"""Values of steps that a report says in Dutch."""
_NOTHING: tuple[object, ...] = (None, "", (), [], {})
_FOR_PROGRAMS = ("does", "facts")
"""What steps hold for a side that is told and asked by program; a person has the same in words."""


@frozen
class _Place:
    """Where a message stands first."""

    scenario: str
    rol: Rol
    step: str


class Traffic:
    """The messages of a run."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._arrived: dict[tuple[object, ...], int] = {}

    @property
    def messages(self) -> tuple[Message, ...]:
        """All messages so far, in the order of their numbers."""
        return tuple(self._messages)

    def steps(self, played: Played) -> tuple[Stap, ...]:
        """The steps of one scenario."""
        return tuple(self._step(played, taken) for taken in played.taken)

    def _step(self, played: Played, taken: Taken) -> Stap:
        step, outcome = taken.step, taken.outcome
        place = _Place(played.scenario.id, played.scenario.rol, step.name)
        numbers: list[int] = []
        facts: dict[str, Any] = {}
        if isinstance(step, Send) and isinstance(outcome, Reply):
            numbers = [self._sent(place, step, outcome, taken.moment)]
            facts = {"seconden_over_de_inhoud": step.pace} if step.pace else {}
        elif isinstance(step, Series) and isinstance(outcome, Replies):
            pairs = zip(step.sends, outcome.replies, strict=False)  # a series that broke off has fewer answers
            numbers = [self._sent(place, send, reply, taken.moment) for send, reply in pairs]
            facts = {"tegelijk": step.at_once}
        else:
            found = outcome.as_data()
            if isinstance(outcome, Arrived):
                numbers = list(self._all_arrived(place, outcome.arrivals))
                found = {"complete": outcome.complete}
            facts = {**_facts(asdict(step), but=("name", *_FOR_PROGRAMS)), **_facts(found, but=("kind", "arrivals"))}
        kind = _KINDS.get(type(step).__name__, type(step).__name__.lower())
        return Stap(name=step.name, kind=kind, moment=taken.moment, messages=tuple(numbers), facts=facts)

    def _sent(self, place: _Place, send: Send, reply: Reply, moment: str) -> int:
        body, raw = _as_text(send.body)
        return self._add(
            place,
            richting=Richting.VERSTUURD,
            moment=moment,
            method=send.method,
            path=send.path,
            query=send.query,
            shows=_VALUES["shows"][send.shows],
            headers=send.headers,
            body=body,
            raw=raw,
            size=len(send.body),
            sha256=digest(send.body),
            datumtijd=_datumtijd(body),
            went_out=reply.sent or bool(reply.status),
            status=reply.status,
            seconds=reply.seconds,
            fault=in_dutch(reply.fault),
            answer=None if reply.fault else _answer(reply),
        )

    def _all_arrived(self, place: _Place, arrivals: Iterable[Arrival]) -> Iterable[int]:
        """Numbers of messages that came in. Several scenarios may look at one; the same bytes may also come in twice."""
        seen: Counter[tuple[object, ...]] = Counter()
        for arrival in arrivals:
            key = (arrival.operation, arrival.moment, arrival.sha256, arrival.size, arrival.query, arrival.answered)
            seen[key] += 1
            once = (*key, seen[key])
            if once not in self._arrived:
                self._arrived[once] = self._came(place, arrival)
            yield self._arrived[once]

    def _came(self, place: _Place, arrival: Arrival) -> int:
        return self._add(
            place,
            richting=Richting.ONTVANGEN,
            moment=arrival.moment,
            method=arrival.method,
            path=f"/{arrival.operation}",
            query=arrival.query,
            oin=arrival.oin,
            headers=tuple(arrival.headers.items()),
            body=arrival.body,
            size=arrival.size,
            sha256=arrival.sha256,
            datumtijd=_datumtijd(arrival.body),
            pupils=arrival.pupils,
            foreign=arrival.foreign,
            status=arrival.answered,
        )

    def _add(self, place: _Place, **values: Any) -> int:
        number = len(self._messages) + 1
        self._messages.append(Message(number=number, scenario=place.scenario, rol=place.rol, step=place.step, **values))
        return number


def _answer(reply: Reply) -> Answer:
    return Answer(headers=reply.headers, body=reply.body, size=reply.size, sha256=reply.sha256, first=reply.first)


def _as_text(body: bytes) -> tuple[str | None, bytes]:
    """A body of ours as text; as it is when it is none."""
    if not body:
        return None, b""
    try:
        return body.decode("utf-8"), b""
    except UnicodeDecodeError:
        return None, body


def _datumtijd(body: str | None) -> str:
    """The moment that stands in a message."""
    try:
        found = json.loads(body or "")
    except (ValueError, RecursionError):
        return ""
    value = found.get("datumtijd") if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""


def _facts(values: Mapping[str, Any], *, but: tuple[str, ...]) -> dict[str, Any]:
    """What a step asked or saw by Dutch names, without what says nothing."""
    kept = {name: value for name, value in values.items() if name not in but and value not in _NOTHING}
    if not kept.get("status", 1):  # there was no answer
        del kept["status"]
    return {_NAMES.get(name, name): _in_dutch(name, value) for name, value in kept.items()}


def _in_dutch(name: str, value: Any) -> Any:
    if name == "fault":
        return in_dutch(value)
    return _VALUES[name].get(value, value) if name in _VALUES else value
