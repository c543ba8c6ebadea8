"""What a school reads about the season, in Dutch: short sentences, each with what to do. No sentence has over 25 words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doorstroom_client.output.words import aantal, leesbaar, opsomming

Zin = tuple[str, str, str]
"""What it is for one, for more with a place for their number, and what to do."""
_OPNIEUW = "Verstuur de leerlingenlijst opnieuw."
_ADVIEZEN_OPNIEUW = "Verstuur de adviezen opnieuw."
_NIETS = "Er is nog niets verstuurd naar een toetsleverancier."

KORT: Mapping[str, Zin] = {
    "niets_verstuurd": ("niets verstuurd", "{} scholen zonder lijst", ""),
    "aanmelding": ("1 leerling niet aangemeld", "{} leerlingen niet aangemeld", ""),
    "aanmelding_onzeker": ("1 aanmelding onzeker", "{} aanmeldingen onzeker", ""),
    "advies": ("1 leerling zonder advies", "{} leerlingen zonder advies", ""),
    "advies_onzeker": ("1 advies onzeker", "{} adviezen onzeker", ""),
    "wachtend": ("1 lijst wacht", "{} lijsten wachten", ""),
    "vastgehouden": ("1 lijst vastgehouden", "{} lijsten vastgehouden", ""),
    "geparkeerd": ("1 lijst gestopt", "{} lijsten gestopt", ""),
    "resultaat": ("1 leerling zonder resultaat", "{} leerlingen zonder resultaat", ""),
    "rapport": ("1 rapport niet opgehaald", "{} rapporten niet opgehaald", ""),
}
"""What is missing, for a table."""
ZINNEN: Mapping[str, Zin] = {
    "niets_verstuurd": (_NIETS, _NIETS, "Meld eerst de leerlingen aan, en verstuur daarna de adviezen."),
    "aanmelding": (
        "Eén leerling is nog niet aangemeld bij de toetsleverancier.",
        "{} leerlingen zijn nog niet aangemeld bij de toetsleverancier.",
        _OPNIEUW,
    ),
    "aanmelding_onzeker": (
        "Van één leerling is niet zeker of de laatste wijziging is aangekomen.",
        "Van {} leerlingen is niet zeker of de laatste wijziging is aangekomen.",
        _OPNIEUW,
    ),
    "advies": (
        "Van één leerling is nog geen voorlopig schooladvies verstuurd.",
        "Van {} leerlingen is nog geen voorlopig schooladvies verstuurd.",
        "Vul aan wat ontbreekt, en verstuur de adviezen.",
    ),
    "advies_onzeker": (
        "Van één leerling is niet zeker of het advies is aangekomen.",
        "Van {} leerlingen is niet zeker of het advies is aangekomen.",
        _ADVIEZEN_OPNIEUW,
    ),
    "wachtend": (
        "Eén lijst wacht nog op verzending.",
        "{} lijsten wachten nog op verzending.",
        "U hoeft niets te doen; kijk morgen opnieuw.",
    ),
    "vastgehouden": (
        "Eén lijst wordt vastgehouden.",
        "{} lijsten worden vastgehouden.",
        "Er moet eerst iets worden hersteld, bijvoorbeeld het mandaat. Vraag het uw beheerder.",
    ),
    "geparkeerd": (
        "Eén lijst wordt niet meer verstuurd.",
        "{} lijsten worden niet meer verstuurd.",
        "Maak een nieuwe lijst en verstuur die.",
    ),
    "resultaat": (
        "Van één leerling is nog geen resultaat ontvangen.",
        "Van {} leerlingen is nog geen resultaat ontvangen.",
        "Kijk in het toetssysteem of de toets is gemaakt.",
    ),
    "rapport": (
        "Van één leerling met een resultaat is het rapport nog niet opgehaald.",
        "Van {} leerlingen met een resultaat is het rapport nog niet opgehaald.",
        "Vraag uw beheerder dat te doen.",
    ),
}
"""What is missing and what to do."""
_DUO = "DUO zal waarschijnlijk signaal"
SIGNALEN: Mapping[str, Zin] = {
    "150": (
        f"{_DUO} 150 (dubbele doorstroomtoets) geven voor 1 leerling.",
        f"{_DUO} 150 (dubbele doorstroomtoets) geven voor {{}} leerlingen.",
        "Zoek uit welk resultaat van de leerling is, en laat het andere verwijderen.",
    ),
    "166/167": (
        f"{_DUO} 166 of 167 (geen toetsgegevens) geven voor 1 leerling.",
        f"{_DUO} 166 of 167 (geen toetsgegevens) geven voor {{}} leerlingen.",
        "Haal de toets in, of leg verhindering of ontheffing vast in uw administratiesysteem.",
    ),
    "168": (
        f"{_DUO} 168 (leerjaar 8 zonder advies) geven voor 1 leerling.",
        f"{_DUO} 168 (leerjaar 8 zonder advies) geven voor {{}} leerlingen.",
        "Leg het schooladvies vast in uw administratiesysteem.",
    ),
}
"""What DUO is going to say, and what to do."""
ONBEVESTIGD: Zin = (
    "Van één advies is niet bekend of de leverancier de leerling kent.",
    "Van {} adviezen is niet bekend of de leverancier de leerling kent.",
    "Controleer dat in het toetssysteem.",
)
BUITEN_LIJST: Zin = (
    "Eén leerling is wel verstuurd, maar staat niet in uw lijst.",
    "{} leerlingen zijn wel verstuurd, maar staan niet in uw lijst.",
    "Een bericht verwijdert niets; doe dat zo nodig zelf in het toetssysteem.",
)
TOCH_RESULTAAT: Zin = (
    "Van één leerling met verhindering of ontheffing kwam toch een resultaat.",
    "Van {} leerlingen met verhindering of ontheffing kwam toch een resultaat.",
    "Pas de registratie in uw administratiesysteem aan.",
)
UITGEZONDERD: Zin = (
    "Eén leerling doet niet mee door verhindering of ontheffing, en telt niet als ontbrekend.",
    "{} leerlingen doen niet mee door verhindering of ontheffing, en tellen niet als ontbrekend.",
    "",
)
DEFINITIEF: Zin = (
    "Stel voor één leerling met een resultaat het definitieve schooladvies vast.",
    "Stel voor {} leerlingen met een resultaat het definitieve schooladvies vast.",
    "Dat gaat niet via deze uitwisseling, dus hier is niet te zien of het klaar is.",
)
LET_OP = (UITGEZONDERD, TOCH_RESULTAAT, ONBEVESTIGD, BUITEN_LIJST, DEFINITIEF)
"""What else a school is told."""
PRIVACY = (
    "Dit bestand bevat persoonsgegevens van leerlingen. Deel het alleen met wie het nodig heeft, en verwijder het daarna. "
    "De pagina haalt niets op van internet en verstuurt niets."
)
"""Under a page with names of pupils."""
NIETS_MIST = "Er ontbreekt op dit moment niets."
GEEN_AANMELDING, GEEN_ADVIES, GEEN_RESULTAAT, GEEN_RAPPORT = "niet aangemeld", "geen advies", "geen resultaat", "geen rapport"
"""What is missing of one pupil."""


def in_woorden(zin: Zin, number: int) -> str:
    """The text for one, or for more with their number, and what to do."""
    one, more, act = zin
    return f"{one if number == 1 else more.format(number)} {act}".rstrip()


def twee_leveranciers(namen: Sequence[str]) -> str:
    """What a school is told that sent lists to more than one supplier in a year."""
    names = list(dict.fromkeys(map(leesbaar, namen)))
    whom = opsomming(names) if len(names) > 1 else "meer dan één andere leverancier"
    return (
        f"Dit schooljaar zijn lijsten verstuurd naar {whom}. Een leerling maakt één toets. "
        "Verwijder uw leerlingen in het toetssysteem waar zij de toets niet maken."
    )


def dagen(number: int) -> str:
    """How long it takes until a date."""
    if number == 0:
        return "vandaag"
    if number < 0:
        return f"{aantal(-number, 'dag', 'dagen')} te laat"
    return f"nog {aantal(number, 'dag', 'dagen')}"
