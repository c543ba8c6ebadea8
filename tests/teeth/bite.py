# ruff: noqa: T201 - its table is what it is for
"""Shows that the tests have teeth: runs them with one deliberate bug at a time, and looks whether a test sees it.

    python tests/teeth/bite.py [--jobs N] [--passed] [word ...]

With words, only the bugs whose promise or name holds one of them. Ends with 1 when a bug survives, when one does not go with
the code any more (it is stale), or when the tests fail without a bug.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2].resolve()))
sys.path.insert(0, str(Path(__file__).parents[1].resolve()))
from teeth.bugs import BUGS
from teeth.planting import Bug, environment_of

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120.0
_PASSED, _FAILED = 0, 1
_TABLE = r"^\S*teeth/bugs\.py:[0-9]+: "
"""How a failure begins that lies in the table, and not in the package or a test."""


@dataclass(frozen=True, slots=True)
class Bite:
    """What came of one run.

    Attributes:
        verdict: ``caught``, ``survived``, ``stale``, ``healthy``, or what is wrong with the run itself.
        by: the first test that saw it, or what is stale.
        seconds: how long it took.
        failed: all tests that failed.
    """

    verdict: str
    by: str = ""
    seconds: float = 0.0
    failed: tuple[str, ...] = ()


def bite(bug: Bug, failing: Sequence[str] = ()) -> Bite:
    """Run the tests of one bug with that bug.

    Args:
        bug: the bug.
        failing: tests that fail without it, and so say nothing about it.
    """
    if why := bug.why_stale():
        return Bite("stale", why)
    left_out = [f"--deselect={test}" for test in failing]
    code, said, seconds = _run(bug.tests, bug.only, "-x", *left_out, environment=environment_of(bug, _environment()))
    failed = _failed_in(said)
    if found := re.search(_TABLE + ".*", said, re.MULTILINE):
        return Bite("stale", found[0], seconds, failed)
    verdict = {(_FAILED, True): "caught", (_PASSED, False): "survived"}.get((code, bool(failed)), f"pytest ended with {code}")
    return Bite(verdict, next(iter(failed), ""), seconds, failed)


def healthy(bugs: Sequence[Bug], jobs: int = 1) -> Bite:
    """Run the tests of these bugs without any: they must pass, else a failure says nothing."""
    runs: dict[str, dict[str, None]] = {}
    for bug in bugs:
        runs.setdefault(bug.only, {}).update(dict.fromkeys(bug.tests))
    started, environment = time.monotonic(), _environment()
    with ThreadPoolExecutor(jobs) as pool:
        made = list(pool.map(lambda run: _run(tuple(run[1]), run[0], environment=environment, seconds=600.0), runs.items()))
    failing = [test for _, said, _ in made for test in _failed_in(said)]
    worst = max(code for code, _, _ in made)
    verdict = "healthy" if worst == _PASSED else f"fails without a bug ({len(failing)} tests, pytest ended with {worst})"
    return Bite(verdict, next(iter(failing), ""), time.monotonic() - started, tuple(dict.fromkeys(failing)))


def _environment() -> dict[str, str]:
    path = filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))
    # Plugins that happen to be installed take longer to load than most tests take to run, and no test needs them.
    more = {"PYTHONPATH": os.pathsep.join(path), "COLUMNS": "400", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    without = {"PYTHONDONTWRITEBYTECODE"}  # many short runs: each would compile the package anew
    return {name: value for name, value in {**os.environ, **more}.items() if name not in without}


def _run(
    tests: Sequence[str], only: str, *options: str, environment: dict[str, str], seconds: float = SECONDS
) -> tuple[int, str, float]:
    """Exit code of pytest (1: a test failed, or did not end), what it said, and the duration."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=line", "-rfE", *options, *tests]
    command += ["-k", only] if only else []
    started = time.monotonic()
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return _FAILED, "FAILED a test that did not end", seconds
    return done.returncode, done.stdout.decode("utf-8", "replace"), time.monotonic() - started


def _failed_in(said: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", said, re.MULTILINE)))


def _line(bug: Bug, made: Bite) -> str:
    return f"{bug.promise:9} {bug.name:56} {made.verdict:9} {made.seconds:5.1f} s  {made.by.removeprefix('tests/')}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Bite with every bug, or with those that were asked for; prints a table."""
    parser = argparse.ArgumentParser(description="Runs the tests with one bug at a time, and looks whether they see it.")
    parser.add_argument("words", nargs="*", help="only bugs whose promise or name holds one of these")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default 2)")
    parser.add_argument(
        "--passed", action="store_true", help="the tests have just passed without a bug: do not run them so again"
    )
    parser.add_argument(
        "--part", default="1/1", metavar="I/N", help="only one in N of them, the I-th, from 1: another one with every commit"
    )
    given = parser.parse_args(arguments)
    words = given.words or [""]
    at, parts = map(int, given.part.split("/"))
    chosen = [bug for bug in BUGS if any(word == bug.promise or word in bug.name for word in words)][(at - 1) % parts :: parts]
    if not chosen:
        print("no such bug")
        return 1
    started = time.monotonic()
    before = Bite("healthy") if given.passed else healthy(chosen, given.jobs)
    print(f"without a bug: {before.verdict} ({before.seconds:.1f} s)", *before.failed, sep="\n    ", flush=True)
    caught = 0
    for bug in chosen:  # loads what the threads below would load at the same moment, and wait for each other
        bug.why_stale()
    with ThreadPoolExecutor(given.jobs) as pool:
        for bug, made in zip(chosen, pool.map(partial(bite, failing=before.failed), chosen), strict=True):
            caught += made.verdict == "caught"
            print(_line(bug, made), flush=True)
    print(f"{caught} of {len(chosen)} bugs caught in {time.monotonic() - started:.0f} s")
    return 0 if caught == len(chosen) and before.verdict == "healthy" else 1


if __name__ == "__main__":
    sys.exit(main())
