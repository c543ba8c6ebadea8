"""The definitions that the simulator judges by are the published ones, and it takes in what was published with them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.simulator import Keten, Toetssysteem, load_definition
from doorstroom_client.simulator.https import Received
from doorstroom_client.simulator.published import shipped
from doorstroom_client.simulator.regels import Regel

MAKE = Path(__file__).parents[2] / "tools/make_definition.py"
SCHOOL, ROUTING = "0000000700011BB00000", "0000000700011BB00530"  # as the published examples address them
RESULT_EXAMPLE = [("resultatenscores.scores.scores[0].waarde", "type"), ("resultatenscores.scores.scores[1].waarde", "type")]


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DOORSTROOM_SPEC_DIR": str(folder)}
    return subprocess.run([sys.executable, MAKE, "--check"], env=env, capture_output=True, text=True, timeout=60)


def test_what_is_shipped_is_what_was_published(spec_dir: Path, tmp_path: Path) -> None:
    assert check(spec_dir).returncode == 0
    text = (spec_dir / "doorstroom-openapi-1.1.0.yaml").read_text("utf-8")
    (tmp_path / "doorstroom-openapi-x.yaml").write_text(text.replace("maxLength: 70", "maxLength: 71"), "utf-8")
    found = check(tmp_path)
    assert found.returncode == 1
    assert "1.0.1.json is not" in found.stdout and "1.1.0.json is not" in found.stdout


def test_a_published_definition_is_loaded_as_it_is(spec_dir: Path) -> None:
    for version in ("1.0.1", "1.1.0"):
        assert load_definition(spec_dir / f"doorstroom-openapi-{version}.yaml") == shipped(version)


def test_the_published_examples_are_taken_in(any_example: Any) -> None:
    """All but the result, of which the chain itself says that it does not fit (quirk Q1)."""
    definitie = shipped({"1.0": "1.0.1", "1.1": "1.1.0"}[any_example.afspraak])
    operatie = any_example.path.strip("/")
    found = [(item.path, item.rule) for item in definitie.breaches(operatie, any_example.value)]
    if operatie == "leerlingresultaat":
        assert found == RESULT_EXAMPLE
        return
    assert found == []
    systeem = Toetssysteem("ICE", "x", "1" * 20, mandaat=lambda *_: True, scholen={SCHOOL}, afspraken=tuple(AFSPRAKEN.values()))
    query = (("edu-to", SCHOOL), ("edu-from", ROUTING))
    headers, body = (("Content-Type", "application/json"),), json.dumps(any_example.value).encode()
    answer = systeem.app(Received("POST", f"/dst/{operatie}", query, headers, body, "2" * 20))
    assert answer.status == 202
    # The examples name another school in the message than in its address, and have texts for ECK-iDs (quirks Q19 and Q20).
    assert {item.regel for item in systeem.opmerkingen} <= {Regel.BRIN, Regel.ECK_ID}
    assert Regel.BRIN in {item.regel for item in systeem.opmerkingen}


@pytest.mark.parametrize(("version", "year"), [("1.0.1", "2024-2025"), ("1.1.0", "2025-2026")])
def test_a_published_definition_brings_its_own_agreement(spec_dir: Path, version: str, year: str) -> None:
    keten = Keten(definitie=spec_dir / f"doorstroom-openapi-{version}.yaml", receive=False)
    try:
        assert keten.schooljaar == year
        assert keten.afspraak in AFSPRAKEN.values()
    finally:
        keten.stop()
