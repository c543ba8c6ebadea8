"""A process that a test kills: ``python -m durability.killed_ketentest <folder> <scenarios, with commas> [<moment> <number>]``.

Plays the plan in the folder as ``doorstroom ketentest run`` does. With a moment it kills itself, the n-th time that it is
there: ``answered``, when the other side has a message and the journal does not; ``arranged``, when a state was set there.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from doorstroom_client.ketentest.journal import JOURNAL, Journal, Line
from doorstroom_client.ketentest.partner import opened
from doorstroom_client.ketentest.plan import read_plan
from doorstroom_client.ketentest.run import Choice
from doorstroom_client.output import one_run


def die(moment: str, number: int) -> None:
    """Let this process end at an outcome: before it is on disk, or right after."""
    add, seen = Journal.add, 0

    def adding(journal: Journal, line: Line) -> None:
        nonlocal seen
        answered = moment == "answered"
        here = line.outcome.get("status") == 202 if answered else line.outcome.get("kind") == moment
        seen += here
        if not answered:
            add(journal, line)
        if here and seen == number:
            os.kill(os.getpid(), signal.SIGKILL)
        if answered:
            add(journal, line)

    Journal.add = adding  # type: ignore[method-assign]


def play(folder: Path, patterns: tuple[str, ...]) -> None:
    with one_run.alone(one_run.lock_beside(folder / JOURNAL, "ketentest")), opened(read_plan(folder)) as partner:
        partner.run.play(Choice(patterns=patterns))


if __name__ == "__main__":
    if len(sys.argv) > 3:
        die(sys.argv[3], int(sys.argv[4]))
    play(Path(sys.argv[1]), tuple(sys.argv[2].split(",")))
