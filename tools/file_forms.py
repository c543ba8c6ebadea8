"""What is understood of a file with pupils, as csv.md says it. Each has examples in tests/docs/test_file_forms.py."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

FORMS: Mapping[str, Mapping[str, str]] = {
    "What kind of file": {
        "A CSV": ("has `;`, `,`, TAB or `|` between its cells; the header says which. A line `sep=;` above it is taken too."),
        "A workbook": (
            "is read with the extra `excel`, whatever its name: `.xlsx`, `.xlsm`, `.xlsb`, `.xls` and "
            "`.ods`. The first sheet that holds something is taken, or the one that `--sheet` names."
        ),
        "What is neither": ("is named: a web page, a packed file, a document, XML. The next step says what to make of it."),
        "Sizes": ("are at most 5 MiB for one school; a CSV of many schools may have any size."),
    },
    "Letters": {
        "Encoding": (
            "is UTF-8, UTF-16, Windows-1252, DOS (code page 850) or Mac Roman, on evidence in the file. Where "
            "nothing decides, the lines are told and nothing is read; a wrong letter in a name is worse. In "
            "Excel: *Opslaan als, CSV UTF-8*."
        ),
        "Letters that were spoiled": (
            "before, such as a question mark in a name, `MÃ¼ller` or `_x00E9_`, are told by line and column."
        ),
        "Spaces": (
            'around a text do not count, those of web pages and what nobody sees neither; nor does `="..."`, with '
            "which Excel marks text. A line break within a name is read as a space, which is told."
        ),
    },
    "Lines": {
        "Names of columns": (
            "may stand in any order, in capitals or not, with spaces, dashes or underscores. Columns with another "
            "name are ignored."
        ),
        "A column with the BSN": (
            "or onderwijsnummer makes that the file is refused as a whole: the chain never carries that number."
        ),
        "A title above the header": ("is skipped, which is told."),
        "What is no pupil": ("is a problem: a line of totals, the header once more."),
        "A line with more cells than the header": (
            "is a problem, because its cells may have shifted; so is a quote that is not closed."
        ),
    },
    "Workbooks": {
        "What is hidden": (
            "in the sheet, rows or columns, is read like the rest, which is told; so is it when another sheet "
            "has data too. A hidden sheet is passed over."
        ),
        "Merged cells": (
            "in a column that is read are a problem, because it is not known whose the value is; in other "
            "columns they do no harm."
        ),
        "A formula": "gives the result that is kept in the file; without one it is a problem.",
        "A number": (
            "is read as it is shown, zeros in front included. A key of more than 15 digits is a problem: a workbook keeps 15."
        ),
        "A day": "is the one that people see, counted from 1900 or 1904. A key that became a day is a problem.",
        "A password": "is a problem; the next step says how to take it off.",
    },
    "Keys": {
        "A key that a spreadsheet changed": (
            "is a problem: `1,2E+11`, a date, a number with a decimal zero. Format the column as text."
        ),
        "Zeros in front": ("that some keys have and others miss are told, because a spreadsheet takes them off."),
        "NULL": (
            "and what else programs write for nothing is an empty cell when the pupil has its other identity, "
            "which is told; without another identity it is a problem."
        ),
    },
    "Other cells": {
        "A name that is NULL": ("as those of several pupils is a problem, and so is the error of a formula, such as `#N/A`."),
        "A date of birth": (
            "may be `2014-05-01`, `1-5-2014`, `1/5/14` or `1 mei 2014`. With a month in front of its day it is a "
            "problem. A day after today, of a child under seven, or before 1990 is told."
        ),
        "A group": ("that became a date, as a spreadsheet makes one of 8-3, is a problem."),
    },
}
"""Heading -> label -> the rest of the sentence."""


def forms_text() -> str:
    """All of it, as Markdown."""
    parts: list[str] = []
    for heading, statements in FORMS.items():
        parts.append(f"## {heading}\n\n")
        for label, text in statements.items():
            lines = textwrap.wrap(f"- **{label}** {text}", 128, subsequent_indent="  ", break_on_hyphens=False)
            parts += [f"{line}\n" for line in lines]
        parts.append("\n")
    return "".join(parts)
