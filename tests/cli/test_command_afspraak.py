"""``doorstroom afspraak compare``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.command_line import Run

from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.messages.definitie import definitie_van


def published(path: Path, document: Any = None) -> Path:
    path.write_text(yaml.safe_dump(document or definitie_van(AFSPRAKEN["1.1"])), "utf-8")
    return path


def test_the_same(run: Run, tmp_path: Path) -> None:
    file = published(tmp_path / "new.yaml")
    result = run("afspraak", "compare", file)
    assert (result.exit_code, result.stdout.partition(":")[0]) == (0, "The same")
    assert run("afspraak", "compare", file, "--quiet").output == ""
    document = json.loads(run("afspraak", "compare", file, "--json").stdout)
    assert (document["same"], document["afspraak"], document["differences"]) == (True, "1.1", [])


def test_the_agreement_of_the_configuration(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "doorstroom.toml"
    config.write_text(
        'auteur = "T"\nafspraak = "2026-2027"\n[certificate]\ncert = "a"\ntrust = "b"\n'
        '[[afspraken]]\nnaam = "2026-2027"\nversie = "Doorstroomtoetsketen_v2026-2027"\neerste_schooljaar = "2026-2027"\n'
        'toetssoorten = ["ICE", "NIEUW"]\n'
    )
    result = run("afspraak", "compare", published(tmp_path / "new.yaml"), "--json")
    texts = {item["text"] for item in json.loads(result.stdout)["differences"]}
    assert "Doorstroomtoetsketen_v2026-2027 is now Doorstroomtoetsketen_v1.1" in texts
    assert "gone: NIEUW" in texts
    assert run("afspraak", "compare", tmp_path / "new.yaml", "--afspraak", "1.1").exit_code == 0
    assert run("afspraak", "compare", tmp_path / "new.yaml", "--afspraak", "weg").exit_code == 78


@pytest.mark.parametrize("content", [b"", b"a: [", b"\xff\xfe\xfa", b"just text", b"a: &a [*a]", b"[" * 50_000, b"paths: {}"])
def test_a_file_that_is_no_definition(content: bytes, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "new.yaml"
    file.write_bytes(content)
    for found in (file, tmp_path / "weg.yaml", tmp_path):
        result = run("afspraak", "compare", found)
        assert result.exit_code == 74
        assert result.stderr.startswith("Error: ")


def test_without_pyyaml(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    result = run("afspraak", "compare", tmp_path / "new.yaml")
    assert result.exit_code == 78
    assert "needs the extra yaml, which is not installed" in result.stderr
    assert "[yaml]" in result.stderr
