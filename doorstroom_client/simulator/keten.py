"""The whole chain on this machine: an OSR, three suppliers and the receiving side of a LAS, over real mutual TLS.

    with Keten() as keten:
        client = keten.client()
        client.send(Adviezenlijst(keten.school, [...]))

Every server listens on loopback, with certificates that are made for the occasion and thrown away.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from doorstroom_client import ApiKey, AsyncClient, Client, ClientCertificate, Leverancier, Osr
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import Toetssoort
from doorstroom_client.simulator.config_file import config_text
from doorstroom_client.simulator.faults import Fault, served
from doorstroom_client.simulator.https import HttpsServer
from doorstroom_client.simulator.invented import BedachteLeerling, bedenk_leerlingen
from doorstroom_client.simulator.invented_lists import adviezen_of as adviezen_of
from doorstroom_client.simulator.invented_lists import deelnemers_of as deelnemers_of
from doorstroom_client.simulator.invented_lists import leerling_of as leerling_of
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.simulator.osr_routes import PREFIXES
from doorstroom_client.simulator.pki import Issued, Pki
from doorstroom_client.simulator.terugweg import Terugweg
from doorstroom_client.simulator.toetssysteem import Gedrag, Toetssysteem, Verzonden
from doorstroom_client.simulator.verzending import Afzender

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


def check_ports(port: int) -> None:
    """Look whether all ports of a chain are free.

    Args:
        port: the first of them.

    Raises:
        OSError: one of them is taken.
    """
    for number in range(port, port + PORTS):
        socket.create_server(("127.0.0.1", number)).close()


class Keten:
    """OSR, three suppliers and a receiving LAS, started together.

    Args:
        directory: where certificates and store are made; a temporary folder when left out.
        schooljaar: the school year that is played.
        port: first of five successive ports; free ones are chosen when left out. Looked at before anything is written.
        receive: whether to play the receiving side too. When False, register your own address with
            ``keten.osr.register_endpoint``.
        single_purpose: give every party one certificate for calling and another for being called, from two roots, as the
            newest ones of PKIoverheid are. When False one certificate does for both.

    Raises:
        OSError: one of the ports is taken.

    Attributes:
        osr: the register; give and withdraw mandates here.
        terugweg: the receiving side of the LAS.
        toetssystemen: the suppliers, by toetssoort.
        school: an invented school that has mandated ICE and the LAS.
        scholen: four schools; the second has DIA, the third ROUTE_8, the last no mandate. Those of `bedenk_scholen` follow.
        certificate: the client certificate of the LAS.
        store: path of the store in which results are received.
    """

    def __init__(
        self,
        directory: Path | None = None,
        *,
        schooljaar: str = "2025-2026",
        port: int = 0,
        receive: bool = True,
        single_purpose: bool = False,
    ) -> None:
        if port:
            check_ports(port)
        self._temporary = directory is None
        self._started = False
        self.directory = Path(tempfile.mkdtemp(prefix="doorstroom-keten-")) if directory is None else directory
        self.schooljaar = schooljaar
        self.school = SCHOLEN[0]
        self.scholen: tuple[School, ...] = SCHOLEN
        self.store = self.directory / "doorstroom.db"
        self.osr = SimulatedOsr(api_key_header=API_KEY_HEADER, api_key=API_KEY, api_key_of=LAS_OIN)
        self._pki = self._server_pki = Pki(self.directory / "pki")
        if single_purpose:
            self._server_pki = Pki(self.directory / "pki-servers", name="Simulator Server", beside=self._pki)
        self._receive = receive
        self._by_address = {school.routeringskenmerk: school for school in SCHOLEN}
        # Found by a function, so that schools that are invented later are known too.
        self.terugweg = Terugweg(lambda: self.client(scholen=self._by_address.get))
        self._issued: dict[str, Issued] = {}
        las = self._client_certificate("las", LAS_OIN)
        self.certificate = ClientCertificate(las.cert, key=las.key, trust=self._pki.trust)
        ports = range(port, port + PORTS) if port else (0,) * PORTS
        self._osr_server = self._server("osr", self._server_certificate("osr", OSR_OIN), self.osr.app, ports[0])
        self._las_certificate = self._server_certificate("terugweg", LAS_OIN)
        self._las_server = self._server("terugweg", self._las_certificate, self.terugweg.app, ports[1])
        self.toetssystemen = {str(soort): self._toetssysteem(soort, naam, oin, doet) for soort, naam, oin, doet in SUPPLIERS}
        self._supplier_servers = {
            soort: self._server(soort.lower(), self._server_certificate(soort.lower(), systeem.oin), systeem.app, ports[2 + at])
            for at, (soort, systeem) in enumerate(self.toetssystemen.items())
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
        self.terugweg.close()
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
        return Osr(
            f"{self._osr_server.url}{PREFIXES[2]}",
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
                systeem.ken_school(school.oin)
            self.toetssystemen[soort].meld_aan(school, self.klas(school, leerlingen), schooljaar=self.schooljaar)
        self.scholen += tuple(new)
        self._by_address |= {school.routeringskenmerk: school for school in new}
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

    def stuur_opnieuw(self, toetssoort: str = Toetssoort.ICE) -> list[Verzonden]:
        """Push once more what the LAS has not accepted of a supplier."""
        return self.toetssystemen[toetssoort].stuur_opnieuw(self.afzender(toetssoort))

    @contextmanager
    def failing(self, toetssoort: str, *played: Fault) -> Iterator[Leverancier]:
        """Play a supplier that goes wrong: pass what this gives as ``leverancier=``.

        Args:
            toetssoort: which supplier; its OIN and a good certificate are used.
            *played: faults of `doorstroom_client.simulator.faults`, one per request; the last one goes on.
        """
        systeem = self.toetssystemen[toetssoort]
        with served(played, pki=self._server_pki, oin=systeem.oin) as server:
            yield Leverancier(toetssoort, systeem.oin, f"{server.url}/dst", systeem.naam)

    def write_config(self, path: Path) -> Path:
        """Write a configuration file for the command line; known addresses only from `start` on.

        Args:
            path: the file; its mode becomes 0600.
        """
        path.touch(mode=0o600)
        serve = None if self._server_pki is self._pki else self._las_certificate
        path.write_text(config_text(self.arguments(), path.parent, serve), "utf-8")
        return path

    def _servers(self) -> list[HttpsServer]:
        receiver = [self._las_server] if self._receive else []
        return [self._osr_server, *self._supplier_servers.values(), *receiver]

    def afzender(self, toetssoort: str) -> Afzender:
        """With what a supplier pushes, to the LAS that the OSR has an address of."""
        issued = self._issued[toetssoort.lower()]
        return Afzender(
            endpoint_for=self.osr.find_endpoint,
            cert=issued.cert,
            key=issued.key,
            trust=self._pki.trust,
            mag_ontvangen=self.osr.may_receive,
        )

    def _client_certificate(self, name: str, oin: str) -> Issued:
        self._issued[name] = self._pki.issue(name, oin=oin, server=self._server_pki is self._pki)
        return self._issued[name]

    def _server_certificate(self, name: str, oin: str) -> Issued:
        issued = self._client_certificate(name, oin)  # whoever is called calls others too
        return issued if self._server_pki is self._pki else self._server_pki.issue(name, oin=oin, client=False)

    def _server(self, name: str, issued: Issued, app: Any, port: int) -> HttpsServer:
        return HttpsServer(app, cert=issued.cert, key=issued.key, trust=self._pki.trust, name=name, port=port)

    def _toetssysteem(self, soort: str, naam: str, oin: str, gedrag: Gedrag) -> Toetssysteem:
        return Toetssysteem(
            soort,
            naam,
            oin,
            gedrag,
            mandaat=self.osr.has_mandate,
            scholen=[school.oin for school in self.scholen],
            versies=[afspraak.versie for afspraak in AFSPRAKEN.values()],
        )

    def _give_mandates(self) -> None:
        for school, (_, _, oin, _) in zip(self.scholen, SUPPLIERS, strict=False):
            self.osr.mandate(school.oin, oin)
            self.osr.mandate(school.oin, LAS_OIN)

    def _register(self, scholen: Sequence[School]) -> None:
        if self._receive:
            for school in scholen:
                self.osr.register_endpoint(school.routeringskenmerk, self._las_server.url, supplier_oin=LAS_OIN)


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
