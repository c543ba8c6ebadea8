"""Receivers that are killed at any moment: what was answered with 202 is there, once (promises I1 and S1)."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.disks import is_sound
from support.processes import Killable, wait_until
from support.told import Told, receiving

from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

from .killed_receivers import message_of

KILLS = int(os.environ.get("DOORSTROOM_KILLS", "12"))  # read at import: no test sees variables of the machine
SEED = int(os.environ.get("DOORSTROOM_SEED", "3"))
RECEIVERS = 2


@pytest.fixture
def receivers(tmp_path: Path) -> Iterator[Killable]:
    made = Killable("durability.killed_receivers", tmp_path, "tried", "kept", "marking", "marked")
    yield made
    made.end()


def test_kill_9(tmp_path: Path, receivers: Killable) -> None:
    chance = random.Random(SEED)
    for number in range(RECEIVERS):
        receivers.start(str(number))
    wait_until(lambda: len(receivers.lines("kept")) > 5)
    for at in range(KILLS):
        time.sleep(chance.uniform(0.0, 0.2))
        before = len(receivers.lines("kept"))
        receivers.kill(chance.choice(sorted(receivers.running)))
        receivers.start(str(RECEIVERS + at))
        if at % 4 == 3:  # somebody goes on, whoever is gone
            wait_until(lambda before=before: len(receivers.lines("kept")) > before)  # type: ignore[misc]
    receivers.end()
    assert receivers.lines("errors") == []
    tried, kept = ([message_of(line) for line in receivers.lines(name)] for name in ("tried", "kept"))
    marking, marked = ([int(line) for line in receivers.lines(name)] for name in ("marking", "marked"))
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
