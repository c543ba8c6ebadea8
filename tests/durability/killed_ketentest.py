"""A process that a test kills: ``python -m durability.killed_ketentest <folder> <scenarios, with commas> [<moment> <number>]``.

Is ``doorstroom ketentest run`` on the plan in the folder. With a moment it kills itself, the n-th time that it is
there: ``answered``, when the other side has a message and the journal does not; ``arranged``, when a state was set there.
"""

from __future__ import annotations

import os
import signal
import sys

from doorstroom_client.cli import main
from doorstroom_client.ketentest.journal import Journal, Line


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


if __name__ == "__main__":
    if len(sys.argv) > 3:
        die(sys.argv[3], int(sys.argv[4]))
    sys.argv = ["doorstroom", "ketentest", "run", sys.argv[1], *sys.argv[2].split(","), "--quiet"]
    main()
