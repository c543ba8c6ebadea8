"""Reads ISO 8601 as other programs write it: the same on every Python, whose own reader grew from version to version."""

from __future__ import annotations

import datetime as dt
import re

_SIGNS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"))
"""What an editor, or a program with the settings of a language, makes of a minus."""
_DATE = (
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)-(?P<day>\d\d)|(?P<bare_month>\d\d)(?P<bare_day>\d\d)"
    r"|-W(?P<week>\d\d)(?:-(?P<weekday>\d))?|W(?P<bare_week>\d\d)(?P<bare_weekday>\d)?|-?(?P<of_year>\d{3}))"
)
_TIME = (
    r"(?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d))?|(?P<bare_minute>\d\d)(?P<bare_second>\d\d)?)?"
    r"(?:[.,](?P<part>\d+))?"
)
_OFFSET = r"(?P<utc>Z|UTC|GMT)|(?P<sign>[+-])(?P<hours>\d\d)(?::?(?P<minutes>\d\d)(?::?(?P<seconds>\d\d))?)?"
_MOMENT = re.compile(
    rf"{_DATE}(?:(?:T|[ _]\s*){_TIME})?\s*(?:(?:{_OFFSET})(?: [A-Z]{{2,5}})?(?: M=[+-][\d.]+)?)?"
    r"(?P<tags>(?:\[[^\[\]]{1,64}\])*)",
    re.ASCII,
)
_OF_ZONE = re.compile(r"\[!?(Z|UTC|GMT|ETC/UTC|ETC/GMT|EUROPE/AMSTERDAM)\]")
_TAGS_OF_ZONES = re.compile(r"\[!?[^=\[\]]+\]")
_DIGITS = re.compile(r"\d+", re.ASCII)

UTC = dt.timedelta(0)


def read(text: str) -> tuple[dt.datetime, dt.timedelta | None] | None:
    """A moment as its calendar and clock have it, and its offset; None of text that is no moment, or that may be two.

    What is finer than a microsecond is cut off. ``24:00`` is midnight; ``:60``, a leap second, is the first of the next minute.
    Without an offset it is a local moment; a zone between brackets counts only then, and is the Dutch one or UTC. Digits alone
    are the seconds of some clock, which may happen to read as a day of long ago.
    """
    text = text.strip().translate(_SIGNS).upper()  # RFC 3339 has small letters too
    found = _MOMENT.fullmatch(text)
    if found is None or _DIGITS.fullmatch(text) or (found["sign"] and not (found["hour"] or found["minutes"])):
        return None
    try:
        moment = dt.datetime.combine(_day(found), dt.time()) + _time_of_day(found)
        return moment, _offset(found)
    except (ValueError, OverflowError):
        return None


def _day(found: re.Match[str]) -> dt.date:
    year, week = int(found["year"]), found["week"] or found["bare_week"]
    if week:
        return dt.date.fromisocalendar(year, int(week), int(found["weekday"] or found["bare_weekday"] or 1))
    if found["of_year"]:
        first = dt.date(year, 1, 1)
        day = first + dt.timedelta(days=int(found["of_year"]) - 1)
        if day.year != year:
            raise ValueError
        return day
    return dt.date(year, int(found["month"] or found["bare_month"]), int(found["day"] or found["bare_day"]))


def _time_of_day(found: re.Match[str]) -> dt.timedelta:
    """The time since the day began; a part is one of the smallest unit that is written."""
    minute, second = found["minute"] or found["bare_minute"], found["second"] or found["bare_second"]
    hours, minutes, seconds = (int(unit or 0) for unit in (found["hour"], minute, second))
    digits = (found["part"] or "0")[:12]
    unit = 1 if second else 60 if minute else 3600
    micros = unit * 1_000_000 * int(digits) // 10 ** len(digits)
    if hours > 24 or minutes > 59 or seconds > 60 or (hours == 24 and (minutes or seconds or micros)):
        raise ValueError
    return dt.timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=micros)


def _offset(found: re.Match[str]) -> dt.timedelta | None:
    if found["utc"]:
        return UTC
    if found["sign"]:
        hours, minutes, seconds = (int(found[name] or 0) for name in ("hours", "minutes", "seconds"))
        if hours > 23 or minutes > 59 or seconds > 59:
            raise ValueError
        offset = dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return -offset if found["sign"] == "-" else offset
    zones = _TAGS_OF_ZONES.findall(found["tags"] or "")
    named = _OF_ZONE.fullmatch(zones[0]) if zones else None
    if zones and named is None:
        raise ValueError  # of another zone; its clock may say something else
    return None if named is None or named[1] == "EUROPE/AMSTERDAM" else UTC
