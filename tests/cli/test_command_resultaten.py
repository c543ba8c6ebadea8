"""Results and reports."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.command_line import Run, assert_private

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.simulator import Keten


def test_the_list_says_not_whose_results_they_are(received: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")  # narrower, identities would be broken up and not be found
    result = run("resultaten", "list")
    assert result.exit_code == 0
    assert result.stdout.count("99AA") == 27
    assert_private(received, result.stdout, result.stderr)


@pytest.mark.parametrize("option", ["--show-ids", "--toon-identiteiten"])
def test_identities_are_shown_when_asked_for(option: str, received: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    first = received.leerlingen()[0]
    assert first.eck_id
    for columns in ("80", "400"):
        monkeypatch.setenv("COLUMNS", columns)
        result = run("resultaten", "list", option)
        assert f"{first.eck_id[-128:][:8]}…{first.eck_id[-8:]} " in result.stdout
        assert f"{first.las_key} " in result.stdout
        assert all(len(line) <= int(columns) for line in result.stdout.splitlines())
        assert ("Received" in result.stdout) == (columns == "400")
        assert "personal data" in result.stderr
        assert "the export holds it whole" in result.stderr


def test_json_holds_numbers_only(received: Keten, run: Run) -> None:
    result = run("resultaten", "list", "--json")
    assert json.loads(result.stdout) == {
        "aantal": 27,
        "te_verwerken": 27,
        "per_school": {"99AA": 27},
        "per_toets": {"ICE": 27},
    }
    with_ids = json.loads(run("resultaten", "list", "--json", "--show-ids").stdout)
    assert with_ids["resultaten"][0]["eck_id"] == received.leerlingen()[0].eck_id


def test_another_school_has_none(received: Keten, run: Run) -> None:
    result = run("resultaten", "list", "--school", "99BB")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "No results to process" in result.stderr


def test_a_store_in_which_nothing_came_says_where_results_go(
    received: Keten, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOORSTROOM_STORE", "een-andere.db")
    result = run("resultaten", "list")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "No result was ever received into this store" in " ".join(result.stderr.split())


def test_what_is_put_off_is_told(received: Keten, run: Run) -> None:
    with received.client() as client:
        next(iter(client.resultaten())).later("las_busy")
    result = run("resultaten", "list")
    assert result.stdout.count("99AA") == 26
    assert "1 more are put off" in result.stderr
    assert "put off" not in run("resultaten", "list", "--all").stderr
    assert "put off" not in run("resultaten", "list", "--school", "99AA").stderr


def test_export_then_done(received: Keten, run: Run, tmp_path: Path) -> None:
    result = run("resultaten", "export", "r.csv")
    assert result.exit_code == 0
    file = tmp_path / "r.csv"
    assert file.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(io.StringIO(file.read_bytes().decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 27
    assert rows[0]["eck_id"] == received.leerlingen()[0].eck_id
    assert rows[0]["toetsadvies"]
    assert_private(received, result.stdout, result.stderr)

    assert run("resultaten", "export", "r.csv", "--done").exit_code == 64  # an export is not overwritten by accident
    done = run("resultaten", "export", "r.csv", "--done", "--overwrite", "--json")
    assert json.loads(done.stdout) == {"geschreven": 27, "verwerkt": 27}
    assert run("resultaten", "list").stdout == ""
    assert run("resultaten", "list", "--all").stdout.count("99AA") == 27
    nothing = run("resultaten", "export", "leeg.csv")
    assert nothing.exit_code == 0
    assert not (tmp_path / "leeg.csv").exists()
    assert run("resultaten", "export", "alles.csv", "--all", "--quiet").output == ""


def test_nothing_is_marked_when_the_file_cannot_be_written(received: Keten, run: Run) -> None:
    result = run("resultaten", "export", "geen/map/r.csv", "--done")
    assert result.exit_code == 74
    assert json.loads(run("resultaten", "list", "--json").stdout)["te_verwerken"] == 27


def test_reports(received: Keten, run: Run, tmp_path: Path) -> None:
    system = received.toetssystemen["ICE"]
    system.stel_rapport_uit()
    early = run("rapporten", "fetch", "--to", "rap", "--json")
    assert early.exit_code == 0
    assert json.loads(early.stdout)["nog_niet_klaar"] == 27
    system.maak_rapport_klaar()
    assert "not ready yet; --all" in run("rapporten", "fetch", "--to", "rap").stdout  # asked for again after an hour
    result = run("rapporten", "fetch", "--to", "rap", "--all")
    assert result.exit_code == 0
    assert "27 reports fetched" in result.stdout
    assert_private(received, result.stdout, result.stderr)
    files = list((tmp_path / "rap").iterdir())
    assert len(files) == 27
    assert all(file.read_bytes().startswith(b"%PDF-") and file.stat().st_mode & 0o777 == 0o600 for file in files)
    assert (tmp_path / "rap").stat().st_mode & 0o777 == 0o700
    before = system.verkeer.geteld
    again = json.loads(run("rapporten", "fetch", "--to", "rap", "--json").stdout)
    assert (again["opgehaald"], again["was_er_al"]) == (0, 0)
    there = json.loads(run("rapporten", "fetch", "--to", "rap", "--json", "--all").stdout)
    assert (there["opgehaald"], there["was_er_al"]) == (0, 27)
    assert system.verkeer.geteld == before


def test_the_export_names_the_files_of_reports(received: Keten, run: Run, tmp_path: Path) -> None:
    assert run("rapporten", "fetch", "--to", "rap", "--quiet").output == ""
    run("resultaten", "export", "r.csv", "--done")
    named = set()
    for row in csv.DictReader(io.StringIO((tmp_path / "r.csv").read_bytes().decode("utf-8-sig")), delimiter=";"):
        named.add(row["rapport"])
    assert named == {file.name for file in (tmp_path / "rap").iterdir()}
    none = run("rapporten", "fetch", "--to", "rap2").stdout
    assert none.startswith("0 reports")
    assert "All reports were fetched" in none
    assert run("rapporten", "fetch", "--to", "rap2", "--all").stdout.startswith("27 reports")


def test_no_reports_without_results(keten: Keten, run: Run) -> None:
    result = run("rapporten", "fetch", "--to", "rap")
    assert result.exit_code == 0
    assert "There are no results in this store" in result.stdout


def test_one_failure_does_not_hide_the_rest(received: Keten, run: Run, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    config.write_text(config.read_text("utf-8") + "\n[retry]\nattempts = 1\nlongest_wait = 0\n", "utf-8")
    system = received.toetssystemen["ICE"]
    system.antwoord_met("leerlingrapport", 503)
    before = system.verkeer.geteld
    result = run("rapporten", "fetch", "--to", "rap", "--json")
    assert result.exit_code == 75
    assert json.loads(result.stdout)["mislukt"] == 27
    assert before < system.verkeer.geteld <= before + 12  # a supplier that is down is not asked 27 times
    assert "out of service" in result.stderr


def test_a_file_name_holds_no_rapportid(received: Keten, run: Run, tmp_path: Path) -> None:
    run("rapporten", "fetch", "--to", "rap")
    with received.client() as client:
        ids = [str(item.rapportid) for item in client.resultaten()]
    names = {file.name for file in (tmp_path / "rap").iterdir()}
    assert names == {f"{hashlib.sha256(item.encode()).hexdigest()[:16]}.pdf" for item in ids}


def test_a_bar_only_for_somebody_who_watches(received: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("rapporten", "fetch", "--to", "a").stderr == ""
    monkeypatch.setattr(terminal, "person_watches", lambda: True)
    assert run("rapporten", "fetch", "--to", "b").exit_code == 0


def test_a_folder_that_is_a_file(received: Keten, run: Run, tmp_path: Path) -> None:
    (tmp_path / "rap").write_text("x")
    assert run("rapporten", "fetch", "--to", "rap").exit_code == 74


def test_results_of_two_senders_are_shown_with_a_warning(received: Keten, run: Run, tmp_path: Path) -> None:
    """Both, each with its sender: which one is the pupil's is not for this program to say."""
    with received.client() as client:
        inbox = client._runtime.resources.inbox()
        first = inbox.results(limit=1)[0]
        second = inbox.add(replace(first.received, sender_oin="00000003990000990000", payload=first.received.payload + b" "))
    shown = run("resultaten", "list")
    assert shown.stdout.count("99AA") == 28
    assert f"Warning: 2 results are of pupils of whom another sender has a current result too ({first.id}, {second.id})" in (
        " ".join(shown.stderr.split())
    )
    exported = run("resultaten", "export", "r.csv")
    assert "Warning: 2 results" in exported.stderr
    rows = list(csv.DictReader(io.StringIO((tmp_path / "r.csv").read_bytes().decode("utf-8-sig")), delimiter=";"))
    told = {row["leverancier"] for row in rows if "ook_van_andere_afzender" in row["opmerkingen"].split()}
    assert told == {rows[0]["leverancier"], "00000003990000990000"}
    assert "afzender_onbekend" in rows[-1]["opmerkingen"]
    assert_private(received, shown.stdout, shown.stderr, exported.stderr)
