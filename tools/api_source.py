"""What the source says of a public name: where it is defined, its signature, and its members.

Signatures come from the source and not from the objects, so that the pages are the same on every Python.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache

from api_types import PACKAGE, imports, is_module, source

Function = ast.FunctionDef | ast.AsyncFunctionDef
_LONGEST_VALUE = 160


@cache
def defined(module: str, name: str) -> tuple[str, list[tuple[ast.stmt, str]]]:
    """The module that defines a name, and every statement that does, each with the text below it.

    Several statements are the overloads of a function.
    """
    body = source(module).body
    found = [(node, doc_of(node, after)) for node, after in _with_next(body) if name_of(node) == name]
    if found:
        return module, found
    there = imports(module).get(name)
    if there is None:
        raise SystemExit(f"{module}.{name} is public, and is nothing that the pages can tell of")
    inner = ".".join(there)
    return (inner, []) if is_module(inner) else defined(*there)


def _with_next(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, ast.stmt | None]]:
    return zip(body, [*body[1:], None], strict=True)


def name_of(node: ast.stmt) -> str:
    """The name that a statement defines; empty for others."""
    if isinstance(node, Function | ast.ClassDef):
        return node.name
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.target)
    return ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""


def doc_of(node: ast.stmt, after: ast.stmt | None) -> str:
    """The docstring of a function, or the text below a value."""
    if isinstance(node, Function | ast.ClassDef):
        return ast.get_docstring(node) or ""
    if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
        return inspect.cleandoc(after.value.value)
    return ""


def value_text(node: ast.stmt) -> str:
    """A value as it is written; of one that is long, or worked out, only its type."""
    worked_out = any(isinstance(item, ast.Call) for item in ast.walk(node))
    if isinstance(node, ast.AnnAssign) and (worked_out or len(ast.unparse(node)) > _LONGEST_VALUE):
        return f"{ast.unparse(node.target)}: {ast.unparse(node.annotation)}"
    return ast.unparse(node)


def our_classes(kind: type, *, but: frozenset[type] = frozenset()) -> list[tuple[type, ast.ClassDef]]:
    """A class and its bases, as far as they are ours, without those that are told elsewhere."""
    ours = [base for base in kind.__mro__ if base.__module__.startswith(PACKAGE) and (base is kind or base not in but)]
    return [(base, node) for base in ours if (node := _class_node(base)) is not None]


def _class_node(kind: type) -> ast.ClassDef | None:
    found = (item for item in ast.walk(source(kind.__module__)) if isinstance(item, ast.ClassDef))
    return next((item for item in found if item.name == kind.__name__), None)


@dataclasses.dataclass(frozen=True)
class Member:
    """Something public of a class: a method has signatures, a value a type."""

    name: str
    doc: str
    signatures: tuple[str, ...] = ()
    type: str = ""
    is_property: bool = False
    value: str = ""


def members(kind: type, *, but: frozenset[type] = frozenset()) -> list[Member]:
    """Methods, properties, fields, and members of a value list, those of private bases included, in their order."""
    found: dict[str, Member] = {}
    for _, node in our_classes(kind, but=but):
        for item in [*_in_body(node, kind), *_in_init(node)]:
            found.setdefault(item.name, item)
    return [item for item in found.values() if not item.name.startswith("_")]


def _in_body(node: ast.ClassDef, kind: type) -> Iterator[Member]:
    for item, after in _with_next(node.body):
        name = name_of(item)
        if isinstance(item, Function):
            if not is_overload(item):
                yield _called(item, [each for each in node.body if isinstance(each, Function) and each.name == name])
        elif isinstance(item, ast.AnnAssign):
            if not ast.unparse(item.annotation).startswith(("ClassVar", "InitVar")):
                yield Member(name, doc_of(item, after), type=ast.unparse(item.annotation))
        elif isinstance(item, ast.Assign) and issubclass(kind, Enum) and name in kind.__members__:
            yield Member(name, doc_of(item, after), value=ast.unparse(item))


def _called(node: Function, named: list[Function]) -> Member:
    doc = ast.get_docstring(node) or ""
    kinds = {ast.unparse(item) for item in node.decorator_list}
    if kinds & {"property", "cached_property"}:
        return Member(node.name, doc, type=ast.unparse(node.returns) if node.returns else "", is_property=True)
    wanted = [item for item in named if is_overload(item)] or [node]
    return Member(node.name, doc, tuple(map(signature, wanted)))


def _in_init(node: ast.ClassDef) -> Iterator[Member]:
    """What the constructor sets, with the type of the argument of the same name."""
    init = next((item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"), None)
    if init is None:
        return
    given = {item.arg: ast.unparse(item.annotation) for item in [*init.args.args, *init.args.kwonlyargs] if item.annotation}
    for item in init.body:
        targets = item.targets if isinstance(item, ast.Assign) else [item.target] if isinstance(item, ast.AnnAssign) else []
        for target in [each for one in targets for each in (one.elts if isinstance(one, ast.Tuple) else [one])]:
            if isinstance(target, ast.Attribute) and ast.unparse(target.value) == "self":
                annotated = ast.unparse(item.annotation) if isinstance(item, ast.AnnAssign) else given.get(target.attr, "")
                yield Member(target.attr, "", type=annotated)


def made_with(kind: type) -> str:
    """What it is made with, or of an error and a value list its base; empty when it is not for users of the library to make."""
    if issubclass(kind, Enum | Exception):
        return f"({kind.__bases__[0].__name__})"
    nodes = [node for _, node in our_classes(kind)]
    for base in nodes:
        init = next((item for item in base.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"), None)
        if init is not None:
            return f"({arguments(init)})" if "Args:" in (ast.get_docstring(base) or "") else ""
    given = [item for item in dataclasses.fields(kind) if item.init] if dataclasses.is_dataclass(kind) else []
    if not given or any(item.name.startswith("_") for item in given):
        return ""
    written = _fields(nodes)
    plain = [written[item.name] for item in given if not item.kw_only]
    named = [written[item.name] for item in given if item.kw_only]
    return f"({', '.join([*plain, *(['*', *named] if named else [])])})"


def _fields(nodes: list[ast.ClassDef]) -> Mapping[str, str]:
    """Each field with its type and default."""
    found: dict[str, str] = {}
    for item in [item for node in nodes for item in node.body if isinstance(item, ast.AnnAssign)]:
        name = ast.unparse(item.target)
        found.setdefault(name, f"{name}: {ast.unparse(item.annotation)}{_default(item.value)}")
    return found


def _default(value: ast.expr | None) -> str:
    """A default as the source has it; one that is made anew each time is not spelled out."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
        given = {word.arg: word.value for word in value.keywords}
        value = given.get("default") or (ast.Constant(...) if "default_factory" in given else None)
    return f" = {ast.unparse(value)}" if value is not None else ""


def is_overload(node: Function) -> bool:
    """Whether it only says a type."""
    return any(ast.unparse(item) == "overload" for item in node.decorator_list)


def signature(node: Function) -> str:
    """A function as it is called."""
    shown = ("classmethod", "staticmethod", "overload", "contextmanager", "pytest.fixture")
    before = "".join(f"@{said}\n" for item in node.decorator_list if (said := ast.unparse(item)).startswith(shown))
    gives = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
    return f"{before}{'async ' if isinstance(node, ast.AsyncFunctionDef) else ''}def {node.name}({arguments(node)}){gives}"


def arguments(node: Function) -> str:
    """The arguments without the first one of a method, as they are written."""
    given = node.args
    plain = [*given.posonlyargs, *given.args]
    with_defaults = zip(plain, [*[None] * (len(plain) - len(given.defaults)), *given.defaults], strict=True)
    found = [_argument(item, value) for item, value in with_defaults]
    if given.posonlyargs:
        found.insert(len(given.posonlyargs), "/")
    if plain and plain[0].arg in ("self", "cls"):
        found = found[2:] if found[1:2] == ["/"] else found[1:]
    if given.vararg is not None:
        found.append(f"*{_argument(given.vararg, None)}")
    elif given.kwonlyargs:
        found.append("*")
    found += [_argument(item, value) for item, value in zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    return ", ".join([*found, *([f"**{_argument(given.kwarg, None)}"] if given.kwarg is not None else [])])


def _argument(item: ast.arg, value: ast.expr | None) -> str:
    text = f"{item.arg}: {ast.unparse(item.annotation)}" if item.annotation is not None else item.arg
    return text + _default(value)
