"""A machine without time zones: the package tzdata has them, and without that one every command says what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from doorstroom_client.simulator import Keten

from .conftest import ROOT

_CLIENT = "from doorstroom_client import Client; Client.from_config('doorstroom.toml').close()"
COMMANDS = (
    ("config", "check"),
    ("mandaat", "check", "--school", "99AA"),
    ("deelnemers", "send", "deelnemers.csv", "--school", "99AA"),
    ("adviezen", "send-many", "adviezen.csv"),
    ("outbox", "deliver"),
    ("store", "status"),
    ("resultaten", "list"),
    ("rapporten", "fetch", "--to", "rapporten"),
    ("overzicht", "pagina.html", "--school", "99AA", "--adviezen", "adviezen.csv"),
    ("osr", "check"),
)


def run(*args: str, hidden: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python without the time zones of the system, and where that is asked for without those of tzdata."""
    path = [str(ROOT)]
    if hidden is not None:
        (hidden / "tzdata.py").write_text("")  # a module is no package, so nothing is found below it
        path.insert(0, str(hidden))
    env = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTROOM_")}
    env |= {"PYTHONPATH": os.pathsep.join(path), "PYTHONTZPATH": ""}
    return subprocess.run([sys.executable, *args], env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def hidden(tmp_path: Path) -> Path:
    folder = tmp_path / "hidden"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_package_is_enough(command: tuple[str, ...], keten: Keten) -> None:
    done = run("-m", "doorstroom_client.cli", *command)
    assert done.returncode not in (70, 78), done.stderr
    assert "time zone" not in done.stderr


@pytest.mark.parametrize("command", [*COMMANDS, ("serve",)], ids=" ".join)
def test_without_any_a_command_says_so_at_the_start(command: tuple[str, ...], keten: Keten, hidden: Path) -> None:
    done = run("-m", "doorstroom_client.cli", *command, hidden=hidden)
    assert done.returncode == 78, done.stderr
    told = done.stdout + done.stderr  # config check has it in its table
    assert "Europe/Amsterdam" in told
    assert "tzdata" in told
    assert "Traceback" not in told
    assert not any(system.geteld for system in keten.toetssystemen.values())


def test_without_any_a_client_says_so_when_it_is_made(keten: Keten, hidden: Path) -> None:
    done = run("-c", _CLIENT, hidden=hidden)
    assert "ConfigurationError: the time zone Europe/Amsterdam is not on this machine" in done.stderr
    assert run("-c", "import doorstroom_client", hidden=hidden).returncode == 0
    assert run("-c", _CLIENT).returncode == 0


def test_without_any_what_needs_none_works(hidden: Path) -> None:
    for command in (("--version",), ("--help",), ("serve", "--help")):
        assert run("-m", "doorstroom_client.cli", *command, hidden=hidden).returncode == 0
