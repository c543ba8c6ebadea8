"""The letters of a text as a file has it: what is taken off, and what cannot stand there. Nothing here raises."""

from __future__ import annotations

import re

_EXCEL_TEXT = re.compile(r'="(.*)"', re.DOTALL)


def clean(cell: str) -> str:
    """The text of a cell without surrounding spaces and without the ``="..."`` that marks text for Excel."""
    text = cell.strip().strip("\ufeff")
    wrapped = _EXCEL_TEXT.fullmatch(text)
    return wrapped.group(1).replace('""', '"').strip() if wrapped else text
