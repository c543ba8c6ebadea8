"""A receiver in a process of its own: ``python -m durability.storing <place> <number> <results>``; tells what it kept."""

from __future__ import annotations

import os
import sys

from support.deliveries import later

from doorstroom_client.store.opening import open_store
from doorstroom_client.store.rows import ReceivedResult

BATCH = 20
VERSIONS = 2
"""Of each pupil so many results are sent; every second one comes to both receivers."""


def result(number: int, receiver: int) -> ReceivedResult:
    """The result that comes in as number so many: the same for both receivers, or one of its own."""
    pupil, shared = number // VERSIONS, number % 2 == 0
    name = f"{number}" if shared else f"{number} at {receiver}"
    return later(number, name.encode(), pupil=f"eck:{pupil}")


def main(place: str, receiver: int, results: int) -> None:
    """Push everything; one goes up and the other down, so that they meet in the middle too."""
    store = open_store(place)
    numbers = range(results) if receiver == 0 else range(results - 1, -1, -1)
    for start in range(0, results, BATCH):
        batch = [result(number, receiver) for number in numbers[start : start + BATCH]]
        kept = store.inbox.add_many(batch)
        os.write(1, "".join(f"{one.id}\t{one.received.payload.decode()}\n" for one in kept).encode())
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
