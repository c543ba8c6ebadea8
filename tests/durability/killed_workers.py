"""A process that a test kills: ``python -m durability.killed_workers <folder> add0|work0``.

The file ``place`` says where the store is.
An adder writes the id of every list to ``added`` after `add` returned. A worker's transport appends a line per arrival to
``arrived``: key, id, checksum; such a line is short enough to be written whole or not at all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.sending import KEYS, PLACES, Clock, adding, run_of

from doorstroom_client.exchange.call import GivenUpError
from doorstroom_client.exchange.flow import Flow, run
from doorstroom_client.sending import delivery as outbox
from doorstroom_client.store.opening import open_store
from doorstroom_client.store.rows import Claimed
from doorstroom_client.transport.request import Outcome, Request, Response

LEASE, TOTAL = 0.5, 0.3


class Now(Clock):
    """The clocks of this machine."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class Telling:
    """Writes down what arrives.

    The file ``wire-<process>`` is there from the moment at which a worker looks whether a message is still its own until it is
    sent. A process that is stopped just there sees no lease end; a deadline keeps that short, and nothing can rule it out.
    """

    def __init__(self, folder: Path, store: Any) -> None:
        self._file = os.open(folder / "arrived", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._wire = folder / f"wire-{os.getpid()}"
        self._claim = store.outbox.claim
        self._hand: Claimed | None = None
        store.outbox.claim = self.claim

    def claim(self, *given: Any, **more: Any) -> Claimed | None:
        self._hand = self._claim(*given, **more)
        time.sleep(0.005)
        return self._hand

    def looking(self, look: Callable[[Any], Flow[None]]) -> Callable[[Any], Flow[None]]:
        """The look of a worker right before it sends, from whose beginning it counts as being on the wire."""

        def marked(hold: Any) -> Flow[None]:
            self._wire.touch()
            try:
                yield from look(hold)
            except GivenUpError:
                self._wire.unlink()
                raise

        return marked

    def send(self, request: Request) -> Outcome:
        assert self._hand is not None
        assert request.body is not None
        queued = self._hand.queued
        time.sleep(0.008)  # most of the time of a real worker goes here and below
        line = f"{KEYS.index(queued.key)} {queued.id} {hashlib.sha256(request.body).hexdigest()}\n"
        os.write(self._file, line.encode())
        self._wire.unlink(missing_ok=True)
        time.sleep(0.004)
        return Response(202)

    def close(self) -> None:
        """Never comes that far."""


def add(folder: Path, number: int) -> None:
    """Add lists as fast as it goes, until somebody kills this."""
    store = open_store((folder / "place").read_text())
    transport, out = Telling(folder, store), os.open(folder / "added", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    while True:
        number += 1
        done = run(adding(store, Now(), number % len(PLACES), (number % 3, (number + 1) % 3, None, None)), transport)
        os.write(out, f"{done.bericht.message_id} {done.bericht.sha256}\n".encode())
        time.sleep(0.015)


def work(folder: Path) -> None:
    """Deliver until somebody kills this."""
    outbox.LEASE, outbox._MARGIN, outbox._FRESH = LEASE, LEASE - TOTAL, (LEASE - TOTAL) / 2
    store = open_store((folder / "place").read_text())
    transport = Telling(folder, store)
    outbox._Hold.look = transport.looking(outbox._Hold.look)  # type: ignore[assignment, method-assign]
    while True:
        run(run_of(store, Now(), TOTAL).worker(), transport)
        time.sleep(0.01)


if __name__ == "__main__":
    if sys.argv[2].startswith("add"):
        add(Path(sys.argv[1]), int(sys.argv[2][-1]))
    work(Path(sys.argv[1]))
