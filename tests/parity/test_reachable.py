"""What a caller meets in an annotation of something public is public too, so that it can be named without reaching inside."""

from __future__ import annotations

import importlib
import inspect
import re
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from types import GenericAlias, ModuleType, UnionType
from typing import Any

from doorstroom_client import AsyncClient, Client
from doorstroom_client.basics.through_client import ThroughClient

PUBLIC = (
    "doorstroom_client",
    "doorstroom_client.config",
    "doorstroom_client.otel",
    "doorstroom_client.overview",
    "doorstroom_client.planning",
    "doorstroom_client.readers",
    "doorstroom_client.receiving",
    "doorstroom_client.receiving.server",
    "doorstroom_client.school_texts",
    "doorstroom_client.season",
    "doorstroom_client.simulator",
    "doorstroom_client.transport",
)
"""The packages with an ``__all__``: what stands there may be imported."""
INSIDE = {"Retry", "Retry.__init__", "Settings.__init__"}
"""The first name tenacity, which is loaded by the first call that is repeated; the last is made of fields, most of a base."""


MADE_BY_THE_LIBRARY = {
    "Server.__init__",
    "ChainServers.__init__",
    "Rules.with_events",
    "Verdwenen.__init__",
    "Schoolstand.__init__",
    "EdexmlStroom.__init__",
    "Vermelding.read",
    "Dienst.read",
    "Dienstversie.read",
    "Endpoint.read",
    "EigenMandaat.read",
}
"""How values are made that nobody else makes: what it takes is inside. So it is with errors, and with what a client gives."""
MADE_BY_UVICORN = {"TlsH11Protocol"}


def public_in(name: str) -> dict[str, Any]:
    module: ModuleType = importlib.import_module(name)
    return {each: getattr(module, each) for each in module.__all__}


def hints_of(thing: Any) -> Iterator[Any]:
    try:
        yield from typing.get_type_hints(thing).values()
    except NameError:
        assert thing.__qualname__ in INSIDE


def members_of(kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The functions that stand in a class of ours and its bases: methods, properties and how it is made."""
    for key, member in inspect.getmembers_static(kind):
        function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        function_name = f"{kind.__qualname__}.{key}"
        ours = inspect.isfunction(function) and function.__module__.startswith("doorstroom_client")
        given = issubclass(kind, BaseException | ThroughClient) and not issubclass(kind, Client | AsyncClient)
        inside = function_name in MADE_BY_THE_LIBRARY or (key == "__init__" and given)
        if ours and not inside and (not key.startswith("_") or key in ("__init__", "__enter__", "__aenter__", "__iter__")):
            yield key, function


def fields_of(kind: type) -> Iterator[Any]:
    if kind.__qualname__ in MADE_BY_UVICORN:
        return
    named = {key for base in kind.__mro__ for key in vars(base).get("__annotations__", {}) if not key.startswith("_")}
    try:
        hints = typing.get_type_hints(kind)
    except NameError:
        assert kind.__qualname__ in INSIDE
        return
    yield from (hints[name] for name in named)


def classes_in(hint: Any) -> Iterator[type]:
    """The classes of ours that an annotation names, however deep."""
    if isinstance(hint, UnionType | GenericAlias) or typing.get_origin(hint) is not None:
        yield from classes_in(typing.get_origin(hint))
        for part in typing.get_args(hint):
            yield from (found for each in (part if isinstance(part, list) else [part]) for found in classes_in(each))
    elif isinstance(hint, type) and hint.__module__.startswith("doorstroom_client"):
        yield hint


def begun() -> Iterator[tuple[Any, str]]:
    """What stands in an ``__all__``: classes, aliases, and what functions take and give."""
    for module in PUBLIC:
        for name, thing in public_in(module).items():
            for hint in hints_of(thing) if inspect.isfunction(thing) else [thing]:
                yield hint, f"{module}.{name}"


def named_by(kind: type) -> Iterator[tuple[Any, str]]:
    """What the fields, methods and properties of a class name."""
    yield from ((hint, f"a field of {kind.__qualname__}") for hint in fields_of(kind))
    yield from ((hint, f"{kind.__qualname__}.{name}") for name, function in members_of(kind) for hint in hints_of(function))


def reachable() -> dict[type, str]:
    """Each class that is met from a public name, and where it was met first."""
    met: dict[type, str] = {}
    waiting = list(begun())
    while waiting:
        hint, where = waiting.pop()
        for kind in classes_in(hint):
            if kind not in met:
                met[kind] = where
                waiting += named_by(kind)
    return met


def test_each_class_in_a_public_annotation_is_public() -> None:
    public = {id(thing) for module in PUBLIC for thing in public_in(module).values()}
    met = reachable()
    assert len(met) > 100
    hidden = {f"{kind.__module__}.{kind.__qualname__}": where for kind, where in met.items() if id(kind) not in public}
    assert hidden == {}


def test_the_page_on_the_public_face_lists_every_public_name() -> None:
    page = (Path(__file__).parents[2] / "docs" / "architecture.md").read_text("utf-8")
    face = page.partition("\n## The public face\n")[2].partition("\n## ")[0]
    listed = set(re.findall(r"`([\w.]+)`", face))
    names = {name for module in PUBLIC for name in public_in(module)} | {name for name in PUBLIC if "." in name}
    errors = {
        name for name in names if isinstance(kind := public_in(PUBLIC[0]).get(name), type) and issubclass(kind, Exception)
    }
    assert len(errors) > 15, "these stand on a page of their own"
    assert names - listed - errors == set()
