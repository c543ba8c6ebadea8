"""The page docs/reference/api.md: signature and docstring of every public name, read from the source.

Signatures come from the source and not from the objects, so that the page is the same on every Python.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = "doorstroom_client"
INTRO = """# API

Every public name, with its signature and what its docstring says. `AsyncClient` has what `Client` has: what blocks there is
awaited here, and what is looped over is looped over with `async for`; the parts of a client likewise.
Which other names are public, and what they are for, stands in [Architecture](../architecture.md#the-public-face).

"""
MODULES = (PACKAGE, f"{PACKAGE}.readers", f"{PACKAGE}.season", f"{PACKAGE}.simulator")
TWIN = "Async"
_SECTION = re.compile(r"(Args|Attributes|Returns|Raises|Yields):$")
_ITEM = re.compile(r"    (\*{0,2}[\w.]+): (.*)$")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def api_page(made: str) -> str:
    """The text of api.md."""
    parts = [made, INTRO]
    for name in MODULES:
        module = importlib.import_module(name)
        parts.append(f"## `{name}`\n\n{text_of(inspect.getdoc(module) or '')}")
        parts += [_public(module, item) for item in in_order(module)]
    return "".join(parts).rstrip("\n") + "\n"


def in_order(module: Any) -> list[str]:
    """The public names: the client, values and functions, errors."""

    def rank(name: str) -> tuple[int, str]:
        found = getattr(module, name)
        is_error = isinstance(found, type) and issubclass(found, Exception)
        return (0 if name == "Client" else 2 if is_error else 1, name)

    return sorted(module.__all__, key=rank)


def _public(module: Any, name: str) -> str:
    found = getattr(module, name)
    if inspect.ismodule(found):
        return f"### `{name}`\n\n{text_of(inspect.getdoc(found) or '')}"
    if not isinstance(found, type):
        return _function(module, name) if inspect.isfunction(found) else _alias(module, name)
    if (plain := name.removeprefix(TWIN)) != name and hasattr(module, plain):
        return f"### `{name}`\n\nAs [`{plain}`](#{plain.lower()}), for an event loop.\n\n"
    parts = [_class(found, name, f"### `{name}`")]
    if name == "Client":
        for face, kind in faces(found):
            parts.append(_class(kind, f"client.{face}", f"### `client.{face}`"))
    return "".join(parts)


def faces(client: type) -> Iterator[tuple[str, type]]:
    """The parts of a client, by the name that it has them under."""
    for name, item in vars(client).items():
        if isinstance(item, property) and item.fget is not None:
            kind = getattr(sys.modules[client.__module__], item.fget.__annotations__["return"], None)
            if isinstance(kind, type):
                yield name, kind


def _class(kind: type, name: str, heading: str) -> str:
    parts = [f"{heading}\n\n", _fence(f"class {kind.__name__}{_made_with(kind)}"), text_of(_own_doc(kind))]
    members = list(_members(kind))
    short = [f"- `{said}`{': ' if doc else ''}{_inline(doc)}\n" for _, node, doc in members if (said := _value(node))]
    title = [] if issubclass(kind, Enum) else ["**Properties**\n\n"]
    parts += [*title, *short, "\n"] if short else []
    for member, node, doc in members:
        if isinstance(node, Function) and not _value(node):
            parts += [f"#### `{name}.{member}`\n\n", _fence(_signature(node)), text_of(doc)]
    return "".join(parts)


def _value(node: ast.stmt) -> str:
    """A property with its type, or a member of a value list; empty for what is called."""
    if not isinstance(node, Function):
        return ast.unparse(node)
    is_property = {ast.unparse(item) for item in node.decorator_list} & {"property", "cached_property"}
    return f"{node.name}: {ast.unparse(node.returns)}" if is_property and node.returns is not None else ""


def _own_doc(kind: type) -> str:
    return inspect.cleandoc(kind.__doc__ or "")


def _made_with(kind: type) -> str:
    """What it is made with, or of an error and a value list its base; empty when it is not for users of the library to make."""
    if issubclass(kind, Enum | Exception):
        return f"({kind.__bases__[0].__name__})"
    for base in _ours(kind):
        init = next((item for item in base.body if isinstance(item, ast.FunctionDef) and item.name == "__init__"), None)
        if init is not None:
            return f"({_arguments(init)})" if "Args:" in (ast.get_docstring(base) or "") else ""
    given = [item for item in dataclasses.fields(kind) if item.init] if dataclasses.is_dataclass(kind) else []
    if not given or any(item.name.startswith("_") for item in given):
        return ""
    named = [_field(kind, item) for item in given if item.kw_only]
    return f"({', '.join([*(_field(kind, item) for item in given if not item.kw_only), *(['*', *named] if named else [])])})"


def _field(kind: type, item: dataclasses.Field[Any]) -> str:
    text = f"{item.name}: {item.type}"
    for base in _ours(kind):
        for node in base.body:
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == item.name:
                return text + _default(node.value)
    return text


def _default(value: ast.expr | None) -> str:
    """A default as the source has it; one that is made anew each time is not spelled out."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "field":
        given = {word.arg: word.value for word in value.keywords}
        value = given.get("default") or (ast.Constant(...) if "default_factory" in given else None)
    return f" = {ast.unparse(value)}" if value is not None else ""


def _members(kind: type) -> Iterator[tuple[str, ast.stmt, str]]:
    """Public methods, properties, and members of a value list, those of private bases included."""
    seen: set[str] = set()
    public = importlib.import_module(PACKAGE).__all__
    for base, own in zip(_ours(kind), _our_classes(kind), strict=True):
        if own is not kind and own.__name__ in public:
            continue  # told where that class is
        for node, after in zip(base.body, [*base.body[1:], None], strict=True):
            name = _name_of(node, kind)
            if not name or name.startswith("_") or name in seen or _is_overload(node):
                continue
            seen.add(name)
            yield name, node, _doc_of(node, after)


def _name_of(node: ast.stmt, kind: type) -> str:
    if isinstance(node, Function):
        return node.name
    if isinstance(node, ast.Assign) and issubclass(kind, Enum):
        return ast.unparse(node.targets[0])
    return ""


def _is_overload(node: ast.stmt) -> bool:
    return isinstance(node, Function) and any(ast.unparse(item) == "overload" for item in node.decorator_list)


def _doc_of(node: ast.stmt, after: ast.stmt | None) -> str:
    if isinstance(node, Function):
        return ast.get_docstring(node) or ""
    if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
        return inspect.cleandoc(after.value.value)
    return ""


def _our_classes(kind: type) -> list[type]:
    return [base for base in kind.__mro__ if base.__module__.startswith(PACKAGE) and _node(base) is not None]


def _ours(kind: type) -> list[ast.ClassDef]:
    return [node for base in _our_classes(kind) if (node := _node(base)) is not None]


def _node(kind: type) -> ast.ClassDef | None:
    found = (item for item in ast.walk(_source(kind.__module__)) if isinstance(item, ast.ClassDef))
    return next((item for item in found if item.name == kind.__name__), None)


@cache
def _source(module: str) -> ast.Module:
    file = importlib.import_module(module).__file__
    assert file is not None
    return ast.parse(Path(file).read_text("utf-8"))


def _function(module: Any, name: str) -> str:
    found = getattr(module, name)
    nodes = [item for item in _source(found.__module__).body if isinstance(item, Function) and item.name == found.__name__]
    signatures = "\n".join(map(_signature, nodes))
    return f"### `{name}`\n\n{_fence(signatures)}{text_of(inspect.getdoc(found) or '')}"


def _alias(module: Any, name: str) -> str:
    """A name for a type."""
    for where in _imports(module.__name__, name):
        body = _source(where).body
        for node, after in zip(body, [*body[1:], None], strict=True):
            if isinstance(node, ast.Assign | ast.AnnAssign) and name in ast.unparse(node).split(" = ")[0].split(":")[0].split():
                return f"### `{name}`\n\n{_fence(ast.unparse(node))}{text_of(_doc_of(node, after))}"
    raise SystemExit(f"{name} is public, and is nothing that the page can tell of")


def _imports(module: str, name: str) -> Iterator[str]:
    for node in _source(module).body:
        if isinstance(node, ast.ImportFrom) and node.module and any(item.name == name for item in node.names):
            yield node.module


def _signature(node: Function) -> str:
    kinds = {ast.unparse(item) for item in node.decorator_list}
    gives = f" -> {ast.unparse(node.returns)}" if node.returns is not None else ""
    before = "".join(f"@{kind}\n" for kind in ("classmethod", "staticmethod") if kind in kinds)
    return f"{before}{'async ' if isinstance(node, ast.AsyncFunctionDef) else ''}def {node.name}({_arguments(node)}){gives}"


def _arguments(node: Function) -> str:
    """The arguments without the first one of a method, as they are written."""
    given = node.args
    plain = [*given.posonlyargs, *given.args]
    found = [_argument(item, value) for item, value in _with_defaults(plain, given.defaults)]
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


def _with_defaults(plain: list[ast.arg], defaults: list[ast.expr]) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Each argument with its default: those are the last ones."""
    return zip(plain, [*[None] * (len(plain) - len(defaults)), *defaults], strict=True)


def _argument(item: ast.arg, value: ast.expr | None) -> str:
    text = f"{item.arg}: {ast.unparse(item.annotation)}" if item.annotation is not None else item.arg
    return text + _default(value)


_WIDTH = 110


def _fence(code: str) -> str:
    lines = "\n".join(map(_broken, code.splitlines()))
    return f"```pyi\n{lines}\n```\n\n"


def _broken(line: str) -> str:
    """A long signature with a line for each argument."""
    start, end = line.find("("), line.rfind(")")
    if len(line) <= _WIDTH or start < 0:
        return line
    arguments = "".join(f"    {item},\n" for item in _apart(line[start + 1 : end]))
    return f"{line[: start + 1]}\n{arguments}{line[end:]}"


def _apart(arguments: str) -> Iterator[str]:
    """Arguments, apart at the commas that stand in no bracket or text."""
    depth, begin, quote = 0, 0, ""
    for at, sign in enumerate(arguments):
        if quote or sign in "'\"":
            quote = "" if sign == quote else quote or sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and not depth:
            yield arguments[begin:at].strip()
            begin = at + 1
    yield arguments[begin:].strip()


def _inline(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def text_of(docstring: str) -> str:
    """A docstring in the Google style as Markdown."""
    lines: list[str] = []
    section = ""
    for line in docstring.replace("``", "`").replace("::\n", ":\n").splitlines():
        if (head := _SECTION.match(line)) is not None:
            section = head[1]
            lines += [f"**{section}**", ""]
        elif section and (item := _ITEM.match(line)) is not None and section != "Returns":
            lines.append(f"- `{item[1]}`: {item[2]}")
        elif section and line.startswith("    "):
            lines.append(f"  {line.strip()}" if section != "Returns" else line.strip())
        else:
            section = section if not line else ""
            lines.append(line)
    return "\n".join(lines).rstrip("\n") + "\n\n"
