"""The page of what was sent, to lay beside the screen of the supplier: the chain agreed that the school checks it there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from doorstroom_client import (
    Advies,
    BekendeLeerling,
    Leerlingenlijst,
    Leverancier,
    School,
    Schoolstand,
    Verstuurd,
    Verzendstand,
)
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.leerlingenlijst import taking_part
from doorstroom_client.messages.values import amsterdam, moment_in_dutch
from doorstroom_client.output.html import Html, Inhoud, element, joined, table, text
from doorstroom_client.output.html_page import whole_page
from doorstroom_client.output.words import aantal, advies_naam, groepsnaam, naam_van, schuif
from doorstroom_client.season.stijl import CSS
from doorstroom_client.season.woorden import BUITEN_LIJST, in_woorden

_STAND: Mapping[Verzendstand, str] = {
    Verzendstand.GELIJK: "verstuurd en gelijk aan uw lijst",
    Verzendstand.GEWIJZIGD: "gewijzigd sinds verzending",
    Verzendstand.TWIJFEL: "niet zeker of het is aangekomen",
    Verzendstand.WACHT: "wacht op verzending",
    Verzendstand.NIET: "niet verstuurd",
}
_UITLEG = (
    "Leg deze lijst naast het scherm van de toetsleverancier. Zet een vinkje als de leerling en het advies daar kloppen. "
    "De leverancier bevestigt alleen dat een lijst is ontvangen, en zegt niets over één leerling. "
    "Daarom is afgesproken dat de school dit in het toetssysteem controleert."
)
_ONBEVESTIGD = "bij dit advies is niet bekend of de leverancier de leerling kende. Kijk dit eerst na."
_PRIVACY = (
    "Dit bestand bevat persoonsgegevens van leerlingen. Deel het alleen met wie het nodig heeft, en verwijder het daarna. "
    "De pagina haalt niets op van internet en verstuurt niets."
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Verzendregel:
    """What was sent about one pupil; its repr shows nothing.

    Attributes:
        naam: as people read it.
        groep: name of the group.
        aangemeld_op: moment of the last receipt of this participant; None when it was not sent.
        advies: the advice in the school's own list, as a code; empty without one.
        stand: what was sent of it; None when the list was not given, or has no advice for this pupil.
        advies_op: moment of the last receipt of the advice; None when none was sent.
        bevestigd: the supplier knew the pupil when the advice came.
    """

    naam: str
    groep: str
    aangemeld_op: dt.datetime | None = None
    advies: str = ""
    stand: Verzendstand | None = None
    advies_op: dt.datetime | None = None
    bevestigd: bool = True

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


@frozen(kw_only=True)
class Verzonden:
    """What was sent of one school.

    Attributes:
        school: the administration.
        schooljaar: the school year.
        leverancier: name of the supplier that it went to last; empty when nothing was sent.
        regels: the pupils, by group and name.
        buiten_lijst: pupils that were sent and that are not in the school's list.
        laatst_verstuurd: moment of the last receipt.
    """

    school: School
    schooljaar: str
    leverancier: str
    regels: tuple[Verzendregel, ...]
    buiten_lijst: int = 0
    laatst_verstuurd: dt.datetime | None = None


def maak_verzonden(
    stand: Schoolstand,
    school: School,
    *,
    leerlingen: Leerlingenlijst,
    adviezen: Sequence[Advies] = (),
    verstuurd: Sequence[Verstuurd] = (),
    leveranciers: Sequence[Leverancier] = (),
) -> Verzonden:
    """Put what was sent beside the school's own list of pupils.

    Args:
        stand: what the store knows, from ``client.store.seizoen()``.
        school: the administration.
        leerlingen: the school's own list.
        adviezen: its advice as it is now.
        verstuurd: what was sent of that advice, ``client.store.sent(Adviezenlijst(…))``; a line for each.
        leveranciers: the configured suppliers, for their names.
    """
    advice: dict[BekendeLeerling, tuple[Advies, Verstuurd]] = {}
    for advies, sent in zip(adviezen, verstuurd, strict=True):
        wie = leerlingen.find(advies.leerling)
        if wie is not None:
            advice[wie] = (advies, sent)
    regels = [_regel(item, stand, advice.get(item)) for item in leerlingen]
    takes_part = taking_part({item.groep for item in regels if item.aangemeld_op or item.advies_op or item.advies})
    chosen = (item for item in regels if takes_part(item.groep))
    return Verzonden(
        school=school,
        schooljaar=stand.schooljaar,
        leverancier=naam_van(stand.leveranciers[0], leveranciers) if stand.leveranciers else "",
        regels=tuple(sorted(chosen, key=lambda item: (not item.groep, item.groep.casefold(), item.naam.casefold()))),
        buiten_lijst=stand.buiten(item.leerling for item in leerlingen),
        laatst_verstuurd=stand.laatst_verstuurd,
    )


def _regel(item: BekendeLeerling, stand: Schoolstand, given: tuple[Advies, Verstuurd] | None) -> Verzendregel:
    one = stand.van(item.leerling)
    advies, sent = given if given is not None else (None, None)
    return Verzendregel(
        naam=item.naam,
        groep=item.groep,
        aangemeld_op=one.deelnemer_op,
        advies="" if advies is None else str(advies.advies),
        stand=None if sent is None else sent.stand,
        advies_op=one.advies_op if sent is None else sent.op,
        bevestigd=not one.advies_onbevestigd,
    )


def verzonden_pagina(verzonden: Verzonden, *, gemaakt_op: dt.datetime) -> bytes:
    """What was sent as one HTML file, to print and to tick off by hand. Holds personal data: write it for one reader only.

    Args:
        verzonden: what to show.
        gemaakt_op: now, aware.
    """
    under = f"{verzonden.school.label}. Gemaakt op {moment_in_dutch(gemaakt_op)}."
    return whole_page(
        f"Doorstroomtoets {verzonden.schooljaar}: wat is er verstuurd?",
        CSS,
        under=element("p", under, class_="klein"),
        main=[_core(verzonden), [_group(name, part) for name, part in _groups(verzonden.regels)], _signed()],
        foot=element("p", _PRIVACY, class_="klein"),
    )


def _core(verzonden: Verzonden) -> Html:
    if verzonden.laatst_verstuurd is None:
        return element("p", "Er is nog niets verstuurd dat een leverancier heeft bevestigd.", class_="kern")
    changed = sum(item.stand not in (None, Verzendstand.GELIJK) for item in verzonden.regels)
    unconfirmed = any(not item.bevestigd for item in verzonden.regels)
    not_same = f"Van {aantal(changed)} is het advies in uw lijst niet zo verstuurd. Verstuur de adviezen opnieuw."
    star = f"Een sterretje (*) betekent: {_ONBEVESTIGD}"
    outside = in_woorden(BUITEN_LIJST, verzonden.buiten_lijst)
    notices = ((changed, not_same), (unconfirmed, star), (verzonden.buiten_lijst, outside))
    found = [element("li", notice) for is_so, notice in notices if is_so]
    return joined(
        element(
            "p",
            f"{verzonden.leverancier} bevestigde de laatste ontvangst op {moment_in_dutch(verzonden.laatst_verstuurd)}.",
            class_="kern",
        ),
        element("p", _UITLEG),
        element("ul", found, class_="let-op") if found else None,
    )


def _groups(regels: Iterable[Verzendregel]) -> Iterable[tuple[str, list[Verzendregel]]]:
    found: dict[str, list[Verzendregel]] = {}
    for item in regels:
        found.setdefault(item.groep, []).append(item)
    return found.items()


def _group(groep: str, members: Sequence[Verzendregel]) -> Html:
    heads = (
        *(("Leerling", "naam"), ("Aangemeld", ""), ("Advies in uw lijst", ""), ("Verstuurd", "")),
        ("In het toetssysteem", "afvinken"),
    )
    rows: list[Sequence[Inhoud]] = [
        (
            item.naam or "Naam niet bekend",
            _day(item.aangemeld_op, "niet verstuurd"),
            advies_naam(item.advies) if item.advies else "",
            _sent(item),
            _boxes(),
        )
        for item in members
    ]
    name = groepsnaam(groep)
    return schuif(f"Wat is er verstuurd, {name}", table(f"{name}: {aantal(len(members))}", heads, rows), "lijst")


def _sent(item: Verzendregel) -> Html:
    if item.stand is not None:
        said = _STAND[item.stand]
    else:
        said = "advies niet verstuurd" if item.advies_op is None else "advies verstuurd"
    urgent = item.stand not in (None, Verzendstand.GELIJK, Verzendstand.WACHT)
    when = None if item.advies_op is None else element("span", "op ", _day(item.advies_op, ""), class_="sleutel")
    return joined(
        element("span", said, "" if item.bevestigd else " *", class_="dringend" if urgent else None),
        when,
    )


def _day(at: dt.datetime | None, without: str) -> Html:
    """A Dutch day, short enough for a column."""
    return text(without) if at is None else element("span", f"{at.astimezone(amsterdam()):%d-%m-%Y}", class_="vast")


def _boxes() -> Html:
    """Boxes for a pen; a screen reader hears the head of the column."""
    box = element("span", class_="vakje", aria_hidden="true")
    return joined(element("div", box, "klopt"), element("div", box, "klopt niet"))


def _signed() -> Html:
    line = element("span", class_="regel", aria_hidden="true")
    return element("p", "Gecontroleerd door ", line, " op ", line)
