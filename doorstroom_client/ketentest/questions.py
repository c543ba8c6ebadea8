"""Questions to a person of the other side: which wait, and what was answered."""

from __future__ import annotations

import datetime as dt

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.ketentest.evidence import scrubbed
from doorstroom_client.ketentest.journal import Journal, Line
from doorstroom_client.ketentest.outcomes import Said
from doorstroom_client.ketentest.terms import Terms


@frozen
class Question:
    """A question that waits for an answer.

    Attributes:
        number: by which it is answered.
        scenario: id of the scenario that asks it.
        text: the question, in Dutch.
        line: where it was left in the journal.
        until: the end of its term; None when it has none.
    """

    number: int
    scenario: str
    text: str
    line: Line
    until: dt.datetime | None = None


def open_questions(journal: Journal, terms: Terms | None = None) -> list[Question]:
    """The questions that wait, in the order in which they were asked. Each keeps its number when another one is answered.

    Args:
        journal: of the run.
        terms: of the plan, as it is now; without it terms are told as they were noted.
    """
    known = terms or Terms()
    asked: dict[tuple[str, int, int], Line] = {}
    for line in journal.lines:
        if line.outcome.get("kind") == "waiting" and line.outcome.get("asks"):
            asked[line.scenario, line.attempt, line.number] = line  # the last one tells until when
    return [
        Question(number, line.scenario, str(line.outcome["why"]), line, known.until(journal, line))
        for number, (key, line) in enumerate(asked.items(), start=1)
        if journal.outcome(*key) is None and line.attempt == journal.attempt_of(line.scenario)
    ]


def answer_question(
    journal: Journal, number: int, *, yes: bool, by: str, text: str = "", now: dt.datetime | None = None
) -> str:
    """Write down what a person answered.

    Args:
        journal: of the run; its lock is held.
        number: of the question.
        yes: what was answered.
        by: who answered.
        text: what was added; what could be a key or a date of birth is taken out.
        now: the moment; this one when left out.

    Returns:
        The id of the scenario that goes on with it.

    Raises:
        ConfigurationError: no question has that number.
        StoreError: the journal cannot be written.
    """
    found = next((item for item in open_questions(journal) if item.number == number), None)
    if found is None:
        raise ConfigurationError(
            f"no question {number} waits for an answer", setting="number", hint="See which do: doorstroom ketentest ask"
        )
    moment = (now or dt.datetime.now(dt.UTC)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    said = Said(yes=yes, by=scrubbed(by), text=scrubbed(text), moment=moment)
    asked = found.line
    journal.add(
        Line(asked.scenario, asked.attempt, asked.number, asked.name, asked.fingerprint, moment, said.as_data(), final=True)
    )
    return asked.scenario
