"""Problems and notes of files, in every command that reads one: some for people, all in ``--json``, nothing of a pupil."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Run
from support.corpus import CORPUS

from doorstroom_client.cli import _problems_told as told
from doorstroom_client.errors import ConfigurationError, MessageError, Problem, StoreError
from doorstroom_client.simulator import Keten

MANY = "las_key;advies\n" + "".join(f"geheim{number};\n" for number in range(300))


def problems(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["problemen"]
    return found


@pytest.mark.parametrize(
    ("problem", "line", "column"),
    [
        (Problem('line 4, column "advies"', "x"), 4, "advies"),
        (Problem("line 4", "x"), 4, ""),
        (Problem("file", "x"), None, ""),
        (Problem("line 7, leerlingen/leerling[2]/roepnaam", "x"), 7, "leerlingen/leerling[2]/roepnaam"),
        (Problem("adviezen[3].leerling.las_key", "x", "line 12"), 12, "las_key"),
        (Problem("groepen[0].omschrijving", "x"), None, "groepen[0].omschrijving"),
    ],
)
def test_the_place_of_a_problem(problem: Problem, line: int | None, column: str) -> None:
    assert told.Place.of(problem) == told.Place(line, column)
    assert told.as_json(problem, "do it")["hint"] == "do it"
    assert told.spelled(problem) == str(problem)


def test_only_errors_of_files_and_settings_have_problems() -> None:
    assert told.all_of(StoreError("x")) == told.all_of(None) == told.all_of(ConfigurationError("x")) == []
    assert [item["plaats"] for item in told.all_of(MessageError([Problem("line 1", "x")]))] == ["line 1"]


def test_of_a_file_that_is_sent(keten: Keten, run: Run) -> None:
    Path("veel.csv").write_text(MANY)
    for more in ((), ("--dry-run",), ("--queue",)):
        result = run("adviezen", "send", "veel.csv", "--school", "99AA", *more)
        assert result.exit_code == 65
        assert result.stderr.count('column "advies"') == 20
        assert "and 280 more; --json has them all" in result.stderr
        document = json.loads(run("adviezen", "send", "veel.csv", "--school", "99AA", *more, "--json").stdout)
        assert [item["line"] for item in problems(document)] == list(range(2, 302))
        assert all(item["column"] == "advies" and item["text"] and item["hint"] for item in problems(document))
        assert "geheim" not in result.output + str(document)
    assert keten.osr.verkeer.geteld == 0


def test_of_many_files(keten: Keten, run: Run) -> None:
    Path("scholen").mkdir()
    Path("scholen/99AA.csv").write_text(MANY)
    result = run("adviezen", "send-many", "scholen", "--json")
    [note] = json.loads(result.stdout)["aandacht"]
    assert (note["school"], len(problems(note))) == ("99AA", 300)
    assert "and 290 more" in run("adviezen", "send-many", "scholen").stderr
    assert "geheim" not in result.output


def test_of_the_lists_beside_results(keten: Keten, run: Run) -> None:
    Path("scholen").mkdir()
    Path("scholen/99AA.csv").write_text("las_key;achternaam;deelname\n" + "geheim;Geheim;ziek\n" * 30)
    document = json.loads(run("seizoen", "--all", "--leerlingen", "scholen", "--json").stdout)
    [unread] = document["onleesbaar"]
    assert (unread["bestand"], unread["school"], len(problems(unread))) == ("99AA.csv", "99AA", 30)
    made = run("overzicht", "p.html", "--school", "99AA", "--leerlingen", "scholen", "--json")
    assert made.exit_code == 65
    assert len(problems(json.loads(made.stdout))) == 30
    assert "geheim" not in str(document).lower() + made.output.lower()


TITLE = "Groep 8\n\n"
NOTED = "line 1: stands above the header, and is skipped"


def test_notes_of_a_file_that_is_sent(keten: Keten, run: Run) -> None:
    Path("a.csv").write_text(TITLE + Path("adviezen.csv").read_text("utf-8-sig"), "utf-8")
    for more in ((), ("--dry-run",)):
        assert f"Note: {NOTED}" in run("adviezen", "send", "a.csv", "--school", "99AA", *more).stderr
    document = json.loads(run("adviezen", "send", "a.csv", "--school", "99AA", "--dry-run", "--json").stdout)
    assert document["bestand"]["lijsten"][0]["notes"] == [NOTED]
    Path("scholen").mkdir()
    for school in ("99AA", "99BB"):
        Path(f"scholen/{school}.csv").write_bytes(Path("a.csv").read_bytes())
    result = run("adviezen", "send-many", "scholen", "--queue")
    assert f"Note (99AA and 1 more): {NOTED}" in result.stderr
    again = json.loads(run("adviezen", "send-many", "scholen", "--queue", "--json").stdout)
    assert again["notes"] == [{"text": NOTED, "scholen": ["99AA", "99BB"]}]


def test_notes_of_the_lists_beside_results(keten: Keten, run: Run) -> None:
    for name in ("adviezen.csv", "deelnemers.csv"):
        Path(name).write_text(TITLE + Path(name).read_text("utf-8-sig"), "utf-8")
    lists = ("--school", "99AA", "--leerlingen", "deelnemers.csv", "--adviezen", "adviezen.csv")
    for command in (("overzicht", "p.html"), ("seizoen", "--sent", "s.html")):
        told_on = run(*command, *lists).stderr
        assert f"Note: deelnemers.csv: {NOTED}" in told_on
        assert f"Note: adviezen.csv: {NOTED}" in told_on


def test_the_sheet_of_a_workbook_is_named(keten: Keten, run: Run) -> None:
    book = CORPUS / "books/openpyxl-sheets.xlsx"
    result = run("adviezen", "send", book, "--school", "99AA", "--dry-run", "--sheet", "Nergens")
    assert result.exit_code == 65
    assert "sheet" in result.stderr
    assert run("adviezen", "send-many", book, "--sheet", "Nergens").exit_code == 65
