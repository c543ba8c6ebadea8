"""Arguments, looked at where they come in: that one is of another kind is said in one sentence, without its value."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import UnionType
from typing import Any, TypeVar

from doorstroom_client.errors import ConfigurationError

T = TypeVar("T")


def given(value: T, fits: type | UnionType | Callable[[Any], bool], setting: str, wants: str, hint: str = "") -> T:
    """An argument, when it is what is wanted.

    Args:
        value: the argument; None when it was left out, which is fine here.
        fits: its kind, or a function that tells.
        setting: its name.
        wants: what it must be, for after "must be".
        hint: how to give it.

    Raises:
        ConfigurationError: it is something else.
    """
    if value is None or (isinstance(value, fits) if isinstance(fits, type | UnionType) else fits(value)):
        return value
    raise another_kind(value, setting, wants, hint)


def another_kind(value: object, setting: str, wants: str, hint: str = "") -> ConfigurationError:
    """The error for an argument that is something else; arguments as of `given`."""
    return ConfigurationError(f"{setting} must be {wants}, and it is {_kind(value)}", setting=setting, hint=hint)


def given_each(values: Iterable[T], kind: type[T], setting: str, wants: str, hint: str = "") -> tuple[T, ...]:
    """An argument with any number of values of one kind; it is read here, once. Arguments and errors as of `given`."""
    return () if values is None else tuple(as_taken(values, kind, setting, wants, hint))


def as_taken(values: Iterable[T], kind: type | UnionType, setting: str, wants: str, hint: str = "") -> Iterator[T]:
    """Several values of one kind, each looked at when it is taken; that it is no list at all is said at once.

    One value that stands by itself is no list of one, and the keys of a mapping are not its values.
    """
    several: object = values
    if isinstance(several, str | bytes | Mapping) or not (hasattr(several, "__iter__") or hasattr(several, "__getitem__")):
        raise another_kind(several, setting, wants, hint)

    def one(item: T) -> T:
        if isinstance(item, kind):
            return item
        raise ConfigurationError(f"{setting} must be {wants}, and it holds {_kind(item)}", setting=setting, hint=hint)

    return map(one, values)


def is_path(value: object) -> bool:
    """Whether this can be the path of a file."""
    return isinstance(value, str | os.PathLike) and isinstance(os.fspath(value), str)


def given_path(value: T, setting: str) -> T:
    """The path of a file; the content of a PEM file in its place is refused without being shown.

    Raises:
        ConfigurationError: it is something else.
    """
    hint = "Give the path of a file, as text or as a Path"
    if isinstance(value, str | bytes) and "-----BEGIN" in str(value):
        raise ConfigurationError(
            f"{setting} must be the path of a PEM file, and it is the content of one", setting=setting, hint=hint
        )
    return given(value, is_path, setting, "the path of a PEM file", hint)


def _kind(value: object) -> str:
    """Of what kind a value is, for "it is …": never the value."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
