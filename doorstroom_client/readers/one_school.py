"""The list of one school from a file: a CSV as Dutch Excel, LibreOffice and databases write it, a workbook, or EDEXML.

No function that raises has the content of a file in a variable that shows it: error reporters print the
variables of every frame, and what a file says about pupils must not end up there.
"""

from __future__ import annotations

from pathlib import Path

from doorstroom_client.config.edexml_keuze import Keuze
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.messages.aanlevering import Adviezenlijst, Deelnemerslijst
from doorstroom_client.messages.afspraak import NEWEST, Afspraak
from doorstroom_client.messages.school import School
from doorstroom_client.readers.columns import ADVIEZEN, DEELNEMERS
from doorstroom_client.readers.edexml import Edexml, Ernst, read_edexml
from doorstroom_client.readers.from_rows import adviezen_of, deelnemers_of
from doorstroom_client.readers.table_reading import MAX_BYTES, read_table, without_advies
from doorstroom_client.readers.xml_events import looks_like_xml

__all__ = ["MAX_BYTES", "read_adviezen", "read_deelnemers"]


def read_adviezen(
    source: Path | bytes,
    school: School | str,
    *,
    afspraak: Afspraak = NEWEST,
    schooljaar: str | None = None,
    sheet: str | None = None,
) -> Adviezenlijst:
    """Read the voorlopig schooladviezen from a CSV with the columns eck_id and/or las_key, and advies.

    Args:
        source: the file, or its content. UTF-8 at best, with ``;``, ``,``, ``|`` or TAB;
            or a workbook (.xlsx, .xlsm, .xlsb, .xls, .ods), for which the extra ``excel`` is needed.
        school: the administration that the file is of, or a key of it.
        afspraak: the agreement version whose advice values may be used; the newest of this library when left out.
        schooljaar: the school year of the advice, when it is not the one of the client.
        sheet: name of the sheet of a workbook; the first one that holds something when left out.

    Returns:
        The advice in the order of the file. The form of the identities is checked by `Client.check`, or when it is sent.

    Raises:
        MessageError: the content does not fit; names every line and column, never a value.
        ConfigurationError: the file cannot be read, or this agreement has no exchange of advice.
    """
    table = read_table(source, ADVIEZEN, sheet=sheet, failure=without_advies(afspraak))
    del source
    table.raise_if_any()
    adviezen = adviezen_of(table, afspraak)
    table.raise_if_any()
    return Adviezenlijst(school, adviezen, schooljaar=schooljaar, notes=table.notes)


def read_deelnemers(
    source: Path | bytes,
    school: School,
    *,
    edexml: Keuze | None = None,
    schooljaar: str | None = None,
    sheet: str | None = None,
) -> Deelnemerslijst:
    """Read pupils and their groups from a CSV, a workbook, or EDEXML.

    Of a CSV are needed eck_id and/or las_key, achternaam, roepnaam, voorletters, geboortedatum and groep (the name of
    the group); voorvoegsel, jaargroep (8 when absent) and geslacht are used when they are there. Of EDEXML the pupils are taken
    that `edexml` chooses, and all of them have to be in order: see `read_edexml` for a part of them.

    Args:
        source: the file, or its content; what kind it is, is seen from the content. A CSV is UTF-8 at best, with ``;``,
            ``,``, ``|`` or TAB; for a workbook the extra ``excel`` is needed, for EDEXML ``xml``.
        school: the administration that the file is of. It makes the ids of the groups unique in the chain, where every
            school has an 8A.
        edexml: which pupils of EDEXML take part, and what is done where it leaves something open.
        schooljaar: the school year of the test, when it is not the one of the client.
        sheet: name of the sheet of a workbook; the first one that holds something when left out.

    Returns:
        The groups in order of appearance, with an id that follows from school and name, and the pupils in the order of the
        file. Lengths and the form of the identities are checked by `Client.check`, or when it is sent.

    Raises:
        MessageError: the content does not fit; names every line and column, never a value.
        ConfigurationError: the file cannot be read.
    """
    found, error = deelnemers_from(source, school, edexml, schooljaar, sheet)
    del source
    if error is not None:
        raise error.with_traceback(None)
    assert found is not None
    return found


def deelnemers_from(
    source: Path | bytes, school: School, edexml: Keuze | None, schooljaar: str | None, sheet: str | None = None
) -> tuple[Deelnemerslijst | None, DoorstroomError | None]:
    """The list in a file, or why it has none; does not raise."""
    if looks_like_xml(source):
        return _from_edexml(source, school, edexml, schooljaar)
    table = read_table(source, DEELNEMERS, sheet=sheet)
    if table.error is None:
        groepen, deelnemers = deelnemers_of(table, school)
        if table.error is None:
            return Deelnemerslijst(school, groepen, deelnemers, schooljaar=schooljaar, notes=table.notes), None
    return None, table.error


def _from_edexml(
    source: Path | bytes, school: School, edexml: Keuze | None, schooljaar: str | None
) -> tuple[Deelnemerslijst | None, DoorstroomError | None]:
    try:
        found = read_edexml(source, school=school, keuze=edexml)
        found.raise_if_any()
    except DoorstroomError as error:
        return None, error
    notes = edexml_notes(found)
    return Deelnemerslijst(school, found.groepen, found.deelnemers, schooljaar=schooljaar, notes=notes), None


def edexml_notes(found: Edexml) -> list[str]:
    """What somebody should know of EDEXML that was read."""
    notes = [str(item) for item in found.problemen if item.ernst is Ernst.LET_OP]
    if found.overgeslagen:
        notes.append(f"{found.overgeslagen} other pupils in the file take no part: of another jaargroep, or gone")
    return notes
