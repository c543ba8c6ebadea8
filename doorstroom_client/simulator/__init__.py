"""The chain played on this machine: registry, test suppliers and certificates, over real mutual TLS.

Nothing here is needed to exchange data with real suppliers, and nothing else in the library imports it. The
certificates come from a throw-away PKI that needs the extra ``simulator``::

    pip install '.[simulator]'
"""

from __future__ import annotations

from doorstroom_client.simulator import faults
from doorstroom_client.simulator.connection import Wire, WireRequest
from doorstroom_client.simulator.edexml import edexml_of
from doorstroom_client.simulator.fault_server import Fault
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.simulator.invented import BedachteLeerling
from doorstroom_client.simulator.keten import Keten, adviezen_of, deelnemers_of, leerling_of
from doorstroom_client.simulator.published import Definitie, load_definition
from doorstroom_client.simulator.regels import Opmerking, Streng
from doorstroom_client.simulator.toetssysteem import Gedrag, Toetssysteem
from doorstroom_client.simulator.validator import Breach
from doorstroom_client.simulator.verzending import Verzonden

__all__ = [
    "Answer",
    "BedachteLeerling",
    "Breach",
    "Definitie",
    "Fault",
    "Gedrag",
    "Keten",
    "Opmerking",
    "Received",
    "Streng",
    "Toetssysteem",
    "Verzonden",
    "Wire",
    "WireRequest",
    "adviezen_of",
    "deelnemers_of",
    "edexml_of",
    "faults",
    "leerling_of",
    "load_definition",
]
