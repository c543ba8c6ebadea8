"""Runs every file of figures in a process of its own and puts the table together.

python -m benchmarks [--small] [--write] [name ...]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.harness import ROOT, Figure, environment, machine, markdown, print_table

FILES = ("imports", "messages", "sending", "concurrency", "receiving", "reports", "country")
"""Each is a module of this package with a `measure`."""
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def main() -> None:
    """Measure, print, and put the table in the page when that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="What the library costs, beside its yardsticks.")
    parser.add_argument("--small", action="store_true", help="only so much that what is exact can be checked")
    parser.add_argument("--write", action="store_true", help="put the table in docs/performance.md")
    parser.add_argument("names", nargs="*", choices=[*FILES, []], help="only these files of figures")
    given = parser.parse_args()
    started = time.monotonic()
    figures: list[Figure] = []
    for name in given.names or FILES:
        print(f"{name} …", file=sys.stderr, flush=True)
        figures += _measured(name, small=given.small)
    print(machine())
    print_table(figures)
    print(f"measured in {time.monotonic() - started:.0f} s")
    if given.write:
        _put(PAGE, f"{machine()}.\n\n{markdown(figures)}")
    broken = [figure.name for figure in figures if figure.exact and not figure.met]
    if broken:
        sys.exit(f"counted, and not as it has to be: {'; '.join(broken)}")


def _measured(name: str, *, small: bool) -> list[Figure]:
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json", *(["--small"] if small else [])]
    given = {name: value for name, value in os.environ.items() if name == "DOORSTROOM_SPEC_DIR"}  # for the generators
    done = subprocess.run(command, stdout=subprocess.PIPE, cwd=ROOT, env={**environment(), **given}, check=False)
    figures = [Figure(**json.loads(line)) for line in done.stdout.decode().splitlines()]
    if done.returncode and not any(figure.exact and not figure.met for figure in figures):
        sys.exit(f"benchmarks.{name} ended with {done.returncode}")
    return figures


def _put(page: Path, table: str) -> None:
    text = page.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        sys.exit(f"{page.name} has no place for the table")
    page.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
