"""The page: all ready texts one after the other, to read, to have corrected and to copy from."""

from __future__ import annotations

from doorstroom_client.output.base_style import BASE_CSS
from doorstroom_client.output.html import Html, element
from doorstroom_client.output.html_page import whole_page
from doorstroom_client.output.told import uitleg_html
from doorstroom_client.school_texts.catalogue import TEKSTEN, Schooltekst, Tekstsoort
from doorstroom_client.school_texts.filling import Invulling

_CSS = (
    BASE_CSS
    + """
.tekst { border: 1px solid var(--lijn); border-left: 4px solid var(--inkt); border-radius: .3rem; padding: .4rem 1rem;
  margin: .4rem 0 1.2rem; max-width: 50rem; break-inside: avoid; }
.tekst li { margin: .2rem 0; max-width: 46rem; overflow-wrap: break-word; }
nav ul { columns: 2; max-width: 50rem; padding-left: 1.2rem; }
code { font-size: .85rem; color: var(--grijs); font-weight: 400; overflow-wrap: anywhere; }
@media (max-width: 44rem) { nav ul { columns: 1; } .tekst { padding: .3rem .7rem; } }
"""
)
_PARTS = {
    Tekstsoort.SCHERM: ("Op het scherm", "Teksten voor de pagina's waar een school leerlingen en adviezen verstuurt."),
    Tekstsoort.MAIL: ("In een mail of nieuwsbrief", "Teksten die u zo in een bericht aan scholen kunt zetten."),
    Tekstsoort.FOUT: ("Als er iets niet lukt", "Wat een school leest bij een fout: wat er gebeurde, en wie wat moet doen."),
}


def als_pagina(namen: Invulling | None = None) -> bytes:
    """All ready texts in one page.

    Args:
        namen: the names in them; general words when left out.
    """
    chosen = Invulling() if namen is None else namen
    under = element(
        "p",
        "Alle teksten die klaarstaan, met hun naam ernaast. Er staat niets van een leerling in. "
        f"Met “de helpdesk van {chosen.las_kort}” is steeds bedoeld: de helpdesk van het bedrijf dat dit systeem levert.",
        class_="klein",
    )
    links = [element("li", element("a", item.voor, href=f"#{item.naam}")) for item in TEKSTEN.values()]
    parts = [_part(soort, chosen) for soort in Tekstsoort]
    foot = element("p", "Deze pagina haalt niets op en verstuurt niets.", class_="klein")
    main = [element("nav", element("ul", links), aria_label="Teksten"), parts]
    return whole_page("Teksten voor scholen", _CSS, under=under, main=main, foot=foot)


def _part(soort: Tekstsoort, namen: Invulling) -> list[Html]:
    title, what = _PARTS[soort]
    texts = [_text(item, namen) for item in TEKSTEN.values() if item.soort is soort]
    return [element("h2", title), element("p", what), *texts]


def _text(item: Schooltekst, namen: Invulling) -> Html:
    head = element("h3", item.voor, " ", element("code", item.naam), id=item.naam)
    return element("section", head, element("div", uitleg_html(item.uitleg(namen)), class_="tekst"), aria_labelledby=item.naam)
