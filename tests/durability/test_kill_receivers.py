"""Receivers that are killed at any moment: what was answered with 202 is there, once (promises I1 and S1)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from support.disks import is_sound
from support.processes import module, wait_until
from support.told import Told, receiving

from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

from .killed_receivers import message_of

KILLS = int(os.environ.get("DOORSTROOM_KILLS", "12"))  # read at import: no test sees variables of the machine
SEED = int(os.environ.get("DOORSTROOM_SEED", "3"))
RECEIVERS = 2
BOOKS = ("tried", "kept", "marking", "marked", "errors")


class Receivers:
    """Processes over one store; a killed one is replaced."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._number = folder, 0
        self._errors = (folder / "errors").open("ab")
        self._maker = module(
            "durability.killed_receivers",
            folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            start_new_session=True,
        )
        self._running = [self._start() for _ in range(RECEIVERS)]

    def _start(self) -> int:
        assert self._maker.stdin
        assert self._maker.stdout
        self._number += 1
        print(self._number, file=self._maker.stdin, flush=True)
        return int(self._maker.stdout.readline())

    def kill(self, at: int) -> None:
        """Kill one, and start another in its place."""
        os.kill(self._running[at], signal.SIGKILL)
        self._running[at] = self._start()

    def end(self) -> None:
        """Kill all of them at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._maker.pid, signal.SIGKILL)
        self._maker.communicate(timeout=10)
        self._errors.close()


def lines(folder: Path, name: str) -> list[str]:
    return (folder / name).read_text().splitlines()


@pytest.fixture
def receivers(tmp_path: Path) -> Iterator[Receivers]:
    for name in BOOKS:
        (tmp_path / name).touch()
    made = Receivers(tmp_path)
    yield made
    made.end()


def test_kill_9(tmp_path: Path, receivers: Receivers) -> None:
    chance = random.Random(SEED)
    wait_until(lambda: len(lines(tmp_path, "kept")) > 5)
    for at in range(KILLS):
        time.sleep(chance.uniform(0.0, 0.2))
        before = len(lines(tmp_path, "kept"))
        receivers.kill(chance.randrange(RECEIVERS))
        if at % 4 == 3:  # somebody goes on, whoever is gone
            wait_until(lambda before=before: len(lines(tmp_path, "kept")) > before)  # type: ignore[misc]
    receivers.end()
    assert lines(tmp_path, "errors") == []
    tried, kept = ([message_of(line) for line in lines(tmp_path, name)] for name in ("tried", "kept"))
    marking, marked = ([int(line) for line in lines(tmp_path, name)] for name in ("marking", "marked"))
    told, again = Told(tried, kept, marking, marked), len(tried) - len(set(tried))
    said = f"{KILLS} kills: {len(tried)} pushed of which {again} again, {len(kept)} answered with 202, {len(marked)} processed"
    with closing(SqliteStore(tmp_path / "s.db")) as store:
        told.check(store)
        client = receiving(store)
        for message in [*(set(tried) - set(kept)), message_of("new-1"), kept[0]]:  # it goes on where it was
            assert told.push(client, message) == 202
        told.process(client)
        assert {kept.received.payload for kept in told.check(store)} == set(told.tried)
        assert store.inbox.pending() == []
    assert is_sound(tmp_path / "s.db")
    assert len(kept) > KILLS
    assert len(marked) > 0
    print(f"{said}, 0 lost")  # noqa: T201
