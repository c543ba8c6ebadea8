"""The names in the cells of a row: the right letters, or a problem. Nothing here raises, and no problem repeats a value."""

from __future__ import annotations

import re

from doorstroom_client.messages.identifiers import is_cell_error, is_no_key
from doorstroom_client.messages.name_letters import (
    CAPITAL,
    CONTROL,
    ESCAPE,
    LOOSE,
    LOST,
    NUMBER,
    SHORT_DAY,
    SIGN,
    TWICE,
    is_plain,
    name_doubt,
    name_fault,
    text_fault,
)
from doorstroom_client.readers.cell_dates import NOTHING, parse_date
from doorstroom_client.readers.columns import Row
from doorstroom_client.readers.table import Table
from doorstroom_client.readers.whole_columns import WholeColumns

BROKEN = "held a line break or a tab, which was read as a space; look whether it is one text"
CELL_ERROR = "holds the error of a formula or of a column that is too narrow; fill in what belongs there"
IS_NOTHING = "holds what a program writes for nothing (NULL, n/a and the like); look whether it is a name"
ARE_NOTHING = "holds what a program writes for nothing (NULL, n/a and the like), as other cells do; fill in the name"
NO_GROUP = "is a date, which a spreadsheet makes of 8-3; format the column as text and fill in the group again"

_ANEW = "save the export anew as CSV UTF-8, or correct it"
_NEXT = {
    LOST: "save the file as CSV UTF-8",
    ESCAPE: "write the letter, or export anew",
    NUMBER: "look whether the columns have shifted",
    **dict.fromkeys((TWICE, CAPITAL, SIGN, LOOSE, CONTROL), _ANEW),
}
_PLAIN_GROUP = re.compile(r"(?:[Gg]roep )?[1-8][A-Za-z]?")
"""Most of them."""
_NAMES = ("achternaam", "roepnaam")
SURE_NAMES = frozenset(("Null", "Nil", "Nat", "Nan", "Na", "Blank", "Geen", "Inf"))
"""People are called so, written so; no program writes nothing like this."""
NAMESAKES = 3
"""Children of one family, in one file."""
NO_INITIALS = frozenset(("NULL", "null", "Null", "None", "none", "nan", "NaN", "nil", "nvt", "n.v.t."))
"""What is more likely nothing than initials; N.A. and N.V.T. are initials."""


def naam(row: Row, column: str, table: Table, whole: WholeColumns, *, required: bool = True) -> str:
    """The text in a cell with a name."""
    text = row.text(column)
    if not text:
        if required:
            table.add(row.problem(column, "is empty"))
        return text
    nothing = is_no_key(text)
    if not nothing and is_plain(text):
        return text
    if nothing and ("?" not in text or is_cell_error(text)):
        return _nothing(row, column, text, table, whole, required=required)
    fault = name_fault(text)
    if fault:
        table.add(row.problem(column, with_next(fault)))
    elif doubt := name_doubt(text):
        table.warnings.append(row.problem(column, doubt))
    return text


def voorletters(row: Row, table: Table, whole: WholeColumns) -> str:
    """The initials without dots and spaces."""
    column = "voorletters"
    given = row.text(column)
    fault = "" if given else "is empty"
    if is_cell_error(given):
        fault = CELL_ERROR
    elif given in NO_INITIALS:
        if sum(whole.nothings(column)[word] for word in NO_INITIALS) > 1:
            fault = ARE_NOTHING
        else:
            table.warnings.append(row.problem(column, IS_NOTHING))
    elif (given and not given.isascii()) or "?" in given:
        found = name_fault(given)
        fault = with_next(found) if found else ""
    text = given.replace(".", "").replace(" ", "")
    if not fault and not (text.isalpha() and len(text) <= 6):
        fault = "expected 1 to 6 letters; of more given names the first six"
    if fault:
        table.add(row.problem(column, fault))
    return text


def groep(row: Row, table: Table) -> str:
    """The name of the group, in which digits and signs may stand."""
    text = row.text("groep")
    if _PLAIN_GROUP.fullmatch(text):
        return text
    fault = group_fault(text) if text else "is empty"
    if fault:
        table.add(row.problem("groep", fault))
    elif doubt := group_doubt(text):
        table.warnings.append(row.problem("groep", doubt))
    return text


def group_fault(text: str) -> str:
    """Why a text cannot be the name of a group; empty when nothing is against it."""
    if is_cell_error(text):
        return CELL_ERROR
    if is_no_key(text):
        return NOTHING
    if SHORT_DAY.fullmatch(text) or ("20" in text and parse_date(text)):
        return NO_GROUP
    return with_next(text_fault(text))


def group_doubt(text: str) -> str:
    """What somebody should look at in the name of a group that has no fault; empty when there is nothing."""
    if "?" in text:
        return "holds a question mark; look whether a letter was lost there"
    if text.replace(",", ".").replace(".", "", 1).isdigit() and not text.isdigit():
        return "is a number with decimals; look whether it is the name of the group"
    return ""


def optional(row: Row, column: str, table: Table) -> str:
    """The text of a cell that may be empty; what a program writes for nothing is nothing there."""
    text = row.text(column)
    if not text or not is_no_key(text):
        return text
    if is_cell_error(text):
        table.add(row.problem(column, CELL_ERROR))
    return ""


def with_next(fault: str) -> str:
    """What is wrong with the letters of a cell, and what to do about it."""
    step = _NEXT.get(fault)
    return f"{fault}; {step}" if step else fault


def _nothing(row: Row, column: str, text: str, table: Table, whole: WholeColumns, *, required: bool) -> str:
    if is_cell_error(text):
        table.add(row.problem(column, CELL_ERROR))
        return text
    if not required:
        return ""
    count = whole.nothings(column)
    if text in SURE_NAMES:
        repeated = count[text] > NAMESAKES
    else:
        other = next(row.text(name) for name in _NAMES if name != column)
        repeated = sum(count.values()) - sum(count[name] for name in SURE_NAMES) > 1
        repeated = repeated or (is_no_key(other) and other not in SURE_NAMES)
    if repeated:
        table.add(row.problem(column, ARE_NOTHING))
    else:
        table.warnings.append(row.problem(column, IS_NOTHING))
    return text
