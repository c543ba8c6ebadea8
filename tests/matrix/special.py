"""Rows 34 to 38: what is no fault of the wire, as far as it has a meaning before there is an outbox."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faults_support as faults
from faults_support import BadServer, Fault
from support import SUPPLIER_OIN, kanarie
from support.processes import wait_until

from doorstroom_client import DoorstroomError
from doorstroom_client.simulator.pki import Leaf

from .operations import OURS, RAPPORT, look, perform
from .rows import Cell, Variant
from .stage import SLOW, Peer, Seat, Watched, World

TESTS = Path(__file__).parent.parent
LONG = 20.0
FAR = dt.timedelta(days=400)


def has_no_body(world: World, speler: Watched, letter: str) -> None:
    """Nothing of this operation could break off half-way or stay unread."""
    peer = Peer()
    with world.serve([peer.good]) as server:
        seat = Seat(world, speler, letter, server)
        seat.check_value(seat.call(), "yes", peer)
        (only,) = seat.main
        assert only.body == b""
        assert only.header("Content-Length") in (None, "0")
        assert only.header("Transfer-Encoding") is None


def _peer(letter: str) -> Peer:
    return Peer("https://oud.example.nl" if letter == "F" else None)


@contextmanager
def _process(
    world: World, speler: Watched, letter: str, server: BadServer, folder: Path, limit: int | None = None
) -> Iterator[Any]:
    """One operation in a process of its own."""
    given = {
        "awaited": speler.awaited,
        "url": server.url,
        "cert": str(world.own.cert),
        "key": str(world.own.key),
        "password": kanarie.WACHTZIN,
        "trust": str(world.pki.trust),
        "total": LONG,
        "letter": letter,
        "folder": str(folder),
        "limit": limit,
    }
    path = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    temp = world.empty_folder("temp")
    with subprocess.Popen(
        [sys.executable, "-B", "-m", "matrix.worker", json.dumps(given)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": path, "PATH": os.environ.get("PATH", ""), "TMPDIR": str(temp)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()
    speler.folders.append(folder)
    speler.witness.spoor.files("temporary files of a process", temp)


def _ended_in_flight(world: World, speler: Watched, letter: str, number: signal.Signals) -> None:
    """The peer took the request in and the caller is gone; then somebody does the same again."""
    peer = _peer(letter)
    fault: Fault = faults.applied(peer.app, faults.silent())
    if letter == "C":
        fault = faults.drip_body(0.02, status=200, body=RAPPORT, content_type="application/pdf")
    with world.serve([fault, peer.good]) as server:
        seat = Seat(world, speler, letter, server)
        with _process(world, speler, letter, server, seat.folder) as process:
            wait_until(lambda: bool(server.requests) and (letter != "C" or any(path.stat().st_size for path in seat.files)))
            if letter in "AB":
                wait_until(lambda: bool(peer.lists))
            if letter in "EF":
                wait_until(lambda: peer.url == OURS)
            process.send_signal(number)
            said, complained = process.communicate(timeout=LONG / 2)
            assert process.returncode == -number
            speler.witness.output(complained)
            assert speler.witness.replay(said, killed=True) == []
            speler.look_at_names()
        assert list(seat.folder.glob("*.pdf")) == [], "half a report under its name"
        lists = set(peer.lists)
        left = [path for path in seat.files if path.suffix == ".part"]
        assert all(path.stat().st_mode & 0o77 == 0 for path in left)
        for path in left:  # cleaned up by the next download once it is an hour old
            os.utime(path, (time.time() - 7200,) * 2)
        if letter == "E":
            found = speler(look(seat.client))
            speler.witness.spoor.thing("answer", found)
            assert OURS in found.response.body.decode()
            assert [item.method for item in server.requests] == ["POST", "GET"]
            return
        seat.check_value(seat.call(), "yes", peer)
        assert len(seat.main) == 2
        if letter in "AB":
            paths = {path for path, _ in (lists | peer.lists)}
            assert len(paths) == 1, "a mutation delivery of the same list to the same place"


def killed(world: World, speler: Watched, letter: str, _: Cell) -> None:
    _ended_in_flight(world, speler, letter, signal.SIGKILL)


def terminated(world: World, speler: Watched, letter: str, _: Cell) -> None:
    _ended_in_flight(world, speler, letter, signal.SIGTERM)


def full(world: World, speler: Watched, letter: str, cell: Cell) -> None:
    """No file can grow beyond a part of a report."""
    peer = _peer(letter)
    with world.serve([peer.good]) as server:
        folder = world.empty_folder()
        limit = len(RAPPORT) // 2 if letter == "C" else 0
        with _process(world, speler, letter, server, folder, limit) as process:
            said, complained = process.communicate(timeout=LONG)
        speler.witness.output(complained)
        assert speler.witness.replay(said) == [cell.error.__name__ if cell.error else "ok"]
        assert list(folder.iterdir()) == []
        assert len([item for item in server.requests if "/endpoints" not in item.path or item.method != "GET"]) == 1
        seat = Seat(world, speler, letter, server)  # there is space again
        seat.check_value(seat.call(), "yes", peer)


def twice(world: World, speler: Watched, letter: str, _: Cell) -> None:
    """Two clients at once."""
    peer = _peer(letter)
    script = [peer.good]
    if letter == "E":
        script = [faults.applied(peer.app, faults.close_without_answer()), peer.good]
    moment = dt.datetime.now(dt.UTC)
    with world.serve(script) as server:
        seats = [Seat(world, speler, letter, server, now=lambda: moment) for _ in range(2)]
        outcomes = _both(speler, [lambda seat=seat: perform(seat.client, letter, seat.folder) for seat in seats])
        for seat, outcome in zip(seats, outcomes, strict=True):
            speler.came(outcome)
            seat.check_value(outcome, "yes", peer)
        assert len(seats[0].main) == 2
        if letter in "AB":
            assert len(peer.lists) == 1
        if letter == "E":
            assert [item.method for item in server.requests].count("GET") == 1


def _both(speler: Watched, calls: list[Callable[[], Any]]) -> list[Any]:
    if speler.awaited:

        async def gather() -> list[Any]:
            return list(await asyncio.gather(*[call() for call in calls], return_exceptions=True))

        return list(speler(gather()))
    found: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def work(at: int) -> None:
        start.wait()
        try:
            found[at] = calls[at]()
        except DoorstroomError as error:
            found[at] = error

    threads = [threading.Thread(target=work, args=(at,)) for at in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    return found


def skewed(world: World, speler: Watched, letter: str, cell: Cell) -> None:
    """Certificates of another time are refused, by the clock of the machine; `now` bounds nothing."""
    _certificates_of_another_time(world, speler, letter, cell)
    steps = itertools.cycle([dt.timedelta(hours=1), dt.timedelta(hours=-1)])
    clocks: list[Callable[[], dt.datetime]] = [
        lambda: dt.datetime.now(dt.UTC) + FAR,
        lambda: dt.datetime.now(dt.UTC) - FAR,
        lambda: dt.datetime.now(dt.UTC) + next(steps),
    ]
    for now in clocks:
        peer = _peer(letter)
        trouble = faults.answer(500)
        with world.serve([trouble, peer.good]) as server:
            seat = Seat(world, speler, letter, server, now=now)
            seat.check_value(seat.call(), "yes", peer)
            if letter != "E":
                assert len(seat.main) == 2
    peer = _peer(letter)
    with world.serve([faults.silent()] * 2 if letter != "E" else [faults.silent(), peer.good, faults.silent()]) as server:
        seat = Seat(world, speler, letter, server, now=clocks[-1], total=SLOW)
        outcome = seat.call()
        assert type(outcome).__name__ == "DeadlineExceeded"
        assert len(outcome.attempts) == 1


def _certificates_of_another_time(world: World, speler: Watched, letter: str, cell: Cell) -> None:
    now = dt.datetime.now(dt.UTC)
    leaves = {
        "expired": Leaf(oins=(SUPPLIER_OIN,), not_after=now - FAR),
        "not_yet_valid": Leaf(oins=(SUPPLIER_OIN,), not_before=now + FAR, not_after=now + 2 * FAR),
    }
    for code, leaf in leaves.items():
        variant = Variant(code, issued=lambda pki, leaf=leaf, code=code: pki.issue_leaf(f"skew-{code}", leaf), code=code)
        for skew in (dt.timedelta(0), FAR, -FAR):
            peer = _peer(letter)
            with world.serve([peer.good], variant) as server:
                seat = Seat(
                    world, speler, letter, server, variant=variant, now=lambda skew=skew: dt.datetime.now(dt.UTC) + skew
                )
                seat.check_error(seat.call(), cell, variant)
                server.stop()
                assert (server.requests, server.bytes_received, server.connections) == ([], 0, 1)
