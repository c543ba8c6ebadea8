"""A faulty peer as a value: what it does wrong, and exactly which checks have to fail because of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from fnmatch import fnmatchcase

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.player import FOREIGN
from doorstroom_client.ketentest.role_hands import Driver
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.scenarios import REGISTER
from doorstroom_client.simulator.keten import Keten

Pair = tuple[str, str]
"""A check: id of the scenario, and id of the requirement."""
THIS_YEAR, NEXT_YEAR = "2025-2026", "2026-2027"
"""The year of the published agreement, and the one from which on the decisions of January 2026 hold."""
NEXT_VERSIE = "Doorstroomtoetsketen_v1.2"
"""The version string of next year's agreement is not published; this one is made up."""


@frozen
class Checks:
    """Several checks at once.

    Attributes:
        scenarios: ids or globs, with spaces between them.
        eisen: of which requirements, in the same form.
        but: ids or globs of scenarios that are not meant.
    """

    scenarios: str
    eisen: str = "*"
    but: str = ""

    def pairs(self) -> set[Pair]:
        """The checks that are meant.

        Raises:
            ValueError: a glob in it fits nothing.
        """
        found: set[Pair] = set()
        for glob in self.scenarios.split():
            meant = [item for item in REGISTER if fnmatchcase(item.id, glob) and not _fits(item.id, self.but)]
            pairs = {(item.id, eis) for item in meant for eis in item.eisen if _fits(eis, self.eisen)}
            if self.eisen == FOREIGN:  # which no scenario declares: it is held of everything that comes in
                pairs = {(item.id, FOREIGN) for item in meant}
            if not pairs:
                raise ValueError(f"no check fits {glob} with {self.eisen}")
            found |= pairs
        return found


def _fits(text: str, globs: str) -> bool:
    return any(fnmatchcase(text, glob) for glob in globs.split())


def nothing(_: Keten) -> None:
    """Leave a chain as it is."""


def as_it_is(_: Keten, driver: Driver) -> Driver:
    """Leave a driver as it is."""
    return driver


@frozen(kw_only=True)
class FaultyPeer:
    """One peer of a chain on this machine that does one thing wrong.

    Attributes:
        name: in small letters with dashes.
        wrong: what it does wrong, one sentence in Dutch.
        rol: which half of it is tested.
        fails: the checks that are there to find it, and do.
        also: what does not pass either because of it: it could not be done any more, or can be lived with.
        spoil: makes it of a sound peer, once the chain was started.
        drive: makes it of what drives a sound LAS.
        years: the school years in which it does so.
    """

    name: str
    wrong: str
    rol: Rol
    fails: tuple[Checks, ...]
    also: tuple[Checks, ...] = ()
    spoil: Callable[[Keten], object] = field(default=nothing, repr=False)
    drive: Callable[[Keten, Driver], Driver] = field(default=as_it_is, repr=False)
    years: tuple[str, ...] = (THIS_YEAR,)

    def kills(self) -> set[Pair]:
        """The checks that are there to find it."""
        return {pair for item in self.fails for pair in item.pairs()}

    def declared(self) -> set[Pair]:
        """All checks that do not pass."""
        return self.kills() | {pair for item in self.also for pair in item.pairs()}
