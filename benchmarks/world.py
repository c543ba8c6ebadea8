"""A world to measure in: certificates, a school with invented pupils, and a supplier in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doorstroom_client import ClientCertificate, Leverancier
from doorstroom_client.simulator.keten import LAS_OIN, SCHOLEN
from doorstroom_client.simulator.pki import Pki

ROOT = Path(__file__).resolve().parents[1]
OIN = "00000003990000110000"
YEAR = "2025-2026"
SCHOOL = SCHOLEN[0]

_SUPPLIER = """
import sys, threading, time
from pathlib import Path
from doorstroom_client.simulator.https import Answer, HttpsServer

cert, key, trust = map(Path, sys.argv[1:4])
pause = float(sys.argv[4])

def answer(_):
    if pause:
        time.sleep(pause)
    return Answer.melding(202, "ja")

with HttpsServer(answer, cert=cert, key=key, trust=trust, name="bench") as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


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
def supplier(pki: Pki, pause: float = 0.0) -> Iterator[str]:
    """A supplier that takes everything, after so many seconds; gives its address."""
    issued = pki.issue("leverancier", oin=OIN)
    with program(_SUPPLIER, str(issued.cert), str(issued.key), str(pki.trust), str(pause)) as url:
        yield url


def certificate(pki: Pki) -> ClientCertificate:
    """Ours."""
    las = pki.issue("las", oin=LAS_OIN)
    return ClientCertificate(las.cert, las.key, pki.trust)


def leverancier(url: str) -> Leverancier:
    """The supplier at an address."""
    return Leverancier("ICE", OIN, url)
