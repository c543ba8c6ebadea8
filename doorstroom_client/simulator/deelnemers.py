"""The memory of a simulated test supplier: per school the pupils it was told about."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from doorstroom_client.messages.vocabulary import Identiteitsoort
from doorstroom_client.simulator.berichtcontrole import Aangemeld, Identiteit, Kop
from doorstroom_client.simulator.invented import BedachteLeerling


@dataclass(slots=True)
class Deelnemer:
    """One pupil at one school.

    Attributes:
        school_oin: the school.
        edu_from: routeringskenmerk of the administration that registered the pupil; results go there.
        kop: version and school year of the last Deelnemerslijst.
        identiteiten: all that were ever received, ECK-iD first.
        bericht: the entry as last received.
        advies: wire value; None when the school sent none.
    """

    school_oin: str
    edu_from: str
    kop: Kop
    identiteiten: tuple[Identiteit, ...] = field(repr=False)
    bericht: dict[str, Any] = field(repr=False)
    advies: str | None = field(default=None, repr=False)


class Deelnemers:
    """Adds and changes, never removes: both lists are mutations."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._per_school: dict[str, list[Deelnemer]] = {}
        self._index: dict[tuple[str, Identiteit], Deelnemer] = {}

    def meld_aan(self, school_oin: str, edu_from: str, kop: Kop, lijst: Iterable[Aangemeld]) -> None:
        """Take in the pupils of one Deelnemerslijst."""
        with self._lock:
            for aangemeld in lijst:
                self._meld_aan(school_oin, edu_from, kop, aangemeld)

    def zet_adviezen(self, school_oin: str, lijst: Iterable[Aangemeld], *, alles_of_niets: bool) -> int:
        """Take in the advice of known pupils.

        Args:
            school_oin: the school.
            lijst: the advice.
            alles_of_niets: with an unknown pupil in the list, keep nothing at all.

        Returns:
            How many pupils are unknown.
        """
        with self._lock:
            gevonden = [(self._zoek(school_oin, entry.identiteiten), entry.advies) for entry in lijst]
            onbekend = sum(deelnemer is None for deelnemer, _ in gevonden)
            if onbekend and alles_of_niets:
                return onbekend
            for deelnemer, advies in gevonden:
                if deelnemer is not None:
                    deelnemer.advies = advies
            return onbekend

    def reset(self) -> None:
        """Forget all pupils."""
        with self._lock:
            self._per_school.clear()
            self._index.clear()

    def van(self, school_oin: str | None = None) -> list[Deelnemer]:
        """Return the pupils of one school, or of all, in order of arrival."""
        with self._lock:
            if school_oin is not None:
                return list(self._per_school.get(school_oin, ()))
            return [deelnemer for school in self._per_school.values() for deelnemer in school]

    def _meld_aan(self, school_oin: str, edu_from: str, kop: Kop, aangemeld: Aangemeld) -> None:
        deelnemer = self._zoek(school_oin, aangemeld.identiteiten)
        if deelnemer is None:
            deelnemer = Deelnemer(school_oin, edu_from, kop, aangemeld.identiteiten, aangemeld.bericht)
            self._per_school.setdefault(school_oin, []).append(deelnemer)
        else:
            # A pupil may get an ECK-iD after the first delivery; the LAS-key stays a way to find the pupil.
            samen = {**dict(deelnemer.identiteiten), **dict(aangemeld.identiteiten)}
            deelnemer.identiteiten = tuple(sorted(samen.items()))
            deelnemer.edu_from, deelnemer.kop, deelnemer.bericht = edu_from, kop, aangemeld.bericht
        for identiteit in aangemeld.identiteiten:
            self._index[school_oin, identiteit] = deelnemer

    def _zoek(self, school_oin: str, identiteiten: Iterable[Identiteit]) -> Deelnemer | None:
        """Find by any identity; the ECK-iD, first in order, leads."""
        return next(
            (found for identiteit in identiteiten if (found := self._index.get((school_oin, identiteit)))),
            None,
        )


def aangemeld(leerling: BedachteLeerling) -> Aangemeld:
    """An invented pupil as it would stand in a Deelnemerslijst."""
    namen = ((Identiteitsoort.ECK_ID, leerling.eck_id), (Identiteitsoort.LAS_KEY, leerling.las_key))
    identiteiten = tuple((label.value, waarde) for label, waarde in namen if waarde)
    bericht = {
        "label": "Leerling",
        "deelnemerref": [{"label": label, "onderwijsdeelnemerID": waarde} for label, waarde in identiteiten],
        "achternaam": leerling.achternaam,
        "roepnaam": leerling.roepnaam,
        "groep": leerling.groep,
        "niveau": {"label": "Jaargroep", "niveau": "8"},
        "extensie": {
            "label": "Demografisch",
            "voorletters": leerling.voorletters,
            "geboortedatum": leerling.geboortedatum.isoformat(),
        },
    }
    return Aangemeld(identiteiten, bericht)
