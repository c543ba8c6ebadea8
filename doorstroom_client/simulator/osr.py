"""The registry, played: mandates, endpoints, schools, boards and services, in its second and its third version.

Field names that are not public are plausible, not known; a client that depends on more than the documented
facts will fail against the real registry as well.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from typing import Any

from doorstroom_client.osr.mandate_table import Example
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.osr_data import Data
from doorstroom_client.simulator.osr_records import Asked, Caller, Endpoint, Mandate
from doorstroom_client.simulator.osr_routes import PREFIXES, Routes, collection_of
from doorstroom_client.simulator.verkeer import Richting, Verkeer

__all__ = ["Endpoint", "Mandate", "SimulatedOsr"]
_NO_WINDOW = (-math.inf, 0)


class SimulatedOsr:
    """The registry; hand `app` to a server.

    Attributes:
        namespace: of the service version that is in use.
        outage: while True every request gets 503.
        says: the answer to every question about a mandate, in place of what stands in it: an example of `TABLE`, with which
            each of its rows can be tried; None for its own answers.
        verkeer: the last requests and their answers.
    """

    def __init__(
        self,
        *,
        api_key_header: str,
        api_key: str,
        api_key_of: str | None = None,
        namespace: str = "http://example.org/schemas/doorstroomtoets/simulator",
        today: Callable[[], date] = date.today,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start empty.

        Args:
            api_key_header: name of the header for the key; not public, so every test chooses.
            api_key: the value an owner must send to see or change what is its own; it goes for all systems of an owner.
            api_key_of: OIN of whom that key is; None takes it from everybody.
            namespace: of the service version.
            today: the day meant when a request names none.
            clock: monotonic seconds, for the rate limit.
        """
        self._namespace = namespace
        self.namespace: str = namespace
        self.outage: bool = False
        self.says: Example | None = None
        self.verkeer: Verkeer = Verkeer(secret=(api_key_header,))
        self._api_key_header = api_key_header
        self._api_key = api_key
        self._api_key_of = api_key_of
        self._clock = clock
        self._lock = threading.Lock()
        self._data = Data(today, {namespace: "active"})
        self._routes = Routes(self._data)
        self._limit: tuple[int, float] | None = None
        self._window = _NO_WINDOW

    # --- what stands in it

    def mandate(
        self,
        school_oin: str,
        supplier_oin: str,
        start: date | None = None,
        end: date | None = None,
        *,
        system: str = "Bedacht systeem",
        namespace: str | None = None,
    ) -> Mandate:
        """Register a mandate.

        Args:
            school_oin: the school that gives it.
            supplier_oin: the supplier that gets it.
            start: first day; today by default. It may lie in the future.
            end: last day; None leaves it open. It may be over.
            system: name of the supplier's system.
            namespace: of another service version than the one in use.
        """
        with self._lock:
            first = start or self._data.today()
            used = namespace or self.namespace
            return self._data.give(Mandate(supplier_oin, school_oin, used, first, end, system, token="", number=0))

    def revoke(self, school_oin: str, supplier_oin: str) -> None:
        """Withdraw every mandate of this supplier for this school; none is fine."""
        with self._lock:
            self._data.revoke(school_oin, supplier_oin)

    def has_mandate(self, school_oin: str, supplier_oin: str) -> bool:
        """Whether a mandate is valid today, also in an outage; fits ``mandaat`` of a test supplier."""
        with self._lock:
            return bool(self._data.mandated(school_oin, supplier_oin, self.namespace, self._data.today()))

    def add_version(self, namespace: str, status: str = "active") -> None:
        """List another service version, or give one another status."""
        with self._lock:
            self._data.versions[namespace] = status

    def add_system(self, supplier_oin: str, system: str, api_key: str) -> None:
        """Let one of several systems of a supplier have a key of its own, which opens only what is its own."""
        with self._lock:
            self._data.systems[api_key] = (supplier_oin, system)

    def add_board(self, board: str, *school_oins: str) -> None:
        """Know a board by its code, with its schools."""
        with self._lock:
            self._data.boards[board] = school_oins
            for school_oin in school_oins:
                self._data.note_school(school_oin)

    def register_endpoint(
        self, routing_id: str, url: str, school_oin: str | None = None, *, supplier_oin: str | None = None
    ) -> None:
        """Set where an administration receives.

        Args:
            routing_id: its routeringskenmerk; a second registration replaces the first.
            url: base URL.
            school_oin: by default the school named in the first 15 characters of the routeringskenmerk.
            supplier_oin: whose address it is; nobody's here when left out.
        """
        school = school_oin or f"{routing_id[:15]}00000"
        with self._lock:
            for old in self._data.at(routing_id, self.namespace):
                del self._data.endpoints[old.number]
            self._data.register(Endpoint(routing_id, url, school, self.namespace, supplier_oin=supplier_oin))

    def find_endpoint(self, routing_id: str) -> str | None:
        """Return the URL registered for an administration. Works during an outage."""
        with self._lock:
            found = self._data.at(routing_id, self.namespace)
        return found[-1].url if found else None

    def may_receive(self, routing_id: str, oin: str | None) -> bool:
        """Whether results of an administration may go to whom an OIN is of. Works during an outage.

        That is whose address is registered; of an address of nobody here, whom its school has mandated.
        """
        with self._lock:
            found = self._data.at(routing_id, self.namespace)
            if not found or oin is None:
                return False
            if found[-1].supplier_oin is not None:
                return found[-1].supplier_oin == oin
            return bool(self._data.mandated(found[-1].school_oin, oin, self.namespace, self._data.today()))

    # --- how it behaves

    def limit_requests(self, requests: int | None, per_seconds: float = 1.0) -> None:
        """Answer 429 with Retry-After to whatever is more than this; None takes the limit away."""
        with self._lock:
            self._limit = None if requests is None else (requests, per_seconds)
            self._window = _NO_WINDOW

    def reset(self) -> None:
        """Go back to how it was when it was made: nothing stands in it. Do this while no request is under way."""
        with self._lock:
            self.namespace, self.outage, self.says = self._namespace, False, None
            self._limit, self._window = None, _NO_WINDOW
            self._data.reset(self._namespace)
        self.verkeer.reset()

    def as_data(self, *, whole: bool = False) -> dict[str, Any]:
        """What stands in it, how it behaves and what was asked, as plain values for JSON; no tokens and no keys.

        Args:
            whole: with the paths, headers and bodies of what was asked and answered.
        """
        with self._lock:
            data = self._data
            return {
                "namespace": self.namespace,
                "outage": self.outage,
                "says": None if self.says is None else {"status": self.says.status, "body": self.says.body},
                "limit": None if self._limit is None else list(self._limit),
                "versions": dict(data.versions),
                "mandates": [_plain(item, without=("token",)) for item in data.mandates.values()],
                "endpoints": [_plain(item) for item in data.endpoints.values()],
                "schools": dict(data.schools),
                "boards": {code: list(schools) for code, schools in data.boards.items()},
                "systems": [list(pair) for pair in data.systems.values()],
                "verkeer": self.verkeer.as_data(whole=whole),
            }

    def app(self, received: Received) -> Answer:
        """Answer one request."""
        begin = self.verkeer.begin()
        answer = self._answer(received)
        self.verkeer.note(Richting.ONTVANGEN, collection_of(received.path), received, answer, begin=begin)
        return answer

    def _answer(self, received: Received) -> Answer:
        with self._lock:
            wait = self._wait()
        if self.outage:
            return Answer.json(503, {"message": "service unavailable"}, (("Retry-After", "1"),))
        if wait > 0:
            return Answer.json(429, {"message": "too many requests"}, (("Retry-After", str(math.ceil(wait))),))
        if received.peer_oin is None:
            return Answer.json(401, {"message": "client certificate required"})
        version = next((number for number, prefix in PREFIXES.items() if received.path.startswith(f"{prefix}/")), None)
        if version is None:
            return Answer.json(404, {"message": "not found"})
        if self.says is not None and received.path.endswith("/mandates"):
            return Answer(self.says.status, self.says.body.encode(), self.says.content_type)
        with self._lock:
            caller = Caller(received.peer_oin, self._system(received))
            return self._routes.answer(Asked(received, version, caller))

    def _system(self, received: Received) -> str | None:
        key = received.header(self._api_key_header)
        if key == self._api_key and self._api_key_of in (None, received.peer_oin):
            return ""
        supplier, system = self._data.systems.get(key or "", (None, ""))
        return system if supplier is not None and supplier == received.peer_oin else None

    def _wait(self) -> float:
        """Seconds until a request is taken again; it counts this one when that is now."""
        if self._limit is None:
            return 0.0
        most, seconds = self._limit
        now, (begun, count) = self._clock(), self._window
        if now - begun >= seconds:
            begun, count = now, 0
        if count >= most:
            return max(begun + seconds - now, 1e-6)
        self._window = (begun, count + 1)
        return 0.0


def _plain(record: Mandate | Endpoint, without: tuple[str, ...] = ()) -> dict[str, Any]:
    named = {item.name: getattr(record, item.name) for item in fields(record) if item.name not in without}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in named.items()}
