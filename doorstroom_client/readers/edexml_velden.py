"""The texts of a pupil or group in EDEXML, held to what the chain takes; nothing raises, and no finding repeats a value."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

from doorstroom_client.config.edexml_keuze import Keuze
from doorstroom_client.messages.identifiers import is_cell_error, is_no_key
from doorstroom_client.messages.leerlingen import Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.name_letters import LOST, ODD_SIGN, name_doubt, name_fault, text_fault, visible
from doorstroom_client.readers.edexml_document import Deel
from doorstroom_client.readers.meldingen import Melding
from doorstroom_client.readers.name_cells import CELL_ERROR, SURE_NAMES

_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T00:00(?::00(?:\.0+)?)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_NIVEAUS = ("7", "8", "C", "S")
_GESLACHT = {"0": 9, "1": 1, "2": 2, "9": 9}
_INITIALS = 6
_NAMES = ("achternaam", "roepnaam", "voorvoegsel")
IS_NOTHING = "holds what a program writes for nothing (NULL, n/a and the like)"


def parse_datum(text: str) -> dt.date | None:
    """An ``xs:date``, also with midnight behind it, of which a time zone is left out; None when it is not one."""
    found = _DATE.fullmatch(text)
    try:
        return dt.date.fromisoformat(found.group(1)) if found else None
    except ValueError:  # 30 February and the like
        return None


def jaargroep_of(deel: Deel) -> str:
    """The jaargroep as it is written, without zeros in front."""
    text = deel.tekst("jaargroep")
    return text.lstrip("0") or text[:1] if text.isascii() and text.isdigit() else text


def stamgroep_of(deel: Deel, group_id: str, found: list[Melding]) -> Stamgroep:
    """A group. What is no 7, 8, C or S is a combination group, as with one that was recorded as 6."""
    niveau = jaargroep_of(deel)
    if niveau not in _NIVEAUS:
        found.append(deel.let_op("combinatie", "is not 7, 8, C or S; the group is sent as C (combination group)", "jaargroep"))
        niveau = "C"
    return Stamgroep(group_id, _tekst(deel, "naam", 64, found), niveau)


def deelnemer_of(
    deel: Deel, leerling: Leerling, groep: str, jaargroep: str, keuze: Keuze, found: list[Melding], nothings: Counter[str]
) -> Deelnemer:
    """A participant; to be used only when nothing serious was found.

    Args:
        deel: the pupil.
        leerling: the identities.
        groep: id of the group.
        jaargroep: the level.
        keuze: what to do for a pupil without roepnaam or voorletters.
        found: gets what is wrong.
        nothings: how often each name so far was what a program writes for nothing.
    """
    return Deelnemer(
        leerling=leerling,
        achternaam=_named(deel, "achternaam", _tekst(deel, "achternaam", 70, found), nothings, found),
        voorvoegsel=_voorvoegsel(deel, found) or None,
        roepnaam=_named(deel, "roepnaam", _roepnaam(deel, keuze, found), nothings, found),
        voorletters=_voorletters(deel, keuze, found),
        geboortedatum=_geboortedatum(deel, found),
        groep=groep,
        jaargroep=jaargroep,
        geslacht=_geslacht(deel, found),
    )


def roepnaam_of(deel: Deel, keuze: Keuze) -> str:
    """The roepnaam, or where that was chosen the first of the voornamen."""
    names = deel.tekst("voornamen").split() if keuze.roepnaam_uit_voornamen else []
    return visible(deel.tekst("roepnaam")) or next(iter(names), "")


def _tekst(deel: Deel, naam: str, most: int, found: list[Melding], *, required: bool = True) -> str:
    text = visible(deel.tekst(naam))
    if not text and required:
        found.append(deel.fout("ontbreekt", "is missing or empty", naam))
    _check(deel, naam, text, most, found)
    return text


def _voorvoegsel(deel: Deel, found: list[Melding]) -> str:
    """May be empty, so what a program writes for nothing is nothing there."""
    text = visible(deel.tekst("voorvoegsel"))
    if is_cell_error(text) or not is_no_key(text):
        return _tekst(deel, "voorvoegsel", 10, found, required=False)
    return ""


def _named(deel: Deel, naam: str, text: str, nothings: Counter[str], found: list[Melding]) -> str:
    """The name, told once when a program may have written it for nothing, and refused from the second time on.

    A pupil is read and let go before the next one, so the first of several is only told.
    """
    if is_cell_error(text):
        found.append(deel.fout("tekens", CELL_ERROR, naam))
    elif text and is_no_key(text):
        nothings[naam] += text not in SURE_NAMES
        if nothings[naam] > 1 or all(is_no_key(deel.tekst(name)) for name in ("achternaam", "roepnaam")):
            found.append(deel.fout("tekens", f"{IS_NOTHING}, as before; record the name", naam))
        else:
            found.append(deel.let_op("tekens", f"{IS_NOTHING}; look whether it is a name", naam))
    return text


def _check(deel: Deel, naam: str, text: str, most: int, found: list[Melding]) -> None:
    # The error of a spreadsheet in a name is told with what else stands for nothing.
    fault = "" if is_cell_error(text) and naam != "voorvoegsel" else _fault_of(naam, text)
    if fault:
        found.append(deel.fout("tekens", fault, naam))
    elif naam in _NAMES and (doubt := name_doubt(text)) not in ("", ODD_SIGN):  # a LAS has pupils of tests, numbered
        found.append(deel.let_op("tekens", doubt, naam))
    if len(text) > most:
        found.append(deel.fout("te_lang", f"is {len(text)} characters long; at most {most} fit", naam))


def _fault_of(naam: str, text: str) -> str:
    if is_cell_error(text):
        return CELL_ERROR
    if naam in _NAMES:
        return name_fault(text)
    return text_fault(text) or (LOST if "?" in text else "")


def _roepnaam(deel: Deel, keuze: Keuze, found: list[Melding]) -> str:
    text = roepnaam_of(deel, keuze)
    if not text:
        more = " or, with roepnaam_uit_voornamen, the voornamen" if deel.tekst("voornamen") else ""
        found.append(deel.fout("ontbreekt", f"is missing or empty; record it{more}", "roepnaam"))
    _check(deel, "roepnaam", text, 64, found)
    return text


def _voorletters(deel: Deel, keuze: Keuze, found: list[Melding]) -> str:
    given = deel.tekst("voorletters-1")
    text = given.replace(".", "").replace(" ", "")
    names = deel.tekst("voornamen")
    if not text and keuze.voorletters_uit_voornamen:
        text = "".join(name[0] for name in re.split(r"[\s-]+", names) if name)[:_INITIALS]
    if not text:
        more = "; or choose voorletters_uit_voornamen" if names else ""
        found.append(deel.fout("ontbreekt", f"is missing or empty; record it{more}", "voorletters-1"))
    elif not text.isascii() and (fault := name_fault(given)):
        found.append(deel.fout("tekens", fault, "voorletters-1"))
    elif not (text.isalpha() and len(text) <= _INITIALS):
        found.append(deel.fout("vorm", "expected 1 to 6 letters, of more given names the first six", "voorletters-1"))
    return text


def _geboortedatum(deel: Deel, found: list[Melding]) -> dt.date:
    text = deel.tekst("geboortedatum")
    day = parse_datum(text)
    if not text:
        found.append(deel.fout("ontbreekt", "is missing or empty", "geboortedatum"))
    elif day is None:
        found.append(deel.fout("vorm", "expected a date as YYYY-MM-DD", "geboortedatum"))
    return day or dt.date.min


def _geslacht(deel: Deel, found: list[Melding]) -> int:
    text = deel.tekst("geslacht")
    if not text:
        found.append(deel.let_op("aangevuld", "is missing; sent as 9 (not specified) while the agreement has it", "geslacht"))
        return 9
    value = _GESLACHT.get(text.lstrip("0") or "0")
    if value is None:
        found.append(deel.fout("vorm", "expected 0, 1, 2 or 9", "geslacht"))
    return value or 9
