"""What the suppliers of a simulated chain push, and to which address: that of the LAS in the OSR."""

from __future__ import annotations

from collections.abc import Collection

from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import Toetssoort
from doorstroom_client.simulator.chain_servers import ChainServers
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.simulator.toetssysteem import Toetssysteem
from doorstroom_client.simulator.verzending import Afzender, Verzonden


class ChainPushing:
    """The part of a chain that pushes; whoever has it sets what it works with.

    Attributes:
        osr: the register.
        toetssystemen: the suppliers, by toetssoort.
        school: the school that is meant when none is named.
    """

    osr: SimulatedOsr
    toetssystemen: dict[str, Toetssysteem]
    school: School
    servers: ChainServers
    _receive: bool

    def stuur_resultaten(
        self,
        toetssoort: str = Toetssoort.ICE,
        school: School | None = None,
        *,
        wie: str | None = None,
        afwijkingen: Collection[str] = (),
    ) -> list[Verzonden]:
        """Let the known pupils take the test, and push each result to the LAS that the OSR has an address of.

        Args:
            toetssoort: which supplier.
            school: only of this school.
            wie: only of this pupil, by an onderwijsdeelnemerID.
            afwijkingen: how the results differ from plain ones, see `Afwijking`.
        """
        school_oin = None if school is None else school.oin
        return self.toetssystemen[toetssoort].stuur_resultaten(
            self.afzender(toetssoort), school_oin=school_oin, wie=wie, afwijkingen=afwijkingen
        )

    def stuur_opnieuw(self, toetssoort: str = Toetssoort.ICE, *, rapporten: Collection[str] | None = None) -> list[Verzonden]:
        """Push once more what the LAS has not accepted of a supplier.

        Args:
            toetssoort: which supplier.
            rapporten: only the results that belong to these reports, by rapportid; None means all.
        """
        return self.toetssystemen[toetssoort].stuur_opnieuw(self.afzender(toetssoort), rapporten)

    def stuur_bericht(
        self,
        body: bytes,
        toetssoort: str = Toetssoort.ICE,
        school: School | None = None,
        *,
        content_type: str = "application/json",
    ) -> Verzonden:
        """Push any bytes as a result, to see what a LAS makes of them.

        Args:
            body: what is pushed.
            toetssoort: which supplier.
            school: of which school; the first when left out.
            content_type: what it is said to be.
        """
        of = school or self.school
        return self.toetssystemen[toetssoort].stuur_bericht(
            self.afzender(toetssoort), body, edu_to=of.routeringskenmerk, edu_from=of.oin, content_type=content_type
        )

    def afzender(self, toetssoort: str) -> Afzender:
        """With what a supplier pushes, to the LAS that the OSR has an address of."""
        issued = self.servers.calling[toetssoort]
        return Afzender(
            endpoint_for=self._find_endpoint,
            cert=issued.cert,
            key=issued.key,
            trust=self.servers.pki.trust,
            mag_ontvangen=self.osr.may_receive,
        )

    def _find_endpoint(self, routing_id: str) -> str | None:
        """The address of an administration; our own LAS is found without its name, which may mean nothing here."""
        url = self.osr.find_endpoint(routing_id)
        return self.servers.las.near_url if self._receive and url == self.servers.las.url else url
