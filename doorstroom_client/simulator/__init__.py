"""The chain played on this machine: registry, test suppliers and certificates, over real mutual TLS.

Nothing here is needed to exchange data with real suppliers, and nothing else in the library imports it. `Keten` and
`faults` make certificates in a throw-away PKI, which needs the extra ``simulator``; invented pupils and a `Toetssysteem`
without a server need no extra::

    pip install "doorstroom_client[simulator]"
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from doorstroom_client.simulator.afwijking import Afwijking
from doorstroom_client.simulator.antwoorden import Antwoord, Vorm
from doorstroom_client.simulator.connection import Wire, WireRequest
from doorstroom_client.simulator.edexml import edexml_of
from doorstroom_client.simulator.fault_server import Fault
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.invented import BedachteLeerling, bedenk_leerlingen
from doorstroom_client.simulator.invented_lists import adviezen_of, deelnemers_of, leerling_of
from doorstroom_client.simulator.osr import Mandate, SimulatedOsr
from doorstroom_client.simulator.published import Definitie, load_definition
from doorstroom_client.simulator.regels import Opmerking, Streng
from doorstroom_client.simulator.standen import Gedrag, Toestand
from doorstroom_client.simulator.terugweg import Terugweg
from doorstroom_client.simulator.toetssysteem import Toetssysteem
from doorstroom_client.simulator.validator import Breach
from doorstroom_client.simulator.verkeer import Richting, Uitwisseling, Verkeer
from doorstroom_client.simulator.verzending import Afzender, Verzonden

if TYPE_CHECKING:
    from doorstroom_client.simulator import faults
    from doorstroom_client.simulator.chain_servers import ChainServers
    from doorstroom_client.simulator.keten import Keten

__all__ = [
    "Afwijking",
    "Afzender",
    "Answer",
    "Antwoord",
    "BedachteLeerling",
    "Breach",
    "ChainServers",
    "Definitie",
    "Fault",
    "Gedrag",
    "Keten",
    "Mandate",
    "Opmerking",
    "Received",
    "Richting",
    "SimulatedOsr",
    "Streng",
    "Terugweg",
    "Toestand",
    "Toetssysteem",
    "Uitwisseling",
    "Verkeer",
    "Verzonden",
    "Vorm",
    "Wire",
    "WireRequest",
    "adviezen_of",
    "bedenk_leerlingen",
    "deelnemers_of",
    "edexml_of",
    "faults",
    "leerling_of",
    "load_definition",
]


def __getattr__(name: str) -> Any:
    """What makes certificates, imported when it is asked for.

    Raises:
        ImportError: the extra is not installed.
    """
    if name == "Keten":
        from doorstroom_client.simulator.keten import Keten  # brings cryptography

        return Keten
    if name == "ChainServers":
        from doorstroom_client.simulator.chain_servers import ChainServers  # brings cryptography

        return ChainServers
    if name == "faults":
        import doorstroom_client.simulator.faults as faults  # brings cryptography; asked for with "from", it would ask here

        return faults
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
