"""Words and parts that several texts and pages for schools have in common, in Dutch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from doorstroom_client.basics.uitleg import Uitleg
from doorstroom_client.messages.identifiers import Oin
from doorstroom_client.messages.vocabulary import Schooladvies
from doorstroom_client.output.html import Html, element


class Named(Protocol):
    """A party with an OIN and a name."""

    @property
    def oin(self) -> str:
        """Its OIN."""
        ...

    @property
    def naam(self) -> str:
        """How people call it."""
        ...


def naam_van(oin: str, leveranciers: Iterable[Named]) -> str:
    """The name of a supplier; its OIN when it is not configured, and nothing for an empty one."""
    return next((item.naam for item in leveranciers if item.oin == oin), oin)


def leesbaar(naam: str) -> str:
    """A supplier in a sentence: its name, and general words for one of which only the OIN is known.

    Args:
        naam: as `naam_van` gives it.
    """
    return "een andere leverancier" if Oin.fits(naam) else naam


def aantal(number: int, one: str = "leerling", more: str = "leerlingen") -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else more}"


def opsomming(delen: Sequence[str]) -> str:
    """Parts, at least one, as they are counted up in a sentence: ``a, b en c``."""
    *others, last = delen
    return f"{', '.join(others)} en {last}" if others else last


def advies_naam(advies: str) -> str:
    """A code as people read it: ``VMBO_BB_TM_VMBO_KB_MET_LWOO`` is ``vmbo bb t/m vmbo kb met lwoo``; another text as it is."""
    if advies not in set(Schooladvies):
        return advies
    return advies.lower().replace("_tm_", " t/m ").replace("_", " ")


def andere_toets(vorige: str, nu: str) -> Uitleg:
    """What a school is asked that takes the test of another supplier than last year; empty without one of last year.

    Args:
        vorige: name of last year's supplier; its OIN when it is not configured any more.
        nu: name of this year's.
    """
    if not vorige:
        return Uitleg()
    return Uitleg(f"Vorig jaar nam uw school de toets van {leesbaar(vorige)} af; dit jaar die van {nu}. Klopt dat?")


def groepsnaam(groep: str) -> str:
    """A group as people call it."""
    return f"Groep {groep}" if groep and not groep.casefold().startswith("groep") else groep or "Groep niet bekend"


def schuif(label: str, inhoud: Html, extra: str = "") -> Html:
    """A part that may be wider than a telephone: it scrolls by itself, with the keyboard too.

    Args:
        label: what it is, for a screen reader.
        inhoud: the part.
        extra: another class.
    """
    return element("div", inhoud, class_=f"schuif {extra}".strip(), role="region", aria_label=label, tabindex=0)
