"""Participants and advice, from file to supplier."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.command_line import Run, assert_private

from doorstroom_client.simulator import Keten


@pytest.mark.parametrize(("command", "operation"), [("deelnemers", "registreren"), ("adviezen", "registreren-schooladviezen")])
def test_sent_to_the_mandated_supplier(command: str, operation: str, keten: Keten, run: Run) -> None:
    result = run(command, "send", f"{command}.csv", "--school", "99AA")
    assert result.exit_code == 0
    assert "ICE has taken in 27" in result.stdout
    assert keten.toetssystemen["ICE"].verkeer.beantwoord == [(operation, 202)]
    assert_private(keten, result.stdout, result.stderr)


def test_all_pupils_arrive_and_group_ids_name_the_administration(keten: Keten, run: Run) -> None:
    assert run("deelnemers", "send", "deelnemers.csv", "--school", "99AA").exit_code == 0
    arrived = keten.toetssystemen["ICE"].deelnemers(keten.school.oin)
    assert len(arrived) == 27
    assert keten.school.routeringskenmerk in json.dumps(arrived)


@pytest.mark.parametrize("command", ["deelnemers", "adviezen"])
def test_a_dry_run_uses_no_network(command: str, keten: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(command, "send", f"{command}.csv", "--school", "99AA", "--dry-run")
    assert result.exit_code == 0
    assert "nothing was sent" in result.stdout
    assert "27" in result.stdout
    assert "looked up when sending" in result.stdout
    named = run(command, "send", f"{command}.csv", "--school", "99AA", "--leverancier", "dia", "--dry-run", "--json")
    document = json.loads(named.stdout)
    assert document.pop("bestand")["lijsten"][0]["leerlingen"] == 27
    assert document == {
        "verstuurd": False,
        "aantal": 27,
        "school": "99AA",
        "leverancier": "DIA",
        "schooljaar": "2025-2026",
        "vorige_toets": "",
    }
    assert keten.osr.verkeer.geteld == 0
    assert all(not system.verkeer.geteld for system in keten.toetssystemen.values())


def test_a_dry_run_checks_what_the_list_checks(keten: Keten, run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("eck_id;advies\nhttps://ketenid.nl/pilot/kort-geheim;HAVO\n", "utf-8")
    result = run("adviezen", "send", "a.csv", "--school", "99AA", "--dry-run")
    assert result.exit_code == 65
    assert "eck_id" in result.stderr
    assert "kort-geheim" not in result.stderr


def test_quiet_says_nothing(keten: Keten, run: Run) -> None:
    result = run("deelnemers", "send", "deelnemers.csv", "--school", "99AA", "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_json_is_one_document_without_pupils(keten: Keten, run: Run) -> None:
    result = run("deelnemers", "send", "deelnemers.csv", "--school", "99AA", "--json")
    document = json.loads(result.stdout)
    assert document["verstuurd"] is True
    assert (document["aantal"], document["leverancier"], document["school"]) == (27, "ICE", "99AA")
    assert_private(keten, result.stdout, result.stderr)


def test_a_refused_list_is_explained_in_dutch(keten: Keten, run: Run) -> None:
    result = run("adviezen", "send", "adviezen.csv", "--school", "99BB")
    assert result.exit_code == 65
    assert "answered 404" in result.stderr
    assert "In Dutch, for the school:" in result.stderr
    assert "bij Toetsbureau Zuid nog niet bekend" in result.stderr
    assert result.stdout == ""
    assert_private(keten, result.stderr)


@pytest.mark.parametrize("chosen", [(), ("--leverancier", "ICE")])
def test_no_mandate_is_explained_in_dutch(chosen: tuple[str, ...], keten: Keten, run: Run) -> None:
    result = run("adviezen", "send", "adviezen.csv", "--school", "99DD", *chosen, "--json")
    assert result.exit_code == 77
    assert "Niet in orde: voor De Gefingeerde Brug" in result.stderr
    told = json.loads(result.stdout)
    assert told["error"] == "GeenMandaat"
    # Who is announced is named.
    listed = [] if chosen else ["Toetsbureau Noord.", "Toetsbureau Zuid.", "Toetsbureau West."]
    assert told["uitleg_delen"]["punten"] == listed
    assert ("staat hieronder" in result.stderr) is bool(listed)
    assert all(name in result.stderr for name in listed)
    assert keten.toetssystemen["ICE"].adviezen(keten.scholen[3].oin) == {}


@pytest.mark.parametrize(
    ("status", "code", "text"),
    [(403, 65, "want de aanlevering is gesloten"), (405, 75, "kent uw school"), (422, 65, ""), (503, 75, "")],
)
def test_answers_of_a_supplier(status: int, code: int, text: str, keten: Keten, run: Run, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    config.write_text(config.read_text("utf-8") + "\n[retry]\nattempts = 1\nlongest_wait = 0\n", "utf-8")
    keten.toetssystemen["ICE"].antwoord_met("registreren", status)
    result = run("deelnemers", "send", "deelnemers.csv", "--school", "99AA")
    assert result.exit_code == code
    assert text in result.stderr
    assert "Traceback" not in result.stderr


def test_a_supplier_that_is_not_there(keten: Keten, run: Run, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    text = config.read_text("utf-8")
    system = keten.toetssystemen["ICE"]
    config.write_text(text.replace(system.basis_url, "https://localhost:1/dst") + "\n[retry]\nattempts = 1\n", "utf-8")
    result = run("deelnemers", "send", "deelnemers.csv", "--school", "99AA", "--leverancier", "ICE")
    assert result.exit_code == 69


def test_a_school_must_be_named_when_there_are_several(keten: Keten, run: Run) -> None:
    result = run("adviezen", "send", "adviezen.csv")
    assert result.exit_code == 78
    assert "--school" in result.stderr
    assert run("adviezen", "send", "adviezen.csv", "--school", "11XX").exit_code == 78


def test_a_supplier_that_is_not_configured(keten: Keten, run: Run) -> None:
    for command in (("adviezen", "send", "adviezen.csv", "--school", "99AA"), ("mandaat", "check")):
        result = run(*command, "--leverancier", "NIX" + "x" * 60)
        assert result.exit_code == 78
        assert f'"NIX{"x" * 37}"' in result.stderr
        assert "ICE (Toetsbureau Noord), DIA (Toetsbureau Zuid)" in result.stderr
        assert "\x1b" not in run(*command, "--leverancier", "x\x1b[2J").stderr


def test_the_only_school_need_not_be_named(keten: Keten, run: Run, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    parts = config.read_text("utf-8").split("[[scholen]]")
    config.write_text("[[scholen]]".join(parts[:2]), "utf-8")
    assert run("deelnemers", "send", "deelnemers.csv", "--dry-run").exit_code == 0
    config.write_text(parts[0], "utf-8")
    assert run("deelnemers", "send", "deelnemers.csv", "--dry-run").exit_code == 78


def test_another_school_year_needs_its_agreement(keten: Keten, run: Run) -> None:
    result = run("adviezen", "send", "adviezen.csv", "--school", "99AA", "--schooljaar", "2031-2032", "--dry-run")
    assert result.exit_code == 78
    assert "2031-2032" in result.stderr


BAD = {
    "wrong header": (b"naam;oordeel\nGeheimpje;HAVO\n", "the header misses"),
    "unknown advice": (b"las_key;advies\ngeheimpje-1;UNIVERSITEIT\n", 'line 2, column "advies"'),
    "duplicates": (b"las_key;advies\ngeheimpje-1;HAVO\ngeheimpje-1;VWO\n", "same as on line 2"),
    "empty": (b"", "is empty"),
    "not text": (b"las_key;advies\n\x00\x00;HAVO\n", "NUL"),
    "bsn": (b"bsn;las_key;advies\n123456782;geheimpje-1;HAVO\n", "remove the column"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files(name: str, keten: Keten, run: Run, tmp_path: Path) -> None:
    content, expected = BAD[name]
    (tmp_path / "bad.csv").write_bytes(content)
    result = run("adviezen", "send", "bad.csv", "--school", "99AA", "--json")
    assert result.exit_code == 65
    assert expected in result.stderr
    assert json.loads(result.stdout)["problems"] >= 1
    for secret in ("eheimpje", "UNIVERSITEIT", "123456782"):
        assert secret not in result.stderr + result.stdout
    assert keten.osr.verkeer.geteld == 0


def test_a_file_in_the_old_windows_encoding(keten: Keten, run: Run, tmp_path: Path) -> None:
    header = "las_key;achternaam;roepnaam;voorletters;geboortedatum;groep"
    (tmp_path / "old.csv").write_bytes(f"{header}\nlas-0001;Müller;Zoë;Z;01-02-2014;8A\n".encode("cp1252"))
    assert run("deelnemers", "send", "old.csv", "--school", "99AA").exit_code == 0
    assert keten.toetssystemen["ICE"].deelnemers(keten.school.oin)[0]["roepnaam"] == "Zoë"


def test_a_file_that_is_not_there(keten: Keten, run: Run) -> None:
    result = run("adviezen", "send", "nergens.csv", "--school", "99AA", "--json")
    assert result.exit_code == 74  # as the table of exit codes says
    assert json.loads(result.stdout)["exit_code"] == 74
    assert '"nergens.csv" cannot be read' in result.stderr
