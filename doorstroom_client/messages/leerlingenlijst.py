"""A pupil directory: says whose a result, a receipt or an unknown pupil is. Only for people to look at; never sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from doorstroom_client.errors import Problem
from doorstroom_client.messages.leerlingen import Deelnemer, Leerling, Stamgroep

ANDERE_LEERLING = "the LAS-key is of another pupil than the ECK-iD; the ECK-iD counts"
ANDER_ECK_ID = "the LAS-key is of a pupil with another ECK-iD; the ECK-iD counts, so this pupil is not in the list"
MEER_LEERLINGEN = "more than one pupil in the list has this identity"


class Deelname(StrEnum):
    """Why a pupil takes no part in the test. The school notes it down; it is never sent."""

    VERHINDERD = "verhinderd"
    """Ill or away, and it was not caught up."""
    ONTHEFFING = "ontheffing"
    """The school does not have to have this pupil take the test."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BekendeLeerling:
    """A pupil as the school knows it; its repr shows nothing.

    Attributes:
        naam: as people read it, "Jan van den Berg"; may be empty.
        groep: name of the group, "8A"; empty when it is not known.
        eck_id: the ECK-iD, as opaque text.
        las_key: the key of the LAS.
        plaats: where it stands in the file, ``line 12``; for texts about conflicts.
        deelname: why the pupil takes no part in the test; None for one that does.
    """

    naam: str
    groep: str = ""
    eck_id: str | None = None
    las_key: str | None = None
    plaats: str = ""
    deelname: Deelname | None = None

    @property
    def leerling(self) -> Leerling:
        """The identities."""
        return Leerling(eck_id=self.eck_id, las_key=self.las_key)

    @property
    def label(self) -> str:
        """Name and group as people read them: "Jan van den Berg (8A)"."""
        return f"{self.naam} ({self.groep})" if self.groep else self.naam

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Leerlingenlijst:
    """Finds pupils by ECK-iD first and LAS-key second. Empty when made without pupils; its repr shows only a number.

    An identity that stands at more than one pupil finds nobody: no name is better than the wrong one. An ECK-iD is compared
    as opaque text.

    Args:
        leerlingen: the pupils; one that is given twice in the same words counts once. One without identity cannot be found.
        notes: what a reader noted about the file, for people; without pupils.

    Attributes:
        notes: the same.
        conflicten: every identity that stands at more than one pupil: places and a sentence, never a value.
    """

    def __init__(self, leerlingen: Iterable[BekendeLeerling] = (), *, notes: Iterable[str] = ()) -> None:
        self.notes: tuple[str, ...] = tuple(notes)
        self._all: list[BekendeLeerling] = []
        self._by_eck: dict[str, BekendeLeerling | None] = {}
        self._by_key: dict[str, BekendeLeerling | None] = {}
        conflicten: list[Problem] = []
        seen: dict[tuple[str | None, ...], None] = {}
        for record in leerlingen:
            same = (record.naam, record.groep, record.eck_id, record.las_key, record.deelname)
            if same in seen:
                continue
            seen[same] = None
            self._all.append(record)
            place = record.plaats or f"leerlingen[{len(self._all) - 1}]"
            for index, value, name in ((self._by_eck, record.eck_id, "eck_id"), (self._by_key, record.las_key, "las_key")):
                if value and value in index:
                    index[value] = None
                    conflicten.append(Problem(f"{place}, {name}", "stands at another pupil too; nobody is found by it"))
                elif value:
                    index[value] = record
        self.conflicten: tuple[Problem, ...] = tuple(conflicten)

    @classmethod
    def of_deelnemers(cls, groepen: Iterable[Stamgroep], deelnemers: Iterable[Deelnemer]) -> Self:
        """The pupils of a list of participants.

        Args:
            groepen: the groups, for their names.
            deelnemers: the pupils.
        """
        names = {groep.id: groep.omschrijving for groep in groepen}
        return cls(
            BekendeLeerling(
                naam=volledige_naam(item.roepnaam, item.voorvoegsel, item.achternaam),
                groep=names.get(item.groep, ""),
                eck_id=item.leerling.eck_id,
                las_key=item.leerling.las_key,
            )
            for item in deelnemers
        )

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[BekendeLeerling]:
        return iter(self._all)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(aantal={len(self._all)})"

    def find(self, leerling: Leerling | str | None = None, las_key: str | None = None) -> BekendeLeerling | None:
        """The pupil with these identities; None when there is none, or when it cannot be told which one.

        The ECK-iD leads. A LAS-key counts only when the ECK-iD finds nobody, and the pupil that it finds has not another one.

        Args:
            leerling: the identities, such as those of a result; or an ECK-iD.
            las_key: the LAS-key, next to an ECK-iD or alone.
        """
        return self._look(*_identities(leerling, las_key))[0]

    def conflict(self, leerling: Leerling | str | None = None, las_key: str | None = None) -> str:
        """Why the two identities do not go together, in a sentence without values; empty when they do.

        Args:
            leerling: the identities, or an ECK-iD.
            las_key: the LAS-key, next to an ECK-iD or alone.
        """
        return self._look(*_identities(leerling, las_key))[1]

    def _look(self, eck_id: str | None, las_key: str | None) -> tuple[BekendeLeerling | None, str]:
        by_eck = self._by_eck.get(eck_id) if eck_id else None
        by_key = self._by_key.get(las_key) if las_key else None
        if by_eck is not None:
            other = by_key is not None and by_key is not by_eck
            return by_eck, ANDERE_LEERLING if other else ""
        if by_key is None:
            known = (eck_id and eck_id in self._by_eck) or (las_key and las_key in self._by_key)
            return None, MEER_LEERLINGEN if known else ""
        if eck_id and by_key.eck_id and by_key.eck_id != eck_id:
            return None, ANDER_ECK_ID
        return by_key, ""


def taking_part(groups: Collection[str]) -> Callable[[str], bool]:
    """Tell of a group whether it takes part, as far as can be told: a school's own list may hold all its groups.

    Those in which nobody has anything take no part. A group with an 8 in its name always does: nobody must be missed because a
    whole group was forgotten.

    Args:
        groups: names of those in which somebody has something, such as an advice or a result.
    """
    return lambda groep: not groups or groep in groups or "8" in groep


def by_group(lijst: Iterable[BekendeLeerling]) -> list[BekendeLeerling]:
    """The pupils by group and name; those without a group last."""
    return sorted(lijst, key=lambda item: (not item.groep, item.groep.casefold(), item.naam.casefold()))


def volledige_naam(roepnaam: str | None, voorvoegsel: str | None, achternaam: str | None) -> str:
    """A name as people read it: "Jan van den Berg"."""
    return " ".join(filter(None, ((part or "").strip() for part in (roepnaam, voorvoegsel, achternaam))))


def _identities(leerling: Leerling | str | None, las_key: str | None) -> tuple[str | None, str | None]:
    if isinstance(leerling, Leerling):
        return leerling.eck_id, las_key or leerling.las_key
    return leerling, las_key
