"""What an error means for a school, in Dutch: what happened, whether anything was sent or lost, and who has to do what.

Free places: ``{wie}`` is the other party the first time, ``{wie_kort}`` after that; ``{las}`` and ``{las_kort}`` are the LAS.
"""

from __future__ import annotations

from doorstroom_client.basics.mandate_words import (
    DOORSTUREN,
    INLOGGEN,
    MANDAAT_UITGELEGD,
    OSR_BEHEERDER,
    OVEREENKOMST,
    mandaat_geven,
)
from doorstroom_client.basics.uitleg import Uitleg

_BEHEERDER = "U hoeft niets te doen. Alleen de beheerder van {las} kan dit oplossen."
"""Of what a school can do nothing about."""
_BEHEERDER_KORT = "U hoeft niets te doen. Alleen de beheerder van {las_kort} kan dit oplossen."
"""The same where the LAS was named before."""
_BEHEERDER_ZOEKT_UIT = (
    "Alleen de beheerder van {las_kort} kan nagaan waarom. Moeten er gegevens van uw school worden verbeterd? Dan hoort u dat "
    "van die beheerder."
)
_NIETS_VERLOREN = "In {las} is niets veranderd of verloren gegaan."
_NIETS_VERSTUURD = "Er is niets verstuurd, dus er zijn geen gegevens bij een ander terechtgekomen."
_NIETS_VERWERKT = "Van dit bericht is niets verwerkt."
_ONZEKER = "Het is niet zeker of het bericht is aangekomen. Hetzelfde bericht nog eens versturen kan geen kwaad."

STAAT_KLAAR = "Deze lijst staat klaar en wordt vanzelf opnieuw verstuurd. Dat hoeft u niet zelf te doen."
"""Of a list that waits in the outbox."""

ALGEMEEN = Uitleg("Niet gelukt: er ging iets mis in het programma dat de gegevens uitwisselt.", (_BEHEERDER,))
INSTELLING = Uitleg("Niet verstuurd: in de instellingen klopt iets niet.", (_NIETS_VERSTUURD, _BEHEERDER))
PAST_NIET = Uitleg(
    "Niet verwerkt: een bericht of bestand past niet bij de afspraken over de doorstroomtoets.",
    (
        "Wat niet past, is niet verwerkt. " + _NIETS_VERLOREN,
        _BEHEERDER_ZOEKT_UIT,
    ),
)
OPSLAG = Uitleg(
    "Niet gelukt: er kon iets niet worden bewaard of gelezen.",
    ("Wat eerder als bewaard is gemeld, is niet verloren.", _BEHEERDER),
)

# --- no answer that can be used

GEEN_VERBINDING = Uitleg(
    "Niet verstuurd: er kwam geen verbinding met {wie}.",
    (
        _NIETS_VERSTUURD,
        "Het bericht kan later zonder wijziging opnieuw worden verstuurd.",
        "Lukt het dan nog niet? Dan kan alleen de beheerder van {las} dit oplossen.",
    ),
)
NIET_VEILIG_NIETS_VERSTUURD = Uitleg(
    "Niet verstuurd: de beveiligde verbinding met {wie} kwam niet tot stand.", (_NIETS_VERSTUURD, _BEHEERDER)
)
NIET_VEILIG_NIETS_VERWERKT = Uitleg(
    "Niet verwerkt: de beveiligde verbinding met {wie} kwam niet tot stand.", (_NIETS_VERWERKT, _BEHEERDER)
)
NIET_VEILIG_ONZEKER = Uitleg("Niet gelukt: de beveiligde verbinding met {wie} werd verbroken.", (_ONZEKER, _BEHEERDER))
ANDERE_PARTIJ = Uitleg(
    "Niet verstuurd: op het adres van {wie} antwoordde een andere organisatie.", (_NIETS_VERSTUURD, _BEHEERDER)
)
GEEN_ANTWOORD = Uitleg("Nog niet zeker: er kwam geen volledig antwoord van {wie}.", (_ONZEKER, _BEHEERDER))
TE_LAAT = Uitleg("Nog niet zeker: er kwam niet op tijd antwoord van {wie}.", (_ONZEKER, _BEHEERDER))
TE_LAAT_NIETS_VERSTUURD = Uitleg("Niet verstuurd: er kwam niet op tijd verbinding met {wie}.", (_NIETS_VERSTUURD, _BEHEERDER))
DOORVERWEZEN = Uitleg(
    "Niet verwerkt: {wie} verwees door naar een ander adres.",
    ("Daar is niets naartoe gestuurd.", _BEHEERDER),
)
NIET_BEREIKBAAR = Uitleg(
    "Nog niet gelukt: {wie} is nu niet bereikbaar of heeft het te druk.",
    (
        "Ga ervan uit dat het bericht nog niet is verwerkt. Hetzelfde bericht nog eens versturen kan geen kwaad.",
        "U hoeft niets te herstellen. Het bericht moet later opnieuw worden verstuurd.",
        "Duurt het lang? Vraag het dan aan de beheerder van {las}.",
    ),
)
VREEMD_ANTWOORD = Uitleg(
    "Niet zeker of het is gelukt: het antwoord van {wie} past niet bij de afspraken.",
    ("Het bericht telt niet als afgeleverd. " + _NIETS_VERLOREN, _BEHEERDER_KORT),
)

# --- the other party says no

GEEN_MANDAAT = Uitleg(
    "Niet verwerkt: er ontbreekt een mandaat van uw school.",
    (
        MANDAAT_UITGELEGD,
        "Het ontbreekt voor de toetsleverancier (de aanbieder van de doorstroomtoets), voor {las}, of voor beide.",
        _NIETS_VERWERKT + " In {las_kort} is niets veranderd of verloren gegaan.",
        OSR_BEHEERDER,
    ),
    stappen=(
        DOORSTUREN,
        OVEREENKOMST,
        INLOGGEN,
        mandaat_geven("{las_kort} en aan de leverancier van de gekozen toets"),
        "Zijn beide mandaten er? Dan kan het bericht opnieuw worden verstuurd.",
    ),
)
GESLOTEN = Uitleg(
    "Niet verwerkt: {wie} neemt deze gegevens nu niet aan, want de aanlevering is gesloten.",
    (_NIETS_VERWERKT + " " + _NIETS_VERLOREN,),
    stappen=(
        "Neem contact op met {wie_kort} en vraag wat er nu kan.",
        "Verstuur de gegevens pas opnieuw als {wie_kort} zegt dat de aanlevering weer open is.",
    ),
)
SCHOOL_ONBEKEND = Uitleg(
    "Nog niet verwerkt: {wie} kent uw school (nog) niet.",
    (_NIETS_VERWERKT + " " + _NIETS_VERLOREN,),
    stappen=(
        "Ga na of uw school bij {wie_kort} voor deze toets is aangemeld.",
        "Ga na of de vestiging (de locatie van uw school) dezelfde is als bij DUO.",
        "Klopt dat allebei? Dan kan de lijst later opnieuw worden verstuurd.",
    ),
)
NIET_AANGENOMEN = Uitleg(
    "Niet verwerkt: {wie} neemt dit bericht niet aan.", (_NIETS_VERWERKT + " " + _NIETS_VERLOREN, _BEHEERDER_KORT)
)
INHOUD_AFGEKEURD = Uitleg(
    "Niet verwerkt: {wie} keurt de inhoud van het bericht af.",
    (
        _NIETS_VERWERKT + " " + _NIETS_VERLOREN,
        _BEHEERDER_ZOEKT_UIT,
    ),
)
ADVIES_NIET_AANGENOMEN = Uitleg(
    "Niet verwerkt: waarschijnlijk staat in de lijst een leerling die {wie} nog niet kent.",
    ("Dit toetssysteem neemt dan de hele lijst niet aan. " + _NIETS_VERLOREN,),
    stappen=(
        "Kijk in het toetssysteem van {wie_kort} wie er ontbreekt.",
        "Meld die leerling daar aan voor de toets.",
        "Daarna kan de lijst opnieuw worden verstuurd.",
    ),
)
DEELNEMERS_NIET_AANGENOMEN = Uitleg(
    "Niet verwerkt: {wie} nam de lijst met leerlingen niet aan.",
    (_NIETS_VERWERKT + " In {las} is niets veranderd of verloren gegaan.", _BEHEERDER_KORT),
)
RAPPORT_ONBEKEND = Uitleg(
    "Niet opgehaald: {wie} kent dit rapport niet.",
    ("Aan uitslagen die al zijn ontvangen, verandert niets.", _BEHEERDER),
)
OUDERE_LIJST_EERST = Uitleg(
    "Nog niet verstuurd: er wacht nog een andere lijst van uw school, en die gaat eerst.",
    ("Deze lijst is niet verstuurd. " + _NIETS_VERLOREN, _BEHEERDER_KORT),
)


def onbekende_leerlingen(aantal: int, *, rest_aangekomen: bool) -> Uitleg:
    """About pupils that a supplier does not know; empty when there are none.

    Args:
        aantal: how many.
        rest_aangekomen: whether the advice of the other pupils was taken in.
    """
    if not aantal:
        return Uitleg()
    wat, van, meld = ("Eén leerling is", "deze leerling", "Meld deze leerling")
    if aantal > 1:
        wat, van, meld = (f"{aantal} leerlingen zijn", "deze leerlingen", "Meld hen")
    rest = " Dat van de andere leerlingen wel." if rest_aangekomen else ""
    return Uitleg(
        f"{wat} bij {{wie}} nog niet bekend.",
        (f"Het advies van {van} is daar niet aangekomen.{rest} In uw eigen administratie is niets veranderd.",),
        stappen=(
            f"Kijk in het toetssysteem van {{wie_kort}} {'wie er ontbreekt' if aantal == 1 else 'wie er ontbreken'}.",
            f"{meld} daar aan voor de toets.",
            "Verstuur de adviezen daarna opnieuw.",
        ),
    )


def verdwenen_leerlingen(aantal: int) -> Uitleg:
    """About pupils that are no longer in the list of a school; empty when there are none."""
    if not aantal:
        return Uitleg()
    wat, die = ("Eén leerling staat", "deze leerling") if aantal == 1 else (f"{aantal} leerlingen staan", "deze leerlingen")
    return Uitleg(
        f"{wat} niet meer in uw lijst, maar eerder wel.",
        (f"Wat eerder over {die} is verstuurd, blijft bij {{wie}} staan. Met een bericht kan niets worden verwijderd.",),
        stappen=(
            "Ga na of het klopt dat uw school hier niets meer voor aanlevert.",
            "Klopt het? Verwijder het dan zelf in het toetssysteem van {wie_kort}.",
        ),
    )
