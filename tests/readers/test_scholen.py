"""A list of schools: what is no key of a school is told by its line, and not repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorstroom_client.errors import MessageError
from doorstroom_client.readers.scholen import read_scholen
from doorstroom_client.simulator.played_schools import SCHOLEN


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Fatima Geheim", "is not a code of a school (BRIN, RIO, School OIN or routeringskenmerk)"),
        ("Totaal 1", "is not a code of a school (BRIN, RIO, School OIN or routeringskenmerk)"),
        ("school", "is not a code of a school (BRIN, RIO, School OIN or routeringskenmerk)"),
        ("", "is empty"),
        ("99ZZ", "school 99ZZ is not configured"),
    ],
)
def test_a_cell_that_is_no_key_is_not_repeated(tmp_path: Path, cell: str, text: str) -> None:
    file = tmp_path / "scholen.csv"
    file.write_text(f"school;naam\n99AA;een\n{cell};twee\n")
    with pytest.raises(MessageError) as caught:
        read_scholen(file, SCHOLEN)
    [problem] = caught.value.problems
    assert problem.path == 'line 3, column "school"'
    assert text in problem.text
    assert "geheim" not in str(caught.value).lower()
