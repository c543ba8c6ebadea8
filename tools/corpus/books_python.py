"""Workbooks of the corpus by XlsxWriter, pandas, xlwt and odfpy: ``python tools/corpus/books_python.py FOLDER``."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter
import xlwt
from odf import table, text
from odf.opendocument import OpenDocumentSpreadsheet

HEADER = ["las_key", "achternaam", "voorvoegsel", "roepnaam", "voorletters", "geboortedatum", "groep"]
DAY = dt.date(2014, 5, 1)
ROWS: list[list[Any]] = [["k1", "Berg", "van den", "Jan", "J", DAY, "8A"], ["k2", "Dijk", None, "Els", "E", DAY, "8A"]]
ADVICE = [["las_key", "advies"], ["k1", "HAVO"], ["k2", "VWO"]]
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else "tests/corpus/books")


def with_xlsxwriter() -> None:  # noqa: C901
    """Formulas with and without a result, codes of letters, shared or inline texts, hidden and merged cells."""

    def opened(name: str, **options: Any) -> tuple[Any, Any]:
        made = xlsxwriter.Workbook(FOLDER / f"xlsxwriter-{name}.xlsx", options)
        return made, made.add_worksheet("Leerlingen")

    for name, options in {"pupils": {}, "inline": {"constant_memory": True}, "1904": {"date_1904": True}}.items():
        made, sheet = opened(name, **options)
        day = made.add_format({"num_format": "d-m-yyyy"})
        for number, row in enumerate([HEADER, *ROWS]):
            for at, value in enumerate(row):
                if isinstance(value, dt.date):
                    sheet.write_datetime(number, at, dt.datetime.combine(value, dt.time()), day)
                elif value is not None:
                    sheet.write(number, at, value)
        made.close()

    for name, result in {"formula-zero": 0, "formula-empty": "", "formula-result": "HAVO"}.items():
        made, sheet = opened(name)
        for number, row in enumerate(ADVICE):
            sheet.write_row(number, 0, row)
        sheet.write_formula("B2", '=UPPER("havo")', None, result)
        made.close()

    made, sheet = opened("codes")
    sheet.write_row(0, 0, ["las_key", "achternaam", "groep"])
    sheet.write_row(1, 0, ["k_x0041_1", "Berg", "8A"])
    sheet.write_row(2, 0, ["k2", "Dijk\x0b", "8A"])
    made.close()

    made, sheet = opened("error-and-truth")
    for number, row in enumerate(ADVICE):
        sheet.write_row(number, 0, row)
    sheet.write_formula("A2", "=NA()", None, "#N/A")
    sheet.write_boolean("B3", True)
    made.close()

    made, sheet = opened("hidden")
    for number, row in enumerate([*ADVICE, ["k3", "HAVO"], ["k4", "VWO"]]):
        sheet.write_row(number, 0, row)
    sheet.autofilter("A1:B5")
    sheet.filter_column("B", "x == HAVO")
    for row in (2, 4):
        sheet.set_row(row, options={"hidden": True})
    made.close()

    made, sheet = opened("padded")
    sheet.write_row(0, 0, ADVICE[0])
    sheet.write_number(1, 0, 17, made.add_format({"num_format": "00000"}))
    sheet.write_string(1, 1, "HAVO")
    made.close()


def with_pandas() -> None:
    """Tables of data with gaps, which make decimals of whole numbers and moments of days."""
    frame = pd.DataFrame(ROWS, columns=HEADER)
    frame["geboortedatum"] = pd.to_datetime(frame["geboortedatum"])
    numbers = pd.DataFrame({"las_key": [12.0, 7.0], "advies": ["HAVO", "VWO"], "opmerking": [None, 1.5]})
    for engine, suffix in (("openpyxl", "xlsx"), ("xlsxwriter", "xlsx"), ("odf", "ods")):
        frame.to_excel(FOLDER / f"pandas-{engine}-pupils.{suffix}", index=False, engine=engine)
        numbers.to_excel(FOLDER / f"pandas-{engine}-numbers.{suffix}", index=True, engine=engine)


def with_xlwt() -> None:
    """The old form."""

    def saved(name: str, rows: list[list[Any]], change: Any = None, **options: Any) -> None:
        made = xlwt.Workbook(**options)
        sheet = made.add_sheet("Leerlingen", cell_overwrite_ok=True)
        day = xlwt.easyxf(num_format_str="dd-mm-yyyy")
        for number, row in enumerate(rows):
            for at, value in enumerate(row):
                if value is not None:
                    sheet.write(number, at, value, *([day] if isinstance(value, dt.date) else []))
        if change is not None:
            change(made, sheet)
        made.save(str(FOLDER / f"xlwt-{name}.xls"))

    saved("pupils", [HEADER, *ROWS])
    saved("numbers", [["las_key", "advies"], [12.0, "HAVO"], [123456789012345, "VWO"]])
    saved("digits", [["las_key", "advies"], [12345678901234567, "HAVO"]])
    saved("key-day", [["las_key", "advies"], [DAY, "HAVO"]])
    saved("truth", [["las_key", "advies"], [True, "HAVO"]])
    saved("letters", [["las_key", "achternaam", "groep"], ["k1", "Bérg-Łukasz", "8A"]], encoding="utf-8")

    def dates_1904(made: Any, _: Any) -> None:
        made.dates_1904 = True

    saved("1904", [["las_key", "achternaam", "groep"], ["k1", "Berg", "8A"]], dates_1904)

    def error(_: Any, sheet: Any) -> None:
        sheet.row(1).set_cell_error(0, "#N/A!")

    saved("error", ADVICE, error)
    saved("formula", ADVICE, lambda _, sheet: sheet.write(1, 1, xlwt.Formula('UPPER("havo")')))

    def hidden(_: Any, sheet: Any) -> None:
        sheet.row(2).hidden = True
        sheet.col(0).hidden = True

    saved("hidden", ADVICE, hidden)
    saved("merged", [["las_key", "advies"], ["k1", None], ["k2", None]], lambda _, sheet: sheet.write_merge(1, 2, 1, 1, "HAVO"))
    padded = xlwt.easyxf(num_format_str="000000")
    saved("padded", [["las_key", "advies"], [None, "HAVO"]], lambda _, sheet: sheet.write(1, 0, 42, padded))
    dashed = xlwt.easyxf(num_format_str="00-000")
    saved("dashed", [["las_key", "advies"], [None, "HAVO"]], lambda _, sheet: sheet.write(1, 0, 12345, dashed))


def with_odfpy() -> None:
    """The open form, as scripts write it."""

    def saved(name: str, rows: list[list[Any]]) -> None:
        made = OpenDocumentSpreadsheet()
        sheet = table.Table(name="Leerlingen")
        for row in rows:
            line = table.TableRow()
            for value in row:
                given = value if isinstance(value, dict) else {"valuetype": "string", "shown": value} if value else {}
                attributes = {key: item for key, item in given.items() if key != "shown"}
                cell = table.TableCell(**attributes)
                if given.get("shown"):
                    cell.addElement(text.P(text=given["shown"]))
                line.addElement(cell)
            sheet.addElement(line)
        made.spreadsheet.addElement(sheet)
        made.save(str(FOLDER / f"odfpy-{name}.ods"))

    day = {"valuetype": "date", "datevalue": "2014-05-01", "shown": "01-05-14"}
    saved("pupils", [HEADER, *([day if isinstance(value, dt.date) else value for value in row] for row in ROWS)])
    number = {"valuetype": "float", "value": "42"}
    for name, key in {
        "number": {**number, "shown": "42"},
        "number-alone": number,
        "padded": {**number, "shown": "000042"},
        "lettered": {**number, "shown": "K42"},
        "digits": {"valuetype": "float", "value": "1234567890123456", "shown": "1234567890123456"},
        "formula": {"formula": "of:=NA()"},
        "truth": {"valuetype": "boolean", "booleanvalue": "true", "shown": "WAAR"},
        "repeated": {"valuetype": "string", "shown": "k1", "numberrowsspanned": "1"},
    }.items():
        saved(name, [["las_key", "advies"], [key, "HAVO"]])
    moment = {"valuetype": "date", "datevalue": "2014-04-30T22:00:00", "shown": "30-04-14"}
    saved("moment", [HEADER, [moment if isinstance(value, dt.date) else value for value in ROWS[0]]])
    merged = {"valuetype": "string", "shown": "HAVO", "numberrowsspanned": "2", "numbercolumnsspanned": "1"}
    saved("merged", [["las_key", "advies"], ["k1", merged], ["k2", None]])


if __name__ == "__main__":
    for part in (with_xlsxwriter, with_pandas, with_xlwt, with_odfpy):
        part()
