"""Each block of commands in the README works when it is pasted as a whole."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from docs_blocks import blocks, suppliers_answer
from support.command_line import ROOT, environment

from doorstroom_client.cli.simulator import adviezen_csv, deelnemers_csv
from doorstroom_client.simulator import Keten

README = ROOT / "README.md"
BLOCKS = [block.body for block in blocks(README) if block.lang == "bash"]
PROGRAM = ".venv/bin/doorstroom"


def test_every_line_of_a_block_is_a_command_that_can_be_typed_there() -> None:
    """From the folder of the source, and in a block that changes the folder from that one on."""
    assert len(BLOCKS) == 4
    for block in BLOCKS:
        up = ""
        for line in block.splitlines():
            command = line.partition("#")[0].split()
            if command[0] == "cd":
                up = "../" * len(Path(command[1]).parts)
            assert command[0] in ("cd", "sleep", "python3", up + PROGRAM), line
            assert not line.endswith("\\")


@pytest.mark.skipif(not Path("/bin/bash").exists(), reason="there is no bash here")
def test_the_commands_of_the_second_terminal_in_one_go(tmp_path: Path) -> None:
    (block,) = (item for item in BLOCKS if "resultaten list" in item)
    folder = tmp_path / "doorstroom-sim"
    program = tmp_path / PROGRAM
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m doorstroom_client.cli "$@"\n')
    program.chmod(0o755)
    folder.mkdir()
    with Keten(folder) as keten, suppliers_answer(keten):
        keten.write_config(folder / "doorstroom.toml", environment="sandbox")
        (folder / "deelnemers.csv").write_bytes(deelnemers_csv(keten.leerlingen()))
        (folder / "adviezen.csv").write_bytes(adviezen_csv(keten.leerlingen()))
        wait = re.sub(r"sleep \d+", "sleep 3", block)  # they answer sooner here
        done = subprocess.run(
            ["/bin/bash", "-e"], input=wait, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert "27 reports fetched into rapporten" in done.stdout + done.stderr
