"""Pages and examples import only what is public: what they teach must stay where it is."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ABOUT_THE_INSIDE = {"architecture.md", "mutation.md"}
"""Pages for who works on the library itself."""
PAGES = [ROOT / "README.md", *(path for path in sorted((ROOT / "docs").rglob("*.md")) if path.name not in ABOUT_THE_INSIDE)]
FILES = [*PAGES, *sorted((ROOT / "examples").rglob("*.py"))]
FROM = re.compile(r"from\s+(doorstroom_client[\w.]*)\s+import\s+(?:\(([^)]*)\)|([\w ,]+))")
WHOLE = re.compile(r"^\s*(?:>>> )?import\s+(doorstroom_client\.[\w.]+)", re.MULTILINE)


def imports_in(path: Path) -> Iterator[tuple[str, str]]:
    """Each module of ours and each name that is imported from it; ``*`` for the module itself."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("doorstroom_client"):
                yield from ((str(node.module), alias.name) for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from ((alias.name, "*") for alias in node.names if alias.name.startswith("doorstroom_client."))
        return
    for module, listed, plain in FROM.findall(text):
        names = re.sub(r"#.*", "", listed or plain).split(",")
        yield from ((module, name.split()[0]) for name in names if name.split())
    yield from ((module, "*") for module in WHOLE.findall(text))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_public_names_are_imported(path: Path) -> None:
    hidden = []
    for module, name in imports_in(path):
        public = getattr(importlib.import_module(module), "__all__", ()) if _is_package(module) else ()
        if name not in public and not (name == "*" and public):
            hidden.append(f"{module}.{name}")
    assert hidden == []


def _is_package(module: str) -> bool:
    """Whether it is a package, or a module at the top: files inside a package may move."""
    return hasattr(importlib.import_module(module), "__path__") or module.count(".") == 1


def test_the_imports_are_found() -> None:
    found = {pair for path in FILES for pair in imports_in(path)}
    modules = {module for module, _ in found}
    assert len(found) > 40
    assert {"doorstroom_client", "doorstroom_client.readers", "doorstroom_client.overview", "doorstroom_client.otel"} < modules
    assert all(name.isidentifier() or name == "*" for _, name in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from doorstroom_client.a.b import C, D\n", [("doorstroom_client.a.b", "C"), ("doorstroom_client.a.b", "D")]),
        (
            "from doorstroom_client import (\n    A,  # one\n    B as C,\n)\n",
            [("doorstroom_client", "A"), ("doorstroom_client", "B")],
        ),
        ("<!-- run: from doorstroom_client.x import y; z -->", [("doorstroom_client.x", "y")]),
        ("import doorstroom_client.x.y as z", [("doorstroom_client.x.y", "*")]),
        ("import doorstroom_client", []),
    ],
)
def test_an_import_on_a_page_is_read_as_python_reads_it(tmp_path: Path, text: str, expected: list[tuple[str, str]]) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    assert list(imports_in(page)) == expected
