"""What the OSR lists: services and their versions, schools and boards, and the namespace of a school year."""

from __future__ import annotations

from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.operations import Chain
from doorstroom_client.osr.entries import Bestuur, Dienst, Dienstversie, Onderwijsinstelling, Vermelding
from doorstroom_client.osr.namespace import NamespaceCheck, Namespaces, compare, find_namespaces, look_ahead
from doorstroom_client.osr.schools import find_schools, get_board, get_school
from doorstroom_client.osr.services import find_services, find_versions, get_service, get_version
from doorstroom_client.runtime import SyncRuntime


class OsrCatalogue:
    """The part of ``client.osr`` that asks what there is."""

    __slots__ = ()
    _chain: Chain
    _runtime: SyncRuntime

    def find_namespace(self, service: str | None = None, schooljaar: str | None = None) -> Namespaces:
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
        registry, year = self._chain.registry, Schooljaar(self._chain.schooljaar_of(schooljaar))
        asked = service or registry.osr.service_code
        (found,) = self._runtime.run(find_namespaces(registry.osr, registry.budget(), asked, year))
        return found

    def check_namespace(self, schooljaar: str | None = None) -> NamespaceCheck:
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
        registry, year = self._chain.registry, Schooljaar(self._chain.schooljaar_of(schooljaar))
        configured, setting = self._chain.namespace_of(year)
        (found,) = self._runtime.run(find_namespaces(registry.osr, registry.budget(), registry.osr.service_code, year))
        return compare(configured, found, setting)

    def check_namespaces(self) -> tuple[NamespaceCheck, ...]:
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
        chain, registry, now = self._chain, self._chain.registry, Schooljaar(self._chain.schooljaar_of(None))
        configured = [item.schooljaar for item in chain.jaargangen.items] or [now]
        ahead = [] if now.volgende in configured else [now.volgende]
        asked = find_namespaces(registry.osr, registry.budget(), registry.osr.service_code, *configured, *ahead)
        found = {item.schooljaar: item for item in self._runtime.run(asked)}
        checks = ((chain.namespace_of(year), found[year]) for year in configured)
        return (
            *(compare(namespace, listed, setting) for (namespace, setting), listed in checks),
            *(look_ahead(found[year]) for year in ahead),
        )

    def find_diensten(self, naam: str | None = None) -> tuple[Dienst, ...]:
        """The services that the OSR lists.

        Args:
            naam: a part of the name; all when left out.

        Raises:
            UnexpectedResponse: the answer cannot be understood.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        registry = self._chain.registry
        return self._runtime.run(find_services(registry.osr, registry.budget(), naam))

    def get_dienst(self, key: str | int | Vermelding) -> Dienst | None:
        """One service; None when the OSR says that it does not exist.

        Args:
            key: its id, or a record with a link to it.

        Raises:
            MessageError: that is no id, or there is no such link.
            UnexpectedResponse: the answer cannot be understood, or the link leads to another host.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        registry = self._chain.registry
        return self._runtime.run(get_service(registry.osr, registry.budget(), key, registry.proof))

    def find_dienstversies(self, service_code: str | None = None) -> tuple[Dienstversie, ...]:
        """The versions of a service, each with its namespace.

        Args:
            service_code: code of the service; ``osr.service_code`` when left out.

        Raises:
            UnexpectedResponse: the answer cannot be understood.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        registry = self._chain.registry
        code = service_code or registry.osr.service_code
        return self._runtime.run(find_versions(registry.osr, registry.budget(), code))

    def get_dienstversie(self, key: str | int | Vermelding) -> Dienstversie | None:
        """One version of a service; None when the OSR says that it does not exist.

        Args:
            key: its id, or a record with a link to it.

        Raises:
            MessageError: that is no id, or there is no such link.
            UnexpectedResponse: the answer cannot be understood, or the link leads to another host.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        registry = self._chain.registry
        return self._runtime.run(get_version(registry.osr, registry.budget(), key, registry.proof))

    def find_scholen(
        self, naam: str | None = None, *, oin: str | None = None, brin: str | None = None, oa_id: str | None = None
    ) -> tuple[Onderwijsinstelling, ...]:
        """The schools for which all that is given holds; every school when nothing is.

        Args:
            naam: a part of the name.
            oin: the School OIN.
            brin: BRIN4.
            oa_id: onderwijsaanbiedercode; the OSR need not have filled it.

        Raises:
            MessageError: a code does not have its form; nothing was sent.
            UnexpectedResponse: the answer cannot be understood.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        registry = self._chain.registry
        asked = find_schools(registry.osr, registry.budget(), name=naam, oin=oin, brin=brin, oa_id=oa_id)
        return self._runtime.run(asked)

    def get_school(self, key: str | int | Vermelding) -> Onderwijsinstelling | None:
        """One school; None when the OSR says that it does not exist.

        Args:
            key: its id, or a record with a link to it: a mandate, an endpoint.

        Raises:
            MessageError: that is no id, or there is no such link.
            UnexpectedResponse: the answer cannot be understood, or the link leads to another host.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        registry = self._chain.registry
        return self._runtime.run(get_school(registry.osr, registry.budget(), key, registry.proof))

    def get_bestuur(self, key: str | int | Vermelding) -> Bestuur | None:
        """One board; None when the OSR says that it does not exist.

        Args:
            key: its number (V2) or bgeCode (V3), or a record with a link to it, such as a school.

        Raises:
            MessageError: that is no id, or there is no such link.
            UnexpectedResponse: the answer cannot be understood, or the link leads to another host.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        registry = self._chain.registry
        return self._runtime.run(get_board(registry.osr, registry.budget(), key, registry.proof))
