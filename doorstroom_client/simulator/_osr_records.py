"""Records of the simulated registry, and reading of its query parameters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from doorstroom_client.simulator.https import Received

_OIN = re.compile(r"[0-9A-Z]{20}")


@dataclass(frozen=True, slots=True)
class Mandate:
    """A school lets a supplier exchange data for one service version.

    Attributes:
        supplier_oin: OIN of the supplier, 20 characters.
        school_oin: OIN of the school, 20 characters.
        namespace: of the service version.
        start: first day.
        end: last day; None while open.
        system: name of the supplier's system.
        token: proof of the mandate; only its owner may see it.
        number: in the links of the registry.
    """

    supplier_oin: str
    school_oin: str
    namespace: str
    start: date
    end: date | None
    system: str
    token: str = field(repr=False)
    number: int

    def covers(self, day: date) -> bool:
        """Whether the mandate is valid on this day; both ends are included."""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one school administration receives.

    Attributes:
        routing_id: routeringskenmerk of the administration, 20 characters.
        url: base URL.
        school_oin: OIN of the school.
        namespace: of the service version.
    """

    routing_id: str
    url: str
    school_oin: str
    namespace: str


class InvalidQueryError(Exception):
    """A parameter is missing or malformed."""


def required(received: Received, name: str) -> str:
    """Return a parameter that must be there once, and not be empty."""
    value = received.one(name)
    if not value:
        raise InvalidQueryError
    return value


def oin(received: Received, name: str) -> str:
    """Return a parameter that must be a code of 20 digits and capitals."""
    value = required(received, name)
    if not _OIN.fullmatch(value):
        raise InvalidQueryError
    return value


def brin(school_oin: str) -> str:
    """Return the four characters of the school within its OIN."""
    return school_oin[11:15]
