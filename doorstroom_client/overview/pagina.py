"""The page: one file that a school opens, reads and prints. Nothing is fetched, nothing runs, nothing can be sent from it."""

from __future__ import annotations

from collections.abc import Sequence

from doorstroom_client.messages.values import moment_in_dutch
from doorstroom_client.output.html import Html, Inhoud, element, joined
from doorstroom_client.output.html_page import whole_page
from doorstroom_client.output.words import aantal, groepsnaam, schuif
from doorstroom_client.overview import secties, woorden
from doorstroom_client.overview.figuren import STREPEN, legenda, stapel
from doorstroom_client.overview.gegevens import Leerlingregel, Overzicht, SchoolOverzicht
from doorstroom_client.overview.niveaus import Ambities, referentieniveaus
from doorstroom_client.overview.rangorde import Oordeel
from doorstroom_client.overview.stijl import CSS
from doorstroom_client.overview.woorden import BAKKEN, HOOG

_UITLEG = {
    "Heroverwegen": (
        "Het toetsadvies is hoger dan het voorlopig schooladvies, al is het een half niveau. De school past het advies "
        "naar boven aan, tenzij dat niet in het belang van de leerling is; dan legt zij vast waarom. Het definitieve "
        "schooladvies is er uiterlijk 24 maart."
    ),
    "Advies blijft": (
        "Het toetsadvies is gelijk of lager. Een lager toetsadvies verandert het schooladvies niet. Ook bij het advies "
        "praktijkonderwijs met toetsadvies pro/vmbo bb hoeft niets te veranderen."
    ),
    "Zelf bekijken": (
        "Er valt niets te vergelijken: er is geen schooladvies, de school gaf geen specifiek advies, of een tekst wordt"
        " niet herkend."
    ),
    "Volgorde": (
        "Praktijkonderwijs, pro/vmbo bb, vmbo bb, bb/kb, kb, kb/gl-tl, gl/tl, gl-tl/havo, havo, havo/vwo, vwo: elke "
        "stap is een half niveau. Lwoo telt niet mee. Vso staat bij DUO onder praktijkonderwijs, dus elk toetsadvies is"
        " hoger; de school beoordeelt wat dat voor deze leerling betekent."
    ),
}
_BELOFTE = (
    "Bij deze leerlingen is het toetsadvies hoger dan het voorlopig schooladvies. Pas het advies aan, of leg vast "
    "waarom dat niet in het belang van de leerling is."
)
_PRIVACY = (
    "Dit bestand bevat persoonsgegevens van leerlingen. Deel het alleen met wie het voor het schooladvies nodig heeft, "
    "en verwijder het daarna. De pagina haalt niets op van internet en verstuurt niets."
)


def als_pagina(overzicht: Overzicht, *, ambities: Ambities | None = None) -> bytes:
    """The overview as one HTML file. Holds personal data of pupils: write it for one reader only, as ``write_whole`` does.

    Args:
        overzicht: what to show.
        ambities: the ambitions to compare reference levels with; 85 % and 65 % when left out.
    """
    schools = [_school(school, ambities or Ambities()) for school in overzicht.scholen]
    return whole_page(
        f"Doorstroomtoets {overzicht.schooljaar}: schooladviezen heroverwegen",
        CSS,
        before=STREPEN,
        under=element("p", _subtitle(overzicht), class_="klein"),
        main=[_first_screen(overzicht), schools, _explanation()],
        foot=element("p", _PRIVACY, class_="klein"),
    )


def _subtitle(overzicht: Overzicht) -> str:
    one = overzicht.scholen[0].naam if len(overzicht.scholen) == 1 else f"{len(overzicht.scholen)} scholen"
    return f"{one}. Gemaakt op {moment_in_dutch(overzicht.gemaakt_op)}."


def _first_screen(overzicht: Overzicht) -> Html:
    counts = overzicht.aantallen
    cards = [
        element("li", element("b", bak.aantal(counts)), woorden.teken(bak), f" {bak.naam}", class_=bak.soort) for bak in BAKKEN
    ]
    return element(
        "section",
        element("h2", "In één oogopslag", id="kern", class_="alleen-voorlezen"),
        element("p", _core(overzicht), class_="kern"),
        element("p", _BELOFTE) if counts[Oordeel.HEROVERWEGEN] else None,
        element("ul", cards, class_="tellers"),
        _groups(overzicht) if overzicht.aantal_leerlingen else None,
        _notices(overzicht),
        aria_labelledby="kern",
    )


def _core(overzicht: Overzicht) -> Html:
    """The answer in one sentence. Nothing to reconsider and nothing to compare are never told in the same words."""
    counts, total = overzicht.aantallen, overzicht.aantal_leerlingen
    with_result = total - counts[Oordeel.GEEN_RESULTAAT]
    if not total:
        return joined("Er zijn nog geen leerlingen, adviezen of resultaten om te tonen.")
    if not with_result:
        return joined(f"Er is nog niets te vergelijken: van {aantal(total)} is nog geen resultaat ontvangen.")
    if with_result == counts[Oordeel.GEEN_ADVIES]:
        return joined("Er is nog niets te vergelijken: er zijn geen schooladviezen bekend.")
    must = element("b", counts[Oordeel.HEROVERWEGEN])
    return joined("Bij ", must, f" van de {aantal(total)} moet het schooladvies worden heroverwogen.")


def _notices(overzicht: Overzicht) -> Html | None:
    unnamed = sum(not item.naam for school in overzicht.scholen for item in school.leerlingen)
    odd = sum(bool(item.opmerkingen) for school in overzicht.scholen for item in school.leerlingen)
    others = overzicht.ander_schooljaar
    without = overzicht.aantallen[Oordeel.GEEN_ADVIES]
    lines = (
        (without, f"Van {aantal(without)} met een resultaat is geen schooladvies bekend; daar is niets vergeleken."),
        (unnamed, f"Van {aantal(unnamed)} is de naam niet bekend: niet gevonden in een leerlingenlijst."),
        (odd, f"Bij {aantal(odd)} is er iets bijzonders; dat staat onder “Zelf bekijken”."),
        (others, f"Niet meegeteld: {aantal(others, 'resultaat', 'resultaten')} van een ander schooljaar."),
    )
    found = [element("li", text) for count, text in lines if count]
    return element("ul", found, class_="let-op") if found else None


def _groups(overzicht: Overzicht) -> Html:
    """Counts per group with the names of those to reconsider; with several schools a part per school."""
    several = len(overzicht.scholen) > 1
    heads: list[tuple[Inhoud, str]] = [
        ("Groep", "wie"),
        *(([woorden.teken(bak), element("span", bak.naam, class_="lang")], f"getal {bak.soort}") for bak in BAKKEN),
        ("Samen", "getal"),
        ("Verdeling", "staaf"),
    ]
    bodies = [
        element(
            "tbody",
            element("tr", element("th", _link(school), scope="rowgroup", colspan=len(heads), class_="kop"))
            if several
            else None,
            [_row(groepsnaam(groep), members, heads) for groep, members in school.groepen.items()],
        )
        for school in overzicht.scholen
    ]
    everybody = [item for school in overzicht.scholen for item in school.leerlingen]
    table = element(
        "table",
        element("caption", "Leerlingen per groep"),
        element("thead", element("tr", [element("th", name, scope="col", class_=kind) for name, kind in heads])),
        bodies,
        element("tfoot", _row("Alle groepen", everybody, heads, names=False)),
    )
    return joined(schuif("Leerlingen per groep", table), legenda([(bak.soort, f"{bak.teken} {bak.naam}") for bak in BAKKEN]))


def _link(school: SchoolOverzicht) -> Html:
    return element("a", school.naam, href=f"#{_anchor(school)}")


def _row(name: str, members: Sequence[Leerlingregel], heads: Sequence[tuple[Inhoud, str]], *, names: bool = True) -> Html:
    counts = [sum(item.oordeel in bak.oordelen for item in members) for bak in BAKKEN]
    must = [item.naam for item in members if item.oordeel in HOOG.oordelen and item.naam] if names else []
    who = element("span", "▲ ", ", ".join(must), class_="sleutel") if must else None
    cells: list[Inhoud] = [
        *counts,
        len(members),
        stapel([(bak.soort, count) for bak, count in zip(BAKKEN, counts, strict=True)]),
    ]
    kinds = [kind for _, kind in heads]
    return element(
        "tr",
        element("th", name, who, scope="row", class_=kinds[0]),
        [element("td", cell, class_=kind) for cell, kind in zip(cells, kinds[1:], strict=True)],
    )


def _school(school: SchoolOverzicht, ambities: Ambities) -> Html:
    name = _anchor(school)
    return element(
        "section",
        element("h2", school.naam, id=name),
        secties.heroverwegen(school),
        secties.zelf_bekijken(school),
        secties.zonder_resultaat(school),
        secties.raster(school),
        referentieniveaus(school, ambities),
        secties.bezorging(school),
        secties.alle_leerlingen(school),
        class_="school",
        aria_labelledby=name,
    )


def _explanation() -> Html:
    items = [joined(element("dt", name), element("dd", text)) for name, text in _UITLEG.items()]
    return element(
        "section",
        element("h2", "Hoe dit is bepaald", id="uitleg"),
        element("dl", items),
        class_="uitleg",
        aria_labelledby="uitleg",
    )


def _anchor(school: SchoolOverzicht) -> str:
    return f"school-{school.routeringskenmerk}"
