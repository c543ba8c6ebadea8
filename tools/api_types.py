"""Annotations as a reader of the API needs them: names of ours that stand for a type, but are not public, are spelled out."""

from __future__ import annotations

import ast
import importlib
from functools import cache
from pathlib import Path

PACKAGE = "doorstroom_client"


@cache
def parsed(module: str) -> ast.Module:
    """A module as it is written, until `source` makes its annotations plain."""
    file = importlib.import_module(module).__file__
    assert file is not None
    return ast.parse(Path(file).read_text("utf-8"))


@cache
def source(module: str) -> ast.Module:
    """A module of ours, with plain annotations."""
    tree = parsed(module)
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            node.annotation = _Plain(module).visit(node.annotation)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            node.returns = _Plain(module).visit(node.returns)
    return tree


class _Plain(ast.NodeTransformer):
    def __init__(self, module: str) -> None:
        self.module = module

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if ast.unparse(node.value) == "Annotated" and isinstance(node.slice, ast.Tuple):
            plain: ast.AST = self.visit(node.slice.elts[0])
            return plain
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        found = None if node.id in importlib.import_module(PACKAGE).__all__ else alias(self.module, node.id)
        plain: ast.AST = _Plain(found[0]).visit(found[1]) if found is not None else node
        return plain


@cache
def alias(module: str, name: str) -> tuple[str, ast.expr] | None:
    """The module and the type that a name of ours stands for."""
    for node in parsed(module).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name and _is_type(node.value):
            return module, node.value
    there = imports(module).get(name)
    return alias(*there) if there is not None and not is_module(".".join(there)) else None


@cache
def imports(module: str) -> dict[str, tuple[str, str]]:
    """What a module imports of ours: the module that has it, and its name there."""
    found: dict[str, tuple[str, str]] = {}
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            found |= {item.asname or item.name: (str(node.module), item.name) for item in node.names}
    return found


def is_module(name: str) -> bool:
    """Whether it is a module or package, and no name in one."""
    path = Path(__file__).parent.parent / Path(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def _is_type(value: ast.expr) -> bool:
    """Whether a value is written as a type is: not a call, a number or a text."""
    if isinstance(value, ast.Subscript) and ast.unparse(value.value) == "Annotated":
        return True
    return isinstance(value, ast.Subscript | ast.BinOp) and not any(isinstance(item, ast.Call) for item in ast.walk(value))
