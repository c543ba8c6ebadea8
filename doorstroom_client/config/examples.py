"""An invented value for each setting that has a form: what is wrong with one value is found in the company of these."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

EXAMPLES: Mapping[str, Any] = {
    "auteur": "MijnLAS 4.2",
    "certificate.cert": Path("las.pem"),
    "certificate.trust": (Path("roots.pem"),),
    "osr.base_url": "https://osr.example/api",
    "osr.namespace": "https://osr.example/namespace-of-this-school-year",
    "leveranciers[].toetssoort": "ICE",
    "leveranciers[].oin": "00000003990000110000",
    "leveranciers[].base_url": "https://toets.example/dst",
    "scholen[].instellingscode": "99AA",
    "scholen[].vestigingscode": "00",
    "scholen[].onderwijsaanbiedercode": "901A901",
    "scholen[].onderwijslocatiecode": "901X901",
    "scholen[].administratienr": "01",
    "scholen[].routeringskenmerk": "0000000700099AA00530",
    "afspraken[].naam": "2026-2027",
    "afspraken[].versie": "Doorstroomtoetsketen_v9.9",
    "afspraken[].eerste_schooljaar": "2000-2001",
    "schooljaren[].schooljaar": "2026-2027",
    "schooljaren[].namespace": "https://osr.example/namespace-of-this-school-year",
    "schooljaren[].afspraak": "2026-2027",
    "testperiodes[].naam": "adviezen",
    "testperiodes[].van": dt.date(2026, 12, 7),
    "testperiodes[].tot": dt.date(2026, 12, 18),
    "serve.certificate": Path("server.pem"),
}
"""Setting -> a value that fits beside the others; with all that are required."""
DEFAULTS: Mapping[str, Any] = {
    "afspraak": "1.1",
    "test_identities": False,
    "osr.service_code": "DOORSTROOM",
    "osr.names": "snake",
    "osr.api_key_always": False,
    "osr.environment": "productie",
    "osr.per_second": 20,
    "osr.suspect_from": 5,
    "leveranciers[].bij_onbekende": "splits",
    "leveranciers[].onbekend_422": False,
    "leveranciers[].herhaal_na": 7,
}
"""Setting -> what it is when it is left out; of those that a first file shows."""
IN_COMMENTS: Mapping[str, Any] = {
    "las_naam": "MijnLAS",
    "schooljaar": "2026-2027",
    "store": "doorstroom.db",
    "las_key_reden": "our keys are plain numbers",
    "certificate.key": "las.key",
    "certificate.crls": ["crls.pem"],
    "osr.api_key_header": "X-Example-Key",
    "osr.oin": "00000003990000020000",
    "osr.version": "v2",
    "osr.renamed": ["routing_id=routingId"],
    "leveranciers[].naam": "Voorbeeldtoets",
    "scholen[].naam": "Voorbeeldschool",
    "scholen[].oin": "0000000700099AA00000",
}
"""Setting without a default -> an example in the right form; of those that a first file shows."""
