"""A simulated supplier behind a server, and a LAS with a class that calls it."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.simulator.https import HttpsServer
from doorstroom_client.simulator.invented import BedachteLeerling, bedenk_leerlingen
from doorstroom_client.simulator.toetssysteem import Gedrag, Toetssysteem

from .helpers import LAS_OIN, TOETS_OIN, Reply, call

SCHOOL = "0000000700099XX00000"
ROUTING = "0000000700099XX00530"
NAMENS = f"?edu-to={SCHOOL}&edu-from={ROUTING}"
VERSIE = "Doorstroomtoetsketen_v2026-2027"
AFSPRAAK = Afspraak.met_naam("1.1").volgende(naam="2026-2027", versie=VERSIE, eerste_schooljaar="2026-2027")
"""Registered, with an invented version string."""
JSON = {"Content-Type": "application/json"}
KLAS = bedenk_leerlingen(27, schooljaar="2026-2027")
GROEP = {
    "instellingscode": "99XX",
    "vestigingscode": "00",
    "onderwijsaanbiedercode": "100A200",
    "onderwijslocatiecode": "100X200",
    "administratienr": "00",
}


def refs(leerling: BedachteLeerling) -> list[dict[str, str]]:
    if leerling.eck_id is not None:
        return [{"label": "ECK-iD", "onderwijsdeelnemerID": leerling.eck_id}]
    return [{"label": "LAS-key", "onderwijsdeelnemerID": leerling.las_key}]


def kop(profiel: str) -> dict[str, Any]:
    return {
        "datumtijd": "2026-10-01T08:00:00Z",
        "auteur": "Bedacht LAS",
        "versie": VERSIE,
        "profiel": profiel,
        "schooljaar": "2026-2027",
        "deelnemersgroep": dict(GROEP),
    }


def deelnemer(leerling: BedachteLeerling) -> dict[str, Any]:
    return {
        "label": "Leerling",
        "deelnemerref": refs(leerling),
        "achternaam": leerling.achternaam,
        "roepnaam": leerling.roepnaam,
        "groep": leerling.groep,
        "niveau": {"label": "Jaargroep", "niveau": "8"},
        "extensie": {
            "label": "Demografisch",
            "voorletters": leerling.voorletters,
            "geboortedatum": leerling.geboortedatum.isoformat(),
        },
    }


def deelnemerslijst(*klas: BedachteLeerling) -> dict[str, Any]:
    niveau = {"label": "Jaargroep", "niveau": "8"}
    groepen = [{"label": "Stamgroep", "id": g, "omschrijving": g, "niveau": niveau} for g in ("8A", "8B")]
    return {**kop("Toetsdeelnemers"), "groepen": groepen, "deelnemers": [deelnemer(x) for x in klas]}


def adviezenlijst(*klas: BedachteLeerling) -> dict[str, Any]:
    entries = [{"deelnemerref": refs(x), "advies": x.advies} for x in klas]
    return {**kop("Schooladviezen"), "voorlopigSchooladviezen": entries}


class Wereld:
    """A supplier behind a server, and a LAS that calls it."""

    def __init__(self, serve: Callable[..., HttpsServer], connection: Callable[[str], http.client.HTTPSConnection]):
        self.mandaten = {(SCHOOL, LAS_OIN), (SCHOOL, TOETS_OIN)}
        self.toets = Toetssysteem(
            "DIA",
            "Bedachte Toetsen",
            TOETS_OIN,
            Gedrag.ACCEPTEERT,
            mandaat=lambda school, oin: (school, oin) in self.mandaten,
            scholen={SCHOOL},
            afspraken=[AFSPRAAK],
            now=lambda: datetime(2027, 3, 1, 12, tzinfo=UTC),
        )
        self.server = serve(self.toets.app)
        self.toets.basis_url = f"{self.server.url}/dst"
        self.connection = connection(self.server.url)

    def post(self, operatie: str, bericht: Any, query: str = NAMENS) -> Reply:
        """Send a list."""
        body = bericht if isinstance(bericht, bytes) else json.dumps(bericht).encode()
        return call(self.connection, "POST", f"/dst/{operatie}{query}", body, JSON)

    def registreer(self, *klas: BedachteLeerling) -> int:
        """Send pupils; return the status."""
        return self.post("registreren", deelnemerslijst(*klas)).status

    def adviseer(self, *klas: BedachteLeerling) -> int:
        """Send advice; return the status."""
        return self.post("registreren-schooladviezen", adviezenlijst(*klas)).status

    def rapport(self, rapportid: str, query: str = NAMENS) -> Reply:
        """Ask for a report."""
        return call(self.connection, "GET", f"/dst/leerlingrapport/{rapportid}{query}")


def leidend(leerling: BedachteLeerling) -> str:
    return leerling.eck_id or leerling.las_key
