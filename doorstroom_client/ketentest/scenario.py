"""Scenarios by id: which party each is about, what it checks and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.ketentest.steps import Steps

if TYPE_CHECKING:
    from doorstroom_client.ketentest.frame import Frame


class Rol(StrEnum):
    """Which half of which party is tested."""

    VOORAF = "vooraf"
    """What has to be in order before anybody is tested."""
    TOETSSYSTEEM = "toetssysteem"
    """The server of a supplier."""
    TERUGWEG = "terugweg"
    """What a supplier pushes."""
    ONTVANGER = "ontvanger"
    """The server of a LAS."""
    LAS = "las"
    """What a LAS sends and fetches."""


Play = Callable[["Frame"], Steps]


@frozen(kw_only=True)
class Scenario:
    """One scenario.

    Attributes:
        id: ``TS-203``.
        titel: what is tried, in Dutch.
        rol: which half of which party is tested.
        eisen: ids of all requirements that it checks.
        needs: keys of the arrangements in a plan that it cannot do without.
        pupils: labels of the class that it is about.
        applies: whether it applies to a school year (``2026-2027``).
        play: gives its steps.
    """

    id: str
    titel: str
    rol: Rol
    eisen: tuple[str, ...]
    needs: tuple[str, ...] = ()
    pupils: tuple[str, ...] = ()
    applies: Callable[[str], bool]
    play: Play


class Register:
    """All scenarios, in the order in which they are played: by role, and by id within it."""

    def __init__(self) -> None:
        self._by_id: dict[str, Scenario] = {}

    def scenario(
        self,
        id: str,
        titel: str,
        *,
        rol: Rol,
        eisen: Sequence[str],
        needs: Sequence[str] = (),
        pupils: Sequence[str] = (),
        applies: Callable[[str], bool] = lambda _: True,
    ) -> Callable[[Play], Play]:
        """Enter the function below as a scenario.

        Args:
            id: tells it apart.
            titel: what is tried, in Dutch.
            rol: which half of which party is tested.
            eisen: ids of all requirements that it checks.
            needs: keys of the arrangements that it cannot do without.
            pupils: labels of the class that it is about.
            applies: whether it applies to a school year.

        Raises:
            ValueError: another one has this id.
        """

        def enter(play: Play) -> Play:
            if id in self._by_id:
                raise ValueError(f"There are two scenarios {id}.")
            self._by_id[id] = Scenario(
                id=id,
                titel=titel,
                rol=rol,
                eisen=tuple(eisen),
                needs=tuple(needs),
                pupils=tuple(pupils),
                applies=applies,
                play=play,
            )
            return play

        return enter

    def __iter__(self) -> Iterator[Scenario]:
        roles = list(Rol)
        return iter(sorted(self._by_id.values(), key=lambda item: (roles.index(item.rol), item.id)))

    def __getitem__(self, id: str) -> Scenario:
        return self._by_id[id]

    def chosen(self, patterns: Iterable[str], roles: Iterable[Rol]) -> list[Scenario]:
        """Those that are meant, in their own order.

        Args:
            patterns: ids, or globs of ids (``TS-2*``); none at all is everything.
            roles: only of these.

        Raises:
            ConfigurationError: a pattern fits no scenario of these roles.
        """
        wanted, within = list(patterns), set(roles)
        here = [item for item in self if item.rol in within]
        for pattern in wanted:
            if not any(fnmatchcase(item.id, pattern) for item in here):
                raise ConfigurationError(
                    f'no scenario fits "{pattern}"', setting="scenario", hint="All of them: doorstroom ketentest run --list"
                )
        return [item for item in here if not wanted or any(fnmatchcase(item.id, pattern) for pattern in wanted)]
