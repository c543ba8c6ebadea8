"""Invented schools, pupils, advice and results for the overview."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from doorstroom_client.messages.leerlingen import Advies, Leerling
from doorstroom_client.messages.leerlingenlijst import BekendeLeerling, Leerlingenlijst, volledige_naam
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.school import School
from doorstroom_client.overview.bezorging import Vergeleken
from doorstroom_client.overview.gegevens import Overzicht
from doorstroom_client.overview.koppelen import Schoolgegevens, maak_overzicht
from doorstroom_client.simulator.afname import bepaal_uitslag
from doorstroom_client.simulator.invented import BedachteLeerling, bedenk_leerlingen
from doorstroom_client.store.rows import Key, Queued, State
from support import LEVERANCIER, SCHOOL, SUPPLIER_OIN, resultaat

JAAR = "2025-2026"
NU = dt.datetime(2026, 3, 12, 9, 30, tzinfo=dt.UTC)
ANDERE = School(
    instellingscode="22CC",
    vestigingscode="00",
    onderwijsaanbiedercode="124A124",
    onderwijslocatiecode="124X124",
    administratienr="01",
    routeringskenmerk="0000000700022CC00001",
    naam="De Proefvlinder",
)


@dataclass(frozen=True)
class Kwam:
    """A received result, as far as the overview looks at it."""

    resultaat: Leerlingresultaat
    school: School | None = SCHOOL
    edu_to: str = SCHOOL.routeringskenmerk
    sender_oin: str = SUPPLIER_OIN
    ontvangen_op: dt.datetime = NU


def kwam(
    *,
    eck: str | None = None,
    las: str | None = None,
    toetsadvies: str | None = "havo/vwo",
    niveaus: dict[str, str] | None = None,
    school: School | None = SCHOOL,
    edu_to: str = "",
    schooljaar: str | None = JAAR,
    score: int = 80,
    **more: Any,
) -> Kwam:
    """A received result with the fields that matter here."""
    document = resultaat(eck=eck, las=las, score=score, **more)
    results = [{"label": "Toetsadvies", "waarde": toetsadvies}] if toetsadvies is not None else []
    results += [
        {"label": "Referentieniveau", "toetseenheid": part, "waarde": level}
        for part, level in (niveaus or {"REKENEN": "1F"}).items()
    ]
    document["resultatenscores"]["resultaten"]["resultaten"] = results
    document["schooljaar"] = schooljaar
    return Kwam(Leerlingresultaat.parse(document), school, edu_to or (school.routeringskenmerk if school else "X" * 20))


def bekend(leerling: BedachteLeerling) -> BekendeLeerling:
    """An invented pupil as the school knows it."""
    return BekendeLeerling(
        naam=volledige_naam(leerling.roepnaam, leerling.voorvoegsel, leerling.achternaam),
        groep=leerling.groep,
        eck_id=leerling.eck_id,
        las_key=leerling.las_key,
    )


def uitslag_van(leerling: BedachteLeerling, school: School) -> Kwam:
    """The result of an invented pupil."""
    keys = [("ECK-iD", leerling.eck_id)] if leerling.eck_id else [("LAS-key", leerling.las_key)]
    found = bepaal_uitslag(keys, leerling.advies, "wereld")  # type: ignore[arg-type]
    levels = {"REKENEN": found.rekenen, "LEZEN": found.lezen, "TAALVERZORGING": found.taalverzorging}
    return kwam(
        eck=leerling.eck_id,
        las=None if leerling.eck_id else leerling.las_key,
        toetsadvies=found.toetsadvies,
        niveaus=levels,
        school=school,
        score=found.toetsscore,
    )


def bericht(state: State, aantal: int, soort: str = "registreren-schooladviezen", onbekend: int = 0) -> Queued:
    """A message in the outbox of the first school."""
    return Queued(
        id=1,
        message_id="m",
        key=Key(soort, SUPPLIER_OIN, SCHOOL.routeringskenmerk),
        schooljaar=JAAR,
        school_oin=SCHOOL.oin,
        aantal=aantal,
        sha256="",
        state=state,
        reason="",
        attempts=1,
        onbekend=onbekend,
        added_at=dt.datetime(2026, 1, 30, 8, 0, tzinfo=dt.UTC),
        next_at=NU,
        expires_at=NU,
    )


def twee_scholen(*, met_namen: bool = True, aantal: int = 27) -> Overzicht:
    """Two schools with every kind of pupil; `met_namen` False leaves the lists of pupils out."""
    gegevens, kwamen = [], []
    for seed, school in enumerate((SCHOOL, ANDERE), start=1):
        leerlingen = bedenk_leerlingen(aantal, seed=seed, schooljaar=JAAR)
        zonder_advies, zonder_resultaat = leerlingen[3], leerlingen[5 : 5 + 3 * (seed == 1)]
        gegevens.append(
            Schoolgegevens(
                school=school,
                leerlingen=Leerlingenlijst(map(bekend, leerlingen)) if met_namen else Leerlingenlijst(),
                adviezen=[
                    Advies(Leerling(item.eck_id, item.las_key), item.advies) for item in leerlingen if item is not zonder_advies
                ],
            )
        )
        kwamen += [uitslag_van(item, school) for item in leerlingen if item not in zonder_resultaat]
    first = bedenk_leerlingen(aantal, seed=1, schooljaar=JAAR)[0]
    kwamen += [
        kwam(las="niet-in-de-lijst", toetsadvies="vmbo kb/gl-tl"),
        kwam(eck=first.eck_id, toetsadvies="klasse 4", toets="DIA", datumtijd="2026-03-11T10:00:00Z"),
        kwam(eck="https://ketenid.nl/pilot/" + "b" * 128, schooljaar="2024-2025"),
    ]
    return maak_overzicht(
        kwamen,
        scholen=gegevens,
        schooljaar=JAAR,
        gemaakt_op=NU,
        berichten=[
            bericht(State.DELIVERED, 27, "registreren"),
            bericht(State.DELIVERED, 26, onbekend=1),
            bericht(State.HELD, 2),
            bericht(State.PARKED, 1),
        ],
        vergeleken=[Vergeleken(routeringskenmerk=SCHOOL.routeringskenmerk, leverancier=SUPPLIER_OIN, aangenomen=24, open=2)],
        leveranciers=[LEVERANCIER],
    )


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=https://evil.example/x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><style>@import 'https://evil.example'</style>",
    "</title></svg><svg onload=alert(1)>",
    "&lt;b&gt; &#60;i&#62; javascript:alert(1)",
    "{{7*7}} ${7*7} <!-- --> ]]>",
)


def hostile(text: str, *, key: str = "") -> Overzicht:
    school = School(
        instellingscode="11BB",
        vestigingscode="00",
        onderwijsaanbiedercode="123A123",
        onderwijslocatiecode="123X123",
        administratienr="01",
        routeringskenmerk=SCHOOL.routeringskenmerk,
        naam=text,
    )
    pupils = [BekendeLeerling(naam=text, groep=f"8{text}", eck_id="e1"), BekendeLeerling(naam=text, groep=text, las_key="k2")]
    return maak_overzicht(
        [
            kwam(eck="e1", toetsadvies="vwo", niveaus={"LEZEN": text, "REKENEN": "1S"}, school=school),
            kwam(las="k2", toetsadvies=text, toets=text, school=school),
            kwam(las=key or text, school=school),
        ],
        scholen=[
            Schoolgegevens(
                school=school,
                leerlingen=Leerlingenlijst(pupils),
                adviezen=[Advies(Leerling("e1"), "HAVO"), Advies(Leerling(las_key="k2"), text), Advies(Leerling(text), text)],
            )
        ],
        schooljaar=JAAR,
        gemaakt_op=NU,
    )
