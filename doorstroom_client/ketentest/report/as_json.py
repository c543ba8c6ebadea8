"""A report as JSON, for programs and for the comparison with the other party's; its form stands in `rapport.schema.json`."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from doorstroom_client.ketentest.report.verslag import (
    Answer,
    Beurt,
    Keurregel,
    Message,
    NietGetest,
    Opruimregel,
    Rapport,
    Stap,
    Verslag,
)
from doorstroom_client.ketentest.report.wording import summary

SOORT = "ketentest-rapport"
"""What tells such a file from any other JSON."""
VERSIE = 1
"""The form of the file; one of another form is not read."""
SCHEMA = Path(__file__).with_name("rapport.schema.json")
"""The JSON Schema of the file."""


def as_json(rapport: Rapport) -> bytes:
    """The file. The same report gives the same bytes.

    Args:
        rapport: the run.
    """
    text = json.dumps(as_data(rapport), ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode("utf-8", "replace")  # half a character of UTF-16 has no form in UTF-8


def as_data(rapport: Rapport) -> dict[str, Any]:
    """What stands in the file."""
    head = rapport.head
    return {
        "soort": SOORT,
        "versie": VERSIE,
        "programma": rapport.program,
        "run": {
            "naam": head.run,
            "begonnen": head.began,
            "schooljaar": head.schooljaar,
            "versie": head.versie,
            "toetssoort": head.toetssoort,
            "getest": plain(head.about),
        },
        "stand_van": rapport.as_of or None,
        "telt_tot": rapport.counts_until and rapport.counts_until.isoformat(),
        "oordeel": rapport.oordeel.value,
        "samenvatting": summary(rapport),
        "aantallen": {oordeel.value: count for oordeel, count in rapport.counts.items()},
        "aan_zet": [_beurt(item) for item in rapport.beurten],
        "scenarios": [_scenario(item) for item in rapport.verslagen],
        "berichten": [_bericht(item) for item in rapport.messages],
        "opruimlijst": [_opruimregel(item) for item in rapport.opruimlijst],
        "niet_getest": [_niet_getest(item) for item in rapport.niet_getest],
    }


def plain(value: object) -> Any:
    """A value as JSON can hold it; what it cannot hold becomes text."""
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _beurt(item: Beurt) -> dict[str, Any]:
    return {
        "wie": item.whose.value,
        "oordeel": item.oordeel.value,
        "tekst": item.text,
        "scenarios": list(item.scenarios),
        "eis": item.eis or None,
        "bron": item.bron or None,
    }


def _scenario(item: Verslag) -> dict[str, Any]:
    return {
        "id": item.id,
        "titel": item.titel,
        "rol": item.rol.value,
        "oordeel": item.oordeel.value,
        "poging": item.attempt,
        "eisen": list(item.eisen),
        "waarom": item.why or None,
        "aan_zet": item.whose and item.whose.value,
        "uiterlijk": item.until and item.until.isoformat(),
        "vraag": item.asks or None,
        "alarm": item.alarm or None,
        "seconden": item.seconds,
        "keuringen": [_keuring(found) for found in item.keuringen],
        "stappen": [_stap(found) for found in item.stappen],
    }


def _keuring(item: Keurregel) -> dict[str, Any]:
    return {
        "eis": item.eis,
        "tekst": item.tekst,
        "bron": item.bron,
        "niveau": item.niveau.value,
        "telt_mee": item.counts,
        "oordeel": item.oordeel.value,
        "verwacht": item.expected,
        "gezien": item.got,
        "aan_zet": item.whose.value,
        "stap": item.evidence or None,
    }


def _stap(item: Stap) -> dict[str, Any]:
    return {
        "naam": item.name,
        "soort": item.kind,
        "moment": item.moment,
        "berichten": list(item.messages),
        "gezien": plain(item.facts),
    }


def _bericht(item: Message) -> dict[str, Any]:
    return {
        "nummer": item.number,
        "richting": item.richting.value,
        "scenario": item.scenario,
        "stap": item.step,
        "rol": item.rol.value,
        "moment": item.moment,
        "methode": item.method,
        "pad": item.path,
        "parameters": _pairs(item.query),
        "certificaat": item.shows or None,
        "oin": item.oin or None,
        "headers": _pairs(item.headers),
        "sha256_16": item.sha256 or None,
        "bytes": item.size,
        "datumtijd": item.datumtijd or None,
        "leerlingen": list(item.pupils),
        "vreemde_leerling": item.foreign,
        "inhoud": item.body,
        "inhoud_base64": base64.b64encode(item.raw).decode() if item.raw else None,
        "verstuurd": item.went_out,
        "status": item.status or None,
        "seconden": item.seconds,
        "fout": item.fault or None,
        "antwoord": item.answer and _antwoord(item.answer),
    }


def _antwoord(item: Answer) -> dict[str, Any]:
    return {
        "headers": _pairs(item.headers.items()),
        "sha256_16": item.sha256 or None,
        "bytes": item.size,
        "lijkt": item.first or None,
        "inhoud": item.body,
    }


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [list(pair) for pair in pairs]


def _opruimregel(item: Opruimregel) -> dict[str, Any]:
    return {
        "leerling": item.label,
        "naam": item.naam or None,
        "kenmerken": [{"soort": kind, "waarde": value} for kind, value in item.identities],
        "edu_to": item.edu_to or None,
        "edu_from": item.edu_from or None,
        "stand": item.stand.value,
        "scenarios": list(item.scenarios),
    }


def _niet_getest(item: NietGetest) -> dict[str, Any]:
    return {"eis": item.eis, "tekst": item.tekst, "bron": item.bron, "reden": item.why}
