"""Moments as a database keeps them: text in UTC with microseconds, which sorts as time does."""

from __future__ import annotations

import datetime as dt


def text_of(moment: dt.datetime) -> str:
    """A moment as it is kept."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def moment_of(text: str | None) -> dt.datetime | None:
    """A kept moment; None where there is none."""
    return dt.datetime.fromisoformat(text) if text else None
