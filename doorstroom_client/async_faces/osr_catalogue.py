"""Made from faces/osr_catalogue.py by tools/make_async.py; change that file, not this one."""

from __future__ import annotations

from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.operations import Operations
from doorstroom_client.osr.namespace import NamespaceCheck, Namespaces, compare, find_namespaces, look_ahead
from doorstroom_client.runtime import AsyncRuntime


class AsyncOsrCatalogue:
    """The part of ``client.osr`` that asks what there is."""

    __slots__ = ()
    _operations: Operations
    _runtime: AsyncRuntime

    async def find_namespace(self, service: str | None = None, schooljaar: str | None = None) -> Namespaces:
        """Find the namespace that the OSR lists for a school year, through its services and their versions.

        Args:
            service: code of the service or a part of its name; ``osr.service_code`` when left out.
            schooljaar: ``"2026-2027"``; the one that messages are written for when left out.

        Returns:
            True when the OSR settles it; ``namespace`` is then the one to use, and ``reden`` says why it is that one or none.

        Raises:
            MessageError: `schooljaar` is no school year.
            UnexpectedResponse: an answer cannot be understood.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        registry, year = self._operations.registry, Schooljaar(self._operations.schooljaar_of(schooljaar))
        asked = service or registry.osr.service_code
        (found,) = await self._runtime.run(find_namespaces(registry.osr, registry.budget(), asked, year))
        return found

    async def check_namespace(self, schooljaar: str | None = None) -> NamespaceCheck:
        """Compare the configured namespace of a school year with what the OSR lists.

        Args:
            schooljaar: ``"2026-2027"``; the one that messages are written for when left out.

        Returns:
            True when it need not be changed; ``advies`` says in one sentence what to change.

        Raises:
            MessageError: `schooljaar` is no school year.
            UnexpectedResponse: an answer cannot be understood.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        registry, year = self._operations.registry, Schooljaar(self._operations.schooljaar_of(schooljaar))
        configured, setting = self._operations.namespace_of(year)
        (found,) = await self._runtime.run(find_namespaces(registry.osr, registry.budget(), registry.osr.service_code, year))
        return compare(configured, found, setting)

    async def check_namespaces(self) -> tuple[NamespaceCheck, ...]:
        """Compare the namespace of every configured school year with what the OSR lists, and look for the next.

        Returns:
            One for each school year; false when its namespace has to be changed. The year after the one that messages are
            written for is the last: when it is not configured, `NamespaceCheck.vooruit` is true and ``advies`` says whether it
            can be.

        Raises:
            UnexpectedResponse: an answer cannot be understood.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        operations, registry, now = (
            self._operations,
            self._operations.registry,
            Schooljaar(self._operations.schooljaar_of(None)),
        )
        configured = [item.schooljaar for item in operations.jaargangen.items] or [now]
        ahead = [] if now.volgende in configured else [now.volgende]
        asked = find_namespaces(registry.osr, registry.budget(), registry.osr.service_code, *configured, *ahead)
        found = {item.schooljaar: item for item in await self._runtime.run(asked)}
        checks = ((operations.namespace_of(year), found[year]) for year in configured)
        return (
            *(compare(namespace, listed, setting) for (namespace, setting), listed in checks),
            *(look_ahead(found[year]) for year in ahead),
        )
