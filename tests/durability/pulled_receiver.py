"""A receiver over a store of which a test moves the file: ``python -m durability.pulled_receiver <folder> <name>``.

Pushes as fast as it goes, and writes a line to ``kept`` for each 202, until it is killed.
"""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from threading import Thread

from support.clients import push
from support.told import receiving

from doorstroom_client import Client

from .killed_receivers import Book, message_of


def supply(client: Client, kept: Book, name: str) -> None:
    """New ones only, so that whatever is missing was lost."""
    number = 0
    while True:
        number += 1
        if push(client, message_of(f"{name}-{number}")).status == 202:
            kept.write(f"{name}-{number}")
        else:
            time.sleep(0.001)


if __name__ == "__main__":
    logging.disable()
    folder, own = Path(sys.argv[1]), sys.argv[2]
    opened = receiving(str(folder / "data/s.db"))
    for letter in "ab":
        Thread(target=supply, args=(opened, Book(folder, "kept"), own + letter), daemon=True).start()
    time.sleep(600)
