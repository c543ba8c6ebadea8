"""One text for a board about all its schools: each school once, the steps once. Mandates can be copied: it is one action."""

from __future__ import annotations

from collections.abc import Iterable

from doorstroom_client.basics.mandate_words import (
    DIENST,
    INLOGGEN,
    KOPIEREN,
    MANDAAT_UITGELEGD,
    OVEREENKOMST,
    VANDAAG_OF_EERDER,
    daarna,
)
from doorstroom_client.basics.uitleg import Uitleg
from doorstroom_client.messages.values import in_dutch
from doorstroom_client.osr.mandaat import Mandaat, in_een, missing_of, nagekeken_in, twee_mandaten
from doorstroom_client.osr.rounds import Mandaatcontrole

_GEVEN = (
    f"Kies de dienst “{DIENST}”. Geef daar voor elke school de mandaten die in de lijst ontbreken. Kies als ingangsdatum "
    f"{VANDAAG_OF_EERDER}; de einddatum mag leeg blijven."
)
_LATER = f"Staat er bij een school een dag in de toekomst? Wacht tot die dag, of zet de ingangsdatum op {VANDAAG_OF_EERDER}."
_ANDERE_TOETS = (
    "Gebruikt een school een andere toets dan die van de genoemde leverancier? Dan is daar geen mandaat nodig. Een mandaat "
    "voor het LAS blijft nodig."
)


def uitleg_voor_bestuur(controles: Iterable[Mandaatcontrole]) -> Uitleg:
    """What the OSR administrator of a board has to do for all its schools together; empty when the OSR answered about none.

    Args:
        controles: what `check_mandaten` handed out, of the schools of one board.
    """
    found = list(controles)
    answered = [in_een(controle.mandaten) for controle in found if controle.mandaten]
    if not answered:
        return Uitleg()
    missing = [mandaat for mandaat in answered if not mandaat]
    about = answered[0]
    dag = in_dutch(about.peildatum)
    alineas = [f"Dit is nagekeken op {dag}, per school.", MANDAAT_UITGELEGD, twee_mandaten(about.las_naam)]
    if any(mandaat.las_gemandateerd is None for mandaat in answered):
        alineas.append("Het mandaat voor het LAS is niet bij elke school nagekeken.")
    if silent := len(found) - len(answered):
        alineas.append(f"Over {_scholen(silent)} gaf het OSR geen antwoord. Die staan niet in de lijst.")
    if not missing:
        wie = f"alle {len(answered)} nagekeken scholen" if len(answered) > 1 else about.school.label
        return nagekeken_in(about.testomgeving, Uitleg(f"In orde: voor {wie} is er een geldig mandaat.", alineas))
    kop = f"Niet in orde: voor {_scholen(len(missing))} van uw bestuur ontbreekt een geldig mandaat voor de doorstroomtoets."
    later = any(item.begint_op for mandaat in missing for item in missing_of(mandaat))
    stappen = (OVEREENKOMST, INLOGGEN, _GEVEN, *([_LATER] if later else []), KOPIEREN, daarna("het LAS", "de scholen"))
    told = Uitleg(kop, (*alineas, _ANDERE_TOETS), punten=[_punt(mandaat) for mandaat in missing], stappen=stappen)
    return nagekeken_in(about.testomgeving, told)


def _punt(mandaat: Mandaat) -> str:
    """One school: who has no mandate, and the days that are known."""
    missing = missing_of(mandaat)
    wie = " en ".join(item.wie for item in missing)
    return " ".join([f"{mandaat.school.label}: geen mandaat voor {wie}.", *filter(None, (item.wanneer for item in missing))])


def _scholen(aantal: int) -> str:
    return "één school" if aantal == 1 else f"{aantal} scholen"
