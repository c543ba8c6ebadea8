"""The milestones of a school year, by rule for any year, each with where its rule comes from and whether to check it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.planning.day_words import opmerkingen
from doorstroom_client.planning.holidays import Feestdag, feestdagen

FIRST = Schooljaar("2023-2024")
"""The first school year with a doorstroomtoets; the rules are of no use for one before it."""
CONTROLEER = "controleer"
"""What is said with everything of which it is not certain that it holds in this school year."""
_DAY, _WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
_KORT = "DUO, In het kort (2023-2024)"
_ADVIES = "DUO, schooladvies registreren (2023-2024)"
_CONFIRMED = 2026
_OPENBAAR = f"openbare teksten van {_CONFIRMED}"


class Basis(StrEnum):
    """What a rule rests on."""

    WET = "wet"
    """A law or decree, as a public page quotes it."""
    PAGINA = "pagina"
    """A public page of an earlier school year, or several."""


@frozen(kw_only=True)
class Mijlpaal:
    """A milestone of a school year.

    Attributes:
        id: the same in every school year.
        titel: what happens, in Dutch.
        first: the first day.
        last: the last day; the same as the first for what has to be done by that day.
        wie: who acts.
        basis: what the rule rests on.
        bron: where it was read.
        berekend: whether the days follow from a rule about weeks or terms, and were computed.
        zeker: whether the rule holds in this school year; when not, check it.
        opmerkingen: weekends and public holidays that are in the way.
    """

    id: str
    titel: str
    first: dt.date
    last: dt.date
    wie: str
    basis: Basis
    bron: str
    berekend: bool = False
    zeker: bool = False
    opmerkingen: tuple[str, ...] = ()

    @property
    def is_deadline(self) -> bool:
        """Whether it is one day by which something has to be done."""
        return self.first == self.last

    @property
    def kanttekeningen(self) -> tuple[str, ...]:
        """What is said beside the source: that the days were computed, and that they have to be checked."""
        return (*(["dagen berekend"] if self.berekend else []), *([] if self.zeker else [CONTROLEER]))


@frozen(kw_only=True)
class _Regel:
    """How a milestone follows from a school year."""

    id: str
    titel: str
    days: Callable[[int], tuple[dt.date, dt.date]]
    wie: str
    bron: str
    basis: Basis = Basis.PAGINA
    berekend: bool = False
    zeker: bool = False
    confirmed: int = 0


def check_schooljaar(schooljaar: str) -> Schooljaar:
    """A school year of which there is a planning.

    Args:
        schooljaar: ``"2026-2027"``.

    Raises:
        ConfigurationError: it does not have that form, or there was no doorstroomtoets yet.
    """
    if not Schooljaar.fits(schooljaar):
        raise ConfigurationError(f"schooljaar: {Schooljaar.rule}", setting="schooljaar")
    if schooljaar < FIRST:
        raise ConfigurationError(
            f"there is no planning of {schooljaar}: the doorstroomtoets began in {FIRST}",
            setting="schooljaar",
            hint="Name a later school year",
        )
    return Schooljaar(schooljaar)


def mijlpalen(schooljaar: str) -> tuple[Mijlpaal, ...]:
    """The milestones of a school year, in the order of their first days.

    Args:
        schooljaar: ``"2026-2027"``.

    Raises:
        ConfigurationError: there is no planning of that school year.
    """
    begins = int(check_schooljaar(schooljaar)[:4])
    return tuple(sorted((_mijlpaal(regel, begins) for regel in _REGELS), key=lambda item: (item.first, item.last, item.id)))


def feestdagen_in(schooljaar: str) -> tuple[Feestdag, ...]:
    """The public holidays of a school year, from 1 August to 31 July.

    Args:
        schooljaar: ``"2026-2027"``.

    Raises:
        ConfigurationError: there is no planning of that school year.
    """
    begins = int(check_schooljaar(schooljaar)[:4])
    first, last = dt.date(begins, 8, 1), dt.date(begins + 1, 7, 31)
    return tuple(item for year in (begins, begins + 1) for item in feestdagen(year) if first <= item.day <= last)


def _mijlpaal(regel: _Regel, begins: int) -> Mijlpaal:
    first, last = regel.days(begins)
    return Mijlpaal(
        id=regel.id,
        titel=regel.titel,
        first=first,
        last=last,
        wie=regel.wie,
        basis=regel.basis,
        bron=regel.bron,
        berekend=regel.berekend,
        zeker=regel.zeker or regel.confirmed == last.year,
        opmerkingen=opmerkingen(first, last),
    )


def _by(month: int, day: int) -> Callable[[int], tuple[dt.date, dt.date]]:
    """One day in the second half of a school year."""
    return lambda begins: (dt.date(begins + 1, month, day), dt.date(begins + 1, month, day))


def _digital(begins: int) -> tuple[dt.date, dt.date]:
    """The week before the first full week of February, from Monday to Friday."""
    monday = _first_full_week(begins + 1) - _WEEK
    return monday, monday + 4 * _DAY


def _weeks(begins: int) -> tuple[dt.date, dt.date]:
    """The first and second full week of February, from Monday to Friday."""
    monday = _first_full_week(begins + 1)
    return monday, monday + _WEEK + 4 * _DAY


def _first_full_week(year: int) -> dt.date:
    """Its Monday: the first one of February, for a week that began before lies in January too."""
    first = dt.date(year, 2, 1)
    return first + (-first.weekday() % 7) * _DAY


_REGELS: tuple[_Regel, ...] = (
    _Regel(
        id="aanmelding",
        titel="Doorstroomtoets kiezen en school aanmelden",
        days=lambda begins: (dt.date(begins, 10, 1), dt.date(begins, 11, 15)),
        wie="school",
        bron=f"{_KORT}; PO-Raad (2023); internetconsultatie Besluit doorstroomtoetsen po",
    ),
    _Regel(
        id="voorlopig-advies",
        titel="Voorlopig schooladvies geven en naar de leverancier sturen",
        days=lambda begins: (dt.date(begins + 1, 1, 10), dt.date(begins + 1, 1, 31)),
        wie="school",
        bron=f"{_ADVIES}; PO-Raad (2023)",
    ),
    _Regel(
        id="voorlopig-advies-rod",
        titel="Voorlopig schooladvies uiterlijk in ROD (binnen 14 dagen)",
        days=_by(2, 14),
        wie="school, met het LAS",
        bron=f"{_ADVIES}; PO-Raad (2023)",
    ),
    _Regel(
        id="afname-digitaal",
        titel="Doorstroomtoets afnemen: digitaal mag al deze week",
        days=_digital,
        wie="school en leverancier",
        basis=Basis.WET,
        bron=_KORT,
        berekend=True,
    ),
    _Regel(
        id="afname",
        titel="Doorstroomtoets afnemen: in een van deze twee weken",
        days=_weeks,
        wie="school en leverancier",
        basis=Basis.WET,
        bron=_KORT,
        berekend=True,
        zeker=True,
    ),
    _Regel(
        id="resultaten",
        titel="Uitslagen uiterlijk op school",
        days=_by(3, 15),
        wie="leverancier",
        bron=f"{_KORT}; PO-Raad (2023); ParnasSys (2022-2024)",
    ),
    _Regel(
        id="resultaten-rod",
        titel="Uitslagen uiterlijk in ROD (binnen 14 dagen)",
        days=_by(3, 29),
        wie="school, met het LAS",
        bron=_KORT,
        berekend=True,
    ),
    _Regel(
        id="definitief-advies",
        titel="Definitief schooladvies uiterlijk gegeven",
        days=_by(3, 24),
        wie="school",
        bron=f"{_ADVIES}; {_OPENBAAR}",
        confirmed=_CONFIRMED,
    ),
    _Regel(
        id="aanmeldweek",
        titel="Centrale aanmeldweek voortgezet onderwijs",
        days=lambda begins: (dt.date(begins + 1, 3, 25), dt.date(begins + 1, 3, 31)),
        wie="ouders en middelbare scholen",
        bron=f"{_KORT}; {_OPENBAAR}",
        confirmed=_CONFIRMED,
    ),
    _Regel(
        id="definitief-advies-rod",
        titel="Definitief schooladvies uiterlijk in ROD",
        days=_by(4, 7),
        wie="school, met het LAS",
        bron=_ADVIES,
    ),
)
