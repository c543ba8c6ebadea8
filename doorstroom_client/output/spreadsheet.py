"""CSV that Dutch Excel opens with a double click, and in which no cell can become a formula.

Semicolons, a byte order mark and CRLF (RFC 4180). A spreadsheet may take a cell for a formula when the first character that is
seen, quotation marks aside, is a sign of one; any blank may stand before it, also one without width. Such a cell gets one
apostrophe in front, and so does one that begins with a control character. To undo it: take one apostrophe off every cell of
which the rest would have been given one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_UNSEEN = (
    r"\s\x00-\x20\x7f-\xa0\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a"
    r"\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f\U000e0000-\U000e0fff"
)
"""Blanks of every width, control characters, and marks that show nothing."""
_QUOTES = "'\"`\u00b4\u00ab\u00bb\u2018-\u201f\u2039\u203a\u2032\u2033\uff02\uff07"
_SIGNS = r"=+\-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20\u207a-\u207c\u208a-\u208c\u2a75\u2a76\ufb29"
"""Of a formula: as they are, small, raised, and of full width."""
_FORMULA = re.compile(rf"[{_QUOTES}]*[\x00-\x1f\x7f]|[{_UNSEEN}{_QUOTES}]*[{_SIGNS}]")


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
