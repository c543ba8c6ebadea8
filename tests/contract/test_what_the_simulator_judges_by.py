"""The definitions that the simulator judges by are the published ones."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from doorstroom_client.simulator import load_definition
from doorstroom_client.simulator.published import shipped

MAKE = Path(__file__).parents[2] / "tools/make_definition.py"


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
