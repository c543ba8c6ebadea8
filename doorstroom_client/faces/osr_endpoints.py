"""Addresses in the OSR: where the messages for an administration go, and our own among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from doorstroom_client.basics.unread import works_while_read
from doorstroom_client.messages.school import School
from doorstroom_client.operations import Operations
from doorstroom_client.osr.endpoints import find_endpoints, find_free_routing_id
from doorstroom_client.osr.entries import Endpoint
from doorstroom_client.osr.own_endpoint import Adreswens, Adreswijziging, settle, settle_one
from doorstroom_client.parties.given import as_taken
from doorstroom_client.runtime import SyncRuntime


class OsrEndpoints:
    """The part of ``client.osr`` that is about addresses."""

    __slots__ = ()
    _operations: Operations
    _runtime: SyncRuntime

    def find_endpoints(
        self,
        school: School | str | None = None,
        *,
        routing_id: str | None = None,
        attributes: str | None = None,
        on: dt.date | None = None,
        include_future: bool = False,
    ) -> tuple[Endpoint, ...]:
        """The addresses of a school, or of one administration. Empty for a service that has mandates of boards only.

        Args:
            school: all administrations of this school, or of the one with this key.
            routing_id: one administration, by its routeringskenmerk.
            attributes: only systems of this kind, such as ``LAS``.
            on: those of another day than today.
            include_future: also those that have yet to begin.

        Raises:
            MessageError: give one of `school` and `routing_id`, in its form; nothing was sent.
            UnexpectedResponse: the answer cannot be understood.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        registry = self._operations.registry
        if school is not None:
            school = self._runtime.run(self._operations.school_meant(school))
        asked = find_endpoints(
            registry.osr_on(on),
            registry.budget(),
            routing_id=routing_id,
            school_oin=None if school is None else school.oin,
            attributes=attributes,
            on=on,
            future=include_future,
        )
        return self._runtime.run(asked)

    def find_free_routing_id(self, school_oin: str) -> str:
        """A routeringskenmerk that is free for a school. Agree on it with the school before it is used.

        Args:
            school_oin: the School OIN.

        Raises:
            MessageError: that is no OIN; nothing was sent.
            UnexpectedResponse: no routeringskenmerk came.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        registry = self._operations.registry
        return self._runtime.run(find_free_routing_id(registry.osr_on(), registry.budget(), school_oin))

    def plan_endpoint(
        self,
        school: School | str,
        url: str,
        *,
        attributes: str = "LAS",
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> Adreswijziging:
        """Say what has to be done so that the OSR holds our address for a school. Nothing is written.

        Args:
            school: the school, or a key of it; its routeringskenmerk names the administration.
            url: https address of our receiver.
            attributes: what kind of system it is.
            since: first day; at once when left out.
            until: last day; open when left out.

        Raises:
            ConfigurationError: `url` is no https address, or there is no API key or OIN to show whose address it is.
            MessageError: `until` lies before `since`.
            UnexpectedResponse: an answer cannot be understood.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        school = self._runtime.run(self._operations.school_meant(school))
        wens = Adreswens(school, url, attributes, since, until)
        return self._runtime.run(settle(self._operations.registry, wens, write=False))

    def register_endpoint(
        self,
        school: School | str,
        url: str,
        *,
        attributes: str = "LAS",
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> Adreswijziging:
        """Register our address for a school, or change it, and read it back. Doing it again does no harm.

        An address of another system is never overwritten, and a write is never repeated before the register was looked at.

        Args:
            school: the school, or a key of it; its routeringskenmerk names the administration.
            url: https address of our receiver.
            attributes: what kind of system it is.
            since: first day; at once when left out.
            until: last day; open when left out.

        Returns:
            True when the address stands there; else ``beletsel`` says why it cannot.

        Raises:
            ConfigurationError: `url` is no https address, or there is no API key or OIN to show whose address it is.
            MessageError: `until` lies before `since`.
            UnexpectedResponse: the OSR refused it, or holds something else afterwards.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer; what was written may have been applied.
        """
        school = self._runtime.run(self._operations.school_meant(school))
        wens = Adreswens(school, url, attributes, since, until)
        return self._runtime.run(settle(self._operations.registry, wens, write=True))

    def carry_out(self, plan: Adreswijziging) -> Adreswijziging:
        """Do what a plan says, and read it back.

        Args:
            plan: as `plan_endpoint` made it.

        Returns:
            True when the address stands there; else ``beletsel`` says why it cannot.

        Raises:
            UnexpectedResponse: the OSR refused it, or holds something else afterwards.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer; what was written may have been applied.
        """
        return self._runtime.run(settle(self._operations.registry, plan, write=True))

    @works_while_read
    def plan_endpoints(self, wensen: Iterable[Adreswens]) -> Iterator[Adreswijziging]:
        """Say of many schools what has to be done so that the OSR holds our address. Nothing is written.

        Schools are looked up one after another, each when its turn comes; when one fails the others go on.

        Args:
            wensen: each school with the address that is to stand there.

        Returns:
            What has to be done, per school in their order; with ``error`` set when it could not be looked up.

        Raises:
            ConfigurationError: there is no API key or OIN to show whose addresses they are.
        """
        registry = self._operations.registry
        registry.own_oin()
        for wens in as_taken(wensen, Adreswens, "wensen", "a list of Adreswens"):
            yield self._runtime.run(settle_one(registry, wens, write=False))

    @works_while_read
    def register_endpoints(self, wensen: Iterable[Adreswens | Adreswijziging]) -> Iterator[Adreswijziging]:
        """Register our address for many schools, or change it, and read each back. Doing it again does no harm.

        Schools are done one after another, and nothing is begun for the next before its outcome is asked for; when one fails
        the others go on. An address of another system is never overwritten.

        Args:
            wensen: each school with the address that is to stand there; or the plans that `plan_endpoints` made of them.

        Returns:
            What was done, per school in their order: true when the address stands there; else ``beletsel`` says why it
            cannot, or ``error`` why it failed. What failed is not written again before the register was looked at.

        Raises:
            ConfigurationError: there is no API key or OIN to show whose addresses they are.
        """
        registry = self._operations.registry
        registry.own_oin()
        for wens in as_taken(wensen, Adreswens | Adreswijziging, "wensen", "a list of Adreswens, or of plans made of them"):
            yield self._runtime.run(settle_one(registry, wens, write=True))
