"""The API page has every public name, with what its docstring says first."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from enum import Enum
from types import FunctionType

import pytest
from docs_blocks import ROOT

import doorstroom_client
from doorstroom_client import Client

PAGE = (ROOT / "docs/reference/api.md").read_text("utf-8")
MODULES = ("doorstroom_client", "doorstroom_client.readers", "doorstroom_client.season", "doorstroom_client.simulator")
SECTIONS = dict(re.findall(r"^#{3} `([\w.]+)`\n(.*?)(?=^#{2,3} |\Z)", PAGE, re.MULTILINE | re.DOTALL))
FACES = ("osr", "terugweg", "outbox", "store")


def public(module: str) -> list[str]:
    return list(importlib.import_module(module).__all__)


def plain(text: str | None) -> str:
    return " ".join((text or "").replace("``", "`").split())


def first(found: object) -> str:
    return plain(inspect.getdoc(found)).split(". ")[0]


def test_every_public_name_has_its_section_and_nothing_else_has() -> None:
    wanted = [name for module in MODULES for name in public(module)]
    assert set(SECTIONS) == {*wanted, *(f"client.{face}" for face in FACES)}
    assert len(SECTIONS) == len(re.findall(r"^### ", PAGE, re.MULTILINE))


def members(kind: type) -> Iterator[tuple[str, object]]:
    """Public methods and properties that classes of ours define, those of other public classes left out."""
    elsewhere = {getattr(doorstroom_client, name) for name in doorstroom_client.__all__} - {kind}
    seen: set[str] = set()
    for base in kind.__mro__:
        if base.__module__.startswith("doorstroom_client") and base not in elsewhere:
            for name, found in vars(base).items():
                if not name.startswith("_") and isinstance(found, FunctionType | property | classmethod | staticmethod):
                    if name not in seen:
                        yield name, found
                    seen.add(name)


@pytest.mark.parametrize("module", MODULES)
def test_each_class_has_its_methods_with_their_text(module: str) -> None:
    for name in public(module):
        found = getattr(importlib.import_module(module), name)
        if isinstance(found, type) and not name.startswith("Async"):
            check(name, found)
        elif isinstance(found, FunctionType):
            assert f"def {name}(" in SECTIONS[name]
            assert first(found) in plain(SECTIONS[name])
            for argument in inspect.signature(found).parameters:
                assert f"{argument}: " in SECTIONS[name], (name, argument)


def check(name: str, kind: type) -> None:
    text = plain(SECTIONS[name])
    assert first(kind) in text, name
    for member, found in members(kind):
        assert f"#### `{name}.{member}`" in SECTIONS[name] or f"- `{member}: " in SECTIONS[name], f"{name}.{member}"
        assert first(found) in text, f"{name}.{member}"
    if issubclass(kind, Enum):
        assert [member for member in kind.__members__ if f"- `{member} = " not in SECTIONS[name]] == []


@pytest.mark.parametrize("face", FACES)
def test_the_parts_of_a_client_are_told(face: str) -> None:
    part = getattr(Client, face)
    kind = getattr(importlib.import_module(Client.__module__), part.fget.__annotations__["return"])
    assert list(members(kind))
    check(f"client.{face}", kind)


def test_arguments_stand_on_the_page_as_they_are_called() -> None:
    for name in ("send", "send_many", "watch", "fetch_leerlingrapport"):
        told = SECTIONS["Client"].split(f"#### `Client.{name}`")[1].split("```")[1]
        for argument, item in inspect.signature(getattr(Client, name)).parameters.items():
            default = "" if item.default is inspect.Parameter.empty else f" = {item.default!r}"
            assert argument == "self" or f"{argument}: {item.annotation}{default}" in told, (name, argument)
        assert "self" not in told
