"""Requirements that scenarios of more than one half of a party check."""

from __future__ import annotations

from doorstroom_client.ketentest.player import FOREIGN
from doorstroom_client.ketentest.requirements import Eis

ALGEMEEN = (
    Eis(
        id=FOREIGN,
        tekst="In een testomgeving staan alleen bedachte leerlingen",
        bron="AVG, artikel 5",
    ),
    Eis(
        id="OAS:ontvangstmelding",
        tekst="Het antwoord op een bericht is een Ontvangstmelding: een JSON-object met hoogstens een melding als tekst",
        bron="OpenAPI 1.1.0, Ontvangstmelding",
    ),
    Eis(
        id="AVG:melding",
        tekst="Een melding herhaalt niets uit het bericht: geen namen, sleutels of geboortedata",
        bron="AVG, artikel 5",
    ),
)
"""The requirements."""
