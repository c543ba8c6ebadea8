"""What the cells of a row mean, for each column. No function here raises, and no problem repeats a value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from doorstroom_client.messages.identifiers import is_cell_error, is_no_key
from doorstroom_client.messages.leerlingenlijst import Deelname
from doorstroom_client.readers.advies_spelling import parse_advies
from doorstroom_client.readers.cell_dates import NOTHING
from doorstroom_client.readers.columns import Row
from doorstroom_client.readers.name_cells import CELL_ERROR, optional
from doorstroom_client.readers.table import Table

_WHOLE = re.compile(r"([0-9]+)[.,]0+")
"""A whole number as a column of numbers may show it, with the decimal comma or point."""
_JAARGROEP = re.compile(r"(?:groep )?([78])")

_GESLACHT: Mapping[str, int | None] = {
    **dict.fromkeys(("1", "m", "man", "male"), 1),
    **dict.fromkeys(("2", "v", "vrouw", "female"), 2),
    **dict.fromkeys(("9", "x", "o", "onbekend"), 9),
    "": None,
}


def parse_jaargroep(text: str) -> str | None:
    """``"7"`` or ``"8"``, also from ``groep 8``; an empty cell means 8, and None is neither of the two."""
    found = _JAARGROEP.fullmatch(_WHOLE.sub(r"\1", " ".join(text.lower().split())) or "8")
    return found.group(1) if found else None


def advies(row: Row, codes: Sequence[str], table: Table) -> str:
    """The code of the advice; empty when the cell holds none."""
    text = row.text("advies")
    code = parse_advies(text, codes)
    if not text:
        table.add(row.problem("advies", "is empty"))
    elif code is None:
        rule = f"is not understood as one of the {len(codes)} codes of this agreement, such as VMBO_GL/TL or HAVO_TM_VWO"
        if is_cell_error(text):
            rule = CELL_ERROR
        elif is_no_key(text) and any(letter.isalnum() for letter in text):
            rule = NOTHING
        table.add(row.problem("advies", rule))
    return code or ""


def jaargroep(row: Row, table: Table) -> str:
    """The level of a pupil; empty when the cell holds something else."""
    text = row.text("jaargroep")
    if text in ("7", "8"):
        return text
    level = parse_jaargroep(optional(row, "jaargroep", table))
    if level is None:
        rule = "expected 7 or 8 (8 also for leerjaar 8 and up in special education)"
        table.add(row.problem("jaargroep", rule))
    return level or ""


def geslacht(row: Row, table: Table) -> int | None:
    """The formal sex as 1, 2 or 9; None when the cell is empty or holds something else."""
    key = row.text("geslacht").lower()
    if key not in _GESLACHT:
        key = _WHOLE.sub(r"\1", key)
    if key not in _GESLACHT:
        key = optional(row, "geslacht", table).lower() and key
    if key not in _GESLACHT:
        rule = "expected 1 or m (man), 2 or v (vrouw), 9 or x (not specified), or nothing"
        table.add(row.problem("geslacht", rule))
    return _GESLACHT.get(key)


def deelname(row: Row, table: Table) -> Deelname | None:
    """Why a pupil takes no part in the test; None when the cell is empty or holds something else. It is never sent."""
    word = optional(row, "deelname", table).lower()
    if not word:
        return None
    if word not in set(Deelname):
        table.add(row.problem("deelname", f"expected {' or '.join(Deelname)}, or nothing"))
    return Deelname(word) if word in set(Deelname) else None
