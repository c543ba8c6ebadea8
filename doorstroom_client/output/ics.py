"""Whole days as a calendar file (RFC 5545), for the calendars that people have."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.extras import not_installed

_PRODID = "-//doorstroom_client//doorstroom//NL"
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
"""Control characters, other ends of lines, and what is half a character."""
_OURS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:doorstroom_client:kalender")


@frozen(kw_only=True)
class CalendarDays:
    """One or more whole days in a calendar.

    Attributes:
        key: what makes it itself: a calendar that reads the same key again moves what it has, and adds nothing.
        title: what a calendar shows.
        first: the first day.
        last: the last day, itself included; None for one day.
        text: more about it.
        remind: so many days before the first one a calendar reminds of it.
        sequence: higher whenever the days are moved after the file was handed out.
    """

    key: str
    title: str
    first: dt.date
    last: dt.date | None = None
    text: str = ""
    remind: tuple[int, ...] = ()
    sequence: int = 0

    @property
    def uid(self) -> str:
        """By which a calendar knows it again; follows from its key."""
        return str(uuid.uuid5(_OURS, self.key))


def as_ics(days: Iterable[CalendarDays], *, name: str, made: dt.datetime) -> bytes:
    """Write a calendar file.

    Args:
        days: what stands in it.
        name: of the calendar, as a program shows it.
        made: the moment at which it is made, aware.

    Raises:
        ConfigurationError: the package icalendar, which the extra ``cli`` brings, is not installed.
    """
    icalendar = _icalendar()
    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODID)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _line(name))
    for item in days:
        event = icalendar.Event()
        event.add("uid", item.uid)
        event.add("dtstamp", made.astimezone(dt.UTC))
        event.add("sequence", item.sequence)
        event.add("summary", _line(item.title))
        event.add("dtstart", item.first)
        event.add("dtend", (item.last or item.first) + dt.timedelta(days=1))  # the day after the last one, in this format
        event.add("transp", "TRANSPARENT")  # a reminder makes nobody busy
        if item.text:
            event.add("description", "\n".join(map(_line, item.text.splitlines())))
        for before in item.remind:
            alarm = icalendar.Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", _line(item.title))
            alarm.add("trigger", dt.timedelta(days=-before))
            event.add_component(alarm)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def is_ours(content: bytes, name: str) -> bool:
    """Whether a file is a calendar that was written here under such a name, by what it says itself.

    Args:
        content: of the file.
        name: how the name of the calendar begins.
    """
    head = content[:1024].splitlines()
    named = any(line.startswith(f"X-WR-CALNAME:{name}".encode()) for line in head)
    return head[:1] == [b"BEGIN:VCALENDAR"] and f"PRODID:{_PRODID}".encode() in head and named


def continued(days: Iterable[CalendarDays], before: bytes) -> tuple[CalendarDays, ...]:
    """Days of a calendar, each with the sequence that comes after an earlier file: one more when it was moved or renamed since.

    Args:
        days: what is going to be written.
        before: the earlier file; what cannot be read in it counts as new.

    Raises:
        ConfigurationError: the package icalendar is not installed.
    """
    try:
        read = _icalendar().Calendar.from_ical(before)
        events = {str(event["uid"]): event for event in read.walk("VEVENT")}
        return tuple(_after(item, events.get(item.uid)) for item in days)
    except (ValueError, LookupError, TypeError, AttributeError):
        return tuple(days)


def _line(text: str) -> str:
    """On one line, and without what the format forbids: texts come out of settings and plans."""
    return _FORBIDDEN.sub(" ", text)


def _after(item: CalendarDays, event: Any) -> CalendarDays:
    if event is None:
        return item
    was = str(event["summary"]), event.decoded("dtstart"), event.decoded("dtend")
    same = was == (_line(item.title), item.first, (item.last or item.first) + dt.timedelta(days=1))
    earlier = int(event.get("sequence", 0))
    return replace(item, sequence=earlier if same else max(item.sequence, earlier + 1))


def _icalendar() -> Any:
    try:
        import icalendar
    except ImportError:
        raise not_installed("cli", "writing a calendar file with icalendar", setting="ics") from None
    return icalendar
