"""Checking and showing the configuration; mandates."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.command_line import Run
from typer.testing import CliRunner

from doorstroom_client.cli._app import app
from doorstroom_client.config.table import SETTINGS
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.keten import API_KEY


def test_all_in_order_without_network(keten: Keten, run: Run) -> None:
    result = run("config", "check", "--json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["ok"]) == (0, True)
    assert [item["check"] for item in document["checks"]] == [
        "settings",
        "certificate",
        "serve",
        "osr",
        "leveranciers",
        "scholen",
        "store",
        "afspraak",
    ]
    assert keten.osr.verkeer.geteld == 0
    assert not keten.store.exists()  # looking changes nothing
    assert "OK: the configuration can be used." in run("config", "check").stdout


def test_no_configuration_at_all(run: Run) -> None:
    result = run("config", "check")
    assert result.exit_code == 78
    assert "There is no doorstroom.toml in this folder" in result.stderr
    assert "doorstroom config init" in result.stderr
    assert "doorstroom config init" in run("config", "--help").stdout


def test_an_unknown_setting(keten: Keten, run: Run, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    config.write_text('autuer = "x"\n' + config.read_text("utf-8"), "utf-8")
    result = run("config", "check")
    assert result.exit_code == 78
    assert 'did you mean "auteur"' in result.stderr


@pytest.mark.parametrize("content", [b"\xff\xfe\xfa", b"a = [", b"auteur = 5"])
def test_an_unreadable_file(content: bytes, run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(content)
    for command in (("config", "check"), ("mandaat", "check"), ("resultaten", "list"), ("serve",)):
        result = run(*command, "--config", "x.toml")
        assert result.exit_code == 78
        assert result.stderr.startswith("Error: ")
    assert run("config", "check", "--config", "weg.toml").exit_code == 78


def test_a_key_of_somebody_else(keten: Keten, run: Run) -> None:
    folder = keten.directory / "pki"
    shutil.copy(folder / "ice.key.pem", folder / "las.key.pem")
    result = run("config", "check", "--json")
    assert result.exit_code == 78
    states = {item["check"]: item for item in json.loads(result.stdout)["checks"]}
    assert states["certificate"]["state"] == "error"
    assert "does not belong" in states["certificate"]["text"]
    assert "Not OK" in run("config", "check").stdout
    assert run("mandaat", "check").exit_code == 78


def test_a_key_that_others_can_read(keten: Keten, run: Run) -> None:
    (keten.directory / "pki" / "las.key.pem").chmod(0o644)
    result = run("config", "check")
    assert result.exit_code == 0
    warnings = [line for line in result.stderr.splitlines() if line.startswith("Warning: ")]
    assert len(warnings) == 1
    assert "chmod 600" in warnings[0]
    quiet = run("deelnemers", "send", "deelnemers.csv", "--school", "99AA", "--quiet")
    assert quiet.output == ""


def test_what_is_missing_or_odd(keten: Keten, run: Run, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    text = config.read_text("utf-8")
    keten.store.write_bytes(b"no database at all, but long enough to be looked at" * 50)
    keten.store.chmod(0o600)
    config.write_text(text.replace('schooljaar = "2025-2026"', 'schooljaar = "2030-2031"'), "utf-8")
    result = run("config", "check", "--json")
    states = {item["check"]: item["state"] for item in json.loads(result.stdout)["checks"]}
    assert (states["store"], states["afspraak"]) == ("error", "error")
    assert result.exit_code == 78


def test_show_lists_every_setting_and_no_secret(keten: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    result = run("config", "show")
    assert result.exit_code == 0
    for setting in SETTINGS:
        assert setting.name in result.stdout
        assert not setting.variable or setting.variable in result.stdout
    assert API_KEY not in result.stdout
    assert "(set, not shown)" in result.stdout
    items = {item["setting"]: item["value"] for item in json.loads(run("config", "show", "--json").stdout)["settings"]}
    assert items["osr.api_key"] == "(set, not shown)"
    assert items["leveranciers[].toetssoort"] == "ICE, DIA, ROUTE_8"
    assert items["retry.attempts"] == "3"
    assert items["certificate.password"] == ""


@pytest.mark.parametrize("columns", ["80", "100"])
def test_show_never_breaks_a_name(columns: str, keten: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    lines = run("config", "show").stdout.splitlines()
    assert all(len(line) <= int(columns) for line in lines)
    first = [line.split("│")[1].strip() for line in lines if line.startswith("│")]
    for setting in SETTINGS:
        assert setting.name in first
        assert not setting.variable or setting.variable in first


def test_show_works_without_configuration(run: Run) -> None:
    result = run("config", "show")
    assert result.exit_code == 0
    assert "osr.namespace" in result.stdout
    assert "Without values" in result.stderr


@pytest.mark.parametrize("typed", ["gisteren", "1-1-2026", "2026-02-30"])
def test_a_day_that_is_none(typed: str, keten: Keten, run: Run) -> None:
    result = run("mandaat", "check", "--on", typed)
    assert result.exit_code == 64
    assert "expected a date as YYYY-MM-DD" in result.stderr


def test_the_namespace_is_named_before_a_school_is_told(keten: Keten, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    assert keten.osr.namespace in config.read_text("utf-8")
    config.write_text(config.read_text("utf-8").replace(keten.osr.namespace, "https://example.org/last-year"), "utf-8")
    for options, hint in (
        ((), "No school has a mandate for any supplier. Check osr.namespace first"),
        (("--school", "99AA"), "If other schools have the same: check osr.namespace"),
    ):
        together = CliRunner().invoke(app, ["mandaat", "check", *options])
        assert together.exit_code == 77
        assert hint in together.stderr
        assert together.output.index(hint) < together.output.index("Niet in orde")


def test_the_namespace_is_not_named_when_it_is_right(keten: Keten, run: Run) -> None:
    for options in ((), ("--school", "99AA"), ("--school", "99AA", "--leverancier", "DIA")):
        assert "osr.namespace" not in run("mandaat", "check", *options).stderr


def test_nothing_to_look_up(keten: Keten, run: Run, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    config.write_text(config.read_text("utf-8").split("[[scholen]]")[0], "utf-8")
    assert run("mandaat", "check").exit_code == 78


WRONG = 'auteurr = "X"\n\n[certificate]\ncert = "c"\ntrust = 5\n[osr]\nbase_url = "http://x.example"\nnamespace = "n"\n'


def test_everything_that_is_wrong_is_told_with_its_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "doorstroom.toml").write_text(WRONG)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("DOORSTROOM_TIMEOUTS_POST", "snel")
    told = run("config", "check")
    assert told.exit_code == 78
    assert told.stderr.splitlines() == [
        "Error: 5 settings are not in order",
        "  auteur:",
        "    is missing (name and version of the LAS, written in every message)",
        "  line 1, auteurr:",
        '    is not a setting; did you mean "auteur"?',
        "  line 5, certificate.trust:",
        '    must be a path or a list of paths, like "…" or ["…", "…"]',
        "  line 7, osr.base_url:",
        "    must start with https:// (there is no way to send pupil data over plain",
        "    HTTP)",
        "  DOORSTROOM_TIMEOUTS_POST:",
        "    must be a number",
        "  Repair these in doorstroom.toml. All settings: doorstroom config show",
    ]


def test_a_program_gets_line_setting_text_and_hint(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "doorstroom.toml").write_text(WRONG + "[serve]\nkey = 'x'\n")
    monkeypatch.setenv("DOORSTROOM_TIMEOUTS_POST", "snel")
    items = json.loads(run("config", "check", "--json").stdout)["problemen"]
    assert [(item["line"], item["setting"], item["variable"]) for item in items] == [
        (None, "auteur", None),
        (1, "auteurr", None),
        (5, "certificate.trust", None),
        (7, "osr.base_url", None),
        (10, "serve.key", None),
        (None, "timeouts.post", "DOORSTROOM_TIMEOUTS_POST"),
    ]
    assert items[4]["text"] == "is given without serve.certificate"
    assert items[4]["hint"] == "Give serve.certificate too, or leave serve.key out"


def test_a_variable_that_is_no_setting_is_told_in_one_line(keten: Keten, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTROOM_SOMETHING_ELSE", "geheim")
    told = run("config", "check")
    assert told.exit_code == 0
    assert told.stderr == (
        "Warning: the variable DOORSTROOM_SOMETHING_ELSE is no setting and is not read; all settings: doorstroom config show\n"
    )
    monkeypatch.setenv("DOORSTROOM_AUTUER", "geheim")
    told = run("config", "check")
    assert told.exit_code == 78
    assert "did you mean DOORSTROOM_AUTEUR?" in told.stderr
    assert "geheim" not in told.output


def test_the_schema_is_printed_or_written(run: Run, tmp_path: Path) -> None:
    printed = run("config", "schema")
    assert json.loads(printed.stdout)["additionalProperties"] is False
    assert run("config", "schema", "--to", "s.json").exit_code == 0
    assert (tmp_path / "s.json").read_text("utf-8") == printed.stdout
    assert run("config", "schema", "--to", "nowhere/s.json").exit_code == 74
    assert run("config", "schema", "--to", "s.json").exit_code == 64
    assert run("config", "schema", "--to", "s.json", "--overwrite").exit_code == 0
