"""Workbooks of the corpus that LibreOffice writes: ``python tools/corpus/books_libreoffice.py FOLDER``; by openpyxl first."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from openpyxl import Workbook

HEADER = ["las_key", "achternaam", "voorvoegsel", "roepnaam", "voorletters", "geboortedatum", "groep"]
DAY = dt.date(2014, 5, 1)
ROWS: list[list[Any]] = [["k1", "Bérg", "van den", "Jan", "J", DAY, "8A"], ["k2", "Dijk", None, "Els", "E", DAY, "8A"]]
PUPILS = [HEADER, *ROWS]
ADVICE = [["las_key", "advies"], ["k1", "HAVO"], ["k2", "VWO"]]
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else "tests/corpus/books")


def sources() -> dict[str, Workbook]:
    """What LibreOffice opens, works out and saves again."""

    def book(rows: list[list[Any]]) -> Workbook:
        made = Workbook()
        for row in rows:
            made.active.append(row)
        return made

    found = {"pupils": book(PUPILS), "advice": book([["las_key", "advies"], [12, '=UPPER("havo")'], [123456789012345, "VWO"]])}
    found["error"] = book([["las_key", "advies"], ["k1", "=NA()"], ["k2", "=1/0"], ["=A9+B1+nietbekend()", "VWO"]])
    found["digits"] = book([["las_key", "advies"], [1234567890123456, "HAVO"]])
    found["truth"] = book([["las_key", "advies"], [True, "HAVO"]])
    padded = book([["las_key", "advies"], [42, "HAVO"]])
    padded.active["A2"].number_format = "000000"
    found["padded"] = padded
    dashed = book([["las_key", "advies"], [12345, "HAVO"]])
    dashed.active["A2"].number_format = "00-000"
    found["dashed"] = dashed
    hidden = book(ADVICE)
    hidden.active.row_dimensions[3].hidden = True
    hidden.active.column_dimensions["B"].hidden = True
    unseen = hidden.create_sheet("Lijsten", 0)
    unseen.append(["x"])
    unseen.sheet_state = "hidden"
    found["hidden"] = hidden
    merged = book([*ADVICE[:2], ["k2", None]])
    merged.active.merge_cells("B2:B3")
    found["merged"] = merged
    day = book([["las_key", "advies"], [DAY, "HAVO"]])
    day.active["A2"].number_format = "d-mmm"
    found["key-day"] = day
    moment = book([HEADER, [*PUPILS[1][:5], dt.datetime(2014, 4, 30, 22, 0), "8A"]])  # noqa: DTZ001
    found["moment"] = moment
    return found


def main() -> None:
    """Write each as .xlsx, .ods and .xls."""
    office = shutil.which("soffice")
    assert office is not None
    with tempfile.TemporaryDirectory() as folder:
        for name, made in sources().items():
            made.save(Path(folder) / f"libreoffice-{name}.xlsx")
        files = [str(path) for path in sorted(Path(folder).glob("*.xlsx"))]
        profile = (Path(folder) / "profiel").as_uri()
        for kind in ("xlsx", "ods", "xls"):
            command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind]
            subprocess.run([*command, "--outdir", str(FOLDER), *files], check=True, capture_output=True)


if __name__ == "__main__":
    main()
