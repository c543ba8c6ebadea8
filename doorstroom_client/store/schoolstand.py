"""How far a school is in a school year, as a store knows it: counts, and of a pupil that you name. No pupil stands in it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import reduce

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.store.pupils import Marked, Pupils, marks_of
from doorstroom_client.store.rows import Entry, Noted

FETCHED, ABSENT = "fetched", "absent"
"""What is noted of a report that was fetched, and of one that there is not."""


@frozen
class ResultMark:
    """That a result of a pupil came in, as marks.

    Attributes:
        eck: mark of the ECK-iD; empty when it came under a LAS-key alone.
        las: mark of the LAS-key; empty when none was named.
        toets: which test.
        sender_oin: who sent it.
        report: what is noted of its report; empty when nothing is.
    """

    eck: str
    las: str
    toets: str
    sender_oin: str
    report: str


@frozen(kw_only=True)
class Leerlingstand:
    """How far one pupil is, as flags and a count.

    Attributes:
        deelnemer: the supplier accepted this participant.
        advies: the supplier accepted an advice, last or before it came in doubt.
        advies_onbevestigd: it is not known whether the supplier knew the pupil when the advice came.
        resultaten: current results, of different senders or tests.
        rapport: the report was fetched, or there is none.
        deelnemer_op: moment of the last receipt of this participant, UTC.
        advies_op: moment of the last receipt of an advice, UTC.
    """

    deelnemer: bool = False
    advies: bool = False
    advies_onbevestigd: bool = False
    resultaten: int = 0
    rapport: bool = False
    deelnemer_op: dt.datetime | None = None
    advies_op: dt.datetime | None = None


@dataclass(slots=True, repr=False)
class Person:
    """What is known of one pupil, as marks."""

    deelnemer: Noted | None = None
    advies: Noted | None = None
    resultaten: list[ResultMark] = field(default_factory=list[ResultMark])

    @property
    def is_deelnemer(self) -> bool:
        """Somebody was not told to remove this pupil by hand."""
        return self.deelnemer is not None and bool(self.deelnemer.content or self.deelnemer.known)

    @property
    def has_advies(self) -> bool:
        """An advice was accepted. That of a participant who is gone at the supplier is gone too."""
        return self.advies is not None and (self.deelnemer is None or self.is_deelnemer or bool(self.advies.content))

    @property
    def unconfirmed(self) -> bool:
        """The supplier may have left the advice out, as it may not have known the pupil."""
        return self.has_advies and self.advies is not None and not self.advies.known

    @property
    def tests(self) -> int:
        """Results of different senders or tests."""
        return len({(item.sender_oin, item.toets) for item in self.resultaten})

    @property
    def has_report(self) -> bool:
        """The report of each result was fetched, or there is none; of what a sender sent again the last one counts."""
        last = {(item.sender_oin, item.toets): item.report for item in self.resultaten}
        return all(report in (FETCHED, ABSENT) for report in last.values())

    @property
    def there(self) -> bool:
        """Whether there is anything to count."""
        return self.is_deelnemer or self.has_advies or bool(self.resultaten)

    def joined(self, other: Person) -> Person:
        """What is known under one identity, and under another one of the same pupil."""
        return Person(
            deelnemer=_last(self.deelnemer, other.deelnemer),
            advies=_last(self.advies, other.advies),
            resultaten=[*self.resultaten, *other.resultaten],
        )


def _last(one: Noted | None, other: Noted | None) -> Noted | None:
    return max((item for item in (one, other) if item is not None), key=lambda item: item.at, default=None)


@frozen(kw_only=True)
class Schoolstand:
    """How far one administration is in one school year, by what its store knows; it holds counts and no pupil.

    Attributes:
        routeringskenmerk: the administration.
        schooljaar: the school year.
        leveranciers: OINs of the suppliers that accepted lists of this year, the last one first. The counts of participants
            and advice are those of the last one.
        vorige_toets: OIN of the supplier whose test the school took a year before; empty when that is not known.
        deelnemers: participants that were accepted.
        deelnemers_in_twijfel: of those, how many may be out of date at the supplier: a later list did not arrive for sure.
        adviezen: pupils of whom an advice was accepted.
        adviezen_in_twijfel: of those, how many may be out of date at the supplier, or have to be sent again.
        adviezen_onbevestigd: of those, how many were sent without it being known that the supplier knows the pupil.
        zonder_advies: participants without an advice.
        wachtend: lists in the outbox that wait for their turn.
        vastgehouden: lists in the outbox that wait for somebody to repair something.
        geparkeerd: lists in the outbox that are not sent any more.
        resultaten: pupils with a current result.
        dubbel: of those, how many have results of more than one sender or test.
        zonder_resultaat: pupils that were sent, and that have no result.
        zonder_rapport: pupils with a result whose report is not fetched yet.
        laatst_verstuurd: moment of the last receipt of a list.
        laatst_ontvangen: moment at which the last result came in.
    """

    routeringskenmerk: str
    schooljaar: str
    leveranciers: tuple[str, ...] = ()
    vorige_toets: str = ""
    deelnemers: int = 0
    deelnemers_in_twijfel: int = 0
    adviezen: int = 0
    adviezen_in_twijfel: int = 0
    adviezen_onbevestigd: int = 0
    zonder_advies: int = 0
    wachtend: int = 0
    vastgehouden: int = 0
    geparkeerd: int = 0
    resultaten: int = 0
    dubbel: int = 0
    zonder_resultaat: int = 0
    zonder_rapport: int = 0
    laatst_verstuurd: dt.datetime | None = None
    laatst_ontvangen: dt.datetime | None = None
    _book: Book | None = field(default=None, repr=False, compare=False)

    def van(self, leerling: Leerling) -> Leerlingstand:
        """How far one pupil is.

        Args:
            leerling: by the identities of the school's own file.
        """
        person = None if self._book is None else self._book.find(leerling)
        if person is None:
            return Leerlingstand()
        return Leerlingstand(
            deelnemer=person.is_deelnemer,
            advies=person.has_advies,
            advies_onbevestigd=person.unconfirmed,
            resultaten=person.tests,
            rapport=person.has_report and bool(person.resultaten),
            deelnemer_op=person.deelnemer.at if person.is_deelnemer and person.deelnemer else None,
            advies_op=person.advies.at if person.has_advies and person.advies else None,
        )

    @property
    def aantallen(self) -> Schoolstand:
        """The counts alone, for who keeps many of these: it says nothing of a pupil that you name."""
        return replace(self, _book=None)

    def buiten(self, leerlingen: Iterable[Leerling]) -> int:
        """How many pupils are known here that are none of these.

        Args:
            leerlingen: all that the school knows.
        """
        return 0 if self._book is None else self._book.others(leerlingen)

    def __reduce__(self) -> str | tuple[object, ...]:
        """Leave marks and the key of the store out of a pickle; the counts stay."""
        return _bare, ({item.name: getattr(self, item.name) for item in fields(self) if item.name != "_book"},)


def _bare(counts: dict[str, object]) -> Schoolstand:
    return Schoolstand(**counts)  # type: ignore[arg-type]


class Book:
    """The pupils of a school as marks; silent about them.

    Args:
        secret: the key that marks are made with.
        deelnemers: participants that were accepted.
        adviezen: advice that was accepted.
        resultaten: results that came in.
    """

    def __init__(
        self, secret: bytes, deelnemers: Iterable[Noted], adviezen: Iterable[Noted], resultaten: Iterable[ResultMark]
    ) -> None:
        deelnemers, adviezen, resultaten = list(deelnemers), list(adviezen), list(resultaten)
        self._secret = secret
        self._pupils = Pupils(resultaten, adviezen, deelnemers)
        self._people: dict[str, Person] = {}
        for one in deelnemers:
            self._person(one).deelnemer = one
        for one in adviezen:
            self._person(one).advies = one
        for result in resultaten:
            self._person(result).resultaten.append(result)
        self._people = {key: person for key, person in self._people.items() if person.there}

    def __repr__(self) -> str:
        return f"{type(self).__name__}(aantal={len(self._people)})"

    def _person(self, item: Marked) -> Person:
        return self._people.setdefault(self._pupils.of(item), Person())

    def counts(self) -> Mapping[str, int]:
        """The counts of a `Schoolstand` that follow from the pupils."""
        found = Counter[str]()
        sent_here = any(person.is_deelnemer for person in self._people.values())
        for person in self._people.values():
            there, advies = person.is_deelnemer, person.has_advies
            found["deelnemers"] += there
            found["deelnemers_in_twijfel"] += there and person.deelnemer is not None and not person.deelnemer.content
            found["adviezen"] += advies
            found["adviezen_in_twijfel"] += advies and person.advies is not None and not person.advies.content
            found["adviezen_onbevestigd"] += person.unconfirmed
            found["zonder_advies"] += there and not advies
            found["resultaten"] += bool(person.resultaten)
            found["dubbel"] += person.tests > 1
            # Where participants go another way, those with an advice are all that is known of who takes part.
            found["zonder_resultaat"] += (there if sent_here else advies) and not person.resultaten
            found["zonder_rapport"] += not person.has_report
        return found

    def find(self, leerling: Leerling) -> Person | None:
        """The pupil with these identities: the ECK-iD leads, and what is known under the LAS-key alone belongs to it."""
        found = [self._people[key] for key in self._keys(leerling)]
        return reduce(Person.joined, found) if found else None

    def others(self, leerlingen: Iterable[Leerling]) -> int:
        """How many pupils are none of these."""
        return len(self._people.keys() - {key for one in leerlingen for key in self._keys(one)})

    def _keys(self, leerling: Leerling) -> list[str]:
        """Under what a pupil stands here; lists may have named the two identities apart, and the school's own one tells."""
        eck, las = marks_of(leerling, self._secret)
        by_las = self._pupils.of(Entry("", las, "")) if las else ""
        if eck and by_las != las:
            by_las = ""  # the LAS-key is of somebody with an ECK-iD: this one, or another, and the ECK-iD leads
        return [key for key in dict.fromkeys((eck, by_las)) if key in self._people]
