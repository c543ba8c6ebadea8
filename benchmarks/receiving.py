"""Results that are pushed, each on disk before its 202: the rate beside a receiver made by hand, and what is lost by a kill.

The yardstick is what a good engineer writes in an afternoon. It looks up no mandate, checks no codes, knows no resend, keeps no
event and takes in any size. What was chosen for it, and why:

- FastAPI with a ``def`` endpoint, which runs in FastAPI's pool of threads: a commit that blocks is not for an event loop.
- A pydantic model of the fields that matter as its body, so that FastAPI reads and checks the message.
- One connection and a lock. A connection per thread would wait for SQLite's own lock instead, with pauses.
- A write-ahead log and ``synchronous = FULL``: the same durability as ours, with one sync for a commit. The journal that SQLite
  has when nothing is said takes several, so this favours the yardstick.
- One INSERT and one commit per message, before the 202.
- uvicorn with its own settings and the same certificates, and no access log. Which HTTP parser and event loop it has is up to
  uvicorn: h11 and asyncio, or httptools and uvloop where those are installed; the note tells which. Ours always has h11 and
  asyncio, because its limits are built on them.

The load comes from a process of its own, in turns. The second figure does the same on a disk that takes 5 ms for a sync, which
is played by waiting after each COMMIT, in both receivers alike; it only tells what sharing commits is for.

python -m benchmarks.receiving --results N [--kill] pushes one burst instead: how long it takes, the memory on the way, and
whether all are there. With ``--kill`` the receiver is killed half-way and started again, and what it had not answered is pushed
once more.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.harness import (
    ROOT,
    Figure,
    Pushing,
    Ratio,
    Receiver,
    Scale,
    context_of,
    environment,
    main,
    megabytes,
    pairs,
    program,
    request,
)
from doorstroom_client import Deelnemerslijst
from doorstroom_client.config.reader import load_settings
from doorstroom_client.simulator import Keten, deelnemers_of

CONNECTIONS = 16
PLACE = b"@" * 128
"""Where the number of the pupil stands in the template."""
BAR = 4.0
SLOW = 0.005
"""Seconds that a sync takes on a slow disk."""
_HOW = "full fsync, mutual TLS, 16 connections"

_HAND_MADE = """
import socket, sqlite3, ssl, sys, threading, time
import uvicorn
from fastapi import FastAPI, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel

cert, key, trust, store = sys.argv[1:5]

class Ref(BaseModel):
    label: str
    onderwijsdeelnemerID: str

class Waarde(BaseModel):
    label: str
    waarde: int | str
    toetseenheid: str | None = None

class Scores(BaseModel):
    id: str
    scores: list[Waarde]

class Resultaten(BaseModel):
    aanvullendeinfo: str | None = None
    resultaten: list[Waarde]

class Resultatenscores(BaseModel):
    id: str
    deelnemerref: list[Ref]
    versie: str
    datumtijd: str
    toetsdefinitie: str
    scores: Scores
    resultaten: Resultaten

class Onderdeel(BaseModel):
    label: str
    id: str
    omschrijving: str | None = None
    toetsonderdelen: list["Onderdeel"] = []

class Toets(BaseModel):
    label: str | None = None
    id: str
    naam: str | None = None
    versie: str | None = None
    toetsonderdelen: list[Onderdeel] = []

class Leerlingresultaat(BaseModel):
    datumtijd: str
    auteur: str
    versie: str
    profiel: str
    schooljaar: str
    resultatenscores: Resultatenscores
    toets: Toets

database = sqlite3.connect(store, isolation_level=None, check_same_thread=False)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = FULL")
database.execute(
    "CREATE TABLE resultaat (id INTEGER PRIMARY KEY, edu_to TEXT, edu_from TEXT, pupil TEXT, toets TEXT, schooljaar TEXT, "
    "received REAL, payload TEXT)"
)
lock = threading.Lock()
app = FastAPI()

@app.post("/leerlingresultaat", status_code=202)
def take(message: Leerlingresultaat, edu_to: str = Query(alias="edu-to"), edu_from: str = Query(alias="edu-from")):
    pupil = message.resultatenscores.deelnemerref[0].onderwijsdeelnemerID
    row = (edu_to, edu_from, pupil, message.toets.id, message.schooljaar, time.time(), message.model_dump_json())
    with lock:
        database.execute("BEGIN IMMEDIATE")
        database.execute(
            "INSERT INTO resultaat (edu_to, edu_from, pupil, toets, schooljaar, received, payload) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        database.execute("COMMIT")
    return {"melding": "Bericht ontvangen."}

listening = socket.create_server(("127.0.0.1", 0))
listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as if uvicorn had opened it: else 40 ms for each answer
print(listening.getsockname()[1], flush=True)
config = uvicorn.Config(
    app, ssl_certfile=cert, ssl_keyfile=key, ssl_ca_certs=trust, ssl_cert_reqs=ssl.CERT_REQUIRED,
    access_log=False, log_level="warning",
)
threading.Thread(target=lambda: (sys.stdin.read(), setattr(server, "should_exit", True)), daemon=True).start()
server = uvicorn.Server(config)
server.run(sockets=[listening])
"""


def load(arguments: Sequence[str]) -> None:
    """Push as fast as it is answered, from a process of its own.

    All requests are made beforehand, so that a turn measures the receiver. Prints ``half`` half-way, and at the end one line of
    JSON: the seconds, and the pupils whose result was answered with 202.
    """
    cert, key, trust, template, port, target, first, number = arguments
    body = Path(template).read_bytes()
    pupils = range(int(first), int(first) + int(number))
    waiting = [(pupil, request(target, body.replace(PLACE, b"%0128x" % pupil))) for pupil in pupils]
    pushing = Pushing(int(port), [context_of(cert, key, trust)], [iter(waiting)], half=len(waiting) // 2)
    started = time.perf_counter()
    pushing.begin(CONNECTIONS)
    pushing.finish()
    print(json.dumps({"seconds": time.perf_counter() - started, "answered": pushing.answered}))


class Load:
    """Pushes results of new pupils, so that no turn meets what another one brought."""

    def __init__(self, keten: Keten, folder: Path) -> None:
        self._template = folder / "template.json"
        document = keten.toetssystemen["ICE"].neem_af()[0]
        names = [item["onderwijsdeelnemerID"] for item in document["resultatenscores"]["deelnemerref"]]
        (eck,) = [name[-128:] for name in names if len(name) > 128]
        self._template.write_bytes(json.dumps(document).encode().replace(eck.encode(), PLACE))
        pki = keten.directory / "pki"
        self._files = (pki / "ice.cert.pem", pki / "ice.key.pem", keten.certificate.trust_files[0])
        self._target = f"/leerlingresultaat?edu-to={keten.school.routeringskenmerk}&edu-from={keten.school.oin}"
        self._new = count(0, 1_000_000)

    def push(
        self, port: int, number: int, half: Callable[[], object] = int, first: int | None = None
    ) -> tuple[float, list[int]]:
        """Push so many; gives the seconds and the pupils that were answered with 202.

        Args:
            port: of the receiver.
            number: results.
            half: is called half-way.
            first: number of the first pupil; new ones when it is left out.
        """
        what = (*self._files, self._template, port, self._target, next(self._new) if first is None else first, number)
        command = [sys.executable, "-m", "benchmarks.receiving", "load", *map(str, what)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(), cwd=ROOT, text=True) as process:
            for line in process.stdout or ():
                if line.strip() == "half":
                    half()
                else:
                    told = json.loads(line)
        return told["seconds"], told["answered"]

    def turn(self, port: int, number: int) -> float:
        """Seconds for one message. All have to be answered with 202."""
        seconds, answered = self.push(port, number)
        if len(answered) != number:
            raise SystemExit(f"{number - len(answered)} of {number} results were not taken")
        return seconds / number


def wait_for_commits(seconds: float) -> None:
    """Play a slow disk in this process: from now on a COMMIT takes so much longer, without the interpreter lock."""

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *values: Any) -> Any:
            result = super().execute(sql, *values)
            if sql == "COMMIT":
                time.sleep(seconds)
            return result

    class Connection(sqlite3.Connection):
        def cursor(self, *args: Any, **more: Any) -> Any:
            return super().cursor(*args, factory=Cursor) if not args and not more else super().cursor(*args, **more)  # type: ignore[call-overload]

        def execute(self, sql: str, *values: Any) -> Any:
            return self.cursor().execute(sql, *values)

    sqlite3.connect = partial(sqlite3.connect, factory=Connection)  # type: ignore[assignment]


@contextmanager
def _world() -> Iterator[tuple[Keten, Path, Path, Load]]:
    """A chain whose supplier knows pupils; its folder, the settings of the receiver, and what pushes."""
    with tempfile.TemporaryDirectory() as name, Keten(Path(name), receive=False) as keten:
        config = keten.write_config(Path(name) / "doorstroom.toml")
        with keten.client() as client:
            client.send(Deelnemerslijst(keten.school, *deelnemers_of(keten.leerlingen())))
        yield keten, Path(name), config, Load(keten, Path(name))


def measure(scale: Scale) -> Iterable[Figure]:
    """The rate, in turns; then a kill."""
    with _world() as (keten, folder, config, load):
        receiver = Receiver(config)
        try:
            with _hand_made(keten, folder) as port:
                number = scale.of(2000, 100)
                rate = pairs(lambda: load.turn(port, number), lambda: load.turn(receiver.port, number), scale.of(7, 1))
            yield _rate(rate, folder)
            yield _on_a_slow_disk(keten, folder, config, load, scale)
            yield _lost(load, receiver, _store_of(config), scale.of(4000, 200))
        finally:
            receiver.stop()


def burst(number: int, *, kill: bool) -> None:
    """Push so many at once, and look whether each is there."""
    with _world() as (_, __, config, load):
        receiver = Receiver(config)
        try:
            before = megabytes(receiver.process.pid)
            seconds, answered = load.push(receiver.port, number, receiver.stop if kill else int, first=0)
            lost = set(answered) - _kept(_store_of(config))
            if kill:
                print(f"killed after {len(answered)} answers; not in the store: {len(lost)}")
                receiver.start()
                seconds, answered = load.push(receiver.port, number, first=0)
            cpu = receiver.cpu_seconds() / number * 1e3
            print(f"{number} results in {seconds:.1f} s: {number / seconds:.0f} a second, {cpu:.2f} ms of processor time each")
            print(
                f"memory of the receiver: {before:.1f} MB at the start, {megabytes(receiver.process.pid, 'VmHWM'):.1f} at most"
            )
        finally:
            receiver.stop()
        kept = _kept(_store_of(config))
        print(f"answered 202: {len(answered)}, in the store: {len(kept)}")
        if lost or not len(answered) == len(kept) == number:
            raise SystemExit("results are missing")


@contextmanager
def _hand_made(keten: Keten, folder: Path, name: str = "hand-made.db", slow: float = 0.0) -> Iterator[int]:
    own = keten.server_certificate
    files = (own.cert, own.key, own.trust_files[0], folder / name)
    with program(_slowed(slow) + _HAND_MADE, *map(str, files)) as port:
        yield int(port)


def _slowed(seconds: float) -> str:
    return f"from benchmarks.receiving import wait_for_commits; wait_for_commits({seconds})\n" if seconds else ""


def _on_a_slow_disk(keten: Keten, folder: Path, config: Path, load: Load, scale: Scale) -> Figure:
    """The same where a sync takes long, which is what sharing commits is for."""
    ours = Receiver(config, str(folder / "slow.db"), _slowed(SLOW))
    try:
        with _hand_made(keten, folder, "slow-hand-made.db", SLOW) as port:
            number = scale.of(600, 32)
            rate = pairs(lambda: load.turn(port, number), lambda: load.turn(ours.port, number), scale.of(5, 1))
    finally:
        ours.stop()
    return Figure(
        f"results received where a sync takes {SLOW * 1e3:.0f} ms",
        "FastAPI, uvicorn and SQLite by hand",
        math.inf,
        rate.middle,
        low=rate.low,
        high=rate.high,
        note=f"{1 / rate.other:.0f} against {1 / rate.ours:.0f} a second; a wait after each commit plays the disk",
    )


def _rate(rate: Ratio, folder: Path) -> Figure:
    """The seconds of the other in ours: how many of ours in the time of one of the other."""
    rates = f"{1 / rate.other:.0f} against {1 / rate.ours:.0f} a second"
    note = f"{rates}; fdatasync of 4 kB takes {_sync_cost(folder) * 1e6:.0f} µs; the other has {_engine()}"
    return Figure(
        f"results received ({_HOW})",
        "FastAPI, uvicorn and SQLite by hand",
        BAR,
        rate.middle,
        at_most=False,
        low=rate.low,
        high=rate.high,
        note=note,
    )


def _engine() -> str:
    """What uvicorn takes when nothing is said."""
    parser = "httptools" if find_spec("httptools") else "h11"
    return f"{parser} and {'uvloop' if find_spec('uvloop') else 'asyncio'}"


def _sync_cost(folder: Path) -> float:
    """Seconds for adding 4 kB to a file and bringing that to disk, in the folder of the store."""
    times, path = 100, folder / "sync.test"
    with path.open("wb", buffering=0) as file:
        started = time.perf_counter()
        for _ in range(times):
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
        return (time.perf_counter() - started) / times


def _lost(load: Load, receiver: Receiver, store: Path, number: int) -> Figure:
    """Kill the receiver half-way; what it answered with 202 has to be in the store."""
    _, answered = load.push(receiver.port, number, receiver.stop)
    if not number // 2 <= len(answered) < number:
        raise SystemExit("the receiver was not killed half-way")
    lost = len(set(answered) - _kept(store))
    note = f"{len(answered)} answered when killed with signal 9"
    return Figure("acknowledged but lost after a kill", "none", 0, lost, exact=True, note=note)


def _store_of(config: Path) -> Path:
    return Path(str(load_settings(config, {}).store))


def _kept(store: Path) -> set[int]:
    """The pupils of whom there is a result."""
    with closing(sqlite3.connect(store)) as database:
        return {int(row[0][-128:], 16) for row in database.execute("SELECT pupil FROM leerlingresultaat")}


if __name__ == "__main__":
    if sys.argv[1:2] == ["load"]:
        load(sys.argv[2:])
    else:
        parser = argparse.ArgumentParser(add_help=False)
        parser.add_argument("--results", type=int)
        parser.add_argument("--kill", action="store_true")
        given, sys.argv[1:] = parser.parse_known_args()
        if given.results:
            burst(given.results, kill=given.kill)
        else:
            main(measure)
