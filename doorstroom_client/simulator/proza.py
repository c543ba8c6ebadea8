"""Looks for breaches of the rules beside the schema, in a message that fits its schema."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from doorstroom_client.messages.bsn import looks_like_bsn
from doorstroom_client.messages.identifiers import EckId, Routeringskenmerk
from doorstroom_client.messages.vocabulary import Identiteitsoort
from doorstroom_client.simulator.namens import Namens
from doorstroom_client.simulator.regels import TEKSTEN, Regel

Gevonden = tuple[str, Regel, str]
"""Where, which rule, and the rule in words."""

_SCHOOLCODES = {
    "instellingscode": ("[0-9]{2}[A-Z]{2}", "2 cijfers en 2 hoofdletters"),
    "vestigingscode": ("[0-9]{2}", "2 cijfers"),
    "onderwijsaanbiedercode": ("[0-9]{3}A[0-9]{3}", "3 cijfers, een A en 3 cijfers"),
    "onderwijslocatiecode": ("[0-9]{3}X[0-9]{3}", "3 cijfers, een X en 3 cijfers"),
    "administratienr": ("[0-9]{2}", "2 cijfers"),
}
_LANGSTE_LAS_KEY = 256


def gevonden(regel: Regel, pad: str, meer: str = "") -> Gevonden:
    """One breach.

    Args:
        regel: the rule.
        pad: the place.
        meer: what to add to the words of the rule; never what stands in the message.
    """
    return pad, regel, f"{TEKSTEN[regel]}{meer}"


def zoek_in(bericht: Mapping[str, Any], namens: Namens, *, geslacht: bool) -> Iterator[Gevonden]:
    """Every breach in a list.

    Args:
        bericht: a Deelnemerslijst or Schooladviezenlijst that fits its schema.
        namens: on behalf of whom it came.
        geslacht: whether the agreement has that field.
    """
    yield from _leeg(bericht, "", "auteur")
    groep, brin = bericht["deelnemersgroep"], _brin(namens.school_oin)
    for naam, (patroon, vorm) in _SCHOOLCODES.items():
        if not re.fullmatch(patroon, groep[naam]):
            yield gevonden(Regel.SCHOOLCODE, f"deelnemersgroep.{naam}", f": {vorm}")
        elif naam == "instellingscode" and brin not in (None, groep[naam]):
            yield gevonden(Regel.BRIN, f"deelnemersgroep.{naam}")
    if brin is not None and _brin(namens.edu_from) not in (None, brin):
        yield gevonden(Regel.EDU_FROM, "edu-from")
    lijst = "deelnemers" if "deelnemers" in bericht else "voorlopigSchooladviezen"
    gezien: set[tuple[str, str]] = set()
    for at, entry in enumerate(bericht[lijst]):
        yield from _identiteiten(entry["deelnemerref"], f"{lijst}[{at}]", gezien)
    if lijst == "deelnemers":
        yield from _deelnemers(bericht, geslacht)


def _deelnemers(bericht: Mapping[str, Any], geslacht: bool) -> Iterator[Gevonden]:
    groepen: set[str] = set()
    for at, groep in enumerate(bericht["groepen"]):
        yield from _leeg(groep, f"groepen[{at}].", "id", "omschrijving")
        if groep["id"] in groepen:
            yield gevonden(Regel.GROEP_DUBBEL, f"groepen[{at}].id")
        groepen.add(groep["id"])
    for at, deelnemer in enumerate(bericht["deelnemers"]):
        waar, extensie = f"deelnemers[{at}]", deelnemer["extensie"]
        yield from _leeg(deelnemer, f"{waar}.", "achternaam", "roepnaam")
        yield from _leeg(extensie, f"{waar}.extensie.", "voorletters")
        if deelnemer["groep"] not in groepen:
            yield gevonden(Regel.GROEP_ONBEKEND, f"{waar}.groep")
        if not all(map(_is_letter, extensie["voorletters"].strip())):
            yield gevonden(Regel.VOORLETTERS, f"{waar}.extensie.voorletters")
        if "geslacht" in extensie and not geslacht:
            yield gevonden(Regel.GESLACHT, f"{waar}.extensie.geslacht")


def _identiteiten(refs: list[Any], waar: str, gezien: set[tuple[str, str]]) -> Iterator[Gevonden]:
    """The definition has one or two in some schemas only, and different labels in none (quirks Q10 and Q11)."""
    labels = [ref["label"] for ref in refs]
    if not 1 <= len(refs) <= 2 or len(set(labels)) < len(labels):
        yield gevonden(Regel.IDENTITEITEN, f"{waar}.deelnemerref")
    hier = {(ref["label"], ref["onderwijsdeelnemerID"]) for ref in refs}
    if hier & gezien:
        yield gevonden(Regel.LEERLING_DUBBEL, waar)
    gezien |= hier
    for at, ref in enumerate(refs):
        pad = f"{waar}.deelnemerref[{at}].onderwijsdeelnemerID"
        yield from _leeg(ref, f"{waar}.deelnemerref[{at}].", "onderwijsdeelnemerID")
        sleutel = ref["onderwijsdeelnemerID"]
        if looks_like_bsn(sleutel):
            yield gevonden(Regel.BSN, pad)
        elif ref["label"] == Identiteitsoort.LAS_KEY:
            if len(sleutel) > _LANGSTE_LAS_KEY:
                yield gevonden(Regel.LAS_KEY, pad)
        elif sleutel.strip() and not EckId.fits(sleutel):
            yield gevonden(Regel.ECK_ID, pad)


def _leeg(container: Mapping[str, Any], waar: str, *namen: str) -> Iterator[Gevonden]:
    """Required texts may be empty by the schema (quirk Q13)."""
    for naam in namen:
        if not container[naam].strip():
            yield gevonden(Regel.LEEG, f"{waar}{naam}")


def _is_letter(teken: str) -> bool:
    return unicodedata.category(teken)[0] in "LM"


def _brin(kenmerk: str) -> str | None:
    """The BRIN in an OIN or routeringskenmerk of the usual layout, which is documented nowhere."""
    return Routeringskenmerk(kenmerk).brin
