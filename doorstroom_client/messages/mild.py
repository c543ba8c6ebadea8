"""Field types for what comes in: an odd value becomes None or plain text, and the raw message keeps what was there."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from doorstroom_client.messages.values import as_moment, as_text


def _or_none(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    try:
        return handler(value)
    except ValidationError:
        return None


def _usable_items(value: object) -> object:
    """The objects in a list; whatever else stands between them is left to the raw message."""
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


def open_enum(kind: type[E]) -> BeforeValidator:
    """A validator that turns a known value into its member and keeps an unknown one as text."""

    def choose(value: object) -> E | str | None:
        text = as_text(value)
        if text is None:
            return None
        try:
            return kind(text)
        except ValueError:
            return text

    return BeforeValidator(choose)


Tekst = Annotated[str | None, BeforeValidator(as_text)]
Moment = Annotated[dt.datetime | None, BeforeValidator(as_moment)]
Mild = WrapValidator(_or_none)
Items = BeforeValidator(_usable_items)


class MildModel(BaseModel):
    """Base of every part of an incoming message: unknown fields are kept, and a repr shows no content."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    __str__ = __repr__

    def __repr_args__(self) -> tuple[()]:
        """Keep pydantic's other ways of showing a model (rich, pretty printers) silent too."""
        return ()
