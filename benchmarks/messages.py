"""Building a list and reading a result, beside models that somebody would write by hand with pydantic."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable
from functools import partial
from typing import Any, Literal

from lxml import etree  # type: ignore[import-untyped]
from pydantic import BaseModel

from benchmarks.harness import SCHOOL, YEAR, Figure, Scale, main, pair, ratio_figure
from doorstroom_client import Advies, Afspraak, Leerling, Toetssoort
from doorstroom_client.messages.adviezenbericht import build_adviezenbericht
from doorstroom_client.messages.codec import decode_leerlingresultaat
from doorstroom_client.messages.vocabulary import Domein, Onderdeel, Resultaatsoort, Scoresoort, Subdomein
from doorstroom_client.readers.edexml import read_edexml
from doorstroom_client.sending.bericht import Bericht
from doorstroom_client.simulator import adviezen_of, edexml_of
from doorstroom_client.simulator.invented import bedenk_leerlingen

MOMENT = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)
AFSPRAAK = Afspraak.met_naam("1.1", {})
PARTS = 3
"""Rekenen, lezen and taalverzorging."""


class HandIdentiteit(BaseModel):
    """An identity, in a list and in a result."""

    label: str
    onderwijsdeelnemerID: str  # noqa: N815 - the standard's name


class HandAdvies(BaseModel):
    """The advice of one pupil."""

    deelnemerref: list[HandIdentiteit]
    advies: str


class HandGroep(BaseModel):
    """The administration."""

    instellingscode: str
    vestigingscode: str
    onderwijsaanbiedercode: str
    onderwijslocatiecode: str
    administratienr: str


class HandLijst(BaseModel):
    """A list of advice."""

    datumtijd: dt.datetime
    auteur: str
    versie: str
    profiel: Literal["Schooladviezen"] = "Schooladviezen"
    schooljaar: str
    deelnemersgroep: HandGroep
    voorlopigSchooladviezen: list[HandAdvies]  # noqa: N815 - the standard's name


class HandScore(BaseModel):
    """A score."""

    label: Scoresoort
    id: str | None = None
    toetseenheid: str | None = None
    waarde: str


class HandScores(BaseModel):
    """All scores."""

    id: str | None = None
    scores: list[HandScore]


class HandResultaat(BaseModel):
    """A result."""

    label: Resultaatsoort
    toetseenheid: str | None = None
    waarde: str


class HandResultaten(BaseModel):
    """All results."""

    aanvullendeinfo: str | None = None
    resultaten: list[HandResultaat]


class HandAfname(BaseModel):
    """When it was taken."""

    id: str | None = None
    afnametijdstip: dt.datetime


class HandContext(BaseModel):
    """The context of that."""

    afname: HandAfname


class HandAlles(BaseModel):
    """Everything about the pupil."""

    id: str | None = None
    deelnemerref: list[HandIdentiteit]
    versie: str | None = None
    datumtijd: dt.datetime
    toetsdefinitie: Toetssoort
    afnamecontext: HandContext | None = None
    scores: HandScores
    resultaten: HandResultaten


class HandSubdomein(BaseModel):
    """A subdomain."""

    label: str
    id: Subdomein
    omschrijving: str | None = None


class HandDomein(BaseModel):
    """A domain."""

    label: str
    id: Domein
    omschrijving: str | None = None
    toetsonderdelen: list[HandSubdomein] = []


class HandOnderdeel(BaseModel):
    """A part of the test."""

    label: str
    id: Onderdeel
    omschrijving: str | None = None
    toetsonderdelen: list[HandDomein] = []


class HandToets(BaseModel):
    """The test."""

    label: str
    id: Toetssoort
    naam: str | None = None
    versie: str | None = None
    url: str | None = None
    toetsonderdelen: list[HandOnderdeel] = []


class HandResult(BaseModel):
    """A result as it is pushed."""

    datumtijd: dt.datetime
    auteur: str
    versie: str
    profiel: str
    schooljaar: str
    resultatenscores: HandAlles
    toets: HandToets | None = None


def measure(scale: Scale) -> Iterable[Figure]:
    """Lists of 27 and 500, results of a small and a large test, and the EDEXML of a large school."""
    rounds = scale.of(25, 1)
    for aantal in (27, 500):
        adviezen = adviezen_of(bedenk_leerlingen(aantal, seed=1, schooljaar=YEAR))
        times = scale.of(8000, 500) // aantal
        ratio = pair(partial(build, adviezen), partial(build_by_hand, adviezen), times=times, rounds=rounds)
        yield ratio_figure(f"build and serialise {aantal} advices, every check", "pydantic by hand, no checks", 0.7, ratio)
    for domains in (False, True):
        body, times = result(domains=domains), scale.of(200, 5)
        ours, by_hand = partial(decode_leerlingresultaat, body), partial(HandResult.model_validate_json, body)
        ratio = pair(ours, by_hand, times=times, rounds=rounds)
        yield ratio_figure(f"read and check a result of {len(body) / 1000:.1f} kB", "pydantic by hand", 1.25, ratio)
    pupils = scale.of(1200, 20)
    edexml = edexml_of(bedenk_leerlingen(pupils, schooljaar=YEAR), SCHOOL)
    ratio = pair(partial(read_edexml, edexml, school=SCHOOL), partial(etree.fromstring, edexml), times=1, rounds=rounds)
    yield ratio_figure(f"read an EDEXML of {pupils} pupils, every check", "lxml alone", math.inf, ratio)


def build(adviezen: list[Advies]) -> bytes:
    """As `Client` does."""
    message = build_adviezenbericht(SCHOOL, adviezen, afspraak=AFSPRAAK, schooljaar=YEAR, auteur="Bench 1", datumtijd=MOMENT)
    return Bericht.of(message, SCHOOL).body


def build_by_hand(adviezen: list[Advies]) -> bytes:
    """The same message without a check of any identity."""
    return (
        HandLijst(
            datumtijd=MOMENT,
            auteur="Bench 1",
            versie=AFSPRAAK.versie,
            schooljaar=YEAR,
            deelnemersgroep=HandGroep(
                instellingscode=SCHOOL.instellingscode,
                vestigingscode=SCHOOL.vestigingscode,
                onderwijsaanbiedercode=SCHOOL.onderwijsaanbiedercode,
                onderwijslocatiecode=SCHOOL.onderwijslocatiecode,
                administratienr=SCHOOL.administratienr,
            ),
            voorlopigSchooladviezen=[
                HandAdvies(deelnemerref=_identities_by_hand(item.leerling), advies=item.advies) for item in adviezen
            ],
        )
        .model_dump_json()
        .encode()
    )


def _identities_by_hand(leerling: Leerling) -> list[HandIdentiteit]:
    pairs = (("ECK-iD", leerling.eck_id), ("LAS-key", leerling.las_key))
    return [HandIdentiteit(label=label, onderwijsdeelnemerID=value) for label, value in pairs if value is not None]


def result(*, domains: bool) -> bytes:
    """A result of an invented pupil: with the parts of the test only, or with every domain and subdomain."""
    parts: list[dict[str, Any]] = [
        {
            "label": "Onderdeel",
            "id": part.value,
            "omschrijving": "Een deel van de toets",
            "toetsonderdelen": _domains(at) if domains else [],
        }
        for at, part in enumerate(list(Onderdeel)[:PARTS])
    ]
    units = [item.value for item in [*list(Onderdeel)[:PARTS], *(Domein if domains else ())]]
    document = {
        "datumtijd": "2026-03-01T12:00:00Z",
        "auteur": "Toetsbureau 1",
        "versie": AFSPRAAK.versie,
        "profiel": "Leerlingtoetsresultaat",
        "schooljaar": YEAR,
        "resultatenscores": {
            "id": "r1",
            "deelnemerref": [{"label": "ECK-iD", "onderwijsdeelnemerID": f"https://ketenid.nl/pilot/{'0a' * 64}"}],
            "versie": "1",
            "datumtijd": "2026-03-01T12:00:00Z",
            "toetsdefinitie": next(iter(Toetssoort)).value,
            "afnamecontext": {"afname": {"id": "a1", "afnametijdstip": "2026-02-03T00:00:00+01:00"}},
            "scores": {"id": "s1", "scores": [{"label": "Toetsscore", "id": "t", "toetseenheid": "", "waarde": "180"}]},
            "resultaten": {
                "aanvullendeinfo": "https://toets.example/leerlingrapport/rapport-1",
                "resultaten": [
                    {"label": "Toetsadvies", "toetseenheid": "", "waarde": "havo/vwo"},
                    *({"label": "Referentieniveau", "toetseenheid": unit, "waarde": "2F"} for unit in units),
                ],
            },
        },
        "toets": {
            "label": "Doorstroomtoets",
            "id": next(iter(Toetssoort)).value,
            "naam": "Toets van een bureau",
            "versie": "1",
            "url": "https://toets.example/",
            "toetsonderdelen": parts,
        },
    }
    return json.dumps(document).encode()


def _domains(at: int) -> list[dict[str, Any]]:
    """The domains of one part, each with some of the subdomains."""
    below = [{"label": "Subdomein", "id": item.value, "omschrijving": "Een deel van een deel"} for item in Subdomein]
    label, text = "Domein", "Een domein van de toets"
    chosen = list(Domein)[at::PARTS]
    return [{"label": label, "id": item.value, "omschrijving": text, "toetsonderdelen": below} for item in chosen]


if __name__ == "__main__":
    main(measure)
