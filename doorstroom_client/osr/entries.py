"""What stands in the register, as values. Each keeps what was sent as `raw`, so that a field nobody knew about is not lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

from doorstroom_client.basics.as_sent import as_sent
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.osr.mandate_table import ENDS, STARTS, TOKENS
from doorstroom_client.osr.parsing import Fields, Links


@frozen(kw_only=True)
class Vermelding:
    """Base of everything that stands in the register.

    Attributes:
        id: its number, uuid or code; None when it was not told.
        links: addresses of what belongs to it, by relation.
    """

    KNOWN_BY: ClassVar[tuple[str, ...]] = ()
    """Names of which the object of the register has at least one; without any it is something else."""
    id: str | None = None
    links: Links = field(default_factory=dict[str, tuple[str, ...]], repr=False, compare=False)
    _raw: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False, compare=False)

    @property
    def raw(self) -> dict[str, Any]:
        """The object as it was sent, without a token: a copy, which is yours."""
        return as_sent(self._raw)


@frozen(kw_only=True)
class Dienst(Vermelding):
    """A service that schools give mandates for.

    Attributes:
        code: its code, ``DOORSTROOM``.
        naam: its name.
        omschrijving: what it is.
    """

    KNOWN_BY: ClassVar[tuple[str, ...]] = ("code",)
    code: str
    naam: str = ""
    omschrijving: str = ""

    @classmethod
    def read(cls, fields: Fields) -> Dienst:
        """From an object of the register."""
        return cls(
            code=fields.text("code") or "",
            naam=fields.text("name") or "",
            omschrijving=fields.text("description") or "",
            **_common(fields),
        )


@frozen(kw_only=True)
class Dienstversie(Vermelding):
    """One version of a service.

    Attributes:
        namespace: names it, compared letter by letter.
        status: ``active``; the other values are not public. Empty when it was not told.
    """

    KNOWN_BY: ClassVar[tuple[str, ...]] = ("namespace",)
    namespace: str
    status: str = ""

    @property
    def is_actief(self) -> bool:
        """Whether the register calls it active, or nothing at all."""
        return self.status.lower() in ("active", "")

    @classmethod
    def read(cls, fields: Fields) -> Dienstversie:
        """From an object of the register."""
        return cls(namespace=fields.text("namespace") or "", status=fields.text("status") or "", **_common(fields))


@frozen(kw_only=True)
class Endpoint(Vermelding):
    """Where the messages for one administration go.

    Attributes:
        routing_id: the routeringskenmerk; None when it was not told.
        url: the address.
        attributes: what kind of system it is, such as ``LAS``.
        start_datum: first day; None when open or not told.
        eind_datum: last day; None when open or not told.
        is_van_ons: whether it belongs to the system of our API key; None when it was not told.
    """

    KNOWN_BY: ClassVar[tuple[str, ...]] = ("url",)
    url: str
    routing_id: str | None = None
    attributes: str | None = None
    start_datum: dt.date | None = None
    eind_datum: dt.date | None = None
    is_van_ons: bool | None = None

    def is_voorbij(self, on: dt.date) -> bool:
        """Whether it has ended on a day."""
        return self.eind_datum is not None and self.eind_datum < on

    @classmethod
    def read(cls, fields: Fields) -> Endpoint:
        """From an object of the register."""
        attributes = fields.one_of("attributes")
        return cls(
            url=fields.text("url") or "",
            routing_id=fields.text("routing_id"),
            attributes=",".join(map(str, attributes)) if isinstance(attributes, list) else fields.text("attributes"),
            start_datum=fields.day("start_date"),
            eind_datum=fields.day("end_date"),
            is_van_ons=fields.flag("user_is_owner"),
            **_common(fields),
        )


@frozen(kw_only=True)
class EigenMandaat(Vermelding):
    """A mandate of our own, with what only its owner is told.

    Attributes:
        token: proves the mandate when an address is registered; never shown.
        start_datum: first day; None when it was not told.
        eind_datum: last day; None when open or not told.
        school_oin: the school, when the register names it and does not only link to it.
    """

    KNOWN_BY: ClassVar[tuple[str, ...]] = (*TOKENS, *STARTS, *ENDS, "school_oin")
    token: str | None = field(default=None, repr=False)
    start_datum: dt.date | None = None
    eind_datum: dt.date | None = None
    school_oin: str | None = None

    def valid_on(self, dag: dt.date) -> bool:
        """Whether it is in force on a day; both ends are included."""
        begun = self.start_datum is None or self.start_datum <= dag
        return begun and (self.eind_datum is None or dag <= self.eind_datum)

    @classmethod
    def read(cls, fields: Fields) -> EigenMandaat:
        """From an object of the register."""
        end = fields.day(*ENDS)
        return cls(
            token=fields.text(*TOKENS),
            start_datum=fields.day(*STARTS),
            eind_datum=None if end is None or end.year == dt.MAXYEAR else end,  # how systems write that it does not end
            school_oin=fields.text("school_oin"),
            **_common(fields),
        )


def _common(fields: Fields) -> dict[str, Any]:
    return {"id": fields.id, "links": fields.links, "_raw": fields.raw}
