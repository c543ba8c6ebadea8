"""Records of the simulated registry, and reading of what is asked."""

from __future__ import annotations

import re
import uuid
from dataclasses import field
from datetime import date
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator.https import Received

_OIN = re.compile(r"[0-9A-Z]{20}")
_UUIDS = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


@frozen
class Mandate:
    """A school, or its board, lets a supplier exchange data for one service version.

    Attributes:
        supplier_oin: OIN of the supplier, 20 characters.
        school_oin: OIN of the school, 20 characters; empty when a board gave it.
        namespace: of the service version.
        start: first day.
        end: last day; None while open.
        system: name of the supplier's system.
        token: proof of the mandate; only its owner may see it.
        number: in the links of the registry.
        board: code of the board that gave it; empty when a school did.
    """

    supplier_oin: str
    school_oin: str
    namespace: str
    start: date
    end: date | None
    system: str
    token: str = field(repr=False)
    number: int
    board: str = ""

    def covers(self, day: date) -> bool:
        """Whether the mandate is valid on this day; both ends are included."""
        return self.start <= day and (self.end is None or day <= self.end)


@frozen
class Endpoint:
    """Where one school administration receives.

    Attributes:
        routing_id: routeringskenmerk of the administration, 20 characters.
        url: base URL.
        school_oin: OIN of the school.
        namespace: of the service version.
        number: its id; in the third version a uuid is made of it.
        attributes: what kind of system it is.
        start: first day; None when it began once.
        end: last day; None while open.
        supplier_oin: OIN of whom it belongs to; None when that is nobody here.
        system: name of the system it belongs to; empty for all systems of the supplier.
    """

    routing_id: str
    url: str
    school_oin: str
    namespace: str
    number: int = 0
    attributes: str = "LAS"
    start: date | None = None
    end: date | None = None
    supplier_oin: str | None = None
    system: str = ""

    @property
    def uuid(self) -> str:
        """Its id in the third version."""
        return str(uuid.uuid5(_UUIDS, f"endpoint {self.number}"))

    def covers(self, day: date, *, future: bool) -> bool:
        """Whether it is valid on this day, or will be."""
        return (future or self.start is None or self.start <= day) and (self.end is None or day <= self.end)


@frozen
class Caller:
    """Who asks, and with which API key.

    Attributes:
        oin: of the client certificate.
        system: the system of the key; empty for a key that goes for every system of the caller, None without a valid key.
    """

    oin: str
    system: str | None

    def owns(self, supplier_oin: str | None, system: str) -> bool:
        """Whether something of a system is the caller's own."""
        return self.system is not None and supplier_oin == self.oin and self.system in ("", system)


@frozen
class Asked:
    """A request to one version of the interface.

    Attributes:
        received: the request.
        version: 2 or 3.
        caller: who asks.
    """

    received: Received
    version: int
    caller: Caller

    def one(self, name: str) -> str | None:
        """A parameter that is there once."""
        return self.received.one(name)

    def required(self, name: str) -> str:
        """A parameter that must be there once, and not be empty."""
        value = self.one(name)
        if not value:
            raise InvalidQueryError
        return value

    def oin(self, name: str) -> str:
        """A parameter that must be a code of 20 digits and capitals."""
        return checked_oin(self.required(name))

    def day(self, name: str, default: date) -> date:
        """A parameter that is a day."""
        text = self.one(name)
        return default if text is None else read_day(text)

    def document(self) -> dict[str, Any]:
        """The fields of an address in the body; None for one that is not there."""
        try:
            found = self.received.json()
        except ValueError as error:
            raise InvalidQueryError from error
        if not isinstance(found, dict):
            raise InvalidQueryError
        names = ("mandate_token", "routing_id", "service_version_namespace", "url", "attributes", "start_date", "end_date")
        return {name: found.get(name) for name in names}


class InvalidQueryError(Exception):
    """A parameter is missing or malformed."""


def checked_oin(value: object) -> str:
    """A code of 20 digits and capitals."""
    if not isinstance(value, str) or not _OIN.fullmatch(value):
        raise InvalidQueryError
    return value


def read_day(text: object) -> date:
    """A day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise InvalidQueryError from error


def brin(school_oin: str) -> str:
    """Return the four characters of the school within its OIN."""
    return school_oin[11:15]
