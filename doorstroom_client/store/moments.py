"""Moments as a database keeps them: text in UTC with microseconds, which sorts as time does."""

from __future__ import annotations

import datetime as dt


def text_of(moment: dt.datetime) -> str:
    """A moment as it is kept."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def moment_of(text: str | None) -> dt.datetime | None:
    """A kept moment; None where there is none."""
    return dt.datetime.fromisoformat(text) if text else None


def at_the_latest(moment: dt.datetime) -> dt.datetime:
    """A moment, or the end of the hour that a zone has twice in autumn when it lies in one of the two and does not say which.

    So moments in that hour are as late as each other, and the order of receipt tells which came last.
    """
    first, second = moment.replace(fold=0).utcoffset(), moment.replace(fold=1).utcoffset()
    if first is None or second is None or first <= second:  # once, or not at all as in spring
        return moment
    return moment.replace(minute=59, second=59, microsecond=999999, fold=1)
