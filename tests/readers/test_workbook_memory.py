"""A workbook of 20,000 pupils takes little memory, and one that unpacks to much more than it is takes no more."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from doorstroom_client.readers.workbook_parts import MAX_PART

from .small_books import book, inline, packed

ROWS = 20_000
MOST_MB = 150
HEADER = ("las_key", "achternaam", "roepnaam", "voorletters", "geboortedatum", "groep", "opmerking")
PROBE = """
import sys
from pathlib import Path
from doorstroom_client.errors import MessageError
from doorstroom_client.readers import read_leerlingen
try:
    found = str(len(read_leerlingen(Path(sys.argv[1]))))
except MessageError as error:
    found = str(error).replace(" ", "-")
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(found, int(status["VmHWM"].split()[0]) / 1024)  # ru_maxrss would begin with the most of this test process
"""
ODS = "urn:oasis:names:tc:opendocument:xmlns"


def xlsx() -> bytes:
    rows = (inline(f"k{number}", f"Naam {number}", "Jan", "J", "2014-05-01", "8A", f"tekst {number}") for number in range(ROWS))
    return book(inline(*HEADER) + "".join(rows))


def ods() -> bytes:
    def row(*cells: str) -> str:
        texts = "".join(f'<t:table-cell o:value-type="string"><p:p>{cell}</p:p></t:table-cell>' for cell in cells)
        return f"<t:table-row>{texts}</t:table-row>"

    rows = (row(f"k{number}", f"Naam {number}", "Jan", "J", "2014-05-01", "8A", f"tekst {number}") for number in range(ROWS))
    content = (
        f'<o:document-content xmlns:o="{ODS}:office:1.0" xmlns:t="{ODS}:table:1.0" xmlns:p="{ODS}:text:1.0">'
        "<o:body><o:spreadsheet>"
        f'<t:table t:name="x">{row(*HEADER)}{"".join(rows)}</t:table></o:spreadsheet></o:body></o:document-content>'
    )
    return packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})


def read_apart(content: bytes, file: Path) -> tuple[str, float]:
    """What a process of its own makes of it, and the most memory that it took."""
    file.write_bytes(content)
    done = subprocess.run([sys.executable, "-c", PROBE, str(file)], capture_output=True, text=True, check=True)
    found, peak = done.stdout.split()
    sys.stdout.write(f"{file.name}, {len(content)} bytes: {found}, {peak} MB\n")
    return found, float(peak)


pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells the most memory of a process there")


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_large_workbook(kind: str, tmp_path: Path) -> None:
    found, peak = read_apart(xlsx() if kind == "xlsx" else ods(), tmp_path / f"groot.{kind}")
    assert found == str(ROWS)
    assert peak < MOST_MB


def test_a_part_that_unpacks_to_too_much(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with zipfile.ZipFile(io.BytesIO(book(""))) as good:
            for name in good.namelist():
                if "blad" not in name:
                    archive.writestr(name, good.read(name))
        with archive.open("xl/worksheets/blad.xml", "w") as part:
            part.write(b"<worksheet>")
            for _ in range(MAX_PART // 2**20 + 1):
                part.write(b"<!--" + b" " * 2**20 + b"-->")
    found, peak = read_apart(stream.getvalue(), tmp_path / "bom.xlsx")
    assert "too-large" in found
    assert peak < MOST_MB


def test_rows_that_are_far_too_many(tmp_path: Path) -> None:
    rows = inline(*HEADER) + "<row><c><v>1</v></c></row>" * 150_000
    found, peak = read_apart(book(rows), tmp_path / "rijen.xlsx")
    assert "100000-filled-rows" in found
    assert peak < MOST_MB


def test_cells_that_are_far_away(tmp_path: Path) -> None:
    rows = inline("las_key", "achternaam") + "".join(
        f'<row r="{number}"><c r="A{number}"><v>{number}</v></c><c r="B{number}" t="str"><v>Berg</v></c>'
        f'<c r="XFD{number}"><v>1</v></c></row>'
        for number in range(2, 20_000)
    )
    found, peak = read_apart(book(rows), tmp_path / "ver.xlsx")
    assert found == "19998"
    assert peak < MOST_MB
