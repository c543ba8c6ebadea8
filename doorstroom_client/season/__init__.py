"""What is still missing before the dates of the school year: participants, advice, results, reports; and what was sent."""

from doorstroom_client.season.afvinklijst import verzendlijst_pagina as verzendlijst_pagina
from doorstroom_client.season.beoordelen import Namen as Namen
from doorstroom_client.season.beoordelen import beoordeel as beoordeel
from doorstroom_client.season.beoordelen import seizoen as seizoen
from doorstroom_client.season.schoolseizoen import Leerlingseizoen as Leerlingseizoen
from doorstroom_client.season.schoolseizoen import Punt as Punt
from doorstroom_client.season.schoolseizoen import Schoolseizoen as Schoolseizoen
from doorstroom_client.season.schoolseizoen import Signaal as Signaal
from doorstroom_client.season.schoolseizoen import Soort as Soort
from doorstroom_client.season.schoolseizoen import Totaal as Totaal
from doorstroom_client.season.seizoenspagina import als_pagina as als_pagina
from doorstroom_client.season.seizoenstabel import als_csv as als_csv
from doorstroom_client.season.termijnen import Termijn as Termijn
from doorstroom_client.season.termijnen import Termijnen as Termijnen
from doorstroom_client.season.verzonden import Verzendlijst as Verzendlijst
from doorstroom_client.season.verzonden import Verzendregel as Verzendregel
from doorstroom_client.season.verzonden import maak_verzendlijst as maak_verzendlijst

__all__ = [
    "Leerlingseizoen",
    "Termijn",
    "Namen",
    "Punt",
    "Schoolseizoen",
    "Signaal",
    "Soort",
    "Termijnen",
    "Totaal",
    "Verzendregel",
    "Verzendlijst",
    "als_csv",
    "als_pagina",
    "beoordeel",
    "maak_verzendlijst",
    "seizoen",
    "verzendlijst_pagina",
]
