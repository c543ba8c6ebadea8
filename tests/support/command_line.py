"""The command line as a function and as a process, in a folder with a simulated chain."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner, Result

from doorstroom_client.cli._app import app
from doorstroom_client.cli.simulator import adviezen_csv, deelnemers_csv
from doorstroom_client.simulator import Keten

Run = Callable[..., Result]


ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and no settings from outside."""
    for name in [name for name in os.environ if name.startswith("DOORSTROOM_")]:
        monkeypatch.delenv(name)
    for name in ("COLUMNS", "FORCE_COLOR", "TERMINAL_WIDTH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run() -> Run:
    """Run a command in this process."""

    def invoke(*args: object) -> Result:
        return CliRunner().invoke(app, [str(arg) for arg in args])

    return invoke


@pytest.fixture
def keten(tmp_path: Path) -> Iterator[Keten]:
    """A running chain, with doorstroom.toml, deelnemers.csv and adviezen.csv in the current folder."""
    folder = tmp_path / "keten"
    folder.mkdir()
    with Keten(folder) as keten:
        keten.write_config(tmp_path / "doorstroom.toml")
        leerlingen = keten.leerlingen()
        (tmp_path / "deelnemers.csv").write_bytes(deelnemers_csv(leerlingen))
        (tmp_path / "adviezen.csv").write_bytes(adviezen_csv(leerlingen))
        yield keten


def environment(**more: str) -> dict[str, str]:
    """What a command gets to see outside a terminal.

    It writes no compiled modules: Python before 3.12.8 leaves half of one behind where the disk is full, or made to seem so.
    """
    quiet = {"CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    return {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **quiet, **more}


def start(*args: object, **more: str) -> subprocess.Popen[str]:
    """Start a command as a process of its own, without a terminal."""
    return subprocess.Popen(
        [sys.executable, "-m", "doorstroom_client.cli", *map(str, args)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environment(**more),
    )


@contextmanager
def running(process: subprocess.Popen[str], until: str) -> Iterator[str]:
    """Wait for a line on stderr, and stop the process at the end."""
    assert process.stderr
    try:
        for line in process.stderr:
            if until in line:
                yield line
                break
        else:
            pytest.fail("the process ended early")
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=10)


def line_with(process: subprocess.Popen[str], text: str) -> str:
    """The next line on stderr with a text; a process that never says it is killed, so that the test ends."""
    assert process.stderr
    killer = threading.Timer(60, process.kill)
    killer.start()
    try:
        return next(line for line in process.stderr if text in line)
    finally:
        killer.cancel()


def free_ports() -> int:
    """The first of five successive ports that are free now; other processes look elsewhere first."""
    for first in range(20400 + os.getpid() % 1000 * 5, 29000, 5):
        try:
            for port in range(first, first + 5):
                socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return first
    pytest.fail("no free ports")


def private_texts(keten: Keten) -> list[str]:
    """Everything of the invented pupils that must not turn up in any output."""
    found: list[str] = []
    for pupil in keten.leerlingen():
        found += [pupil.las_key, pupil.achternaam, pupil.roepnaam, pupil.geboortedatum.isoformat()]
        found += [pupil.eck_id] if pupil.eck_id else []
    return [text for text in found if len(text) > 4]


def assert_private(keten: Keten, *texts: str) -> None:
    """No output holds anything of a pupil."""
    for secret in private_texts(keten):
        assert not any(secret in text for text in texts)


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


ALL = list(commands(get_command(app)))


LEAVES = [(path, command) for path, command in ALL if not getattr(command, "commands", None)]
