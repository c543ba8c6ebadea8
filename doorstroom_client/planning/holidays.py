"""Dutch public holidays of any year, computed, and the working days that are left between them."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.values import amsterdam, dutch_day

BRON = "Algemene termijnenwet, artikel 3"
"""Where it stands which days are none to work on."""
_SATURDAY, _SUNDAY = 5, 6
_DAY = dt.timedelta(days=1)


@frozen
class Feestdag:
    """A public holiday.

    Attributes:
        day: when it is.
        naam: as it is called in Dutch.
        opmerking: what else there is to know.
    """

    day: dt.date
    naam: str
    opmerking: str = ""


def easter(year: int) -> dt.date:
    """Easter Sunday in the Gregorian calendar, by the rule of Meeus, Jones and Butcher."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    corrected = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - corrected - of_century % 4) % 7
    late = (golden + 11 * corrected + 22 * weekday) // 451
    month, day = divmod(corrected + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


@lru_cache(maxsize=16)
def feestdagen(year: int) -> tuple[Feestdag, ...]:
    """The public holidays of a calendar year, in order.

    Args:
        year: from 2014, since when the King's birthday is celebrated.
    """
    sunday = easter(year)
    koningsdag, verplaatst = dt.date(year, 4, 27), ""
    if koningsdag.weekday() == _SUNDAY:
        koningsdag, verplaatst = dt.date(year, 4, 26), "27 april is een zondag, daarom een dag eerder"
    return tuple(
        sorted(
            (
                Feestdag(dt.date(year, 1, 1), "Nieuwjaarsdag"),
                Feestdag(sunday - 2 * _DAY, "Goede Vrijdag", "niet overal een vrije dag"),
                Feestdag(sunday, "Eerste Paasdag"),
                Feestdag(sunday + _DAY, "Tweede Paasdag"),
                Feestdag(koningsdag, "Koningsdag", verplaatst),
                Feestdag(dt.date(year, 5, 5), "Bevrijdingsdag", "elk jaar een feestdag; of men vrij is, staat in de cao"),
                Feestdag(sunday + 39 * _DAY, "Hemelvaartsdag"),
                Feestdag(sunday + 49 * _DAY, "Eerste Pinksterdag"),
                Feestdag(sunday + 50 * _DAY, "Tweede Pinksterdag"),
                Feestdag(dt.date(year, 12, 25), "Eerste Kerstdag"),
                Feestdag(dt.date(year, 12, 26), "Tweede Kerstdag"),
            ),
            key=lambda item: item.day,
        )
    )


def feestdag_on(day: dt.date) -> Feestdag | None:
    """The public holiday on a day; None when it is none."""
    return next((item for item in feestdagen(day.year) if item.day == day), None)


def is_workday(day: dt.date) -> bool:
    """Whether a day is no Saturday, Sunday or public holiday; school holidays are not known here."""
    return day.weekday() < _SATURDAY and feestdag_on(day) is None


def workday_before(day: dt.date) -> dt.date:
    """The last working day before a day."""
    day -= _DAY
    while not is_workday(day):
        day -= _DAY
    return day


def workday_after(day: dt.date, days: int = 1) -> dt.date:
    """The working day that comes after a day, or so many of them after it.

    Args:
        day: the day that is counted from.
        days: how many; with none it is that same day.
    """
    for _ in range(days):
        day += _DAY
        while not is_workday(day):
            day += _DAY
    return day


def after_workdays(since: dt.datetime, days: int) -> dt.datetime:
    """The end of the last of so many Dutch working days after the day of a moment.

    Args:
        since: the moment, aware.
        days: how many; with none it is the end of that same day.
    """
    day = workday_after(dutch_day(since), days)
    return dt.datetime.combine(day, dt.time(23, 59, 59), amsterdam()).astimezone(dt.UTC)


def workdays_between(first: dt.date, other: dt.date) -> int:
    """How many working days there are from the first day until the second, which itself does not count.

    Args:
        first: the day that is counted from.
        other: the same day or a later one; of an earlier one it is none.
    """
    return sum(is_workday(first + number * _DAY) for number in range((other - first).days))
