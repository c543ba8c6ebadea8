"""A list of schools: configured ones by their key, or with all their codes. There is nothing of a pupil in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError, MessageError, Problem
from doorstroom_client.messages.school import School, find_school
from doorstroom_client.readers.columns import SCHOOL, at

MAX_BYTES = 5 * 1024 * 1024
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
_EXAMPLE = f"Give a column {SCHOOL} (BRIN, School OIN or routeringskenmerk), or the columns {', '.join(_CODES)}"


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
        path: a CSV with a header, UTF-8, with semicolons, commas or tabs.
        scholen: the configured schools, for a list of keys.

    Raises:
        MessageError: names every line that does not fit; nothing was used.
        ConfigurationError: the file cannot be read.
    """
    content, reason = b"", ""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    if reason:
        raise ConfigurationError(f'"{path.name}" cannot be read: {reason}', setting="file", hint="Check the path")
    found, problems = _read(content, tuple(scholen))
    if problems:
        raise MessageError(problems, what=path.name, hint="Correct these lines and read the file again; nothing was used")
    return found


def _read(content: bytes, scholen: tuple[School, ...]) -> tuple[list[Schoolregel], list[Problem]]:
    if len(content) > MAX_BYTES:
        return [], [Problem("file", f"is over {MAX_BYTES // 1024**2} MiB")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [], [Problem("file", "is not a UTF-8 text; save the sheet as CSV UTF-8")]
    first = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [cell.strip().lower() for cell in next(rows, [])]
    if SCHOOL not in header and not set(_CODES) <= set(header):
        return [], [Problem(at(1), f"is no header of a list of schools. {_EXAMPLE}")]
    found: list[Schoolregel] = []
    problems: list[Problem] = []
    had: dict[str, int] = {}
    for cells in rows:
        if any(cell.strip() for cell in cells):
            given = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
            _take(rows.line_num, given, scholen, had, found, problems)
    if not found and not problems:
        problems.append(Problem("file", "has a header but no schools"))
    return found, problems


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
        return find_school(scholen, key.upper())
    return School(**{name: given.get(name, "") for name in (*_CODES, *_OPTIONAL)})
