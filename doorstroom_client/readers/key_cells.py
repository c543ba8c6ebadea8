"""The identities in the cells of a row: sent as they stand in the LAS, or told when a program made something else of them.

Nothing here raises, and no problem repeats a value.
"""

from __future__ import annotations

import re
import unicodedata

from doorstroom_client.errors import Problem
from doorstroom_client.messages.identifiers import NO_KEY, is_cell_error, is_no_key
from doorstroom_client.messages.name_letters import SHORT_DAY, text_fault
from doorstroom_client.readers.columns import Row
from doorstroom_client.readers.record import CellKind
from doorstroom_client.readers.table import Table
from doorstroom_client.readers.whole_columns import EXCEL_DIGITS, WholeColumns

AS_TEXT = "format the column as text and fill in the keys again, or save the export anew"

_WORDLIKE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
"""Most keys: nothing a spreadsheet makes of a number looks like it."""
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+[eE][+-]?|[eE]\+)[0-9]+")
_ZERO_DECIMALS = re.compile(r"[0-9]+[.,]0+")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:[.,'’ \u00a0\u202f][0-9]{3})+(?:[.,][0-9]{1,2})?")
_DAY = re.compile(
    r"""
    (?: (?:19|20)[0-9]{2} [-/.] [01]?[0-9] [-/.] [0-3]?[0-9] | [0-3]?[0-9] [-/.] [01]?[0-9] [-/.] (?:19|20)[0-9]{2}
    | [01]?[0-9] / [0-3]?[0-9] / (?:19|20)[0-9]{2} ) (?: [T ] [0-9:.,]+ Z? )?
    """,
    re.VERBOSE,
)
_LOOSE_MARK = re.compile(r"['’][0-9]+")
_ECK = re.compile(r"https://ketenid\.nl/[^/\s]+/[0-9A-Fa-f]{128}")
_ECK_START = re.compile(r"https?(?::|%3A)(?:/|%2F){2}ketenid\.nl", re.IGNORECASE)
_CAPITALS = re.compile("[A-F]")


def identity(row: Row, column: str, table: Table, whole: WholeColumns, other: str) -> str | None:
    """An identity of the pupil in a row; None when there is none, or none that can be used, which is noted.

    Args:
        row: the row.
        column: where the identity stands.
        table: gets what is wrong.
        whole: the columns of the table.
        other: the text of the other identity. Next to a key, what a program writes for nothing is an empty cell.
    """
    text = row.text(column)
    if not text:
        return None
    if is_no_key(text):
        if is_cell_error(text) or not other or is_no_key(other):
            table.add(row.problem(column, NO_KEY))
        else:
            whole.read_empty[column] += 1
        return None
    if _WORDLIKE.fullmatch(text) and not SHORT_DAY.fullmatch(text):
        return text
    mark = row.marks.get(column)
    if mark is not None and mark.kind is CellKind.NUMBER and "." in text:
        table.add(row.problem(column, f"is a number with decimals, which no key has; {AS_TEXT}"))
        return text
    if _LOOSE_MARK.fullmatch(text):  # the mark with which a spreadsheet keeps digits as text
        return text[1:]
    fault = (eck_fault(text) if column == "eck_id" else las_fault(text)) or _fault_in_column(text, column, whole)
    if fault:
        table.add(row.problem(column, fault))
    elif doubt := key_doubt(text):
        table.warnings.append(row.problem(column, doubt))
    return text


def key_fault(text: str) -> str:
    """Why a key cannot be the one of the LAS, from itself alone; empty when nothing is against it."""
    if _SCIENTIFIC.fullmatch(text):
        return f"is a number that was cut short, such as 1,2E+11; {AS_TEXT}"
    if SHORT_DAY.fullmatch(text) or _DAY.fullmatch(text):
        return f"is a date, which a spreadsheet makes of a key; {AS_TEXT}"
    if text.startswith(("'", "’", '="')):
        return "begins with a mark that a spreadsheet puts before text; take it off"
    if text.isascii():
        return ""
    if text_fault(text):
        return "holds a sign where a letter was lost; save the export anew as CSV UTF-8"
    if any("\uff01" <= letter <= "\uff5e" or (unicodedata.category(letter) == "Nd" and letter > "9") for letter in text):
        return "holds wide letters or digits of another script; write it as the LAS has it"
    if any(unicodedata.category(letter) == "Cf" for letter in text):
        return "holds a mark that nobody sees, such as a soft hyphen; write it as the LAS has it"
    return ""


def las_fault(text: str) -> str:
    """Why a text cannot be a LAS-key."""
    if _ECK_START.match(text):
        return "is an ECK-iD; put it in the column eck_id, or take it out"
    return key_fault(text)


def eck_fault(text: str) -> str:
    """Why a text cannot be an ECK-iD."""
    if not _ECK_START.match(text):
        return key_fault(text)
    if "%" in text:
        return "is written for an address, with %3A and %2F; save the export anew with the ECK-iD itself"
    if not text.startswith("https://ketenid.nl"):
        return "begins with http:// or has capitals; an ECK-iD begins with https://ketenid.nl/"
    if _ECK.fullmatch(text) and _CAPITALS.search(text):
        return "has capitals; an ECK-iD is written in small letters, so export it as the LAS has it"
    return key_fault(text)


def tell_whole(column: str, table: Table, whole: WholeColumns) -> None:
    """Note what is only seen from all keys of a column: zeros that were taken off, and cells that were read as empty."""
    short = whole.without_zeros(column)
    if short:
        more = f"; so have {len(short) - 1} more lines" if len(short) > 1 else ""
        text = "has fewer digits than the keys with zeros in front; look whether a spreadsheet took zeros off"
        table.warnings.append(short[0].problem(column, text + more))
    if whole.read_empty[column]:
        count = whole.read_empty[column]
        times = "once" if count == 1 else f"{count} times"
        text = f"NULL, n/a or the like was read as an empty cell, {times}; each of these pupils has the other identity"
        table.warnings.append(Problem(f'column "{column}"', text))


def _fault_in_column(text: str, column: str, whole: WholeColumns) -> str:
    if _ZERO_DECIMALS.fullmatch(text) and not whole.has_decimals(column):
        return f"is a number with a decimal zero, which a program makes of a key; {AS_TEXT}"
    if _THOUSANDS.fullmatch(text) and whole.is_grouped(column):
        return f"is a number with marks for thousands; {AS_TEXT}"
    if _is_rounded(text) and whole.lost_digits(column):
        return f"is a number of which the digits after the fifteenth became zeros; {AS_TEXT}"
    return ""


def key_doubt(text: str) -> str:
    """What somebody should look at in a key that has no fault; empty when there is nothing."""
    if _is_rounded(text):
        return "ends in zeros after its fifteenth digit, as a spreadsheet makes them; look whether it is right"
    if _ZERO_DECIMALS.fullmatch(text) or _THOUSANDS.fullmatch(text):
        return "looks like a number with a decimal zero or marks for thousands; look whether it is right"
    return ""


def _is_rounded(text: str) -> bool:
    return len(text) > EXCEL_DIGITS and text.isascii() and text.isdigit() and not text[EXCEL_DIGITS:].strip("0")
