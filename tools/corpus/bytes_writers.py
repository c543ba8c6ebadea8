"""CSV files of the corpus as Python, pandas, SQLite and LibreOffice write them, and those that no writer here makes.

    python tools/corpus/bytes_writers.py tests/corpus/bytes

What is not installed is left out, and said.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

HEADER = ["las_key", "achternaam", "roepnaam", "groep"]
PUPILS = [["k1", "Müller", "Zoë", "8A"], ["k2", "Berg", "André", "8B"]]
TURKISH = [["k1", "Şahin", "Yıldız", "8A"], ["k2", "Wałęsa", "Łukasz", "8B"]]
ADVICE = [["las_key", "advies"], ["k1", "HAVO"], ["k2", "VWO"]]


def text(rows: Iterable[Iterable[str]], delimiter: str = ";", end: str = "\r\n") -> str:
    """Rows as the lines of a file."""
    return "".join(delimiter.join(row) + end for row in rows)


DUTCH = text([HEADER, *PUPILS])
BY_HAND: dict[str, bytes] = {
    "excel-windows.csv": DUTCH.encode("cp1252"),
    "excel-utf8.csv": DUTCH.encode("utf-8-sig"),
    "excel-unicode-text.csv": text([HEADER, *TURKISH], "\t").encode("utf-16"),
    "utf16-le-no-mark.csv": text([HEADER, *TURKISH], "\t").encode("utf-16-le"),
    "utf16-be-no-mark.csv": text([HEADER, *TURKISH]).encode("utf-16-be"),
    "excel-mac.csv": text([HEADER, *PUPILS], ";", "\r").encode("mac_roman"),
    "dos-850.csv": DUTCH.encode("cp850") + b"\x1a",
    "dos-only-diaeresis.csv": text([HEADER, ["k1", "Berg", "Daniël", "8A"]]).encode("cp850"),
    "latin-9.csv": text([HEADER, ["k1", "Miškovič".replace("č", "c"), "Zoë", "8A"]]).encode("iso8859_15"),
    "windows-turkish.csv": text([HEADER, ["k1", "Yıldız", "Gül", "8A"]]).encode("cp1254"),
    "windows-only-oe.csv": text([HEADER, ["k1", "Özdemir", "Ali", "8A"]]).encode("cp1252"),
    "windows-only-oe-capitals.csv": text([HEADER, ["k1", "KÖSE", "ALI", "8A"]]).encode("cp1252"),
    "latin-2-some-words.csv": text([HEADER, ["k1", "Gülen", "Ali", "8A"], ["k2", "Güneş", "Ayla", "8A"]]).encode("iso8859_2"),
    "ascii.csv": text([HEADER, ["k1", "Berg", "Jan", "8A"]]).encode(),
    "mixed-utf8-windows.csv": DUTCH.encode() + text([["k3", "Núñez", "José", "8A"]]).encode("cp1252"),
    "mixed-windows-dos.csv": DUTCH.encode("cp1252") + text([["k3", "Bakker", "Renée", "8A"]]).encode("cp850"),
    "concatenated-marks.csv": DUTCH.encode("utf-8-sig") + DUTCH.encode("utf-8-sig"),
    "concatenated-headers.csv": (DUTCH + text([HEADER, ["k3", "Dijk", "Kim", "8A"]])).encode(),
    "twice-utf8.csv": DUTCH.encode().decode("cp1252").encode(),
    "cut-letter.csv": DUTCH.encode() + b"k3;Dijk;Zo\xc3",
    "cut-cell.csv": DUTCH.encode() + b"k3;Dijk;Zo\xc3;8A\r\n",
    "utf-7.csv": DUTCH.encode("utf-7"),
    "utf-32.csv": DUTCH.encode("utf-32"),
    "mainframe.csv": text([HEADER, *PUPILS], ",", "\x85").encode("cp500"),
    "packed.csv": gzip.compress(DUTCH.encode(), mtime=0),
    "pdf.csv": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n",
    "login-page.csv": b"<!DOCTYPE html>\n<html><head><title>Inloggen</title></head><body></body></html>\n",
    "json.csv": json.dumps([dict(zip(HEADER, row, strict=True)) for row in PUPILS], indent=1).encode(),
    "nul.csv": b"las_key;advies\r\nk1;HAVO\r\nk2\0;VWO\r\n",
    "powershell.csv": b'#TYPE Selected.System.Data.DataRow\r\n"las_key","advies"\r\n"k1","HAVO"\r\n',
    "sep-line.csv": b"sep=,\r\nlas_key,advies\r\nk1,HAVO\r\n",
    "surplus-delimiters.csv": b"las_key;advies;;\r\nk1;HAVO;;;\r\nk2;VWO\r\n;;;\r\n",
    "surplus-cell.csv": b"las_key;advies;;\r\nk1;HAVO;;;x\r\n",
    "no-name.csv": b"las_key;;advies\r\nk1;;HAVO\r\nk2;x;VWO\r\n",
    "spaced-quotes.csv": b'"las_key" ; "advies"\n"k1" ; "HAVO"\n"k2" ;"VWO" \n',
    "typographic-quotes.csv": "“las_key”;“advies”\n“k1”;“HAVO”\n".encode(),
    "whole-lines.csv": b'"las_key;advies"\r\n"k1;HAVO"\r\n',
    "mysql-backslash.csv": b'"las_key";"achternaam";"groep"\n"k1";"Berg";"groep \\"8\\""\n',
    "open-quote.csv": b'las_key;achternaam;groep\nk1;"Berg;8A\nk2;Dijk;8B\n',
    "cr-only.csv": b"las_key;advies\rk1;HAVO\rk2;VWO\r",
    "crcrlf.csv": b"las_key;advies\r\r\nk1;HAVO\r\r\nk2;x\r\r\n",
    "line-ends-in-cells.csv": 'las_key;achternaam;groep\nk1;Berg;"8A\u2028rood"\nk2;Dijk;"8B\nblauw"\n'.encode(),
    "title-lines.csv": b"Leerlingen van groep 8\n\nGemaakt op 1 oktober\nlas_key;advies\nk1;HAVO\n",
    "title-cells.csv": b"Instelling;De Beuk\nPeildatum;1-10-2025\nlas_key;advies\nk1;HAVO\n",
    "totals.csv": b"las_key;achternaam;groep\nk1;Berg;8A\nTotaal;1;\n",
    "mixed-delimiters.csv": b"las_key;achternaam;groep\nk1;Berg;8A\nk2,Dijk,8B\n",
    "decimal-commas.csv": b"las_key,cij,advies\nk1,7,5,HAVO\n",
    "empty-lines-first.csv": b"\r\n;;\r\n \r\nlas_key;advies\r\nk1;HAVO\r\n",
    "scholen-windows.csv": "school;naam;plaats\r\n11BB;De Zoë;Oost\r\n22CC;Renée;\r\n".encode("cp1252"),
    "scholen-open-quote.csv": b'school;plaats\r\n11BB;"Oostzaan\r\n22CC;De Beuk\r\n',
    "scholen-mixed.csv": "school;plaats\r\n11BB;Zoë\r\n".encode() + "22CC;Renée\r\n".encode("cp1252"),
}


def python(folder: Path) -> None:
    """What the csv module writes."""
    for name, options in {"python-csv.csv": {}, "python-csv-all.csv": {"quoting": csv.QUOTE_ALL, "delimiter": ";"}}.items():
        stream = io.StringIO(newline="")
        csv.writer(stream, **options).writerows([HEADER, ["k1", 'Berg "jr"', "Zoë", "8A, rood"], *PUPILS[1:]])
        (folder / name).write_bytes(stream.getvalue().encode())


def pandas(folder: Path) -> None:
    """What a data frame writes."""
    import pandas as pd

    frame = pd.DataFrame([*PUPILS, ["k3", "Dijk", None, "8A"]], columns=HEADER)
    frame.to_csv(folder / "pandas.csv")
    frame.to_csv(folder / "pandas-windows.csv", sep=";", index=False, encoding="cp1252", lineterminator="\r\n")


def sqlite(folder: Path) -> None:
    """What the shell of a database writes."""
    with tempfile.TemporaryDirectory() as place:
        base = Path(place) / "las.db"
        with sqlite3.connect(base) as db:
            db.execute("create table leerling (las_key, achternaam, roepnaam, groep)")
            db.executemany("insert into leerling values (?, ?, ?, ?)", [*PUPILS, ["k3", 'Berg "jr"', None, "8A"]])
        done = subprocess.run(["sqlite3", "-header", "-csv", base, "select * from leerling"], capture_output=True, check=True)
        (folder / "sqlite3.csv").write_bytes(done.stdout)


def libreoffice(folder: Path) -> None:
    """What a spreadsheet writes in encodings of old."""
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "bron.csv"
        source.write_text(text([HEADER, ["k1", "Müller", "Zoë", "8A; rood"], ["k2", "Berg", "André", 'de "8"']], ","), "utf-8")
        command = ["soffice", f"-env:UserInstallation={(Path(place) / 'profiel').as_uri()}", "--headless"]
        for name, tokens in {"libreoffice-850.csv": "59,34,4,1,,1043", "libreoffice-mac.csv": "59,34,2,1,,1043"}.items():
            out = Path(place) / name
            to = f"csv:Text - txt - csv (StarCalc):{tokens}"
            subprocess.run(
                [*command, "--infilter=CSV:44,34,76,1", "--convert-to", to, "--outdir", out, source],
                capture_output=True, check=True, timeout=120,
            )  # fmt: skip
            shutil.copy(out / "bron.csv", folder / name)


def main() -> None:
    """Write the files."""
    folder = Path(sys.argv[1])
    for name, content in BY_HAND.items():
        (folder / name).write_bytes(content)
    assert codecs.BOM_UTF8 in BY_HAND["excel-utf8.csv"]
    for make in (python, pandas, sqlite, libreoffice):
        try:
            make(folder)
        except (ImportError, OSError, subprocess.SubprocessError) as error:
            print(f"{make.__name__}: {error}")


if __name__ == "__main__":
    main()
