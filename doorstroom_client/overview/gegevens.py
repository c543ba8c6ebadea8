"""The overview as plain values: pupils, their schools, and what was delivered. No repr says anything about a pupil."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.leerlingenlijst import Deelname
from doorstroom_client.messages.school import School
from doorstroom_client.messages.vocabulary import Referentieniveau, Toetsadvies
from doorstroom_client.overview.rangorde import Oordeel, Uitspraak

ONDERDELEN = ("LEZEN", "TAALVERZORGING", "REKENEN")
"""The parts of a test that have a reference level."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Leerlingregel:
    """One pupil with advice and result; its repr shows nothing.

    Attributes:
        naam: as people read it; empty when nobody told whose result it is.
        groep: name of the group; empty when not known.
        eck_id: the ECK-iD.
        las_key: the LAS-key.
        advies: code of the voorlopig schooladvies, as sent; None when there is none.
        leverancier: who sent the result, as people call it; its OIN when it is not configured.
        toets: which test, as people call it; empty without a result.
        toetsadvies: category of the test advice; None when not recognised or absent.
        toetsadvies_tekst: the test advice as received.
        toetsscore: score on the whole test.
        referentieniveaus: level per part.
        uitspraak: what has to be done, and why.
        opmerkingen: what is odd, as Dutch sentences.
        deelname: why the pupil takes no part in the test, as the school noted it; None for one that does.
        uitslagen: when several senders have a result of this pupil, a line for each with what it says; else empty. The fields
            above are those of the newest one then, and the verdict is the one that all of them lead to.
    """

    naam: str = ""
    groep: str = ""
    eck_id: str | None = None
    las_key: str | None = None
    advies: str | None = None
    leverancier: str = ""
    toets: str = ""
    toetsadvies: Toetsadvies | None = None
    toetsadvies_tekst: str | None = None
    toetsscore: int | None = None
    referentieniveaus: Mapping[str, Referentieniveau | str] = field(default_factory=dict[str, "Referentieniveau | str"])
    uitspraak: Uitspraak
    opmerkingen: tuple[str, ...] = ()
    deelname: Deelname | None = None
    uitslagen: tuple[Leerlingregel, ...] = ()

    @property
    def regels(self) -> tuple[Leerlingregel, ...]:
        """A line for each sender that has a result of this pupil; this one when there is no more than one."""
        return self.uitslagen or (self,)

    @property
    def oordeel(self) -> Oordeel:
        """What has to be done."""
        return self.uitspraak.oordeel

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


@frozen(kw_only=True)
class Bezorgstand:
    """What one supplier has of a school, and what it sent; counts only.

    Attributes:
        leverancier: name of the supplier; its OIN when it is not configured.
        soort: ``leerlingen`` or ``schooladviezen``.
        bezorgd: pupils in lists that the supplier gave its receipt for, each list counted.
        laatst: moment at which the last of those lists was noted down.
        onderweg: pupils in lists that wait for their turn.
        vastgehouden: pupils in lists that wait for somebody to repair something.
        geparkeerd: pupils in lists that are not sent any more.
        onbekend: pupils that the supplier did not know.
        aangenomen: of the pupils in the present list, how many need not be sent (again); None when that was not looked up.
        open: of the present list, how many are still to be sent; None when that was not looked up.
    """

    leverancier: str
    soort: str
    bezorgd: int = 0
    laatst: dt.datetime | None = None
    onderweg: int = 0
    vastgehouden: int = 0
    geparkeerd: int = 0
    onbekend: int = 0
    aangenomen: int | None = None
    open: int | None = None


@frozen(kw_only=True)
class Ontvangststand:
    """How many results of a school one supplier sent.

    Attributes:
        leverancier: name of the supplier; its OIN when it is not configured.
        toets: the test.
        aantal: pupils with a current result.
        laatst: when the last one came in.
    """

    leverancier: str
    toets: str
    aantal: int
    laatst: dt.datetime


@dataclass(frozen=True, kw_only=True)
class SchoolOverzicht:
    """One school administration.

    Attributes:
        school: the administration; None when it is no longer configured.
        routeringskenmerk: its address.
        leerlingen: its pupils, by group and name.
        met_lijst: whether the school's own list of pupils was there, so that a missing result can be told.
        bezorgd: what went to suppliers.
        ontvangen: what came from them.
        buiten_beeld: groups of the list that were left out, because nobody in them has an advice or a result: name and pupils.
    """

    school: School | None
    routeringskenmerk: str
    leerlingen: tuple[Leerlingregel, ...] = field(repr=False)
    met_lijst: bool
    bezorgd: tuple[Bezorgstand, ...] = ()
    ontvangen: tuple[Ontvangststand, ...] = ()
    buiten_beeld: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def naam(self) -> str:
        """Name and BRIN; the routeringskenmerk of a school that is not configured."""
        return self.school.label if self.school else self.routeringskenmerk

    @cached_property
    def groepen(self) -> dict[str, tuple[Leerlingregel, ...]]:
        """The pupils by name of their group; those without a group last, under an empty name."""
        names = dict.fromkeys(item.groep for item in self.leerlingen if item.groep)
        found = {name: tuple(item for item in self.leerlingen if item.groep == name) for name in names}
        without = tuple(item for item in self.leerlingen if not item.groep)
        return found | ({"": without} if without else {})

    @cached_property
    def aantallen(self) -> Counter[Oordeel]:
        """How many pupils for each verdict."""
        return Counter(item.oordeel for item in self.leerlingen)

    def met(self, *oordelen: Oordeel) -> tuple[Leerlingregel, ...]:
        """The pupils with one of these verdicts."""
        return tuple(item for item in self.leerlingen if item.oordeel in oordelen)


@dataclass(frozen=True, kw_only=True)
class Overzicht:
    """What a school has to know once results are in. Its repr holds counts only.

    Attributes:
        schooljaar: of the advice and the results.
        gemaakt_op: when it was made, aware.
        scholen: one per administration.
        ander_schooljaar: results that were left out because they are of another school year.
    """

    schooljaar: str
    gemaakt_op: dt.datetime
    scholen: tuple[SchoolOverzicht, ...]
    ander_schooljaar: int = 0

    @cached_property
    def aantallen(self) -> Counter[Oordeel]:
        """How many pupils for each verdict, over all schools."""
        return sum((school.aantallen for school in self.scholen), Counter())

    @property
    def aantal_leerlingen(self) -> int:
        """How many pupils in all."""
        return sum(len(school.leerlingen) for school in self.scholen)
