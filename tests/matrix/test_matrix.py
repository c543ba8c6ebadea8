"""Promises O1, O3, O4, O6, O7, O8, T2, T3 and T6: every cell of the fault matrix behaves as it is written down."""

from __future__ import annotations

from typing import Any

import pytest
from wire.spel import Speler

from . import special
from .operations import LETTERS, SUCCESS
from .rows import ROWS, Part, Row
from .stage import Play, World, scenes

KINDS = ("sync", "async")


def _slug(row: Row) -> str:
    return f"{row.number:02}-{row.name.replace(' ', '_')}"


def _marks(row: Row) -> list[pytest.MarkDecorator]:
    """Some versions of Python leave the socket to the collector when it was reset before `ssl` could wrap it."""
    return [pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")] if row.number == 3 else []


CELLS = [
    pytest.param(
        row,
        letter,
        kind,
        id=f"{_slug(row)}[{letter}-{kind}]",
        marks=_marks(row),
    )
    for row in ROWS
    for letter in LETTERS
    for kind in KINDS
]
DEVIATIONS = [
    pytest.param(
        row,
        part,
        letter,
        kind,
        id=f"{_slug(row)}-{part.name}[{letter}-{kind}]",
        marks=[*_marks(row), pytest.mark.xfail(reason=part.cell(letter).deviation, strict=True, raises=AssertionError)],
    )
    for row in ROWS
    for part in row.parts
    for letter in LETTERS
    for kind in KINDS
    if part.cell(letter).deviation
]


def _play(world: World, speler: Speler, row: Row, parts: list[Part], letter: str) -> None:
    with scenes(world, letter) as (scene, contacts):
        for part in parts:
            for variant in part.variants:
                play = Play(world, speler, row, part, variant, letter, scene)
                try:
                    play.run()
                except AssertionError as failed:
                    failed.add_note(f"row {row.number}, {part.name} {variant.name}")
                    raise
        assert contacts() == 0, "somebody went where a peer pointed"


@pytest.mark.parametrize(("row", "letter", "kind"), CELLS)
def test_cell(world: World, speler: Speler, row: Row, letter: str, kind: str) -> None:
    if row.special:
        getattr(special, row.special)(world, speler, letter, row.cells[LETTERS.index(letter)])
        return
    here = [part for part in row.parts if part.cell(letter).letter != "–"]
    if not here:
        _does_not_occur(world, speler, row, letter)
    _play(world, speler, row, [part for part in here if not part.cell(letter).deviation], letter)


@pytest.mark.parametrize(("row", "part", "letter", "kind"), DEVIATIONS)
def test_deviation(world: World, speler: Speler, row: Row, part: Part, letter: str, kind: str) -> None:
    """As the matrix has it; the code decides otherwise, for the reason in the row."""
    _play(world, speler, row, [part], letter)


def _does_not_occur(world: World, speler: Speler, row: Row, letter: str) -> None:
    """A – is not skipped: that it cannot occur is shown."""
    cell: Any = row.parts[0].cell(letter)
    assert cell.reason
    if row.number == 16:
        assert SUCCESS[letter] in (200, 201)
        return
    special.has_no_body(world, speler, letter)


# The matrix stars only the faults before a request. Here an older "yes" also stands in for every other kind of silence:
# what arrives in the meantime would otherwise be refused while the OSR is out of order. Another server in its place, a
# redirect or a refusal is no silence, and never turns into a yes. Of rows 12 and 16 it is the half answer that is silence.
SILENCE = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18}
STALE = [
    pytest.param(
        row,
        kind,
        id=f"{_slug(row)}[{kind}]",
        marks=_marks(row),
    )
    for row in ROWS
    for kind in KINDS
    if row.parts and row.parts[-1].cell("D").error and not row.parts[-1].slow
]


@pytest.mark.parametrize(("row", "kind"), STALE)
def test_an_older_yes_stands_in_where_the_matrix_has_a_star(world: World, speler: Speler, row: Row, kind: str) -> None:
    """What the receiver asks when a result comes in: "yes" of an hour ago, and now the OSR is out of order."""
    part = row.parts[-1]
    with scenes(world, "D") as (scene, _):
        answered = Play(world, speler, row, part, part.variants[0], "D", scene).with_an_older_yes()
    assert (answered is True) is (row.stale or row.number in SILENCE)
