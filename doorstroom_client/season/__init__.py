"""What is still missing before the dates of the school year: participants, advice, results, reports; and what was sent."""

from doorstroom_client.season.beoordelen import Namen as Namen
from doorstroom_client.season.beoordelen import beoordeel as beoordeel
from doorstroom_client.season.beoordelen import seizoen as seizoen
from doorstroom_client.season.gegevens import Leerlingseizoen as Leerlingseizoen
from doorstroom_client.season.gegevens import Punt as Punt
from doorstroom_client.season.gegevens import Schoolseizoen as Schoolseizoen
from doorstroom_client.season.gegevens import Signaal as Signaal
from doorstroom_client.season.gegevens import Soort as Soort
from doorstroom_client.season.gegevens import Totaal as Totaal
from doorstroom_client.season.pagina import als_pagina as als_pagina
from doorstroom_client.season.tabel import als_csv as als_csv
from doorstroom_client.season.termijnen import Mijlpaal as Mijlpaal
from doorstroom_client.season.termijnen import Termijnen as Termijnen
from doorstroom_client.season.verzonden import Verzendregel as Verzendregel
from doorstroom_client.season.verzonden import Verzonden as Verzonden
from doorstroom_client.season.verzonden import maak_verzonden as maak_verzonden
from doorstroom_client.season.verzonden_pagina import verzonden_pagina as verzonden_pagina

__all__ = [
    "Leerlingseizoen",
    "Mijlpaal",
    "Namen",
    "Punt",
    "Schoolseizoen",
    "Signaal",
    "Soort",
    "Termijnen",
    "Totaal",
    "Verzendregel",
    "Verzonden",
    "als_csv",
    "als_pagina",
    "beoordeel",
    "maak_verzonden",
    "seizoen",
    "verzonden_pagina",
]
