"""The page on the architecture is about this package: its tree is the folders, and what it names is there."""

from __future__ import annotations

import ast
import builtins
import importlib
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from docs_blocks import ROOT

import doorstroom_client

PACKAGE = ROOT / "doorstroom_client"
TEXT = (ROOT / "docs/architecture.md").read_text("utf-8")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
TWINS = Path("async_client.py  async_faces/")


def tree_lines() -> list[tuple[int, str, str]]:
    """Depth, name and text of each line of the tree."""
    tree = TEXT.split("<!-- tree")[1].split("```text\n")[1].split("```")[0]
    found = re.findall(r"^( *)(async_client\.py  async_faces/|\S+) +(\S.*)$", tree, re.MULTILINE)
    assert len(found) == len([line for line in tree.splitlines() if line])
    return [(len(indent) // 2, name, said) for indent, name, said in found]


def paths_in_tree() -> Iterator[tuple[Path, str]]:
    above: list[Path] = []
    for depth, name, said in tree_lines():
        assert depth <= len(above), f"{name} stands under nothing"
        above[depth:] = [(above[-1] if depth > len(above) else above[depth - 1]) / name if depth else ROOT / name]
        yield above[depth], said


def test_the_tree_is_the_folders() -> None:
    twins = {PACKAGE / "async_client.py", *(PACKAGE / "async_faces").glob("*.py")}
    files = {path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"} - twins
    folders = {path.parent for path in PACKAGE.rglob("__init__.py")} - {PACKAGE / "async_faces"}
    shown = [path for path, _ in paths_in_tree()]
    assert len(shown) == len(set(shown))
    assert set(shown) == files | folders | {PACKAGE / TWINS}


def test_each_line_of_the_tree_is_what_the_file_says_of_itself() -> None:
    for path, said in paths_in_tree():
        if path.name != TWINS.name:
            source = (path / "__init__.py" if path.is_dir() else path).read_text("utf-8")
            first = (ast.get_docstring(ast.parse(source)) or "").splitlines()[0]
            assert said == first.replace("``", "`"), path


def test_the_layers_stand_in_their_order() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(item["layers"] for item in contracts if item["type"] == "layers")
    wanted = [name.strip().split(".")[1] for layer in layers for name in layer.split("|")]
    shown = [
        name.removesuffix("/").removesuffix(".py") for depth, name, _ in tree_lines() if depth == 1 and Path(name) != TWINS
    ]
    assert [name for name in shown if name in wanted] == [name for name in wanted if not name.startswith("async_")]


@pytest.mark.parametrize(
    ("question", "file"),
    [
        ("404.* unknown pupil", "exchange/decisions.py"),
        ("received results durable", "store/group_commit.py"),
        ("received results.* on disk", "store/inbox.py"),
        ("settings.* next year's version string", "config/table.py"),
        ("values: version string", "messages/afspraak.py"),
    ],
)
def test_a_newcomer_finds_a_file_in_the_tree(question: str, file: str) -> None:
    found = [path for path, said in paths_in_tree() if re.search(question, said)]
    assert found == [PACKAGE / file]


class Names(ast.NodeVisitor):
    """What the package defines: names of any kind, and of each class its members and bases."""

    def __init__(self) -> None:
        self.known = set(dir(builtins))
        self.members: dict[str, set[str]] = {}
        self.bases: dict[str, set[str]] = {}
        for path in PACKAGE.rglob("*.py"):
            self.visit(ast.parse(path.read_text("utf-8")))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        fields = {ast.unparse(item.target) for item in node.body if isinstance(item, ast.AnnAssign)}
        methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)}
        values = {ast.unparse(item.targets[0]) for item in node.body if isinstance(item, ast.Assign)}
        self.known.add(node.name)
        self.members.setdefault(node.name, set()).update(fields | methods | values)
        self.bases.setdefault(node.name, set()).update(ast.unparse(base) for base in node.bases)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.known.add(node.name)
        self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.known.add(node.name)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.known.add(node.id)

    def has(self, kind: str, member: str) -> bool:
        return member in self.members.get(kind, ()) or any(self.has(base, member) for base in self.bases.get(kind, ()))


@cache
def names() -> Names:
    return Names()


def named(text: str) -> Iterator[str]:
    """What stands in backticks outside blocks of code."""
    yield from re.findall(r"`([^`\n]+)`", FENCED.sub("", text))


def is_there(name: str) -> bool:
    """Whether a file, a folder, a class, its member, a module or another name of the package exists."""
    if re.fullmatch(r"[\w./-]+(\.py|\.md|\.toml|/)", name):
        return (ROOT / name).exists() or (PACKAGE / name).exists()
    if name.startswith("doorstroom_client"):
        return (ROOT / name.replace(".", "/")).is_dir() or (ROOT / f"{name.replace('.', '/')}.py").is_file()
    if member := re.fullmatch(r"([A-Z]\w*)\.(\w+)", name):
        return names().has(member[1], member[2])
    return re.fullmatch(r"\w+", name) is not None and name in names().known | EXTRAS


EXTRAS = {*tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"], "__all__"}


def test_what_the_page_names_exists() -> None:
    found = list(named(TEXT))
    assert {"Client.send", "GroupCommit", "exchange/decisions.py"} <= set(found), "the names are not found"
    assert [name for name in found if not is_there(name)] == []


@pytest.mark.parametrize(
    "name",
    [
        "exchange/decision.py", "exchanges/", "doorstroom_client.exchanges", "Client.sends", "Outbox.Claim", "NoSuchClass",
        "Chain.send", "one two", "Client.send.list", "no_such_function",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_noticed(name: str) -> None:
    assert not is_there(name)


def test_the_public_names_stand_where_the_page_says() -> None:
    rows = re.findall(r"^\| `(doorstroom_client[\w.]+)` \| (.+?) \|", TEXT, re.MULTILINE)
    assert len(rows) >= 9
    for module, listed in rows:
        if module.endswith(".uvicorn_tls"):
            pytest.importorskip("uvicorn")
        found = importlib.import_module(module)
        assert [name for name in re.findall(r"`(\w+)`", listed) if not hasattr(found, name)] == [], module


def test_each_public_name_has_its_kind() -> None:
    table = TEXT.split("| kind | names |")[1].split("\n\n")[0]
    public = {name: getattr(doorstroom_client, name) for name in doorstroom_client.__all__}
    errors = {name for name, found in public.items() if isinstance(found, type) and issubclass(found, Exception)}
    assert {*re.findall(r"`(\w+)`", table)} | errors == set(public)
