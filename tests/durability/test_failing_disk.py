"""A disk that fails or is full at any call: all or nothing, no 202 for what is not there, and then it goes on (promise S3)."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from support.disk_faults import CALLS, FailingDisk, full, io_error, on
from support.disks import is_sound
from support.told import Told, body, receiving

from doorstroom_client import Client
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

EACH = int(os.environ.get("DOORSTROOM_TORTURE", "10"))  # read at import: no test sees variables of the machine
"""Of how many calls one is made to fail; 1 for all."""
HOW: dict[str, tuple[Callable[[str], Exception], Sequence[str], bool]] = {
    "one call fails": (io_error, CALLS, False),
    "all calls fail from one on": (io_error, CALLS, True),
    "no room once": (full, ("xWrite", "xTruncate"), False),
    "no room from one moment on": (full, ("xWrite", "xTruncate"), True),
}


def live(told: Told, client: Client) -> None:
    """Take in new, repeated and large results, and process."""
    for number in (1, 3):
        told.push(client, body("a", number))
        told.push(client, body("a", number + 1, size=9_000))
        told.push(client, body("a", 1))
        told.process(client)
    told.push(client, body("b", 1))


def torture(path: Path, disk: FailingDisk) -> Told:
    """Start and stop on that disk, twice; then the disk is repaired, and the same process goes on."""
    told = Told()
    with on(disk, checkpoint=4):
        client = receiving(str(path))
        live(told, client)
        client.close()
        client = receiving(str(path))
        live(told, client)
        disk.heal()
        with closing(SqliteStore(path)) as store:
            told.check(store)
        for message in dict.fromkeys(told.tried):
            assert told.push(client, message) == 202, "it does not go on"
        told.process(client)
        client.close()
    return told


@pytest.mark.parametrize("how", HOW)
def test_any_call_may_fail(tmp_path: Path, how: str) -> None:
    error, calls, lasting = HOW[how]
    number, refused, failed = 1, 0, set[str]()
    while True:
        folder = tmp_path / str(number)
        folder.mkdir()
        disk = FailingDisk(number, error, calls, lasting=lasting)
        told = torture(folder / "s.db", disk)
        with closing(SqliteStore(folder / "s.db")) as store:
            held = told.check(store)
            assert len(held) == len(set(told.tried)) == 5
            assert store.inbox.pending() == []
        assert is_sound(folder / "s.db")
        refused += len(told.tried) - len(told.kept)
        failed.update(disk.failed)
        if not disk.failed:
            break
        number += EACH
    print(f"{how}: {number} calls, {refused} refused, {sorted(failed)}")  # noqa: T201
    assert refused > number / EACH / 4
