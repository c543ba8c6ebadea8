"""What a school asks once results are in: whose advice must be reconsidered, and is everything there."""

from doorstroom_client.output.files import write_whole as write_whole
from doorstroom_client.overview.bezorging import Vergeleken as Vergeleken
from doorstroom_client.overview.gegevens import Bezorgstand as Bezorgstand
from doorstroom_client.overview.gegevens import Leerlingregel as Leerlingregel
from doorstroom_client.overview.gegevens import Ontvangststand as Ontvangststand
from doorstroom_client.overview.gegevens import Overzicht as Overzicht
from doorstroom_client.overview.gegevens import SchoolOverzicht as SchoolOverzicht
from doorstroom_client.overview.koppelen import Resultaat as Resultaat
from doorstroom_client.overview.koppelen import Schoolgegevens as Schoolgegevens
from doorstroom_client.overview.koppelen import maak_overzicht as maak_overzicht
from doorstroom_client.overview.niveaus import Ambities as Ambities
from doorstroom_client.overview.pagina import als_pagina as als_pagina
from doorstroom_client.overview.rangorde import Oordeel as Oordeel
from doorstroom_client.overview.rangorde import Uitspraak as Uitspraak
from doorstroom_client.overview.rangorde import vergelijk as vergelijk
from doorstroom_client.overview.rod import ontbreekt as ontbreekt
from doorstroom_client.overview.rod import rod_advies as rod_advies
from doorstroom_client.overview.rod import rod_toets as rod_toets
from doorstroom_client.overview.tabel import als_csv as als_csv

__all__ = [
    "Ambities",
    "Bezorgstand",
    "Leerlingregel",
    "Ontvangststand",
    "Oordeel",
    "Overzicht",
    "Resultaat",
    "SchoolOverzicht",
    "Schoolgegevens",
    "Uitspraak",
    "Vergeleken",
    "als_csv",
    "als_pagina",
    "maak_overzicht",
    "ontbreekt",
    "rod_advies",
    "rod_toets",
    "vergelijk",
    "write_whole",
]
