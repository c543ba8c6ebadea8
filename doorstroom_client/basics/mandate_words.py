"""How a mandate comes about, in sentences for a school: who gives it, how to log in, what to choose. The same in every text."""

from __future__ import annotations

DIENST = "DOORSTROOM – Logistiek proces doorstroomtoets po"
"""The service as a school sees it in the OSR."""
OSR_VOLUIT = "het Onderwijs Serviceregister (OSR)"
MANDAAT_UITGELEGD = (
    "Een mandaat is toestemming van uw schoolbestuur: daarmee mag een partij voor uw school gegevens uitwisselen. "
    f"Mandaten staan in {OSR_VOLUIT}."
)
"""What a mandate and the OSR are, for who has never heard of either."""
OSR_BEHEERDER = (
    "Alleen de OSR-beheerder van uw bestuur kan mandaten geven en wijzigen. Dat is meestal iemand op het bestuursbureau; "
    "leraren en directeuren kunnen het OSR zelf niet inzien."
)
"""Who can do something about it."""
DOORSTUREN = (
    "Stuur dit bericht door aan de OSR-beheerder van uw bestuur: die weet het misschien nog niet. De volgende stappen zijn "
    "voor die OSR-beheerder."
)
OVEREENKOMST = (
    "Ga na of het bestuur al een overeenkomst voor het OSR heeft met Kennisnet. Zonder die overeenkomst kunnen er geen "
    "mandaten worden gegeven."
)
INLOGGEN = (
    "Log in bij het OSR met eHerkenning, of met de rol “OSR-toegang” in Mijn DUO. Die rol geeft de Mijn DUO-beheerder van de "
    "school."
)
VANDAAG_OF_EERDER = "vandaag of eerder"
"""The start date of a mandate that works at once."""
KOPIEREN = (
    "Heeft het bestuur meer scholen die voor deze dienst hetzelfde systeem gebruiken? Kopieer het mandaat dan in het OSR naar "
    "die scholen."
)


def mandaat_geven(aan: str, school: str = "deze school") -> str:
    """The step in which the mandate is given.

    Args:
        aan: to whom.
        school: for which school or schools.
    """
    return (
        f"Kies de dienst “{DIENST}”. Geef daar voor {school} een mandaat aan {aan}. Kies als ingangsdatum "
        f"{VANDAAG_OF_EERDER}; de einddatum mag leeg blijven."
    )


def ingangsdatum_vervroegen(van: str) -> str:
    """The step in which a mandate that has yet to begin is made to begin at once.

    Args:
        van: whose mandate.
    """
    return f"Kies de dienst “{DIENST}”. Zet de ingangsdatum van het mandaat van {van} op {VANDAAG_OF_EERDER}."


def daarna(las: str, school: str = "de school") -> str:
    """The last step: nobody at the school sees in the OSR that the mandate is there.

    Args:
        las: how the school or schools call the LAS.
        school: who can send then.
    """
    verb = "kunnen" if school == "de scholen" else "kan"
    return f"Is het geregeld? Laat het {school} weten: die {verb} dan versturen in {las}."
