"""A run: the scenarios of some roles, one after the other, each as far as it goes now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.agreed import Bekend
from doorstroom_client.ketentest.hands import Hands
from doorstroom_client.ketentest.journal import Journal
from doorstroom_client.ketentest.known import with_known
from doorstroom_client.ketentest.player import Played, Player
from doorstroom_client.ketentest.requirements import Requirements
from doorstroom_client.ketentest.scenario import Register, Rol, Scenario
from doorstroom_client.ketentest.steps import Whose
from doorstroom_client.ketentest.terms import Terms
from doorstroom_client.ketentest.verdicts import Oordeel, worst

_NEEDS_PREFLIGHT = (Rol.TOETSSYSTEEM, Rol.TERUGWEG)
_BLOCKING = (Oordeel.GEZAKT, Oordeel.FOUT, Oordeel.WACHT)


@frozen(kw_only=True)
class Choice:
    """Which scenarios to play, and how.

    Attributes:
        patterns: ids, or globs of ids; none is everything.
        roles: of these.
        again: begin a new attempt of each.
        effects: whether to touch the world; when False what was played is only judged again.
    """

    patterns: tuple[str, ...] = ()
    roles: tuple[Rol, ...] = tuple(Rol)
    again: bool = False
    effects: bool = True


class Run:
    """Plays the scenarios of a run.

    Args:
        journal: what was done before.
        register: all scenarios.
        requirements: what checks are held against.
        hands: what does the steps of each role.
        known: deviations that both sides know of.
        patience: how long the other side may stay without any answer.
        versions: with which versions of both sides an attempt is begun, by their names in a plan.
        terms: of the plan, as it is now.
        now: the clock, in UTC.
    """

    def __init__(
        self,
        journal: Journal,
        register: Register,
        requirements: Requirements,
        hands: Mapping[Rol, Hands],
        *,
        known: Sequence[Bekend] = (),
        patience: dt.timedelta = dt.timedelta(0),
        versions: Mapping[str, str] | None = None,
        terms: Terms | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self.journal = journal
        self._register = register
        self._requirements = requirements
        self._hands = hands
        self._known = known
        self._now = now
        self._player = Player(journal, requirements, now=now, patience=patience, versions=versions, terms=terms)

    def chosen(self, choice: Choice) -> list[Scenario]:
        """The scenarios that are meant, of the roles that this run has.

        Raises:
            ConfigurationError: a pattern fits none.
        """
        return self._register.chosen(choice.patterns, [rol for rol in choice.roles if rol in self._hands])

    def play(self, choice: Choice, tell: Callable[[Played], object] = lambda _: None) -> list[Played]:
        """Play what is meant, as far as it goes now.

        Args:
            choice: which, and how.
            tell: is called with each as it ends.

        Raises:
            ConfigurationError: a pattern fits no scenario.
            StoreError: the journal cannot be written.
        """
        played: list[Played] = []
        for scenario in self.chosen(choice):
            blocked = _blocking(played) if scenario.rol in _NEEDS_PREFLIGHT else None
            if blocked is not None and choice.effects:
                found = self._blocked(scenario, blocked)
            else:
                found = self._played(scenario, choice)
            found = with_known(found, self._known, self._now().date())
            played.append(found)
            tell(found)
        return played

    def earlier(self) -> list[Played]:
        """Every attempt before the last one of each scenario, as the journal has it: pupils of it were sent too."""
        return [
            self._player.play(item, self._hands[item.rol], effects=False, attempt=attempt)
            for item in self.chosen(Choice())
            if item.rol is not Rol.VOORAF  # which sends no pupil
            for attempt in range(1, self.journal.attempt_of(item.id))
        ]

    def _played(self, scenario: Scenario, choice: Choice) -> Played:
        # What has to be in order beforehand is looked at anew each time: it says how things are now. What waits for a server
        # that is down goes on waiting, or it would never have waited long enough.
        anew = scenario.rol is Rol.VOORAF and choice.effects and not self.journal.left_open(scenario.id)
        return self._player.play(scenario, self._hands[scenario.rol], again=choice.again or anew, effects=choice.effects)

    def _blocked(self, scenario: Scenario, by: Played) -> Played:
        """A scenario that cannot be played now: as it was left, or not played at all."""
        if self.journal.attempt_of(scenario.id):
            return self._player.play(scenario, self._hands[scenario.rol], effects=False)
        return _not_played(scenario, by)


def _blocking(played: Iterable[Played]) -> Played | None:
    return next((item for item in played if item.scenario.rol is Rol.VOORAF and item.oordeel in _BLOCKING), None)


def _not_played(scenario: Scenario, blocked: Played) -> Played:
    why = f"eerst moet {blocked.scenario.id} in orde zijn: {blocked.scenario.titel}"
    return Played(scenario=scenario, attempt=0, oordeel=Oordeel.OVERGESLAGEN, why=why, whose=blocked.whose)


def verdict_of(played: Iterable[Played], *, strict: bool = False) -> Oordeel:
    """The verdict of a whole run.

    Args:
        played: its scenarios.
        strict: whether what can be lived with counts as failed.
    """
    found = worst(item.oordeel for item in played)
    return Oordeel.GEZAKT if strict and found is Oordeel.AFWIJKEND else found


def turns(played: Iterable[Played]) -> dict[Whose, list[Played]]:
    """What is to be done, by whose turn it is."""
    found: dict[Whose, list[Played]] = {whose: [] for whose in Whose}
    for item in played:
        if item.whose is not None and item.oordeel not in (Oordeel.GESLAAGD, Oordeel.NVT):
            found[item.whose].append(item)
    return found
