"""Plays a scenario: hands each step to the side that does it, once, and holds its checks.

What stands in the journal is not done again. So a scenario that waited a week goes on where it was, and one that is judged
again without traffic gives the same verdict.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import asdict, field
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.hands import Hands, Missing, Waiting
from doorstroom_client.ketentest.journal import VERSIONS, Journal, Line
from doorstroom_client.ketentest.outcomes import UNSPOKEN, Arrived, Looked, Outcome, Reply, read_outcome
from doorstroom_client.ketentest.requirements import Requirements
from doorstroom_client.ketentest.scenario import Scenario
from doorstroom_client.ketentest.steps import Arrange, Await, CannotGoOn, Check, Effect, Look, Pause, Send, Stage, Whose
from doorstroom_client.ketentest.terms import Terms
from doorstroom_client.ketentest.verdicts import Keuring, Oordeel, judged, worst

MOST_STEPS = 500
"""More steps than this no scenario has; one that gives more would never end."""
FOREIGN = "AVG:vreemde-leerling"
"""The requirement that no pupil of others is in a test environment."""


@frozen
class Taken:
    """A step that was taken, for the report.

    Attributes:
        step: which.
        outcome: what came of it.
        moment: when, in UTC.
    """

    step: Effect
    outcome: Outcome
    moment: str


@frozen(kw_only=True)
class Played:
    """What became of a scenario.

    Attributes:
        scenario: which.
        attempt: the number of the attempt; 0 when it was not played at all.
        oordeel: the verdict.
        keuringen: its checks.
        taken: its steps, for evidence.
        why: what is waited for, missing or wrong, in Dutch; empty.
        whose: whose turn it is; None when it is nobody's.
        until: the end of the term, when it waits for one.
        asks: the question to a person that it waits for, by the name of the step.
        alarm: what a known deviation asks for now, in Dutch; empty.
    """

    scenario: Scenario
    attempt: int
    oordeel: Oordeel
    keuringen: tuple[Keuring, ...] = ()
    taken: tuple[Taken, ...] = field(default=(), repr=False)
    why: str = ""
    whose: Whose | None = None
    until: dt.datetime | None = None
    asks: str = ""
    alarm: str = ""


class Player:
    """Plays scenarios of one run.

    Args:
        journal: what was done before.
        requirements: what checks are held against.
        now: the clock, in UTC.
        patience: how long the other side may stay without any answer; after that the scenario fails.
        versions: with which versions of both sides an attempt is begun, by their names in a plan.
        terms: of the plan, as it is now: what waits is told with them.
    """

    def __init__(
        self,
        journal: Journal,
        requirements: Requirements,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        patience: dt.timedelta = dt.timedelta(0),
        versions: Mapping[str, str] | None = None,
        terms: Terms | None = None,
    ) -> None:
        self._versions = versions
        self._terms = terms or Terms()
        self._journal = journal
        self._requirements = requirements
        self._now = now
        self._patience = patience

    def play(self, scenario: Scenario, hands: Hands, *, again: bool = False, effects: bool = True, attempt: int = 0) -> Played:
        """Play a scenario as far as it goes now.

        Args:
            scenario: which.
            hands: what does its steps.
            again: begin a new attempt, whatever came of the last one.
            effects: whether to touch the world; when False it is only judged, by what stands in the journal.
            attempt: which one is judged; the last one when 0, and the only one that can be played on.

        Raises:
            StoreError: the journal cannot be written.
        """
        schooljaar = self._journal.head.schooljaar
        if not scenario.applies(schooljaar):
            return Played(scenario=scenario, attempt=0, oordeel=Oordeel.NVT, why=f"geldt niet in {schooljaar}")
        attempt = attempt or self._journal.attempt_of(scenario.id)
        if not attempt and not effects:
            return Played(scenario=scenario, attempt=0, oordeel=Oordeel.OVERGESLAGEN, why="nog niet gespeeld")
        if effects and (again or not attempt):
            attempt += 1
            self._note(scenario, attempt, 0, "begin", "", {VERSIONS: dict(self._versions)} if self._versions else {})
        playing = _Playing(self, scenario, hands, attempt, effects)
        try:
            return playing.to_the_end()
        finally:
            if effects:
                hands.finish()

    def _note(
        self,
        scenario: Scenario,
        attempt: int,
        number: int,
        name: str,
        mark: str,
        outcome: Mapping[str, Any],
        *,
        final: bool = True,
    ) -> Line:
        moment = self._now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        line = Line(scenario.id, attempt, number, name, mark, moment, outcome, final)
        self._journal.add(line)
        return line


class _Playing:
    """One attempt of one scenario on its way."""

    def __init__(self, player: Player, scenario: Scenario, hands: Hands, attempt: int, effects: bool) -> None:
        self._player = player
        self._scenario = scenario
        self._hands = hands
        self._attempt = attempt
        self._effects = effects
        begun = player._journal.outcome(scenario.id, attempt, 0)
        assert begun is not None
        self._frame = hands.frame(scenario.id, dt.datetime.fromisoformat(begun.moment))
        self._keuringen: list[Keuring] = []
        self._taken: list[Taken] = []
        self._again: list[Effect] = []

    def to_the_end(self) -> Played:
        """Play on until the scenario ends, or cannot go on."""
        steps = self._scenario.play(self._frame)
        outcome: Outcome | None = None
        try:
            for _ in range(MOST_STEPS):
                step = steps.send(outcome)
                outcome = None
                if isinstance(step, Check):
                    self._hold(step)
                    continue
                found = self._take(step)
                if isinstance(found, Played):
                    return found
                outcome = found
            return self._broken(f"meer dan {MOST_STEPS} stappen")
        except StopIteration:
            return self._verdict()
        except CannotGoOn as error:
            return self._stopped(Oordeel.GEZAKT, error.why, error.whose)
        except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError, AssertionError) as error:
            # A fault in a scenario is ours, and never a verdict about somebody else. Values stay out of it.
            last = traceback.extract_tb(error.__traceback__)[-1]
            return self._broken(f"{type(error).__name__} in {last.name}, regel {last.lineno}")
        finally:
            steps.close()

    def _take(self, step: Effect) -> Outcome | Played:
        number = len(self._taken) + 1
        mark = fingerprint(step)
        journal = self._player._journal
        line = journal.outcome(self._scenario.id, self._attempt, number)
        if line is not None and line.fingerprint != mark:
            return self._broken("het scenario is veranderd sinds het gespeeld werd; speel het opnieuw met --again", ours=False)
        if line is None and not self._effects:
            return self._as_left(step, number)
        if line is None:
            found = self._do(step, number, mark)
            if not isinstance(found, Line):
                return found
            line = found
        elif isinstance(step, Arrange | Stage | Pause):
            self._again.append(step)
        outcome = read_outcome(line.outcome)
        self._taken.append(Taken(step, outcome, line.moment))
        if isinstance(outcome, Arrived) and any(item.foreign for item in outcome.arrivals):
            self._hold(Check(eis=FOREIGN, expected=False, got=True, evidence=step.name))
        if isinstance(outcome, Reply) and outcome.fault and isinstance(step, Send) and not step.may_fail:
            return self._stopped(Oordeel.GEZAKT, _no_answer(step, outcome), Whose.HEN)
        if isinstance(outcome, Arrived) and not outcome.complete and isinstance(step, Await) and not step.may_lack:
            return self._stopped(Oordeel.GEZAKT, f"niet alles kwam binnen de termijn: {step.name}", Whose.HEN)
        return outcome

    def _do(self, step: Effect, number: int, mark: str) -> Line | Played:
        """Take a step for the first time, or once more when there was no answer to it."""
        player, key = self._player, (self._scenario.id, self._attempt, number)
        for earlier in self._again:  # the states on which the steps before this one relied
            self._hands.again(earlier, self._frame)
        self._again.clear()
        tries = list(player._journal.tries(*key))
        since = dt.datetime.fromisoformat(tries[0].moment) if tries else player._now()
        seen = [item for taken in self._taken if isinstance(taken.outcome, Arrived) for item in taken.outcome.arrivals]
        found = self._hands.do(step, self._frame, since, seen)
        if isinstance(found, Missing | Waiting):
            left = {"kind": type(found).__name__.lower(), **asdict(found)}
            plain = json.loads(json.dumps(left, default=dt.datetime.isoformat))
            if not tries or tries[-1].outcome != plain:  # a run that comes by every hour says nothing new
                player._note(self._scenario, self._attempt, number, step.name, mark, plain, final=False)
            return self._left(found, step.name)
        waits = bool(_no_answer(step, found)) and player._now() - since < self._patience_with(step, number)
        line = player._note(self._scenario, self._attempt, number, step.name, mark, found.as_data(), final=not waits)
        return self._unanswered(step, found, line, since) if waits else line

    def _patience_with(self, step: Effect, number: int) -> dt.timedelta:
        """How long the other side may stay without an answer to this step; a look that failed before has had its time."""
        before = self._player._journal.outcome(self._scenario.id, self._attempt - 1, number)
        failed = isinstance(step, Look) and before is not None and bool(_no_answer(step, read_outcome(before.outcome)))
        return dt.timedelta(0) if failed else self._player._patience

    def _unanswered(self, step: Effect, found: Outcome, line: Line, since: dt.datetime) -> Played:
        """Stop at a step without an answer; what was sent may have come in all the same, so it is evidence."""
        self._taken.append(Taken(step, found, line.moment))
        whose = Whose(found.whose) if isinstance(found, Looked) and found.whose else Whose.HEN
        return self._stopped(Oordeel.WACHT, _no_answer(step, found), whose, since + self._player._patience)

    def _as_left(self, step: Effect, number: int) -> Played:
        """How a step that has no outcome yet was left, by what stands in the journal."""
        tries = list(self._player._journal.tries(self._scenario.id, self._attempt, number))
        if not tries:
            return self._stopped(Oordeel.WACHT, "het vervolg is nog niet gespeeld", Whose.ONS)
        last = tries[-1]
        kind = last.outcome.get("kind")
        if kind not in ("missing", "waiting"):
            since = dt.datetime.fromisoformat(tries[0].moment)
            return self._unanswered(step, read_outcome(last.outcome), last, since)
        given = {name: value for name, value in last.outcome.items() if name != "kind"}
        if kind == "missing":
            return self._left(Missing(**given), last.name)
        until = self._player._terms.until(self._player._journal, last)
        left = Waiting(**{**given, "until": until, "whose": Whose(given["whose"])})
        return self._left(left, last.name)

    def _left(self, found: Missing | Waiting, name: str) -> Played:
        """Stop at a step that cannot be taken now."""
        if isinstance(found, Missing):
            return self._stopped(Oordeel.OVERGESLAGEN, found.why, Whose.HEN)
        if found.over:
            why = f"geen antwoord binnen de termijn: {found.why}"
            return self._stopped(Oordeel.GEZAKT, why, found.whose, found.until, name)
        oordeel = Oordeel.TE_BEOORDELEN if found.asks else Oordeel.WACHT
        return self._stopped(oordeel, found.why, found.whose, found.until, name if found.asks else "")

    def _hold(self, check: Check) -> None:
        if check.eis not in self._scenario.eisen and check.eis != FOREIGN:
            raise LookupError(check.eis)
        last = self._taken[-1].step.name if self._taken else ""
        requirements, schooljaar = self._player._requirements, self._player._journal.head.schooljaar
        self._keuringen.append(judged(check, requirements, schooljaar, last))

    def _verdict(self) -> Played:
        counted = [item for item in self._keuringen if item.counts]
        oordeel = worst(item.oordeel for item in counted)
        first = next((item for item in counted if item.oordeel is oordeel), None)
        whose = None if first is None or oordeel is Oordeel.GESLAAGD else first.whose
        last = self._taken[-1].outcome if self._taken else None
        why = last.why if isinstance(last, Looked) and oordeel is not Oordeel.GESLAAGD else ""  # what was seen tells more
        return self._played(oordeel, why, whose)

    def _stopped(self, oordeel: Oordeel, why: str, whose: Whose, until: dt.datetime | None = None, asks: str = "") -> Played:
        """It cannot go on now; a check that failed before still counts when that is worse."""
        so_far = worst(item.oordeel for item in self._keuringen if item.counts)
        return self._played(worst([oordeel, so_far]), why, whose, until, asks)

    def _broken(self, why: str, *, ours: bool = True) -> Played:
        return self._played(Oordeel.FOUT if ours else Oordeel.OVERGESLAGEN, why, Whose.ONS)

    def _played(
        self, oordeel: Oordeel, why: str, whose: Whose | None, until: dt.datetime | None = None, asks: str = ""
    ) -> Played:
        return Played(
            scenario=self._scenario,
            attempt=self._attempt,
            oordeel=oordeel,
            keuringen=tuple(self._keuringen),
            taken=tuple(self._taken),
            why=why,
            whose=whose,
            until=until,
            asks=asks,
        )


def _no_answer(step: Effect, found: Outcome) -> str:
    """Why there is no answer to a step that needs one; empty when there is one."""
    if isinstance(step, Send) and isinstance(found, Reply) and found.fault and not step.may_fail:
        return f"geen antwoord op {step.name}: {in_dutch(found.fault)}"
    if isinstance(found, Looked) and found.unanswered:
        return found.why
    return ""


def fingerprint(step: Effect) -> str:
    """What tells whether a step is still the one that was taken."""
    data = {"kind": type(step).__name__, **asdict(step)}
    text = json.dumps(data, sort_keys=True, default=lambda value: value.hex() if isinstance(value, bytes) else str(value))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


_FAULTS: Mapping[str, str] = {
    "dns": "de naam is niet bekend",
    "refused": "er luistert niemand",
    "tls": "geen verbinding met wederzijdse TLS",
    "timeout": "de tijd was om",
    "cut": "de verbinding werd verbroken",
    "wrong-oin": "het certificaat heeft een ander OIN; er is niets verstuurd",
    "unreadable": "wat terugkwam was geen HTTP",
    UNSPOKEN: "niet geprobeerd: deze machine spreekt zo niet meer",
}


def in_dutch(fault: str) -> str:
    """Why there was no answer, as a report says it."""
    return _FAULTS.get(fault, fault)
