"""The words of a report: what a verdict, a role and a turn are called, and the whole run in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.report.verslag import Keurregel, Rapport, Stand
from doorstroom_client.ketentest.requirements import Niveau
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.steps import Whose
from doorstroom_client.ketentest.verdicts import WORST_FIRST, Oordeel, in_words
from doorstroom_client.output.words import aantal


@frozen
class Woord:
    """What a verdict is called.

    Attributes:
        mark: says the same beside the word, for who does not tell colours apart.
        naam: the word.
        betekenis: what it means, as a sentence.
        soort: its class in the page.
    """

    mark: str
    naam: str
    betekenis: str
    soort: str


VERDICTS: Mapping[Oordeel, Woord] = {
    Oordeel.FOUT: Woord("!", "fout", "Het testprogramma zelf ging fout. Dit zegt niets over het geteste systeem.", "slecht"),
    Oordeel.GEZAKT: Woord("✗", "gezakt", "Iets wat moet of hoort, was niet zo.", "slecht"),
    Oordeel.WACHT: Woord("…", "wacht", "Er is nog geen antwoord, en de termijn loopt nog.", "open"),
    Oordeel.TE_BEOORDELEN: Woord("?", "te beoordelen", "Een mens moet zeggen wat er te zien is.", "open"),
    Oordeel.AFWIJKEND: Woord("≈", "afwijkend", "Niet zoals het hoort, maar er valt mee te werken.", "let"),
    Oordeel.OVERGESLAGEN: Woord("–", "overgeslagen", "Niet getest: er ontbrak iets wat ervoor nodig is.", "rest"),
    Oordeel.GESLAAGD: Woord("✓", "geslaagd", "Alles wat moet en hoort, was zo.", "goed"),
    Oordeel.NVT: Woord("·", "niet van toepassing", "Geldt niet in dit schooljaar.", "rest"),
}
"""The worst one first."""
NIVEAUS: Mapping[Niveau, str] = {
    Niveau.MOET: "Wie ervan afwijkt, zakt.",
    Niveau.HOORT: "Zo is het in de keten afgesproken; wie ervan afwijkt, zakt ook.",
    Niveau.WEET: "Goed om te weten. Het staat erbij, en telt nooit mee.",
}
ROLES: Mapping[Rol, str] = {
    Rol.VOORAF: "Vooraf: wat in orde moet zijn voordat er iemand wordt getest",
    Rol.TOETSSYSTEEM: "Toetssysteem: wat het aanneemt en antwoordt",
    Rol.TERUGWEG: "Terugweg: wat het toetssysteem terugstuurt",
    Rol.ONTVANGER: "Ontvanger: wat het LAS aanneemt en antwoordt",
    Rol.LAS: "LAS: wat het stuurt en ophaalt",
}
WHOSE: Mapping[Whose, str] = {
    Whose.ONS: "Wie de test draait",
    Whose.HEN: "Wie getest wordt",
    Whose.OSR: "Het OSR, of de OSR-beheerder van de school",
    Whose.AFSPRAAK: "Het ketenoverleg",
}
WHOSE_MORE: Mapping[Whose, str] = {
    Whose.ONS: "Herstellen of afmaken, en dan opnieuw testen.",
    Whose.HEN: "Herstellen of antwoorden; daarna draait wie test deze scenario's opnieuw.",
    Whose.OSR: "Regelen in het OSR, of wachten tot het weer antwoordt; geen van beide systemen hoeft te veranderen.",
    Whose.AFSPRAAK: "De afspraak laat dit open. Bespreken, en dan pas iets veranderen.",
}
STANDEN: Mapping[Stand, str] = {
    Stand.AANGENOMEN: "ja",
    Stand.ONBEKEND: "misschien",
    Stand.GEWEIGERD: "nee, geweigerd",
}
_ABOUT: Mapping[str, str] = {
    "leverancier": "Leverancier",
    "las": "LAS",
    "versie_leverancier": "Versie van het toetssysteem",
    "versie_las": "Versie van het LAS",
    "door": "Getest door",
}


def about(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Who was tested, as names and values that a person reads.

    Args:
        given: as the journal has it; of a name that is not known here the underscores become spaces.
    """
    for name, value in given.items():
        title = _ABOUT.get(name, name.replace("_", " ").capitalize())
        if value not in (None, "", [], {}):
            yield title, in_words(list(value.values())) if isinstance(value, Mapping) else in_words(value)
        elif name.startswith("versie"):
            yield title, "niet opgegeven"


def check_word(keuring: Keurregel) -> str:
    """What a check came to, in a word: one that does not count is no verdict."""
    return VERDICTS[keuring.oordeel].naam if keuring.counts else "goed om te weten"


def _scenarios(count: int) -> str:
    return aantal(count, "scenario", "scenario's")


def summary(rapport: Rapport) -> str:
    """The whole run in one sentence.

    Args:
        rapport: the run.
    """
    counts = rapport.counts
    applies = sum(counts.values()) - counts[Oordeel.NVT]
    judged = applies - counts[Oordeel.OVERGESLAGEN]
    if not judged:
        return "Er is nog niets getest." if not applies else f"Er is nog niets getest: {_all(applies)} overgeslagen."
    first = _verdict(rapport.oordeel, counts, f"van de {_scenarios(judged)} die zijn getest", judged)
    waiting = counts[Oordeel.WACHT] + counts[Oordeel.TE_BEOORDELEN]
    more = (
        ("gezakt", counts[Oordeel.GEZAKT], (Oordeel.FOUT,)),
        ("nog niet af", waiting, (Oordeel.FOUT, Oordeel.GEZAKT)),
        ("overgeslagen", counts[Oordeel.OVERGESLAGEN], WORST_FIRST),
    )
    rest = [f"{name}: {count}" for name, count, beside in more if count and rapport.oordeel in beside]
    return f"{'; '.join([first, *rest])}."


def _all(count: int) -> str:
    return f"{_scenarios(count)} {'is' if count == 1 else 'zijn'}"


def _verdict(oordeel: Oordeel, counts: Mapping[Oordeel, int], of_all: str, judged: int) -> str:
    count = counts[oordeel]
    waiting = counts[Oordeel.WACHT] + counts[Oordeel.TE_BEOORDELEN]
    match oordeel:
        case Oordeel.FOUT:
            return f"Geen oordeel: bij {count} {of_all} ging het testprogramma zelf fout"
        case Oordeel.GEZAKT:
            return f"Niet geslaagd: {count} {of_all} {'is' if count == 1 else 'zijn'} gezakt"
        case Oordeel.WACHT | Oordeel.TE_BEOORDELEN:
            return f"Nog niet af: {waiting} {of_all} {'wacht' if waiting == 1 else 'wachten'} op een antwoord"
        case _ if counts[Oordeel.AFWIJKEND]:
            return f"Geslaagd, met afwijkingen bij {counts[Oordeel.AFWIJKEND]} {of_all}"
        case _:
            return f"Geslaagd: {_all(judged)} getest en in orde"
