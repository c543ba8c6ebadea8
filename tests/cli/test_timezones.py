"""A machine without time zones: the package tzdata has them, and without that one every command says what is missing.

The commands are run in this process, with the places hidden where time zones are found; a few programs of their own show that
nothing asks for them while a program is loaded.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from support.command_line import ROOT, Run

from doorstroom_client.simulator import Keten

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


def apart(*args: str, hidden: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python as a program of its own, without time zones of the system, and when asked without those of tzdata."""
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


@pytest.fixture
def only_tzdata() -> Iterator[None]:
    """The system has no time zones."""
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


@pytest.fixture
def nothing(only_tzdata: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is not there either."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "tzdata"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tzdata", ModuleType("tzdata"))  # a module is no package, so nothing is found below it


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_package_is_enough(command: tuple[str, ...], keten: Keten, only_tzdata: None, run: Run) -> None:
    done = run(*command)
    assert done.exit_code not in (70, 78), done.output
    assert "time zone" not in done.stderr


def assert_told(code: int, told: str, keten: Keten) -> None:
    assert code == 78, told
    assert "Europe/Amsterdam" in told
    assert "tzdata" in told
    assert "Traceback" not in told
    assert not any(system.verkeer.geteld for system in keten.toetssystemen.values())


@pytest.mark.parametrize("command", [*COMMANDS, ("serve",)], ids=" ".join)
def test_without_any_a_command_says_so_at_the_start(command: tuple[str, ...], keten: Keten, nothing: None, run: Run) -> None:
    done = run(*command)
    assert_told(done.exit_code, done.output, keten)  # config check has it in its table


@pytest.mark.parametrize("command", [COMMANDS[2], ("serve",)], ids=" ".join)
def test_a_program_without_any_says_so_at_its_start(command: tuple[str, ...], keten: Keten, hidden: Path) -> None:
    done = apart("-m", "doorstroom_client.cli", *command, hidden=hidden)
    assert_told(done.returncode, done.stdout + done.stderr, keten)


def test_without_any_a_client_says_so_when_it_is_made(keten: Keten, hidden: Path) -> None:
    done = apart("-c", _CLIENT, hidden=hidden)
    assert "ConfigurationError: the time zone Europe/Amsterdam is not on this machine" in done.stderr
    assert apart("-c", "import doorstroom_client", hidden=hidden).returncode == 0
    assert apart("-c", _CLIENT).returncode == 0


def test_without_any_what_needs_none_works(hidden: Path) -> None:
    for command in (("--version",), ("serve", "--help")):
        assert apart("-m", "doorstroom_client.cli", *command, hidden=hidden).returncode == 0
