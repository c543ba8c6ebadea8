"""What an error means for a school, in Dutch: what happened, whether anything was sent or lost, and who has to do what.

Free places: ``{wie}`` is the other party the first time, ``{wie_kort}`` after that; ``{las}`` and ``{las_kort}`` are the LAS.
How it goes again has places too: a school does that in its LAS, and a list that waits in the outbox goes by itself.

Who a school asks is the helpdesk of its LAS: the one of the company that makes it. Nobody tells that helpdesk of an error, so
every text says what to send there.
"""

from __future__ import annotations

from collections.abc import Mapping

from doorstroom_client.basics.mandate_words import (
    DOORSTUREN,
    INLOGGEN,
    MANDAAT_UITGELEGD,
    OSR_BEHEERDER,
    OVEREENKOMST,
    mandaat_geven,
)
from doorstroom_client.basics.uitleg import Uitleg

_HELPDESK = (
    "Zelf kunt u dit niet oplossen. Stuur deze melding naar de helpdesk van {las}: die weet het misschien nog niet.",
    "Zegt de helpdesk dat het is opgelost? {probeer}",
)
"""The steps where a school can repair nothing itself."""
_HELPDESK_KORT = (_HELPDESK[0].replace("{las}", "{las_kort}"), _HELPDESK[1])
"""The same where the LAS was named before."""
_HELPDESK_ZOEKT_UIT = (
    "Stuur deze melding naar de helpdesk van {las_kort}, en vraag wat er niet past. De helpdesk weet het misschien nog niet.",
    "Moeten er gegevens van uw school worden verbeterd? Verbeter die dan in {las_kort}.",
    "Is het verbeterd? {verbeterd}",
)
_EERST_ZELF = (
    "{later}",
    "Lukt het na een dag nog niet? Stuur deze melding dan naar de helpdesk van {las_kort}: die weet het misschien nog niet.",
)
"""The steps where time alone may do it."""
_NIETS_VERLOREN = "In {las} is niets veranderd of verloren gegaan."
_NIETS_VERSTUURD = "Er is niets verstuurd, dus er zijn geen gegevens bij een ander terechtgekomen."
_NIETS_VERWERKT = "Van dit bericht is niets verwerkt."
_ONZEKER = "Het is niet zeker of het bericht is aangekomen. Hetzelfde bericht nog eens versturen kan geen kwaad."

STAAT_KLAAR = "Deze lijst staat klaar en wordt vanzelf opnieuw verstuurd. U hoeft haar niet zelf opnieuw te versturen."
"""Of a list that waits in the outbox."""
VANZELF: Mapping[str, str] = {
    "probeer": "Dan gaat de lijst vanzelf.",
    "verbeterd": "Verstuur dan een nieuwe lijst.",
    "verstuur": "Dan gaat de lijst vanzelf.",
    "later": "Wacht af: u hoeft nu niets te doen.",
    "school_verstuurt": "De lijst gaat dan vanzelf.",
}
"""How it goes again, of a list that waits in the outbox."""


def zelf_opnieuw(las: str) -> Mapping[str, str]:
    """How it goes again where nothing waits: the school does it.

    Args:
        las: how the LAS is called.
    """
    return {
        "probeer": f"Probeer het dan opnieuw in {las}.",
        "verbeterd": f"Probeer het dan opnieuw in {las}.",
        "verstuur": f"Verstuur de lijst dan opnieuw in {las}.",
        "later": f"Probeer het over een uur opnieuw in {las}. U hoeft niets te veranderen.",
        "school_verstuurt": f"De school verstuurt de lijst dan opnieuw in {las}.",
    }


ALGEMEEN = Uitleg("Niet gelukt: er ging iets mis in het programma dat de gegevens uitwisselt.", stappen=_HELPDESK)
INSTELLING = Uitleg("Niet verstuurd: in de instellingen klopt iets niet.", (_NIETS_VERSTUURD,), stappen=_HELPDESK)
PAST_NIET = Uitleg(
    "Niet verwerkt: een bericht of bestand past niet bij de afspraken over de doorstroomtoets.",
    ("Wat niet past, is niet verwerkt. " + _NIETS_VERLOREN,),
    stappen=_HELPDESK_ZOEKT_UIT,
)
OPSLAG = Uitleg(
    "Niet gelukt: er kon iets niet worden bewaard of gelezen.",
    ("Wat eerder als bewaard is gemeld, is niet verloren.",),
    stappen=_HELPDESK,
)

# --- no answer that can be used

GEEN_VERBINDING = Uitleg(
    "Niet verstuurd: er kwam geen verbinding met {wie}.",
    (_NIETS_VERSTUURD, _NIETS_VERLOREN),
    stappen=_EERST_ZELF,
)
NIET_VEILIG_NIETS_VERSTUURD = Uitleg(
    "Niet verstuurd: de beveiligde verbinding met {wie} kwam niet tot stand.", (_NIETS_VERSTUURD,), stappen=_HELPDESK
)
NIET_VEILIG_NIETS_VERWERKT = Uitleg(
    "Niet verwerkt: de beveiligde verbinding met {wie} kwam niet tot stand.", (_NIETS_VERWERKT,), stappen=_HELPDESK
)
NIET_VEILIG_ONZEKER = Uitleg("Niet gelukt: de beveiligde verbinding met {wie} werd verbroken.", (_ONZEKER,), stappen=_HELPDESK)
ANDERE_PARTIJ = Uitleg(
    "Niet verstuurd: op het adres van {wie} antwoordde een andere organisatie.", (_NIETS_VERSTUURD,), stappen=_HELPDESK
)
GEEN_ANTWOORD = Uitleg(
    "Nog niet zeker: er kwam geen volledig antwoord van {wie}.", (_ONZEKER, _NIETS_VERLOREN), stappen=_EERST_ZELF
)
TE_LAAT = Uitleg("Nog niet zeker: er kwam niet op tijd antwoord van {wie}.", (_ONZEKER, _NIETS_VERLOREN), stappen=_EERST_ZELF)
TE_LAAT_NIETS_VERSTUURD = Uitleg(
    "Niet verstuurd: er kwam niet op tijd verbinding met {wie}.", (_NIETS_VERSTUURD, _NIETS_VERLOREN), stappen=_EERST_ZELF
)
DOORVERWEZEN = Uitleg(
    "Niet verwerkt: {wie} verwees door naar een ander adres.",
    ("Daar is niets naartoe gestuurd.",),
    stappen=_HELPDESK,
)
NIET_BEREIKBAAR = Uitleg(
    "Nog niet gelukt: {wie} is nu niet bereikbaar of heeft het te druk.",
    (
        "Ga ervan uit dat het bericht nog niet is verwerkt. Hetzelfde bericht nog eens versturen kan geen kwaad.",
        _NIETS_VERLOREN,
    ),
    stappen=_EERST_ZELF,
)
VREEMD_ANTWOORD = Uitleg(
    "Niet zeker of het is gelukt: het antwoord van {wie} past niet bij de afspraken.",
    ("Ga ervan uit dat het bericht niet is aangekomen. " + _NIETS_VERLOREN,),
    stappen=_HELPDESK_KORT,
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
        "Zijn beide mandaten er? Laat dat de school dan weten. {school_verstuurt}",
    ),
)
GESLOTEN = Uitleg(
    "Niet verwerkt: {wie} neemt deze gegevens nu niet aan, want de aanlevering is gesloten.",
    (_NIETS_VERWERKT + " " + _NIETS_VERLOREN,),
    stappen=(
        "Neem contact op met {wie_kort} en vraag wat er nu kan.",
        "Zegt {wie_kort} dat de aanlevering weer open is? {verstuur}",
    ),
)
SCHOOL_ONBEKEND = Uitleg(
    "Nog niet verwerkt: {wie} kent uw school (nog) niet.",
    (_NIETS_VERWERKT + " " + _NIETS_VERLOREN,),
    stappen=(
        "Ga na of uw school bij {wie_kort} voor deze toets is aangemeld. Is dat niet zo? Vraag daar of het nog kan.",
        (
            "Ga na of de vestiging (de locatie van uw school) in {las_kort} dezelfde is als bij DUO. Is dat niet zo? Vraag dan "
            "de helpdesk van {las_kort} hoe u dat verbetert."
        ),
        "Klopt dat allebei? {verstuur}",
        "Kent {wie_kort} uw school daarna nog niet? Stuur deze melding dan naar {wie_kort}.",
    ),
)
NIET_AANGENOMEN = Uitleg(
    "Niet verwerkt: {wie} neemt dit bericht niet aan.", (_NIETS_VERWERKT + " " + _NIETS_VERLOREN,), stappen=_HELPDESK_KORT
)
INHOUD_AFGEKEURD = Uitleg(
    "Niet verwerkt: {wie} keurt de inhoud van het bericht af.",
    (_NIETS_VERWERKT + " " + _NIETS_VERLOREN,),
    stappen=_HELPDESK_ZOEKT_UIT,
)
ADVIES_NIET_AANGENOMEN = Uitleg(
    "Niet verwerkt: waarschijnlijk staat in de lijst een leerling die {wie} nog niet kent.",
    ("Dit toetssysteem neemt dan de hele lijst niet aan. " + _NIETS_VERLOREN,),
    stappen=(
        "Kijk in het toetssysteem van {wie_kort} wie er ontbreekt.",
        "Meld die leerling daar aan voor de toets.",
        "Is dat gebeurd? {verstuur}",
    ),
)
DEELNEMERS_NIET_AANGENOMEN = Uitleg(
    "Niet verwerkt: {wie} nam de lijst met leerlingen niet aan.",
    (_NIETS_VERWERKT + " " + _NIETS_VERLOREN,),
    stappen=_HELPDESK_KORT,
)
RAPPORT_ONBEKEND = Uitleg(
    "Niet opgehaald: {wie} kent dit rapport niet.",
    ("Aan uitslagen die al zijn ontvangen, verandert niets.",),
    stappen=_HELPDESK,
)
OUDERE_LIJST_EERST = Uitleg(
    "Nog niet verstuurd: er wacht nog een andere lijst van uw school, en die gaat eerst.",
    ("De andere lijst wordt vanzelf verstuurd. Deze lijst is niet verstuurd. " + _NIETS_VERLOREN,),
    stappen=_EERST_ZELF,
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
            "Verstuur de adviezen daarna opnieuw in uw administratiesysteem.",
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
            f"Klopt het? Verwijder {die} dan zelf in het toetssysteem van {{wie_kort}}.",
            f"Klopt het niet? Zet {die} dan terug in uw lijst, en verstuur de lijst opnieuw in uw administratiesysteem.",
        ),
    )
