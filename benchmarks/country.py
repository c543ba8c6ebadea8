"""The country's year, at a part of its size: mandates, lists, results, reports, over mutual TLS on this machine.

python -m benchmarks.country [--part N] [--json | --small]

In the whole there are 6,600 schools: their mandates are looked up, a list of 27 pupils is sent for each, 180,000 results are
pushed over 16 connections and taken over one by one, 180,000 reports of 300 kB are fetched. A part of it is played twice, at a
tenth and in full, so that what grows with the size shows. The others (OSR, suppliers) are in this process, each step of ours is
in one of its own, with all 6,600 schools in its configuration.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.bench_burst import Receiver
from benchmarks.bench_many import write_csv
from benchmarks.country_others import REPORT_BYTES, SCHOOLS, Country, Pushing
from benchmarks.harness import Figure, Scale, main
from benchmarks.world import ROOT, environment

RESULTS = 180_000
PUPILS = 27
CONNECTIONS = 16
_WARMING = 16
"""Items of a step with which measuring has not begun yet."""
_SMALL_PART = 2000
_TENTH = 10


@dataclass(frozen=True, slots=True)
class Step:
    """What one step took.

    Attributes:
        name: of the step.
        whole: items in the whole country.
        items: items that were played.
        missing: of those, how many did not come to a good end.
        measured: items after warming up.
        seconds: for those.
        cpu: processor time of our process for those.
        start: seconds from the start of our process until it was warm.
        peak: most memory of our process, in MB.
    """

    name: str
    whole: int
    items: int
    missing: int
    measured: int
    seconds: float
    cpu: float
    start: float
    peak: float

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of processor time for one item."""
        return self.cpu / self.measured * 1e3

    @property
    def whole_minutes(self) -> float:
        """For the whole country, at this rate."""
        return (self.seconds / self.measured * self.whole + self.start) / 60

    @property
    def whole_cpu(self) -> float:
        """Seconds of processor time for the whole country."""
        return self.cpu / self.measured * self.whole


class Play:
    """One playing of the year, with a store of its own.

    Args:
        country: everybody else.
        folder: for the files of the LAS.
        part: how much smaller than the whole.
    """

    def __init__(self, country: Country, folder: Path, part: int) -> None:
        folder.mkdir()
        self._country = country
        self._schools = country.playing[: max(len(country.toetssystemen), SCHOOLS // part)]
        self._results = max(CONNECTIONS, RESULTS // part)
        country.store = folder / "doorstroom.db"
        self._config = country.write_config(folder / "doorstroom.toml")
        self._csv = folder / "scholen.csv"
        write_csv(country, self._schools, PUPILS, self._csv)

    def run(self) -> list[Step]:
        """All steps, in the order of the year."""
        schools = len(self._schools)
        return [
            self._step("mandates", "mandaten", SCHOOLS, schools, f"--schools={schools}"),
            self._step("lists", "lijsten", SCHOOLS, schools, f"--file={self._csv}"),
            self._pushed(),
            self._step("results taken over", "resultaten", RESULTS, self._results),
            self._step("reports", "rapporten", RESULTS, self._results, f"--bytes={REPORT_BYTES}"),
        ]

    def _step(self, name: str, step: str, whole: int, items: int, *arguments: str) -> Step:
        warming = min(_WARMING, items // 2)
        command = [sys.executable, "-m", "benchmarks.country_ours", step, str(self._config), f"--warming={warming}", *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment(), check=True)
        found = json.loads(done.stdout)
        good = found.pop("good")
        return _told(Step(name, whole, items, items - good, **found))

    def _pushed(self) -> Step:
        begun = time.perf_counter()
        receiver = Receiver(self._config, None)
        try:
            requests = self._country.requests(self._schools, self._results)
            pushing = Pushing(receiver.port, self._country.contexts(), requests)
            warm = pushing.begin(CONNECTIONS, min(CONNECTIONS, self._results // 2))
            begin, cpu = time.perf_counter(), receiver.cpu_seconds()
            pushing.finish()
            seconds, used = time.perf_counter() - begin, receiver.cpu_seconds() - cpu
            peak = receiver.megabytes("VmHWM")
        finally:
            receiver.process.terminate()
            receiver.process.wait()
        missing, measured = self._results - pushing.accepted, self._results - warm
        return _told(Step("results pushed", RESULTS, self._results, missing, measured, seconds, used, begin - begun, peak))


def _told(step: Step) -> Step:
    print(
        f"  {step.name:<18} {step.items:>6} items, {step.missing} missing, {step.seconds:6.2f} s, {step.cpu:6.2f} s of CPU, "
        f"{step.cpu_ms:6.2f} ms of CPU an item, at most {step.peak:5.1f} MB; the whole: {step.whole_minutes:5.2f} minutes",
        file=sys.stderr,
        flush=True,
    )
    return step


def measure(scale: Scale, part: int = 20) -> Iterable[Figure]:
    """Play a tenth of the part, the part, and a tenth again."""
    part = scale.of(part, _SMALL_PART)
    with tempfile.TemporaryDirectory() as folder:
        country = Country(Path(folder) / "others", max(3, SCHOOLS // part))
        try:
            played: list[list[Step]] = []
            for at, size in enumerate((part,) if scale.small else (_TENTH * part, part, _TENTH * part)):
                print(f"1/{size} of the country's year", file=sys.stderr, flush=True)
                played.append(Play(country, Path(folder) / f"las{at}", size).run())
        finally:
            country.stop()
    missing = sum(step.missing for steps in played for step in steps)
    yield Figure("the country's year: lost or missing", "none", 0, missing, exact=True)
    peak = max(step.peak for steps in played for step in steps)
    yield Figure("the country's year: most memory of a process", "a bound", 150, peak, exact=True, unit="MB")
    if not scale.small:
        yield from _compared(part, *played)


def _compared(part: int, before: list[Step], steps: list[Step], after: list[Step]) -> Iterable[Figure]:
    smaller = list(zip(before, after, strict=True))
    growth = max(step.peak - max(one.peak, two.peak) for step, (one, two) in zip(steps, smaller, strict=True))
    yield Figure(
        f"growth of memory from 1/{_TENTH * part} to 1/{part}", "ten times the work", 10, growth, exact=True, unit="MB"
    )
    used = sum(step.whole_cpu for step in steps)
    each = used / sum((one.whole_cpu + two.whole_cpu) / 2 for one, two in smaller)
    yield Figure(f"processor time of an item at 1/{part}", f"at 1/{_TENTH * part}", 1.15, each, note=f"{used / 60:.1f} minutes")
    minutes = sum(step.whole_minutes for step in steps)
    note = ", ".join(f"{step.name} {step.whole_minutes:.1f}" for step in steps)
    yield Figure("the country's year, at the rate of this part", "2 cores", 12, minutes, unit="minutes", note=note)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--part", type=int, default=20)
    given, sys.argv[1:] = parser.parse_known_args()
    main(partial(measure, part=max(2, given.part)))
