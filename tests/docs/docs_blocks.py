"""Finds the code in the documentation and runs it.

How a page is written:

- a ``python`` block is executed; the blocks of one page share their names, and `keten` (a running chain) and `client` are
  there already. The current folder holds doorstroom.toml, deelnemers.csv and adviezen.csv, as after `doorstroom simulator`;
- ``<!-- compile: why -->`` above a block: it is compiled only;
- the same goes for a block of README.md that holds a placeholder (``<…>`` or ``…`` in a text): README shows no marks;
- ``<!-- raises: Name -->`` above a block: it ends in that error, whose text counts as output;
- ``<!-- shell -->`` above a ``bash`` block of ``doorstroom`` commands: they are executed, and have to succeed;
- ``<!-- output -->`` above a ``text`` block: exactly what the block before it prints; ``…`` stands for anything;
- ``<!-- run: code -->`` on a line of its own: something that happens on the other side, such as a supplier sending results.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from doorstroom_client.simulator import Keten

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("docs/**/*.md"), *ROOT.glob("README.md")])

_PLACEHOLDER = re.compile(r"\"[^\"\n]*(?:<[^>\"\n]+>|…)[^\"\n]*\"")
_PART = re.compile(
    r"(?:^<!-- (?P<mark>compile|raises|output|run|shell)(?:: (?P<detail>[^\n]*?))? -->\n)?"
    r"(?:^```(?P<lang>\w*)[^\n]*\n(?P<body>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)


@contextmanager
def suppliers_answer(keten: Keten) -> Iterator[None]:
    """Let suppliers push results after advice came in, as `doorstroom simulator` does."""
    stop = threading.Event()

    def watch() -> None:
        seen = 0
        while not stop.wait(0.05):
            came_in = keten.toetssystemen["ICE"].verkeer.beantwoord[seen:]
            seen += len(came_in)
            if ("registreren-schooladviezen", 202) in came_in:
                keten.stuur_resultaten()

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@dataclass(frozen=True)
class Block:
    """One block of code, with the mark above it."""

    line: int
    mark: str
    detail: str
    lang: str
    body: str


def blocks(page: Path) -> Iterator[Block]:
    """The blocks and marks of a page, in order."""
    text = page.read_text("utf-8")
    for found in _PART.finditer(text):
        if found.group(0):
            at = found.start("body") if found["body"] is not None else found.start()
            line = text.count("\n", 0, at) + 1
            yield Block(line, found["mark"] or "", found["detail"] or "", found["lang"] or "", found["body"] or "")


def run_page(page: Path, names: dict[str, Any]) -> int:
    """Run every block of a page; returns how many were executed."""
    printed, executed = "", 0
    for block in blocks(page):
        if block.mark == "run":
            exec(block.detail, names)
        if block.lang == "python":
            code = compile("\n" * (block.line - 1) + block.body, str(page), "exec")
            if block.mark != "compile" and not (page.name == "README.md" and _PLACEHOLDER.search(block.body)):
                printed, executed = _run(code, block, names), executed + 1
        elif block.mark == "shell":
            printed = run_commands(block.body)
        elif block.mark == "output":
            check_output(page, block, printed)
    return executed


def _run(code: Any, block: Block, names: dict[str, Any]) -> str:
    out = StringIO()
    wanted = block.detail if block.mark == "raises" else ""
    with redirect_stdout(out):
        try:
            exec(code, names)
        except Exception as error:
            if type(error).__name__ != wanted:
                raise
            out.write(f"{wanted}: {error}\n")
        else:
            assert not wanted, f"line {block.line}: {wanted} was not raised"
    return out.getvalue()


def run_commands(lines: str) -> str:
    """Run commands of the command line in the current folder; returns what they write on stdout."""
    pytest.importorskip("doorstroom_client.cli")
    printed = ""
    for line in lines.splitlines():
        command = [sys.executable, "-m", "doorstroom_client.cli", *shlex.split(line)[1:]]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, f"{line}: exit code {done.returncode}: {done.stderr}"
        printed += done.stdout
    return printed


def check_output(page: Path, block: Block, printed: str) -> None:
    """Compare what a page shows with what was printed; line breaks count as spaces."""
    pattern = ".*?".join(re.escape(" ".join(part.split())) for part in block.body.split("…"))
    pattern = re.sub(r"(\.\*\?)", r"\\ ?\1\\ ?", pattern)
    shown = " ".join(printed.split())
    assert re.fullmatch(pattern, shown, re.DOTALL), f"{page.name}, line {block.line}: really printed:\n{printed}"
