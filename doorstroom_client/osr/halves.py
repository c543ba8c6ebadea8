"""One mandate question in full: the half of the test supplier and the half of the LAS, each with the periods that are known.

The register tells others only yes or no. An owner is told the period; of mandates that are not in force, the list of all own
mandates says when they ended or begin.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.school import School
from doorstroom_client.osr.entries import EigenMandaat
from doorstroom_client.osr.mandaat import Mandaat
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.parties.osr import Osr
from doorstroom_client.store.rows import StoredAnswer


@frozen
class Helft:
    """One half of what a school has to give.

    Attributes:
        gemandateerd: whether it is in force on the day that was asked about; None when that was not looked up.
        start_datum: first day of the mandate in force, when told.
        eind_datum: last day of the mandate in force; None when open or not told.
        verlopen_op: last day of the latest one that has ended, when none is in force and that is known.
        begint_op: first day of the next one, when none is in force and that is known.
    """

    gemandateerd: bool | None = None
    start_datum: dt.date | None = None
    eind_datum: dt.date | None = None
    verlopen_op: dt.date | None = None
    begint_op: dt.date | None = None

    @classmethod
    def of(cls, told: StoredAnswer, peildatum: dt.date) -> Helft:
        """From an answer about a day; that of a no tells when the last one ended and the next one begins, if anything."""
        if told.gemandateerd:
            return cls(True, told.start_datum, told.eind_datum)
        ended = told.eind_datum is not None and told.eind_datum < peildatum
        begins = told.start_datum is not None and told.start_datum > peildatum
        return cls(False, verlopen_op=told.eind_datum if ended else None, begint_op=told.start_datum if begins else None)

    def with_periods(self, mandates: Sequence[EigenMandaat], peildatum: dt.date) -> Helft:
        """This half, with what a list of all mandates of this system for the school says about the day."""
        if self.gemandateerd is not False:
            return self
        ended = [item.eind_datum for item in mandates if item.eind_datum is not None and item.eind_datum < peildatum]
        begins = [item.start_datum for item in mandates if item.start_datum is not None and item.start_datum > peildatum]
        verlopen_op, begint_op = max(ended, default=self.verlopen_op), min(begins, default=self.begint_op)
        return Helft(False, verlopen_op=verlopen_op, begint_op=begint_op)


def mandaat_of(
    osr: Osr, school: School, leverancier: Leverancier, peildatum: dt.date, toets: Helft, las: Helft, gezegd: str, las_naam: str
) -> Mandaat:
    """The answer about one school and one supplier, from both halves.

    Args:
        osr: where it was asked.
        school: the school.
        leverancier: the supplier.
        peildatum: the day that was asked about.
        toets: the half of the supplier.
        las: our own half.
        gezegd: in what words the OSR said no, when that was now and in words.
        las_naam: how schools call this LAS; may be empty.
    """
    return Mandaat(
        school=school,
        leverancier=leverancier,
        gemandateerd=toets.gemandateerd is True,
        las_gemandateerd=las.gemandateerd,
        peildatum=peildatum,
        start_datum=las.start_datum,
        eind_datum=las.eind_datum,
        testomgeving=osr.environment if osr.is_test else "",
        las_verlopen_op=las.verlopen_op,
        las_begint_op=las.begint_op,
        verlopen_op=toets.verlopen_op,
        begint_op=toets.begint_op,
        gezegd=gezegd,
        las_naam=las_naam,
    )
