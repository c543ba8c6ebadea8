"""Does the steps of one role, with whatever that role has: a server to send to, arrivals to wait for, a LAS to drive."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol, runtime_checkable

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.hands import Missing, Waiting
from doorstroom_client.ketentest.outcomes import (
    UNSPOKEN,
    Arranged,
    Arrival,
    Arrived,
    Driven,
    Looked,
    Outcome,
    Replies,
    Said,
    Staged,
)
from doorstroom_client.ketentest.player import in_dutch
from doorstroom_client.ketentest.requester import Requester
from doorstroom_client.ketentest.steps import Arrange, Ask, Await, Drive, Effect, Look, Pause, Probe, Send, Series, Stage
from doorstroom_client.messages.values import dutch_day
from doorstroom_client.planning.holidays import after_workdays, workdays_between

_LOOK_EVERY = 0.02
ANSWER = "antwoord"
"""The term within which a person answers."""


class Counterpart(Protocol):
    """The other side, as far as it can be set, told and asked without a person."""

    def arrange(self, name: str, frame: Frame, /) -> Arranged | None:
        """Have a state set, or find it set already; None when that cannot be."""
        ...

    def restore(self) -> None:
        """Take back what was set."""
        ...

    def tell(self, step: Await | Pause, frame: Frame, /) -> bool:
        """Have it do what a step waits for, once for each step of an attempt; False when only a person can."""
        ...

    def see(self, facts: Mapping[str, Any], frame: Frame, /) -> bool | None:
        """Whether it sees something to be so; None when only a person can tell."""
        ...


@runtime_checkable
class Driver(Protocol):
    """Has the LAS under test do something."""

    def drive(self, step: Drive, frame: Frame) -> Driven | None:
        """Do it; None when a person has to."""
        ...


Arrivals = Callable[[dt.datetime], Sequence[Arrival]]
"""Gives what came in from a moment on, in order."""


@frozen(kw_only=True)
class Terms:
    """How long the other side has.

    Attributes:
        seconds: that a run itself waits before it goes on with something else.
        listens: seconds that it listens for what may not come, where a person acts in their own time.
        workdays: how many working days each term of the plan is; one that is not there is over at once.
        pauses: days on which the test lay still: from the first, until the second, on which it went on.
    """

    seconds: float = 0.0
    listens: float = 0.0
    workdays: Mapping[str, int] = field(default_factory=dict[str, int])
    pauses: tuple[tuple[dt.date, dt.date], ...] = ()

    def end(self, name: str, since: dt.datetime) -> dt.datetime:
        """When a term ends."""
        days = self.workdays.get(name, 0)
        end = since if not days else after_workdays(since, days)
        for first, until in self.pauses:
            begins = max(first, dutch_day(since))
            if days and begins < until and dutch_day(end) >= first:
                end = after_workdays(end, workdays_between(begins, until))
        return end


class RoleHands:
    """Does the steps of one role.

    Args:
        frames: makes what a scenario is played with, of its id and the beginning of its attempt.
        counterpart: the other side, as far as it needs no person.
        requester: sends to the server under test; None when the role has none.
        arrivals: what the system under test sent; None when the role has none.
        stage: sets what our own played side answers; None when the role has none.
        driver: drives the LAS under test; None when the role has none.
        looks: looks at what has to be in order, by the name of what is looked at.
        terms: how long the other side has.
        now: the clock, in UTC.
    """

    def __init__(
        self,
        frames: Callable[[str, dt.datetime], Frame],
        counterpart: Counterpart,
        *,
        requester: Requester | None = None,
        arrivals: Arrivals | None = None,
        stage: Callable[[Mapping[str, Any]], None] | None = None,
        driver: Driver | None = None,
        looks: Mapping[str, Callable[[Frame], Looked]] | None = None,
        terms: Terms | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._frames = frames
        self._counterpart = counterpart
        self._requester = requester
        self._arrivals = arrivals
        self._stage = stage
        self._driver = driver
        self._looks = looks or {}
        self._terms = terms or Terms()
        self._now = now

    def frame(self, scenario: str, began: dt.datetime) -> Frame:
        """What a scenario is played with."""
        return self._frames(scenario, began)

    def do(self, step: Effect, frame: Frame, since: dt.datetime, seen: Sequence[Arrival]) -> Outcome | Waiting | Missing:
        """Take a step."""
        if isinstance(step, Send | Series | Probe):
            return self._send(step)
        match step:
            case Await() if self._arrivals is not None:
                return self._await(step, frame, since, seen)
            case Pause():
                return self._pause(step, frame, since)
            case Arrange():
                return self._counterpart.arrange(step.name, frame) or Missing(step.asks)
            case Ask():
                return self._ask(step, frame, since)
            case _:
                return self._at_our_side(step, frame)

    def _send(self, step: Send | Series | Probe) -> Outcome | Missing:
        if self._requester is None:
            return _cannot(step)
        lacking = self._requester.lacking(step)
        if lacking:
            return Missing(lacking)
        if isinstance(step, Send):
            return self._requester.send(step)
        if isinstance(step, Series):
            return Replies(replies=self._requester.series(step))
        shaken = self._requester.probe(step)
        return Missing(in_dutch(UNSPOKEN)) if shaken.fault == UNSPOKEN else shaken

    def _at_our_side(self, step: Effect, frame: Frame) -> Outcome | Waiting | Missing:
        match step:
            case Stage() if self._stage is not None:
                self._stage(step.answers)
                return Staged()
            case Drive() if self._driver is not None:
                return self._driver.drive(step, frame) or Waiting(step.asks, asks=True)
            case Look() if step.name in self._looks:
                return self._looks[step.name](frame)
            case _:
                return _cannot(step)

    def again(self, step: Effect, frame: Frame) -> None:
        """Make sure of a state that was set before."""
        if isinstance(step, Arrange):
            self._counterpart.arrange(step.name, frame)
        elif isinstance(step, Stage) and self._stage is not None:
            self._stage(step.answers)
        elif isinstance(step, Pause):  # what was to change in it, changed what was arranged before
            self._counterpart.tell(step, frame)

    def finish(self) -> None:
        """Take back the states that the scenario set."""
        self._counterpart.restore()
        if self._stage is not None:
            self._stage({})

    def _await(self, step: Await, frame: Frame, since: dt.datetime, seen: Sequence[Arrival]) -> Outcome | Waiting:
        assert self._arrivals is not None
        if step.does:
            self._counterpart.tell(step, frame)
        began = time.monotonic()
        until, listens = began + self._terms.seconds, began + (self._terms.listens if step.listens else 0.0)
        while True:
            found = [item for item in self._arrivals(frame.began) if item.operation == step.operation and item not in seen]
            wanted = [item for item in found if not step.pupils or set(step.pupils) & set(item.pupils)]
            here = {label for item in wanted for label in item.pupils}
            if set(step.pupils) <= here and len(wanted) >= step.count and time.monotonic() >= listens:
                return Arrived(arrivals=tuple(found))
            if time.monotonic() >= max(until, listens):
                break
            time.sleep(_LOOK_EVERY)
        end = self._terms.end(step.within, since)
        if self._now() < end:
            return Waiting(step.asks, until=end)
        return Arrived(arrivals=tuple(found), complete=False)

    def _ask(self, step: Ask, frame: Frame, since: dt.datetime) -> Said | Waiting:
        yes = self._counterpart.see(step.facts, frame)
        if yes is not None:
            return Said(yes=yes, by="simulator", moment=self._moment())
        # Without a term a question waits for as long as it takes: a test without a plan agreed on none.
        end = self._terms.end(ANSWER, since) if self._terms.workdays.get(ANSWER) else None
        return Waiting(step.text, end, asks=True, over=end is not None and self._now() >= end)

    def _pause(self, step: Pause, frame: Frame, since: dt.datetime) -> Outcome | Waiting:
        end = self._terms.end(step.within, since)
        if self._counterpart.tell(step, frame) or self._now() >= end:
            return Staged()
        return Waiting(step.asks, until=end)

    def _moment(self) -> str:
        return self._now().strftime("%Y-%m-%dT%H:%M:%SZ")


_LACKING: Mapping[type[Any], str] = {
    Await: "hiervoor moet er iets bij ons binnenkomen, en deze test ontvangt niets; test met een plan",
    Stage: "hiervoor moet onze eigen kant anders antwoorden, en dat kan deze test niet",
    Drive: "hiervoor moet een LAS iets versturen, en dat kan deze test niet",
    Look: "hiervoor zijn de instellingen van een LAS nodig; test met een plan",
}


def _cannot(step: Effect) -> Missing:
    return Missing(_LACKING.get(type(step), "hiervoor is een server nodig, en deze test heeft er geen"))
