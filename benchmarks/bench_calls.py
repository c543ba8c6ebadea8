"""What the library costs on top of the bare work: sending over mutual TLS, and building and encoding a list.

python benchmarks/bench_calls.py [--rounds N] [--calls N]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from doorstroom_client import Client, ClientCertificate, Leverancier
from doorstroom_client.exchange.http import Operation
from doorstroom_client.exchange.tls import client_context
from doorstroom_client.messages.codec import encode
from doorstroom_client.simulator.keten import LAS_OIN, SCHOLEN, adviezen_of
from doorstroom_client.simulator.leerlingen import bedenk_leerlingen
from doorstroom_client.simulator.pki import Pki

OIN = "00000003990000110000"
YEAR = "2025-2026"
SCHOOL = SCHOLEN[0]
SERVER = """
import sys
from pathlib import Path
from doorstroom_client.simulator.https import Answer, HttpsServer

cert, key, trust = map(Path, sys.argv[1:])
with HttpsServer(lambda _: Answer.melding(202, "ja"), cert=cert, key=key, trust=trust, name="bench") as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@contextmanager
def supplier(pki: Pki) -> Iterator[str]:
    """A supplier that takes everything, in a process of its own."""
    issued = pki.issue("leverancier", oin=OIN)
    command = [sys.executable, "-c", SERVER, str(issued.cert), str(issued.key), str(pki.trust)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the supplier has no pipes")
        try:
            yield process.stdout.readline().decode().strip()
        finally:
            process.stdin.close()


def seconds(work: Callable[[], object], times: int) -> float:
    """Seconds for one time, over so many."""
    started = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - started) / times


def pair(ours: Callable[[], object], bare: Callable[[], object], times: int, rounds: int) -> tuple[float, float, float]:
    """The middle of both durations and of their ratio; a first round is for warming up."""
    seconds(ours, times)
    seconds(bare, times)
    found = [(seconds(ours, times), seconds(bare, times)) for _ in range(rounds)]
    return (
        statistics.median(one for one, _ in found),
        statistics.median(other for _, other in found),
        statistics.median(one / other for one, other in found),
    )


def main() -> None:
    """Measure and print a small table."""
    parser = argparse.ArgumentParser(description="What the library costs on top of the bare work.")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=60)
    given = parser.parse_args()
    rows: list[tuple[str, str, tuple[float, float, float]]] = []
    with tempfile.TemporaryDirectory() as folder:
        pki = Pki(Path(folder) / "pki")
        las = pki.issue("las", oin=LAS_OIN)
        ours = ClientCertificate(las.cert, las.key, pki.trust)
        lists = {aantal: adviezen_of(bedenk_leerlingen(aantal, seed=1, schooljaar=YEAR)) for aantal in (27, 500)}
        with (
            supplier(pki) as url,
            Client(certificate=ours, leveranciers=[Leverancier("ICE", OIN, url)], auteur="Bench 1", schooljaar=YEAR) as client,
            httpx.Client(verify=client_context(ours), trust_env=False) as bare,
        ):
            chain = client._chain
            bodies = {aantal: encode(chain.build_schooladviezen(SCHOOL, adviezen, None)) for aantal, adviezen in lists.items()}
            address = f"{url}/{Operation.SCHOOLADVIEZEN}?edu-to={SCHOOL.oin}&edu-from={SCHOOL.routeringskenmerk}"
            headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
            for aantal, adviezen in lists.items():

                def send(adviezen: object = adviezen) -> object:
                    return client.send_schooladviezen(SCHOOL, adviezen, leverancier="ICE")  # type: ignore[arg-type]

                def post(body: bytes = bodies[aantal]) -> object:
                    return bare.post(address, content=body, headers=headers).raise_for_status()

                times = max(3, given.calls * 27 // (27 + aantal))
                rows.append((f"send {aantal} schooladviezen", "httpx.post, same bytes", pair(send, post, times, given.rounds)))
            for aantal, adviezen in lists.items():
                document = json.loads(bodies[aantal])

                def build(adviezen: object = adviezen) -> bytes:
                    return encode(chain.build_schooladviezen(SCHOOL, adviezen, None))  # type: ignore[arg-type]

                def dump(document: object = document) -> bytes:
                    return json.dumps(document).encode()

                measured = pair(build, dump, max(3, 3000 // aantal), given.rounds)
                rows.append((f"build and encode {aantal}", "json.dumps, same document", measured))
    print(f"{'ours':28} {'bare':28} {'ours':>9} {'bare':>9} {'ratio':>6}")
    for name, other, (one, two, ratio) in rows:
        print(f"{name:28} {other:28} {one * 1000:6.2f} ms {two * 1000:6.2f} ms {ratio:6.2f}")


if __name__ == "__main__":
    main()
