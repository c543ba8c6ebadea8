"""Made from faces/osr_endpoints.py by tools/make_async.py; change that file, not this one."""

from __future__ import annotations

import datetime as dt

from doorstroom_client.messages.school import School
from doorstroom_client.operations import Chain
from doorstroom_client.osr.endpoints import find_endpoints, find_free_routing_id
from doorstroom_client.osr.entries import Endpoint
from doorstroom_client.osr.own_endpoint import Adreswijziging, Wens, carry_out, plan_address, put_address
from doorstroom_client.runtime import AsyncRuntime


class AsyncOsrEndpoints:
    """The part of ``client.osr`` that is about addresses."""

    __slots__ = ()
    _chain: Chain
    _runtime: AsyncRuntime

    async def find_endpoints(
        self,
        school: School | None = None,
        *,
        routing_id: str | None = None,
        attributes: str | None = None,
        on: dt.date | None = None,
        include_future: bool = False,
    ) -> tuple[Endpoint, ...]:
        """The addresses of a school, or of one administration. Empty for a service that has mandates of boards only.

        Args:
            school: all administrations of this school.
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
        registry = self._chain.registry
        asked = find_endpoints(
            registry.osr_on(on),
            registry.budget(),
            routing_id=routing_id,
            school_oin=None if school is None else school.oin,
            attributes=attributes,
            on=on,
            future=include_future,
        )
        return await self._runtime.run(asked)

    async def find_free_routing_id(self, school_oin: str) -> str:
        """A routeringskenmerk that is free for a school. Agree on it with the school before it is used.

        Args:
            school_oin: the School OIN.

        Raises:
            MessageError: that is no OIN; nothing was sent.
            UnexpectedResponse: no routeringskenmerk came.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        registry = self._chain.registry
        return await self._runtime.run(find_free_routing_id(registry.osr_on(), registry.budget(), school_oin))

    async def plan_endpoint(
        self,
        school: School,
        url: str,
        *,
        attributes: str = "LAS",
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> Adreswijziging:
        """Say what has to be done so that the OSR holds our address for a school. Nothing is written.

        Args:
            school: the school; its routeringskenmerk names the administration.
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
        registry, wens = self._chain.registry, Wens(school, url, attributes, since, until)
        las, today = registry.own_oin(), registry.today()
        plan = plan_address(registry.osr_on(since), las, wens, registry.about, today, registry.proof)
        return await self._runtime.run(plan)

    async def register_endpoint(
        self,
        school: School,
        url: str,
        *,
        attributes: str = "LAS",
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> Adreswijziging:
        """Register our address for a school, or change it, and read it back. Doing it again does no harm.

        An address of another system is never overwritten, and a write is never repeated before the register was looked at.

        Args:
            school: the school; its routeringskenmerk names the administration.
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
        registry, wens = self._chain.registry, Wens(school, url, attributes, since, until)
        las, today = registry.own_oin(), registry.today()
        done = put_address(registry.osr_on(since), las, wens, registry.about, today, registry.proof)
        return await self._runtime.run(done)

    async def carry_out(self, plan: Adreswijziging) -> Adreswijziging:
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
        registry = self._chain.registry
        return await self._runtime.run(carry_out(registry.osr_on(plan.start_datum), plan, registry.about))
