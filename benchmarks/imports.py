"""What importing costs, and that nothing heavy is loaded before it is used."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterable
from functools import partial

from benchmarks.harness import ROOT, Figure, Scale, environment, main, pairs, ratio_figure

CLIENT = "from doorstroom_client import Client"
LIBRARIES = "import httpx, pydantic, tenacity, lxml.etree"
"""What a client is made with, as another one would import it."""
LATER = ("httpx", "lxml", "cryptography", "sqlite3", "psycopg", "typer", "rich", "uvicorn")
"""Loaded by the call, the command or the extra that needs it."""


def measure(scale: Scale) -> Iterable[Figure]:
    """The import beside that of the libraries, each in a fresh interpreter; and what it may not load."""
    ratio = pairs(partial(_cpu, CLIENT), partial(_cpu, LIBRARIES), scale.of(15, 2))
    yield ratio_figure("import Client, and with it every public name", "httpx + pydantic + tenacity + lxml", 0.75, ratio)
    loaded = [name for name in LATER if name in _printed(f"{CLIENT}\nimport sys\nprint(*sys.modules)").split()]
    yield Figure("libraries loaded before they are needed", "none of them", 0, len(loaded), exact=True, note=", ".join(loaded))


def _cpu(source: str) -> float:
    """Processor time of an interpreter that runs this; compiled files are at hand."""
    before = _children()
    subprocess.run([sys.executable, "-c", source], env=_environment(), cwd=ROOT, check=True)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _printed(source: str) -> str:
    done = subprocess.run([sys.executable, "-c", source], env=_environment(), cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


def _environment() -> dict[str, str]:
    return {name: value for name, value in environment().items() if name != "PYTHONDONTWRITEBYTECODE"}


if __name__ == "__main__":
    main(measure)
