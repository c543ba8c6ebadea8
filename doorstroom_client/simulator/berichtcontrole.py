"""What a simulated test supplier demands of lists: strict where the published definition is silent."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import field
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.vocabulary import Identiteitsoort, Schooladvies

Identiteit = tuple[str, str]
"""Label (``ECK-iD`` or ``LAS-key``) and onderwijsdeelnemerID."""

_SCHOOLJAAR = re.compile(r"(\d{4})-(\d{4})")
_LABELS = frozenset(soort.value for soort in Identiteitsoort)
_ADVIEZEN = frozenset(advies.value for advies in Schooladvies)
_SCHOOLCODES = {
    "instellingscode": r"\d{2}[A-Z]{2}",
    "vestigingscode": r"\d{2}",
    "onderwijsaanbiedercode": r"\d{3}A\d{3}",
    "onderwijslocatiecode": r"\d{3}X\d{3}",
    "administratienr": r"\d{2}",
}


class OngeldigError(Exception):
    """The contents are refused; the text names the place and never repeats a value."""


@frozen
class Kop:
    """What both lists have in common.

    Attributes:
        versie: version of the agreement, as received.
        schooljaar: as received.
    """

    versie: str
    schooljaar: str


@frozen
class Aangemeld:
    """One pupil of a Deelnemerslijst or Schooladviezenlijst.

    Attributes:
        identiteiten: one or two, ECK-iD first.
        bericht: the entry as received.
        advies: wire value of the advice; empty in a Deelnemerslijst.
    """

    identiteiten: tuple[Identiteit, ...] = field(repr=False)
    bericht: dict[str, Any] = field(repr=False)
    advies: str = field(default="", repr=False)


def lees_deelnemers(bericht: Any, versies: Collection[str]) -> tuple[Kop, list[Aangemeld]]:
    """Check a Deelnemerslijst.

    Raises:
        OngeldigError: it is refused.
    """
    kop = _lees_kop(bericht, versies, profiel="Toetsdeelnemers")
    groepen = {_tekst(groep, "id", f"groepen[{i}]") for i, groep in enumerate(_lijst(bericht, "groepen"))}
    return kop, [
        _lees_deelnemer(deelnemer, f"deelnemers[{i}]", groepen) for i, deelnemer in enumerate(_lijst(bericht, "deelnemers"))
    ]


def lees_adviezen(bericht: Any, versies: Collection[str]) -> tuple[Kop, list[Aangemeld]]:
    """Check a Schooladviezenlijst.

    Raises:
        OngeldigError: it is refused.
    """
    kop = _lees_kop(bericht, versies, profiel="Schooladviezen")
    gelezen: list[Aangemeld] = []
    for i, entry in enumerate(_lijst(bericht, "voorlopigSchooladviezen")):
        waar = f"voorlopigSchooladviezen[{i}]"
        identiteiten = _identiteiten(entry, waar)
        advies = _tekst(entry, "advies", waar)
        if advies not in _ADVIEZEN:
            raise OngeldigError(f"{waar}.advies staat niet in de waardelijst")
        gelezen.append(Aangemeld(identiteiten, entry, advies))
    return kop, gelezen


def _lees_kop(bericht: Any, versies: Collection[str], *, profiel: str) -> Kop:
    if _tekst(bericht, "versie", "bericht") not in versies:
        raise OngeldigError("bericht.versie wordt niet ondersteund")
    if _tekst(bericht, "profiel", "bericht") != profiel:
        raise OngeldigError(f"bericht.profiel is niet {profiel}")
    _tekst(bericht, "datumtijd", "bericht")
    _tekst(bericht, "auteur", "bericht")
    schooljaar = _tekst(bericht, "schooljaar", "bericht")
    jaren = _SCHOOLJAAR.fullmatch(schooljaar)
    if jaren is None or int(jaren[2]) != int(jaren[1]) + 1:
        raise OngeldigError("bericht.schooljaar heeft niet de vorm EEJJ-EEJJ")
    groep = bericht.get("deelnemersgroep")
    for naam, patroon in _SCHOOLCODES.items():
        # The definition gives these rules in prose only (quirk Q12).
        if not re.fullmatch(patroon, _tekst(groep, naam, "deelnemersgroep")):
            raise OngeldigError(f"deelnemersgroep.{naam} heeft niet de juiste vorm")
    return Kop(bericht["versie"], schooljaar)


def _lees_deelnemer(deelnemer: Any, waar: str, groepen: Collection[str]) -> Aangemeld:
    identiteiten = _identiteiten(deelnemer, waar)
    if _tekst(deelnemer, "label", waar) != "Leerling":
        raise OngeldigError(f"{waar}.label is niet Leerling")
    _tekst(deelnemer, "achternaam", waar)
    _tekst(deelnemer, "roepnaam", waar)
    if _tekst(deelnemer, "groep", waar) not in groepen:
        raise OngeldigError(f"{waar}.groep verwijst niet naar een groep in het bericht")
    extensie = deelnemer.get("extensie")
    _tekst(extensie, "voorletters", f"{waar}.extensie")
    _tekst(extensie, "geboortedatum", f"{waar}.extensie")
    return Aangemeld(identiteiten, deelnemer)


def _identiteiten(entry: Any, waar: str) -> tuple[Identiteit, ...]:
    """One or two with different labels; the definition has this in some schemas only (quirks Q10, Q11)."""
    refs = _lijst(entry, "deelnemerref", waar)
    gevonden = [(_tekst(ref, "label", waar), _tekst(ref, "onderwijsdeelnemerID", waar)) for ref in refs]
    labels = [label for label, _ in gevonden]
    if len(gevonden) > 2 or len(set(labels)) != len(labels) or not _LABELS.issuperset(labels):
        raise OngeldigError(f"{waar}.deelnemerref heeft niet een of twee verschillende identiteiten")
    return tuple(sorted(gevonden))


def _lijst(container: Any, naam: str, waar: str = "bericht") -> list[Any]:
    waarde = container.get(naam) if isinstance(container, Mapping) else None
    if not isinstance(waarde, list) or not waarde:
        raise OngeldigError(f"{waar}.{naam} ontbreekt of is leeg")
    return waarde


def _tekst(container: Any, naam: str, waar: str) -> str:
    waarde = container.get(naam) if isinstance(container, Mapping) else None
    if not isinstance(waarde, str) or not waarde.strip():
        raise OngeldigError(f"{waar}.{naam} ontbreekt, is leeg of is geen tekst")
    return waarde
