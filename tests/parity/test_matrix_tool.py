"""The parts of tools/matrix.py that start nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tools.matrix import Interpreter, Row, chosen, counts, floors, requirements, table

PROJECT: dict[str, Any] = {
    "name": "house",
    "dependencies": ["core>=1.2,<2", "zones; sys_platform == 'win32'"],
    "optional-dependencies": {
        "cli": ["Type_r>=0.15,<1"],
        "safe": ["seal>=44,<51", "core[fast]>=1.10"],
        "test": ["house[cli, safe]", "seal>=9.5", "runner"],
        "check": ["house[test]", "lint>=0.9"],
        "other": ["elsewhere>=3"],
    },
}


def found(*versions: str) -> list[Interpreter]:
    return [Interpreter((f"python-{version}",), version, "PATH") for version in versions]


def test_an_extra_brings_the_extras_that_it_names() -> None:
    assert sorted(requirements(PROJECT, "check")) == sorted(
        [*PROJECT["dependencies"], "Type_r>=0.15,<1", "seal>=44,<51", "core[fast]>=1.10", "seal>=9.5", "runner", "lint>=0.9"]
    )


def test_the_oldest_that_is_allowed_is_the_highest_floor_of_each_name() -> None:
    assert floors(requirements(PROJECT, "test")) == ["core==1.10", "seal==44", "type-r==0.15"]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("8012 passed, 3 skipped in 61.20s (0:01:01)", (8012, 0, 3)),
        ("1 failed, 2 passed, 4 errors in 0.10s", (2, 5, 0)),
        ("1 error in 0.10s", (0, 1, 0)),
    ],
)
def test_counts_are_those_of_the_last_line(last: str, expected: tuple[int, int, int]) -> None:
    told = counts(f"5 passed in 1s\nsomething\n{last}\nafter it")
    assert told is not None
    assert tuple(told.values()) == expected


def test_pytest_that_did_not_come_to_its_last_line_has_no_counts() -> None:
    assert counts("Traceback\nImportError: no module") is None


def test_the_newest_of_each_version_from_the_oldest_that_is_allowed() -> None:
    there = found("3.10.9", "3.13.0", "3.11.7", "3.11.12", "3.9.18")
    assert [one.version for one in chosen(there, "3.11")] == ["3.11.12", "3.13.0"]
    assert [one.version for one in chosen(there, "3.11", ["3.13"])] == ["3.13.0"]
    assert [one.version for one in chosen(there, "3.11", ["3.11.7"])] == ["3.11.7"]


def test_a_row_says_what_ran_or_what_kept_it_from_running() -> None:
    one, other = found("3.11.7", "3.13.0")
    fine = Row(one, "core 1.2", {"passed": 5, "failed": 0, "skipped": 1})
    rows = [fine, Row(other, trouble="install failed")]
    assert table(rows).splitlines()[2:] == [
        "| 3.11.7 | PATH | 5 | 0 | 1 | core 1.2 |",
        "| 3.13.0 | PATH | - | - | - | install failed |",
    ]
    assert [row.green for row in rows] == [True, False]
    assert not Row(one, counts={"passed": 5, "failed": 1, "skipped": 0}).green
    assert not Row(one, counts={"passed": 0, "failed": 0, "skipped": 6}).green
