"""Mutual TLS, as a server has to speak it: the same scenarios for the server of a supplier and for that of a LAS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Reply, Shaken
from doorstroom_client.ketentest.player import in_dutch
from doorstroom_client.ketentest.requirements import Eis, Niveau
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios.register import REGISTER
from doorstroom_client.ketentest.steps import Check, Ours, Probe, Steps, Tls

_VERSION = "UBV:TLS004"
_SUITES = "UBV:TLSCIPH001"
_OIN = "UBV:PKI001"
_MUTUAL = "UBV:TLS002"
_TRUST = "UBV:PKI002"
EISEN = (
    Eis(
        id=_VERSION,
        tekst="De server spreekt TLS 1.2 of nieuwer, en niets ouders",
        bron="Edukoppeling, uniforme beveiligingsvoorschriften",
    ),
    Eis(
        id=_SUITES,
        tekst="De server neemt alleen suites met voorwaartse geheimhouding en geauthenticeerde versleuteling",
        bron="Edukoppeling, uniforme beveiligingsvoorschriften",
        niveau=Niveau.HOORT,
    ),
    Eis(
        id=_OIN,
        tekst="Het certificaat heeft het afgesproken OIN in subject.serialNumber, en de naam van de server",
        bron="Edukoppeling, uniforme beveiligingsvoorschriften; PKIoverheid",
    ),
    Eis(
        id=_MUTUAL,
        tekst="Zonder certificaat van de verzender wordt niets verwerkt",
        bron="Edukoppeling, uniforme beveiligingsvoorschriften",
    ),
    Eis(
        id=_TRUST,
        tekst="Een certificaat van een andere uitgever, dat verlopen is of zonder OIN, wordt geweigerd",
        bron="Edukoppeling, uniforme beveiligingsvoorschriften; PKIoverheid",
    ),
    Eis(
        id="UBV:TLS1.3",
        tekst="De server spreekt ook TLS 1.3",
        bron="NCSC, ICT-beveiligingsrichtlijnen voor TLS",
        niveau=Niveau.WEET,
    ),
    Eis(
        id="PKI:tot-april",
        tekst="Het certificaat van de server is geldig tot na de laatste resultaten (31 maart)",
        bron="Jaarplanning van de doorstroomtoets",
        niveau=Niveau.WEET,
    ),
    Eis(id="RFC9110:http", tekst="Op de poort antwoordt niets op HTTP zonder TLS", bron="RFC 9110, 4.2.2"),
    Eis(id="RFC9110:redirect", tekst="De server stuurt een verzoek niet door naar een ander adres", bron="OpenAPI: geen 3xx"),
)
"""What is required of mutual TLS."""
_SERVERS = {Rol.TOETSSYSTEEM: "TLS", Rol.ONTVANGER: "OTLS"}
"""The roles that are servers, and what the ids of their scenarios begin with."""


def _oin(frame: Frame, rol: Rol) -> str:
    return frame.supplier_oin if rol is Rol.TOETSSYSTEEM else frame.las_oin


def _spoke(shaken: Shaken) -> bool:
    """Whether there was a connection; whose certificate it is, is another requirement."""
    return shaken.accepted or shaken.fault == "wrong-oin"


def _sound(rol: Rol, id: str) -> None:
    @REGISTER.scenario(f"{id}-01", "De verbinding", rol=rol, eisen=(_VERSION,))
    def version(_: Frame) -> Steps:
        shaken: Shaken = yield Probe(name="gewoon")
        got = shaken.version if _spoke(shaken) else in_dutch(shaken.fault)
        yield Check(eis=_VERSION, expected=("TLSv1.2", "TLSv1.3"), got=got)

    @REGISTER.scenario(f"{id}-02", "Het certificaat van de server", rol=rol, eisen=(_OIN,))
    def oin(frame: Frame) -> Steps:
        shaken: Shaken = yield Probe(name="gewoon")
        yield Check(eis=_OIN, expected=_oin(frame, rol), got=shaken.oin or in_dutch(shaken.fault))

    @REGISTER.scenario(f"{id}-07", "TLS 1.3", rol=rol, eisen=("UBV:TLS1.3",))
    def newest(_: Frame) -> Steps:
        shaken: Shaken = yield Probe(name="TLS 1.3", speaks=Tls.TLS_1_3)
        yield Check(eis="UBV:TLS1.3", expected=True, got=_spoke(shaken))

    @REGISTER.scenario(f"{id}-08", "Tot wanneer het certificaat geldig is", rol=rol, eisen=("PKI:tot-april",))
    def ends(frame: Frame) -> Steps:
        shaken: Shaken = yield Probe(name="gewoon")
        last = f"{frame.schooljaar[5:]}-03-31"
        yield Check(eis="PKI:tot-april", expected=True, got=shaken.ends > last)

    @REGISTER.scenario(f"{id}-11", "HTTP zonder TLS", rol=rol, eisen=("RFC9110:http",))
    def plain(_: Frame) -> Steps:
        shaken: Shaken = yield Probe(name="zonder TLS", speaks=Tls.PLAIN)
        # What says that TLS is asked for, serves nothing, and neither does what waits for a handshake.
        refused = shaken.status == 400 or shaken.fault in ("cut", "unreadable", "timeout")
        yield Check(eis="RFC9110:http", expected=True, got=refused or shaken.status or in_dutch(shaken.fault))

    @REGISTER.scenario(f"{id}-12", "Geen doorverwijzing", rol=rol, eisen=("RFC9110:redirect",))
    def redirect(_: Frame) -> Steps:
        shaken: Shaken = yield Probe(name="gewoon")
        elsewhere = shaken.location or 300 <= shaken.status < 400
        got = elsewhere if shaken.accepted else in_dutch(shaken.fault)
        yield Check(eis="RFC9110:redirect", expected=False, got=got)


def _refused(rol: Rol, id: str, titel: str, eis: str, probes: Sequence[Probe]) -> None:
    """Enter a scenario in which connections have to be refused."""

    @REGISTER.scenario(id, titel, rol=rol, eisen=(eis,))
    def play(_: Frame) -> Steps:
        for probe in probes:
            shaken: Shaken = yield probe
            yield Check(eis=eis, expected="geweigerd", got=_answered(shaken.status, shaken.fault))


def _not_known(rol: Rol, id: str, titel: str, eis: str, shows: Ours, *as_good: int) -> None:
    """Enter a scenario in which a message has to be refused for who sends it, whether or not the handshake was."""

    @REGISTER.scenario(id, titel, rol=rol, eisen=(eis,))
    def play(frame: Frame) -> Steps:
        (pupil,) = frame.own()
        supplier = rol is Rol.TOETSSYSTEEM
        send = frame.send_deelnemers(pupil) if supplier else frame.push(frame.resultaat(pupil))
        reply: Reply = yield replace(send, shows=shows, may_fail=True)
        expected = ("geweigerd", *as_good)
        yield Check(eis=eis, expected=expected, got=_answered(reply.status, reply.fault), tolerated=(400, 401, 403))


def _answered(status: int, fault: str) -> object:
    """A status, or that the connection was refused; whoever cannot be reached or says nothing has refused nothing."""
    return status or ("geweigerd" if fault in ("tls", "cut") else in_dutch(fault))


_TLS_1_1 = (Probe(name="TLS 1.1", speaks=Tls.TLS_1_1),)
_OLD_SUITES = (Probe(name="CBC", speaks=Tls.CBC), Probe(name="RSA zonder uitwisseling", speaks=Tls.STATIC_RSA))
for _rol, _id in _SERVERS.items():
    _sound(_rol, _id)
    _not_known(_rol, f"{_id}-03", "Zonder certificaat", _MUTUAL, Ours.NONE)
    _not_known(_rol, f"{_id}-04", "Een certificaat van een andere uitgever", _TRUST, Ours.OTHER_CA)
    _refused(_rol, f"{_id}-05", "TLS 1.1", _VERSION, _TLS_1_1)
    _refused(_rol, f"{_id}-06", "Suites zonder voorwaartse geheimhouding, of met CBC", _SUITES, _OLD_SUITES)
    _not_known(_rol, f"{_id}-09", "Een certificaat dat verlopen is", _TRUST, Ours.EXPIRED)
    _not_known(_rol, f"{_id}-10", "Een certificaat zonder OIN", _TRUST, Ours.NO_OIN, 401)
