"""Reports of pupils: the memory a large one takes, and what having a small one complete and synced costs beside reading it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import httpx

from benchmarks.harness import (
    SCHOOL,
    Figure,
    Scale,
    certificate,
    environment,
    leverancier,
    main,
    pair,
    ratio_figure,
    supplier,
)
from doorstroom_client import Client
from doorstroom_client.simulator.keten import LAS_OIN
from doorstroom_client.simulator.pki import Pki
from doorstroom_client.transport.tls import client_context

LARGE = 24 * 1000 * 1000
"""Bytes. The library takes no report above 25 MiB, and no setting raises that."""
SMALL = 300 * 1000
_ID = "3f2c6a54-0f6b-4f0e-9a53-6a1de3e6b0c1"

_PEAK = """
import sys
from benchmarks.harness import SCHOOL, leverancier, megabytes
from doorstroom_client import Client, ClientCertificate

cert, key, trust, small, large, to = sys.argv[1:7]
own = ClientCertificate(cert, key, trust)

def fetch(url):
    with Client(certificate=own, leveranciers=[leverancier(url)], auteur="Bench 1", schooljaar="2025-2026") as client:
        return client.fetch_leerlingrapport(sys.argv[7], school=SCHOOL, leverancier="ICE", to=to).size

fetch(small)
before = megabytes(name="VmHWM")
size = fetch(large)
print(size, megabytes(name="VmHWM") - before)
"""


def measure(scale: Scale) -> Iterable[Figure]:
    """Memory in a process of its own, after one small report; then the processor time of small ones."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pki = Pki(folder / "pki")
        with supplier(pki, report=SMALL) as small:
            with supplier(pki, report=LARGE) as large:
                yield _memory(pki, small, large, folder)
            yield _processor(pki, small, folder, scale)


def _memory(pki: Pki, small: str, large: str, folder: Path) -> Figure:
    las = pki.issue("las", oin=LAS_OIN)
    files = (las.cert, las.key, pki.trust)
    command = [sys.executable, "-c", _PEAK, *map(str, files), small, large, str(folder / "large.pdf"), _ID]
    done = subprocess.run(command, env=environment(), check=True, stdout=subprocess.PIPE, text=True)
    size, grown = map(float, done.stdout.split())
    if size != LARGE or (folder / "large.pdf").stat().st_size != LARGE:
        raise SystemExit("the large report is not whole")
    note = f"{grown:.2f} MB more at the peak than after a report of {SMALL // 1000} kB"
    return Figure(f"memory for a report of {LARGE / 1e6:.0f} MB to a file", "none", 3, grown, exact=True, unit="MB", note=note)


def _processor(pki: Pki, url: str, folder: Path, scale: Scale) -> Figure:
    target = folder / "small.pdf"
    own = certificate(pki)
    with (
        Client(certificate=own, leveranciers=[leverancier(url)], auteur="Bench 1", schooljaar="2025-2026") as client,
        httpx.Client(verify=client_context(own), trust_env=False) as bare,
    ):
        address = f"{url}/leerlingrapport/{_ID}?edu-to={SCHOOL.oin}&edu-from={SCHOOL.routeringskenmerk}"
        headers = {"Accept": "application/pdf", "Accept-Encoding": "identity"}

        def fetch() -> None:
            found = client.fetch_leerlingrapport(_ID, school=SCHOOL, leverancier="ICE", to=target)
            if found is None or found.size != SMALL:
                raise SystemExit("the report is not whole")

        def get() -> None:
            if len(bare.get(address, headers=headers).raise_for_status().content) != SMALL:
                raise SystemExit("the report is not whole")

        ratio = pair(fetch, get, times=scale.of(60, 3), rounds=scale.of(15, 2))
        return ratio_figure("a report of 300 kB, whole and synced in its file", "httpx.Client.get into memory", 1.3, ratio)


if __name__ == "__main__":
    main(measure)
