"""Ready texts from the command line: with the names of the configuration, of whoever types them, or left open."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from support.command_line import Run

from doorstroom_client.school_texts import TEKSTEN, Invulling, find_tekst
from doorstroom_client.simulator import Keten


def test_the_list_and_one_text(keten: Keten, run: Run) -> None:
    listed = json.loads(run("teksten", "list", "--json").stdout)["teksten"]
    assert [item["naam"] for item in listed] == list(TEKSTEN)
    assert all(naam in run("teksten", "list").stdout for naam in TEKSTEN)
    told = run("teksten", "show", "mail-mandaat-nakijken")
    assert told.exit_code == 0
    assert "Simulator LAS (uw leerlingadministratiesysteem, LAS)" in told.stdout
    assert "de toetsleverancier (de aanbieder van de doorstroomtoets)" in told.stdout  # three are configured, so none is named
    assert told.stdout.rstrip("\n") == find_tekst("mail-mandaat-nakijken").uitleg(Invulling(las_naam="Simulator LAS"))
    typed = json.loads(run("teksten", "show", "mail-mandaat-nakijken", "--las", "X", "--leverancier", "Y", "--json").stdout)
    assert typed["tekst"] == find_tekst("mail-mandaat-nakijken").uitleg(Invulling(las_naam="X", leverancier="Y"))
    fragment = run("teksten", "show", "fout-geen-mandaat", "--html").stdout
    assert fragment.startswith("<p><strong>Niet verwerkt:")
    assert fragment.count("<li>") == 5


def test_without_a_configuration(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "uw leerlingadministratiesysteem (LAS)" in run("teksten", "show", "nieuwsbrief-doorstroomtoets").stdout
    assert "{leverancier}" in run("teksten", "show", "nieuwsbrief-doorstroomtoets", "--open").stdout
    assert run("teksten", "page", "t.html").exit_code == 0
    assert stat.S_IMODE((tmp_path / "t.html").stat().st_mode) == 0o600
    assert run("teksten", "page", "t.html").exit_code == 64
    assert run("teksten", "show", "geen-tekst").exit_code == 78
    assert run("teksten", "show", "fout-opslag", "--open", "--las", "X").exit_code == 64
    assert run("teksten", "show", "fout-opslag", "--json", "--html").exit_code == 64
