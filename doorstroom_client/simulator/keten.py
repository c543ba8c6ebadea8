"""The whole chain on this machine: an OSR, three suppliers and the receiving side of a LAS, over real mutual TLS.

    with Keten() as keten:
        client = keten.client()
        client.send(Adviezenlijst(keten.school, [...]))

Every server listens on loopback unless told otherwise, with certificates that are made for the occasion and thrown away.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from doorstroom_client import ApiKey, AsyncClient, Client, ClientCertificate, InboundRequest, Leverancier, Osr
from doorstroom_client.messages.afspraak import NEWEST, Afspraak
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.messages.vocabulary import Toetssoort
from doorstroom_client.simulator.chain_pki import ChainPki
from doorstroom_client.simulator.config_file import config_text
from doorstroom_client.simulator.faults import Fault, served
from doorstroom_client.simulator.https import Answer, HttpsServer, Received
from doorstroom_client.simulator.invented import BedachteLeerling, bedenk_leerlingen
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.simulator.osr_routes import PREFIXES
from doorstroom_client.simulator.pki import Issued
from doorstroom_client.simulator.place import HERE, Place
from doorstroom_client.simulator.regels import Streng
from doorstroom_client.simulator.speeljaar import choose
from doorstroom_client.simulator.toetssysteem import Gedrag, Toetssysteem, Verzonden

LAS_OIN = "00000003990000010000"
OSR_OIN = "00000003990000020000"
SUPPLIERS = (
    (Toetssoort.ICE, "Toetsbureau Noord", "00000003990000110000", Gedrag.ACCEPTEERT),
    (Toetssoort.DIA, "Toetsbureau Zuid", "00000003990000120000", Gedrag.WEIGERT_LIJST),
    (Toetssoort.ROUTE_8, "Toetsbureau West", "00000003990000130000", Gedrag.ACCEPTEERT),
)
"""Test, invented name, OIN and behaviour towards unknown pupils of the three suppliers."""
PORTS = 1 + 1 + len(SUPPLIERS)
"""One each for the OSR, the receiving side and the suppliers."""
API_KEY_HEADER = "X-Simulator-Key"
"""The header name of the real OSR is not public; this one is invented."""
API_KEY = "alleen-voor-de-simulator"


def _school(brin: str, number: str, naam: str) -> School:
    return School(
        instellingscode=brin,
        vestigingscode="00",
        onderwijsaanbiedercode=f"{number}A{number}",
        onderwijslocatiecode=f"{number}X{number}",
        administratienr="01",
        routeringskenmerk=f"00000007000{brin}00530",
        naam=naam,
    )


SCHOLEN = (
    _school("99AA", "901", "De Bedachte Regenboog"),
    _school("99BB", "902", "De Verzonnen Vlieger"),
    _school("99CC", "903", "Het Denkbeeldige Kompas"),
    _school("99DD", "904", "De Gefingeerde Brug"),
)
"""Invented schools: with ICE, with DIA, with ROUTE_8, and one without any mandate."""


MOST_SCHOOLS = 9 * 26 * 26
"""So many can be invented: their BRINs begin with 90 to 98, where no real one does."""


def check_ports(port: int, place: Place = HERE) -> None:
    """Look whether all ports of a chain are free.

    Args:
        port: the first of them; 0 for whichever are free.
        place: where they are listened on.

    Raises:
        OSError: one of them is taken, or the address is none of this machine.
    """
    for number in range(port, port + PORTS) if port else (0,):
        with place.bind(number) as bound:
            bound.listen()


class Keten:
    """OSR, three suppliers and a receiving LAS, started together.

    Args:
        directory: where certificates and store are made; a temporary folder when left out.
        schooljaar: the school year that is played. When left out: the current one if an agreement is known for it, else the
            last one that an agreement is known for.
        afspraak: the agreement that is played; the first known one for that year when left out.
        afspraken: agreements that the suppliers know beside it and those of the library. A list about another school year is
            judged by the agreement of that year.
        definitie: a published definition (YAML, which needs the extra ``yaml``, or JSON) by which lists are judged, in place of
            the shipped one. Without `afspraak` the agreement follows it too.
        streng: what the suppliers refuse that they would otherwise only remark on.
        port: first of five successive ports; free ones are chosen when left out. Looked at before anything is written.
        receive: whether to play the receiving side too. When False, register your own address with
            ``keten.osr.register_endpoint``.
        listen: the IP address to listen on. On loopback only this machine can come there; ``0.0.0.0`` is every address.
        host: the name in every URL and in the certificates of the servers; ``localhost`` where that leads there, else the
            address itself, when left out.
        other_hosts: further names and IP addresses that stand in those certificates: of your own receiver, for instance.

    Raises:
        ConfigurationError: no agreement is known for the school year, or the definition cannot be used.
        OSError: one of the ports is taken, or the address is none of this machine.
        ValueError: ``listen`` is no IP address, or a name is none that a host can have.

    Attributes:
        schooljaar: the school year that is played.
        afspraak: the agreement that is played; results carry its version string.
        osr: the register; give and withdraw mandates here.
        toetssystemen: the suppliers, by toetssoort.
        school: an invented school that has mandated ICE and the LAS.
        scholen: four schools; the second has DIA, the third ROUTE_8, the last no mandate. Those of `bedenk_scholen` follow.
        certificate: what the LAS calls with.
        server_certificate: what the LAS is called with: for a receiving side of your own.
        store: path of the store in which results are received.
    """

    def __init__(
        self,
        directory: Path | None = None,
        *,
        schooljaar: str | None = None,
        afspraak: Afspraak | None = None,
        afspraken: Sequence[Afspraak] = (),
        definitie: Path | None = None,
        streng: Collection[Streng] = (),
        port: int = 0,
        receive: bool = True,
        listen: str = "127.0.0.1",
        host: str | None = None,
        other_hosts: Sequence[str] = (),
    ) -> None:
        self._played = choose(schooljaar, afspraak, afspraken, definitie, dt.datetime.now(amsterdam()).date())
        self._place = Place.of(listen, host, other_hosts)
        check_ports(port, self._place)
        self._temporary = directory is None
        self._started = False
        self.directory = Path(tempfile.mkdtemp(prefix="doorstroom-keten-")) if directory is None else directory
        self.schooljaar, self.afspraak = str(self._played.schooljaar), self._played.afspraak
        self.school = SCHOLEN[0]
        self.scholen: tuple[School, ...] = SCHOLEN
        self.store = self.directory / "doorstroom.db"
        self.osr = SimulatedOsr(api_key_header=API_KEY_HEADER, api_key=API_KEY)
        self._streng = streng
        self._pki = ChainPki(self.directory, self._place.names)
        self._receive = receive
        self._receiver: Client | None = None
        self.certificate = self._certificate(self._pki.for_calling("las", LAS_OIN))
        called = self._pki.for_being_called("las", LAS_OIN)
        self.server_certificate = self._certificate(called)
        ports = range(port, port + PORTS) if port else (0,) * PORTS
        self._osr_server = self._server("osr", self._pki.for_being_called("osr", OSR_OIN), self.osr.app, ports[0])
        self._las_server = self._server("terugweg", called, self._receive_one, ports[1])
        self.toetssystemen = {str(soort): self._toetssysteem(soort, naam, oin, doet) for soort, naam, oin, doet in SUPPLIERS}
        self._calling = {soort: self._pki.for_calling(soort.lower(), item.oin) for soort, item in self.toetssystemen.items()}
        self._supplier_servers = {
            soort: self._server(soort.lower(), self._pki.for_being_called(soort.lower(), item.oin), item.app, ports[2 + at])
            for at, (soort, item) in enumerate(self.toetssystemen.items())
        }
        self._give_mandates()
        self._invented: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Start all servers."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop all servers and throw the certificates away."""
        self.stop()

    def start(self) -> None:
        """Start all servers."""
        for server in self._servers():
            server.start()
        for soort, systeem in self.toetssystemen.items():
            systeem.basis_url = f"{self._supplier_servers[soort].url}/dst"
        self._started = True
        self._register(self.scholen)

    def stop(self) -> None:
        """Stop all servers; a temporary folder is removed."""
        for server in self._servers():
            server.stop()
        if self._receiver is not None:
            self._receiver.close()
            self._receiver = None
        if self._temporary:
            shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def leveranciers(self) -> tuple[Leverancier, ...]:
        """The suppliers as a LAS configures them; known from `start` on."""
        return tuple(
            Leverancier(soort, systeem.oin, systeem.basis_url, systeem.naam) for soort, systeem in self.toetssystemen.items()
        )

    @property
    def osr_settings(self) -> Osr:
        """The OSR as a LAS configures it; known from `start` on."""
        return self._osr_at(self._osr_server.url)

    def _osr_at(self, url: str) -> Osr:
        return Osr(
            f"{url}{PREFIXES[2]}",
            namespace=self.osr.namespace,
            api_key=ApiKey(API_KEY_HEADER, API_KEY),
            oin=OSR_OIN,
        )

    def arguments(self) -> dict[str, Any]:
        """The arguments of a client for this chain."""
        return {
            "certificate": self.certificate,
            "osr": self.osr_settings,
            "leveranciers": self.leveranciers,
            "scholen": self.scholen,
            "auteur": "Simulator LAS 1.0",
            "schooljaar": self.schooljaar,
            "store": self.store,
            **({} if self.afspraak == NEWEST else {"afspraak": self.afspraak}),
            **({"afspraken": self._played.registered} if self._played.registered else {}),
        }

    def client(self, **overrides: Any) -> Client:
        """A client for this chain; close it when done. Arguments of the constructor win."""
        return Client(**{**self.arguments(), **overrides})

    def async_client(self, **overrides: Any) -> AsyncClient:
        """An asynchronous client for this chain; close it when done. Arguments of the constructor win."""
        return AsyncClient(**{**self.arguments(), **overrides})

    def leerlingen(self, aantal: int = 27, *, seed: int = 1) -> list[BedachteLeerling]:
        """Invented pupils of group 8.

        Args:
            aantal: how many.
            seed: another number, other pupils.
        """
        return bedenk_leerlingen(aantal, seed=seed, schooljaar=self.schooljaar)

    def bedenk_scholen(self, aantal: int, *, leerlingen: int = 27) -> list[School]:
        """Add invented schools, that each have mandated one of the suppliers and the LAS, and have made a class known there.

        The suppliers take turns. A client that is made afterwards knows these schools; `klas` gives their pupils.

        Args:
            aantal: how many schools.
            leerlingen: how many pupils of each school its supplier knows.

        Raises:
            ValueError: so many BRINs that cannot be real do not exist.
        """
        start = len(self._invented)
        if start + aantal > MOST_SCHOOLS:
            raise ValueError(f"At most {MOST_SCHOOLS} schools can be invented.")
        new = [_invented_school(number) for number in range(start, start + aantal)]
        for number, school in enumerate(new, start=start):
            soort, _, oin, _ = SUPPLIERS[number % len(SUPPLIERS)]
            self._invented[school.oin] = str(soort)
            self.osr.mandate(school.oin, oin)
            self.osr.mandate(school.oin, LAS_OIN)
            for systeem in self.toetssystemen.values():
                systeem.scholen.add(school.oin)
            self.toetssystemen[soort].meld_aan(school, self.klas(school, leerlingen), schooljaar=self.schooljaar)
        self.scholen += tuple(new)
        if self._started:
            self._register(new)
        return new

    def klas(self, school: School, aantal: int = 27) -> list[BedachteLeerling]:
        """The pupils of a school: the same ones every time, and others than those of another school."""
        return self.leerlingen(aantal, seed=int.from_bytes(school.routeringskenmerk.encode()))

    def toetssysteem_van(self, school: School) -> Toetssysteem:
        """The supplier that a school of `bedenk_scholen` has mandated.

        Raises:
            KeyError: it is another school.
        """
        return self.toetssystemen[self._invented[school.oin]]

    def stuur_resultaten(self, toetssoort: str = Toetssoort.ICE, school: School | None = None) -> list[Verzonden]:
        """Let the known pupils take the test, and push each result to the LAS that the OSR has an address of.

        Args:
            toetssoort: which supplier.
            school: only of this school.
        """
        issued = self._calling[toetssoort]
        return self.toetssystemen[toetssoort].stuur_resultaten(
            self._find_endpoint,
            cert=issued.cert,
            key=issued.key,
            trust=self._pki.trust,
            school_oin=None if school is None else school.oin,
            mag_ontvangen=self.osr.may_receive,
        )

    @contextmanager
    def failing(self, toetssoort: str, *played: Fault) -> Iterator[Leverancier]:
        """Play a supplier that goes wrong: pass what this gives as ``leverancier=``.

        Args:
            toetssoort: which supplier; its OIN and a good certificate are used.
            *played: faults of `doorstroom_client.simulator.faults`, one per request; the last one goes on.
        """
        systeem = self.toetssystemen[toetssoort]
        issued = self._pki.for_being_called(f"{toetssoort.lower()}-failing", systeem.oin)
        with served(played, pki=self._pki.servers, issued=issued, place=self._place) as server:
            yield Leverancier(toetssoort, systeem.oin, f"{server.url}/dst", systeem.naam)

    def write_config(self, path: Path) -> Path:
        """Write the settings of a LAS; known addresses only from `start` on.

        Args:
            path: the file; its mode becomes 0600. TOML as the command line reads it, or the same as JSON, for a program in
                another language, when its name ends in ``.json``.
        """
        path.touch(mode=0o600)
        path.write_text(config_text(self.arguments(), self.server_certificate, path), "utf-8")
        return path

    def _servers(self) -> list[HttpsServer]:
        receiver = [self._las_server] if self._receive else []
        return [self._osr_server, *self._supplier_servers.values(), *receiver]

    def _certificate(self, issued: Issued) -> ClientCertificate:
        return ClientCertificate(issued.cert, key=issued.key, trust=self._pki.trust)

    def _server(self, name: str, issued: Issued, app: Any, port: int) -> HttpsServer:
        trust, place = self._pki.trust, self._place
        return HttpsServer(app, cert=issued.cert, key=issued.key, trust=trust, name=name, port=port, place=place)

    def _toetssysteem(self, soort: str, naam: str, oin: str, gedrag: Gedrag) -> Toetssysteem:
        return Toetssysteem(
            soort,
            naam,
            oin,
            gedrag,
            mandaat=self.osr.has_mandate,
            scholen=[school.oin for school in self.scholen],
            afspraken=self._played.known,
            definitie=self._played.definitie,
            streng=self._streng,
        )

    def _give_mandates(self) -> None:
        for school, (_, _, oin, _) in zip(self.scholen, SUPPLIERS, strict=False):
            self.osr.mandate(school.oin, oin)
            self.osr.mandate(school.oin, LAS_OIN)

    def _register(self, scholen: Sequence[School]) -> None:
        if self._receive:
            for school in scholen:
                self.osr.register_endpoint(school.routeringskenmerk, self._las_server.url, supplier_oin=LAS_OIN)

    def _find_endpoint(self, routing_id: str) -> str | None:
        """The address of an administration; our own LAS is found without its name, which may mean nothing here."""
        url = self.osr.find_endpoint(routing_id)
        return self._las_server.near_url if self._receive and url == self._las_server.url else url

    def _receive_one(self, received: Received) -> Answer:
        if self._receiver is None:
            self._receiver = self.client(osr=self._osr_at(self._osr_server.near_url))
        response = self._receiver.terugweg.handle(
            InboundRequest(
                method=received.method,
                path=received.path,
                query=urlencode(received.query),
                peer_oin=received.peer_oin,
                body=received.body,
                content_type=received.header("content-type") or "",
            )
        )
        extra = tuple((name, value) for name, value in response.headers if name == "retry-after")
        return Answer(response.status, response.body, "application/json", extra)


def _invented_school(number: int) -> School:
    tens, rest = divmod(number, 26 * 26)
    brin = f"{98 - tens}{chr(ord('A') + rest // 26)}{chr(ord('A') + rest % 26)}"
    place, within = divmod(number, 1000)
    return School(
        instellingscode=brin,
        vestigingscode="00",
        onderwijsaanbiedercode=f"{910 + place}A{within:03d}",
        onderwijslocatiecode=f"{910 + place}X{within:03d}",
        administratienr="01",
        routeringskenmerk=f"00000007000{brin}00530",
        naam=f"De Bedachte School {number + 1}",
    )


def leerling_of(bedacht: BedachteLeerling) -> Leerling:
    """The identities of an invented pupil."""
    return Leerling(eck_id=bedacht.eck_id, las_key=bedacht.las_key)


def adviezen_of(bedacht: Sequence[BedachteLeerling]) -> list[Advies]:
    """The advice of invented pupils, ready to send."""
    return [Advies(leerling_of(item), item.advies) for item in bedacht]


def deelnemers_of(bedacht: Sequence[BedachteLeerling], school: School | None = None) -> tuple[list[Stamgroep], list[Deelnemer]]:
    """Invented pupils and their groups, ready to send.

    Args:
        bedacht: the pupils.
        school: makes the group ids unique in the chain, where every school has an 8A.
    """
    prefix = f"{school.routeringskenmerk}-" if school else ""
    groepen = [Stamgroep(f"{prefix}groep-{naam}", naam) for naam in sorted({item.groep for item in bedacht})]
    deelnemers = [
        Deelnemer(
            leerling=leerling_of(item),
            achternaam=item.achternaam,
            voorvoegsel=item.voorvoegsel,
            roepnaam=item.roepnaam,
            voorletters=item.voorletters,
            geboortedatum=item.geboortedatum,
            groep=f"{prefix}groep-{item.groep}",
            geslacht=item.geslacht,
        )
        for item in bedacht
    ]
    return groepen, deelnemers
