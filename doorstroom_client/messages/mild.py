"""Field types for what comes in: an odd value becomes None or plain text, and the raw message keeps what was there."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler
from pydantic_core import core_schema

from doorstroom_client.messages.values import as_moment, as_text


class _OpenEnum:
    """Turns a known value into its member and keeps an unknown one as text."""

    def __init__(self, kind: type[StrEnum]) -> None:
        self._kind = kind

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        known = core_schema.enum_schema(self._kind, list(self._kind), sub_type="str")
        return _first_of(known, core_schema.no_info_plain_validator_function(self._choose))

    def _choose(self, value: object) -> StrEnum | str | None:
        text = as_text(value)
        return next((member for member in self._kind if member == text), text)


class _Text:
    """Text as it is, without a step in Python; a number as text."""

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return _first_of(core_schema.str_schema(strict=True), core_schema.no_info_plain_validator_function(as_text))


class _Items:
    """The objects in a list; whatever else stands between them is left to the raw message."""

    def __init__(self, least: int = 0) -> None:
        self._least = least

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
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


def _usable_items(value: object) -> object:
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


class _Mild:
    """None when there is something that cannot be used."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


def _first_of(*choices: core_schema.CoreSchema) -> core_schema.CoreSchema:
    return core_schema.union_schema(list(choices), mode="left_to_right")


def open_enum(kind: type[StrEnum]) -> _OpenEnum:
    """A field with a list of values that may grow."""
    return _OpenEnum(kind)


Tekst = Annotated[str | None, _Text()]
Moment = Annotated[dt.datetime | None, BeforeValidator(as_moment)]
Mild = _Mild()
Items = _Items()
ItemsNotEmpty = _Items(1)


class MildModel(BaseModel):
    """Base of every part of an incoming message: unknown fields are kept, and a repr shows no content."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__

    def __repr_args__(self) -> tuple[()]:
        """Keep pydantic's other ways of showing a model (rich, pretty printers) silent too."""
        return ()
