"""A list of schools: configured ones by their key, or with all their codes. There is nothing of a pupil in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError, MessageError, Problem
from doorstroom_client.messages.school import School, find_school, is_school_code
from doorstroom_client.readers.columns import SCHOOL, at
from doorstroom_client.readers.letters import clean
from doorstroom_client.readers.record import Record
from doorstroom_client.readers.table import Table, name_of
from doorstroom_client.readers.table_reading import open_one

_CODES = (
    "instellingscode",
    "vestigingscode",
    "onderwijsaanbiedercode",
    "onderwijslocatiecode",
    "administratienr",
    "routeringskenmerk",
)
_OPTIONAL = ("naam", "oin")
URL = "url"
"""A column with the address of the receiver, where one is registered."""
_NO_KEY = "is not a code of a school (BRIN, RIO, School OIN or routeringskenmerk)"
_EXAMPLE = f"Give a column {SCHOOL} (a code of each, such as its BRIN), or the columns {', '.join(_CODES)}"


@frozen
class Schoolregel:
    """One line of the list.

    Attributes:
        school: the school.
        url: its address in the list; empty when there is none.
    """

    school: School
    url: str = ""


def read_scholen(path: Path, scholen: Sequence[School]) -> list[Schoolregel]:
    """Read a list of schools, in the order of the file; empty lines are skipped.

    Args:
        path: a CSV or workbook with a header, as for a list of pupils.
        scholen: the configured schools, for a list of keys.

    Raises:
        MessageError: names every line that does not fit; nothing was used.
        ConfigurationError: the file cannot be read.
    """
    table = Table(name_of(path), hint="Correct these lines and read the file again; nothing was used")
    found = _read(path, tuple(scholen), table)
    table.raise_if_any()
    return found


def _read(path: Path, scholen: tuple[School, ...], table: Table) -> list[Schoolregel]:
    file = open_one(path, table)
    records = list(file.records()) if file is not None and table.error is None else []
    if table.error is not None:
        return []
    if not records:
        table.refuse("is empty", hint=_EXAMPLE)
        return []
    header = _header(records[0], table)
    if not header:
        return []
    found: list[Schoolregel] = []
    had: dict[str, int] = {}
    for record in records[1:]:
        if record.fault or len(record.cells) > len(header):
            fault = record.fault or f"has {len(record.cells)} cells and the header {len(header)}"
            table.add(Problem(at(record.line), fault))
        else:
            given = {name: clean(cell) for name, cell in zip(header, record.cells, strict=False)}
            _take(record.line, given, scholen, had, found, table.problems)
    if not found and not table.problems:
        table.refuse("has a header but no schools", hint="Add a line for every school")
    return found


def _header(record: Record, table: Table) -> list[str]:
    """The names of the columns; none when they are not those of a list of schools."""
    header = [clean(cell).lower() for cell in record.cells]
    if record.fault:
        table.add(Problem(at(record.line), record.fault))
    elif SCHOOL not in header and not set(_CODES) <= set(header):
        table.add(Problem(at(record.line), f"is no header of a list of schools. {_EXAMPLE}"))
    for name in (SCHOOL, *_CODES, *_OPTIONAL, URL):
        if header.count(name) > 1:
            table.add(Problem(at(record.line, name), "stands in the header more than once; keep one"))
    return [] if table.problems else header


def _take(
    line: int,
    given: Mapping[str, str],
    scholen: tuple[School, ...],
    had: dict[str, int],
    found: list[Schoolregel],
    problems: list[Problem],
) -> None:
    try:
        school = _school(given, scholen)
    except ConfigurationError as error:
        problems.append(Problem(at(line, SCHOOL), error.message))
        return
    except MessageError as error:
        problems.extend(Problem(at(line, item.path.removeprefix("school.")), item.text) for item in error.problems)
        return
    before = had.setdefault(school.routeringskenmerk, line)
    if before != line:
        problems.append(Problem(at(line), f"is of the same administration as line {before}"))
        return
    found.append(Schoolregel(school, given.get(URL, "")))


def _school(given: Mapping[str, str], scholen: tuple[School, ...]) -> School:
    key = given.get(SCHOOL, "")
    if key or not set(_CODES) <= set(given):
        if not is_school_code(key):  # a cell of another file may hold anything, so it is not repeated
            raise MessageError([Problem(SCHOOL, _NO_KEY if key else "is empty")])
        return find_school(scholen, key)
    capitals = {name: given.get(name, "").upper() for name in (*_CODES, "oin")}
    return School(**capitals, naam=given.get("naam", ""))
