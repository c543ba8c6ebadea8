"""The texts of a pupil or group in EDEXML, held to what the chain takes; nothing raises, and no finding repeats a value."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter

from doorstroom_client.config.edexml_keuze import Keuze
from doorstroom_client.messages.identifiers import is_cell_error, is_no_key
from doorstroom_client.messages.leerlingen import Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.name_letters import ODD_SIGN, name_doubt, name_fault, visible
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.readers.cell_dates import EARLIEST, age_doubt
from doorstroom_client.readers.edexml_document import Deel
from doorstroom_client.readers.meldingen import Melding
from doorstroom_client.readers.name_cells import CELL_ERROR, NAMESAKES, NO_INITIALS, SURE_NAMES, group_doubt, group_fault

_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T00:00(?::00(?:\.0+)?)?)?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?")
_NIVEAUS = ("7", "8", "C", "S")
_GESLACHT = {"0": 9, "1": 1, "2": 2, "9": 9}
_INITIALS = 6
_FULL_NAME = ("achternaam", "roepnaam")
IS_NOTHING = "holds what a program writes for nothing (NULL, n/a and the like)"
Nothings = Counter[tuple[str, str]]
NOTHING_AGAIN = f"{IS_NOTHING}, as another does; record the name"


def parse_datum(text: str) -> dt.date | None:
    """An ``xs:date``, also with midnight behind it, of which a time zone is left out; None when it is not one."""
    found = _DATE.fullmatch(text)
    try:
        return dt.date.fromisoformat(found.group(1)) if found else None
    except ValueError:  # 30 February and the like
        return None


def uitstroomdatum_of(deel: Deel, found: list[Melding]) -> dt.date | None:
    """The day on which a pupil left; None when there is none. What a program writes for no date is told, and read as none."""
    text = deel.tekst("uitstroomdatum")
    day = parse_datum(text)
    if (day is not None and day.year < EARLIEST) or (text and is_no_key(text) and not is_cell_error(text)):
        found.append(deel.let_op("als_leeg", "is what a program writes for no date, and was read as empty", "uitstroomdatum"))
        return None
    if text and day is None:
        found.append(deel.fout("vorm", "expected a date as YYYY-MM-DD", "uitstroomdatum"))
    return day


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
    return Stamgroep(group_id, _groepsnaam(deel, found), niveau)


def deelnemer_of(
    deel: Deel,
    leerling: Leerling,
    groep: str,
    jaargroep: str,
    keuze: Keuze,
    found: list[Melding],
    nothings: Nothings,
) -> Deelnemer:
    """A participant; to be used only when nothing serious was found.

    Args:
        deel: the pupil.
        leerling: the identities.
        groep: id of the group.
        jaargroep: the level.
        keuze: what to do for a pupil without roepnaam or voorletters.
        found: gets what is wrong.
        nothings: how often each element so far held what a program writes for nothing; names that people have apart.
    """
    return Deelnemer(
        leerling=leerling,
        achternaam=_named(deel, "achternaam", _tekst(deel, "achternaam", 70, found), nothings, found),
        voorvoegsel=_voorvoegsel(deel, found) or None,
        roepnaam=_named(deel, "roepnaam", _roepnaam(deel, keuze, found), nothings, found),
        voorletters=_voorletters(deel, keuze, nothings, found),
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


def _groepsnaam(deel: Deel, found: list[Melding]) -> str:
    """The name of a group, in which digits and signs may stand."""
    text = visible(deel.tekst("naam"))
    if not text:
        found.append(deel.fout("ontbreekt", "is missing or empty", "naam"))
    elif fault := group_fault(text):
        found.append(deel.fout("tekens", fault, "naam"))
    elif doubt := group_doubt(text):
        found.append(deel.let_op("tekens", doubt, "naam"))
    _check_length(deel, "naam", text, 64, found)
    return text


def _voorvoegsel(deel: Deel, found: list[Melding]) -> str:
    """May be empty, so what a program writes for nothing is nothing there."""
    text = visible(deel.tekst("voorvoegsel"))
    if is_cell_error(text) or not is_no_key(text):
        return _tekst(deel, "voorvoegsel", 10, found, required=False)
    return ""


def _named(deel: Deel, naam: str, text: str, nothings: Nothings, found: list[Melding]) -> str:
    """The name, told as a doubt when a program may have written it for nothing, and refused when that happens again.

    A pupil is read and let go before the next one; `looked_back` is for who keeps them.
    """
    if is_cell_error(text):
        found.append(deel.fout("tekens", CELL_ERROR, naam))
    elif text and is_no_key(text):
        spelling = text if text in SURE_NAMES else ""
        nothings[naam, spelling] += 1
        again = nothings[naam, spelling] > (NAMESAKES if spelling else 1)
        if again or (not spelling and all(_is_nothing(deel.tekst(name)) for name in _FULL_NAME)):
            found.append(deel.fout("tekens", NOTHING_AGAIN, naam))
        else:
            found.append(deel.let_op("tekens", f"{IS_NOTHING}; look whether it is a name", naam))
    return text


def _is_nothing(text: str) -> bool:
    return is_no_key(text) and text not in SURE_NAMES


def _check(deel: Deel, naam: str, text: str, most: int, found: list[Melding]) -> None:
    # The error of a spreadsheet in a name is told with what else stands for nothing.
    fault = CELL_ERROR if naam == "voorvoegsel" else ""
    if not is_cell_error(text):
        fault = name_fault(text)
    if fault:
        found.append(deel.fout("tekens", fault, naam))
    elif (doubt := name_doubt(text)) not in ("", ODD_SIGN):  # a LAS has pupils of tests, numbered
        found.append(deel.let_op("tekens", doubt, naam))
    _check_length(deel, naam, text, most, found)


def _check_length(deel: Deel, naam: str, text: str, most: int, found: list[Melding]) -> None:
    if len(text) > most:
        found.append(deel.fout("te_lang", f"is {len(text)} characters long; at most {most} fit", naam))


def _roepnaam(deel: Deel, keuze: Keuze, found: list[Melding]) -> str:
    text = roepnaam_of(deel, keuze)
    if not text:
        more = " or, with roepnaam_uit_voornamen, the voornamen" if deel.tekst("voornamen") else ""
        found.append(deel.fout("ontbreekt", f"is missing or empty; record it{more}", "roepnaam"))
    _check(deel, "roepnaam", text, 64, found)
    return text


def _voorletters(deel: Deel, keuze: Keuze, nothings: Nothings, found: list[Melding]) -> str:
    given = deel.tekst("voorletters-1")
    if is_cell_error(given) or given in NO_INITIALS:
        return _named(deel, "voorletters-1", given, nothings, found)
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
    elif doubt := age_doubt(day, dt.datetime.now(amsterdam()).date()):
        found.append(deel.let_op("vorm", doubt, "geboortedatum"))
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
