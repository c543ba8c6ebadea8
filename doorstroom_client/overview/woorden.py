"""The words of the page: what stands in more than one of its parts."""

from __future__ import annotations

from collections import Counter

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.vocabulary import Referentieniveau
from doorstroom_client.output.html import Html, element, joined, text
from doorstroom_client.output.words import advies_naam
from doorstroom_client.overview.gegevens import Leerlingregel
from doorstroom_client.overview.rangorde import Oordeel

_SHOWN = 12  # characters of an ECK-iD


@frozen
class Bak:
    """What belongs together in counts and colours.

    Attributes:
        soort: its class in the page.
        teken: its mark.
        naam: its name.
        oordelen: the verdicts in it.
    """

    soort: str
    teken: str
    naam: str
    oordelen: tuple[Oordeel, ...]

    def aantal(self, counts: Counter[Oordeel]) -> int:
        """How many pupils are in it."""
        return sum(counts[item] for item in self.oordelen)


HOOG = Bak("hoog", "▲", "Heroverwegen", (Oordeel.HEROVERWEGEN,))
ZELF = Bak("zelf", "?", "Zelf bekijken", (Oordeel.ZELF_BEKIJKEN, Oordeel.GEEN_ADVIES))
OPEN = Bak("open", "○", "Nog geen resultaat", (Oordeel.GEEN_RESULTAAT,))
BLIJFT = Bak("blijft", "=", "Advies blijft", (Oordeel.BLIJFT, Oordeel.UITZONDERING))
BAKKEN = (HOOG, ZELF, OPEN, BLIJFT)
"""In the order in which a school looks at them."""
BAK_VAN = {oordeel: bak for bak in BAKKEN for oordeel in bak.oordelen}
NIVEAUS = {
    Referentieniveau.LAGER_DAN_1F: "lager dan 1F",
    Referentieniveau.F1: "1F",
    Referentieniveau.S1: "1S",
    Referentieniveau.F2: "2F",
}


def teken(bak: Bak) -> Html:
    """The mark of a bin; its meaning always stands next to it in words."""
    return element("span", bak.teken, class_="teken", aria_hidden="true")


def procent(part: int, whole: int) -> str:
    """A share, with a decimal when it is no whole number."""
    share = 100 * part / whole
    return f"{share:.0f} %" if share == int(share) else f"{share:.1f} %".replace(".", ",")


def wie(leerling: Leerlingregel) -> Html:
    """Whose line it is: the name, or what else tells this pupil from the others."""
    if leerling.naam:
        return element("span", leerling.naam, class_="naam")
    if leerling.las_key:
        key = f"LAS-key {leerling.las_key}"
    elif leerling.eck_id:
        key = f"ECK-iD …{leerling.eck_id[-_SHOWN:]}"
    else:
        key = "zonder ECK-iD of LAS-key"
    return joined("Naam niet bekend", element("span", key, class_="sleutel"))


def advies(leerling: Leerlingregel) -> str:
    """The advice of the school in words."""
    return advies_naam(leerling.advies) if leerling.advies else "geen advies"


def toetsadvies(leerling: Leerlingregel) -> Html:
    """The toetsadvies in words; one that is not recognised stands as it came, and with several senders each has its own."""
    if leerling.uitslagen:
        lines = (joined(toetsadvies(item), f" ({item.leverancier})") for item in leerling.uitslagen)
        return joined(*(element("div", line) for line in lines))
    if leerling.oordeel is Oordeel.GEEN_RESULTAAT:
        return text("nog niet")
    if leerling.toetsadvies is None:
        return text(leerling.toetsadvies_tekst or "geen")
    return element("span", str(leerling.toetsadvies), class_="vast")


def niveau(level: Referentieniveau | str) -> str:
    """A reference level in words; an unknown one as it came."""
    return NIVEAUS[level] if isinstance(level, Referentieniveau) else level
