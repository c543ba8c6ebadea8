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
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from doorstroom_client import ApiKey, AsyncClient, Client, ClientCertificate, Leverancier, Osr
from doorstroom_client.messages.afspraak import NEWEST, Afspraak
from doorstroom_client.messages.school import School
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.messages.vocabulary import Toetssoort
from doorstroom_client.simulator.chain_pushing import ChainPushing
from doorstroom_client.simulator.chain_servers import ChainServers
from doorstroom_client.simulator.config_file import config_text
from doorstroom_client.simulator.faults import Fault, served
from doorstroom_client.simulator.invented import BedachteLeerling, bedenk_leerlingen
from doorstroom_client.simulator.invented_lists import adviezen_of as adviezen_of
from doorstroom_client.simulator.invented_lists import deelnemers_of as deelnemers_of
from doorstroom_client.simulator.invented_lists import leerling_of as leerling_of
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.simulator.osr_routes import PREFIXES
from doorstroom_client.simulator.place import HERE, Place
from doorstroom_client.simulator.played_schools import SCHOLEN, PlayedSchools
from doorstroom_client.simulator.regels import Streng
from doorstroom_client.simulator.speeljaar import choose
from doorstroom_client.simulator.terugweg import Terugweg
from doorstroom_client.simulator.toetssysteem import Gedrag, Toetssysteem

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
_STORE_FILES = ("", "-wal", "-shm", "-journal")


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


class Keten(ChainPushing):
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
        terugweg: the receiving side of the LAS.
        toetssystemen: the suppliers, by toetssoort.
        school: an invented school that has mandated ICE and the LAS.
        certificate: what the LAS calls with.
        server_certificate: what the LAS is called with: for a receiving side of your own.
        store: path of the store in which results are received.
        servers: the servers of all parties; have one make itself known in another way here.
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
        self.directory: Path = Path(tempfile.mkdtemp(prefix="doorstroom-keten-")) if directory is None else directory
        self.schooljaar: str = str(self._played.schooljaar)
        self.afspraak: Afspraak = self._played.afspraak
        self.school: School = SCHOLEN[0]
        self._schools = PlayedSchools()
        self.store: Path = self.directory / "doorstroom.db"
        self.osr: SimulatedOsr = SimulatedOsr(api_key_header=API_KEY_HEADER, api_key=API_KEY, api_key_of=LAS_OIN)
        self._streng = streng
        self._receive = receive
        self.terugweg: Terugweg = Terugweg(self._receiver)
        self.toetssystemen: dict[str, Toetssysteem] = {
            str(soort): self._toetssysteem(soort, naam, oin, doet) for soort, naam, oin, doet in SUPPLIERS
        }
        self.servers: ChainServers = ChainServers(
            self.directory,
            self._place,
            range(port, port + PORTS) if port else (0,) * PORTS,
            osr=(OSR_OIN, self.osr.app),
            las=(LAS_OIN, self.terugweg.app),
            suppliers={soort: (systeem.oin, systeem.app) for soort, systeem in self.toetssystemen.items()},
            receive=receive,
        )
        self.certificate: ClientCertificate = self.servers.certificate
        self.server_certificate: ClientCertificate = self.servers.server_certificate
        self._begin()

    def __enter__(self) -> Self:
        """Start all servers."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop all servers and throw the certificates away."""
        self.stop()

    def start(self) -> None:
        """Start all servers."""
        self.servers.start()
        self._started = True
        self._give_addresses()

    def stop(self) -> None:
        """Stop all servers; a temporary folder is removed."""
        self.servers.stop()
        self.terugweg.close()
        if self._temporary:
            shutil.rmtree(self.directory, ignore_errors=True)

    def reset(self) -> None:
        """Go back to how it was right after `start`, with the same certificates, ports and folder.

        Mandates and addresses, pupils, advice, results and reports, states, fixed answers, what was kept of requests, invented
        schools and the store are as they were then; whatever was given or told since is gone. Do this while no request is
        under way, and close the clients of this chain first: their store is removed.
        """
        self.terugweg.reset()
        for suffix in _STORE_FILES:
            Path(f"{self.store}{suffix}").unlink(missing_ok=True)
        self.servers.reset()
        self._schools.reset()
        self.osr.reset()
        for systeem in self.toetssystemen.values():
            systeem.reset()
        self._begin()
        if self._started:
            self._give_addresses()

    @property
    def scholen(self) -> tuple[School, ...]:
        """Four schools: the first has ICE, the second DIA, the third ROUTE_8, the last no mandate. Then `bedenk_scholen`'s."""
        return self._schools.scholen

    @property
    def leveranciers(self) -> tuple[Leverancier, ...]:
        """The suppliers as a LAS configures them; known from `start` on."""
        return tuple(
            Leverancier(soort, systeem.oin, systeem.basis_url, systeem.naam) for soort, systeem in self.toetssystemen.items()
        )

    @property
    def osr_settings(self) -> Osr:
        """The OSR as a LAS configures it; known from `start` on."""
        return self._osr_at(self.servers.osr.url)

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
        new = self._schools.invent(aantal, list(self.toetssystemen))
        for school in new:
            chosen = self.toetssysteem_van(school)
            self.osr.mandate(school.oin, chosen.oin)
            self.osr.mandate(school.oin, LAS_OIN)
            for systeem in self.toetssystemen.values():
                systeem.ken_school(school.oin)
            chosen.meld_aan(school, self.klas(school, leerlingen), schooljaar=self.schooljaar)
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
        return self.toetssystemen[self._schools.chosen[school.oin]]

    def as_data(self, *, whole: bool = False) -> dict[str, Any]:
        """All that the parties hold, as plain values for JSON: states, counts and what was asked and answered.

        Args:
            whole: with the paths, headers and bodies of what was asked and answered, which hold the data of pupils that were
                sent. Otherwise there is nothing of a pupil in it but what states name.
        """
        return {
            "schooljaar": self.schooljaar,
            "scholen": [school.oin for school in self.scholen],
            "osr": self.osr.as_data(whole=whole),
            "terugweg": self.terugweg.as_data(whole=whole),
            "toetssystemen": {soort: systeem.as_data(whole=whole) for soort, systeem in self.toetssystemen.items()},
        }

    @contextmanager
    def failing(self, toetssoort: str, *played: Fault) -> Iterator[Leverancier]:
        """Play a supplier that goes wrong: pass what this gives as ``leverancier=``.

        Args:
            toetssoort: which supplier; its OIN and a good certificate are used.
            *played: faults of `doorstroom_client.simulator.faults`, one per request; the last one goes on.
        """
        systeem, pki = self.toetssystemen[toetssoort], self.servers.pki
        issued = pki.for_being_called(f"{toetssoort.lower()}-failing", systeem.oin)
        with served(played, pki=pki.servers, issued=issued, place=self._place) as server:
            yield Leverancier(toetssoort, systeem.oin, f"{server.url}/dst", systeem.naam)

    def write_config(self, path: Path, *, environment: str | None = None) -> Path:
        """Write the settings of a LAS; known addresses only from `start` on.

        Args:
            path: the file; its mode becomes 0600. TOML as the command line reads it, or the same as JSON, for a program in
                another language, when its name ends in ``.json``.
            environment: which OSR it is said to be, as in `Osr`; texts for a school say so. When left out, nothing is said,
                and they read as in production.
        """
        path.touch(mode=0o600)
        arguments = self.arguments()
        if environment is not None:
            arguments["osr"] = replace(arguments["osr"], environment=environment)
        path.write_text(config_text(arguments, self.server_certificate, path), "utf-8")
        return path

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

    def _begin(self) -> None:
        for school, (_, _, oin, _) in zip(self.scholen, SUPPLIERS, strict=False):
            self.osr.mandate(school.oin, oin)
            self.osr.mandate(school.oin, LAS_OIN)

    def _give_addresses(self) -> None:
        for soort, systeem in self.toetssystemen.items():
            systeem.basis_url = f"{self.servers.suppliers[soort].url}/dst"
        self._register(self.scholen)

    def _register(self, scholen: Sequence[School]) -> None:
        if self._receive:
            for school in scholen:
                self.osr.register_endpoint(school.routeringskenmerk, self.servers.las.url, supplier_oin=LAS_OIN)

    def _receiver(self) -> Client:
        """The client that receives: it finds schools by a function, so that those that are invented later are known too."""
        return self.client(osr=self._osr_at(self.servers.osr.near_url), scholen=self._schools.by_address.get)
