"""Names of pupils, for whoever asks for them with a pupil directory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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


def directory(file: Path | None, sheet: str | None = None) -> Leerlingenlijst | None:
    """The directory in a file; says what a reader noted, and how much in it does not go together.

    Raises:
        MessageError: the file does not fit.
        ConfigurationError: the file cannot be read.
    """
    if file is None:
        return None
    found = read_leerlingen(file, sheet=sheet)
    tell_file_notes(file, found.notes)
    terminal.some(
        [str(problem) for problem in found.conflicten],
        lambda text: terminal.warn(f"{file.name}: {text}"),
        _SHOWN,
    )
    return found


def tell_file_notes(file: Path, notes: Sequence[str]) -> None:
    """What a reader noted of a file."""
    terminal.some([f"Note: {file.name}: {text}" for text in notes], terminal.say, _SHOWN, "and {} more notes")


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
