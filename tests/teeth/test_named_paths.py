"""Whatever names a test names one that is there: a path that went stale is else not noticed, or only after minutes."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from support.unmeasured import UNMEASURED

from .bugs import BUGS

ROOT = Path(__file__).parents[2]
NAMING = {
    str(path.relative_to(ROOT)): path.read_text()
    for pattern in (".ci/run", "tools/*", "*.md", "pyproject.toml", "docs/**/*.md")
    for path in sorted(ROOT.glob(pattern))
    if path.is_file() and path.name != "CHANGELOG.md"
}
NAMED = re.compile(r"\btests/[\w/.{},:]*[\w}]")


def spelled_out(path: str) -> list[str]:
    """Each path that a shell makes of one with braces."""
    parts = re.split(r"\{([^}]*)\}", path)
    return ["".join(chosen) for chosen in product(*(part.split(",") if at % 2 else [part] for at, part in enumerate(parts)))]


def named_in(text: str) -> list[str]:
    return [path for found in NAMED.findall(text) for path in spelled_out(found)]


@cache
def names_of(path: Path) -> frozenset[str]:
    """The tests of one file, and the classes around them."""
    nodes = [*ast.walk(ast.parse(path.read_text()))]
    made = {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}
    return frozenset(
        made
        | {
            name.id
            for node in nodes
            if isinstance(node, ast.Assign)
            for name in ast.walk(node.targets[0])
            if isinstance(name, ast.Name)
        }
    )


def is_there(node: str) -> bool:
    file, *names = node.split("::")
    path = ROOT / file
    return path.is_dir() if not path.is_file() else not names or {*names} <= names_of(path)


@pytest.mark.parametrize("path", [path for path, text in NAMING.items() if "tests/" in text])
def test_every_path_that_is_named_exists(path: str) -> None:
    assert [named for named in named_in(NAMING[path]) if not is_there(named)] == []


def test_the_files_that_run_tests_by_name_are_read() -> None:
    least = {".ci/run": 2, "tools/check": 12, "tools/mutation.toml": 12, "CONTRIBUTING.md": 5}
    assert {path: len(named_in(NAMING[path])) for path in least if len(named_in(NAMING[path])) < least[path]} == {}
    assert spelled_out("tests/store/test_{a,b}.py") == ["tests/store/test_a.py", "tests/store/test_b.py"]


def test_every_test_that_a_bug_names_exists() -> None:
    assert {bug.name: test for bug in BUGS for test in bug.tests if not is_there(test)} == {}


def test_every_test_that_is_left_unmeasured_exists() -> None:
    assert [named for named in UNMEASURED if not is_there(f"tests/{named}")] == []


@pytest.mark.parametrize("node", ["tests/no_room", "tests/conftest.py::test_nothing", "tests/teeth/bugs.py::bug::no"])
def test_what_is_not_there_is_seen(node: str) -> None:
    assert not is_there(node)


def test_no_test_file_takes_from_another() -> None:
    """What two share stands in tests/support."""
    importing = re.compile(
        r"^(?:from|import) [\w.]*\b(?:test_(?!pki)\w+|conftest)\b|^from (?:\.|\w+) import .*\bconftest\b", re.MULTILINE
    )
    found = {str(path.relative_to(ROOT)): importing.findall(path.read_text()) for path in (ROOT / "tests").rglob("*.py")}
    others = {path: [line for line in lines if Path(path).stem not in line] for path, lines in found.items()}
    assert {path: lines for path, lines in others.items() if lines} == {}


def test_no_module_hides_what_support_itself_holds() -> None:
    """A module that is loaded takes the name of a function of its package."""
    here = ROOT / "tests/support"
    assert {path.stem for path in here.glob("[!_]*.py")} & names_of(here / "__init__.py") == set()
