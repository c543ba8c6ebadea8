"""CSV that Dutch Excel opens with a double click, and in which no cell can become a formula.

Semicolons, a byte order mark and CRLF (RFC 4180). A cell that a spreadsheet would read as a formula gets one apostrophe
in front. To undo it: take one apostrophe off every cell that has apostrophes followed by one of those characters.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\0＝＋－＠]")


def safe_cell(value: object) -> str:
    """A value as a cell that stays text."""
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]], *, safe: bool = True) -> bytes:
    """A whole file.

    Args:
        header: names of the columns.
        rows: the cells of each line.
        safe: keep cells from becoming formulas; False for a file that only this library reads.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    for cells in rows:
        writer.writerow([safe_cell(cell) if safe else cell for cell in cells])
    return file.getvalue().encode("utf-8-sig", "replace")
