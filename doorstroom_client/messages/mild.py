"""Parts of what comes in: an odd value becomes None or plain text, and the raw message keeps what was there.

A part is a plain value whose annotations say what its fields take. pydantic reads them when the first message comes in, so that
importing the library waits for neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, get_args

from doorstroom_client.messages.values import as_moment, as_text

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


class Part:
    """Base of every part of an incoming message: a repr shows no content."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class _OpenEnum:
    """Turns a known value into its member and keeps an unknown one as text."""

    def __init__(self, kind: type[StrEnum]) -> None:
        self._kind = kind

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return _usually(core_schema.enum_schema(self._kind, list(self._kind), sub_type="str"), self._choose)

    def _choose(self, value: object) -> StrEnum | str | None:
        text = as_text(value)
        return next((member for member in self._kind if member == text), text)


class _Text:
    """Text as it is; a number as text."""

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return _usually(core_schema.str_schema(strict=True), as_text)


class _Moment:
    """A moment; None when it cannot be read."""

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(as_moment)


class _Items:
    """The objects in a list; whatever else stands between them is left to the raw message."""

    def __init__(self, least: int = 0) -> None:
        self._least = least

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        item = handler.generate_schema(get_args(source)[0])
        all_usable = core_schema.tuple_variable_schema(item, min_length=self._least)
        return core_schema.union_schema(
            [
                core_schema.chain_schema([core_schema.list_schema(strict=True), all_usable]),
                core_schema.no_info_before_validator_function(_usable_items, all_usable),
            ],
            mode="left_to_right",
            custom_error_type="items",  # one problem for the place, not one for each way of reading it
            custom_error_message="too few objects",
        )


class _Mild:
    """None when there is something that cannot be used."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


def _usually(schema: CoreSchema, else_: Callable[[Any], object]) -> CoreSchema:
    """What is usual is read without a step in Python."""
    from pydantic_core import core_schema

    other = core_schema.no_info_plain_validator_function(else_)
    return core_schema.union_schema([schema, other], mode="left_to_right")


def _usable_items(value: object) -> object:
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def open_enum(kind: type[StrEnum]) -> _OpenEnum:
    """A field with a list of values that may grow."""
    return _OpenEnum(kind)


Tekst = Annotated[str | None, _Text()]
Moment = Annotated[dt.datetime | None, _Moment()]
Mild: _Mild = _Mild()
Items: _Items = _Items()
ItemsNotEmpty: _Items = _Items(1)
