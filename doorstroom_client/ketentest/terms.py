"""How long the other side has for something, with what was postponed since: the one place that says when a term ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.agreed import Plan
from doorstroom_client.ketentest.journal import Journal, Line
from doorstroom_client.messages.values import dutch_day
from doorstroom_client.planning.holidays import after_workdays, workdays_between

ANSWER = "antwoord"
"""The term within which a person answers."""


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

    def until(self, journal: Journal, line: Line) -> dt.datetime | None:
        """Until when what waits has: its term as it is now, or what was noted when it is of no term; None without an end.

        Args:
            journal: of the run.
            line: the last try of a step that waits.
        """
        noted = line.outcome.get("until")
        if not noted:
            return None
        name = str(line.outcome.get("term") or (ANSWER if line.outcome.get("asks") else ""))
        if name not in self.workdays:
            return dt.datetime.fromisoformat(noted)
        first = next(journal.tries(line.scenario, line.attempt, line.number), line)
        return self.end(name, dt.datetime.fromisoformat(first.moment))


def plan_terms(plan: Plan) -> Terms:
    """The terms of a plan.

    Args:
        plan: what was agreed.
    """
    return Terms(workdays=plan.uiterlijk, pauses=plan.pauses)
