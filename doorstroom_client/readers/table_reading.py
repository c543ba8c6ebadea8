"""From a file to the rows of a table: what kind of file it is, its header, and its records under the columns.

No function that raises has the content of a file in a variable that shows it: error reporters print the variables of every
frame, and what a file says about pupils must not end up there. So nothing here raises.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.afspraak import Afspraak
from doorstroom_client.readers.columns import SCHOOL, Layout, Row, forbidden_name, header_problems
from doorstroom_client.readers.csv_file import CsvFile
from doorstroom_client.readers.odd_lines import Nameless, from_header, no_pupil
from doorstroom_client.readers.record import Record, TableFile
from doorstroom_client.readers.table import Table, name_of
from doorstroom_client.readers.workbook import is_workbook, open_workbook

MAX_BYTES = 5 * 1024 * 1024
"""Larger files of one school are refused: a school with a thousand pupils stays under 0.5 MiB."""
MAX_MANY = 20 * 1024 * 1024
"""Larger workbooks of many schools are refused; a CSV of many schools may have any size."""

START_WITH = "Start the file with a line of column names"


def without_advies(afspraak: Afspraak) -> ConfigurationError | None:
    """Why no advice can be read for an agreement."""
    if afspraak.schooladviezen:
        return None
    text = f'afspraak "{afspraak.naam}" has no exchange of schooladviezen'
    return ConfigurationError(text, setting="afspraak", hint="Use version 1.1 or newer")


def read_table(source: object, layout: Layout, *, sheet: str | None = None, failure: ConfigurationError | None = None) -> Table:
    """Read the table of one school.

    Args:
        source: a path, or bytes.
        layout: the columns it should have.
        sheet: name of the sheet of a workbook; the first one that holds something when left out.
        failure: why it need not be read.
    """
    table = Table(name_of(source), failure=failure)
    file = None if failure else open_one(source, table, sheet=sheet)
    if file is None or table.error is not None:
        return table
    table.rows += rows_of(file, layout, table)
    if table.error is None and len({row.text(SCHOOL).upper() for row in table.rows if not row.fault}) > 1:
        # Read as the file of one school, it would send pupils to a school that they are not of.
        table.refuse("is of more than one school", hint="Read it as a file for many schools, or give a file per school")
    return table


def rows_of(file: TableFile, layout: Layout, table: Table) -> Iterator[Row]:
    """The records under the header, one at a time; notes in `table` what is wrong with the file as a whole."""
    header = filled = False
    nameless: Nameless | None = None
    for record in from_header(file.records(), table):
        if nameless is not None:
            filled = True
            odd = no_pupil(record, table.columns)
            nameless.look_at(record)
            yield Row(record.line, fault=odd) if odd else Row.of(_with_days(record, table.columns, file), table.columns)
        elif record.fault:
            filled = True
            yield Row(record.line, fault=record.fault)
        else:
            header = _take_header(record, layout, table)
            if not header:
                return
            nameless = Nameless(record, table)
    if table.error is None and not filled:
        if header:
            table.refuse("has a header but no pupils", hint="Add a line for every pupil")
        else:
            table.refuse("is empty", hint=_start_with(layout))


def _with_days(record: Record, columns: list[str | None], file: TableFile) -> Record:
    """The record with its date of birth as a day: in a workbook that may be a number."""
    places = [at for at in record.marks if at < len(columns) and columns[at] == "geboortedatum"]
    if not places:
        return record
    cells = [file.day(text) if at in places else text for at, text in enumerate(record.cells)]
    return Record(record.line, cells, record.marks)


def open_one(source: object, table: Table, *, sheet: str | None = None) -> TableFile | None:
    """A file that is read as a whole; None when it cannot be read, which is noted in `table`."""
    content = _content(source, table)
    return None if content is None else _opened(content, table, sheet)


def open_table(path: object, table: Table, *, sheet: str | None = None) -> TableFile | None:
    """A file for many schools, of any size when it is a CSV; None when it cannot be read, which is noted in `table`."""
    if isinstance(path, bytes) or (isinstance(path, Path) and path.is_file() and is_workbook(_start(path))):
        content = _content(path, table, MAX_MANY)
        return None if content is None else _opened(content, table, sheet, MAX_MANY)
    if isinstance(path, Path):
        return CsvFile(path, table, bounded=True)
    table.cannot_be_read("give a Path to a file or folder")
    return None


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(16)
    except OSError:  # told by whoever reads it
        return b""


def _opened(content: bytes, table: Table, sheet: str | None, most: int = MAX_BYTES) -> TableFile | None:
    if len(content) > most:
        table.refuse(f"is over {most // 1024**2} MiB", hint="Leave out what is not needed, or split it")
    elif is_workbook(content):
        return open_workbook(content, table, sheet)
    else:
        return CsvFile(content, table)
    return None


def _content(source: object, table: Table, most: int = MAX_BYTES) -> bytes | None:
    if isinstance(source, bytes):
        return source
    reason = "give a Path, or the content as bytes"
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                return file.read(most + 1)
        except OSError as error:
            reason = error.strerror or type(error).__name__
        except ValueError:
            reason = "this is not a possible path"
    table.cannot_be_read(reason)
    return None


def _take_header(record: Record, layout: Layout, table: Table) -> bool:
    """Note the column of each cell; without a sound header nothing sensible can be said about the lines."""
    table.problems += header_problems(record.cells, record.line, layout)
    if not table.problems:
        table.columns = layout.columns_of(record.cells)
        return True
    forbidden = any(forbidden_name(cell) for cell in record.cells)
    table.hint = "Remove that column from the file; nothing of it was used" if forbidden else _start_with(layout)
    return False


def _start_with(layout: Layout) -> str:
    return f"{START_WITH}, for example: {layout.example}"
