"""A name or a reason that somebody typed, as one line that everybody reads in the same way."""

from __future__ import annotations

from unicodedata import category

_UNSEEN = ("Cc", "Cf", "Cs")
"""Signs that do not show, that turn a line round, or that are no text: by the categories of Unicode."""


def in_a_line(text: str) -> str:
    """A text as one line: without line ends, and without signs that do not show or turn the line round.

    Args:
        text: as it was typed.
    """
    if text.isprintable():  # nearly always so, and quickly seen
        return " ".join(text.split())
    return " ".join("".join(sign for sign in text if sign.isspace() or category(sign) not in _UNSEEN).split())
