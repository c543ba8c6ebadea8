"""Power that goes off at any moment: a result that was answered with 202 is kept (promises I1 and S2)."""

from __future__ import annotations

import os
import random
import threading
from contextlib import closing
from functools import partial
from pathlib import Path

from support.disk_faults import ForgetfulDisk, on
from support.disks import is_sound
from support.told import Told, body, receiving

from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

CUTS = int(os.environ.get("DOORSTROOM_CUTS", "20"))  # read at import: no test sees variables of the machine
SEED = int(os.environ.get("DOORSTROOM_SEED", "5"))
PUPILS, PUSHES, CALLS = 3, 40, 700


def play(store: SqliteStore, told: Told, disk: ForgetfulDisk, chance: random.Random, name: str) -> None:
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


def one_cut(folder: Path, chance: random.Random, *, some: bool, suppliers: int) -> tuple[Told, Path]:
    """Play until the power goes off; gives what was heard before, and the store as it is found."""
    told, heard = Told(), list[Told]()
    disk = ForgetfulDisk(
        choose=lambda: some and chance.random() < 0.5,
        calls=chance.randrange(1, CALLS),
        noting=lambda: heard.append(told.up_to_now()),
    )
    folder.mkdir()
    with on(disk, checkpoint=chance.choice((None, 5, 20))), closing(SqliteStore(folder / "s.db")) as store:
        work = [partial(play, store, told, disk, random.Random(chance.random()), str(number)) for number in range(suppliers)]
        threads = [threading.Thread(target=each) for each in work[1:]]
        for thread in threads:
            thread.start()
        work[0]()
        for thread in threads:
            thread.join()
        disk.cut()
    return heard[0], disk.put_in(folder / "after")


def test_what_was_answered_with_202_survives_a_power_cut(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    heard = 0
    for cut in range(CUTS):
        told, path = one_cut(tmp_path / str(cut), chance, some=bool(cut % 2), suppliers=1 if cut % 3 else 3)
        with closing(SqliteStore(path)) as store:
            told.check(store)
            heard += len(told.kept)
            client = receiving(store)
            told.push(client, body("new", 1))
            assert [told.push(client, message) for message in dict.fromkeys(told.tried)].count(202) == len(set(told.tried))
            told.check(store)
        assert is_sound(path)
    assert heard > CUTS
    print(f"{CUTS} cuts: {heard} answered with 202 before them, 0 lost")  # noqa: T201
