"""Questions to a person of the other side: which wait, and what was answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.ketentest.evidence import scrubbed
from doorstroom_client.ketentest.journal import Journal, Line
from doorstroom_client.ketentest.outcomes import Said, read_outcome
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
    return [
        Question(number, line.scenario, str(line.outcome["why"]), line, known.until(journal, line))
        for number, line in _asked(journal)
        if journal.outcome(*_step(line)) is None
    ]


def _asked(journal: Journal) -> Iterator[tuple[int, Line]]:
    """All questions of the last attempts with their numbers, answered or not; the last line of each tells until when."""
    asked: dict[tuple[str, int, int], Line] = {}
    for line in journal.lines:
        if line.outcome.get("kind") == "waiting" and line.outcome.get("asks"):
            asked[_step(line)] = line
    for number, line in enumerate(asked.values(), start=1):
        if line.attempt == journal.attempt_of(line.scenario):
            yield number, line


def _step(line: Line) -> tuple[str, int, int]:
    return line.scenario, line.attempt, line.number


def answer_question(
    journal: Journal, number: int, *, yes: bool, by: str, text: str = "", now: dt.datetime | None = None
) -> tuple[str, Said | None]:
    """Write down what a person answered; an answer that was given before stays in the journal, and counts no more.

    Args:
        journal: of the run; its lock is held.
        number: of the question.
        yes: what was answered.
        by: who answered.
        text: what was added; what could be a key or a date of birth is taken out.
        now: the moment; this one when left out.

    Returns:
        The id of the scenario that goes on with it, and the answer that it replaces.

    Raises:
        ConfigurationError: no question has that number.
        StoreError: the journal cannot be written.
    """
    asked = next((line for at, line in _asked(journal) if at == number), None)
    if asked is None:
        raise ConfigurationError(
            f"there is no question {number} to answer", setting="number", hint="See which do: doorstroom ketentest ask"
        )
    moment = (now or dt.datetime.now(dt.UTC)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    said = Said(yes=yes, by=scrubbed(by), text=scrubbed(text), moment=moment)
    given = journal.outcome(*_step(asked))
    before = None if given is None else read_outcome(given.outcome)
    journal.add(
        Line(asked.scenario, asked.attempt, asked.number, asked.name, asked.fingerprint, moment, said.as_data(), final=True)
    )
    return asked.scenario, before if isinstance(before, Said) else None
