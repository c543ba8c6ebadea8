"""Problems as a program reads them: each with its place, what is wrong and the next step. There is no value of a cell in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.config import SettingProblem
from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError, Problem

_LINE = re.compile(r"line ([0-9]+)")
_COLUMN = re.compile(r'column "([^"]*)"')
_WHOLE = "file"


@frozen
class Place:
    """Where a problem is, taken apart.

    Attributes:
        line: the line or row; None when it is about the file as a whole.
        column: the column, or for EDEXML the element; empty when it is about the line as a whole.
    """

    line: int | None
    column: str

    @classmethod
    def of(cls, problem: Problem) -> Place:
        """The place of a problem, whoever told it."""
        where = problem.source or problem.path
        line = _LINE.match(where)
        if problem.source:
            return cls(int(line[1]) if line else None, problem.path.rpartition(".")[2])
        column = _COLUMN.search(where)
        rest = where[line.end() :].lstrip(", ") if line else where
        return cls(int(line[1]) if line else None, column[1] if column else "" if rest == _WHOLE else rest)


def spelled(problem: Problem, letters: Mapping[str, str] | None = None) -> str:
    """A problem for people; of a workbook with its cell.

    Args:
        problem: the problem.
        letters: of a workbook the letters of each column.
    """
    cell = cell_of(problem, letters)
    where = f"{problem.source}, {problem.path.rpartition('.')[2]}" if problem.source else problem.path
    return f"{where} (cell {cell}): {problem.text}" if cell else str(problem)


def cell_of(problem: Problem, letters: Mapping[str, str] | None) -> str:
    """The cell of a workbook that a problem is about; empty when it is not about one."""
    place = Place.of(problem)
    return f"{letters[place.column]}{place.line}" if letters and place.line and place.column in letters else ""


def as_json(problem: Problem, hint: str = "", letters: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A problem as a document."""
    place = Place.of(problem)
    where = f"{problem.source}, {problem.path.rpartition('.')[2]}" if problem.source else problem.path
    found = {"plaats": where, "line": place.line, "column": place.column or None}
    cell = {"cell": cell_of(problem, letters) or None} if letters is not None else {}
    return found | cell | {"text": terminal.clean(problem.text), "hint": hint}


def all_of(error: DoorstroomError | None) -> list[dict[str, Any]]:
    """Every problem of an error; none of an error that is not about a file or message."""
    if not isinstance(error, MessageError | ConfigurationError):
        return []
    return [_of_setting(item) if isinstance(item, SettingProblem) else as_json(item, error.hint) for item in error.problems]


def _of_setting(problem: SettingProblem) -> dict[str, Any]:
    """A setting that is not in order, as a document."""
    return {
        "plaats": problem.place,
        "line": problem.line,
        "column": None,
        "setting": problem.path,
        "variable": (problem.source or None) if problem.line is None else None,
        "text": terminal.clean(problem.text),
        "hint": problem.hint,
    }
