"""How the demo tells its story: numbered steps, the line of Python behind each, and what a school would read."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from doorstroom_client.cli._terminal import clean

_WIDTH = 100


class Story:
    """Tells on one console.

    Args:
        console: where to.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._number = 0
        console.width = min(console.width, _WIDTH)  # longer lines read badly

    def title(self, text: str, under: str) -> None:
        """The opening."""
        self._console.print(Text(text, style="bold"))
        self._indented(Text(under, style="dim"), 0)

    def step(self, title: str, code: str) -> None:
        """Start the next step.

        Args:
            title: what happens, as a sentence.
            code: the call or calls that do it, one a line.
        """
        self._number += 1
        self._console.print()
        self._console.print(Text.assemble((f"{self._number}. ", "bold cyan"), (title, "bold")))
        for line in code.splitlines():
            self._indented(Text(f">>> {line}", style="cyan"))

    def say(self, text: str) -> None:
        """What happened."""
        self._indented(Text(clean(text)))

    def refused(self, text: str) -> None:
        """An error, as a developer sees it."""
        self._indented(Text(clean(text), style="yellow"))

    def dutch(self, text: str) -> None:
        """What a school would read."""
        self._indented(Text("What the school reads:", style="dim"))
        for line in text.splitlines():
            self._indented(Text(clean(line), style="italic"), 6)

    def table(self, table: Table) -> None:
        """The outcome."""
        self._console.print()
        self._console.print(table)

    def close(self, lines: list[tuple[str, str]]) -> None:
        """Where to go next.

        Args:
            lines: what to do, and why.
        """
        self._console.print()
        self._console.print(Text("Next:", style="bold"))
        longest = max(len(command) for command, _ in lines)
        for command, why in lines:
            self._indented(Text.assemble((command.ljust(longest), "cyan"), f"  {why}"))

    def _indented(self, text: Text, by: int = 3) -> None:
        """Print wrapped, without the spaces that fill up a line: output that is kept in a file has no use for them."""
        for line in text.wrap(self._console, self._console.width - by):
            line.rstrip()
            self._console.print(Text(" " * by) + line)
