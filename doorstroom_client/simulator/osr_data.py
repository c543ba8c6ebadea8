"""What the simulated registry holds; whoever uses it holds its lock."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import date

from doorstroom_client.simulator.osr_records import Endpoint, Mandate, brin


@dataclass
class Data:
    """Mandates, endpoints, schools, boards and versions of the one service.

    Attributes:
        today: the day meant when nobody names one.
        versions: namespace and status of every service version; the first is the one that is in use.
        mandates: everything that was given, by number and in order.
        endpoints: everything that was registered, by number.
        schools: name by OIN.
        boards: OINs of the schools by code of the board.
        systems: supplier OIN and name of a system by its API key.
    """

    today: Callable[[], date]
    versions: dict[str, str]
    mandates: dict[int, Mandate] = field(default_factory=dict[int, Mandate])
    endpoints: dict[int, Endpoint] = field(default_factory=dict[int, Endpoint])
    schools: dict[str, str] = field(default_factory=dict[str, str])
    boards: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    systems: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    _given: int = 0
    _registered: int = 0
    _by_parties: dict[tuple[str, str], list[Mandate]] = field(default_factory=dict[tuple[str, str], list[Mandate]])
    _numbers: dict[str, int] = field(default_factory=dict[str, int])

    def reset(self, namespace: str) -> None:
        """Hold nothing but the service version that is in use."""
        fresh = Data(self.today, {namespace: "active"})
        for item in fields(self):
            setattr(self, item.name, getattr(fresh, item.name))

    def give(self, mandate: Mandate) -> Mandate:
        """Add a mandate; its token and number are made here."""
        self._given += 1
        given = replace(mandate, token=_token(self._given, mandate), number=self._given)
        self.mandates[given.number] = given
        self._by_parties.setdefault((given.school_oin or given.board, given.supplier_oin), []).append(given)
        if given.school_oin:
            self.note_school(given.school_oin)
        return given

    def mandated(self, school_oin: str, supplier_oin: str, namespace: str, day: date) -> list[Mandate]:
        """The mandates of a supplier that are valid for a school on a day, of the school itself or of its board."""
        givers = [school_oin, *(code for code, schools in self.boards.items() if school_oin in schools)]
        given = [mandate for giver in givers for mandate in self._by_parties.get((giver, supplier_oin), ())]
        return [mandate for mandate in given if mandate.namespace == namespace and mandate.covers(day)]

    def revoke(self, school_oin: str, supplier_oin: str) -> None:
        """Take every mandate of a school for a supplier away."""
        for mandate in self._by_parties.pop((school_oin, supplier_oin), ()):
            del self.mandates[mandate.number]

    def register(self, endpoint: Endpoint) -> Endpoint:
        """Add an address; its number is made here."""
        self._registered += 1
        made = replace(endpoint, number=self._registered)
        self.endpoints[made.number] = made
        self.note_school(made.school_oin)
        return made

    def at(self, routing_id: str, namespace: str) -> list[Endpoint]:
        """The addresses of an administration."""
        return [item for item in self.endpoints.values() if (item.routing_id, item.namespace) == (routing_id, namespace)]

    def free_routing_id(self, school_oin: str) -> str:
        """A routeringskenmerk that nobody has registered."""
        taken = {endpoint.routing_id for endpoint in self.endpoints.values()}
        candidates = (f"{school_oin[:15]}{number:05d}" for number in range(530, 100_000))
        return next(code for code in candidates if code not in taken)

    def note_school(self, school_oin: str) -> None:
        """Know a school from now on."""
        self.schools.setdefault(school_oin, f"Bedachte school {brin(school_oin)}")
        self._numbers.setdefault(school_oin, len(self.schools))

    def number_of(self, school_oin: str) -> int:
        """The number of a school in links."""
        return self._numbers[school_oin]

    def board_of(self, school_oin: str) -> str | None:
        """The code of the board of a school."""
        return next((code for code, schools in self.boards.items() if school_oin in schools), None)


def _token(number: int, mandate: Mandate) -> str:
    """The same again for the same mandate in the same place, so that nothing tells a reset registry from a new one."""
    text = f"{number} {mandate.school_oin or mandate.board} {mandate.supplier_oin} {mandate.namespace}"
    return str(uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))
