"""The lines on which the settings of a TOML file stand: the parser of Python does not tell them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def lines_of(text: str) -> Mapping[str, int]:
    """The line on which each setting and each section begins, by its path, such as ``osr.base_url`` or ``scholen[0]``.

    Args:
        text: a TOML document that can be read as a whole.
    """
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    within = ""
    for line, is_header, parsed in _statements(text):
        if is_header:
            within = _opened(parsed, counts)
            found.setdefault(within, line)
            found.setdefault(within.partition("[")[0], line)
        else:
            for path in _paths(parsed, within):
                found.setdefault(path, line)
    return found


def line_of(path: str, lines: Mapping[str, int]) -> int | None:
    """The line of a setting; of one that is not there the line of its section; None at the top of the file.

    Args:
        path: as in a problem.
        lines: as `lines_of` gives them.
    """
    for known in (path, path.replace("[0]", ""), path.rpartition(".")[0], path.rpartition("[")[0], path.partition(".")[0]):
        if known in lines:
            return lines[known]
    return None


def _statements(text: str) -> Iterator[tuple[int, bool, dict[str, Any]]]:
    """Each line that is one statement by itself, or the lines that are one together: no part of one can be parsed."""
    import tomllib

    begun = ""
    first = 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if not begun:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            first = number
        begun += f"{line}\n"
        if line.rstrip().endswith(",") and "#" not in line:  # within a list: need not be tried
            continue
        try:
            parsed = tomllib.loads(begun)
        except (ValueError, RecursionError):
            continue
        yield first, begun.lstrip().startswith("["), parsed
        begun = ""


def _opened(parsed: Mapping[str, Any], counts: dict[str, int]) -> str:
    """The path of the section that a header opens; of several of one name it is the next."""
    path = ""
    value: Any = parsed
    while isinstance(value, dict) and value:
        name, value = next(iter(value.items()))
        path = f"{path}.{name}" if path else str(name)
        if isinstance(value, list):
            counts[path] = counts.get(path, -1) + 1
            return f"{path}[{counts[path]}]"
        path = f"{path}[{counts[path]}]" if path in counts else path
    return path


def _paths(value: Any, path: str) -> Iterator[str]:
    """The path of everything within a value."""
    if isinstance(value, dict):
        for name, item in value.items():
            below = f"{path}.{name}" if path else str(name)
            yield below
            yield from _paths(item, below)
    elif isinstance(value, list) and all(isinstance(item, dict) for item in value):
        for at, item in enumerate(value):
            yield f"{path}[{at}]"
            yield from _paths(item, f"{path}[{at}]")
