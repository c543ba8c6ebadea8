"""CSV files with advice or pupils of one school, as Dutch Excel, LibreOffice and databases write them; and their workbooks.

No function that raises has the content of a file in a variable that shows it: error reporters print the
variables of every frame, and what a file says about pupils must not end up there.
"""

from __future__ import annotations

from pathlib import Path

from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.readers.columns import ADVIEZEN, DEELNEMERS
from doorstroom_client.readers.sheets import MAX_BYTES, adviezen_of, deelnemers_of, read_sheet, without_advies

__all__ = ["MAX_BYTES", "read_adviezen", "read_deelnemers"]


def read_adviezen(source: Path | bytes, *, afspraak: Afspraak) -> list[Advies]:
    """Read the voorlopig schooladviezen from a CSV with the columns eck_id and/or las_key, and advies.

    Args:
        source: the file, or its content. UTF-8, UTF-16 with BOM or Windows-1252, with ``;``, ``,`` or TAB;
            or an Excel workbook (.xlsx), for which the extra ``xml`` is needed.
        afspraak: the agreement version whose advice values may be used.

    Returns:
        The advice in the order of the file. The form of the identities is checked by whoever builds the list.

    Raises:
        MessageError: the content does not fit; names every line and column, never a value.
        ConfigurationError: the file cannot be read, or this agreement has no exchange of advice.
    """
    sheet = read_sheet(source, ADVIEZEN, failure=without_advies(afspraak))
    del source
    sheet.raise_if_any()
    adviezen = adviezen_of(sheet, afspraak)
    sheet.raise_if_any()
    return adviezen


def read_deelnemers(source: Path | bytes, *, school: School | None = None) -> tuple[list[Stamgroep], list[Deelnemer]]:
    """Read pupils and their groups from a CSV.

    Needed are eck_id and/or las_key, achternaam, roepnaam, voorletters, geboortedatum and groep (the name of
    the group); voorvoegsel, jaargroep (8 when absent) and geslacht are used when they are there.

    Args:
        source: the file, or its content. UTF-8, UTF-16 with BOM or Windows-1252, with ``;``, ``,`` or TAB;
            or an Excel workbook (.xlsx), for which the extra ``xml`` is needed.
        school: the administration that the file is of. It makes the ids of the groups unique in the chain, where every
            school has an 8A; leave it out only when you set ids of your own.

    Returns:
        The groups in order of appearance, with an id that follows from school and name, and the pupils in the
        order of the file. Lengths and the form of the identities are checked by whoever builds the list.

    Raises:
        MessageError: the content does not fit; names every line and column, never a value.
        ConfigurationError: the file cannot be read.
    """
    sheet = read_sheet(source, DEELNEMERS)
    del source
    sheet.raise_if_any()
    found = deelnemers_of(sheet, school)
    sheet.raise_if_any()
    return found
