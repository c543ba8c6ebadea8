"""The matrix against the decision table of the code: two texts by different hands that must say the same."""

from __future__ import annotations

import pytest

from doorstroom_client.exchange.decisions import TABLE, Action

from .operations import LETTERS, OPERATIONS
from .rows import ROWS, Cell

ACTIONS = {
    "R": Action.RETRY,
    "S": Action.SCHEDULE,
    "V": Action.VERIFY,
    "H": Action.HOLD,
    "N": Action.FINAL,
    "D": Action.ANSWER,
}
WHOLE = [(row, part.name, letter, part.cell(letter)) for row in ROWS for part in row.parts for letter in LETTERS] + [
    (row, "", letter, row.cells[at]) for row in ROWS if row.special for at, letter in enumerate(LETTERS)
]
MAPPED = [
    pytest.param(letter, cell, id=f"{row.number:02}-{row.name}-{name}[{letter}]")
    for row, name, letter, cell in WHOLE
    if cell.situation is not None
]


@pytest.mark.parametrize(("letter", "cell"), MAPPED)
def test_matrix_agrees_with_the_table(letter: str, cell: Cell) -> None:
    assert cell.situation is not None
    row = TABLE[cell.situation]
    assert row.action(OPERATIONS[letter]) is ACTIONS[cell.letter]
    if cell.error is not None:
        assert row.error_for(OPERATIONS[letter]) is cell.error


def test_every_situation_is_met() -> None:
    met = {cell.situation for _, _, _, cell in WHOLE}
    assert {situation for situation in TABLE if situation not in met} == {"unexpected", "too large"}


def test_thirty_eight_rows_and_228_cells() -> None:
    assert [row.number for row in ROWS] == list(range(1, 39))
    assert sum(len(row.letters) for row in ROWS) == 228
    for row in ROWS:
        assert bool(row.parts) != bool(row.special)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.number))
def test_every_letter_of_the_matrix_is_checked(row: object) -> None:
    from .rows import Row

    assert isinstance(row, Row)
    for at, letter in enumerate(LETTERS):
        cells = [part.cell(letter) for part in row.parts] or [row.cells[at]]
        checked = {cell.letter for cell in cells}
        assert (checked - {"–"} or checked) <= set(row.letters[at])  # a part may not occur where the row does
        assert all(cell.reason for cell in cells if cell.letter == "–")
