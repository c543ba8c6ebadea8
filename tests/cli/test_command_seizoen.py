"""The season from the command line: what is missing, in counts; names in the pages that were asked for and nowhere else."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from support import NOW, SCHOOL
from support.command_line import Run, assert_private, private_texts
from support.listed import other_school

from doorstroom_client import Schooljaar
from doorstroom_client.cli._school_lists import SchoolLists
from doorstroom_client.simulator import Keten
from doorstroom_client.store.rows import Key
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

NAMES = ("--leerlingen", "deelnemers.csv")
MARCH = ("--on", "2026-03-10")


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_one_school_in_words(received: Keten, run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    given = ("--school", "99AA", *MARCH)
    files = ("--out", "s.html", "--sent", "v.html", "--adviezen", "adviezen.csv", "--csv", "s.csv")
    result = run("seizoen", *given, *NAMES, *files)
    assert result.exit_code == 75, result.output
    assert "Verstuurd naar Toetsbureau Noord: 27 leerlingen, 27 adviezen; uw lijst telt 27 leerlingen" in result.stdout
    assert "resultaten  15 maart 2026    nog 5 dagen" in result.stdout
    assert "Van 27 leerlingen met een resultaat is het rapport nog niet opgehaald." in result.stdout
    assert_private(received, result.stdout, result.stderr, caplog.text, (tmp_path / "s.csv").read_text("utf-8"))
    pages = [(tmp_path / name) for name in ("s.html", "v.html")]
    assert [page.stat().st_mode & 0o777 for page in pages] == [0o600, 0o600]
    for page in pages:
        text = page.read_text("utf-8")
        assert sum(item.achternaam in text for item in received.leerlingen()) == 27
    assert "verstuurd en gelijk aan uw lijst" in pages[1].read_text("utf-8")
    assert run("rapporten", "fetch", "--to", "r").exit_code == 0
    assert run("seizoen", *given, *NAMES).exit_code == 0


def test_what_was_changed_since(received: Keten, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "adviezen.csv"
    head, first, *rest = file.read_text("utf-8").splitlines()
    other = first.rpartition(";")[0] + (";VWO" if not first.endswith("VWO") else ";HAVO")
    file.write_text("\n".join([head, other, *rest[:-1]]), "utf-8")
    given = ("--school", "99AA", *NAMES, "--adviezen", "adviezen.csv", "--quiet")
    assert run("seizoen", *given, "--sent", "v.html", *MARCH).exit_code == 75
    text = (tmp_path / "v.html").read_text("utf-8")
    assert text.count("gewijzigd sinds verzending") == 1
    assert text.count("verstuurd en gelijk aan uw lijst") == 25
    assert "Van 1 leerling is het advies in uw lijst niet zo verstuurd." in text


def test_many_schools_in_a_table_and_in_json(received: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = run("seizoen", *MARCH)
    assert result.exit_code == 75
    assert max(map(len, result.stdout.splitlines())) <= 80
    assert "niets verstuurd" in result.stdout
    assert "4 van 4 scholen vragen aandacht." in result.stdout
    document = json.loads(run("seizoen", *MARCH, "--json").stdout)
    first, *others = document["scholen"]
    assert (first["aantallen"]["resultaten"], first["ontbreekt"]) == (27, {"rapport": 27})
    assert [item["ontbreekt"] for item in others] == [{"niets_verstuurd": 1}] * 3
    assert (document["totaal"]["met_aandacht"], document["exit_code"]) == (4, 75)
    assert document["dagen"] == {"adviezen": -38, "resultaten": 5, "definitief": 14}
    monkeypatch.setattr("doorstroom_client.cli._season_told._SHOWN", 1)
    assert "en nog 3 scholen; --csv en --json noemen ze allemaal." in run("seizoen", *MARCH).stdout


def test_silence_unless_somebody_has_to_look(keten: Keten, run: Run) -> None:
    one, many = run("seizoen", "--school", "99AA", *MARCH, "--quiet"), run("seizoen", *MARCH, "--quiet")
    assert (one.stdout, many.stdout) == ("", "")
    assert one.stderr == "De Bedachte Regenboog (99AA) vraagt aandacht: niets verstuurd\n"
    assert many.stderr == "4 van 4 scholen vragen aandacht, zoals De Bedachte Regenboog (99AA)\n"
    assert run("seizoen", "--on", "2025-11-01", "--quiet").output == ""


@pytest.mark.parametrize(
    ("on", "within", "code"),
    [
        ("2026-01-01", "14", 0),
        ("2026-01-17", "14", 75),
        ("2026-01-01", "30", 75),
        ("2026-02-01", "0", 75),
        ("2026-03-31", "0", 75),
        ("2026-04-01", "14", 0),
    ],
)
def test_the_exit_code_goes_by_the_dates(keten: Keten, run: Run, on: str, within: str, code: int) -> None:
    assert run("seizoen", "--school", "99AA", "--on", on, "--within", within).exit_code == code


def test_a_folder_is_read_one_school_at_a_time(received: Keten, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "lijsten"
    folder.mkdir()
    content = (tmp_path / "deelnemers.csv").read_bytes()
    (folder / "99AA.csv").write_bytes(content)
    (folder / "99BB.csv").write_bytes(b"geen lijst")
    (folder / "99ZZ.csv").write_bytes(content)
    result = run("seizoen", "--leerlingen", "lijsten", "--json", "--out", "s.html", *MARCH)
    assert result.exit_code == 65
    assert "99BB.csv" in result.stderr
    assert "99ZZ.csv: " in result.stderr
    first, second, *_ = json.loads(result.stdout)["scholen"]
    assert (first["verwacht"], second["verwacht"]) == (27, None)
    text = (tmp_path / "s.html").read_text("utf-8")
    assert not [item for item in private_texts(received) if item in text], "of many schools the page holds counts only"
    assert "Scholen die aandacht vragen" in text


@pytest.mark.parametrize("names", [("99AA.csv", "99aa.txt"), ("99aa00.csv", "99AA.csv"), ("901A901.csv", "901x901.csv")])
def test_two_files_of_one_school_are_none(names: tuple[str, ...], received: Keten, run: Run, tmp_path: Path) -> None:
    """Nobody can tell which of the two is the list."""
    folder = tmp_path / "lijsten"
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes((tmp_path / "deelnemers.csv").read_bytes())
    given = ("--school", "99AA", "--leerlingen", "lijsten", *MARCH)
    result = run("seizoen", *given, "--json")
    assert (result.exit_code, "more than one file of this school" in result.stderr) == (74, True)
    assert json.loads(result.stdout)["scholen"][0]["verwacht"] is None
    assert run("seizoen", *given, "--sent", "v.html").exit_code == 74
    assert not (tmp_path / "v.html").exists(), "it would tell everybody as not in the list"


def test_schools_in_a_file(received: Keten, run: Run, tmp_path: Path) -> None:
    (tmp_path / "scholen.csv").write_text("school\n99AA\n99CC\n", "utf-8")
    document = json.loads(run("seizoen", "--schools", "scholen.csv", "--json", *MARCH).stdout)
    assert [item["school"] for item in document["scholen"]] == ["99AA", "99CC"]


def test_a_file_of_no_school_is_told_and_so_is_a_school_without_a_file(received: Keten, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "lijsten"
    folder.mkdir()
    for name in ("99AA.csv", "foo.csv", "99cc.csv"):
        (folder / name).write_bytes((tmp_path / "deelnemers.csv").read_bytes())
    result = run("seizoen", "--leerlingen", "lijsten", *MARCH)
    assert "Warning: foo.csv: of no school, so it is not read. Name a file after its school: BRIN" in result.stderr
    assert "99AA.csv" not in result.stderr.replace("such as 99AA.csv", "")
    assert "2 schools have, such as" in result.stderr
    one = run("seizoen", "--school", "99BB", "--leerlingen", "lijsten", *MARCH)
    assert "(99BB) has no file there, and is told in counts only" in one.stderr
    assert one.stderr.count("of no school") == 1, "files of other configured schools are no mistake"
    (folder / "foo.csv").unlink()
    assert "of no school" not in run("seizoen", "--school", "99BB", "--leerlingen", "lijsten", *MARCH).stderr


def test_a_brin_of_several_administrations_names_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schools = [SCHOOL, other_school(2)]
    (tmp_path / f"{SCHOOL.instellingscode}.csv").write_text("x", "utf-8")
    (tmp_path / f"{SCHOOL.routeringskenmerk}.csv").write_text("x", "utf-8")
    SchoolLists(tmp_path, schools, schools).tell_left_out()
    told = capsys.readouterr().err
    assert told.count("Warning: ") == 1
    assert "11BB.csv: of several administrations with this code, so it is not read." in told
    assert "has no file there" in told


def test_a_list_that_cannot_be_used_is_named_once_and_by_its_option(keten: Keten, run: Run, tmp_path: Path) -> None:
    (tmp_path / "lijsten").mkdir()
    (tmp_path / "lijsten" / "99AA.csv").write_text("geen lijst", "utf-8")
    told = run("seizoen", "--leerlingen", "lijsten", *MARCH).stderr
    assert told.count("99AA.csv: ") == 1
    assert "--leerlingen" in run("seizoen", *NAMES).stderr
    assert "there-is-none does not exist" in run("seizoen", "--leerlingen", "there-is-none").stderr


def test_which_year_it_is_about_and_that_it_is_over(keten: Keten, run: Run) -> None:
    text = "Het seizoen van schooljaar 2025-2026 is voorbij: na 31 maart 2026 wordt hier niets meer gevraagd."
    many = run("seizoen", "--on", "2026-04-01").stdout
    assert many.startswith("Schooljaar 2025-2026, gezien op 1 april 2026.")
    for said in (many, run("seizoen", "--school", "99AA", "--on", "2026-04-01").stdout):
        assert text in said
        assert "te laat" not in said
    assert "voorbij" not in run("seizoen", "--on", "2026-03-20").stdout
    assert json.loads(run("seizoen", "--on", "2026-04-01", "--json").stdout)["voorbij"] is True


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("--leerlingen", "er-is-niets"), 74),
        (("--sent", "v.html"), 64),
        (("--school", "99AA", *NAMES, "--adviezen", "adviezen.csv"), 64),
        (("--sent", "v.html", *NAMES), 64),
        ((*NAMES,), 64),
        (("--leerlingen", "leeg"), 74),
        (("--school", "99AA", "--leerlingen", "er-is-niets.csv"), 74),
        (("--school", "99AA", "--out", "doorstroom.toml"), 64),
        (("--school", "niet"), 78),
        (("--schooljaar", "2026"), 65),
    ],
)
def test_wrong_usage(args: tuple[str, ...], code: int, keten: Keten, run: Run, tmp_path: Path) -> None:
    (tmp_path / "leeg").mkdir()
    result = run("seizoen", *args)
    assert result.exit_code == code, result.output


def test_another_test_than_last_year(keten: Keten, run: Run) -> None:
    store = SqliteStore(keten.store)
    of_last_year = keten.leveranciers[1]
    key = Key("registreren", of_last_year.oin, keten.scholen[0].routeringskenmerk)
    dispatch = store.outbox.overtake(key, str(Schooljaar(keten.schooljaar).vorige), (), "t", NOW)
    assert dispatch is not None
    store.ledger.accept(dispatch, (), NOW, last=True)
    store.close()
    given = ("deelnemers", "send", "deelnemers.csv", "--school", "99AA")
    told = f"Last year this school took the test of {of_last_year.naam}."
    assert told in run(*given, "--dry-run").stdout
    assert json.loads(run(*given, "--dry-run", "--json").stdout)["vorige_toets"] == of_last_year.naam
    result = run(*given)
    assert f"Note: another test than last year, when it was that of {of_last_year.naam}" in result.stderr
    assert f"Vorig jaar nam uw school de toets van {of_last_year.naam} af; dit jaar die van Toetsbureau Noord." in result.stderr
    assert told not in run(*given, "--dry-run").stdout, "before the first list only"
    assert "Klopt dat?" in run("seizoen", "--school", "99AA", *MARCH).stdout


def test_a_dry_run_makes_no_store(keten: Keten, run: Run) -> None:
    keten.store.unlink(missing_ok=True)
    given = ("deelnemers", "send", "deelnemers.csv", "--school", "99AA", "--dry-run")
    assert run(*given).exit_code == 0
    assert not keten.store.exists()
    keten.store.write_text("no store")
    assert run(*given).exit_code == 0
