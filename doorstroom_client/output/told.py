"""A text for a school as markup: its parts as paragraphs, a list and numbered steps."""

from __future__ import annotations

from doorstroom_client.basics.uitleg import Uitleg
from doorstroom_client.output.html import Html, element, joined


def uitleg_html(uitleg: Uitleg) -> Html:
    """An explanation as a fragment of a page; nothing in it is read as markup.

    Args:
        uitleg: may be empty, and then so is the fragment.
    """
    kop = element("p", element("strong", uitleg.kop)) if uitleg.kop else None
    punten = element("ul", [element("li", punt) for punt in uitleg.punten]) if uitleg.punten else None
    stappen = element("ol", [element("li", stap) for stap in uitleg.stappen]) if uitleg.stappen else None
    return joined(kop, [element("p", alinea) for alinea in uitleg.alineas], punten, stappen)
