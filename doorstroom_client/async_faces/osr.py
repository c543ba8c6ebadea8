"""Made from faces/osr.py by tools/make_async.py; change that file, not this one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, AsyncIterator, Sequence

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.through_client import ThroughClient
from doorstroom_client.basics.uitleg import Uitleg
from doorstroom_client.basics.unread import works_while_read
from doorstroom_client.checkup.bevinding import Verbindingscontrole
from doorstroom_client.checkup.check import SECONDS
from doorstroom_client.connection_checks import ConnectionChecks
from doorstroom_client.async_faces.osr_catalogue import AsyncOsrCatalogue
from doorstroom_client.async_faces.osr_endpoints import AsyncOsrEndpoints
from doorstroom_client.messages.school import School
from doorstroom_client.operations import Operations
from doorstroom_client.osr.board_text import uitleg_voor_bestuur
from doorstroom_client.osr.entries import EigenMandaat
from doorstroom_client.osr.mandaat import Mandaat
from doorstroom_client.osr.mandates import find_own_mandates
from doorstroom_client.osr.rounds import Mandaatcontrole, OnWait, Round, suspicion_of
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.runtime import AsyncRuntime


@frozen
class AsyncClientOsr(ThroughClient, AsyncOsrCatalogue, AsyncOsrEndpoints):
    """Questions to the OSR; reached as ``client.osr``."""

    _operations: Operations
    _runtime: AsyncRuntime

    async def check_mandaat(self, school: School | str, leverancier: Leverancier | str, *, on: dt.date | None = None) -> Mandaat:
        """Ask whether a supplier may exchange messages on behalf of a school.

        With an API key the mandate of this LAS is looked up as well.

        Args:
            school: the school, or its BRIN (99AA or 99AA00), RIO code, School OIN or routeringskenmerk.
            leverancier: the supplier, or its toetssoort.
            on: the day to ask about; today when left out.

        Returns:
            True when mandated; its ``uitleg`` tells the school in Dutch what is right or wrong and who can repair it.

        Raises:
            ConfigurationError: the school or the supplier is not known.
            UnexpectedResponse: the OSR gave neither a yes nor a no; that is never taken as a no.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        asked = self._operations.leverancier(leverancier)
        school = await self._runtime.run(self._operations.school_meant(school))
        return await self._runtime.run(self._operations.registry.check_mandaat(school, asked, on))

    async def check_verbinding(self, school: School | str | None = None, *, seconds: float = SECONDS) -> Verbindingscontrole:
        """Check the connection to the OSR as ``client.check_verbinding`` does, and put it a question or two.

        Over a connection that is good it is asked for its services, and about one school. Nothing is written.

        Args:
            school: one that is known to have a mandate; when left out, no school is asked about, and a finding says so.
            seconds: how long it may take in all.

        Returns:
            True when nothing is wrong. Whatever the network or the OSR does is a finding, and no error.

        Raises:
            ConfigurationError: no OSR is configured, the school is not known, or there is no certificate.
        """
        checks = ConnectionChecks(self._operations, self._runtime.resources.live, self._runtime.apart, seconds)
        return await self._runtime.run(checks.of_osr(school))

    async def find_leveranciers(self, school: School | str) -> list[Leverancier]:
        """The configured suppliers that a school has mandated. Answers of the last minutes are not asked for again.

        Args:
            school: the school, or its BRIN (99AA or 99AA00), RIO code, School OIN or routeringskenmerk.

        Raises:
            ConfigurationError: the school is not known.
            UnexpectedResponse: the OSR gave neither a yes nor a no.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        school = await self._runtime.run(self._operations.school_meant(school))
        return await self._runtime.run(self._operations.registry.find_leveranciers(school))

    async def find_eigen_mandaten(self) -> tuple[EigenMandaat, ...]:
        """All mandates of this LAS for the service, of every school and period, in one question.

        Raises:
            ConfigurationError: there is no API key, or our certificate carries no OIN.
            UnexpectedResponse: the answer cannot be understood.
            Unavailable: the OSR is out of service.
            TransportError: there was no connection or no complete answer.
        """
        registry = self._operations.registry
        registry.own_oin()
        return await self._runtime.run(find_own_mandates(registry.osr, registry.budget()))

    @works_while_read
    async def check_mandaten(
        self,
        schools: Iterable[School | str] | None = None,
        *,
        leveranciers: Sequence[Leverancier | str] | None = None,
        on: dt.date | None = None,
        workers: int = 8,
        per_second: float | None = None,
        max_age: float | None = None,
        on_wait: OnWait | None = None,
    ) -> AsyncIterator[Mandaatcontrole]:
        """Check the mandates of many schools, and hand out the answer about each as soon as it is known.

        Asked are this LAS (once per school, with an API key) and each supplier. An answer that is still fresh is not asked for
        again; with a store that also holds after the run was broken off, so it is gone on with by starting it again.

        When the OSR is silent or asks for rest, all workers wait together. After two minutes without any answer, or five
        schools in a row with an answer that is none, nothing more is asked: the schools that are left get that error. About
        one school alone nothing is waited for: the answer or the error comes within the time of one question.

        When the mandates of many schools are gone at once, an event tells that the OSR itself is suspect: see
        ``osr.suspect_from``, `Mandaatcontrole.omgeslagen` and `suspicion`.

        Args:
            schools: which, by themselves or by a key; the configured ones when left out. Read while it goes on.
            leveranciers: the suppliers, or their toetssoorten; the configured ones when left out.
            on: the day to ask about; today when left out.
            workers: how many schools at a time.
            per_second: how many calls may start in a second, retries included; ``osr.per_second`` when left out.
            max_age: how many seconds old an earlier answer may be, 0 to ask everything anew. When left out: 15 minutes for a
                yes, 1 minute for a no.
            on_wait: is called with the cause and with the most seconds that it will last, when a run begins to wait for a
                silent OSR. It must not wait itself.

        Raises:
            ConfigurationError: an argument is unusable, or no namespace is set for that day.
        """
        chosen = (
            self._operations.leveranciers
            if leveranciers is None
            else [self._operations.leverancier(item) for item in leveranciers]
        )
        ronde = Round(self._operations.registry, chosen, on, self._operations.pace, per_second, max_age, on_wait)
        await self._runtime.run(ronde.tidy())
        flows = ronde.flows(self._operations.known_schools() if schools is None else self._operations.the_schools(schools))
        try:
            async for controle in self._runtime.stream(flows, workers, ronde.stop):
                yield ronde.note(controle)
        finally:
            ronde.tell()

    def suspicion(self, controles: Iterable[Mandaatcontrole]) -> str:
        """Why the OSR itself is suspect after a run, in one text: too many mandates are gone at once. Asks nobody.

        Args:
            controles: what `check_mandaten` handed out, all of it.

        Returns:
            Empty when there is nothing odd. Otherwise tell no school that its mandate is missing before Kennisnet was asked.
        """
        return suspicion_of(controles, self._operations.registry.osr.suspect_from)

    def uitleg_voor_bestuur(self, controles: Iterable[Mandaatcontrole]) -> Uitleg:
        """One text in Dutch for a board: every school is named once, and the steps are told once. Asks nobody.

        Args:
            controles: what `check_mandaten` handed out, of the schools of that board.

        Returns:
            Empty when the OSR gave no answer about any of them.
        """
        return uitleg_voor_bestuur(controles)
