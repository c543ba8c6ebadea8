"""The page of the season: how far a school is, what is missing and before when. Of many schools, those that need attention."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from doorstroom_client.messages.values import in_dutch, moment_in_dutch
from doorstroom_client.output.html import Html, Inhoud, element, joined, table
from doorstroom_client.output.html_page import whole_page
from doorstroom_client.output.words import aantal, groepsnaam, leesbaar, schuif
from doorstroom_client.season import seizoenswoorden as woorden
from doorstroom_client.season.schoolseizoen import WITHIN, Leerlingseizoen, Punt, Schoolseizoen, Soort, Totaal, nog_van
from doorstroom_client.season.seizoensstijl import CSS
from doorstroom_client.season.termijnen import Termijn

_TERMIJNEN = {
    Termijn.ADVIEZEN: "Leerlingen aangemeld, voorlopige adviezen verstuurd",
    Termijn.RESULTATEN: "Resultaten en rapporten binnen",
    Termijn.DEFINITIEF: "Definitieve schooladviezen vastgesteld",
}
_IN_A_SENTENCE = 3
"""So many things that are missing stand in a sentence; more are points anyhow."""
_ZONDER_LEERLINGEN = "Op deze pagina staan alleen aantallen. De pagina haalt niets op van internet en verstuurt niets."


def als_pagina(scholen: Sequence[Schoolseizoen], *, gemaakt_op: dt.datetime, within: int = WITHIN) -> bytes:
    """The season as one HTML file: of one school everything, of many the schools that need attention.

    Args:
        scholen: at least one. With names of pupils it holds personal data: write it for one reader only.
        gemaakt_op: now, aware.
        within: as for `Schoolseizoen.aandacht`.
    """
    one = scholen[0] if len(scholen) == 1 else None
    named = any(item.leerlingen for item in scholen)
    return whole_page(
        f"Doorstroomtoets {scholen[0].schooljaar}: wat ontbreekt er nog?",
        CSS,
        under=element("p", f"{_about(scholen)}. Gemaakt op {moment_in_dutch(gemaakt_op)}.", class_="klein"),
        main=_school(one, within) if one else _scholen(scholen, within),
        foot=element("p", woorden.PRIVACY if named and one else _ZONDER_LEERLINGEN, class_="klein"),
    )


def _about(scholen: Sequence[Schoolseizoen]) -> str:
    return scholen[0].school.label if len(scholen) == 1 else f"{len(scholen)} scholen"


# --- one school


def _school(item: Schoolseizoen, within: int) -> Html:
    urgent = item.aandacht(within)
    return joined(
        element("p", _core(item, urgent), class_="kern"),
        _tiles(item),
        _dates([item]),
        element("h2", "Wat ontbreekt er nog?", id="ontbreekt"),
        _points(item, urgent),
        _listed("Wat DUO waarschijnlijk gaat melden", [signaal.uitleg for signaal in item.signalen]),
        _listed("Let op", item.let_op),
        _pupils(item.leerlingen),
    )


def _core(item: Schoolseizoen, urgent: Sequence[Punt]) -> str:
    if item.voorbij:
        return woorden.voorbij(item.schooljaar, item.termijnen.einde)
    if not item.ontbreekt:
        return woorden.NIETS_MIST
    if not urgent:
        return "Er ontbreekt nog iets, maar er is nog tijd."
    if len(urgent) > _IN_A_SENTENCE:
        return f"{len(urgent)} punten vragen nu aandacht. Zij staan hieronder."
    return f"Dit vraagt nu aandacht: {', '.join(punt.kort for punt in urgent)}."


def _tiles(item: Schoolseizoen) -> Html:
    """How far the pupils of the school's own list are; without one, how far those are that the store knows."""
    stand, regels = item.stand, item.leerlingen
    of = f"van {aantal(len(regels))} in uw lijst" if regels else ""
    pupils = [regel.stand for regel in regels]
    found = (
        (Soort.AANMELDING, "aangemeld", stand.deelnemers, sum(one.deelnemer for one in pupils)),
        (Soort.ADVIES, "met verstuurd advies", stand.adviezen, sum(one.advies for one in pupils)),
        (Soort.RESULTAAT, "met resultaat", stand.resultaten, sum(bool(one.resultaten) for one in pupils)),
        (Soort.RAPPORT, "met rapport", stand.resultaten - stand.zonder_rapport, sum(one.rapport for one in pupils)),
    )
    tiles = [
        element(
            "li",
            element("b", listed if regels else number),
            name,
            element("span", of, class_="sleutel"),
            class_=_kind(item, soort),
        )
        for soort, name, number, listed in found
    ]
    return element("ul", tiles, class_="tellers")


def _kind(item: Schoolseizoen, soort: Soort) -> str:
    return "mist" if item.aantal(soort) or item.aantal(Soort.NIETS_VERSTUURD) else "goed"


def _dates(scholen: Sequence[Schoolseizoen]) -> Html:
    first = scholen[0]
    rows = [(text, in_dutch(first.termijnen.op(termijn)), nog_van(scholen, termijn)) for termijn, text in _TERMIJNEN.items()]
    return table(f"De data, gezien op {in_dutch(first.on)}", (("Wat", ""), ("Uiterlijk", ""), ("Nog", "vast")), rows)


def _points(item: Schoolseizoen, urgent: Sequence[Punt]) -> Html:
    if not item.ontbreekt:
        return element("p", woorden.NIETS_MIST)
    lines = [
        element(
            "li",
            punt.uitleg,
            " ",
            element(
                "span",
                f"Uiterlijk {in_dutch(punt.uiterlijk)} ({item.nog(punt.soort.termijn)}).",
                class_="dringend" if punt in urgent else "klein",
            ),
        )
        for punt in item.ontbreekt
    ]
    return element("ul", lines, class_="punten")


def _listed(head: str, lines: Sequence[str]) -> Html | None:
    if not lines:
        return None
    return joined(element("h2", head), element("ul", [element("li", line) for line in lines], class_="punten"))


def _pupils(regels: Sequence[Leerlingseizoen]) -> Html | None:
    """Who misses something, by group; without a list there is nobody to name."""
    if not regels:
        return None
    heads = (("Leerling", "naam"), ("Wat ontbreekt", ""), ("Bijzonderheid", ""))
    parts: list[Html] = []
    for groep, members in _by_group(regels):
        missing = [item for item in members if item.mist or item.deelname]
        name = groepsnaam(groep)
        if not missing:
            parts.append(element("p", f"{name}: van {aantal(len(members))} ontbreekt niets."))
            continue
        rows = [(item.naam or "Naam niet bekend", ", ".join(item.mist), item.deelname or "") for item in missing]
        caption = f"{name}: {aantal(len(missing))} van {len(members)}"
        parts.append(schuif(f"Wat ontbreekt, {name}", table(caption, heads, rows)))
    return joined(element("h2", "Per leerling"), parts)


def _by_group(regels: Sequence[Leerlingseizoen]) -> Iterator[tuple[str, list[Leerlingseizoen]]]:
    for groep in dict.fromkeys(item.groep for item in regels):
        yield groep, [item for item in regels if item.groep == groep]


# --- many schools


def _scholen(scholen: Sequence[Schoolseizoen], within: int) -> Html:
    total = Totaal.van(scholen, within)
    found = [item for item in scholen if item.aandacht(within)]
    others = len(scholen) - len(found)
    rest = f"Bij {aantal(others, 'school', 'scholen')} vraagt niets aandacht in de komende {within} dagen."
    return joined(
        element("p", _core_of_many(total, scholen[0]), class_="kern"),
        _totals(total),
        _dates(scholen),
        _attention(found, within) if found else None,
        element("p", rest) if others else None,
    )


def _core_of_many(total: Totaal, first: Schoolseizoen) -> Html:
    if first.voorbij:
        return joined(woorden.voorbij(first.schooljaar, first.termijnen.einde))
    if not total.met_aandacht:
        return joined(f"Geen van de {total.scholen} scholen vraagt nu aandacht.")
    verb = "vraagt" if total.met_aandacht == 1 else "vragen"
    return joined(element("b", total.met_aandacht), f" van de {total.scholen} scholen {verb} nu aandacht.")


def _totals(total: Totaal) -> Html:
    nothing = total.ontbreekt[Soort.NIETS_VERSTUURD]
    found = (
        (total.deelnemers, "aangemeld", Soort.AANMELDING),
        (total.adviezen, "met verstuurd advies", Soort.ADVIES),
        (total.resultaten, "met resultaat", Soort.RESULTAAT),
        (total.resultaten - total.ontbreekt[Soort.RAPPORT], "met rapport", Soort.RAPPORT),
    )
    tiles: list[Html] = []
    for number, name, soort in found:
        missing = total.ontbreekt[soort]
        others = f"{aantal(nothing, 'school', 'scholen')} zonder lijst" if nothing else "niets ontbreekt"
        small = element("span", f"nog {missing} te gaan" if missing else others, class_="sleutel")
        tiles.append(element("li", element("b", number), name, small, class_="mist" if missing or nothing else "goed"))
    return element("ul", tiles, class_="tellers")


def _attention(found: Sequence[Schoolseizoen], within: int) -> Html:
    heads = (("School", ""), ("Wat ontbreekt", ""), ("Uiterlijk", ""), ("Nog", "vast"), ("Leverancier", ""))
    rows: list[Sequence[Inhoud]] = []
    for item in found:
        points = item.aandacht(within)
        first = points[0]
        rows.append(
            (
                item.school.label,
                [element("div", punt.kort) for punt in points],
                in_dutch(first.uiterlijk),
                element("span", woorden.dagen(first.dagen), class_="dringend" if first.dagen < 0 else None),
                leesbaar(item.leverancier) or "nog niet bekend",
            )
        )
    head = element("h2", "Scholen die aandacht vragen")
    return joined(head, schuif("Scholen die aandacht vragen", table(aantal(len(found), "school", "scholen"), heads, rows)))
