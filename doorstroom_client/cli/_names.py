"""Names of pupils, for whoever asks for them with a pupil directory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.messages.leerlingenlijst import Leerlingenlijst
from doorstroom_client.readers.directory import read_leerlingen

_SHOWN = 50

LeerlingenOption = Annotated[
    Path | None,
    typer.Option(
        "--leerlingen",
        metavar="FILE",
        help="Show pupils with name and group, from this file: EDEXML, or a CSV as for participants. Personal data.",
    ),
]


def directory(file: Path | None) -> Leerlingenlijst | None:
    """The directory in a file; says how much in it does not go together.

    Raises:
        MessageError: the file does not fit.
        ConfigurationError: the file cannot be read.
    """
    if file is None:
        return None
    found = read_leerlingen(file)
    terminal.some(
        [str(problem) for problem in found.conflicten],
        lambda text: terminal.complain(f"{file.name}: {text}", label="Warning: "),
        _SHOWN,
    )
    return found


def names_of(lijst: Leerlingenlijst | None, leerlingen: Iterable[Leerling]) -> list[str]:
    """Pupils as people know them; those who are not in the directory are counted in the last line."""
    if lijst is None:
        return []
    given = list(leerlingen)
    known = [item.label for item in map(lijst.find, given) if item is not None]
    missing = len(given) - len(known)
    return [*known, *([f"{missing} who are not in the list of pupils"] if missing and given else [])]


def tell_names(namen: Iterable[str]) -> None:
    """Names on stderr, one a line."""
    terminal.some([f"    {naam}" for naam in namen], terminal.complain, _SHOWN, "    and {} more")
