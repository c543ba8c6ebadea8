"""What is required of each party, where that stands, and how strictly it holds in which school year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen


class Niveau(StrEnum):
    """How strictly a requirement holds."""

    MOET = "moet"
    """A breach fails the scenario."""
    HOORT = "hoort"
    """A breach fails the scenario too; the chain agreed on it as good practice."""
    WEET = "weet"
    """Good to know; it never fails a scenario."""


@frozen(kw_only=True)
class Eis:
    """One requirement.

    Attributes:
        id: short, with its source in front: ``OAS:registreren:202``.
        tekst: what is required, in Dutch.
        bron: where that stands, in Dutch.
        niveau: how strictly it holds.
        since: how strictly it holds from a later school year on, when that changes.
        untested: why no scenario checks it, in Dutch; empty when one does.
    """

    id: str
    tekst: str
    bron: str
    niveau: Niveau = Niveau.MOET
    since: Mapping[str, Niveau] = field(default_factory=dict[str, Niveau])
    untested: str = ""

    def niveau_in(self, schooljaar: str) -> Niveau:
        """How strictly it holds in a school year."""
        begun = [year for year in self.since if year <= schooljaar]
        return self.since[max(begun)] if begun else self.niveau


class Requirements:
    """A table of requirements, by id."""

    def __init__(self, *eisen: Eis) -> None:
        """Fill the table.

        Raises:
            ValueError: an id stands there twice.
        """
        self._by_id = {item.id: item for item in eisen}
        if len(self._by_id) != len(eisen):
            raise ValueError("A requirement has the id of another.")

    def __getitem__(self, eis: str) -> Eis:
        return self._by_id[eis]

    def __contains__(self, eis: object) -> bool:
        return eis in self._by_id

    def __iter__(self) -> Iterator[Eis]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)
