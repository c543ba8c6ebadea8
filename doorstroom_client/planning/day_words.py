"""How days are written in a planning in Dutch: a period, a weekday, and what is in the way of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from doorstroom_client.messages.values import in_dutch, weekday_in_dutch
from doorstroom_client.planning.holidays import feestdag_on, is_workday, workday_after, workday_before

_DAY = dt.timedelta(days=1)
_SATURDAY = 5


def short(day: dt.date) -> str:
    """A day without its year: ``1 okt``."""
    number, month, _ = in_dutch(day).split()
    return f"{number} {'mrt' if month == 'maart' else month[:3]}"


def with_weekday(day: dt.date) -> str:
    """A day with its weekday: ``zo 10 jan``."""
    return f"{weekday_in_dutch(day)[:2]} {short(day)}"


def period(first: dt.date, last: dt.date) -> str:
    """From a first to a last day, without a year: ``10 t/m 31 jan``, or one day."""
    if first == last:
        return short(first)
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{first.day if same_month else short(first)} t/m {short(last)}"


def opmerkingen(first: dt.date, last: dt.date) -> tuple[str, ...]:
    """What is in the way: a first or last day that is none to work on, and public holidays between them.

    Args:
        first: the first day.
        last: the last day; the same for a day by which something has to be done.
    """
    return tuple(_in_the_way(first, last))


def _in_the_way(first: dt.date, last: dt.date) -> Iterator[str]:
    day = first
    while day <= last:
        found = feestdag_on(day)
        what = "" if found is None else found.naam
        if day in (first, last) and not is_workday(day):
            what = f"{what or f'een {weekday_in_dutch(day)}'} ({_beside(day, is_last=day == last)})"
        elif day.weekday() >= _SATURDAY:
            what = ""
        if what:
            yield f"{with_weekday(day) if found else short(day)} is {what}"
        day += _DAY


def _beside(day: dt.date, *, is_last: bool) -> str:
    """The working day that is meant in its place."""
    if is_last:
        return f"werkdag ervoor: {with_weekday(workday_before(day))}"
    return f"werkdag erna: {with_weekday(workday_after(day))}"
