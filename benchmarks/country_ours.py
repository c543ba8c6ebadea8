"""The steps of the country's year that are ours, each in a process of its own: `python -m benchmarks.country_ours STEP CONFIG`.

A step prints one line of JSON: what it did since the first few items, which are for warming up, and the most memory it had.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.bench_many import megabytes
from doorstroom_client.chain import as_afspraak
from doorstroom_client.client import Client
from doorstroom_client.config import Settings, load_settings
from doorstroom_client.delivery.many import Afloop
from doorstroom_client.delivery.rapporten import Afhaling
from doorstroom_client.readers.many import read_many

_PER_SECOND = 1000.0
"""The most that the library starts in a second: how fast the real OSR may be asked is for the OSR to say."""


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
    opdrachten = read_many(given.file, soort="adviezen", scholen=settings.scholen, afspraak=afspraak)
    for uitkomst in client.send_many(opdrachten, workers=given.workers):
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


STEPS = {step.__name__: step for step in (mandaten, lijsten, resultaten, rapporten)}


def measured(items: Iterable[bool], warming: int, started: float) -> dict[str, float]:
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
        "peak": megabytes("VmHWM"),
    }


def main() -> None:
    """Run one step."""
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
        found = measured(STEPS[given.step](client, settings, given), given.warming, started)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
