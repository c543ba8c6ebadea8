"""Power that goes off at any moment: what was said to be kept is kept, by the outbox and by the inbox (promises I1 and S2).

A VFS under SQLite notes what was written and not yet synced; at a cut the files hold what was synced, and none or some of the
rest. The store's own SQL runs over it. Needs apsw; without it only the settings are looked at, with the tests of the outbox.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from support.disk_faults import ForgetfulDisk, on
from support.disks import is_sound
from support.sending import KEYS, YEAR, Clock, Supplier, add_now, deliver_all
from support.told import Told, body, receiving

from doorstroom_client.store.rows import State
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

CUTS = int(os.environ.get("DOORSTROOM_CUTS", "20"))  # read at import: no test sees variables of the machine
SEED = int(os.environ.get("DOORSTROOM_SEED", "5"))
WENSEN = ((0, 1, 2, None), (1, 1, None, 0), (2, None, 0, 0))
PUPILS, PUSHES, CALLS = 3, 40, 700


def found_after_a_cut(folder: Path, disk: ForgetfulDisk, checkpoint: int | None, work: Callable[[SqliteStore], object]) -> Path:
    """Work until the power goes off, at the latest at its end; gives the store as it is found."""
    folder.mkdir()
    with on(disk, checkpoint=checkpoint), closing(SqliteStore(folder / "s.db")) as store:
        work(store)
        disk.cut()
    path = disk.put_in(folder / "after")
    assert is_sound(path)
    return path


class Sending:
    """A LAS that adds and a worker that delivers, and what they were told."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.added: list[int] = []

    def __call__(self, store: SqliteStore) -> None:
        chance, clock = self._chance, Clock()
        self.secret = store.ledger.secret()
        self.supplier = Supplier(self.secret)
        for number in range(chance.randrange(4, 30)):
            clock.elapsed += 600
            if chance.random() < 0.6:
                wens = WENSEN[chance.randrange(len(WENSEN))]
                self.added.append(add_now(store, clock, number % len(KEYS), wens, only_changes=False).id)
            else:
                deliver_all(store, clock, self.supplier, chance.choice(("received", "received", "lost", "received, no answer")))
        self.delivered = len(store.outbox.messages([State.DELIVERED], limit=1000))


def test_what_add_kept_survives_a_power_cut(tmp_path: Path) -> None:
    chance = random.Random(11)
    for cut in range(CUTS):
        sending, disk = Sending(chance), ForgetfulDisk(lambda some=cut % 2: bool(some and chance.random() < 0.5))  # type: ignore[misc]
        path = found_after_a_cut(tmp_path / str(cut), disk, chance.choice((20, None)), sending)
        with closing(SqliteStore(path)) as again:
            assert [item.id for item in again.outbox.messages(limit=1000)] == sending.added, "kept by add, and lost"
            assert again.outbox.counts()[State.DELIVERED] == sending.delivered
            assert again.ledger.secret() == sending.secret
            for key in KEYS:
                entries = again.ledger.entries(key, YEAR)
                assert all(not entry.content or sending.supplier.has(key, entry) for entry in entries)


def supply(store: SqliteStore, told: Told, disk: ForgetfulDisk, chance: random.Random, name: str) -> None:
    """A supplier that repeats itself now and then, and a LAS that processes, until the power goes off."""
    client = receiving(store)
    for _ in range(PUSHES):
        if disk.left is not None:
            return
        what = chance.random()
        if what < 0.25 and told.tried:
            told.push(client, chance.choice(told.tried))
        elif what < 0.45:
            told.process(client)
        else:
            message = body(f"{name}{chance.randrange(PUPILS)}", chance.randrange(10_000), size=chance.choice((0, 0, 9_000)))
            assert told.push(client, message) == 202


def receive(told: Told, disk: ForgetfulDisk, chance: random.Random, suppliers: int, store: SqliteStore) -> None:
    """So many suppliers at once."""
    work = [partial(supply, store, told, disk, random.Random(chance.random()), str(number)) for number in range(suppliers)]
    threads = [threading.Thread(target=each) for each in work[1:]]
    for thread in threads:
        thread.start()
    work[0]()
    for thread in threads:
        thread.join()


def test_what_was_answered_with_202_survives_a_power_cut(tmp_path: Path) -> None:
    chance, kept = random.Random(SEED), 0
    for cut in range(CUTS):
        told, heard = Told(), list[Told]()
        disk = ForgetfulDisk(
            choose=lambda some=cut % 2: bool(some and chance.random() < 0.5),  # type: ignore[misc]
            calls=chance.randrange(1, CALLS),
            noting=lambda told=told, heard=heard: heard.append(told.up_to_now()),  # type: ignore[misc]
        )
        work = partial(receive, told, disk, chance, 1 if cut % 3 else 3)
        path = found_after_a_cut(tmp_path / str(cut), disk, chance.choice((None, 5, 20)), work)
        told = heard[0]
        with closing(SqliteStore(path)) as store:
            told.check(store)
            kept += len(told.kept)
            client = receiving(store)
            told.push(client, body("new", 1))
            assert [told.push(client, message) for message in dict.fromkeys(told.tried)].count(202) == len(set(told.tried))
            told.check(store)
        assert is_sound(path)
    assert kept > CUTS
    print(f"{CUTS} cuts: {kept} answered with 202 before them, 0 lost")  # noqa: T201
