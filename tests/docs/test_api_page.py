"""The pages of the API have every public name, each with all that is public of it and what its docstring says first."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from docs_blocks import ROOT

import doorstroom_client
from doorstroom_client import Client
from doorstroom_client.errors import DoorstroomError

REFERENCE = ROOT / "docs/reference"
INDEX = (REFERENCE / "api.md").read_text("utf-8")
PAGES = {path: path.read_text("utf-8") for path in sorted((REFERENCE / "api").glob("*.md"))}
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text("utf-8")
SECTION = re.compile(r"^## `([\w.]+)`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def module_of(text: str) -> str:
    found = re.search(r"Import from `([\w.]+)`\.", text)
    assert found is not None
    return found[1]


MODULES = sorted({module_of(text) for text in PAGES.values()})
SECTIONS = {(module_of(text), name): body for text in PAGES.values() for name, body in SECTION.findall(text)}
PUBLIC = [(module, name) for module in MODULES for name in importlib.import_module(module).__all__]


def told(module: str, name: str) -> str:
    """The section of a name; of one that is told elsewhere, that one."""
    text = SECTIONS[module, name]
    there = re.search(r"^The \[`\w+`\]\([\w.#-]+\) of `([\w.]+)`\.", text, re.MULTILINE)
    return SECTIONS[there[1], name] if there else text


def plain(text: str | None) -> str:
    """Text without the marks of Markdown, on one line."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join((text or "").replace("`", "").split()))


def first(found: object) -> str:
    return plain(inspect.getdoc(found)).split(". ")[0]


def test_every_public_name_has_one_section_and_a_line_on_the_map() -> None:
    assert sorted(SECTIONS) == sorted(PUBLIC)
    assert len(SECTIONS) == sum(len(re.findall(r"^## ", text, re.MULTILINE)) for text in PAGES.values())
    linked = set(re.findall(r"^\| \[`(\w+)`\]\(api/", INDEX, re.MULTILINE))
    assert linked == {name for _, name in PUBLIC}


def test_the_public_modules_are_those_of_the_architecture() -> None:
    table = ARCHITECTURE.split("| import from |")[1].split("\n\n")[0]
    rows = dict.fromkeys(re.findall(r"^\| `(doorstroom_client[\w.]*)` \|", table, re.MULTILINE))
    assert {"doorstroom_client", *rows} == set(MODULES)
    for line in table.splitlines()[2:]:
        module, names = (cell.strip().strip("`") for cell in line.strip("|").split("|")[:2])
        assert set(re.findall(r"(?<=`)\w+(?=`)", names)) <= set(importlib.import_module(module).__all__), module


def elsewhere(kind: type) -> set[object]:
    return {getattr(doorstroom_client, name) for name in doorstroom_client.__all__} - {kind}


def bases(kind: type) -> list[type]:
    others = elsewhere(kind)
    return [base for base in kind.__mro__ if base.__module__.startswith("doorstroom_client") and base not in others]


def called(kind: type) -> Iterator[tuple[str, object]]:
    """Public methods and properties that classes of ours define, those of other public classes left out."""
    seen: set[str] = set()
    for base in bases(kind):
        for name, found in vars(base).items():
            if not name.startswith("_") and isinstance(found, FunctionType | property | classmethod | staticmethod):
                if name not in seen:
                    yield name, found
                seen.add(name)


def values(kind: type) -> set[str]:
    """Public attributes: fields, what is annotated, and members of a value list."""
    found = {item.name for item in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else set()
    inherited = {name for base in elsewhere(kind) if isinstance(base, type) and base in kind.__mro__ for name in noted(base)}
    found |= {name for base in bases(kind) for name in noted(base)}
    found |= set(kind.__members__) if issubclass(kind, Enum) else set()
    return {name for name in found - inherited if not name.startswith("_")}


def noted(kind: type) -> set[str]:
    return {name for name, said in inspect.get_annotations(kind).items() if not str(said).startswith(("ClassVar", "InitVar"))}


def lacking(text: str, module: str, name: str, found: Any) -> Iterator[str]:
    """What a section does not tell of a class or function."""
    if first(found) not in plain(text):
        yield f"{name}: its first sentence"
    if isinstance(found, FunctionType):
        yield from (f"{name}({argument})" for argument in inspect.signature(found).parameters if f"{argument}: " not in text)
    if not isinstance(found, type):
        return
    for member, item in called(found):
        if f".{member}`\n" not in text and f"- `{member}: " not in text:
            yield f"{name}.{member}"
        elif first(item) not in plain(text):
            yield f"{name}.{member}: its first sentence"
    yield from (f"{name}.{value}" for value in values(found) if not re.search(rf"^- `{value}(: | = |`)", text, re.MULTILINE))


@pytest.mark.parametrize("module", MODULES)
def test_each_section_has_all_that_is_public_of_its_name(module: str) -> None:
    missing = []
    for name in importlib.import_module(module).__all__:
        found = getattr(importlib.import_module(module), name)
        if isinstance(found, type | FunctionType) and not name.startswith("Async"):
            missing += lacking(told(module, name), module, name, found)
    assert missing == []


@pytest.mark.parametrize("name", [name for name in doorstroom_client.__all__ if name.startswith("Async")])
def test_what_is_for_an_event_loop_has_all_that_its_twin_has(name: str) -> None:
    text = SECTIONS["doorstroom_client", name]
    found = getattr(doorstroom_client, name)
    for member, _ in called(found):
        assert re.search(rf"^((async )?def {member}\(|{member}: )", text, re.MULTILINE), f"{name}.{member}"


def test_what_an_error_has_is_told() -> None:
    for name in doorstroom_client.__all__:
        kind = getattr(doorstroom_client, name)
        if isinstance(kind, type) and issubclass(kind, DoorstroomError):
            error = kind((), what="") if name == "MessageError" else kind("something")
            above = "".join(
                told("doorstroom_client", base.__name__) for base in kind.__mro__ if issubclass(base, DoorstroomError)
            )
            assert [item for item in vars(error) if not item.startswith("_") and f"- `{item}" not in above] == [], name


def test_a_section_that_leaves_something_out_is_noticed() -> None:
    text = told("doorstroom_client", "School")
    assert list(lacking(text, "doorstroom_client", "School", doorstroom_client.School)) == []
    for line in ("- `label: str`", "- `oin: str`", "One administration of one school"):
        assert line in text
        assert len(list(lacking(text.replace(line, ""), "doorstroom_client", "School", doorstroom_client.School))) == 1


def test_arguments_stand_on_the_page_as_they_are_called() -> None:
    for name in ("send", "send_many", "watch"):
        shown = SECTIONS["doorstroom_client", "Client"].split(f"### `Client.{name}`")[1].split("```")[1]
        for argument, item in inspect.signature(getattr(Client, name)).parameters.items():
            default = "" if item.default is inspect.Parameter.empty else f" = {item.default!r}"
            assert argument == "self" or f"{argument}: {item.annotation}{default}" in shown, (name, argument)
        assert "self" not in shown


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_names_no_type_that_only_the_source_knows(path: Path) -> None:
    shown = "".join(re.findall(r"^```pyi\n(.*?)^```", PAGES[path], re.MULTILINE | re.DOTALL))
    assert set(re.findall(r"\b(?:Annotated|Tekst|Moment|OnEvent|Scholen|OnWait)\b", shown)) == set()


def test_no_first_line_needs_another_to_be_read() -> None:
    together = "\n".join(PAGES.values())
    assert re.findall(r"^(?:- `[^`]+`: )?(?:The same|Likewise|As above)\b.*", together, re.MULTILINE) == []


def test_a_public_module_has_its_own_page() -> None:
    modules = [
        (module, name) for module, name in PUBLIC if isinstance(getattr(importlib.import_module(module), name), ModuleType)
    ]
    assert modules == [("doorstroom_client.simulator", "faults")]
    assert "(faults.md)" in SECTIONS["doorstroom_client.simulator", "faults"]
