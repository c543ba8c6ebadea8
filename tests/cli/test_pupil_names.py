"""Names and groups, for whoever gives a pupil directory, and for nobody else."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from support.command_line import Run, assert_private

from doorstroom_client.cli.simulator import adviezen_csv, deelnemers_csv
from doorstroom_client.simulator import Keten, edexml_of


@pytest.fixture(params=["EDEX.XML", "deelnemers.csv"])
def names(request: pytest.FixtureRequest, keten: Keten, tmp_path: Path) -> str:
    """A directory in each form."""
    pupils = keten.leerlingen()
    (tmp_path / "EDEX.XML").write_bytes(edexml_of(pupils, keten.school))
    (tmp_path / "deelnemers.csv").write_bytes(deelnemers_csv(pupils))
    return str(request.param)


def test_results_with_names(received: Keten, run: Run, names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    pupils = received.leerlingen()
    result = run("resultaten", "list", "--leerlingen", names)
    assert result.exit_code == 0
    for pupil in pupils:
        assert " ".join(filter(None, (pupil.roepnaam, pupil.voorvoegsel, pupil.achternaam))) in result.stdout
    assert "personal data" in result.stderr
    exported = run("resultaten", "export", "uit.csv", "--leerlingen", names)
    assert exported.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(Path("uit.csv").read_text("utf-8-sig")), delimiter=";"))
    by_key = {pupil.las_key: pupil for pupil in pupils} | {pupil.eck_id: pupil for pupil in pupils if pupil.eck_id}
    assert len(rows) == 27
    for row in rows:
        pupil = by_key[row["eck_id"] or row["las_key"]]
        assert row["naam"].endswith(pupil.achternaam)
        assert row["groep"] == pupil.groep
    document = json.loads(run("resultaten", "list", "--leerlingen", names, "--json").stdout)
    assert "resultaten" not in document


def test_a_conflict_is_told_without_the_pupil(received: Keten, run: Run, tmp_path: Path) -> None:
    first, second, *rest = received.leerlingen()
    text = deelnemers_csv([first, second, *rest]).decode("utf-8-sig")
    text = text.replace(first.las_key, "weg").replace(second.las_key, first.las_key)
    (tmp_path / "namen.csv").write_text(text + text.splitlines()[1].replace("weg", "weg2") + "\n", "utf-8")
    result = run("resultaten", "list", "--leerlingen", "namen.csv")
    assert result.exit_code == 0
    assert "namen.csv: line 29, eck_id: stands at another pupil too" in result.stderr
    assert_private(received, result.stderr)


def test_unknown_pupils_with_names(keten: Keten, run: Run, names: str, tmp_path: Path) -> None:
    pupils = keten.leerlingen()
    (tmp_path / "bekend.csv").write_bytes(deelnemers_csv(pupils[:25]))
    (tmp_path / "adviezen.csv").write_bytes(adviezen_csv(pupils))
    assert run("deelnemers", "send", "bekend.csv", "--school", "99BB").exit_code == 0
    silent = run("adviezen", "send", "adviezen.csv", "--school", "99BB")
    assert_private(keten, silent.stdout, silent.stderr)
    result = run("adviezen", "send", "adviezen.csv", "--school", "99BB", "--leerlingen", names)
    assert result.exit_code == 65
    for pupil in pupils:
        assert (f"{pupil.achternaam} ({pupil.groep})" in result.stderr) == any(
            pupil.achternaam == other.achternaam and pupil.groep == other.groep for other in pupils[25:]
        )
    as_json = run("adviezen", "send", "adviezen.csv", "--school", "99BB", "--leerlingen", names, "--json")
    assert_private(keten, as_json.stdout)


def test_nobody_is_known(keten: Keten, run: Run, names: str, tmp_path: Path) -> None:
    (tmp_path / "drie.csv").write_bytes(adviezen_csv(keten.leerlingen()[:3]))
    result = run("adviezen", "send", "drie.csv", "--school", "99BB", "--leerlingen", names)
    assert result.exit_code == 65
    assert sum(f"{pupil.achternaam} (" in result.stderr for pupil in keten.leerlingen()[:3]) == 3


def test_a_directory_that_cannot_be_read(keten: Keten, run: Run, tmp_path: Path) -> None:
    (tmp_path / "namen.csv").write_text("las_key;iets\nk;x\n", "utf-8")
    result = run("adviezen", "send", "adviezen.csv", "--school", "99AA", "--leerlingen", "namen.csv")
    assert result.exit_code == 65
    assert "achternaam" in result.stderr
    assert keten.toetssystemen["ICE"].verkeer.geteld == 0
    assert run("resultaten", "list", "--leerlingen", "weg.csv").exit_code == 74
