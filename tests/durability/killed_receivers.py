"""A receiver that a test kills: ``python -m durability.killed_receivers <folder> <number>``.

It has several threads that push; each writes a line to ``tried`` before it does, and to ``kept`` after it heard 202, and that
file is on disk before it goes on. One more thread processes what is pending, with ``marking`` and ``marked``. A line is short
enough to be written whole or not at all.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from pathlib import Path

from support.clients import push
from support.told import body, receiving

from doorstroom_client import Client

THREADS, SHARED = 4, 5


def message_of(name: str) -> bytes:
    """The message with a name: of who pushed it, or one that all push."""
    pupil, _, number = name.rpartition("-")
    return body(pupil, int(number), mark=name)


class Book:
    """A file of lines that only grows, shared by processes."""

    def __init__(self, folder: Path, name: str, *, synced: bool = False) -> None:
        more = os.O_DSYNC if synced else 0
        self._file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND | more, 0o600)

    def write(self, line: object) -> None:
        os.write(self._file, f"{line}\n".encode())


def supply(client: Client, folder: Path, name: str) -> None:
    """Push as fast as it goes: new ones, one of its own once more, and ones that others push too."""
    tried, kept, chance, number = Book(folder, "tried"), Book(folder, "kept", synced=True), random.Random(name), 0
    while True:
        what = chance.random()
        number += what >= 0.3
        own = f"{name}{chance.randrange(3)}"
        line = f"shared-{chance.randrange(SHARED)}" if what < 0.2 else f"{own}-{max(1, number - (what < 0.3))}"
        tried.write(line)
        if push(client, message_of(line)).status == 202:
            kept.write(line)


def process(client: Client, folder: Path) -> None:
    """Process whatever comes in."""
    marking, marked = Book(folder, "marking"), Book(folder, "marked", synced=True)
    while True:
        for result, _ in zip(client.resultaten(), range(5), strict=False):
            marking.write(result.id)
            result.done()
            marked.write(result.id)
        time.sleep(0.005)


def receive(folder: Path, number: str) -> None:
    """Take in and process until somebody kills this."""
    client = receiving(str(folder / "s.db"))
    threads = [threading.Thread(target=supply, args=(client, folder, f"{number}{letter}")) for letter in "abcd"[:THREADS]]
    for thread in threads:
        thread.start()
    process(client, folder)


if __name__ == "__main__":
    receive(Path(sys.argv[1]), sys.argv[2])
