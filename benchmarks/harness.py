"""Measuring two things in turns, telling what came of it, and a world to measure in.

Machines are noisy and differ, so nothing here is a number of seconds on its own: each figure is the ratio of two things that
were measured in turns in one run, or something that can be counted exactly.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import platform
import socket
import ssl
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

from doorstroom_client import ClientCertificate, Leverancier
from doorstroom_client.simulator.keten import LAS_OIN
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.simulator.played_schools import SCHOLEN

ROOT = Path(__file__).resolve().parents[1]
OIN = "00000003990000110000"
YEAR = "2025-2026"
SCHOOL = SCHOLEN[0]

_SUPPLIER = r"""
import sys, threading, time
from pathlib import Path
from doorstroom_client.simulator.https import Answer, HttpsServer

cert, key, trust = map(Path, sys.argv[1:4])
pause, report = float(sys.argv[4]), int(sys.argv[5])
pdf = b"%PDF-1.4\n" + b"x" * (report - 15) + b"\n%%EOF"

def answer(_):
    if pause:
        time.sleep(pause)
    return Answer(200, pdf, "application/pdf") if report else Answer.melding(202, "ja")

with HttpsServer(answer, cert=cert, key=key, trust=trust, name="bench") as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to measure.

    Attributes:
        small: only so much that what is exact can be checked; the ratios are too noisy to tell anything then.
    """

    small: bool = False

    def of(self, whole: int, small: int) -> int:
        """One of two amounts."""
        return small if self.small else whole


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure and its bar.

    Attributes:
        name: what was measured.
        yardstick: what it was measured against.
        bar: what is to be reached; infinity for a figure that only tells.
        measured: what came of it: the median of the ratios, or a count.
        at_most: the bar is the most it may be; otherwise the least.
        exact: it is counted, so it has to hold on every machine and at every scale.
        low: the lowest of the ratios.
        high: the highest of the ratios.
        unit: of `measured`; empty for a ratio.
        note: absolute numbers of this machine.
    """

    name: str
    yardstick: str
    bar: float
    measured: float
    at_most: bool = True
    exact: bool = False
    low: float | None = None
    high: float | None = None
    unit: str = ""
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the bar is reached."""
        return self.measured <= self.bar if self.at_most else self.measured >= self.bar


@dataclass(frozen=True, slots=True)
class Ratio:
    """What came of a pair: the ratios of ours to the other, and the seconds for one time of each; medians over all rounds."""

    middle: float
    low: float
    high: float
    ours: float
    other: float

    @property
    def note(self) -> str:
        """Both in absolute numbers."""
        return f"{_short(self.ours)} against {_short(self.other)}"


def _short(seconds: float) -> str:
    return f"{seconds * 1e6:.0f} µs" if seconds < 0.001 else f"{seconds * 1e3:.2f} ms"


def clocked(work: Callable[[], object], times: int, clock: Callable[[], float] = time.process_time) -> float:
    """Seconds for one time, over so many. By default only the processor time of this process counts."""
    gc.collect()
    started = clock()
    for _ in range(times):
        work()
    return (clock() - started) / times


def pair(
    ours: Callable[[], object],
    other: Callable[[], object],
    *,
    times: int,
    rounds: int,
    clock: Callable[[], float] = time.process_time,
) -> Ratio:
    """Measure two things in turns; a first turn of each is for warming up.

    Args:
        ours: the library.
        other: the yardstick.
        times: how often in one turn.
        rounds: how many turns of each; who is first changes from round to round.
        clock: what tells the seconds.
    """
    return pairs(lambda: clocked(ours, times, clock), lambda: clocked(other, times, clock), rounds)


def pairs(ours: Callable[[], float], other: Callable[[], float], rounds: int) -> Ratio:
    """The same for whoever measures a turn themselves, such as in a process of its own: each gives the seconds for one time."""
    ours()
    other()
    found: list[tuple[float, float]] = []
    for turn in range(rounds):
        if turn % 2:
            second = other()
            found.append((ours(), second))
        else:
            found.append((ours(), other()))
    ratios = [one / two for one, two in found]
    ours_each, other_each = (statistics.median(each) for each in zip(*found, strict=True))
    return Ratio(statistics.median(ratios), min(ratios), max(ratios), ours_each, other_each)


def ratio_figure(name: str, yardstick: str, bar: float, ratio: Ratio, *, at_most: bool = True) -> Figure:
    """A figure made of a pair."""
    return Figure(name, yardstick, bar, ratio.middle, at_most=at_most, low=ratio.low, high=ratio.high, note=ratio.note)


def machine() -> str:
    """What was measured on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("httpx", "httpcore", "pydantic"))
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}, Python {platform.python_version()}, "
        f"{ssl.OPENSSL_VERSION.rsplit(' ', 3)[0]}, {libraries}"
    )


HEAD = ("figure", "against", "bar", "measured", "spread", "on this machine")


def row(figure: Figure) -> tuple[str, ...]:
    """The cells of a figure, under `HEAD`."""
    unit = f" {figure.unit}" if figure.unit else ""
    number = "{:.0f}" if figure.exact or figure.unit in ("MB", "minutes", "connections") else "{:.2f}"
    spread = "" if figure.low is None or figure.high is None else f"{figure.low:.2f} to {figure.high:.2f}"
    bar = "none" if math.isinf(figure.bar) else ("at most " if figure.at_most else "at least ") + f"{figure.bar:g}{unit}"
    verdict = "" if figure.met else " (missed)"
    return figure.name, figure.yardstick, bar, number.format(figure.measured) + unit + verdict, spread, figure.note


def print_table(figures: Iterable[Figure]) -> None:
    """The figures for a terminal."""
    rows = [HEAD, *map(row, figures)]
    widths = [max(len(cells[at]) for cells in rows) for at in range(len(HEAD))]
    for cells in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())


def markdown(figures: Iterable[Figure]) -> str:
    """The figures as a table for a page."""
    lines = [HEAD, tuple("---" for _ in HEAD), *map(row, figures)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def environment() -> dict[str, str]:
    """For a process that measures this copy of the library, with none of its settings from outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTROOM_")}
    return {**kept, "PYTHONPATH": str(ROOT)}


@contextmanager
def program(source: str, *arguments: str) -> Iterator[str]:
    """A program in a process of its own that prints one line when it is ready, and ends with its input; gives that line."""
    command = [sys.executable, "-c", source, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the program has no pipes")
        try:
            yield process.stdout.readline().decode().strip()
        finally:
            process.stdin.close()


@contextmanager
def supplier(pki: Pki, pause: float = 0.0, report: int = 0) -> Iterator[str]:
    """A supplier that takes everything, after so many seconds, or has one report of so many bytes; gives its address."""
    issued = pki.issue("leverancier", oin=OIN)
    with program(_SUPPLIER, str(issued.cert), str(issued.key), str(pki.trust), str(pause), str(report)) as url:
        yield url


def certificate(pki: Pki) -> ClientCertificate:
    """Ours."""
    las = pki.issue("las", oin=LAS_OIN)
    return ClientCertificate(las.cert, las.key, pki.trust)


def leverancier(url: str) -> Leverancier:
    """The supplier at an address."""
    return Leverancier("ICE", OIN, url)


def megabytes(process: int | str = "self", name: str = "VmRSS") -> float:
    """Memory of a process now, or with ``VmHWM`` at most so far; what getrusage tells begins with the most of the parent."""
    text = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(dict(line.split(":", 1) for line in text.splitlines())[name].split()[0]) / 1024


class Receiver:
    """One ``doorstroom serve``, with a store of its own when that is given, and Python that runs before it."""

    def __init__(self, config: Path, store: str | None = None, before: str = "") -> None:
        self._command = ["serve", "--config", str(config)]
        self._program = ["-m", "doorstroom_client.cli"]
        if before:
            self._program = ["-c", f"{before}import sys; from doorstroom_client.cli import main; sys.argv[0] = 'x'; main()"]
        self._environment = {**environment(), "DOORSTROOM_SERVE_PORT": "0", **({"DOORSTROOM_STORE": store} if store else {})}
        self.start()

    def start(self) -> None:
        """Run it, and wait until it listens."""
        self.process = subprocess.Popen(
            [sys.executable, *self._program, *self._command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
        )
        for line in self.process.stderr or ():
            if "Listening on" in line:
                self.port = int(line.split()[2].rpartition(":")[2])
                threading.Thread(target=(self.process.stderr or sys.stderr).read, daemon=True).start()
                return
        raise SystemExit(f"the receiver did not start, and ended with {self.process.wait()}")

    def stop(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()

    def cpu_seconds(self) -> float:
        """Processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Pushing:
    """Suppliers that push their requests, each with the number of its pupil, over connections that end when they are cut.

    Pupils whose result was answered with 202 are in `answered`; when there are as many as `half`, a line is printed.
    """

    port: int
    contexts: Sequence[ssl.SSLContext]
    requests: Sequence[Iterator[tuple[int, bytes]]]
    answered: list[int] = field(default_factory=list)
    refused: int = 0
    half: int = 0
    _mutex: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, connections: int, warming: int = 0) -> int:
        """Start all connections; returns when so many results were answered, and tells how many that were."""
        lines = [(at % len(self.contexts), self._connect(at % len(self.contexts))) for at in range(connections)]
        self._threads = [threading.Thread(target=self._push, args=line, daemon=True) for line in lines]
        for thread in self._threads:
            thread.start()
        while (done := len(self.answered) + self.refused) < warming and any(thread.is_alive() for thread in self._threads):
            time.sleep(0.001)
        return done

    def finish(self) -> None:
        """Wait until there is nothing left."""
        for thread in self._threads:
            thread.join()

    def _connect(self, supplier: int) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), 30)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.contexts[supplier].wrap_socket(plain, server_hostname="localhost")

    def _push(self, supplier: int, channel: ssl.SSLSocket) -> None:
        with channel:
            while (following := self._next(supplier)) is not None:
                pupil, message = following
                try:
                    channel.sendall(message)
                    status = _status(channel)
                except OSError:
                    return
                with self._mutex:
                    self.refused += status != 202
                    self.answered += [pupil] if status == 202 else []
                    if status == 202 and len(self.answered) == self.half:
                        print("half", flush=True)

    def _next(self, supplier: int) -> tuple[int, bytes] | None:
        with self._mutex:
            return next(self.requests[supplier], None)


def _status(channel: ssl.SSLSocket) -> int:
    """The status of an answer, once all of it has come in.

    Raises:
        OSError: the receiver hung up before, which can be in the middle of an answer.
    """
    answer = channel.recv(65536)
    while answer:
        top, found, rest = answer.partition(b"\r\n\r\n")
        if found:
            length = next(int(line.split(b":")[1]) for line in top.split(b"\r\n") if line.lower().startswith(b"content-length"))
            if len(rest) >= length:
                return int(top.split(b" ", 2)[1])
        more = channel.recv(65536)
        if not more:
            break
        answer += more
    raise OSError("the receiver hung up")


def context_of(cert: str | Path, key: str | Path, trust: str | Path) -> ssl.SSLContext:
    """How a supplier connects."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(trust)
    context.load_cert_chain(cert, key)
    return context


def request(target: str, body: bytes) -> bytes:
    """A result as it goes over the line."""
    head = f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def main(measure: Callable[[Scale], Iterable[Figure]]) -> None:
    """The command line of one file of figures: `--small`, and `--json` for whoever puts the figures together."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--small", action="store_true", help="only so much that what is exact can be checked")
    parser.add_argument("--json", action="store_true", help="one line of JSON per figure")
    given = parser.parse_args()
    figures: list[Figure] = []
    for figure in measure(Scale(given.small)):
        figures.append(figure)
        if given.json:
            print(json.dumps(asdict(figure)), flush=True)
    if not given.json:
        print(machine())
        print_table(figures)
    if any(figure.exact and not figure.met for figure in figures):
        sys.exit("something that is counted does not hold")
