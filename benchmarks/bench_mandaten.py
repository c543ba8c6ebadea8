"""The mandates of many schools, over real mutual TLS, at a rate that the simulated OSR enforces; killed half-way and run again.

python -m benchmarks.bench_mandaten [--schools N] [--rate N] [--no-kill]

The OSR runs in this process and answers 429 to whatever is more than the rate; the client is a process of its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from doorstroom_client.client import Client
from doorstroom_client.config import load_settings
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.https import Answer, Received


def work(config: Path, rate: float) -> None:
    """The client: check every school with its first supplier, and print a line for each."""
    with Client(**load_settings(config).arguments()) as client:
        first = [client.leveranciers[0]]
        for controle in client.osr.check_mandaten(leveranciers=first, per_second=rate, max_age=3600):
            print(controle.school.instellingscode, "later" if controle.error else "answered", flush=True)


def run(command: list[str], kill_after: int | None) -> Counter[str]:
    """Run the client, and kill -9 it after so many schools; gives how many schools ended how."""
    ended = Counter[str]()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            ended[line.split()[1]] += 1
            if ended.total() == kill_after:
                process.kill()
    return ended


def most_within(moments: Sequence[float], seconds: float) -> int:
    """The most moments within any stretch of time."""
    most, first = 0, 0
    for at, moment in enumerate(moments):
        while moment - moments[first] >= seconds:
            first += 1
        most = max(most, at - first + 1)
    return most


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The mandates of many schools at a bounded rate.")
    parser.add_argument("--schools", type=int, default=200)
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--no-kill", action="store_true", help="one run, which is not broken off")
    parser.add_argument("--work", type=Path, metavar="CONFIG", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(given.work, given.rate)
        return
    with tempfile.TemporaryDirectory() as folder, Keten(Path(folder) / "keten", receive=False) as keten:
        keten.bedenk_scholen(given.schools, leerlingen=1)
        config = keten.write_config(Path(folder) / "doorstroom.toml")
        moments: list[float] = []
        refused = 0
        answer = keten.osr.app

        def noted(received: Received) -> Answer:
            nonlocal refused
            moments.append(time.perf_counter())
            given_back = answer(received)
            refused += given_back.status == 429
            return given_back

        keten._osr_server._app = noted  # type: ignore[attr-defined]
        keten.osr.limit_requests(given.rate)
        command = [sys.executable, "-m", "benchmarks.bench_mandaten", "--rate", str(given.rate), "--work", str(config)]
        halves = 2 * len(keten.scholen)
        for kill_after in (None,) if given.no_kill else (given.schools // 2, None):
            begun = len(moments)
            ended = run(command, kill_after)
            calls, took = len(moments) - begun, moments[-1] - moments[begun]
            print(
                f"{'killed' if kill_after else 'done'}: {dict(ended)}; {calls} calls in {took:.2f} s, "
                f"{took / ((calls - 1) / given.rate):.3f} times what {given.rate} per second allows"
            )
            print(f"  most calls that arrived within a second: {most_within(moments[begun:], 1.0)}")
        print(f"halves to ask: {halves}; calls in all: {len(moments)}; answered 429: {refused}")


if __name__ == "__main__":
    main()
