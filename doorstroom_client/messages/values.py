"""Texts and moments in whatever form they come in, as plain values."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.iso_8601 import read

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

AMSTERDAM = "Europe/Amsterdam"
"""The time zone of a moment that comes without one (quirk Q15)."""
_MAANDEN = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_WEEKDAGEN = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


def amsterdam() -> ZoneInfo:
    """The Dutch time zone; looked up at use, so that a machine without zone data can still import the library.

    Raises:
        ConfigurationError: neither the system nor the package tzdata has it. A client asks for it when it is made.
    """
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(AMSTERDAM)
    except (KeyError, OSError, ValueError):  # not there (a ZoneInfoNotFoundError is a KeyError), not readable, damaged
        raise ConfigurationError(
            f"the time zone {AMSTERDAM} is not on this machine",
            setting="tzdata",
            hint="Install the package tzdata with pip, or the time zones of the system; look whether PYTHONTZPATH is right",
        ) from None


def dutch_day(moment: dt.datetime) -> dt.date:
    """The day of a moment, which is aware, on a Dutch calendar."""
    return moment.astimezone(amsterdam()).date()


def weekday_in_dutch(day: dt.date) -> str:
    """The name of its day of the week: ``maandag``."""
    return _WEEKDAGEN[day.weekday()]


def in_dutch(day: dt.date) -> str:
    """A day as it is written in a text for a school: ``1 augustus 2026``."""
    return f"{day.day} {_MAANDEN[day.month - 1]} {day.year}"


def moment_in_dutch(at: dt.datetime) -> str:
    """A moment as it is written in a text for a school, on a Dutch clock: ``1 augustus 2026, 09:30 uur``."""
    local = at.astimezone(amsterdam())
    return f"{in_dutch(local)}, {local:%H:%M} uur"


def as_text(value: object) -> str | None:
    """Text as text, a number as its shortest text (quirk Q1); anything else is no text.

    A whole float is written as it came (``100.0``): rounding is for whoever uses the value.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return str(value)


def as_moment(value: object) -> dt.datetime | None:
    """A moment in any ISO 8601 form that is more than digits; one without offset is Dutch local time."""
    found = read(value) if isinstance(value, str) else None
    if found is None:
        return None
    local, offset = found
    try:
        moment = local.replace(tzinfo=amsterdam() if offset is None else dt.timezone(offset))
        moment.astimezone(dt.UTC)  # the first and last days of the calendar do not exist in every zone
    except (ValueError, OverflowError):
        return None
    return moment
