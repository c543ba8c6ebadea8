"""The tree of the package as docs/architecture.md shows it: every file with the first line of its docstring."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "doorstroom_client"
TWINS = ("async_client.py", "async_faces")
"""What tools/make_async.py writes: one line in the tree."""
BEGIN = "<!-- tree: made by tools/make_docs.py from the folders, the layers in pyproject.toml and the docstrings -->\n"
END = "<!-- end of the tree -->\n"


def with_tree(page: str, root: Path) -> str:
    """A page with the tree of today between its markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not after:
        raise SystemExit("docs/architecture.md has lost a marker of its tree")
    return f"{before}{BEGIN}\n```text\n{tree(root)}```\n\n{END}{after}"


def tree(root: Path) -> str:
    """The package, a paragraph for each layer, the top one first."""
    package = root / PACKAGE
    layers = [[PACKAGE], *_outside(package, _layers(root)), *_layers(root)]
    parts = ["".join(f"{line.rstrip()}\n" for line in _lines(layer, package)) for layer in layers]
    return "\n".join(part for part in parts if part)


def first_line(path: Path) -> str:
    """What a file or folder says of itself."""
    text = (path / "__init__.py" if path.is_dir() else path).read_text("utf-8")
    said = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
    return said.replace("``", "`")


def _layers(root: Path) -> list[list[str]]:
    """The names of each layer, as import-linter holds them."""
    settings = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    found: list[str] = next(item["layers"] for item in settings["contracts"] if item["type"] == "layers")
    return [[name.strip().removeprefix(f"{PACKAGE}.") for name in layer.split("|")] for layer in found]


def _outside(package: Path, layers: list[list[str]]) -> list[list[str]]:
    """What stands in no layer, so that it is not left out."""
    known = {name for layer in layers for name in layer} | {"__init__"}
    beside = sorted(path.stem for path in package.iterdir() if _belongs(path) and path.stem not in known)
    return [beside] if beside else []


def _lines(layer: list[str], package: Path) -> Iterator[str]:
    for name in layer:
        path = package if name == PACKAGE else package / name
        path = path if path.is_dir() else path.with_suffix(".py")
        if path.name == TWINS[0]:
            yield _line(
                0, f"{TWINS[0]}  {TWINS[1]}/", "The same for `AsyncClient`: written by tools/make_async.py, never by hand."
            )
        elif path == package:
            yield _line(-1, f"{PACKAGE}/", first_line(path))
        elif path.name != TWINS[1]:
            yield from _entry(path, 0)


def _entry(path: Path, depth: int) -> Iterator[str]:
    yield _line(depth, f"{path.name}/" if path.is_dir() else path.name, first_line(path))
    if path.is_dir():
        inside = [item for item in path.iterdir() if _belongs(item) and item.name != "__init__.py"]
        for item in sorted(inside, key=lambda item: (item.is_dir(), item.name)):
            yield from _entry(item, depth + 1)


def _belongs(path: Path) -> bool:
    return path.suffix == ".py" or (path / "__init__.py").is_file()


def _line(depth: int, name: str, said: str) -> str:
    return f"{'  ' * (depth + 1)}{name}".ljust(30) + f" {said}"
