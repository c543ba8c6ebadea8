"""Puts the pupils of a school, their advice and their results side by side."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from doorstroom_client import Leverancier, Queued
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.leerlingen import Advies, Leerling
from doorstroom_client.messages.leerlingenlijst import BekendeLeerling, Leerlingenlijst, taking_part
from doorstroom_client.messages.leerlingresultaat import Leerlingresultaat
from doorstroom_client.messages.school import School
from doorstroom_client.messages.spellings import schooljaar_as_written, toets_as_listed
from doorstroom_client.messages.vocabulary import TOETSNAMEN
from doorstroom_client.output.words import naam_van, opsomming
from doorstroom_client.overview.bezorging import Vergeleken, bezorgd_aan
from doorstroom_client.overview.gegevens import Leerlingregel, Ontvangststand, Overzicht, SchoolOverzicht
from doorstroom_client.overview.rangorde import Oordeel, Uitspraak, vergelijk

_NOG_NIET = Uitspraak(Oordeel.GEEN_RESULTAAT, "Er is nog geen resultaat ontvangen.")
_VERSCHILLEND = Uitspraak(
    Oordeel.ZELF_BEKIJKEN,
    "De resultaten van deze leerling komen van verschillende afzenders en leiden niet tot dezelfde uitkomst.",
)


class Resultaat(Protocol):
    """A received result, as ``client.resultaten(everything=True)`` hands it out."""

    @property
    def school(self) -> School | None:
        """The administration it was sent to."""
        ...

    @property
    def edu_to(self) -> str:
        """The routeringskenmerk it was sent to."""
        ...

    @property
    def sender_oin(self) -> str:
        """OIN of the supplier."""
        ...

    @property
    def ontvangen_op(self) -> dt.datetime:
        """Moment of receipt."""
        ...

    @property
    def resultaat(self) -> Leerlingresultaat:
        """The message."""
        ...


@frozen(kw_only=True)
class Schoolgegevens:
    """What a school itself knows.

    Attributes:
        school: the administration.
        leerlingen: its pupils with name and group; empty when that list is not there.
        adviezen: the voorlopige schooladviezen, as sent.
    """

    school: School
    leerlingen: Leerlingenlijst = field(default_factory=Leerlingenlijst)
    adviezen: Sequence[Advies] = field(default=(), repr=False)


def maak_overzicht(
    resultaten: Iterable[Resultaat],
    *,
    scholen: Iterable[Schoolgegevens] = (),
    schooljaar: str,
    gemaakt_op: dt.datetime,
    berichten: Iterable[Queued] = (),
    vergeleken: Iterable[Vergeleken] = (),
    leveranciers: Sequence[Leverancier] = (),
) -> Overzicht:
    """Compare advice and results of one school year.

    Args:
        resultaten: the received results, ``client.resultaten(everything=True)``.
        scholen: what the schools themselves know; a school that has results only gets a part of its own.
        schooljaar: the school year, ``2026-2027``; results of another one are counted and left out.
        gemaakt_op: now, aware.
        berichten: the messages of the outbox, ``client.outbox.messages()``.
        vergeleken: lists of advice compared with what suppliers have.
        leveranciers: the configured suppliers, for their names.

    Raises:
        MessageError: the school year has not the form ``2026-2027``.
    """
    wanted = Schooljaar(schooljaar)
    parts = {item.school.routeringskenmerk: _Part(item) for item in scholen}
    others = 0
    for item in resultaten:
        if _schooljaar(item) != wanted:
            others += 1
            continue
        parts.setdefault(item.edu_to, _Part(None, item.school)).add(item)
    messages, compared = list(berichten), list(vergeleken)
    return Overzicht(
        schooljaar=wanted,
        gemaakt_op=gemaakt_op,
        scholen=tuple(
            SchoolOverzicht(
                school=part.school,
                routeringskenmerk=key,
                leerlingen=part.lines(leveranciers),
                met_lijst=part.has_list,
                buiten_beeld=part.left_out,
                bezorgd=bezorgd_aan(key, wanted, messages, leveranciers, compared),
                ontvangen=part.received(leveranciers),
            )
            for key, part in sorted(parts.items(), key=lambda entry: entry[1].order)
        ),
        ander_schooljaar=others,
    )


def _schooljaar(item: Resultaat) -> str:
    """The school year of a result; of one that names none, the year in which the test was taken or the result received."""
    named = schooljaar_as_written(item.resultaat.schooljaar or "")
    return named if Schooljaar.fits(named) else Schooljaar.on(item.resultaat.afnamedatum or item.ontvangen_op.date())


@dataclass(slots=True, repr=False, eq=False)
class _Slot:
    """What is known about one pupil."""

    wie: BekendeLeerling
    adviezen: list[str] = field(default_factory=list[str])
    resultaten: list[Resultaat] = field(default_factory=list[Resultaat])
    opmerkingen: dict[str, None] = field(default_factory=dict[str, None])

    def newest(self) -> list[Resultaat]:
        """The newest result of each sender, the newest of all first."""
        by_sender: dict[str, Resultaat] = {}
        for item in sorted(self.resultaten, key=_made):
            by_sender[item.sender_oin] = item
        return sorted(by_sender.values(), key=_made, reverse=True)


class _Part:
    """One administration on its way to the overview.

    Args:
        gegevens: what the school itself knows; None when it told nothing.
        school: the administration, when only results name it.
    """

    def __init__(self, gegevens: Schoolgegevens | None, school: School | None = None) -> None:
        self.school = gegevens.school if gegevens else school
        self._lijst = gegevens.leerlingen if gegevens else Leerlingenlijst()
        self._slots = {wie: _Slot(wie) for wie in self._lijst}
        self._strangers: list[_Slot] = []
        self.has_list = len(self._lijst) > 0
        for advies in gegevens.adviezen if gegevens else ():
            self._slot(advies.leerling).adviezen.append(str(advies.advies))

    @property
    def order(self) -> tuple[str, str]:
        """By name; what is not configured comes last."""
        return (self.school.label.casefold(), self.school.routeringskenmerk) if self.school else ("\U0010ffff", "")

    def add(self, item: Resultaat) -> None:
        """Put a result with its pupil."""
        self._slot(item.resultaat.leerling).resultaten.append(item)

    @property
    def left_out(self) -> dict[str, int]:
        """How many pupils of the list take no part as far as can be told, by group."""
        there = {slot.wie for slot in self._taking_part()}
        return dict(Counter(slot.wie.groep for slot in self._everybody() if slot.wie not in there))

    def lines(self, leveranciers: Sequence[Leverancier]) -> tuple[Leerlingregel, ...]:
        """Every pupil that takes part, by group and name."""
        found = [_line(slot, leveranciers) for slot in self._taking_part()]
        return tuple(
            sorted(found, key=lambda line: (not line.groep, line.groep.casefold(), not line.naam, line.naam.casefold()))
        )

    def received(self, leveranciers: Sequence[Leverancier]) -> tuple[Ontvangststand, ...]:
        """What each supplier sent."""
        moments: dict[tuple[str, str], list[dt.datetime]] = {}
        for slot in self._everybody():
            for newest in slot.newest():
                key = (naam_van(newest.sender_oin, leveranciers), _toets(newest.resultaat))
                moments.setdefault(key, []).append(newest.ontvangen_op)
        return tuple(
            Ontvangststand(leverancier=name, toets=toets, aantal=len(found), laatst=max(found))
            for (name, toets), found in sorted(moments.items())
        )

    def _everybody(self) -> list[_Slot]:
        return [*self._slots.values(), *self._strangers]

    def _taking_part(self) -> list[_Slot]:
        """Without the groups in which nobody has an advice or a result."""
        takes_part = taking_part({slot.wie.groep for slot in self._everybody() if slot.adviezen or slot.resultaten})
        return [slot for slot in self._everybody() if takes_part(slot.wie.groep)]

    def _slot(self, leerling: Leerling) -> _Slot:
        wie = self._lijst.find(leerling)
        slot = self._slots[wie] if wie is not None else self._stranger(leerling)
        if self._lijst.conflict(leerling):
            slot.opmerkingen[
                "Het ECK-iD en de LAS-key horen volgens de leerlingenlijst niet bij één leerling: ga na wie dit is."
            ] = None
        return slot

    def _stranger(self, leerling: Leerling) -> _Slot:
        """A pupil that is not in the list of the school: found again by ECK-iD, or by LAS-key when one of the two has none."""
        found = [slot for slot in self._strangers if _same(slot.wie.leerling, leerling)]
        if not found:
            self._strangers.append(_Slot(BekendeLeerling(naam="", eck_id=leerling.eck_id, las_key=leerling.las_key)))
            return self._strangers[-1]
        slot, *rest = sorted(found, key=lambda one: not one.wie.eck_id)  # the ECK-iD leads
        known = slot.wie.leerling
        for other in () if known.las_key else rest:  # known by LAS-key only, and here that turns out to be this pupil's
            slot.adviezen[:0], slot.resultaten[:0] = other.adviezen, other.resultaten
            slot.opmerkingen |= other.opmerkingen
            self._strangers.remove(other)
        slot.wie = BekendeLeerling(naam="", eck_id=known.eck_id or leerling.eck_id, las_key=known.las_key or leerling.las_key)
        return slot


_OVER_DE_SCORE = {
    "toetsscore_onleesbaar": "De leverancier schreef een toetsscore die niet met zekerheid te lezen is. Vraag die score na.",
    "dubbele_toetsscore": "De leverancier stuurde twee verschillende toetsscores; hier staat de eerste. Vraag de score na.",
}


def _same(one: Leerling, other: Leerling) -> bool:
    if one.eck_id and other.eck_id:
        return one.eck_id == other.eck_id
    return bool(one.las_key) and one.las_key == other.las_key


def _line(slot: _Slot, leveranciers: Sequence[Leverancier]) -> Leerlingregel:
    wie = slot.wie
    advies = slot.adviezen[-1] if slot.adviezen else None
    line = Leerlingregel(
        naam=wie.naam,
        groep=wie.groep,
        eck_id=wie.eck_id,
        las_key=wie.las_key,
        advies=advies,
        uitspraak=_NOG_NIET,
        deelname=wie.deelname,
    )
    newest = slot.newest()
    uitslagen = [_with_result(line, item, leveranciers) for item in newest]
    opmerkingen = (
        *slot.opmerkingen,
        *((f"Volgens uw lijst doet deze leerling niet mee ({wie.deelname}).",) if wie.deelname and newest else ()),
        *(("Er zijn verschillende schooladviezen opgegeven; het laatste telt.",) if len(set(slot.adviezen)) > 1 else ()),
        *_about_results(slot, newest, uitslagen),
        *dict.fromkeys(filter(None, (_of_another(item, leveranciers) for item in newest))),
        *(text for code, text in _OVER_DE_SCORE.items() if any(code in item.resultaat.opmerkingen for item in newest)),
    )
    if len(uitslagen) < 2:
        return replace(uitslagen[0] if uitslagen else line, opmerkingen=opmerkingen)
    same = len({item.oordeel for item in uitslagen}) == 1
    return replace(
        uitslagen[0],
        uitspraak=uitslagen[0].uitspraak if same else _VERSCHILLEND,
        opmerkingen=opmerkingen,
        uitslagen=tuple(replace(item, opmerkingen=opmerkingen) for item in uitslagen),
    )


def _with_result(line: Leerlingregel, item: Resultaat, leveranciers: Sequence[Leverancier]) -> Leerlingregel:
    found = item.resultaat
    return replace(
        line,
        leverancier=naam_van(item.sender_oin, leveranciers),
        toets=_toets(found),
        toetsadvies=found.toetsadvies,
        toetsadvies_tekst=found.toetsadvies_tekst,
        toetsscore=found.toetsscore,
        referentieniveaus=found.referentieniveaus,
        uitspraak=vergelijk(line.advies, found.toetsadvies, found.toetsadvies_tekst),
    )


def _about_results(slot: _Slot, newest: Sequence[Resultaat], uitslagen: Sequence[Leerlingregel]) -> Iterator[str]:
    """What to say of several results. Of one sender the newest counts; which of several senders counts is for the school."""
    if len(newest) > 1:
        names = [item.leverancier for item in uitslagen]
        yield (
            f"Er zijn resultaten van {len(names)} afzenders: {opsomming(names)}. Zoek uit welk resultaat "
            "van deze leerling is; gaan ze allebei naar DUO, dan volgt signaal 150 (dubbele doorstroomtoets)."
        )
    if len(slot.resultaten) > len(newest):
        each = "het nieuwste telt" if len(newest) == 1 else "van elke afzender telt het nieuwste"
        yield f"Er zijn {len(slot.resultaten)} resultaten ontvangen; {each}."


def _of_another(item: Resultaat, leveranciers: Sequence[Leverancier]) -> str:
    """What to say of a result about the test of another supplier than its sender; empty when it is not."""
    toets = toets_as_listed(item.resultaat.toetssoort or "")
    others = [one for one in leveranciers if toets_as_listed(one.toetssoort) == toets and one.oin != item.sender_oin]
    if not others:
        return ""
    return f"Het resultaat van {naam_van(item.sender_oin, leveranciers)} noemt de toets van {others[0].naam}."


def _made(item: Resultaat) -> tuple[dt.datetime, dt.datetime]:
    """When a result was made; a moment that lies after its receipt is not believed."""
    made = item.resultaat.datumtijd
    return (min(made, item.ontvangen_op) if made else item.ontvangen_op, item.ontvangen_op)


def _toets(resultaat: Leerlingresultaat) -> str:
    kind = toets_as_listed(resultaat.toetssoort or "")
    return TOETSNAMEN.get(kind) or str(resultaat.toetssoort or "")
