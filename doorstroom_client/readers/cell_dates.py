"""Dates of birth as programs and people write them, as far as they can mean one day. Nothing here raises or repeats a value."""

from __future__ import annotations

import datetime as dt
import re

from doorstroom_client.messages.identifiers import is_no_key
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.readers.columns import Row
from doorstroom_client.readers.table import Table
from doorstroom_client.readers.whole_columns import WholeColumns

EXPECTED = "expected a date as YYYY-MM-DD or DD-MM-YYYY"
NOTHING = "holds what a program writes for nothing (NULL, n/a and the like), and is needed; fill it in"
YOUNGEST = 7
"""Years; a younger child sits in no group 7 or 8."""
EARLIEST = 1990
"""Programs write a year before it for a date that they do not know: 0001, 1753, 1899, 1900, 1970."""

_MIDNIGHT = r"(?:[ T]0{1,2}:00(?::00(?:[.,]0+)?)?)?"  # as databases write a date
_YEAR_FIRST = re.compile(rf"(?P<year>[0-9]{{4}})(?P<mark>[-/.])(?P<month>[0-9]{{2}})(?P=mark)(?P<day>[0-9]{{2}}){_MIDNIGHT}")
_PACKED = re.compile(r"(?P<year>(?:19[89]|20[0-4])[0-9])(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
"""As a database writes it; a day in front would make a year of the third and fourth pair before 1300."""
_DAY_FIRST = re.compile(
    rf"(?P<day>[0-9]{{1,2}})(?P<mark>[-/.])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<year>[0-9]{{4}}|[0-4][0-9]){_MIDNIGHT}"
)
_WRITTEN = re.compile(
    r"(?:(?P<weekday>[a-z]+),? )?(?P<day>[0-9]{1,2})[- ](?P<name>[a-z]{3,9})\.?[- ]"
    rf"(?P<year>[0-9]{{4}}|[0-4][0-9]){_MIDNIGHT}"
)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)? ?(?:Z|[+-][0-9]{2}:?[0-9]{2})"
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("januari jan january", "februari feb february", "maart mrt mar march", "april apr", "mei may", "juni jun june"),
            *("juli jul july", "augustus aug august", "september sep sept", "oktober okt oct october", "november nov"),
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            *("maandag monday ma", "dinsdag tuesday di", "woensdag wednesday wo", "donderdag thursday do"),
            *("vrijdag friday vr", "zaterdag saturday za", "zondag sunday zo"),
        )
    )
    for name in names.split()
}


def parse_date(text: str) -> dt.date | None:
    """A date as ``YYYY-MM-DD``, ``D-M-YYYY``, ``1 mei 2014`` and the like; None when it is not one.

    LibreOffice with Dutch settings saves ``D-M-YY``, of which the year is in this century up to 2049: no pupil is older.
    """
    found = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text) or _PACKED.fullmatch(text)
    if found is not None:
        return _day(found["year"], found["month"], found["day"])
    if _MOMENT.fullmatch(text):
        return _day_of_moment(text)
    found = _WRITTEN.fullmatch(text.casefold())
    if found is None:
        return None
    month = _MONTHS.get(found["name"], 0)
    day = _day(found["year"], str(month), found["day"])
    weekday = found["weekday"]
    return day if day is None or weekday is None or _WEEKDAYS.get(weekday) == day.weekday() else None


def geboortedatum(row: Row, table: Table, whole: WholeColumns, today: dt.date) -> dt.date:
    """The date of birth; the first day of the calendar when the cell holds none that can be trusted.

    Args:
        row: the row.
        table: gets what is wrong, and what somebody should look at.
        whole: the columns of the table.
        today: on which nobody of the participants is an infant.
    """
    text = row.text("geboortedatum")
    date = parse_date(text)
    problem = ""
    if not text:
        problem = "is empty"
    elif date is None:
        problem = NOTHING if is_no_key(text) else EXPECTED
        if whole.month_first() == row.line:
            problem = "has its month in front of its day, so others in this column may; write all dates as YYYY-MM-DD"
    elif date.day <= 12 and _DAY_FIRST.fullmatch(text) and whole.month_first():
        # Both can be the month, and in this file it is known to have been the first.
        problem = f"may have its month in front of its day, as line {whole.month_first()} has; write it as YYYY-MM-DD"
    if problem:
        table.add(row.problem("geboortedatum", problem))
        return dt.date.min
    assert date is not None
    if doubt := age_doubt(date, today):
        table.warnings.append(row.problem("geboortedatum", doubt))
    return date


def age_doubt(date: dt.date, today: dt.date) -> str:
    """What somebody should look at in a date of birth: too young for this test, not born yet, or no pupil any more."""
    if date > today:
        return "is after today; look whether it is right"
    if date.year + YOUNGEST > today.year:
        return f"is that of a child under {YOUNGEST}; look whether day, month and year are right"
    if date.year < EARLIEST:
        return f"is before {EARLIEST}; look whether day, month and year are right"
    return ""


def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:  # 30 February and the like
        return None


def _day_of_moment(text: str) -> dt.date | None:
    """The day that begins at a moment: on its own clock and still the same one here, or on the Dutch clock."""
    try:
        moment = dt.datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-").replace(" Z", "Z"))
        here = moment.astimezone(amsterdam())
    except (ValueError, OverflowError):
        return None
    if moment.time() == dt.time():
        return moment.date() if here.date() == moment.date() else None
    return here.date() if here.time() == dt.time() else None
