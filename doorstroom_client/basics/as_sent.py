"""A JSON object as another party sent it, to hand out: it may hold pupil data, so its repr shows nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class AsSent(dict[str, Any]):
    """A dict like any other for `json`, `pickle` and `copy`, and for ``==``; its repr shows no content."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "{…}"


class ListAsSent(list[Any]):
    """A list in a document, whose repr shows nothing of it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "[…]"


def as_sent(document: Mapping[str, Any]) -> AsSent:
    """A copy through and through, so that changing it changes nothing of what is kept.

    Args:
        document: an object of JSON, however deep: it is walked without recursion.
    """
    whole = AsSent(document)
    waiting: list[AsSent | ListAsSent] = [whole]
    while waiting:
        held = waiting.pop()
        places: Iterable[tuple[Any, Any]] = held.items() if isinstance(held, AsSent) else enumerate(held)
        for place, value in places:
            if isinstance(value, dict | list):
                copied = AsSent(value) if isinstance(value, dict) else ListAsSent(value)
                held[place] = copied  # pyright: ignore[reportArgumentType, reportCallIssue] - a key for the one, a position for the other
                waiting.append(copied)
    return whole
