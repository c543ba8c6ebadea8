"""The pages docs/reference/api.md and docs/reference/api/: every public name, as its source tells of it."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from enum import Enum
from functools import cache
from typing import Any

from api_pages import PAGES, Page, is_told_elsewhere, module_of, names_of, told_at
from api_source import Function, Member, defined, is_overload, made_with, members, our_classes, signature, value_text
from api_text import Link, fence, inline, text_of
from api_types import PACKAGE
from quirks_page import headings

INTRO = """# API

Every public name with its signature and what its docstring says, made from the source. Whatever is not here is inside, and may
change. Import a name from the module that stands above its table: `from doorstroom_client import Client`.

"""
TWIN = "Async"


def api_pages(made: str) -> dict[str, str]:
    """Each page by its path below docs/reference/."""
    return {"api.md": _index(made), **{f"api/{page.file}.md": _page(page, made) for page in PAGES}}


def _index(made: str) -> str:
    parts = [made, INTRO]
    for page in PAGES:
        parts.append(f"## {page.title}\n\n`{module_of(page)}`. {page.intro.replace('../../', '../')}\n\n")
        parts.append(f"| name | what it is |\n| --- | --- |\n{''.join(_row(page, name) for name in names_of(page))}\n")
    return "".join(parts).rstrip("\n") + "\n"


def _row(page: Page, name: str) -> str:
    at = is_told_elsewhere(page, name) or page
    first = re.split(r"(?<=[.:;])\s", " ".join(_doc(page, name).replace("``", "`").split()))[0].rstrip(".:;")
    return f"| [`{name}`](api/{at.file}.md#{anchor(name)}) | {first.replace('|', chr(92) + '|')} |\n"


def _doc(page: Page, name: str) -> str:
    module, found = defined(module_of(page), name)
    docs = [doc for _, doc in found if doc] if found else [inspect.getdoc(importlib.import_module(module)) or ""]
    return docs[-1] if docs else ""


def anchor(heading: str) -> str:
    """The anchor of a heading, as GitHub and the site make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _page(page: Page, made: str) -> str:
    parts = [made, f"# {page.title}\n\n{page.intro} Import from `{module_of(page)}`.\n\n"]
    if page.module:
        doc = inspect.getdoc(importlib.import_module(module_of(page))) or ""
        parts.append(text_of(doc, _link(page, "")))
    parts += [_public(page, name) for name in names_of(page)]
    return "".join(parts).rstrip("\n") + "\n"


def _link(page: Page, own: str) -> Link:
    """Where a page finds what a text on it mentions; a section does not link to itself."""

    def link(name: str) -> str:
        if re.fullmatch(r"Q\d+", name):
            return f"../quirks.md#{anchor(headings()[name])}"
        if name.startswith("client."):
            return f"{'' if page is PAGES[0] else 'client.md'}#{anchor(name)}" if name in _on_the_client() else ""
        kind, _, member = name.partition(".")
        if name == own or (at := told_at(page, kind)) is None:
            return ""
        there, _ = at
        if member and not _has(there, kind, member):
            return ""
        return f"{'' if there is page else f'{there.file}.md'}#{anchor(name)}"

    return link


def _has(page: Page, kind: str, member: str) -> bool:
    """Whether a member has a heading of its own."""
    found = getattr(importlib.import_module(module_of(page)), kind)
    called = isinstance(found, type) and face_of(found) is None and not kind.startswith(TWIN)
    return called and any(item.name == member and has_heading(item) for item in members(found, but=_others(found)))


@cache
def _on_the_client() -> frozenset[str]:
    """What is called on a part of the client, as it is called there."""
    package = importlib.import_module(PACKAGE)
    parts = ((face, kind) for name in package.__all__ if (face := face_of(kind := getattr(package, name))))
    return frozenset(f"client.{face}.{item.name}" for face, kind in parts for item in members(kind) if has_heading(item))


def _public(page: Page, name: str) -> str:
    heading = f"## `{name}`\n\n"
    if (there := is_told_elsewhere(page, name)) is not None:
        return f"{heading}The [`{name}`]({there.file}.md#{anchor(name)}) of `{module_of(there)}`.\n\n"
    module, statements = defined(module_of(page), name)
    link = _link(page, name)
    if not statements:  # a module
        there = next(each for each in PAGES if module_of(each) == module)
        return f"{heading}A module: [{there.title}]({there.file}.md).\n\n"
    node, doc = statements[-1]
    if isinstance(node, ast.ClassDef):
        found = getattr(importlib.import_module(module), node.name)
        return heading + (_twin(name, found, page) if name.startswith(TWIN) and _plain(name) else _class(found, name, link))
    if isinstance(node, Function):
        nodes = [item for item, _ in statements if isinstance(item, Function)]
        shown = [item for item in nodes if is_overload(item)] or nodes
        return heading + fence("\n".join(map(signature, shown))) + text_of(doc, link)
    return heading + fence(value_text(node)) + text_of(doc, link)


def _plain(name: str) -> type | None:
    found: type | None = getattr(importlib.import_module(PACKAGE), name.removeprefix(TWIN), None)
    return found


def _twin(name: str, kind: type, page: Page) -> str:
    """What an asynchronous class has: the signatures, and the text where the other one is told."""
    plain = name.removeprefix(TWIN)
    at = told_at(page, plain)
    assert at is not None
    where = f"{'' if at[0] is page else f'{at[0].file}.md'}#{anchor(plain)}"
    found = members(kind, but=_others(kind))
    lines = [f"class {name}{made_with(kind)}"] if made_with(kind) else []
    lines += [f"{item.name}: {item.type}" for item in found if not item.signatures]
    lines += [line for item in found for line in item.signatures]
    return f"What [`{plain}`]({where}) is, for an event loop.\n\n{fence(chr(10).join(lines))}"


def face_of(kind: object) -> str | None:
    """The name that a part of the client has there: ``osr``."""
    client: Any = importlib.import_module(PACKAGE).Client
    for name, item in vars(client).items():
        given = item.fget.__annotations__["return"] if isinstance(item, property) else ""
        if given and getattr(sys.modules[client.__module__], given, None) is kind:
            return str(name)
    return None


def _others(kind: type) -> frozenset[type]:
    """The other public classes of the package: what a class has of those is told there."""
    package = importlib.import_module(PACKAGE)
    public = (getattr(package, name) for name in package.__all__)
    return frozenset(item for item in public if isinstance(item, type) and item is not kind)


def _class(kind: type, name: str, link: Link) -> str:
    doc = inspect.cleandoc(kind.__doc__ or "")
    found = members(kind, but=_others(kind))
    values = {item.name: item.type for item in found if item.type}
    parts = [fence(f"class {kind.__name__}{made_with(kind)}"), text_of(doc, link, values)]
    base = next((base for base, _ in our_classes(kind) if base in _others(kind)), None)
    if base is not None:
        parts.append(f"Has what [`{base.__name__}`]({link(base.__name__)}) has as well.\n\n")
    told = set(re.findall(r"^    \*{0,2}(\w+): ", doc, re.MULTILINE))
    untold = [item for item in found if not item.signatures and not item.is_property and item.name not in told]
    parts += _values("Members" if issubclass(kind, Enum) else "Attributes", untold, link)
    parts += _values("Properties", [item for item in found if item.is_property and not _is_long(item)], link)
    face = face_of(kind)
    for item in found:
        if has_heading(item):
            heading = f"### `client.{face}.{item.name}`" if face else f"### `{name}.{item.name}`"
            shown = "\n".join(item.signatures) or f"{item.name}: {item.type}  # property"
            parts += [f"{heading}\n\n", fence(shown), text_of(item.doc, link)]
    return "".join(parts)


def _is_long(item: Member) -> bool:
    """Whether there is more to tell of a property than fits in a list."""
    return item.is_property and "\n\n" in item.doc


def has_heading(item: Member) -> bool:
    """Whether a member has a section of its own: what is called, and a property with a long text."""
    return bool(item.signatures) or _is_long(item)


def _values(title: str, items: list[Member], link: Link) -> list[str]:
    """What is read and not called, in a list under a title."""
    if not items:
        return []
    lines = []
    for item in items:
        said = item.value or (f"{item.name}: {item.type}" if item.type else item.name)
        lines.append(f"- `{said}`{': ' if item.doc else ''}{inline(item.doc, link)}\n")
    return [f"**{title}**\n\n", *lines, "\n"]
