"""The dates of a school year, and how many days are left."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.planning.milestones import mijlpalen


class Termijn(StrEnum):
    """What has to be there on a date."""

    ADVIEZEN = "adviezen"
    """31 January: every pupil has a voorlopig schooladvies, and is known at the supplier."""
    RESULTATEN = "resultaten"
    """15 March: the results are at the school."""
    DEFINITIEF = "definitief"
    """24 March: the definitive schooladvies is given. It does not go over this chain."""


@frozen
class Termijnen:
    """The dates by which things have to be there, as the planning of the school year has them.

    Attributes:
        toets: the first day on which the test can be taken; before it nobody has a result.
        adviezen: voorlopige adviezen: 31 January.
        resultaten: results: 15 March.
        definitief: definitive adviezen: 24 March.
        einde: the last day of the registration for secondary education, 31 March; after that nothing is asked for any more.
    """

    toets: dt.date
    adviezen: dt.date
    resultaten: dt.date
    definitief: dt.date
    einde: dt.date

    @classmethod
    def van(cls, schooljaar: str) -> Termijnen:
        """The dates of a school year.

        Raises:
            ConfigurationError: it has not the form ``2026-2027``, or there was no doorstroomtoets yet.
        """
        found = {item.id: item for item in mijlpalen(schooljaar)}
        ends = ("voorlopig-advies", "resultaten", "definitief-advies", "aanmeldweek")
        return cls(found["afname-digitaal"].first, *(found[name].last for name in ends))

    def op(self, termijn: Termijn) -> dt.date:
        """The date of one of them."""
        day: dt.date = getattr(self, termijn.value)
        return day

    def dagen(self, termijn: Termijn, on: dt.date) -> int:
        """Days that are left; below 0 when the date has passed."""
        return (self.op(termijn) - on).days
