"""How many calls a list with unknown pupils takes, at each kind of supplier, over mutual TLS on this machine.

python -m benchmarks.bench_isolation [--seeds N]
"""

from __future__ import annotations

import argparse
import random
import statistics
import time

from doorstroom_client import Leverancier, Retry
from doorstroom_client.client import Client
from doorstroom_client.delivery.isolation import bound
from doorstroom_client.errors import LeerlingOnbekend, OngeldigBericht
from doorstroom_client.simulator import Gedrag, Keten, adviezen_of

SIZES = (1, 27, 100, 500)
UNKNOWN = (0, 1, 2, 3, 5, 10)


def measure(keten: Keten, gedrag: Gedrag, n: int, unknown: int, seed: int) -> tuple[int, float]:
    """Calls and seconds for one list."""
    school = keten.bedenk_scholen(1, leerlingen=0)[0]
    system = keten.toetssysteem_van(school)
    system.gedrag = gedrag
    klas = keten.klas(school, n)
    missing = set(random.Random(seed).sample(range(n), unknown))  # noqa: S311 - which pupils does not matter
    system.meld_aan(school, [item for at, item in enumerate(klas) if at not in missing], schooljaar=keten.schooljaar)
    refuses_422 = gedrag is Gedrag.WEIGERT_LIJST_422
    leverancier = Leverancier(system.toetssoort, system.oin, system.basis_url, system.naam, onbekend_422=refuses_422)
    before = system.lijsten[school.oin]
    arguments = {**keten.arguments(), "leveranciers": [leverancier], "store": None, "retry": Retry.never()}
    with Client(**arguments) as client:
        started = time.perf_counter()
        try:
            client.send_schooladviezen(school, adviezen_of(klas), leverancier=leverancier)
        except (LeerlingOnbekend, OngeldigBericht):
            if unknown < n:
                raise
        seconds = time.perf_counter() - started
    return system.lijsten[school.oin] - before, seconds


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="How many calls a list with unknown pupils takes.")
    parser.add_argument("--seeds", type=int, default=5, help="lists for each line of the table")
    given = parser.parse_args()
    print(f"{'supplier':18} {'pupils':>6} {'unknown':>7} {'calls':>7} {'most':>5} {'bound':>6} {'seconds':>8}")
    with Keten(receive=False) as keten:
        for gedrag in Gedrag:
            for n in SIZES:
                for unknown in sorted({k for k in (*UNKNOWN, n) if k <= n}):
                    found = [measure(keten, gedrag, n, unknown, seed) for seed in range(given.seeds)]
                    calls = [count for count, _ in found]
                    limit = str(bound(n, unknown)) if unknown < n else "-"
                    seconds = statistics.median(taken for _, taken in found)
                    print(
                        f"{gedrag:18} {n:6} {unknown:7} {statistics.mean(calls):7.1f} {max(calls):5} {limit:>6} {seconds:8.3f}"
                    )


if __name__ == "__main__":
    main()
