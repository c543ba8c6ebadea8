"""The lists of many schools in one run: time, and memory that stays flat. Broken off half-way with ``--kill``, and run again.

python -m benchmarks.bench_many [--schools N] [--pupils N] [--workers N] [--kill]

The suppliers and the OSR run in this process, the client in one of its own, so that its memory is only its own.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from doorstroom_client.chain import as_afspraak
from doorstroom_client.client import Client
from doorstroom_client.config import load_settings
from doorstroom_client.messages.school import School
from doorstroom_client.readers.many import read_many
from doorstroom_client.simulator import Keten

POINTS = (0.1, 0.5, 1.0)


def megabytes(field: str = "VmRSS") -> float:
    """Memory in use now, or with ``VmHWM`` at most so far; what getrusage tells begins with the most of the parent process."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text("utf-8").splitlines())
    return int(status[field].split()[0]) / 1024


def work(config: Path, file: Path, schools: int, workers: int) -> None:
    """The client: send everything, and print a line for each school and for each point where memory is measured."""
    settings = load_settings(config)
    afspraak = as_afspraak(settings.afspraak, settings.afspraken)
    print(f"memory 0 {megabytes():.1f}", flush=True)
    points = {max(1, round(schools * point)): point for point in POINTS}
    with Client(**settings.arguments()) as client:
        opdrachten = read_many(file, soort="adviezen", scholen=settings.scholen, afspraak=afspraak)
        for number, uitkomst in enumerate(client.send_many(opdrachten, workers=workers), start=1):
            print(f"school {uitkomst.naam} {uitkomst.afloop}", flush=True)
            if number in points:
                print(f"memory {points[number]:.0%} {megabytes():.1f}", flush=True)
    print(f"memory peak {megabytes('VmHWM'):.1f}", flush=True)


def run(command: list[str], kill_after: int | None) -> tuple[Counter[str], list[str], float]:
    """Run the client; gives how it ended for the schools, which ones were done, and how long it took."""
    ended, done, started = Counter[str](), [], time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            kind, *rest = line.split()
            if kind == "memory":
                print(f"  memory at {rest[0]:>5}: {rest[1]} MB")
                continue
            done.append(rest[0])
            ended[rest[1]] += 1
            if len(done) == kill_after:
                process.kill()
    return ended, done, time.perf_counter() - started


def write_csv(keten: Keten, schools: list[School], pupils: int, file: Path) -> None:
    """The advice of all schools in one file."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(("school", "eck_id", "las_key", "advies"))
        for school in schools:
            for item in keten.klas(school, pupils):
                writer.writerow((school.instellingscode, item.eck_id, item.las_key, item.advies))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The lists of many schools in one run.")
    parser.add_argument("--schools", type=int, default=1000)
    parser.add_argument("--pupils", type=int, default=27)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kill", action="store_true", help="kill the client half-way, and run it again")
    parser.add_argument("--work", nargs=2, type=Path, metavar=("CONFIG", "CSV"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(*given.work, given.schools, given.workers)
        return
    with tempfile.TemporaryDirectory() as folder, Keten(Path(folder) / "keten", receive=False) as keten:
        schools = keten.bedenk_scholen(given.schools, leerlingen=given.pupils)
        file, config = Path(folder) / "scholen.csv", keten.write_config(Path(folder) / "doorstroom.toml")
        write_csv(keten, schools, given.pupils, file)
        print(f"{given.schools} schools, {given.schools * given.pupils} pupils, {file.stat().st_size / 1024**2:.1f} MB of CSV")
        amounts = [f"--{name}={getattr(given, name)}" for name in ("schools", "workers")]
        command = [sys.executable, "-m", "benchmarks.bench_many", *amounts, "--work", str(config), str(file)]
        before: list[str] = []
        for kill_after in (given.schools // 2, None) if given.kill else (None,):
            ended, done, seconds = run(command, kill_after)
            how = "killed" if kill_after else "done"
            print(f"{how} after {seconds:.1f} s, {len(done) / seconds:.1f} schools/s: {dict(ended)}")
            before = before or done
        lists = Counter(keten.toetssysteem_van(school).lijsten[school.oin] for school in schools)
        missing = sum(len(keten.toetssysteem_van(school).adviezen(school.oin)) != given.pupils for school in schools)
        again = sum(
            keten.toetssysteem_van(school).lijsten[school.oin] != 1 for school in schools if school.instellingscode in before
        )
        print(
            f"schools by number of lists received: {dict(lists)}; with advice missing: {missing}; done, and sent again: {again}"
        )


if __name__ == "__main__":
    main()
