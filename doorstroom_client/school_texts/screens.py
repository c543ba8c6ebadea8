"""What a screen of a LAS says where pupils and advice are sent: what goes, to whom, what to check, what to do when it fails."""

from __future__ import annotations

from doorstroom_client.basics.mandate_words import MANDAAT_UITGELEGD, OSR_BEHEERDER
from doorstroom_client.basics.uitleg import Uitleg
from doorstroom_client.school_texts.filling import Invulling

GEEN_GESLACHT = "Vanaf schooljaar 2026-2027 wordt het geslacht van leerlingen niet meer verstuurd."
GEEN_DEFINITIEF_ADVIES = "Het definitieve schooladvies wordt hier niet verstuurd. Het gaat alleen om het voorlopige advies."
_MET_MANDAAT = "Uw schoolbestuur heeft die partij daar toestemming voor gegeven, met een mandaat."
_NIETS_WEG = "Versturen verwijdert niets. Moet er iets weg bij {}? Verwijder het dan zelf in het toetssysteem."


def leerlingen_versturen(namen: Invulling) -> Uitleg:
    """Where participants are sent."""
    return Uitleg(
        "U verstuurt de leerlingen die de doorstroomtoets maken.",
        (
            f"De gegevens gaan van {namen.las} naar {namen.toets}. {_MET_MANDAAT}",
            "Dit gaat mee: naam, voorletters, geboortedatum, groep en een kenmerk waaraan de leerling wordt herkend. "
            + GEEN_GESLACHT,
            f"Uitslagen komen later vanzelf terug in {namen.las_kort}.",
            _NIETS_WEG.format(namen.toets_kort),
        ),
        stappen=(
            "Controleer of alle leerlingen die de toets maken in de lijst staan.",
            "Verstuur de lijst.",
            (
                f"Kijk daarna in het toetssysteem van {namen.toets_kort} of alle leerlingen er staan. Ontbreekt er een? "
                f"Verstuur de lijst dan opnieuw in {namen.las_kort}, met die leerling erin."
            ),
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
            (
                "Niet van elke leerling hoeft een voorlopig advies te worden verstuurd. Verandert een advies? Verstuur het dan "
                f"opnieuw in {namen.las_kort}: het laatste telt."
            ),
            GEEN_DEFINITIEF_ADVIES,
            _NIETS_WEG.format(namen.toets_kort),
        ),
        stappen=(
            (
                f"Controleer of de leerlingen al bij {namen.toets_kort} bekend zijn. "
                "Ontbreekt er een? Meld die leerling daar eerst aan voor de toets, of verstuur de leerlingenlijst in "
                f"{namen.las_kort}."
            ),
            "Verstuur de adviezen.",
            (
                f"Kijk daarna in het toetssysteem van {namen.toets_kort} of elk advies er staat. Ontbreekt er een? Verstuur de "
                f"adviezen dan opnieuw in {namen.las_kort}."
            ),
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
            f"Ontbreekt een leerling? Meld de leerling daar aan en verstuur de adviezen daarna opnieuw in {namen.las}.",
            f"Klopt een advies niet? Verbeter het in {namen.las_kort} en verstuur de adviezen opnieuw in {namen.las_kort}.",
        ),
    )


def advies_mislukt(namen: Invulling) -> Uitleg:
    """What may go wrong, and what a school can do about it."""
    las, toets = namen.las_kort, namen.toets_kort
    return Uitleg(
        f"Het versturen naar {namen.toets} is niet gelukt.",
        (
            f"In {namen.las} is niets veranderd of verloren gegaan. Hetzelfde bericht nog eens versturen kan geen kwaad.",
            "Zoek hieronder wat er aan de hand is.",
            MANDAAT_UITGELEGD,
            OSR_BEHEERDER,
        ),
        punten=(
            (
                "Er ontbreekt een mandaat. Stuur de melding door aan de OSR-beheerder van uw bestuur: die weet het misschien "
                f"nog niet. Is het mandaat er? Verstuur dan opnieuw in {las}."
            ),
            (
                f"Een leerling is nog niet bekend. Meld de leerling aan in het toetssysteem van {toets}. Verstuur daarna "
                f"opnieuw in {las}."
            ),
            (
                f"Uw school is nog niet bekend. Ga na of uw school bij {toets} is aangemeld. Ga ook na of de vestiging (de "
                f"locatie van uw school) dezelfde is als bij DUO. Klopt dat allebei? Verstuur dan opnieuw in {las}."
            ),
            (
                f"De aanlevering is gesloten. Vraag {toets} wat er nu kan. Is de aanlevering weer open? Verstuur dan opnieuw "
                f"in {las}."
            ),
            f"Er was geen verbinding. Probeer het over een uur opnieuw in {las}.",
            f"Iets anders. Stuur de melding naar de helpdesk van {las}: die weet het misschien nog niet.",
        ),
    )
