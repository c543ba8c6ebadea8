"""The servers of a simulated chain, one for each party that can be called, and the certificates that all of them have."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from doorstroom_client import ClientCertificate
from doorstroom_client.simulator.chain_pki import ChainPki
from doorstroom_client.simulator.https import Answer, App, HttpsServer, Received
from doorstroom_client.simulator.pki import Defect, Issued
from doorstroom_client.simulator.place import Place
from doorstroom_client.simulator.tls_variants import CBC, MODERN, STATIC_RSA, TLS_1_1, TlsVariant

Party = tuple[str, App]
"""OIN of who is called, and what answers."""
Around = Callable[[Received, App], Answer]
"""Answers in the place of a party, which it gets too: to change what comes in or goes out."""
SOUND = "sound"
"""How a server is shown that may be trusted."""
VARIANTS: Mapping[str, TlsVariant] = {"tls-1.1": TLS_1_1, "cbc": CBC, "static-rsa": STATIC_RSA}
"""Ways of speaking TLS that may not be accepted."""
OSR, LAS = "osr", "terugweg"
"""The parties that are no supplier."""
LAS_NAME = "las"
"""What the certificate of the receiving side is called."""


class ChainServers:
    """Nothing listens before `start`.

    Attributes:
        pki: issues the certificates.
        osr: the server of the OSR.
        las: that of the receiving side.
        suppliers: those of the suppliers, by toetssoort.
        calling: what each supplier calls with, by toetssoort.
        certificate: what the LAS calls with.
        server_certificate: what it is called with.
    """

    def __init__(
        self,
        directory: Path,
        place: Place,
        ports: Sequence[int],
        *,
        osr: Party,
        las: Party,
        suppliers: Mapping[str, Party],
        receive: bool,
    ) -> None:
        """Issue the certificates.

        Args:
            directory: gets the certificates.
            place: where they listen.
            ports: one for the OSR, one for the receiving side and one for each supplier; 0 lets the system choose.
            osr: the OSR.
            las: the receiving side.
            suppliers: by toetssoort.
            receive: whether the receiving side listens.
        """
        self.pki: ChainPki = ChainPki(directory, place.names)
        pki = self.pki
        self._place = place
        self.certificate: ClientCertificate = self._certificate(pki.for_calling("las", las[0]))
        called = pki.for_being_called("las", las[0])
        self.server_certificate: ClientCertificate = self._certificate(called)
        self.osr: HttpsServer = self._server("osr", pki.for_being_called("osr", osr[0]), osr[1], ports[0])
        self.las: HttpsServer = self._server("terugweg", called, las[1], ports[1])
        self.calling: dict[str, Issued] = {soort: pki.for_calling(soort.lower(), oin) for soort, (oin, _) in suppliers.items()}
        self.suppliers: dict[str, HttpsServer] = {
            soort: self._server(soort.lower(), pki.for_being_called(soort.lower(), oin), app, port)
            for (soort, (oin, app)), port in zip(suppliers.items(), ports[2:], strict=True)
        }
        self._parties: dict[str, tuple[HttpsServer, str]] = {
            OSR: (self.osr, osr[0]),
            LAS: (self.las, las[0]),
            **{soort: (server, suppliers[soort][0]) for soort, server in self.suppliers.items()},
        }
        self._apps = {name: server.app for name, (server, _) in self._parties.items()}
        self._shown: dict[str, str] = {}
        self._all = [self.osr, *self.suppliers.values(), *([self.las] if receive else [])]

    def start(self) -> None:
        """Start all of them."""
        for server in self._all:
            server.start()

    def stop(self) -> None:
        """Stop all of them."""
        for server in self._all:
            server.stop()

    def url(self, party: str) -> str:
        """The address of a party, without a path.

        Raises:
            ValueError: there is no such party.
        """
        return self._party(party)[0].url

    def shown(self, party: str) -> str:
        """How a party makes itself known now: ``sound``, or what is wrong."""
        self._party(party)
        return self._shown.get(party, SOUND)

    def show(self, party: str, how: str = SOUND) -> None:
        """Have a party make itself known in another way, from the next connection on.

        Args:
            party: ``osr``, ``terugweg`` for the receiving side of the LAS, or a toetssoort.
            how: ``sound``, a `Defect` of its certificate such as ``expired`` and ``other-oin``, or a way of speaking TLS:
                ``tls-1.1``, ``cbc`` and ``static-rsa``.

        Raises:
            ValueError: there is no such party or way.
        """
        server, oin = self._party(party)
        name = LAS_NAME if party == LAS else party.lower()
        if how in VARIANTS or how == SOUND:
            issued = self.pki.for_being_called(name, oin)
            server.show(issued.cert, issued.key, VARIANTS.get(how, MODERN))
        else:
            issued = self.pki.servers.issue_defect(Defect(how), oin=oin, hosts=self._place.names)
            server.show(issued.cert, issued.key)
        self._shown[party] = how

    def surround(self, party: str, around: Around | None) -> None:
        """Have something answer in the place of a party, with the party behind it; None takes it away.

        Raises:
            ValueError: there is no such party.
        """
        server, app = self._party(party)[0], self._apps[party]
        server.app = app if around is None else lambda received: around(received, app)

    def _party(self, party: str) -> tuple[HttpsServer, str]:
        found = self._parties.get(party)
        if found is None:
            raise ValueError(f"There is no party {party}; there are {', '.join(self._parties)}.")
        return found

    def reset(self) -> None:
        """Show every server as it should be, with nothing around it, and forget what went wrong."""
        for party in self._parties:
            self.surround(party, None)
            self._party(party)[0].plain = None
            if self.shown(party) != SOUND:
                self.show(party)
        for server in self._all:
            server.errors.clear()
            server.handshake_errors.clear()

    def _certificate(self, issued: Issued) -> ClientCertificate:
        return ClientCertificate(issued.cert, key=issued.key, trust=self.pki.trust)

    def _server(self, name: str, issued: Issued, app: App, port: int) -> HttpsServer:
        trust = self.pki.trust
        return HttpsServer(app, cert=issued.cert, key=issued.key, trust=trust, name=name, port=port, place=self._place)
