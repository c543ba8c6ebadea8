"""Ready passages for mails: of a supplier that asks to check a mandate, and of a LAS to all its schools."""

from __future__ import annotations

from doorstroom_client.basics.mandate_words import (
    DIENST,
    INLOGGEN,
    KOPIEREN,
    MANDAAT_UITGELEGD,
    OSR_BEHEERDER,
    OVEREENKOMST,
    VANDAAG_OF_EERDER,
    daarna,
)
from doorstroom_client.basics.uitleg import Uitleg
from doorstroom_client.school_texts.filling import Invulling
from doorstroom_client.school_texts.screens import GEEN_DEFINITIEF_ADVIES, GEEN_GESLACHT

_ONTBREEKT = (
    f"Ontbreekt een mandaat? Geef het dan, met als ingangsdatum {VANDAAG_OF_EERDER}. De einddatum mag leeg blijven.",
    KOPIEREN,
)


def mandaat_nakijken(namen: Invulling) -> Uitleg:
    """Of a supplier: it says first for whom it is, so that nobody calls who cannot look in the OSR."""
    return Uitleg(
        "Wilt u laten nakijken of de mandaten voor de doorstroomtoets in orde zijn?",
        (
            (
                "Dit bericht is voor wie bij uw bestuur het Onderwijs Serviceregister (OSR) beheert: de OSR-beheerder. "
                "Bent u dat niet? Stuur het dan door. Verder hoeft u niets te doen."
            ),
            MANDAAT_UITGELEGD,
            OSR_BEHEERDER,
            f"Er zijn twee mandaten nodig: één voor {namen.las} en één voor {namen.toets}.",
        ),
        stappen=(
            OVEREENKOMST,
            INLOGGEN,
            (
                f"Kies de dienst “{DIENST}”. Kijk of daar voor elke school een mandaat staat voor {namen.las_kort} en voor "
                f"{namen.toets_kort}."
            ),
            *_ONTBREEKT,
            daarna(namen.las_kort, "de scholen"),
        ),
    )


def nieuwsbrief(namen: Invulling) -> Uitleg:
    """Of a LAS, to all its schools, before the season."""
    return Uitleg(
        "De doorstroomtoets komt eraan: dit regelt u nu, en dit doet u later.",
        (
            (
                f"Met {namen.las} verstuurt u de leerlingen die de toets maken, en later hun voorlopige schooladvies. "
                f"De gegevens gaan naar {namen.toets}. De uitslagen komen vanzelf terug in {namen.las_kort}."
            ),
            MANDAAT_UITGELEGD,
            OSR_BEHEERDER,
            GEEN_GESLACHT,
            GEEN_DEFINITIEF_ADVIES,
        ),
        stappen=(
            (
                "Nu: vraag de OSR-beheerder van uw bestuur of er voor uw school twee mandaten zijn. "
                f"Het gaat om één voor {namen.las_kort} en één voor {namen.toets_kort}."
            ),
            (
                "Nu: ontbreekt er een? Dan geeft de OSR-beheerder het bij de dienst "
                f"“{DIENST}”, met als ingangsdatum {VANDAAG_OF_EERDER}."
            ),
            f"Later: verstuur in {namen.las_kort} de leerlingen die de toets maken.",
            f"Later: verstuur in {namen.las_kort} de voorlopige adviezen, zodra die er zijn.",
            (f"Na elke verzending: kijk in het toetssysteem van {namen.toets_kort} of alles er staat. Dat is zo afgesproken."),
            f"Lukt iets niet? Vraag het de helpdesk van {namen.las_kort}.",
        ),
    )
