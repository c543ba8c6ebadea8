"""The side that does what a scenario asks: a real one, over the network, or one that was made for a test."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.frame import Frame
from doorstroom_client.ketentest.outcomes import Arrival, Outcome
from doorstroom_client.ketentest.steps import Effect, Whose


@frozen
class Waiting:
    """There is no outcome yet.

    Attributes:
        why: what is waited for, in Dutch.
        until: the end of its term; None when it may come at any time.
        whose: whose turn it is.
        asks: whether a person has to answer.
        over: whether its term has passed without an answer. One that comes after all still counts.
        term: name of the term in the plan; empty when it is of none.
    """

    why: str
    until: dt.datetime | None = None
    whose: Whose = Whose.HEN
    asks: bool = False
    over: bool = False
    term: str = ""


@frozen
class Missing:
    """The step cannot be taken, because something was not arranged.

    Attributes:
        why: what to ask for, in Dutch.
    """

    why: str


class Hands(Protocol):
    """Does steps. Whatever a peer does, it gives an outcome; only a fault of our own is raised."""

    def frame(self, scenario: str, began: dt.datetime) -> Frame:
        """What a scenario is played with."""
        ...

    def do(self, step: Effect, frame: Frame, since: dt.datetime, seen: Sequence[Arrival]) -> Outcome | Waiting | Missing:
        """Take a step.

        Args:
            step: which.
            frame: what its scenario is played with.
            since: when it was first tried.
            seen: what earlier steps of the attempt waited for and got.
        """
        ...

    def again(self, step: Effect, frame: Frame) -> None:
        """Make sure of a state that was set before, as the scenario goes on after a pause; nothing is sent."""
        ...

    def finish(self) -> None:
        """Take back the states that the scenario set."""
        ...
