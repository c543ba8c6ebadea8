"""The page of what a simulated party can be told is complete, and each line of Python on it can be typed as it stands."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

import doorstroom_client.simulator as simulator
from doorstroom_client.osr.mandate_table import TABLE, Said
from doorstroom_client.simulator import Afwijking, Keten, Streng, Toetssysteem, Vorm
from doorstroom_client.simulator.antwoorden import MELDINGEN
from doorstroom_client.simulator.osr import SimulatedOsr
from doorstroom_client.simulator.standen import Standen
from doorstroom_client.simulator.verkeer import MOST, MOST_BYTES

TEXT = (Path(__file__).parents[2] / "docs/reference/simulator-states.md").read_text("utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("| ")]
LINES = [
    (row[0], found)
    for row in ROWS
    for cell in row[1:3]
    for found in re.findall(r"`([^`]*[(=][^`]*)`", cell)
    if re.match(r"(supplier|keten)\.", found)
]


def told(kind: type, *taken_back: str) -> set[str]:
    """What somebody can call to change how a party answers."""
    names = {name for name in vars(kind) if not name.startswith("_")} - {"app", "as_data", "reset", "scholen", "lijsten"}
    return names - set(taken_back)


def test_every_line_of_python_runs(eigen_keten: Keten) -> None:
    keten = eigen_keten
    names: dict[str, Any] = {name: getattr(simulator, name) for name in simulator.__all__}
    names |= {"keten": keten, "supplier": keten.toetssystemen["ICE"], "school": keten.school, "klas": keten.leerlingen(3)}
    names |= {"start": dt.date(2026, 8, 1), "end": None, "example": TABLE[Said.WORD_NO].examples[0], "oin": keten.school.oin}
    assert len(LINES) > 30
    for situation, line in LINES:
        try:
            exec(line, names)
        except Exception as error:
            pytest.fail(f"{situation}: {line}: {error!r}")


def test_every_deviation_form_status_and_rule_stands_on_it() -> None:
    rows = "\n".join(line for line in TEXT.splitlines() if line.startswith('| `"'))
    assert set(re.findall(r'`"(\w+)"`', rows)) == set(Afwijking)
    assert re.findall(r"^\| `Vorm\.(\w+)` \|", TEXT, re.MULTILINE) == [item.name for item in Vorm]
    listed = TEXT.split("Statuses: ")[1].split(". ")[0]
    assert list(map(int, re.findall(r"\d+", listed))) == sorted(MELDINGEN)
    assert "set(Streng)" in TEXT
    assert len(Streng) > 0


def test_so_does_every_way_to_tell_something() -> None:
    typed = " ".join(line for _, line in LINES)
    for kind in (Standen, SimulatedOsr):
        for name in told(kind, "toestand", "namespace", "has_mandate", "find_endpoint", "may_receive"):
            assert f".{name}" in typed, name
    assert ".antwoord_met(" in typed
    assert f".{Toetssysteem.stel_in.__name__}(" in TEXT


def test_the_bounds_are_those_of_the_code() -> None:
    assert f"{MOST:,} requests and {MOST_BYTES // 1024**2} MiB" in TEXT
