"""The states of a simulated test supplier: periods that are closed, schools and reports it does not know, and their undoing."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import field, replace
from enum import StrEnum
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.simulator.regels import Streng

POSTS = ("registreren", "registreren-schooladviezen")
RAPPORT = "leerlingrapport"
ALLE = "alle"
"""In the place of the OIN of one school, or of the id of one report."""


class Gedrag(StrEnum):
    """What a supplier does with advice for pupils it does not know; suppliers differ."""

    ACCEPTEERT = "accepteert"
    """Keeps the advice of known pupils, skips the others without a word and answers 202."""
    WEIGERT_LIJST = "weigert_lijst"
    """Answers 404 and keeps nothing of a list that has an unknown pupil."""
    WEIGERT_LIJST_422 = "weigert_lijst_422"
    """Answers 422 and keeps nothing of a list that has an unknown pupil."""


@frozen(kw_only=True)
class Toestand:
    """How a supplier answers until it is told otherwise; each set holds names, or the one name `ALLE`.

    Attributes:
        gedrag: towards advice for unknown pupils.
        streng: what is refused that would otherwise only be remarked on.
        gesloten: operations and OINs of schools for which the period is over: 403.
        onbekende_scholen: OINs of schools that are not known, whoever signed them up: 405.
        uitgestelde_rapporten: reports that are not ready, by rapportid or by an onderwijsdeelnemerID of the pupil: 204.
        onbekende_rapporten: reports that are not known any more, in the same way: 404.
    """

    gedrag: Gedrag = Gedrag.ACCEPTEERT
    streng: frozenset[Streng] = frozenset()
    gesloten: frozenset[tuple[str, str]] = frozenset()
    onbekende_scholen: frozenset[str] = frozenset()
    uitgestelde_rapporten: frozenset[str] = field(default=frozenset(), repr=False)
    onbekende_rapporten: frozenset[str] = field(default=frozenset(), repr=False)

    def as_data(self) -> dict[str, Any]:
        """The state as plain values for JSON."""
        closed = {operatie: sorted(oin for which, oin in self.gesloten if which == operatie) for operatie in POSTS}
        sets = {name: sorted(getattr(self, name)) for name in _SETS}
        strict = sorted(item.value for item in self.streng)
        return {"gedrag": self.gedrag.value, "streng": strict, "gesloten": closed, **sets}

    def changed(self, data: Mapping[str, Any]) -> Toestand:
        """This state with what plain values name, in the form of `as_data`; of ``gesloten`` too only what is named.

        Raises:
            ValueError: a name or a value does not exist.
        """
        more: dict[str, Any] = {name: _names(name, found) for name, found in data.items() if name in _SETS}
        if "gedrag" in data:
            more["gedrag"] = Gedrag(data["gedrag"])
        if "streng" in data:
            more["streng"] = frozenset(map(Streng, _names("streng", data["streng"])))
        if "gesloten" in data:
            if not isinstance(data["gesloten"], Mapping) or not data["gesloten"].keys() <= set(POSTS):
                raise ValueError(f"Periods are of {' and '.join(POSTS)}.")
            kept = {pair for pair in self.gesloten if pair[0] not in data["gesloten"]}
            given = {(which, oin) for which, found in data["gesloten"].items() for oin in _names("gesloten", found)}
            more["gesloten"] = frozenset(kept | given)
        unknown = data.keys() - more.keys()
        if unknown:
            raise ValueError(f"A supplier has no state {', '.join(sorted(unknown))}.")
        return replace(self, **more)


_SETS = ("onbekende_scholen", "uitgestelde_rapporten", "onbekende_rapporten")


def _names(state: str, found: object) -> frozenset[str]:
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise ValueError(f"The state {state} is a list of texts.")
    return frozenset(found)


class Standen:
    """What holds until it is taken back; `Toestand` is all of it in one value.

    Attributes:
        toestand: everything that holds now; may be replaced as a whole.
    """

    def __init__(self, begin: Toestand) -> None:
        """Start in a state, to which `reset` comes back."""
        self._begin = begin
        self._toestand_lock = threading.Lock()
        self.toestand: Toestand = begin

    @property
    def gedrag(self) -> Gedrag:
        """What is done with advice for unknown pupils; may be set."""
        return self.toestand.gedrag

    @gedrag.setter
    def gedrag(self, gedrag: Gedrag) -> None:
        with self._toestand_lock:
            self.toestand = replace(self.toestand, gedrag=Gedrag(gedrag))

    @property
    def streng(self) -> frozenset[Streng]:
        """What is refused that would otherwise only be remarked on; may be set."""
        return self.toestand.streng

    @streng.setter
    def streng(self, streng: Collection[Streng]) -> None:
        with self._toestand_lock:
            self.toestand = replace(self.toestand, streng=frozenset(map(Streng, streng)))

    def sluit(self, operatie: str, school_oin: str | None = None) -> None:
        """End the period of an operation: 403 until `heropen`.

        Args:
            operatie: ``registreren`` or ``registreren-schooladviezen``.
            school_oin: for one school; None means for all.

        Raises:
            ValueError: the operation has no period.
        """
        self._check_period(operatie)
        self._add("gesloten", (operatie, school_oin or ALLE))

    def heropen(self, operatie: str, school_oin: str | None = None) -> None:
        """Take `sluit` back.

        Args:
            operatie: the same.
            school_oin: for one school; None means for all, whatever was closed for one included.

        Raises:
            ValueError: the operation has no period, or it is closed for all and cannot be opened for one.
        """
        self._check_period(operatie)
        with self._toestand_lock:
            closed = self.toestand.gesloten
            if school_oin is not None and (operatie, ALLE) in closed:
                raise ValueError("It is closed for all schools, and can be opened for all only.")
            kept = {pair for pair in closed if pair[0] != operatie or school_oin not in (None, pair[1])}
            self.toestand = replace(self.toestand, gesloten=frozenset(kept))

    def vergeet_school(self, school_oin: str | None = None) -> None:
        """No longer know a school, or any school: 405 until `ken_school`."""
        self._add("onbekende_scholen", school_oin or ALLE)

    def stel_rapport_uit(self, welk: str | None = None) -> None:
        """Have a report not ready: 204, with a body (quirk Q3), until `maak_rapport_klaar`.

        Args:
            welk: its rapportid, or an onderwijsdeelnemerID of its pupil; None means all reports.
        """
        self._add("uitgestelde_rapporten", welk or ALLE)

    def maak_rapport_klaar(self, welk: str | None = None) -> None:
        """Take `stel_rapport_uit` back.

        Args:
            welk: the same name; None means for all, whatever was put off by name included.

        Raises:
            ValueError: all were put off, and cannot be made ready one by one.
        """
        self._remove("uitgestelde_rapporten", welk)

    def vergeet_rapport(self, welk: str | None = None) -> None:
        """No longer know a report: 404 until `ken_rapport`.

        Args:
            welk: its rapportid, or an onderwijsdeelnemerID of its pupil; None means all reports.
        """
        self._add("onbekende_rapporten", welk or ALLE)

    def ken_rapport(self, welk: str | None = None) -> None:
        """Take `vergeet_rapport` back.

        Args:
            welk: the same name; None means for all, whatever was forgotten by name included.

        Raises:
            ValueError: all were forgotten, and cannot come back one by one.
        """
        self._remove("onbekende_rapporten", welk)

    def reset(self) -> None:
        """Take everything back: the state in which it began."""
        with self._toestand_lock:
            self.toestand = self._begin

    def _is_closed(self, operatie: str, school_oin: str) -> bool:
        return not self.toestand.gesloten.isdisjoint({(operatie, ALLE), (operatie, school_oin)})

    @staticmethod
    def _holds_for(names: frozenset[str], *which: str) -> bool:
        return not names.isdisjoint({ALLE, *which})

    @staticmethod
    def _check_period(operatie: str) -> None:
        if operatie not in POSTS:
            raise ValueError(f"No period exists for {operatie!r}: it is one of {', '.join(POSTS)}.")

    def _add(self, state: str, item: str | tuple[str, str]) -> None:
        with self._toestand_lock:
            more: dict[str, Any] = {state: getattr(self.toestand, state) | {item}}
            self.toestand = replace(self.toestand, **more)

    def _remove(self, state: str, item: str | None) -> None:
        with self._toestand_lock:
            names: frozenset[str] = getattr(self.toestand, state)
            if item is not None and ALLE in names:
                raise ValueError("It holds for all, and ends for all only.")
            left: dict[str, Any] = {state: frozenset() if item is None else names - {item}}
            self.toestand = replace(self.toestand, **left)
