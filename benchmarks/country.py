"""The country's year, at a part of its size: mandates, lists, results, reports, over mutual TLS on this machine.

python -m benchmarks.country [--part N] [--json | --small]

In the whole there are 6,600 schools: their mandates are looked up, a list of 27 pupils is sent for each, 180,000 results are
pushed over 16 connections and taken over one by one, 180,000 reports of 300 kB are fetched. Of all schools it is asked what is
missing, with the names of their own lists; the planning is looked at once.
A part of it is played twice, at a tenth and in full, so that what grows with the size shows. The others (OSR, suppliers) are in
this process, each step of ours is in one of its own (python -m benchmarks.country STEP CONFIG), with all 6,600 schools in its
configuration.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import datetime as dt
import io
import json
import random
import secrets
import ssl
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import full_store
from benchmarks.harness import ROOT, Figure, Pushing, Receiver, Scale, context_of, environment, main, megabytes, request
from doorstroom_client import Afloop, Client, Leerlingenlijst, School, season
from doorstroom_client.config import Settings, load_settings
from doorstroom_client.our_side import as_afspraak
from doorstroom_client.readers.directory import read_leerlingen
from doorstroom_client.readers.many_schools import read_many
from doorstroom_client.reports.due import Afhaling
from doorstroom_client.season import Schoolseizoen, Soort
from doorstroom_client.simulator import Keten
from doorstroom_client.simulator.https import Answer, Received

SCHOOLS = 6600
"""Administrations in the configuration, whatever part of the year is played."""
REPORT_BYTES = 300_000
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
RESULTS = 180_000
PUPILS = 27
CONNECTIONS = 16
_WARMING = 16
"""Items of a step with which measuring has not begun yet."""
_SMALL_PART = 2000
_SMALL_SEASON = 40
_ON = dt.date(2026, 3, 10)
_TENTH = 10
_PER_SECOND = 1000.0
"""The most that the library starts in a second: how fast the real OSR may be asked is for the OSR to say."""


class Country(Keten):
    """A chain with all schools of the country configured, of which some play along."""

    def __init__(self, directory: Path, playing: int) -> None:
        super().__init__(directory, receive=False)
        self.start()
        self.playing = self.bedenk_scholen(playing)
        taken = {school.instellingscode for school in self.scholen}
        everybody = [*self.scholen, *_silent_schools(SCHOOLS - len(self.scholen), taken)]
        random.Random(SCHOOLS).shuffle(everybody)  # noqa: S311 - who plays along stands anywhere among the others
        self._schools.scholen = tuple(everybody)
        filler = secrets.token_bytes(REPORT_BYTES)
        for soort, server in self.servers.suppliers.items():
            server.app = Reporting(self.toetssystemen[soort].app, filler)

    def contexts(self) -> list[ssl.SSLContext]:
        """How each supplier connects."""
        pki = self.directory / "pki"
        return [
            context_of(pki / f"{soort.lower()}.cert.pem", pki / f"{soort.lower()}.key.pem", self.certificate.trust_files[0])
            for soort in self.toetssystemen
        ]

    def requests(self, schools: Sequence[School], number: int) -> list[Iterator[tuple[int, bytes]]]:
        """What each supplier pushes: `number` results in all, of pupils of these schools in turns."""
        kinds = len(self.toetssystemen)
        return [self._requests(soort, schools, range(at, number, kinds)) for at, soort in enumerate(self.toetssystemen)]

    def _requests(self, soort: str, schools: Sequence[School], numbers: range) -> Iterator[tuple[int, bytes]]:
        """Requests with results of invented pupils, each with a report of its own."""
        theirs = [school for school in schools if self.toetssysteem_van(school) is self.toetssystemen[soort]]
        document = self.toetssystemen[soort].neem_af(theirs[0].oin)[0]
        text = json.dumps(document)
        (eck,) = [name for name in _identities(document) if len(name) > 128]
        report = document["resultatenscores"]["resultaten"]["aanvullendeinfo"].rpartition("/")[2]
        before, between, after = _cut(text, eck[-128:], report)
        for at, number in enumerate(numbers):
            school = theirs[at % len(theirs)]
            body = f"{before}{number:0128x}{between}{uuid.uuid4()}{after}".encode()
            yield number, request(f"/leerlingresultaat?edu-to={school.routeringskenmerk}&edu-from={school.oin}", body)


def _identities(document: dict[str, Any]) -> list[str]:
    return [item["onderwijsdeelnemerID"] for item in document["resultatenscores"]["deelnemerref"]]


def _cut(text: str, eck: str, report: str) -> tuple[str, str, str]:
    before, found, rest = text.partition(eck)
    between, also, after = rest.partition(report)
    if not (found and also):
        raise ValueError("the message of the simulator has another form")
    return before, between, after


def _silent_schools(number: int, taken: set[str]) -> Iterator[School]:
    brins = (f"{tens}{one}{two}" for tens in range(99, 89, -1) for one in _LETTERS for two in _LETTERS)
    free = (brin for brin in brins if brin not in taken)
    for at, brin in zip(range(number), free, strict=False):
        place, within = divmod(at, 1000)
        yield School(
            instellingscode=brin,
            vestigingscode="00",
            onderwijsaanbiedercode=f"{930 + place}A{within:03d}",
            onderwijslocatiecode=f"{930 + place}X{within:03d}",
            administratienr="01",
            routeringskenmerk=f"00000007000{brin}00530",
            naam=f"De Stille School {at + 1}",
        )


@dataclass
class Reporting:
    """A supplier that has a report of everybody."""

    app: Callable[[Received], Answer]
    filler: bytes = field(repr=False)

    def __call__(self, received: Received) -> Answer:
        """Answer one request."""
        _, found, report = received.path.partition("/leerlingrapport/")
        if not found:
            return self.app(received)
        head, tail = b"%%PDF-1.4\n%% %s\n" % report.encode(), b"\n%%EOF\n"
        body = b"".join((head, self.filler[: REPORT_BYTES - len(head) - len(tail)], tail))
        return Answer(200, body, "application/pdf")


def mandaten(client: Client, settings: Settings, given: argparse.Namespace) -> Iterator[bool]:
    """Look up both halves of each school: this LAS, and the supplier that the school has chosen."""
    numbered = {int(item.naam.split()[-1]): item for item in settings.scholen if item.naam.startswith("De Bedachte School")}
    schools = [numbered[number] for number in range(1, given.schools + 1)]  # the suppliers took turns in this order
    for at, leverancier in enumerate(client.leveranciers):
        chosen = schools[at :: len(client.leveranciers)]
        for controle in client.osr.check_mandaten(chosen, leveranciers=[leverancier], per_second=_PER_SECOND):
            yield bool(controle) and controle.error is None and controle.gevraagd == 2


def lijsten(client: Client, settings: Settings, given: argparse.Namespace) -> Iterator[bool]:
    """Send the advice of each school, as a LAS exports it."""
    afspraak = as_afspraak(settings.afspraak, settings.afspraken)
    lijsten = read_many(given.file, "adviezen", settings.scholen, afspraak=afspraak)
    for uitkomst in client.send_many(lijsten, workers=given.workers):
        yield uitkomst.afloop is Afloop.VERSTUURD


def resultaten(client: Client, _: Settings, __: argparse.Namespace) -> Iterator[bool]:
    """Take over every received result."""
    for resultaat in client.resultaten():
        complete = resultaat.toetsadvies is not None and resultaat.school is not None
        resultaat.done()
        yield complete


def rapporten(client: Client, _: Settings, given: argparse.Namespace) -> Iterator[bool]:
    """Fetch every report into a file, which is looked at and removed."""
    with tempfile.TemporaryDirectory(dir=given.config.parent) as folder:
        for rapportage in client.fetch_leerlingrapporten(folder, workers=given.workers):
            path = rapportage.path
            complete = rapportage.afloop is Afhaling.OPGEHAALD and path is not None and path.stat().st_size == given.bytes
            if path is not None:
                path.unlink()
            yield complete


def seizoen(client: Client, settings: Settings, given: argparse.Namespace) -> Iterator[bool]:
    """Ask of each school what is missing, with the names of its own list, and keep what the command keeps."""

    def own(school: School) -> Leerlingenlijst:
        return read_leerlingen(given.file / f"{school.routeringskenmerk}.csv")

    kept: list[Schoolseizoen] = []
    schools = settings.scholen[: given.schools]
    for item in season.seizoen(client, schools, schooljaar=settings.schooljaar, on=_ON, leerlingen=own):
        kept.append(replace(item, leerlingen=()))
        yield (item.verwacht, item.aantal(Soort.ADVIES), item.aantal(Soort.RESULTAAT)) == (full_store.PUPILS, 1, 1)
    season.als_pagina(kept, gemaakt_op=dt.datetime.now(dt.UTC))
    season.als_csv(kept)


STEPS = {step.__name__: step for step in (mandaten, lijsten, resultaten, rapporten, seizoen)}
PLANNING = "planning"


def planning_of_ours() -> None:
    """The command ``doorstroom planning`` in this process, as cron starts it; prints one line of JSON."""
    from doorstroom_client.cli import main as doorstroom

    config, begin = sys.argv[2], time.perf_counter()
    sys.argv[1:] = ["planning", "--within", "14", "--json", "--config", config]
    shown, code = io.StringIO(), None
    with contextlib.redirect_stdout(shown):
        try:
            doorstroom()
        except SystemExit as ended:
            code = ended.code
    good = code in (0, 75) and json.loads(shown.getvalue())["exit_code"] == code
    found = {"good": int(good), "measured": 1, "seconds": time.perf_counter() - begin, "cpu": time.process_time()}
    json.dump({**found, "start": 0.0, "peak": megabytes(name="VmHWM")}, sys.stdout)


def _went_through(items: Iterable[bool], warming: int, started: float) -> dict[str, float]:
    """Go through all items; what they took, without the first ones."""
    good = number = 0
    begin, cpu = time.perf_counter(), time.process_time()
    for item in items:
        number += 1
        good += item
        if number == warming:
            begin, cpu = time.perf_counter(), time.process_time()
    end, used = time.perf_counter(), time.process_time()
    return {
        "good": good,
        "measured": max(1, number - warming),
        "seconds": end - begin,
        "cpu": used - cpu,
        "start": begin - started,
        "peak": megabytes(name="VmHWM"),
    }


def step_of_ours() -> None:
    """One step, in this process; prints one line of JSON."""
    started = time.perf_counter()
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("config", type=Path)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--schools", type=int, default=0)
    parser.add_argument("--bytes", type=int, default=0)
    parser.add_argument("--warming", type=int, default=0)
    parser.add_argument("--workers", type=int, default=4)
    given = parser.parse_args()
    settings = load_settings(given.config)
    with Client(**settings.arguments()) as client:
        found = _went_through(STEPS[given.step](client, settings, given), given.warming, started)
    json.dump(found, sys.stdout)


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
        self._write_csv()

    def _write_csv(self) -> None:
        """The advice of all schools, in one file."""
        with self._csv.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter=";")
            writer.writerow(("school", "eck_id", "las_key", "advies"))
            for school in self._schools:
                for item in self._country.klas(school, PUPILS):
                    writer.writerow((school.instellingscode, item.eck_id, item.las_key, item.advies))

    def run(self) -> list[Step]:
        """All steps, in the order of the year."""
        schools = len(self._schools)
        return [
            self._step("mandates", "mandaten", SCHOOLS, schools, f"--schools={schools}"),
            self._step("lists", "lijsten", SCHOOLS, schools, f"--file={self._csv}"),
            self._pushed(),
            self._step("results taken over", "resultaten", RESULTS, self._results),
            self._step("reports", "rapporten", RESULTS, self._results, f"--bytes={REPORT_BYTES}"),
            _run("planning", 1, 1, PLANNING, str(self._config)),
        ]

    def _step(self, name: str, step: str, whole: int, items: int, *arguments: str) -> Step:
        return _run_step(name, step, self._config, whole, items, *arguments)

    def _pushed(self) -> Step:
        begun = time.perf_counter()
        receiver = Receiver(self._config)
        try:
            requests = self._country.requests(self._schools, self._results)
            pushing = Pushing(receiver.port, self._country.contexts(), requests)
            warm = pushing.begin(CONNECTIONS, min(CONNECTIONS, self._results // 2))
            begin, cpu = time.perf_counter(), receiver.cpu_seconds()
            pushing.finish()
            seconds, used = time.perf_counter() - begin, receiver.cpu_seconds() - cpu
            peak = megabytes(receiver.process.pid, "VmHWM")
        finally:
            receiver.stop()
        missing, measured = self._results - len(pushing.answered), self._results - warm
        return _told(Step("results pushed", RESULTS, self._results, missing, measured, seconds, used, begin - begun, peak))


class Season:
    """A full store of all schools, asked what is missing.

    Args:
        country: everybody else.
        folder: for the files of the LAS.
        schools: how many are in the store.
    """

    def __init__(self, country: Country, folder: Path, schools: int) -> None:
        folder.mkdir()
        country.store = folder / "doorstroom.db"
        self._config = country.write_config(folder / "doorstroom.toml")
        self._lists = folder / "lijsten"
        chosen = country.scholen[:schools]
        full_store.fill(country.store, chosen, country.leveranciers[0].oin, country.schooljaar)
        full_store.write_lists(self._lists, chosen)

    def ask(self, schools: int) -> Step:
        """Ask of so many of them."""
        given = (f"--file={self._lists}", f"--schools={schools}")
        return _run_step("what is missing", "seizoen", self._config, SCHOOLS, schools, *given)


def _run_step(name: str, step: str, config: Path, whole: int, items: int, *arguments: str) -> Step:
    """One step of ours, in a process of its own."""
    return _run(name, whole, items, step, str(config), f"--warming={min(_WARMING, items // 2)}", *arguments)


def _run(name: str, whole: int, items: int, *arguments: str) -> Step:
    command = [sys.executable, "-m", "benchmarks.country", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment(), check=True)
    found = json.loads(done.stdout)
    good = found.pop("good")
    return _told(Step(name, whole, items, items - good, **found))


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
            schools = scale.of(SCHOOLS, _SMALL_SEASON)
            season_of_all = Season(country, Path(folder) / "seizoen", schools)
            asked = [season_of_all.ask(number) for number in (schools // 4, schools)]
        finally:
            country.stop()
    missing = sum(step.missing for steps in [*played, asked] for step in steps)
    yield Figure("the country's year: lost or missing", "none", 0, missing, exact=True)
    peak = max(step.peak for steps in [*played, asked] for step in steps)
    yield Figure("the country's year: most memory of a process", "a bound", 150, peak, exact=True, unit="MB")
    if not scale.small:
        yield from _compared(part, *played)
        yield from _season(*asked)


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


def _season(quarter: Step, whole: Step) -> Iterable[Figure]:
    yield Figure("what is missing at 6,600 schools: memory", "a bound", 150, whole.peak, exact=True, unit="MB")
    each = whole.cpu_ms / quarter.cpu_ms
    note = f"{whole.cpu_ms:.2f} ms each, {whole.whole_cpu:.0f} s in all"
    yield Figure("processor time of a school, what is missing, at 6,600", "at 1,650", 1.25, each, note=note)


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in STEPS:
        step_of_ours()
    elif sys.argv[1:2] == [PLANNING]:
        planning_of_ours()
    else:
        parser = argparse.ArgumentParser(add_help=False)
        parser.add_argument("--part", type=int, default=20)
        given, sys.argv[1:] = parser.parse_known_args()
        main(partial(measure, part=max(2, given.part)))
