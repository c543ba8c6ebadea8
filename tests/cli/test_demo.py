"""The demo, as a newcomer runs it."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from support.command_line import Run, start


@pytest.mark.parametrize("columns", ["", "30"])
def test_without_a_terminal(columns: str, tmp_path: Path) -> None:
    process = start("demo", "--out", tmp_path / "demo", **({"COLUMNS": columns} if columns else {}))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "\x1b" not in out
    assert "What arrived" in out
    assert "config init" in out
    assert "Niet in orde" in out
    assert "unknown pupil (404)" in " ".join(out.split())
    assert "nog niet bekend" in " ".join(out.split())
    assert columns or all(len(line) <= 80 for line in out.splitlines())
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == [
        *("README.txt", "overzicht.csv", "overzicht.html", "rapporten"),
    ]


def test_again_and_with_files_of_others(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "doorstroom-demo"
    first = run("demo", "--json")
    assert first.exit_code == 0
    names = sorted(path.name for path in (folder / "rapporten").iterdir())
    (folder / "mijn.txt").write_text("van mij")
    second = run("demo", "--json")
    assert second.exit_code == 0
    document = json.loads(second.stdout)
    assert [item["rapporten"] for item in document["leveranciers"]] == [27, 26, 27]
    assert sorted(path.name for path in (folder / "rapporten").iterdir()) == names
    assert (folder / "mijn.txt").read_text() == "van mij"
    (folder / "README.txt").write_text("van mij")
    assert run("demo").exit_code == 78
    assert (folder / "README.txt").read_text() == "van mij"


def test_the_overview_is_complete(run: Run, tmp_path: Path) -> None:
    result = run("demo")
    text = (tmp_path / "doorstroom-demo" / "overzicht.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 81
    without = [row for row in rows if not row["toetsadvies"]]
    assert [(row["toets"], row["oordeel"]) for row in without] == [("", "geen_resultaat")]
    assert len(list((tmp_path / "doorstroom-demo/rapporten").glob("*.pdf"))) == len(rows) - len(without)
    assert "did not sign that pupil up" in " ".join(result.stdout.split())
    assert "A file name is made from" in (tmp_path / "doorstroom-demo" / "README.txt").read_text("utf-8")
    names = {row["naam"].split()[-1] for row in rows if len(row["naam"].split()[-1]) > 4}
    assert not [name for name in names if re.search(rf"\b{re.escape(name)}\b", result.stdout)]


def test_a_folder_that_cannot_be_made(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    assert run("demo", "--out", "x").exit_code == 74


def test_a_reader_that_stops_reading(tmp_path: Path) -> None:
    process = start("demo", "--out", tmp_path / "demo")
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=60), err) == (74, "")
