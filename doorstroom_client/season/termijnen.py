"""The dates of a school year, and how many days are left."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.identifiers import Schooljaar


class Mijlpaal(StrEnum):
    """What has to be there on a date."""

    ADVIEZEN = "adviezen"
    """31 January: every pupil has a voorlopig schooladvies, and is known at the supplier."""
    RESULTATEN = "resultaten"
    """15 March: the results are at the school."""
    DEFINITIEF = "definitief"
    """24 March: the definitive schooladvies is given. It does not go over this chain."""


@frozen
class Termijnen:
    """The dates by which things have to be there, by law; the same in every school year.

    Attributes:
        adviezen: voorlopige adviezen: 31 January.
        resultaten: results: 15 March.
        definitief: definitive adviezen: 24 March.
        einde: the last day of the registration for secondary education, 31 March; after that nothing is asked for any more.
    """

    adviezen: dt.date
    resultaten: dt.date
    definitief: dt.date
    einde: dt.date

    @classmethod
    def van(cls, schooljaar: str) -> Termijnen:
        """The dates of a school year.

        Raises:
            MessageError: it has not the form ``2026-2027``.
        """
        year = int(Schooljaar(schooljaar)[5:])
        return cls(dt.date(year, 1, 31), dt.date(year, 3, 15), dt.date(year, 3, 24), dt.date(year, 3, 31))

    def op(self, mijlpaal: Mijlpaal) -> dt.date:
        """The date of one of them."""
        day: dt.date = getattr(self, mijlpaal.value)
        return day

    def dagen(self, mijlpaal: Mijlpaal, on: dt.date) -> int:
        """Days that are left; below 0 when the date has passed."""
        return (self.op(mijlpaal) - on).days
