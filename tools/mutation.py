"""Break the code on purpose, one small change at a time, and see whether a test notices.

    python tools/mutation.py [--write] [--list] [MODULE ...]

Modules are named as in tools/mutation.toml, e.g. `exchange/retry.py`; all of them when none is named. mutmut makes the
changes and runs the tests that reach them, in a copy: nothing in this folder is touched. With --write the outcome is put in
docs/mutation.md, with --list every change that no test noticed is printed, named or not. Ends with 1 when a module is under
the bar while changes that no test noticed stand there without a reason. Needs the group `mutation`.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tools" / "mutation.toml"
PAGE = ROOT / "docs" / "mutation.md"
PACKAGE = "doorstroom_client"
COPIED = (PACKAGE, "tests", "pyproject.toml", "README.md", "docs", "examples", "tools")
BAR = 90
LONGEST = 3600
"""Seconds that one module may take."""
_KILLED = {1, 3, 24, -24, 152, 36, 255, -9, -11}
"""Endings of a run that say that the change was noticed: a test failed, or it had to be stopped."""
_AROUND = 30
"""Characters shown before and after what was changed."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a change may stay unnoticed.

    Attributes:
        why: the reason.
        equivalent: nobody can tell the difference, so that no test could.
    """

    why: str
    equivalent: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one module.

    Attributes:
        module: as it is called in the table.
        mutants: how many changes were tried.
        survivors: the changes that no test noticed.
        reasons: why they may, for those that are named.
        gone: changes that are named, but that a test did notice or that cannot be made any more.
    """

    module: str
    mutants: int
    survivors: tuple[str, ...]
    reasons: Mapping[str, Reason]
    gone: tuple[str, ...]

    @property
    def score(self) -> float:
        """Percentage of the changes that a test noticed; equivalent ones count as not noticed."""
        return 100 * (self.mutants - len(self.survivors)) / self.mutants

    @property
    def unnamed(self) -> list[str]:
        """What was not noticed and stands nowhere with a reason."""
        return [survivor for survivor in self.survivors if survivor not in self.reasons]

    @property
    def passes(self) -> bool:
        """Whether enough was noticed, or the rest is named."""
        return self.score >= BAR or not self.unnamed

    @property
    def row(self) -> str:
        """The line of the table in the docs."""
        left = len(self.survivors)
        equivalent = sum(survivor in self.reasons and self.reasons[survivor].equivalent for survivor in self.survivors)
        return f"| `{self.module}` | {self.mutants} | {self.mutants - left} | {left} | {equivalent} | {self.score:.0f} % |"


def run(module: str, wanted: Mapping[str, Any]) -> Outcome:
    """Try every change of one module in a copy of the sources."""
    with tempfile.TemporaryDirectory(prefix="doorstroom-mutation-") as name:
        folder = Path(name)
        for source in COPIED:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__", ".*"))
            else:
                shutil.copy2(ROOT / source, folder / source)
        with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write(_settings(module, wanted["tests"]))
        _mutmut(folder)
        made = folder / "mutants" / PACKAGE / module
        endings = json.loads(made.with_name(f"{made.name}.meta").read_text("utf-8"))["exit_code_by_key"]
        if not endings:
            raise SystemExit(f"{module}: no change was made")
        changes = dict(_changes(ast.parse(made.read_text("utf-8"))))
    left = tuple(changes[key.rpartition(".")[2]] for key, ending in endings.items() if ending not in _KILLED)
    reasons = {
        change: Reason(entry["why"], entry.get("equivalent", False))
        for entry in wanted.get("survivors", ())
        for change in entry["mutants"]
    }
    return Outcome(module, len(endings), left, reasons, tuple(change for change in reasons if change not in left))


def _settings(module: str, tests: Sequence[str]) -> str:
    values = {
        "source_paths": [PACKAGE],
        "only_mutate": [f"{PACKAGE}/{module}"],
        "also_copy": [name for name in COPIED if name not in (PACKAGE, "tests", "pyproject.toml")],
        "pytest_add_cli_args_test_selection": list(tests),
        # A database server of its own would be started anew for every change.
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "-k", "not postgres"],
        "use_git_change_detection": False,
        # Three times what the tests take by themselves, and a minute for a busy machine to start them.
        "timeout_multiplier": 3.0,
        "timeout_constant": 20.0,
    }
    return "\n[tool.mutmut]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())


def _mutmut(folder: Path) -> None:
    """Run mutmut on one core; it leaves its findings in the folder `mutants`, and fails when the tests fail by themselves."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTEST_ADDOPTS")}
    # CI makes hypothesis draw the same examples every time, without a time limit for each.
    environment |= {"CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    said = folder / "said.txt"
    with said.open("wb") as output:
        done = subprocess.run(
            [sys.executable, "-m", "mutmut", "run", "--max-children", "1"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=LONGEST,
            check=False,
        )
    if done.returncode:
        text = said.read_text("utf-8", "replace").replace("\r", "\n")
        raise SystemExit(f"mutmut ended with {done.returncode}:\n{text[-4000:]}")


def _changes(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Name of each change, as mutmut calls it -> function and changed statement, which stay the same when lines move."""
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and "__mutmut_" in node.name}
    for name, function in functions.items():
        stem, _, number = name.rpartition("__mutmut_")
        if number != "orig":
            # x_name of a function, xǁClassǁname of a method
            shown = stem.removeprefix("x_") if stem.startswith("x_") else stem.split("ǁ", 1)[1].replace("ǁ", ".")
            yield name, f"{shown}: {_difference(functions[f'{stem}__mutmut_orig'], function)}"


def _difference(before: ast.FunctionDef, after: ast.FunctionDef) -> str:
    old, new = _text(before), _text(after)
    start = _alike(old, new)
    end = len(new) - min(_alike(old[::-1], new[::-1]), len(old) - start, len(new) - start)
    # Within the statement that was changed, as far as that goes.
    first = max(start - _AROUND, new.rfind("\n", 0, start) + 1)
    last = min(end + _AROUND, new.index("\n", end))
    left, right = ("" if new[at] == "\n" else "…" for at in (first - 1, last))
    shown = new[first:last]
    if len(shown) > 5 * _AROUND:
        shown = f"{shown[: 2 * _AROUND]}…{shown[-2 * _AROUND :]}"
    return f"{left}{' '.join(shown.split())}{right}"


def _text(function: ast.FunctionDef) -> str:
    return "\n".join(["", f"({ast.unparse(function.args)})", *map(ast.unparse, function.body), ""])


def _alike(one: str, other: str) -> int:
    """How many characters are the same from the start."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def write(outcome: Outcome) -> None:
    """Put the outcome of a module in the page: its line in the table and its list of survivors."""
    text = PAGE.read_text("utf-8")
    kept = [outcome.row if line.startswith(f"| `{outcome.module}` |") else line for line in text.splitlines()]
    begin, end = f"<!-- {outcome.module} -->", f"<!-- end of {outcome.module} -->"
    kept[kept.index(begin) + 1 : kept.index(end)] = _told(outcome)
    PAGE.write_text("\n".join(kept) + "\n", "utf-8")


def _told(outcome: Outcome) -> list[str]:
    by_reason: dict[Reason, list[str]] = {}
    for survivor in outcome.survivors:
        by_reason.setdefault(outcome.reasons.get(survivor, Reason("Not looked into.", equivalent=False)), []).append(survivor)
    lines: list[str] = []
    for reason, survivors in by_reason.items():
        lines += ["", f"{'Equivalent' if reason.equivalent else 'Accepted'}: {reason.why}", ""]
        lines += [f"- `` {survivor} ``" for survivor in survivors]
    return [*lines, ""] if lines else ["", "Nothing was left.", ""]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the modules that are asked for, and tell what came of them."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="a module of tools/mutation.toml")
    parser.add_argument("--write", action="store_true", help="put the outcome in docs/mutation.md")
    parser.add_argument("--list", action="store_true", help="print every change that no test noticed")
    options = parser.parse_args(arguments)
    if unknown := set(options.modules) - set(table):
        parser.error(f"not in {TABLE.name}: {', '.join(sorted(unknown))}")
    passed = True
    for module in options.modules or table:
        started = time.monotonic()
        outcome = run(module, table[module])
        print(f"{outcome.row} {time.monotonic() - started:.0f} s", flush=True)
        for change in outcome.survivors if options.list else outcome.unnamed:
            print("  not noticed:", json.dumps(change, ensure_ascii=False), flush=True)
        for change in outcome.gone:
            print("  named, but noticed or gone:", change, flush=True)
        if options.write:
            write(outcome)
        if not outcome.passes:
            print(f"  under {BAR} %", flush=True)
            passed = False
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
