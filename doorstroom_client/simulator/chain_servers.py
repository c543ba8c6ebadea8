"""The servers of a simulated chain, one for each party that can be called, and the certificates that all of them have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from doorstroom_client import ClientCertificate
from doorstroom_client.simulator.chain_pki import ChainPki
from doorstroom_client.simulator.https import App, HttpsServer
from doorstroom_client.simulator.pki import Issued
from doorstroom_client.simulator.place import Place

Party = tuple[str, App]
"""OIN of who is called, and what answers."""


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
        self.pki = pki = ChainPki(directory, place.names)
        self._place = place
        self.certificate = self._certificate(pki.for_calling("las", las[0]))
        called = pki.for_being_called("las", las[0])
        self.server_certificate = self._certificate(called)
        self.osr = self._server("osr", pki.for_being_called("osr", osr[0]), osr[1], ports[0])
        self.las = self._server("terugweg", called, las[1], ports[1])
        self.calling = {soort: pki.for_calling(soort.lower(), oin) for soort, (oin, _) in suppliers.items()}
        self.suppliers = {
            soort: self._server(soort.lower(), pki.for_being_called(soort.lower(), oin), app, port)
            for (soort, (oin, app)), port in zip(suppliers.items(), ports[2:], strict=True)
        }
        self._all = [self.osr, *self.suppliers.values(), *([self.las] if receive else [])]

    def start(self) -> None:
        """Start all of them."""
        for server in self._all:
            server.start()

    def stop(self) -> None:
        """Stop all of them."""
        for server in self._all:
            server.stop()

    def reset(self) -> None:
        """Forget what went wrong."""
        for server in self._all:
            server.errors.clear()
            server.handshake_errors.clear()

    def _certificate(self, issued: Issued) -> ClientCertificate:
        return ClientCertificate(issued.cert, key=issued.key, trust=self.pki.trust)

    def _server(self, name: str, issued: Issued, app: App, port: int) -> HttpsServer:
        trust = self.pki.trust
        return HttpsServer(app, cert=issued.cert, key=issued.key, trust=trust, name=name, port=port, place=self._place)
