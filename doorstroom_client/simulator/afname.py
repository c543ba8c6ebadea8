"""Invented outcomes of a test: the same seed, pupil and advice give the same outcome."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import field
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.vocabulary import (
    TOETSNAMEN,
    Referentieniveau,
    Schooladvies,
    Toetsadvies,
    Toetssoort,
)
from doorstroom_client.simulator.berichtcontrole import Identiteit

_TREDEN = tuple(Toetsadvies)
_MIDDEN = _TREDEN.index(Toetsadvies.VMBO_GL_TL_HAVO)
# The step that a test advice usually has for an advice; a single havo does not exist among the test advices.
_TREDE_BIJ_ADVIES = {
    Schooladvies.VSO: 0,
    Schooladvies.PRAKTIJKONDERWIJS: 0,
    Schooladvies.VMBO_BB: 0,
    Schooladvies.VMBO_BB_MET_LWOO: 0,
    Schooladvies.VMBO_BB_TM_VMBO_KB: 1,
    Schooladvies.VMBO_BB_TM_VMBO_KB_MET_LWOO: 1,
    Schooladvies.VMBO_KB: 1,
    Schooladvies.VMBO_KB_MET_LWOO: 1,
    Schooladvies.VMBO_KB_TM_VMBO_GL_TL: 2,
    Schooladvies.VMBO_KB_TM_VMBO_GL_TL_MET_LWOO: 2,
    Schooladvies.VMBO_GL_TL: 2,
    Schooladvies.VMBO_GL_TL_MET_LWOO: 2,
    Schooladvies.VMBO_GL_TL_TM_HAVO: 3,
    Schooladvies.HAVO: 3,
    Schooladvies.HAVO_TM_VWO: 4,
    Schooladvies.VWO: 5,
}
_OPGAVEN = 120


@frozen
class Uitslag:
    """What one pupil scored.

    Attributes:
        rapportid: of the report.
        toetsadvies: lower-case text (quirk Q32).
        toetsscore: 50 to 110.
        goed: number of right answers out of 120.
        rekenen: reference level.
        lezen: reference level.
        taalverzorging: reference level.
    """

    rapportid: str = field(repr=False)
    toetsadvies: str = field(repr=False)
    toetsscore: int = field(repr=False)
    goed: int = field(repr=False)
    rekenen: str = field(repr=False)
    lezen: str = field(repr=False)
    taalverzorging: str = field(repr=False)


@frozen
class Omstandigheid:
    """What a result says beside the outcome itself.

    Attributes:
        toetssoort: the test.
        naam: of the supplier, which is the author of the message.
        versie: of the agreement.
        profiel: of a result, in that agreement.
        schooljaar: of the test.
        datumtijd: when the message is made, UTC with ``Z``.
        rapportbasis: base URL of the supplier, for ``aanvullendeinfo``.
        scores_als_tekst: False sends whole numbers, as the published example does (quirk Q1).
        stand: ``versie`` of the result, free text.
    """

    toetssoort: Toetssoort
    naam: str
    versie: str
    profiel: str
    schooljaar: str
    datumtijd: str
    rapportbasis: str
    scores_als_tekst: bool
    stand: str = "Definitief"


def bepaal_uitslag(identiteiten: Sequence[Identiteit], advies: str | None, seed: str, correctie: int = 0) -> Uitslag:
    """Invent an outcome near the advice: mostly the same step, sometimes a higher one, seldom a lower one.

    Args:
        identiteiten: of the pupil; the first decides the outcome.
        advies: wire value; None when the school sent none.
        seed: another value gives other outcomes.
        correctie: how often it was corrected: each time another advice and score, with the same report.
    """
    toeval = hashlib.sha256("\n".join((seed, *identiteiten[0])).encode()).digest()
    trede = _trede(advies) + (1 if toeval[0] < 64 else -1 if toeval[0] < 90 else 0)
    trede = min(max(trede, 0), len(_TREDEN) - 1)
    if correctie % 2:
        trede += 1 if trede < len(_TREDEN) - 1 else -1
    score = 50 + 10 * trede + (toeval[1] + correctie) % 10
    return Uitslag(
        rapportid=str(uuid.UUID(bytes=toeval[8:24], version=4)),
        toetsadvies=_TREDEN[trede].value,
        toetsscore=score,
        goed=score + toeval[2] % 8,
        rekenen=_niveau(trede + toeval[3] % 2, Referentieniveau.S1),
        lezen=_niveau(trede + toeval[4] % 3, Referentieniveau.F2),
        taalverzorging=_niveau(trede + toeval[5] % 2, Referentieniveau.F2),
    )


def maak_leerlingresultaat(identiteiten: Sequence[Identiteit], uitslag: Uitslag, rond: Omstandigheid) -> dict[str, Any]:
    """Put an outcome in the shape of a Leerlingresultaat.

    Args:
        identiteiten: of the pupil, ECK-iD first.
        uitslag: the outcome.
        rond: everything else.
    """
    return {
        "datumtijd": rond.datumtijd,
        "auteur": rond.naam,
        "versie": rond.versie,
        "profiel": rond.profiel,
        "schooljaar": rond.schooljaar,
        "resultatenscores": {
            "id": f"resultatenscores-{uitslag.rapportid[:8]}",
            "deelnemerref": [{"label": label, "onderwijsdeelnemerID": waarde} for label, waarde in identiteiten],
            "versie": rond.stand,
            "datumtijd": rond.datumtijd,
            "toetsdefinitie": rond.toetssoort.value,
            "afnamecontext": {
                "afname": {
                    "id": f"afname-{rond.schooljaar}",
                    # Midnight means that only the date is known (quirk Q16).
                    "afnametijdstip": f"{rond.schooljaar[5:]}-02-03T00:00:00Z",
                }
            },
            "scores": _scores(uitslag, als_tekst=rond.scores_als_tekst),
            "resultaten": {
                "aanvullendeinfo": f"{rond.rapportbasis}/leerlingrapport/{uitslag.rapportid}",
                "resultaten": [
                    {"label": "Toetsadvies", "waarde": uitslag.toetsadvies},
                    _referentieniveau("REKENEN", uitslag.rekenen),
                    _referentieniveau("LEZEN", uitslag.lezen),
                    _referentieniveau("TAALVERZORGING", uitslag.taalverzorging),
                ],
            },
        },
        "toets": _toets(rond.toetssoort),
    }


def _trede(advies: str | None) -> int:
    try:
        return _TREDE_BIJ_ADVIES.get(Schooladvies(advies or ""), _MIDDEN)
    except ValueError:
        return _MIDDEN


def _niveau(hoogte: int, hoogste: Referentieniveau) -> str:
    if hoogte == 0:
        return Referentieniveau.LAGER_DAN_1F.value
    return (hoogste if hoogte >= 4 else Referentieniveau.F1).value


def _scores(uitslag: Uitslag, *, als_tekst: bool) -> dict[str, Any]:
    waarden = {"Toetsscore": uitslag.toetsscore, "Aantal opgaven": _OPGAVEN, "Aantal goed": uitslag.goed}
    return {
        "id": f"scores-{uitslag.rapportid[:8]}",
        "scores": [
            {"label": label, "id": f"score-{nummer}", "waarde": str(waarde) if als_tekst else waarde}
            for nummer, (label, waarde) in enumerate(waarden.items(), start=1)
        ],
    }


def _referentieniveau(toetseenheid: str, waarde: str) -> dict[str, str]:
    return {"label": "Referentieniveau", "toetseenheid": toetseenheid, "waarde": waarde}


def _toets(toetssoort: Toetssoort) -> dict[str, Any]:
    domeinen = [
        {"label": "Domein", "id": "LEZEN", "omschrijving": "Lezen"},
        {"label": "Domein", "id": "TAALVERZORGING", "omschrijving": "Taalverzorging"},
    ]
    return {
        "label": "Doorstroomtoets",
        "id": toetssoort.value,
        "naam": TOETSNAMEN[toetssoort],
        "versie": "simulator",
        "toetsonderdelen": [
            {"label": "Onderdeel", "id": "REKENEN", "omschrijving": "Rekenen"},
            {
                "label": "Onderdeel",
                "id": "NEDERLANDSE_TAAL",
                "omschrijving": "Nederlandse taal",
                "toetsonderdelen": domeinen,
            },
        ],
    }
