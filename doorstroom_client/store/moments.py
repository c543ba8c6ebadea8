"""Moments as a database keeps them: text in UTC with microseconds, which sorts as time does."""

from __future__ import annotations

import datetime as dt

_CLOCKS_MAY_DIFFER = dt.timedelta(minutes=5)


def text_of(moment: dt.datetime) -> str:
    """A moment as it is kept."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def moment_of(text: str | None) -> dt.datetime | None:
    """A kept moment; None where there is none."""
    return dt.datetime.fromisoformat(text) if text else None


def readings(moment: dt.datetime) -> list[dt.datetime]:
    """A moment; in the hour that a zone has twice in autumn both that it may be, the first one first, unless it says which."""
    first, second = moment.replace(fold=0), moment.replace(fold=1)
    one, other = first.utcoffset(), second.utcoffset()
    if one is None or other is None or one <= other:  # once, or not at all as in spring
        return [moment]
    return [first, second]


def is_ahead(made: dt.datetime, received: dt.datetime) -> bool:
    """Whether something says that it was made after it was received, by more than clocks may differ."""
    return made - received > _CLOCKS_MAY_DIFFER
