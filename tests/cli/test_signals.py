"""Runs that are started twice, interrupted, or lose their reader: nothing is missing and nothing is out of order."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.command_line import Run, assert_private, environment, start

from doorstroom_client import Advies, Adviezenlijst, Deelnemerslijst
from doorstroom_client.simulator import Keten, adviezen_of, deelnemers_of
from doorstroom_client.simulator.https import Answer, Received
from doorstroom_client.store.rows import State

LISTS = 4
"""Lists of one school, each with other advice: they have to arrive in this order."""


@dataclass(slots=True)
class Gate:
    """Stands before a supplier: keeps what arrived, and holds one message until it is let through.

    Attributes:
        arrived: sender and checksum of each list, in order.
        holding: which one is held, counted from 1; none when 0.
    """

    arrived: list[tuple[str, str]] = field(default_factory=list)
    holding: int = 0
    _seen: threading.Condition = field(default_factory=threading.Condition)
    _open: threading.Event = field(default_factory=threading.Event)

    def before(self, answer: Any) -> Any:
        def handle(operatie: str, rest: str, received: Received) -> Answer:
            with self._seen:
                self.arrived.append((received.one("edu-from") or "", hashlib.sha256(received.body).hexdigest()))
                number = len(self.arrived)
                self._seen.notify_all()
            if number == self.holding:
                assert self._open.wait(20)
            return answer(operatie, rest, received)

        return handle

    def wait(self) -> None:
        """Until the one that is held has arrived."""
        with self._seen:
            assert self._seen.wait_for(lambda: len(self.arrived) >= self.holding, timeout=20)

    def let_through(self) -> None:
        """Answer the one that is held."""
        self._open.set()


@pytest.fixture
def gate(keten: Keten, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Before the first supplier, whose school is signed up."""
    with keten.client() as client:
        client.send(Deelnemerslijst(keten.school, *deelnemers_of(keten.leerlingen())))
    system, gate = keten.toetssystemen["ICE"], Gate()
    monkeypatch.setattr(system, "_verwerk", gate.before(system._verwerk))
    return gate


@pytest.fixture
def queued(keten: Keten, gate: Gate) -> list[str]:
    """Lists of one school in the outbox; gives their checksums in the order in which they have to arrive."""
    pupils = adviezen_of(keten.leerlingen())
    codes = ["VWO", "HAVO", "VMBO_BB", "VMBO_KB"]
    checksums: list[str] = []
    with keten.client() as client:
        for code in codes[:LISTS]:
            lijst = [Advies(item.leerling, code) for item in pupils]
            added = client.outbox.add(Adviezenlijst(keten.school, lijst), leverancier="ICE").bericht
            assert added
            checksums.append(added.sha256)
    return checksums


def in_order(arrived: list[tuple[str, str]], expected: list[str]) -> bool:
    """Whether everything arrived, and never an older list after a newer one; a list may arrive twice."""
    places = [expected.index(checksum) for _, checksum in arrived]
    return sorted(set(places)) == list(range(len(expected))) and places == sorted(places)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 75), (signal.SIGINT, 130), (signal.SIGHUP, 75)], ids=["TERM", "INT", "HUP"]
)
@pytest.mark.parametrize("point", [1, 3])
def test_a_signal_in_the_middle_of_a_delivery(
    number: signal.Signals, code: int, point: int, keten: Keten, gate: Gate, queued: list[str], run: Run
) -> None:
    gate.holding = point
    process = start("outbox", "deliver", "--json", "--workers", "2")
    gate.wait()
    process.send_signal(number)
    assert process.stderr
    assert any("Stopping" in line for line in process.stderr)  # so it has got the signal
    gate.let_through()
    out, err = process.communicate(timeout=30)
    assert process.returncode == code
    summary = json.loads(out)
    assert summary["gestopt_door"] == number.name
    assert summary["deze_keer"]["delivered"] == len(gate.arrived) == point  # what was on its way is finished, nothing begun
    assert summary["outbox"]["waiting"] == LISTS - point
    assert f"Stopped by {number.name} after {point} messages" in err
    assert_private(keten, out, err)

    assert run("outbox", "deliver", "--quiet").output == ""  # the lock is free, and nothing is held by a dead worker
    assert in_order(gate.arrived, queued)
    assert len(gate.arrived) == LISTS
    assert set(keten.toetssystemen["ICE"].adviezen(keten.school.oin).values()) == {"VMBO_KB"}


@pytest.mark.parametrize("quiet", [False, True])
def test_a_reader_that_goes_away_does_not_break_off_a_delivery(quiet: bool, gate: Gate, queued: list[str], run: Run) -> None:
    gate.holding = 1
    process = start("outbox", "deliver", *(["--quiet"] if quiet else []))
    gate.wait()
    assert process.stdout
    assert process.stderr
    process.stdout.close()  # as with `| head`: the next write gives SIGPIPE
    process.stderr.close()
    process.send_signal(signal.SIGPIPE)
    gate.let_through()
    assert process.wait(timeout=30) == (0 if quiet else 74)
    assert [checksum for _, checksum in gate.arrived] == queued
    assert json.loads(run("outbox", "status", "--json").stdout)["outbox"]["delivered"] == LISTS


def test_killed_in_the_middle_nothing_is_missing(keten: Keten, gate: Gate, queued: list[str], run: Run) -> None:
    gate.holding = 2
    process = start("outbox", "deliver")
    gate.wait()
    process.kill()
    process.communicate(timeout=30)
    gate.let_through()
    first = run("outbox", "deliver", "--json")  # the lock went with the process; the lease of the message has not ended yet
    assert first.exit_code == 75
    with keten.client() as client:
        assert [item.id for item in client.outbox.messages([State.WAITING])] == [2, 3, 4]
    with closing(sqlite3.connect(keten.store)) as raw, raw:
        raw.execute("UPDATE outbox SET lease_until = 0 WHERE lease_owner IS NOT NULL")  # as after two minutes
    with keten.client() as later:
        later.outbox.deliver()
    assert in_order(gate.arrived, queued)


def in_a_run(seconds: float, *numbers: str, pause: float = 0.0) -> subprocess.CompletedProcess[str]:
    """Send signals to a process within a run that takes long; gives how it ended."""
    code = f"""
import os, signal, time
from doorstroom_client.cli._stopping import stoppable
with stoppable({seconds}) as stop:
    for name in {numbers!r}:
        os.kill(os.getpid(), getattr(signal, name))
        time.sleep({pause})
    time.sleep(20)
    print("ended by itself")
"""
    return subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 75), ("SIGHUP", 75), ("SIGINT", 130)])
def test_a_run_that_does_not_end_is_ended(name: str, code: int) -> None:
    done = in_a_run(-1.8, name)  # and the two seconds of grace
    assert done.returncode == code
    assert "Ended before all answers were there" in done.stderr
    assert done.stdout == ""


def test_ctrl_c_twice_ends_at_once_but_one_that_is_sent_double_does_not() -> None:
    done = in_a_run(30, "SIGINT", "SIGINT", pause=1.1)
    assert (done.returncode, done.stdout) == (130, "")
    double = in_a_run(-1.8, "SIGINT", "SIGINT")
    assert "Ended before all answers were there" in double.stderr  # so the second one did nothing


@contextmanager
def busy(path: Path) -> Iterator[None]:
    """Hold a lock as a run in another process does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(descriptor)


def test_two_starts_at_once_send_once(keten: Keten, gate: Gate, queued: list[str]) -> None:
    gate.holding = 1
    first = start("outbox", "deliver", "--json")
    gate.wait()
    used = os.times().children_user + os.times().children_system
    second = start("outbox", "deliver", "--json")
    out, err = second.communicate(timeout=30)
    # Its own work, as this machine may be busy with other things: ten times what a start takes.
    assert os.times().children_user + os.times().children_system - used < 5.0
    gate.let_through()
    assert second.returncode == 75
    assert json.loads(out).items() >= {"error": "AlreadyRunning", "exit_code": 75, "retryable": True}.items()
    assert "another run of this command is busy" in err
    assert "done nothing" in err
    out, _ = first.communicate(timeout=30)
    assert first.returncode == 0
    assert json.loads(out)["deze_keer"]["delivered"] == LISTS
    assert [checksum for _, checksum in gate.arrived] == queued  # nothing came from the second


LOCKED = {
    ("outbox", "deliver"): "outbox-deliver",
    ("rapporten", "fetch", "--to", "rap"): "rapporten-fetch",
    ("adviezen", "send-many", "adviezen.csv"): "adviezen-send-many",
    ("deelnemers", "send-many", "deelnemers.csv"): "deelnemers-send-many",
    ("adviezen", "send", "adviezen.csv", "--school", "99AA"): "adviezen-send-0000000700099AA00530",
    ("deelnemers", "send", "deelnemers.csv", "--school", "99AA", "--queue"): "deelnemers-send-0000000700099AA00530",
}


@pytest.mark.parametrize("command", LOCKED, ids=" ".join)
def test_every_command_that_sends_runs_once_at_a_time(command: tuple[str, ...], keten: Keten, run: Run) -> None:
    pytest.importorskip("doorstroom_client.readers.many_schools")
    lock = keten.store.with_name(f"{keten.store.name}.{LOCKED[command]}.lock")
    with busy(lock):
        result = run(*command)
        assert (result.exit_code, result.stdout) == (75, "")
        assert "another run of this command is busy" in result.stderr
        assert keten.osr.verkeer.geteld == 0
        assert all(not system.verkeer.geteld for system in keten.toetssystemen.values())
    assert run(*command).exit_code != 75
    assert lock.stat().st_mode & 0o777 == 0o600


def test_another_school_is_not_kept_waiting(keten: Keten, run: Run) -> None:
    with busy(keten.store.with_name(f"{keten.store.name}.deelnemers-send-0000000700099BB00530.lock")):
        assert run("deelnemers", "send", "deelnemers.csv", "--school", "99AA").exit_code == 0
        assert run("deelnemers", "send", "deelnemers.csv", "--school", "99BB").exit_code == 75


@pytest.fixture
def without_store(keten: Keten, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration without a store; gives the folder for temporary files."""
    config = tmp_path / "doorstroom.toml"
    lines = [line for line in config.read_text("utf-8").splitlines() if not line.startswith("store")]
    config.write_text("\n".join(lines), "utf-8")
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def test_without_a_store_the_lock_is_in_a_private_folder(without_store: Path, run: Run) -> None:
    command = ("deelnemers", "send", "deelnemers.csv", "--school", "99AA")
    assert run(*command).exit_code == 0
    folder = without_store / f"doorstroom-{os.getuid()}"
    assert folder.stat().st_mode & 0o777 == 0o700
    (lock,) = folder.iterdir()
    assert lock.stat().st_mode & 0o777 == 0o600
    with busy(lock):
        assert run(*command).exit_code == 75


@pytest.mark.parametrize("kind", ["open to others", "a link", "a file"])
def test_a_folder_that_somebody_else_prepared_is_not_used(kind: str, keten: Keten, without_store: Path, run: Run) -> None:
    folder = without_store / f"doorstroom-{os.getuid()}"
    if kind == "a link":
        (without_store / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to(without_store / "elsewhere")
    elif kind == "a file":
        folder.touch(mode=0o700)
    else:
        folder.mkdir()
        folder.chmod(0o777)
    assert run("deelnemers", "send", "deelnemers.csv", "--school", "99AA").exit_code == 74
    assert keten.toetssystemen["ICE"].verkeer.geteld == 0


def test_a_signal_outside_a_run_ends_a_command(keten: Keten, tmp_path: Path) -> None:
    fifo = tmp_path / "nooit.csv"
    os.mkfifo(fifo)  # a dry run that waits for its file
    process = start("adviezen", "send", fifo, "--school", "99AA", "--dry-run")
    writing = os.open(fifo, os.O_WRONLY)  # it has got this far
    try:
        process.terminate()
        out, err = process.communicate(timeout=10)
    finally:
        os.close(writing)
    assert (process.returncode, out) == (75, "")
    assert err.splitlines() == ["Stopped by SIGTERM; run it again"]


def test_an_ignored_hangup_stays_ignored(gate: Gate, queued: list[str]) -> None:
    gate.holding = 1
    process = subprocess.Popen(
        ["nohup", sys.executable, "-m", "doorstroom_client.cli", "outbox", "deliver", "--quiet"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    gate.wait()
    process.send_signal(signal.SIGHUP)
    gate.let_through()
    assert process.wait(timeout=30) == 0
    assert len(gate.arrived) == LISTS
