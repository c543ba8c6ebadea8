"""EDEXML on the command line: where a CSV may stand, it may too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.command_line import Run, assert_private

from doorstroom_client.simulator import Keten, edexml_of


@pytest.fixture
def file(keten: Keten, tmp_path: Path) -> Path:
    made = tmp_path / "EDEX.XML"
    made.write_bytes(edexml_of(keten.leerlingen(), keten.school))
    return made


def spoil(file: Path, old: str, new: str, count: int = 1) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, count), "utf-8")


def test_sent_as_a_csv_is(keten: Keten, run: Run, file: Path) -> None:
    result = run("deelnemers", "send", file.name, "--school", "99AA")
    assert result.exit_code == 0, result.stderr
    assert "ICE has taken in 27" in result.stdout
    by_edexml = keten.toetssystemen["ICE"].deelnemers(keten.school.oin)
    assert len(by_edexml) == 27
    assert keten.school.routeringskenmerk in json.dumps(by_edexml)
    assert_private(keten, result.stdout, result.stderr)


def test_recognised_by_its_content(keten: Keten, run: Run, file: Path) -> None:
    file.rename(file.with_name("leerlingen.csv"))
    result = run("deelnemers", "send", "leerlingen.csv", "--school", "99AA", "--dry-run")
    assert (result.exit_code, "27" in result.stdout) == (0, True)


def test_other_pupils_and_findings_are_told(keten: Keten, run: Run, file: Path) -> None:
    spoil(file, "<jaargroep>8</jaargroep><groep", "<jaargroep>5</jaargroep><groep")
    spoil(file, "<jaargroep>8</jaargroep></groep>", "<jaargroep>6</jaargroep></groep>")
    result = run("deelnemers", "send", file.name, "--school", "99AA", "--dry-run")
    assert result.exit_code == 0
    assert "holds 26" in result.stdout
    assert "Note: 1 other pupils in the file take no part" in result.stderr
    assert "groepen/groep[1]/jaargroep: is not 7, 8, C or S" in result.stderr
    assert run("deelnemers", "send", file.name, "--school", "99AA", "--dry-run", "--quiet").stderr == ""


def test_nothing_is_sent_when_one_pupil_is_not_in_order(keten: Keten, run: Run, file: Path) -> None:
    spoil(file, "<geboortedatum>", "<geboortedatum>geheim")
    result = run("deelnemers", "send", file.name, "--school", "99AA")
    assert result.exit_code == 65
    assert "line 9, leerlingen/leerling[1]/geboortedatum: expected a date" in result.stderr
    assert "geheim" not in result.stderr
    assert keten.toetssystemen["ICE"].verkeer.geteld == 0
    assert_private(keten, result.stdout, result.stderr)


def test_another_school_or_year(keten: Keten, run: Run, file: Path) -> None:
    assert "another school" in run("deelnemers", "send", file.name, "--school", "99BB").stderr
    spoil(file, "2025-2026", "2024-2025")
    assert "school year that is sent" in run("deelnemers", "send", file.name, "--school", "99AA").stderr


def test_choices_in_the_configuration(keten: Keten, run: Run, file: Path, tmp_path: Path) -> None:
    spoil(file, "<jaargroep>8</jaargroep><groep", "<jaargroep>S</jaargroep><groep", 27)
    result = run("deelnemers", "send", file.name, "--school", "99AA", "--dry-run")
    assert result.exit_code == 65
    assert "jaargroep_voor_s" in result.stderr
    config = tmp_path / "doorstroom.toml"
    text = config.read_text("utf-8")
    config.write_text(text + '\n[edexml]\njaargroep_voor_s = "8"\njaargroepen = ["7", "8"]\n', "utf-8")
    assert run("deelnemers", "send", file.name, "--school", "99AA", "--dry-run").exit_code == 0
    config.write_text(text + '\n[edexml]\njaargroep_voor_s = "9"\n', "utf-8")
    result = run("deelnemers", "send", file.name, "--school", "99AA", "--dry-run")
    assert result.exit_code == 78
    assert "edexml.jaargroep_voor_s" in result.stderr


def test_advice_is_not_in_it(keten: Keten, run: Run, file: Path) -> None:
    result = run("adviezen", "send", file.name, "--school", "99AA")
    assert result.exit_code == 65
    assert "is XML" in result.stderr


def test_without_the_extra(keten: Keten, run: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "lxml.etree", None)
    result = run("deelnemers", "send", file.name, "--school", "99AA")
    assert result.exit_code == 78, result.stderr
    assert 'pip install "doorstroom_client[xml]"' in result.stderr.replace("\n", " ")


def test_a_folder_with_files_of_both_kinds(keten: Keten, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "scholen"
    folder.mkdir()
    (folder / "99AA.xml").write_bytes(edexml_of(keten.leerlingen(), keten.school))
    (folder / "99BB.csv").write_bytes((tmp_path / "deelnemers.csv").read_bytes())
    (folder / "99CC.XML").write_bytes(b"<EDEX>")
    result = run("deelnemers", "send-many", "scholen", "--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 65
    assert document["leerlingen"]["aangeleverd"] == 54
    assert [item["school"] for item in document["aandacht"]] == ["99CC"]
    assert "not well-formed" in document["aandacht"][0]["reden"]
    advice = run("adviezen", "send-many", "scholen", "--json")
    assert "is XML and not a table" in advice.stdout
