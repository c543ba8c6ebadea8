"""Another reader of workbooks, made by others in another language, finds the same cells in every file of the corpus.

It is no judge of everything: of errors, formulas that were never worked out and number formats it tells nothing, so such
cells of ours are left out; and it does not undo every code of a letter.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineError, CalamineWorkbook
from support.corpus import CORPUS, entries

from doorstroom_client.readers.record import CellKind, Record
from doorstroom_client.readers.table import Table
from doorstroom_client.readers.workbook import is_workbook, open_workbook

READ = {entry.name: entry for entry in entries() if entry.name.startswith("books/") and entry.sheet is None}
NO_PROGRAM = "/hand-"
"""What no program wrote."""
UNJUDGED = ("code", "biff2", "iso-cells", "days-dutch", "1900", "far-cell", "1904.xls", "sheetjs-")
"""What this judge does not open or reads otherwise: codes of letters, some days, and of SheetJS cells without their place."""
OFFICE = shutil.which("soffice")


def judged(name: str) -> bool:
    return NO_PROGRAM not in name and not any(word in name for word in UNJUDGED)


def ours(content: bytes) -> tuple[str, list[Record]] | None:
    table = Table("judged")
    file = open_workbook(content, table, None)
    records = list(file.records())
    return None if table.error is not None else (table.form.sheet, records)


def same(text: str, kind: CellKind | None, value: Any) -> bool:
    """Whether a value of the judge is what stands in a cell of ours."""
    if kind is CellKind.DAY:
        return isinstance(value, dt.date) and value.isoformat()[:10] == text
    if kind is CellKind.NUMBER:
        return isinstance(value, int | float) and abs(float(text) - value) < 1e-9
    if kind is CellKind.TRUTH:
        return value is (text == "TRUE")
    return isinstance(value, str) and re.sub(r"\s+", " ", value).strip() == re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize("name", sorted(READ))
def test_the_same_cells(name: str) -> None:
    entry, path = READ[name], CORPUS / name
    content = path.read_bytes()
    if not is_workbook(content) or not judged(name):
        pytest.skip("not for this judge")
    found = ours(content)
    if found is None:
        assert entry.outcome == "problem"
        return
    sheet, records = found
    try:
        book = CalamineWorkbook.from_path(str(path))
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except CalamineError:
        pytest.fail("the judge cannot read what is read here")
    compared = compare(records, rows)
    assert compared or entry.outcome == "problem"


def compare(records: list[Record], rows: list[list[Any]]) -> int:
    """Hold every cell of ours that holds a value against the same one of the judge; gives how many there were."""
    compared = 0
    for record in records:
        for at, text in enumerate(record.cells):
            mark = record.marks.get(at)
            if text and (mark is None or not mark.fault or mark.kind is CellKind.TRUTH):
                value = rows[record.line - 1][at]
                assert same(text, mark.kind if mark else None, value), (record.line, at, type(value))
                compared += 1
    return compared


def test_how_many_are_judged() -> None:
    names = [name for name in READ if judged(name)]
    assert len(names) > 90
    assert {Path(name).suffix for name in names} >= {".xlsx", ".xls", ".ods"}


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_the_same(tmp_path: Path) -> None:
    """Binary workbooks, and those of SheetJS, as LibreOffice opens them and saves them again."""
    left_out = ("flat", "code", "pupils.ods", "truth.ods")  # the last two are refused here, and there become plain numbers
    names = [name for name in READ if "sheetjs-" in name and not any(word in name for word in left_out)]
    names = [name for name in names if name.endswith((".xlsb", ".ods", ".xlsx"))]
    assert sum(name.endswith(".xlsb") for name in names) > 7
    for name in names:
        path = Path(name)
        (tmp_path / f"{path.stem}-{path.suffix[1:]}{path.suffix}").write_bytes((CORPUS / name).read_bytes())
    command = [str(OFFICE), f"-env:UserInstallation={(tmp_path / 'profiel').as_uri()}", "--headless", "--convert-to", "xlsx"]
    files = [str(path) for path in sorted(tmp_path.glob("sheetjs-*"))]
    subprocess.run([*command, "--outdir", str(tmp_path / "uit"), *files], check=True, capture_output=True, timeout=300)
    for path in sorted(tmp_path.glob("sheetjs-*")):
        mine, theirs = ours(path.read_bytes()), ours((tmp_path / "uit" / f"{path.stem}.xlsx").read_bytes())
        assert (mine is None) == (theirs is None)
        if mine is not None and theirs is not None:
            assert [trusted(record) for record in mine[1]] == [trusted(record) for record in theirs[1]], path.name


def trusted(record: Record) -> list[str]:
    """The texts of a row, but for those that nobody may use."""
    return ["#" if at in record.marks and record.marks[at].fault else text for at, text in enumerate(record.cells)]
