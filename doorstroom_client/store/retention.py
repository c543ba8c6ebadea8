"""How long a store keeps what is no longer needed."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError

_LONGEST = 3650


@frozen(kw_only=True)
class Retention:
    """How long a store keeps what is no longer needed; the law gives no number of days (AVG, article 5, 1, e).

    Attributes:
        days: days after a result was processed, or a message ended, that it is removed. What is not processed stays.
        marks_days: days after a supplier accepted a list that the marks of it are removed. Without them a pupil counts as
            new once more, so it has to reach from one school year into the next.

    Raises:
        ConfigurationError: a number that is not whole, below 0 or above 3650.
    """

    days: int = 30
    marks_days: int = 400

    def __post_init__(self) -> None:
        for item in fields(self):
            check_days(getattr(self, item.name), f"retention.{item.name}")

    def until(self, now: dt.datetime, days: int | None = None) -> tuple[dt.datetime, dt.datetime]:
        """The moments up to which results and messages, and marks, are removed.

        Args:
            now: the wall clock.
            days: in place of `days`.

        Raises:
            ConfigurationError: a number of days that cannot be.
        """
        days = self.days if days is None else check_days(days, "days")
        return now - dt.timedelta(days=days), now - dt.timedelta(days=self.marks_days)


def check_days(days: int, setting: str) -> int:
    """A number of days.

    Raises:
        ConfigurationError: it is not whole, below 0 or above 3650.
    """
    if isinstance(days, bool) or not isinstance(days, int) or not 0 <= days <= _LONGEST:
        raise ConfigurationError(f"{setting} must be a whole number of days from 0 to {_LONGEST}", setting=setting)
    return days
