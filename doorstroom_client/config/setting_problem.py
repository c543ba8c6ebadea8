"""What is wrong with one setting, and where it stands: the line of the file, or the variable that gave it."""

from __future__ import annotations

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import Problem


@frozen
class SettingProblem(Problem):
    """One setting that is not in order.

    Attributes:
        path: the name of the setting, e.g. ``osr.base_url`` or ``scholen[0].naam``.
        text: what is wrong and what was expected; never the value itself.
        source: where it stands: ``line 12`` of the file, or the name of a variable; empty when it stands nowhere.
        line: the number of that line; None when it stands in no file.
        hint: the next step; empty when the text says enough.
    """

    line: int | None = None
    hint: str = ""

    @property
    def place(self) -> str:
        """Where to look: the line and the setting, or the variable."""
        if self.line is None:
            return self.source or self.path
        return f"{self.source}, {self.path}"

    @property
    def sentence(self) -> str:
        """What is wrong, with the next step."""
        return f"{self.text}. {self.hint}" if self.hint else self.text

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"
