"""Processes that are killed or stopped at any moment lose nothing, and change no order (promises S1 and S4)."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.databases import Places
from support.processes import Killable, wait_until
from support.sending import open_store

from doorstroom_client.store.rows import Queued, State

from .killed_workers import LEASE

KILLS = int(os.environ.get("DOORSTROOM_KILLS", "12"))  # read at import: no test sees variables of the machine
SEED = int(os.environ.get("DOORSTROOM_SEED", "7"))
WORKERS, ADDERS = {"sqlite": 3, "postgres": 4}, 1


class Processes(Killable):
    """Workers and adders over one store."""

    def stop(self, name: str, seconds: float) -> None:
        """Stop a worker for a while; not while its message is on the wire, where no lease can be seen."""
        number, on_the_wire = self.running[name].pid, True
        while on_the_wire:
            self.signal(name, signal.SIGSTOP)
            os.waitid(os.P_PID, number, os.WSTOPPED)
            on_the_wire = (self._folder / f"wire-{number}").exists()
            time.sleep(0.002 if on_the_wire else seconds)
            self.signal(name, signal.SIGCONT)


@pytest.fixture
def place(places: Places) -> str:
    return places.new()


@pytest.fixture
def processes(tmp_path: Path, place: str) -> Iterator[Processes]:
    open_store(place).close()
    (tmp_path / "place").write_text(place)
    made = Processes("durability.killed_workers", tmp_path, "arrived", "added")
    yield made
    made.end()


def test_kill_9_and_sigstop(tmp_path: Path, places: Places, place: str, processes: Processes) -> None:
    chance, workers = random.Random(SEED), WORKERS[places.kind]
    names = [f"work{at}" for at in range(workers)] + [f"add{at}" for at in range(ADDERS)]
    for name in names:
        processes.start(name)
    wait_until(lambda: len(processes.lines("arrived")) > 5)
    killed = stops = 0
    kills = KILLS if places.kind == "sqlite" else max(KILLS // 3, 4)
    for at in range(kills):
        time.sleep(chance.uniform(0.0, 0.25))
        if at % 6 == 5:  # past its lease, then on it goes where it was
            processes.stop(f"work{chance.randrange(workers)}", LEASE * 1.2)
            stops += 1
        victim = names[at % len(names)]
        processes.kill(victim)
        killed += 1
        seen = len(processes.lines("arrived" if victim.startswith("work") else "added"))
        processes.start(victim)
        if at % 4 == 3:  # somebody goes on, whoever is gone
            wait_until(lambda before=seen: len(processes.lines("arrived")) > before)  # type: ignore[misc]
    for at in range(ADDERS):
        processes.kill(f"add{at}")
    added = [line.split() for line in processes.lines("added")]
    store = open_store(place)
    wait_until(lambda: not (store.outbox.counts()[State.WAITING] or store.outbox.counts()[State.HELD]))
    processes.end()
    messages = {item.id: item for item in store_messages(store)}
    store.close()
    if places.kind == "sqlite":
        with closing(sqlite3.connect(place)) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    told = processes.lines("errors")  # a worker that was stopped right before sending says so afterwards
    assert [line for line in told if "sent after another worker had taken it over" not in line] == []
    assert len(told) <= stops
    assert len(added) > kills // 4  # a busy machine adds few between two kills
    kept = {item.message_id: item for item in messages.values()}
    for name, checksum in added:
        assert name in kept, "accepted by add, and not there"
        assert kept[name].sha256 == checksum
        assert kept[name].state is State.DELIVERED
    arrived = [line.split() for line in processes.lines("arrived")]
    assert {int(number) for _, number, _ in arrived} == messages.keys()
    for key in {key for key, _, _ in arrived}:
        order = [int(number) for other, number, _ in arrived if other == key]
        assert order == sorted(order), "an older message arrived after a newer one"
    assert all(messages[int(number)].sha256 == checksum for _, number, checksum in arrived)
    again = sum(count - 1 for count in Counter(number for _, number, _ in arrived).values())
    assert again <= killed + stops
    print(f"{killed} kills, {stops} stops: {len(added)} lists accepted, 0 lost, {again} sent twice")  # noqa: T201


def store_messages(store: Any) -> Iterator[Queued]:
    after = 0
    while batch := store.outbox.messages(after=after, limit=500):
        yield from batch
        after = batch[-1].id
