"""`frozen`: what ``dataclass(frozen=True, slots=True)`` makes, in a quarter of the time.

Python writes and compiles six methods for such a class, anew in every process. With a hundred of these classes that was half of
importing the library. Here ``__init__`` alone is compiled, because every call goes through it; the other methods are shared.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from functools import cache
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(*, kw_only: bool) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: Any = None, /, *, kw_only: bool = False) -> Any:
    """Make a class of values that do not change, with slots; `dataclasses.replace` and its like work as ever.

    Args:
        cls: the class; left out with arguments.
        kw_only: fields are given by name.
    """
    return _make(cls, kw_only=False) if cls is not None else lambda given: _make(given, kw_only=kw_only)


def _make(cls: type[Any], *, kw_only: bool) -> Any:
    own = vars(cls)
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)
    for name, method in _METHODS.items():
        if getattr(cls, name, None) is getattr(object, name, None):  # a class or its base may have its own way
            setattr(made, name, method)
    if "__init__" not in own:
        made.__init__ = _init_of(made)
    return made


def _init_of(made: type[Any]) -> Any:
    """Its ``__init__``: each value goes straight into its slot."""
    known: dict[str, object] = {"MISSING": MISSING}
    plain: list[str] = []
    by_name: list[str] = []
    lines: list[str] = []
    every = fields(made)
    for item in every:
        name = parameter = value = item.name
        if item.default_factory is not MISSING:
            known[f"new_{name}"] = item.default_factory
            parameter, value = f"{name}=MISSING", f"new_{name}() if {name} is MISSING else {name}"
        elif item.default is not MISSING:
            known[f"else_{name}"] = item.default
            parameter = f"{name}=else_{name}"
        if item.init:
            (by_name if item.kw_only else plain).append(parameter)
        elif item.default is not MISSING:
            value = f"else_{name}"
        else:
            continue  # __post_init__ sees to it
        known[f"set_{name}"] = getattr(made, name).__set__
        lines.append(f"set_{name}(self, {value})")
    if hasattr(made, "__post_init__"):
        lines.append("self.__post_init__()")
    parameters = ", ".join(["self", *plain, *(["*", *by_name] if by_name else [])])
    text = f"def make({', '.join(known)}):\n def __init__({parameters}):\n  {'; '.join(lines) or 'pass'}\n return __init__"
    scope: dict[str, Any] = {}
    exec(text, vars(sys.modules[made.__module__]), scope)  # noqa: S102 - of the names of fields, as dataclasses does it
    init = scope["make"](**known)
    init.__qualname__ = f"{made.__qualname__}.__init__"
    init.__annotations__ = {item.name: item.type for item in every if item.init} | {"return": None}
    return init


@cache
def _compared(kind: Any) -> Callable[[object], object]:
    return attrgetter(*(item.name for item in fields(kind) if item.compare))


class _Shared:
    """What all these classes do in the same way."""

    def __repr__(self: Any) -> str:
        shown = (f"{item.name}={getattr(self, item.name)!r}" for item in fields(self) if item.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        kind: Any = type(self)
        compared = _compared(kind)
        return compared(self) == compared(other)

    def __hash__(self) -> int:
        kind: Any = type(self)
        return hash(_compared(kind)(self))

    def __setattr__(self, name: str, _: object) -> NoReturn:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __getstate__(self: Any) -> list[Any]:
        return [getattr(self, item.name) for item in fields(self)]

    def __setstate__(self: Any, state: list[Any]) -> None:
        for item, value in zip(fields(self), state, strict=True):
            object.__setattr__(self, item.name, value)


_METHODS = {name: method for name, method in vars(_Shared).items() if callable(method)}
