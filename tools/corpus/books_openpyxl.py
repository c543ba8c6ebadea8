"""Workbooks of the corpus that openpyxl writes: ``python tools/corpus/books_openpyxl.py FOLDER``. Needs openpyxl."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904

HEADER = ["las_key", "achternaam", "voorvoegsel", "roepnaam", "voorletters", "geboortedatum", "groep"]
DAY = dt.date(2014, 5, 1)
MIDNIGHT = dt.datetime.combine(DAY, dt.time())
ROWS: list[list[Any]] = [["k1", "Berg", "van den", "Jan", "J", DAY, "8A"], ["k2", "Dijk", None, "Els", "E", DAY, "8A"]]
ADVICE = [["las_key", "advies"], ["k1", "HAVO"], ["k2", "VWO"]]
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else "tests/corpus/books")


def book(rows: list[list[Any]], formats: dict[str, str] | None = None) -> Workbook:
    """A workbook with these rows on its only sheet, and number formats by cell."""
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for place, code in (formats or {}).items():
        made.active[place].number_format = code
    return made


def saved(name: str, made: Workbook) -> None:
    """Write it."""
    made.save(FOLDER / f"openpyxl-{name}.xlsx")


def pupils(**cells: Any) -> list[list[Any]]:
    """The usual list, with other cells in the row of the first pupil."""
    first = [cells.get(name, value) for name, value in zip(HEADER, ROWS[0], strict=True)]
    return [HEADER, first, ROWS[1]]


def days() -> None:
    """Days and moments."""
    saved("pupils", book(pupils()))
    for name, code in {
        "dutch": "dd-mm-jjjj",
        "long": "[$-413]d mmmm yyyy",
        "slash": "dd/mm/yy;@",
        "iso": 'yyyy"-"mm"-"dd',
    }.items():
        saved(f"days-{name}", book(pupils(), {"F2": code, "F3": code}))
    made = book(pupils())
    made.epoch = CALENDAR_MAC_1904
    saved("days-1904", made)
    saved("days-midnight", book(pupils(geboortedatum=MIDNIGHT)))
    saved("days-moment", book(pupils(geboortedatum=MIDNIGHT - dt.timedelta(hours=2))))
    saved("days-no-format", book(pupils(geboortedatum=41760)))
    saved("days-as-text", book(pupils(geboortedatum="1-5-2014")))
    made = book(pupils())
    made.iso_dates = True
    saved("days-iso-cells", made)
    saved("days-1900-february", book(pupils(geboortedatum=59), {"F2": "dd-mm-yyyy"}))
    saved("days-1900-no-day", book(pupils(geboortedatum=60), {"F2": "dd-mm-yyyy"}))


def keys() -> None:
    """Keys that are numbers, days, errors, formulas and truth values."""
    saved("key-whole", book(pupils(las_key=12.0, groep=8)))
    saved("key-digits", book(pupils(las_key=1234567890123456)))
    saved("key-fifteen", book(pupils(las_key=123456789012345)))
    saved("key-padded", book(pupils(las_key=42), {"A2": "000000"}))
    saved("key-dashed", book(pupils(las_key=12345), {"A2": "00-000"}))
    saved("key-lettered", book(pupils(las_key=12), {"A2": '"K"0'}))
    saved("key-day", book(pupils(las_key=dt.date(2026, 5, 1)), {"A2": "d-mmm"}))
    saved("key-time", book(pupils(las_key=dt.time(8, 1))))
    saved("key-truth", book(pupils(las_key=True)))
    saved("group-percent", book(pupils(groep=0.08), {"G2": "0%"}))
    saved("group-two-decimals", book(pupils(groep=8), {"G2": "0.00"}))
    saved("error", book(pupils(achternaam="#N/A")))
    saved("error-unused", book([[*HEADER, "totaal"], [*ROWS[0], "#DIV/0!"], [*ROWS[1], 1]]))
    saved("formula", book(pupils(achternaam='="Be"&"rg"')))
    saved("formula-unused", book([[*HEADER, "totaal"], [*ROWS[0], "=1+1"], [*ROWS[1], 1]]))


def texts() -> None:
    """Letters that a workbook writes in codes, runs of letters, and spaces."""
    saved("letters", book(pupils(achternaam="Bérg-Łukasz", roepnaam="Zoë")))
    rich = CellRichText("Be", TextBlock(InlineFont(b=True), "rg"))
    saved("rich-text", book(pupils(achternaam=rich)))
    saved("spaces", book(pupils(achternaam="  Berg ")))
    saved("like-a-code", book(pupils(las_key="k_x0031_")))


def sheets() -> None:
    """Which sheet, which rows, which columns."""
    made = book(ADVICE)
    made.create_sheet("Leeg", 0)
    saved("empty-first", made)
    made = book(ADVICE)
    hidden = made.create_sheet("Verborgen", 0)
    hidden.append(["las_key", "advies"])
    hidden.append(["k9", "VWO"])
    hidden.sheet_state = "hidden"
    other = made.create_sheet("Blad Drie")
    other.append(["las_key", "advies"])
    other.append(["k3", "HAVO"])
    made.create_chartsheet("Grafiek", 0)
    saved("sheets", made)
    made = book(ADVICE)
    made.active.row_dimensions[3].hidden = True
    made.active.column_dimensions["A"].hidden = True
    saved("hidden", made)
    made = book(ADVICE)
    made.active.auto_filter.ref = "A1:B3"
    made.active.row_dimensions[2].height = 0
    saved("zero-height", made)


def merged() -> None:
    """Cells that were made one."""
    made = book([["Adviezen groep 8", None], *ADVICE])
    made.active.merge_cells("A1:B1")
    saved("title", made)
    saved("no-header", book([["Adviezen", "groep 8"], *ADVICE]))
    made = book(pupils())
    made.active.merge_cells("G2:G3")
    saved("merged-group", made)
    made = book([["las_key", "advies", None], ["k1", "HAVO", None]])
    made.active.merge_cells("B1:C1")
    saved("merged-header", made)
    made = book([["las_key", "advies", "opmerking"], ["k1", "HAVO", "x"], ["k2", "VWO", None]])
    made.active.merge_cells("C2:C3")
    saved("merged-unused", made)
    made = book([["las_key", "achternaam", "voorvoegsel"], ["k1", "Berg", None]])
    made.active.merge_cells("B2:C2")
    saved("merged-across", made)


def far() -> None:
    """Cells at the edges of a sheet."""
    made = book(ADVICE)
    made.active["XFD1048576"] = "x"
    saved("far-cell", made)
    made = book(ADVICE)
    made.active["XFD1"] = "x"
    saved("far-header", made)
    made = book([])
    for row, cells in enumerate(ADVICE, start=7):
        for column, text in enumerate(cells, start=3):
            made.active.cell(row, column, text)
    saved("elsewhere", made)


if __name__ == "__main__":
    for part in (days, keys, texts, sheets, merged, far):
        part()
