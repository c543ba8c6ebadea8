"""Lists from files: a CSV, a workbook or EDEXML, of one school or of many."""

from doorstroom_client.readers.advies_spelling import read_advies as read_advies
from doorstroom_client.readers.bestand_check import check_bestand as check_bestand
from doorstroom_client.readers.bestandscontrole import Bestandscontrole as Bestandscontrole
from doorstroom_client.readers.bestandscontrole import Kolom as Kolom
from doorstroom_client.readers.bestandscontrole import Lijstcontrole as Lijstcontrole
from doorstroom_client.readers.directory import read_leerlingen as read_leerlingen
from doorstroom_client.readers.edexml import Edexml as Edexml
from doorstroom_client.readers.edexml import EdexmlLeerling as EdexmlLeerling
from doorstroom_client.readers.edexml import EdexmlStroom as EdexmlStroom
from doorstroom_client.readers.edexml import Ernst as Ernst
from doorstroom_client.readers.edexml import Keuze as Keuze
from doorstroom_client.readers.edexml import Melding as Melding
from doorstroom_client.readers.edexml import read_edexml as read_edexml
from doorstroom_client.readers.edexml import stream_edexml as stream_edexml
from doorstroom_client.readers.edexml_xsd import validate_edexml as validate_edexml
from doorstroom_client.readers.many_schools import read_many as read_many
from doorstroom_client.readers.one_school import read_adviezen as read_adviezen
from doorstroom_client.readers.one_school import read_deelnemers as read_deelnemers
from doorstroom_client.readers.scholen import Schoolregel as Schoolregel
from doorstroom_client.readers.scholen import read_scholen as read_scholen

__all__ = [
    "Bestandscontrole",
    "Edexml",
    "EdexmlLeerling",
    "EdexmlStroom",
    "Ernst",
    "Keuze",
    "Kolom",
    "Lijstcontrole",
    "Melding",
    "Schoolregel",
    "check_bestand",
    "read_advies",
    "read_adviezen",
    "read_deelnemers",
    "read_edexml",
    "read_leerlingen",
    "read_many",
    "read_scholen",
    "stream_edexml",
    "validate_edexml",
]
