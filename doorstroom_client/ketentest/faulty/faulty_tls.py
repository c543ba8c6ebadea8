"""Servers that are wrong in how they make a connection; the same ones as supplier and as receiving side of a LAS."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.faulty.faulty_peer import Checks, FaultyPeer
from doorstroom_client.ketentest.faulty.spoiling import Spoil, both
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.selftest import TOETSSOORT
from doorstroom_client.simulator.chain_servers import LAS, LAS_NAME
from doorstroom_client.simulator.https import Answer, App, HttpsServer, Received
from doorstroom_client.simulator.keten import LAS_OIN, Keten
from doorstroom_client.simulator.tls_variants import ClientCertificateRule, TlsVariant
from doorstroom_client.transport import CIPHERS

_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which the module ssl has no name for."""


@frozen(kw_only=True)
class _Lax(TlsVariant):
    """A server that lets somebody in who should stay out.

    Attributes:
        rule: what it does about the certificate of the client.
        any_time: whether one that has ended will do.
    """

    rule: ClientCertificateRule = "required"
    any_time: bool = False

    def context(self, *, cert: Path, key: Path, trust: Path, **_: ClientCertificateRule) -> ssl.SSLContext:
        """The server side, by its own rule."""
        # By its name: a frozen class with slots is made anew, and its own super() no longer finds it.
        context = TlsVariant.context(self, cert=cert, key=key, trust=trust, client_certificate=self.rule)
        if self.any_time:
            context.verify_flags |= _NO_CHECK_TIME
        return context


@frozen
class _Server:
    """The server of one role in a chain.

    Attributes:
        rol: the role that is tested.
        party: its name in the chain.
        prefix: what the ids of its TLS scenarios begin with.
        others: globs of its other scenarios.
        stranger: the scenario in which a party without mandate sends.
        anonymous: the scenarios in which somebody without OIN sends a message.
    """

    rol: Rol
    party: str
    prefix: str
    others: str
    stranger: str
    anonymous: str

    def tls(self, *numbers: str) -> Checks:
        """Some of its TLS scenarios."""
        return Checks(" ".join(f"{self.prefix}-{number}" for number in numbers))

    def server(self, keten: Keten) -> HttpsServer:
        """Itself."""
        return keten.servers.las if self.party == LAS else keten.servers.suppliers[self.party]

    def speaking(self, variant: TlsVariant) -> Spoil:
        """It speaks TLS in another way."""

        def spoil(keten: Keten) -> None:
            oin = LAS_OIN if self.party == LAS else keten.toetssystemen[self.party].oin
            name = LAS_NAME if self.party == LAS else self.party.lower()
            issued = keten.servers.pki.for_being_called(name, oin)
            self.server(keten).show(issued.cert, issued.key, variant)

        return spoil

    def showing(self, how: str) -> Spoil:
        """It makes itself known in another way."""
        return lambda keten: keten.servers.show(self.party, how)

    def taking(self, change: Callable[[Keten, Received], Received]) -> Spoil:
        """What comes in seems to have been sent otherwise."""

        def spoil(keten: Keten) -> None:
            def around(received: Received, app: App) -> Answer:
                return app(change(keten, received))

            keten.servers.surround(self.party, around)

        return spoil

    def as_if_known(self, keten: Keten, received: Received) -> Received:
        """Whoever has no OIN passes for who usually sends."""
        usual = keten.toetssystemen[TOETSSOORT].oin if self.party == LAS else LAS_OIN
        return received if received.peer_oin is not None else replace(received, peer_oin=usual)


_SUPPLIER = _Server(Rol.TOETSSYSTEEM, TOETSSOORT, "TLS", "TS-*", "TS-403", "")
_RECEIVER = _Server(Rol.ONTVANGER, LAS, "OTLS", "ON-*", "ON-303", "ON-305")
_V1_1, _V1_2 = ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2
_WITH_1_1 = TlsVariant(minimum=_V1_1, ciphers=f"{CIPHERS}:ECDHE-RSA-AES128-SHA", seclevel0=True)
_WITH_CBC = TlsVariant(ciphers=f"{CIPHERS}:ECDHE+AES:!AESCCM")
_WITH_RSA = TlsVariant(ciphers=f"{CIPHERS}:AES128-GCM-SHA256:AES256-GCM-SHA384")


def _redirecting(at: _Server) -> Spoil:
    def around(received: Received, app: App) -> Answer:
        return Answer(301, headers=(("Location", "https://localhost:1/"),)) if received.method == "HEAD" else app(received)

    return lambda keten: keten.servers.surround(at.party, around)


def _plain(at: _Server) -> Spoil:
    def spoil(keten: Keten) -> None:
        at.server(keten).plain = lambda _: Answer(200, b"welkom", "text/plain")

    return spoil


def _peers(who: str, at: _Server) -> tuple[FaultyPeer, ...]:
    anonymous = (Checks(at.anonymous),) if at.anonymous else ()
    # With whom nobody can make a connection, nothing can be done; but who has to be refused, is.
    rest = Checks(at.others, but=at.anonymous)
    unknown_oin = at.taking(at.as_if_known)

    def peer(name: str, wrong: str, spoil: Spoil, *fails: Checks, also: tuple[Checks, ...] = ()) -> FaultyPeer:
        return FaultyPeer(name=f"{who}-{name}", wrong=wrong, rol=at.rol, fails=fails, also=also, spoil=spoil)

    return (
        peer(
            "tls-1.1-only",
            "Spreekt niets nieuwers dan TLS 1.1",
            at.showing("tls-1.1"),
            at.tls("01", "05", "07"),
            also=(at.tls("02", "08", "12"), rest),
        ),
        peer("tls-1.1-too", "Spreekt ook TLS 1.1", at.speaking(_WITH_1_1), at.tls("05", "06")),
        peer("tls-1.2-only", "Spreekt geen TLS 1.3", at.speaking(TlsVariant(maximum=_V1_2)), at.tls("07")),
        peer("cbc-too", "Neemt ook suites met CBC", at.speaking(_WITH_CBC), at.tls("06")),
        peer("static-rsa-too", "Neemt ook suites zonder voorwaartse geheimhouding", at.speaking(_WITH_RSA), at.tls("06")),
        peer(
            "other-oin",
            "Heeft een certificaat met het OIN van een ander",
            at.showing("other-oin"),
            at.tls("02"),
            also=(at.tls("03", "04", "09", "10", "12"), rest, *anonymous),
        ),
        peer(
            "other-host",
            "Heeft een certificaat voor een andere naam",
            at.showing("wrong-host"),
            at.tls("02"),
            also=(at.tls("01", "07", "08", "12"), rest),
        ),
        peer(
            "certificate-optional",
            "Verwerkt berichten van wie geen certificaat toont",
            both(at.speaking(_Lax(rule="optional")), unknown_oin),
            at.tls("03", "10"),
            *anonymous,
        ),
        peer(
            "no-certificate-asked",
            "Vraagt de verzender niet om een certificaat",
            both(at.speaking(_Lax(rule="ignored")), unknown_oin),
            at.tls("03", "04", "09", "10"),
            Checks(at.stranger),
            *anonymous,
        ),
        peer("expired-welcome", "Neemt certificaten die verlopen zijn", at.speaking(_Lax(any_time=True)), at.tls("09")),
        peer("no-oin-welcome", "Verwerkt berichten van wie geen OIN heeft", unknown_oin, at.tls("10"), *anonymous),
        peer("plain-http", "Antwoordt ook op HTTP zonder TLS", _plain(at), at.tls("11")),
        peer("redirects", "Stuurt verzoeken door naar een ander adres", _redirecting(at), at.tls("12")),
    )


PEERS = (*_peers("supplier", _SUPPLIER), *_peers("receiver", _RECEIVER))
"""All of them."""
