"""Power that goes off: what `add` and the receipts were told to be kept is kept (promise S2).

A VFS under SQLite notes what was written and not yet synced; at a cut the files hold what was synced, and none or some of the
rest. The store's own SQL runs over it. Needs apsw; without it only the settings are looked at, in test_outbox.
"""

from __future__ import annotations

import os
import random
from contextlib import closing
from pathlib import Path

from support.disk_faults import ForgetfulDisk, on
from support.disks import is_sound
from support.sending import KEYS, YEAR, Clock, Supplier, add_now, deliver_all

from doorstroom_client.store.rows import State
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

CUTS = int(os.environ.get("DOORSTROOM_CUTS", "20"))  # read at import: no test sees variables of the machine
WENSEN = ((0, 1, 2, None), (1, 1, None, 0), (2, None, 0, 0))


def play(store: SqliteStore, chance: random.Random, moments: int) -> tuple[list[int], Supplier, int]:
    """A LAS and a worker, until the power goes off; gives what they were told."""
    clock, supplier, added = Clock(), Supplier(store.ledger.secret()), list[int]()
    for number in range(moments):
        clock.elapsed += 600
        if chance.random() < 0.6:
            done = add_now(store, clock, number % len(KEYS), WENSEN[chance.randrange(len(WENSEN))], only_changes=False)
            added.append(done.id)
        else:
            deliver_all(store, clock, supplier, chance.choice(("received", "received", "lost", "received, no answer")))
    delivered = [item.id for item in store.outbox.messages([State.DELIVERED], limit=1000)]
    return added, supplier, len(delivered)


def test_what_was_kept_survives_a_power_cut(tmp_path: Path) -> None:
    chance = random.Random(11)
    for cut in range(CUTS):
        folder = tmp_path / str(cut)
        folder.mkdir()
        disk = ForgetfulDisk(lambda some=cut % 2: bool(some and chance.random() < 0.5))  # type: ignore[misc]
        checkpoint = 20 if chance.random() < 0.5 else None  # cuts around checkpoints too
        with on(disk, checkpoint=checkpoint), closing(SqliteStore(folder / "s.db")) as store:
            added, supplier, delivered = play(store, chance, chance.randrange(4, 30))
            secret = store.ledger.secret()
            disk.cut()
        path = disk.put_in(tmp_path / f"{cut}-after")
        assert is_sound(path)
        again = SqliteStore(path)
        assert [item.id for item in again.outbox.messages(limit=1000)] == added, "kept by add, and lost"
        assert again.outbox.counts()[State.DELIVERED] == delivered
        assert again.ledger.secret() == secret
        for key in KEYS:
            assert all(not entry.content or supplier.has(key, entry) for entry in again.ledger.entries(key, YEAR))
        again.close()
