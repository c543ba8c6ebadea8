"""What a screen of a LAS says where pupils and advice are sent: what goes, to whom, what to check, what to do when it fails."""

from __future__ import annotations

from doorstroom_client.basics.mandate_words import MANDAAT_UITGELEGD, OSR_BEHEERDER
from doorstroom_client.basics.uitleg import Uitleg
from doorstroom_client.school_texts.filling import Invulling

GEEN_GESLACHT = "Vanaf schooljaar 2026-2027 wordt het geslacht van leerlingen niet meer verstuurd."
GEEN_DEFINITIEF_ADVIES = "Het definitieve schooladvies wordt hier niet verstuurd. Het gaat alleen om het voorlopige advies."
_MET_MANDAAT = "Uw schoolbestuur heeft die partij daar toestemming voor gegeven, met een mandaat."
_NIETS_WEG = "Met een bericht kan niets worden verwijderd. Verwijderen doet u zelf in het toetssysteem."


def leerlingen_versturen(namen: Invulling) -> Uitleg:
    """Where participants are sent."""
    return Uitleg(
        "U verstuurt de leerlingen die de doorstroomtoets maken.",
        (
            f"De gegevens gaan van {namen.las} naar {namen.toets}. {_MET_MANDAAT}",
            "Dit gaat mee: naam, voorletters, geboortedatum, groep en een kenmerk waaraan de leerling wordt herkend. "
            + GEEN_GESLACHT,
            f"Uitslagen komen later vanzelf terug in {namen.las_kort}.",
            _NIETS_WEG,
        ),
        stappen=(
            "Controleer of alle leerlingen die de toets maken in de lijst staan.",
            "Verstuur de lijst.",
            f"Kijk daarna in het toetssysteem van {namen.toets_kort} of alle leerlingen er staan.",
        ),
    )


def advies_versturen(namen: Invulling) -> Uitleg:
    """Where advice is sent."""
    return Uitleg(
        "U verstuurt het voorlopige schooladvies van uw leerlingen.",
        (
            f"De adviezen gaan van {namen.las} naar {namen.toets}. {_MET_MANDAAT}",
            (
                "Dit gaat mee: het voorlopige advies en een kenmerk waaraan de leerling wordt herkend. "
                "Namen van leerlingen gaan niet mee met het advies."
            ),
            GEEN_GESLACHT,
            (
                "Niet elke leerling hoeft een voorlopig advies te hebben. Verandert een advies? Verstuur het dan opnieuw: het "
                "laatste telt."
            ),
            GEEN_DEFINITIEF_ADVIES,
            _NIETS_WEG,
        ),
        stappen=(
            (
                f"Controleer of de leerlingen al bij {namen.toets_kort} bekend zijn. "
                "Een leerling die daar niet bekend is, krijgt daar geen advies."
            ),
            "Verstuur de adviezen.",
            f"Kijk daarna in het toetssysteem van {namen.toets_kort} of elk advies er staat.",
        ),
    )


def advies_verstuurd(namen: Invulling) -> Uitleg:
    """After advice was taken in."""
    return Uitleg(
        f"Uw lijst met adviezen is ontvangen door {namen.toets}.",
        (
            "Dat betekent dat het bericht goed is aangekomen. Het zegt niets over afzonderlijke leerlingen.",
            "Afgesproken is dat de school zelf in het toetssysteem kijkt of alles er staat.",
            GEEN_DEFINITIEF_ADVIES,
        ),
        stappen=(
            f"Open het toetssysteem van {namen.toets_kort}.",
            "Kijk of bij elke leerling het juiste voorlopige advies staat.",
            "Ontbreekt een leerling? Meld de leerling aan voor de toets en verstuur de adviezen daarna opnieuw.",
            f"Klopt een advies niet? Verbeter het in {namen.las} en verstuur de adviezen opnieuw.",
        ),
    )


def advies_mislukt(namen: Invulling) -> Uitleg:
    """What may go wrong, and what a school can do about it."""
    return Uitleg(
        f"Het versturen naar {namen.toets} is niet gelukt.",
        (
            f"In {namen.las} is niets veranderd of verloren gegaan. Hetzelfde bericht nog eens versturen kan geen kwaad.",
            "Zoek hieronder wat er aan de hand is.",
            MANDAAT_UITGELEGD,
            OSR_BEHEERDER,
        ),
        punten=(
            "Er ontbreekt een mandaat. Stuur de melding door aan de OSR-beheerder van uw bestuur.",
            (
                f"Een leerling is nog niet bekend. Meld de leerling aan in het toetssysteem van {namen.toets_kort} en verstuur "
                "opnieuw."
            ),
            (
                f"Uw school is nog niet bekend. Ga na of uw school bij {namen.toets_kort} is aangemeld, en of de vestiging (de "
                "locatie van uw school) dezelfde is als bij DUO."
            ),
            f"De aanlevering is gesloten. Neem contact op met {namen.toets_kort}.",
            "Er was geen verbinding. Probeer het later opnieuw.",
            f"Iets anders. U hoeft niets te doen; de beheerder van {namen.las_kort} zoekt het uit.",
        ),
    )
