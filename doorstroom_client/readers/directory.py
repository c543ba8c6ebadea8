"""A pupil directory from a file: EDEXML, a UWLR answer, or a CSV with identities and names.

No function that raises has the content of a file in a variable that shows it.
"""

from __future__ import annotations

from pathlib import Path

from doorstroom_client.errors import Problem
from doorstroom_client.messages.identifiers import is_cell_error, is_no_key
from doorstroom_client.messages.leerlingenlijst import BekendeLeerling, Leerlingenlijst, volledige_naam
from doorstroom_client.messages.name_letters import LOST, name_fault, text_fault
from doorstroom_client.readers.cell_values import deelname
from doorstroom_client.readers.columns import LEERLINGEN, Row, at
from doorstroom_client.readers.edexml import read_edexml
from doorstroom_client.readers.from_rows import unusable
from doorstroom_client.readers.key_cells import eck_fault, las_fault
from doorstroom_client.readers.name_cells import CELL_ERROR, optional, with_next
from doorstroom_client.readers.table import Table
from doorstroom_client.readers.table_reading import read_table
from doorstroom_client.readers.xml_events import looks_like_xml

__all__ = ["read_leerlingen"]


def read_leerlingen(source: Path | bytes, *, sheet: str | None = None) -> Leerlingenlijst:
    """Read whose identities are whose, to show results, receipts and unknown pupils with name and group.

    Of EDEXML every pupil in the file is taken, also those who take no part in the test. A CSV has the columns eck_id and/or
    las_key and achternaam; voorvoegsel, roepnaam and groep are used when they are there. A file of participants will do.

    Args:
        source: the file, or its content; what kind it is, is seen from the content.
        sheet: name of the sheet of a workbook; the first one that holds something when left out.

    Returns:
        The directory. What does not go together in it stands in its ``conflicten``.

    Raises:
        MessageError: the content does not fit; names every line and column, never a value.
        ConfigurationError: the file cannot be read, or for EDEXML the extra ``xml`` is not installed.
    """
    if looks_like_xml(source):
        return read_edexml(source).leerlingen
    table = read_table(source, LEERLINGEN, sheet=sheet)
    del source
    table.raise_if_any()
    found = leerlingen_of(table)
    table.raise_if_any()
    return found


def leerlingen_of(table: Table) -> Leerlingenlijst:
    """The pupils of a table, with what is wrong with its lines; does not raise."""
    table.problems += [Problem(at(row.line), row.fault) for row in table.rows if row.fault]
    table.problems += [problem for row in table.rows for problem in unusable(row)]
    for row in table.rows:
        _look_at(row, table)
    pupils = [
        BekendeLeerling(
            naam=volledige_naam(row.text("roepnaam"), optional(row, "voorvoegsel", table), row.text("achternaam")),
            groep=row.text("groep"),
            eck_id=_key(row, "eck_id"),
            las_key=_key(row, "las_key"),
            plaats=at(row.line),
            deelname=deelname(row, table),
        )
        for row in table.rows
    ]
    return Leerlingenlijst(pupils, notes=table.notes)


def _look_at(row: Row, table: Table) -> None:
    """Note a name that is spoiled on the screen, and a key that no result has; a directory is of use without them."""
    for column in ("achternaam", "voorvoegsel", "roepnaam", "groep"):
        text = row.text(column)
        if column == "groep":
            fault = text_fault(text) or (LOST if "?" in text else "")
        elif is_cell_error(text):
            fault = CELL_ERROR
        else:
            fault = name_fault(text)
        if fault:
            table.warnings.append(row.problem(column, with_next(fault)))
    for column, key in (("eck_id", eck_fault), ("las_key", las_fault)):
        fault = key(row.text(column))
        if fault:
            table.warnings.append(row.problem(column, f"{fault}; nobody is found by it as it is"))


def _key(row: Row, column: str) -> str | None:
    """An identity; a NULL would be that of many pupils, and finds none."""
    text = row.text(column)
    return text if text and not is_no_key(text) else None
