# ruff: noqa: T201 - its table is what it is for
"""Shows that the tests have teeth: puts one bug at a time in a copy of the package, and looks whether a test sees it.

    python tests/teeth/bite.py [--jobs N] [word ...]

With words, only the bugs whose promise or name holds one of them. Ends with 1 when a bug survives, when the table does not
fit the code any more, or when the tests fail without a bug.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

if __package__:
    from .more_mutants import MORE
    from .mutants import MUTANTS as FIRST
    from .mutants import Mutant
else:
    from more_mutants import MORE  # type: ignore[import-not-found,no-redef]  # run as a script
    from mutants import MUTANTS as FIRST  # type: ignore[import-not-found,no-redef]
    from mutants import Mutant  # type: ignore[import-not-found,no-redef]

MUTANTS = (*FIRST, *MORE)

__all__ = ["MUTANTS", "Bite", "Mutant", "bite", "healthy", "main", "stale"]

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "doorstroom_client"
COPIED = ("tests", "pyproject.toml", "docs", "examples", "README.md", "tools")
SECONDS = 120.0
_FAILED, _PASSED = 1, 0
_SKIP = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")


@dataclass(frozen=True, slots=True)
class Bite:
    """What came of one run.

    Attributes:
        verdict: ``caught``, ``survived``, ``healthy``, or what is wrong with the run itself.
        by: the first test that saw it.
        seconds: how long it took.
        failed: all tests that failed.
    """

    verdict: str
    by: str = ""
    seconds: float = 0.0
    failed: tuple[str, ...] = ()


def stale(mutant: Mutant) -> bool:
    """Whether the code no longer holds each text of a bug exactly once."""
    try:
        _mutated((ROOT / PACKAGE / mutant.file).read_text("utf-8"), mutant)
    except (OSError, ValueError):
        return True
    return False


def bite(mutant: Mutant, failing: Sequence[str] = ()) -> Bite:
    """Run the tests of one bug against a copy of the package that has it.

    Args:
        mutant: the bug.
        failing: tests that fail without it, and so say nothing about it.
    """
    if stale(mutant):
        return Bite("the table does not fit the code")
    with _copy() as folder:
        path = folder / PACKAGE / mutant.file
        path.write_text(_mutated(path.read_text("utf-8"), mutant), "utf-8")
        left_out = [f"--deselect={test}" for test in failing]
        code, failed, seconds = _run(folder, mutant.tests, mutant.only, "-x", *left_out)
    verdicts = {_FAILED: "caught", _PASSED: "survived"}
    return Bite(verdicts.get(code, f"pytest ended with {code}"), next(iter(failed), ""), seconds, failed)


def healthy(mutants: Sequence[Mutant] = MUTANTS) -> Bite:
    """Run the tests of all bugs against an unchanged copy: they must pass, else a failure says nothing."""
    runs: dict[str, list[str]] = {}
    for mutant in mutants:
        for test in mutant.tests:
            runs.setdefault(mutant.only, []).append(test)
    started = time.monotonic()
    failing: list[str] = []
    codes: set[int] = set()
    with _copy() as folder:
        for only, tests in runs.items():
            code, failed, _ = _run(folder, tuple(dict.fromkeys(tests)), only, seconds=10 * SECONDS)
            codes.add(code)
            failing += failed
    verdict = "healthy" if codes == {_PASSED} else f"fails without a bug ({len(failing)} tests, pytest ended with {max(codes)})"
    return Bite(verdict, next(iter(failing), ""), time.monotonic() - started, tuple(dict.fromkeys(failing)))


def _mutated(text: str, mutant: Mutant) -> str:
    for old, new in mutant.edits:
        if text.count(old) != 1:
            raise ValueError(old)
        text = text.replace(old, new)
    return text


@contextmanager
def _copy() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="doorstroom-teeth-") as name:
        folder = Path(name)
        for entry in (PACKAGE, *COPIED):
            source = ROOT / entry
            if source.is_dir():
                shutil.copytree(source, folder / entry, ignore=_SKIP)
            elif source.exists():
                shutil.copy(source, folder / entry)
        yield folder


def _run(
    folder: Path, tests: Sequence[str], only: str, *options: str, seconds: float = SECONDS
) -> tuple[int, tuple[str, ...], float]:
    """Exit code of pytest (1: a test failed, or did not end), the failed tests, and the duration."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=no", "-rfE", *options, *tests]
    command += ["-k", only] if only else []
    started = time.monotonic()
    settings = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "400"}
    # Plugins that happen to be installed take longer to load than most tests take to run, and no test needs them.
    environment = {**os.environ, **settings, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return _FAILED, ("a test that did not end",), seconds
    failed = re.findall(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    return done.returncode, tuple(dict.fromkeys(failed)), time.monotonic() - started


def _line(mutant: Mutant, made: Bite) -> str:
    return f"{mutant.promise:8} {mutant.name:58} {made.verdict:10} {made.seconds:5.1f} s  {made.by.removeprefix('tests/')}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Bite with every bug, or with those that were asked for; prints a table."""
    parser = argparse.ArgumentParser(description="Puts bugs in a copy of the package and looks whether the tests see them.")
    parser.add_argument("words", nargs="*", help="only bugs whose promise or name holds one of these")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default 2)")
    parser.add_argument(
        "--passed", action="store_true", help="the tests have just passed without a bug: do not run them so again"
    )
    given = parser.parse_args(arguments)
    chosen = [
        mutant
        for mutant in MUTANTS
        if not given.words or any(word == mutant.promise or word in mutant.name for word in given.words)
    ]
    if not chosen:
        print("no such bug")
        return 1
    before = Bite("healthy") if given.passed else healthy(chosen)
    print(f"without a bug: {before.verdict} ({before.seconds:.1f} s)", *before.failed, sep="\n    ", flush=True)
    survived = 0
    with ThreadPoolExecutor(given.jobs) as pool:
        for mutant, made in zip(chosen, pool.map(partial(bite, failing=before.failed), chosen), strict=True):
            survived += made.verdict != "caught"
            print(_line(mutant, made), flush=True)
    print(f"{len(chosen) - survived} of {len(chosen)} bugs caught")
    return 1 if survived or before.verdict != "healthy" else 0


if __name__ == "__main__":
    sys.exit(main())
