"""How far a school is and what is still missing, as plain values. No repr says anything about a pupil."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from doorstroom_client import Deelname, Leerlingstand, School, Schoolstand
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.season.seizoenswoorden import KLAAR, KORT, SIGNALEN, VOORBIJ, ZINNEN, dagen, in_woorden
from doorstroom_client.season.termijnen import Termijn, Termijnen

WITHIN = 14
"""Days before a date from which what is missing asks for attention, unless asked otherwise."""


class Soort(StrEnum):
    """What can be missing."""

    NIETS_VERSTUURD = "niets_verstuurd"
    AANMELDING = "aanmelding"
    AANMELDING_ONZEKER = "aanmelding_onzeker"
    ADVIES = "advies"
    ADVIES_ONZEKER = "advies_onzeker"
    WACHTEND = "wachtend"
    VASTGEHOUDEN = "vastgehouden"
    GEPARKEERD = "geparkeerd"
    RESULTAAT = "resultaat"
    RAPPORT = "rapport"

    @property
    def termijn(self) -> Termijn:
        """Before which date it has to be there."""
        late = self in (Soort.RESULTAAT, Soort.RAPPORT)
        return Termijn.RESULTATEN if late else Termijn.ADVIEZEN


@frozen
class Punt:
    """Something that is missing at a school.

    Attributes:
        soort: what it is.
        aantal: of how many pupils or lists.
        uiterlijk: the date by which it has to be there.
        dagen: days that are left; below 0 when the date has passed.
    """

    soort: Soort
    aantal: int
    uiterlijk: dt.date
    dagen: int

    @property
    def kort(self) -> str:
        """In a few words, in Dutch: ``3 adviezen``."""
        return in_woorden(KORT[self.soort.value], self.aantal)

    @property
    def uitleg(self) -> str:
        """What it is and what to do, in Dutch."""
        return in_woorden(ZINNEN[self.soort.value], self.aantal)


@frozen
class Signaal:
    """A signal that DUO is going to give when nothing changes.

    Attributes:
        nummer: the number of the signal, or two of them.
        aantal: for how many pupils.
    """

    nummer: str
    aantal: int

    @property
    def uitleg(self) -> str:
        """What DUO is going to say and what to do, in Dutch."""
        return in_woorden(SIGNALEN[self.nummer], self.aantal)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Leerlingseizoen:
    """One pupil of the school's own list; its repr shows nothing.

    Attributes:
        naam: as people read it.
        groep: name of the group.
        stand: how far the pupil is.
        deelname: why the pupil takes no part in the test; None for one that does.
        mist: what is missing, as Dutch words: ``geen advies``.
    """

    naam: str
    groep: str
    stand: Leerlingstand
    deelname: Deelname | None = None
    mist: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


@frozen(kw_only=True)
class Schoolseizoen:
    """How far one school is, and what is still missing.

    Attributes:
        school: the administration.
        schooljaar: the school year.
        on: the day on which it is looked at.
        stand: the counts of the store.
        leverancier: name of the supplier that the school sent to last; empty when it sent nothing.
        vorige_toets: name of the supplier of a year before; empty when it is not known.
        verwacht: pupils of the school's own list that take part in the test; None without a list.
        ontbreekt: what is missing, the first date first.
        let_op: what else to look at, as Dutch sentences.
        signalen: what DUO is going to say.
        leerlingen: the pupils of the school's own list, by group and name; empty without a list.
    """

    school: School
    schooljaar: str
    on: dt.date
    stand: Schoolstand
    leverancier: str = ""
    vorige_toets: str = ""
    verwacht: int | None = None
    ontbreekt: tuple[Punt, ...] = ()
    let_op: tuple[str, ...] = ()
    signalen: tuple[Signaal, ...] = ()
    leerlingen: tuple[Leerlingseizoen, ...] = field(default=(), repr=False)

    @property
    def termijnen(self) -> Termijnen:
        """The dates of the school year."""
        return Termijnen.van(self.schooljaar)

    @property
    def voorbij(self) -> bool:
        """Whether the season is over: nothing is asked for any more."""
        return self.on > self.termijnen.einde

    def nog(self, termijn: Termijn) -> str:
        """How it stands with one of the dates, in Dutch: the days to it while something is missing, else that it is done.

        Of the definitive advice nothing is known here: it is never called done.

        Args:
            termijn: which of them.
        """
        left = self.termijnen.dagen(termijn, self.on)
        missing = any(item.soort.termijn is termijn for item in self.ontbreekt)
        began = {
            Termijn.ADVIEZEN: bool(self.stand.deelnemers or self.stand.adviezen),
            Termijn.RESULTATEN: bool(self.stand.resultaten),
            Termijn.DEFINITIEF: False,
        }
        if began[termijn] and not missing:
            return KLAAR
        late_but_asked_for = missing and not self.voorbij
        return dagen(left) if left >= 0 or late_but_asked_for else VOORBIJ

    def aandacht(self, within: int = WITHIN) -> tuple[Punt, ...]:
        """What is missing and asks for attention: its date is near, or has passed and the season is not over.

        Args:
            within: so many days before its date; 14 when left out.
        """
        return () if self.voorbij else tuple(item for item in self.ontbreekt if item.dagen <= within)

    def aantal(self, soort: Soort) -> int:
        """How many are missing of a kind."""
        return sum(item.aantal for item in self.ontbreekt if item.soort is soort)


def nog_van(scholen: Sequence[Schoolseizoen], termijn: Termijn) -> str:
    """How it stands with one of the dates at many schools: as at the one that is least far.

    Args:
        scholen: of one school year, seen on one day.
        termijn: which date.
    """
    words = {item.nog(termijn) for item in scholen}
    return next(iter(words - {KLAAR, VOORBIJ}), VOORBIJ if VOORBIJ in words else KLAAR)


@frozen(kw_only=True)
class Totaal:
    """Many schools together.

    Attributes:
        scholen: how many.
        deelnemers: participants that suppliers accepted.
        adviezen: pupils with an advice that suppliers accepted.
        resultaten: pupils with a result.
        ontbreekt: how many are missing of each kind.
        met_aandacht: schools that ask for attention.
    """

    scholen: int
    deelnemers: int
    adviezen: int
    resultaten: int
    ontbreekt: Mapping[Soort, int]
    met_aandacht: int

    @classmethod
    def van(cls, scholen: Iterable[Schoolseizoen], within: int = WITHIN) -> Totaal:
        """Count.

        Args:
            scholen: the schools.
            within: as for `Schoolseizoen.aandacht`.
        """
        found = list(scholen)
        return cls(
            scholen=len(found),
            deelnemers=sum(item.stand.deelnemers for item in found),
            adviezen=sum(item.stand.adviezen for item in found),
            resultaten=sum(item.stand.resultaten for item in found),
            ontbreekt={soort: sum(item.aantal(soort) for item in found) for soort in Soort},
            met_aandacht=sum(bool(item.aandacht(within)) for item in found),
        )
