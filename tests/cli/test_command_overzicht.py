"""The overview from the command line: the files asked for, and nothing of a pupil anywhere else."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from support.command_line import Run, assert_private, private_texts

from doorstroom_client.simulator import Keten

GIVEN = ("--leerlingen", "deelnemers.csv", "--adviezen", "adviezen.csv")


def test_a_page_and_a_table(received: Keten, run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    before = {path.name for path in tmp_path.rglob("*")}
    result = run("overzicht", "o.html", "--school", "99AA", *GIVEN, "--csv", "o.csv")
    assert result.exit_code == 0, result.output
    page, table = tmp_path / "o.html", tmp_path / "o.csv"
    assert {path.name for path in tmp_path.rglob("*")} - before <= {"o.html", "o.csv", "doorstroom.db-shm", "doorstroom.db-wal"}
    assert [path.stat().st_mode & 0o777 for path in (page, table)] == [0o600, 0o600]
    assert "of 27 pupils are to be reconsidered" in result.stdout
    assert_private(received, result.stdout, result.stderr, caplog.text)
    text = page.read_text("utf-8")
    shown = [item for item in received.leerlingen() if item.achternaam in text]
    assert len(shown) == 27
    assert "27 van 27 in uw huidige lijst zijn aangenomen of onderweg" in text
    assert "Nog geen resultaat" in text
    assert len(table.read_bytes().splitlines()) == 28
    assert json.loads(run("resultaten", "list", "--json").stdout)["te_verwerken"] == 27  # nothing is marked


def test_json_holds_counts(received: Keten, run: Run) -> None:
    result = run("overzicht", "o.html", "--school", "99AA", *GIVEN, "--json")
    document = json.loads(result.stdout)
    assert document["leerlingen"] == 27
    kinds = ("heroverwegen", "uitzondering", "blijft", "zelf_bekijken", "geen_advies", "geen_resultaat")
    assert sum(document[kind] for kind in kinds) == 27
    assert document["heroverwegen"] > 0
    [school] = document["per_school"].values()
    assert {kind: school[kind] for kind in kinds} == {kind: document[kind] for kind in kinds}
    assert_private(received, result.stdout, result.stderr)


def test_files_that_exist_are_kept(received: Keten, run: Run, tmp_path: Path) -> None:
    (tmp_path / "o.html").write_text("van mij")
    assert run("overzicht", "o.html", "--school", "99AA").exit_code == 64
    assert run("overzicht", "n.html", "--school", "99AA", "--csv", "o.html").exit_code == 64
    assert (tmp_path / "o.html").read_text() == "van mij"
    assert not (tmp_path / "n.html").exists()
    assert run("overzicht", "o.html", "--school", "99AA", *GIVEN, "--overwrite", "--quiet").output == ""
    assert "<h1>" in (tmp_path / "o.html").read_text("utf-8")


def test_without_what_the_school_knows(received: Keten, run: Run, tmp_path: Path) -> None:
    result = run("overzicht", "o.html")
    assert result.exit_code == 0
    assert "27 pupils with a result have no advice" in result.stderr
    text = (tmp_path / "o.html").read_text("utf-8")
    assert "er zijn geen schooladviezen bekend" in text
    assert "Naam niet bekend" in text


def test_a_folder_with_a_file_per_school(received: Keten, run: Run, tmp_path: Path) -> None:
    for kind in ("leerlingen", "adviezen"):
        (tmp_path / kind).mkdir()
        source = tmp_path / ("deelnemers.csv" if kind == "leerlingen" else "adviezen.csv")
        for school in ("99AA", "99BB"):
            (tmp_path / kind / f"{school}.csv").write_bytes(source.read_bytes())
    given = ("--leerlingen", "leerlingen", "--adviezen", "adviezen")
    both = json.loads(run("overzicht", "o.html", *given, "--json").stdout)
    assert len(both["per_school"]) == 2
    assert (both["leerlingen"], both["geen_resultaat"]) == (54, 27)
    one = json.loads(run("overzicht", "p.html", *given, "--school", "99BB", "--json").stdout)
    assert (one["leerlingen"], one["geen_resultaat"]) == (27, 27)
    (tmp_path / "leerlingen" / "onbekend.csv").write_bytes(b"")
    assert run("overzicht", "q.html", *given).exit_code == 78
    (tmp_path / "leeg").mkdir()
    assert run("overzicht", "q.html", "--leerlingen", "leeg").exit_code == 74


def test_what_is_wrong_is_told_without_a_pupil(received: Keten, run: Run, tmp_path: Path) -> None:
    several = run("overzicht", "o.html", *GIVEN)
    assert several.exit_code == 78  # three schools are configured, and a file is of one
    broken = tmp_path / "stuk.csv"
    broken.write_bytes((tmp_path / "adviezen.csv").read_bytes().replace(b"HAVO", b"HAFO"))
    wrong = run("overzicht", "o.html", "--school", "99AA", "--adviezen", "stuk.csv")
    assert wrong.exit_code == 65
    nowhere = run("overzicht", "geen/map/o.html", "--school", "99AA", *GIVEN)
    assert nowhere.exit_code == 74
    assert not (tmp_path / "o.html").exists()
    assert_private(received, *(item.output for item in (several, wrong, nowhere)))
    assert private_texts(received)


def test_another_school_year(received: Keten, run: Run) -> None:
    document = json.loads(run("overzicht", "o.html", "--school", "99AA", *GIVEN, "--schooljaar", "2019-2020", "--json").stdout)
    assert (document["ander_schooljaar"], document["geen_resultaat"]) == (27, 27)
    assert run("overzicht", "p.html", "--school", "99AA", "--schooljaar", "2019").exit_code == 65
