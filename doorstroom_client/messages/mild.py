"""Parts of what comes in: an odd value becomes None or plain text, and the raw message keeps what was there.

A part is a plain class whose annotations say what its fields take. They are put together for pydantic's engine when the first
message is read, so that importing the library waits for neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from enum import StrEnum
from typing import Annotated, Any, NoReturn, get_args, get_origin, get_type_hints

from doorstroom_client.messages.values import as_moment, as_text

Mark = Callable[[Any, Any], Any]
"""Stands with the type of a field: of `pydantic_core.core_schema` and that type it makes the schema of the field."""


class Part:
    """Base of every part of an incoming message: it does not change, and a repr shows no content."""

    def __setattr__(self, name: str, _: object) -> NoReturn:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(tuple(value for name, value in vars(self).items() if not name.startswith("_")))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


def reader_of(kind: type[Part]) -> Callable[[object], Any]:
    """What reads a document into a part; it raises `pydantic_core.ValidationError` for one that cannot be used."""
    from pydantic_core import SchemaValidator, core_schema

    return SchemaValidator(_schema_of(core_schema, kind)).validate_python


def _schema_of(make: Any, kind: Any) -> Any:
    fields = []
    for name, hint in get_type_hints(kind, include_extras=True).items():
        taken, mark = get_args(hint) if get_origin(hint) is Annotated else (hint, _schema_of)
        schema = mark(make, taken)
        if hasattr(kind, name):
            schema = make.with_default_schema(schema, default=getattr(kind, name))
        fields.append(make.dataclass_field(name, schema, kw_only=True))
    return make.dataclass_schema(kind, make.dataclass_args_schema(kind.__name__, fields), [field["name"] for field in fields])


def open_enum(kind: type[StrEnum]) -> Mark:
    """A list of values that may grow: a known value becomes its member, and an unknown one stays text."""

    def choose(value: object) -> StrEnum | str | None:
        text = as_text(value)
        return next((member for member in kind if member == text), text)

    return lambda make, _: _usually(make, make.enum_schema(kind, list(kind), sub_type="str"), choose)


def _usually(make: Any, schema: Any, else_: Callable[[Any], object]) -> Any:
    """What is usual is read without a step in Python."""
    return make.union_schema([schema, make.no_info_plain_validator_function(else_)], mode="left_to_right")


def _items(least: int) -> Mark:
    """The objects in a list; whatever else stands between them is left to the raw message."""

    def mark(make: Any, taken: Any) -> Any:
        all_usable = make.tuple_variable_schema(_schema_of(make, get_args(taken)[0]), min_length=least)
        return make.union_schema(
            [
                make.chain_schema([make.list_schema(strict=True), all_usable]),
                make.no_info_before_validator_function(_usable_items, all_usable),
            ],
            mode="left_to_right",
            custom_error_type="items",  # one problem for the place, not one for each way of reading it
            custom_error_message="too few objects",
        )

    return mark


def _usable_items(value: object) -> object:
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def mild(make: Any, taken: Any) -> Any:
    """A part that may be left out: None when there is something that cannot be used."""
    return make.with_default_schema(_schema_of(make, get_args(taken)[0]), default=None, on_error="default")


items, items_not_empty = _items(0), _items(1)
Tekst = Annotated[str | None, lambda make, _: _usually(make, make.str_schema(strict=True), as_text)]
"""Text as it is; a number as text."""
Moment = Annotated[dt.datetime | None, lambda make, _: make.no_info_plain_validator_function(as_moment)]
