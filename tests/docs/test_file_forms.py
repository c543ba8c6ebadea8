"""Every statement of csv.md about what is understood of a file is held to examples: one without any fails."""

from __future__ import annotations

import runpy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from docs_blocks import ROOT
from support import SCHOOL
from support.corpus import entries

from doorstroom_client.readers import check_bestand, read_deelnemers
from doorstroom_client.readers.table_reading import MAX_BYTES

FORMS = runpy.run_path(str(ROOT / "tools/file_forms.py"))["FORMS"]
STATEMENTS = {f"{label} {text}" for statements in FORMS.values() for label, text in statements.items()}
LABELS = [label for statements in FORMS.values() for label in statements]
PUPIL = "las_key;achternaam;roepnaam;voorletters;geboortedatum;groep\n"


@dataclass(frozen=True)
class Example:
    """A file, and what has to be told of it.

    Attributes:
        content: the file.
        problems: a piece of each problem.
        notes: a piece of each note.
        said: a piece of what was understood of the file.
        kind: which list it is; None lets it be seen from the header.
        sheet: the sheet of a workbook.
    """

    content: bytes
    problems: Sequence[str] = ()
    notes: Sequence[str] = ()
    said: str = ""
    kind: Any = None
    sheet: str | None = None


def advice(*lines: str, header: str = "las_key;advies", encoding: str = "utf-8") -> bytes:
    return "\n".join((header, *lines, "")).encode(encoding)


def pupil(naam: str = "Berg", geboren: str = "2014-05-01", groep: str = "8A", key: str = "k1") -> bytes:
    return f"{PUPIL}{key};{naam};Jan;J;{geboren};{groep}\n".encode()


def corpus(*whats: str) -> list[Example]:
    """Files of the corpus, by what they are about; that they are read as they are meant, the corpus tests itself."""
    found = [item for item in entries() if item.what in whats]
    assert {item.what for item in found} == set(whats)
    return [Example(item.path.read_bytes(), item.problems, item.notes, "", item.kind, item.sheet) for item in found]


def refused(*contents: bytes, text: str) -> list[Example]:
    return [Example(content, [text]) for content in contents]


def of_a_kind(suffix: str) -> Example:
    """A workbook of the corpus that is what its name says."""
    for item in entries():
        if item.name.endswith(suffix) and item.outcome == "read" and not item.sheet and item.kind == "adviezen":
            content = item.path.read_bytes()
            if suffix in check_bestand(content).soort:
                return Example(content, notes=item.notes, said=suffix)
    raise AssertionError(suffix)


WITH_LETTERS = ("Müller", "Daniëls", "Zoë", "Coöp")
NAMES = [PUPIL, *(f"k{number};{naam};Jan;J;2014-05-01;8A\n" for number, naam in enumerate(WITH_LETTERS))]
EXAMPLES: dict[str, list[Example]] = {
    "A CSV": [
        *(Example(advice("k1;HAVO").replace(b";", mark.encode()), said=mark) for mark in ";,\t|"),
        Example(b"sep=,\n" + advice("k1;HAVO").replace(b";", b","), said=","),
    ],
    "A workbook": [of_a_kind(suffix) for suffix in (".xlsx", ".xlsb", ".xls", ".ods")],
    "What is hidden": corpus("hidden rows and columns", "a hidden sheet and a chart in front, and another sheet behind"),
    "Merged cells": corpus("advice that was merged over two pupils", "merged cells in a column that is not used"),
    "A formula": corpus("a formula with its result", "a formula that was never worked out"),
    "A number": corpus("a key that is shown with zeros in front", "a key of more than 15 digits as a number"),
    "A day": corpus("days counted from 1904", "a key that became a day"),
    "A password": corpus("a password"),
    "What is neither": [
        *refused(b"<html><body><table></table></body></html>", text="page in HTML"),
        *refused(b"\x1f\x8b\x08\0\0", text="is packed"),
        *refused(b"%PDF-1.7\n", text="PDF"),
        *refused(b"<a/>", text="holds no leerlinggegevens"),
    ],
    "Sizes": refused(b"las_key;advies\n" + b"k1;HAVO\n" * (MAX_BYTES // 8), text="is over 5 MiB"),
    "Encoding": [
        Example("".join(NAMES).encode("utf-8-sig"), said="UTF-8"),
        Example("".join(NAMES).encode("utf-16"), said="UTF-16"),
        Example("".join(NAMES).encode("cp1252"), said="Windows-1252"),
        Example("".join(NAMES).encode("cp850"), notes=["is read as DOS"], said="DOS"),
        Example("".join(NAMES).encode("mac-roman"), notes=["is read as Mac Roman"], said="Mac Roman"),
        Example(advice("k1;HAVO;Zoë", header="las_key;advies;x", encoding="mac-roman"), ["nothing in the file decides"]),
    ],
    "Letters that were spoiled": refused(pupil("M?ller"), text='line 2, column "achternaam"')
    + refused(pupil("B_x00E9_rg"), text='line 2, column "achternaam"')
    + refused(pupil("MÃ¼ller"), text="line 2: holds letters that were made UTF-8 twice"),
    "Spaces": [
        Example(advice(" k1 ;\u00a0HAVO\u200b", '="k2";VWO')),
        Example(pupil('"Van\nDijk"'), notes=["held a line break"]),
    ],
    "Names of columns": [Example(advice("x;HAVO;k1", header="opmerking;SCHOOL_ADVIES;LAS-key"))],
    "A column with the BSN": [
        Example(advice("k1;HAVO;1", header=f"las_key;advies;{name}"), ["never carries this number"])
        for name in ("BSN", "onderwijsnummer", "burger service nummer")
    ],
    "A title above the header": [Example(b"Groep 8\n\n" + advice("k1;HAVO"), notes=["line 1: stands above the header"])],
    "What is no pupil": [
        Example(advice("k1;HAVO", "Totaal;1"), ["line 3: looks like a line of totals"]),
        Example(advice("k1;HAVO", "las_key;advies", "k2;HAVO"), ["line 3: is the header once more"]),
    ],
    "A line with more cells than the header": [
        Example(advice("k1;HAVO;x;y"), ["line 2: has 4 cells and the header 2"]),
        Example(advice('"k1;HAVO'), ["unmatched quotes"]),
    ],
    "A key that a spreadsheet changed": refused(
        advice("1,2E+11;HAVO"), advice("1-5-2014;HAVO"), advice("12.0;HAVO"), text="format the column as text"
    ),
    "Zeros in front": [Example(advice("00123;HAVO", "00124;HAVO", "99;HAVO"), notes=["has fewer digits than the keys"])],
    "NULL": [
        Example(advice("NULL;k1;HAVO", header="eck_id;las_key;advies"), notes=["was read as an empty cell"]),
        Example(advice("NULL;HAVO"), ["what a program writes for nothing"]),
    ],
    "A name that is NULL": [
        Example(PUPIL.encode() + b"".join(b"k%d;NULL;Jan;J;2014-05-01;8A\n" % number for number in range(3)), ["NULL"] * 3),
        *refused(pupil("#N/A"), text="error of a formula"),
    ],
    "A date of birth": [
        *(Example(pupil(geboren=text)) for text in ("2014-05-01", "1-5-2014", "1/5/14", "1 mei 2014")),
        Example(pupil(geboren="05/31/2014"), ["month in front of its day"]),
        Example(pupil(geboren="2999-05-01"), notes=["is after today"]),
        Example(pupil(geboren="2025-05-01"), notes=["a child under"]),
    ],
    "A group": refused(pupil(groep="8-3-2026"), text="is a date, which a spreadsheet makes of 8-3"),
}


def test_every_statement_has_examples() -> None:
    assert len(set(LABELS)) == len(LABELS)
    assert sorted(label for label in LABELS if not EXAMPLES.get(label)) == []
    assert sorted(set(EXAMPLES) - set(LABELS)) == []


def test_the_page_holds_the_statements_and_no_others() -> None:
    page = (ROOT / "docs/reference/csv.md").read_text("utf-8")
    before = page.partition("## Identities")[0].replace("\n  ", " ")
    assert {line.removeprefix("- ").replace("**", "") for line in before.splitlines() if line.startswith("- ")} == STATEMENTS


@pytest.mark.parametrize("label", LABELS)
def test_what_a_statement_says(label: str) -> None:
    for example in EXAMPLES[label]:
        kind = example.kind or ("deelnemers" if PUPIL[:18].encode() in example.content else None)
        found = check_bestand(example.content, kind=kind, sheet=example.sheet, test_identities=True)
        problems = list(map(str, found.lijsten[0].problemen))
        notes = () if example.problems else found.lijsten[0].notes  # of what is not used, the problems are what counts
        for given, told in ((example.problems, problems), (example.notes, notes)):
            assert len(given) == len(told), (label, problems, notes)
            assert all(any(text in item for item in told) for text in given), (label, problems, notes)
        assert example.said in f"{found.soort} {found.encoding} {found.delimiter}", (label, found)


@pytest.mark.parametrize("text", ["2014-05-01", "1-5-2014", "1/5/14", "1 mei 2014"])
def test_a_date_means_that_day(text: str) -> None:
    [found] = read_deelnemers(pupil(geboren=text), SCHOOL).deelnemers
    assert found.geboortedatum.isoformat() == "2014-05-01"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252", "cp850", "mac-roman"])
def test_names_have_the_right_letters(encoding: str) -> None:
    found = read_deelnemers("".join(NAMES).encode(encoding), SCHOOL).deelnemers
    assert [item.achternaam for item in found] == ["Müller", "Daniëls", "Zoë", "Coöp"]
