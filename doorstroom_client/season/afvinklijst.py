"""The page of what was sent, to lay beside the screen of the supplier: the chain agreed that the school checks it there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from doorstroom_client import Verzendstand
from doorstroom_client.messages.values import amsterdam, moment_in_dutch
from doorstroom_client.output.html import Html, Inhoud, element, joined, table, text
from doorstroom_client.output.html_page import whole_page
from doorstroom_client.output.words import aantal, advies_naam, groepsnaam, leesbaar, schuif
from doorstroom_client.season.seizoensstijl import CSS
from doorstroom_client.season.seizoenswoorden import BUITEN_LIJST, PRIVACY, in_woorden
from doorstroom_client.season.verzonden import Verzendlijst, Verzendregel

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
    "Daarom is afgesproken dat de school dit in het toetssysteem controleert. "
    "Klopt iets niet? Verbeter het in uw administratiesysteem en verstuur het daar opnieuw."
)
_ONBEVESTIGD = "bij dit advies is niet bekend of de leverancier de leerling kende. Kijk dit eerst na."
_ADVIEZEN_OPNIEUW = "Verstuur de adviezen opnieuw in uw administratiesysteem."


def verzendlijst_pagina(lijst: Verzendlijst, *, gemaakt_op: dt.datetime) -> bytes:
    """What was sent as one HTML file, to print and to tick off by hand. Holds personal data: write it for one reader only.

    Args:
        lijst: what to show.
        gemaakt_op: now, aware.
    """
    under = f"{lijst.school.label}. Gemaakt op {moment_in_dutch(gemaakt_op)}."
    return whole_page(
        f"Doorstroomtoets {lijst.schooljaar}: wat is er verstuurd?",
        CSS,
        under=element("p", under, class_="klein"),
        main=[_core(lijst), [_group(name, part) for name, part in _groups(lijst.regels)], _signed()],
        foot=element("p", PRIVACY, class_="klein"),
    )


def _core(lijst: Verzendlijst) -> Html:
    if lijst.laatst_verstuurd is None:
        return element("p", "Er is nog niets verstuurd dat een leverancier heeft bevestigd.", class_="kern")
    changed = sum(item.stand not in (None, Verzendstand.GELIJK) for item in lijst.regels)
    unconfirmed = any(not item.bevestigd for item in lijst.regels)
    not_same = f"Van {aantal(changed)} is het advies in uw lijst niet zo verstuurd. {_ADVIEZEN_OPNIEUW}"
    star = f"Een sterretje (*) betekent: {_ONBEVESTIGD}"
    outside = in_woorden(BUITEN_LIJST, lijst.buiten_lijst)
    notices = ((changed, not_same), (unconfirmed, star), (lijst.buiten_lijst, outside))
    found = [element("li", notice) for is_so, notice in notices if is_so]
    return joined(
        element(
            "p",
            f"{_whom(lijst)} bevestigde de laatste ontvangst op {moment_in_dutch(lijst.laatst_verstuurd)}.",
            class_="kern",
        ),
        element("p", _UITLEG),
        element("ul", found, class_="let-op") if found else None,
    )


def _whom(lijst: Verzendlijst) -> str:
    name = leesbaar(lijst.leverancier)
    return name if name == lijst.leverancier else name.capitalize()


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
