"""What is imported stands in pyproject.toml, and not only by way of something else that happens to bring it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
FOR_USERS = [name for name in EXTRAS if name not in ("all", "test")]


def imported(folder: str) -> Iterator[str]:
    """Each module that the files of a folder import anywhere, by name."""
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield str(node.module)
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
                yield from (str(ast.literal_eval(name)) for name in node.args[:1] if isinstance(name, ast.Constant))


def of_others(folder: str) -> set[str]:
    own = {path.stem for path in (ROOT / folder).rglob("*.py")} | {path.name for path in ROOT.iterdir()}
    own |= {path.name for path in (ROOT / folder).iterdir()}
    return {top for name in imported(folder) if (top := name.partition(".")[0]) not in own | sys.stdlib_module_names}


def declared(*extras: str) -> set[str]:
    wanted = [*PROJECT["dependencies"], *(requirement for extra in extras for requirement in EXTRAS[extra])]
    return {_plain(requirement) for requirement in wanted}


def _plain(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


@pytest.mark.parametrize(
    ("folder", "extras", "spared"),
    [
        ("doorstroom_client", FOR_USERS, set()),
        ("tests", [*FOR_USERS, "test"], {"atheris"}),  # for a run by hand
    ],
)
def test_what_is_imported_is_declared(folder: str, extras: list[str], spared: set[str]) -> None:
    names, brought = of_others(folder), packages_distributions()
    assert {"httpx", "httpcore", "cryptography"} < names, "the imports are not found"
    allowed = declared(*extras)
    there = {
        name: {_plain(distribution) for distribution in brought.get(name, [])} or {_plain(name)} for name in names - spared
    }
    assert {name: by for name, by in there.items() if not by & allowed} == {}


def test_whatever_a_user_installs_has_a_floor_and_a_bound() -> None:
    """But for time zones, which are data and of which the newest is always right."""
    for requirement in [*PROJECT["dependencies"], *(item for extra in FOR_USERS for item in EXTRAS[extra])]:
        assert re.search(r">=[\d.]+,<\d", requirement) or re.fullmatch(r"tzdata>=[\d.]+", requirement), requirement
