"""What an agreement says, in the form in which the chain publishes its definitions: OpenAPI, without the prose.

It is made from the agreement and the value lists, so that a registered agreement can be laid beside a published definition.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.vocabulary import (
    Domein,
    Geslacht,
    Groepsoort,
    Identiteitsoort,
    Jaargroep,
    Onderdeel,
    Resultaatsoort,
    Scoresoort,
    Subdomein,
)

LANGSTE = {"groep.id": 256, "omschrijving": 64, "achternaam": 70, "voorvoegsel": 10, "roepnaam": 64, "voorletters": 6}
"""The most characters of a field that we write."""

Schema = dict[str, Any]


def definitie_van(afspraak: Afspraak) -> Schema:
    """The part of the published definition that an agreement stands for, as an OpenAPI document."""
    kop = _kop(afspraak)
    paths = {
        "/registreren": _post(kop | _deelnemers(afspraak), "202 401 403 405 422"),
        "/leerlingresultaat": _post(
            kop | {"profiel": _tekst(1, waarden=[afspraak.profiel_resultaat])} | _resultaat(afspraak), "202 401 405 422"
        ),
        "/leerlingrapport/{rapportid}": {
            "get": {"parameters": [_parameter("rapportid", "path", _tekst()), *_EDU], "responses": _statussen("200 204 404")}
        },
    }
    if afspraak.schooladviezen:
        paths["/registreren-schooladviezen"] = _post(kop | _adviezen(afspraak), "202 401 403 405 422")
    return {"paths": paths}


def _tekst(
    least: int | None = None, most: int | None = None, waarden: Iterable[object] | None = None, **more: object
) -> Schema:
    facts = {
        "type": "string",
        "minLength": least,
        "maxLength": most,
        "enum": None if waarden is None else [str(item) for item in waarden],
        **more,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _object(mag: str = "", **velden: Schema) -> Schema:
    """An object; `mag` names the fields that may be left out."""
    return {"type": "object", "properties": velden, "required": [naam for naam in velden if naam not in mag.split()]}


def _lijst(item: Schema, least: int | None = None, most: int | None = None) -> Schema:
    facts = {"type": "array", "items": item, "minItems": least, "maxItems": most}
    return {name: value for name, value in facts.items() if value is not None}


def _label(naam: str, least: int | None = None) -> Schema:
    return _tekst(least, waarden=[naam])


def _parameter(name: str, where: str, schema: Schema) -> Schema:
    return {"name": name, "in": where, "required": True, "schema": schema}


def _statussen(codes: str) -> Schema:
    return {code: {} for code in codes.split()}


def _post(velden: dict[str, Schema], codes: str) -> Schema:
    body = {"content": {"application/json": {"schema": _object("", **velden)}}, "required": True}
    return {"post": {"parameters": _EDU, "requestBody": body, "responses": _statussen(codes)}}


_EDU = [_parameter(name, "query", _tekst(pattern=r"(\d|\D){20}")) for name in ("edu-to", "edu-from")]
_MOMENT = _tekst(format="date-time")
_IDENTITEIT = _object(label=_tekst(waarden=Identiteitsoort), onderwijsdeelnemerID=_tekst())
_GROEP = {
    "deelnemersgroep": _object(
        instellingscode=_tekst(),
        vestigingscode=_tekst(),
        onderwijsaanbiedercode=_tekst(),
        onderwijslocatiecode=_tekst(),
        administratienr=_tekst(),
    )
}


def _kop(afspraak: Afspraak) -> dict[str, Schema]:
    return {"datumtijd": _MOMENT, "auteur": _tekst(1), "versie": _tekst(1, waarden=[afspraak.versie]), "schooljaar": _tekst(1)}


def _niveau(soort: Iterable[object]) -> Schema:
    return _object(label=_label("Jaargroep"), niveau=_tekst(waarden=soort))


def _deelnemers(afspraak: Afspraak) -> dict[str, Schema]:
    groep = _object(
        label=_label("Stamgroep", 1),
        id=_tekst(1, LANGSTE["groep.id"]),
        omschrijving=_tekst(most=LANGSTE["omschrijving"]),
        niveau=_niveau(Groepsoort),
    )
    geslacht: Schema = {"type": "integer", "enum": [int(item) for item in Geslacht]}
    extensie = _object(
        "",
        label=_label("Demografisch", 1),
        voorletters=_tekst(most=LANGSTE["voorletters"]),
        geboortedatum=_tekst(format="date"),
        **({"geslacht": geslacht} if afspraak.geslacht else {}),
    )
    deelnemer = _object(
        "voorvoegsel",
        label=_label("Leerling"),
        deelnemerref=_lijst(_IDENTITEIT),
        **{naam: _tekst(most=LANGSTE[naam]) for naam in ("achternaam", "voorvoegsel", "roepnaam")},
        groep=_tekst(),
        niveau=_niveau(Jaargroep),
        extensie=extensie,
    )
    profiel = _tekst(1, waarden=[afspraak.profiel_deelnemers])
    return {"profiel": profiel, **_GROEP, "groepen": _lijst(groep, 1), "deelnemers": _lijst(deelnemer, 1)}


def _adviezen(afspraak: Afspraak) -> dict[str, Schema]:
    advies = _object(deelnemerref=_lijst(_IDENTITEIT, 1, 2), advies=_tekst(waarden=afspraak.schooladviezen))
    profiel = _tekst(1, waarden=[afspraak.profiel_schooladviezen])
    return {"profiel": profiel, **_GROEP, "voorlopigSchooladviezen": _lijst(advies, 1)}


def _resultaat(afspraak: Afspraak) -> dict[str, Schema]:
    toetssoort = _tekst(waarden=afspraak.toetssoorten)
    score = _object("toetseenheid", label=_tekst(waarden=Scoresoort), id=_tekst(), toetseenheid=_tekst(), waarde=_tekst())
    resultaat = _object("toetseenheid", label=_tekst(waarden=Resultaatsoort), toetseenheid=_tekst(), waarde=_tekst())
    scores = _object(
        "datumtijd scores",
        id=_tekst(),
        deelnemerref=_lijst(_IDENTITEIT, 1, 2),
        versie=_tekst(),
        datumtijd=_MOMENT,
        toetsdefinitie=toetssoort,
        afnamecontext=_object(afname=_object(id=_tekst(1), afnametijdstip=_MOMENT)),
        scores=_object(id=_tekst(), scores=_lijst(score, 0)),
        resultaten=_object("aanvullendeinfo", aanvullendeinfo=_tekst(), resultaten=_lijst(resultaat, 1)),
    )
    mag = "omschrijving toetsonderdelen"
    subdomein = _object(mag, label=_label("Subdomein"), id=_tekst(waarden=Subdomein), omschrijving=_tekst())
    domein = _object(
        mag,
        label=_label("Domein", 1),
        id=_tekst(waarden=Domein),
        omschrijving=_tekst(),
        toetsonderdelen=_lijst(subdomein, 0),
    )
    onderdeel = _object(
        mag,
        label=_label("Onderdeel"),
        id=_tekst(waarden=Onderdeel),
        omschrijving=_tekst(),
        toetsonderdelen=_lijst(domein, 0),
    )
    toets = _object(
        f"versie url {mag}",
        label=_label("Doorstroomtoets", 1),
        id=toetssoort,
        naam=_tekst(1),
        versie=_tekst(1),
        url=_tekst(),
        omschrijving=_tekst(),
        toetsonderdelen=_lijst(onderdeel, 1),
    )
    return {"resultatenscores": scores, "toets": toets}
