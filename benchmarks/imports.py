"""What importing costs, and that nothing heavy is loaded before it is used."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterable
from functools import partial

from benchmarks.harness import Figure, Scale, main, pairs, ratio_figure
from benchmarks.world import ROOT, environment

YARDSTICK = "import json, http.client, ssl"
ALONE = "import doorstroom_client"
CLIENT = "from doorstroom_client import Client"
HEAVY = ("httpx", "pydantic", "lxml", "cryptography", "sqlite3", "typer", "rich", "uvicorn", "asyncio")
"""Loaded when they are used: not by the import of a client."""
MODULES, DATACLASSES = 60, 54
"""Of our own, that the import of a client may load and make: a little more than it does. Python makes a dataclass anew in every
process, and that costs as much as a small module."""
COUNT = """
import sys
for name in [name for name in sys.modules if name.partition(".")[0] == "doorstroom_client"]:
    print(name, *(key for key, value in vars(sys.modules[name]).items()
                  if isinstance(value, type) and value.__module__ == name and "__dataclass_fields__" in vars(value)))
"""


def measure(scale: Scale) -> Iterable[Figure]:
    """Both imports beside the standard library's, each in a fresh interpreter of which the bare start is taken off."""
    rounds = scale.of(15, 2)
    bare = min(_cpu("pass") for _ in range(scale.of(15, 3)))
    for name, source, bar in (("import doorstroom_client", ALONE, 1.5), ("the same with Client", CLIENT, 3.0)):
        ratio = pairs(partial(_cpu, source, bare), partial(_cpu, YARDSTICK, bare), rounds)
        yield ratio_figure(name, "json + http.client + ssl", bar, ratio)
    loaded = [name for name in HEAVY if name in _printed(f"{CLIENT}\nimport sys\nprint(*sys.modules)").split()]
    yield Figure(
        "heavy libraries loaded by importing Client", "none of them", 0, len(loaded), exact=True, note=", ".join(loaded)
    )
    ours = _printed(f"{CLIENT}{COUNT}").splitlines()
    made = sum(len(line.split()) - 1 for line in ours)
    yield Figure("modules of our own loaded by it", "a bound", MODULES, len(ours), exact=True)
    yield Figure("dataclasses made by it", "a bound", DATACLASSES, made, exact=True)


def _cpu(source: str, bare: float = 0.0) -> float:
    """Processor time of an interpreter that runs this, less that of one that does nothing; compiled files are at hand."""
    before = _children()
    subprocess.run([sys.executable, "-c", source], env=_environment(), cwd=ROOT, check=True)
    return _children() - before - bare


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
