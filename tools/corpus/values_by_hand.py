"""Makes the files of ``tests/corpus/values``: values of cells as programs and people spoil them, one kind in each file.

    python tools/corpus/values_by_hand.py

All are in UTF-8 with semicolons: encodings and lines are the subject of other folders.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

HERE = Path(__file__).resolve().parents[2] / "tests" / "corpus" / "values"
HEADER = "eck_id;las_key;achternaam;voorvoegsel;roepnaam;voorletters;geboortedatum;groep"
ECK = "https://ketenid.nl/201703/" + "0a1b2c3d" * 16
RIGHT = ("", "k1", "Wolkenstein", "", "Jan", "J", "2014-05-01", "8A")
COLUMNS = dict(zip(HEADER.split(";"), range(8), strict=True))


def pupils(*changes: dict[str, str]) -> str:
    """A file with a pupil for each change, with keys k1, k2 and on."""
    lines = [HEADER]
    for number, change in enumerate(changes, start=1):
        cells = list(RIGHT)
        cells[1] = f"k{number}"
        for column, text in change.items():
            cells[COLUMNS[column]] = text
        lines.append(";".join(cells))
    return "\n".join(lines) + "\n"


def column(name: str, *texts: str) -> str:
    """A file in which only one column differs."""
    return pupils(*({name: text} for text in texts))


FILES = {
    "name-nfd": column("achternaam", unicodedata.normalize("NFD", "Désirée-Müller")),
    "name-no-break-space": column(
        "achternaam", "Wolken\u00a0Stein", "\u00a0Wolkenstein\u00a0", "Wolken\u2009Stein", "Wolken\u202fStein"
    ),
    "name-soft-hyphen": column("achternaam", "Wolken\u00adstein", "Wolken\u200bstein", "Wolkenstein\ufeff"),
    "name-ligature": column("achternaam", "Hoﬀman", "Ｂｅｒｇ"),
    "name-joiner": column("roepnaam", "क्\u200dष", "Jan\u200d"),
    "name-null": column("achternaam", "Null"),
    "name-nulls": column("achternaam", "NULL", "NULL"),
    "name-null-alone": column("achternaam", "NULL"),
    "name-nan": column("roepnaam", "nan", "nan"),
    "name-error": column("achternaam", "#N/B"),
    "name-question-mark": column("roepnaam", "Zo?"),
    "name-replacement": column("roepnaam", "Zo\ufffd"),
    "name-dos-line": column("roepnaam", "Zo├½"),
    "name-entity": column("roepnaam", '"Zo&euml;"'),
    "name-url": column("roepnaam", "Zo%C3%AB"),
    "name-json": column("roepnaam", "Zo\\u00eb"),
    "name-quoted-printable": column("roepnaam", "Zo=C3=AB"),
    "name-excel-code": column("roepnaam", "Jan_x000D_"),
    "name-number": column("achternaam", "12345"),
    "name-day": column("roepnaam", "3-mei"),
    "name-loose-accent": column("roepnaam", "Zo¨e"),
    "name-private-use": column("roepnaam", "Zo\ue000"),
    "name-c1": column("roepnaam", "Zo\x81"),
    "name-direction": column("roepnaam", "Zo\u202ee"),
    "name-eastern": column("achternaam", "MĂŠller"),
    "name-mac": column("achternaam", "Doƒüan"),
    "name-quotes": column("achternaam", "Wolken´stein"),
    "name-digit": column("achternaam", "Wolkenstein 2"),
    "name-true": column("achternaam", "WAAR"),
    "prefix-null": column("voorvoegsel", "NULL", "NULL", "van"),
    "initials-dots": column("voorletters", "J.R.", "Ø.", "N.A."),
    "initials-nulls": column("voorletters", "NULL", "NULL"),
    "key-scientific": column("las_key", "1,23457E+11", "1.23457E+11"),
    "key-zero-decimals": column("las_key", "1001.0", "1002.0"),
    "key-decimal-commas": column("las_key", "1001,0", "1002,0"),
    "key-thousands": column("las_key", "1.001", "1.002"),
    "key-day": column("las_key", "8-mrt", "2014-03-08"),
    "key-apostrophe": column("las_key", "'1001", "'0012"),
    "key-full-width": column("las_key", "１００１"),
    "key-zeros-lost": column("las_key", "0001", "0012", "123"),
    "key-rounded": column("las_key", "1234567890123450000", "1234567890123460000"),
    "key-null": column("las_key", "NULL"),
    "key-error": column("las_key", "#REF!"),
    "key-point": column("las_key", "8.1", "8.2"),
    "eck-capitals": column("eck_id", ECK[:26] + ECK[26:].upper()),
    "eck-http": column("eck_id", ECK.replace("https", "http")),
    "eck-url": column("eck_id", ECK.replace(":", "%3A").replace("/", "%2F")),
    "eck-as-key": column("las_key", ECK),
    "eck-null": column("eck_id", "NULL", ""),
    "date-forms": column(
        "geboortedatum", "1-5-2014", "01/05/2014", "01.05.2014", "20140501", "1 mei 2014", "2014-05-01 00:00:00", "1-5-14"
    ),
    "date-month-first": column("geboortedatum", "05/13/2014", "05/01/2014"),
    "date-leap": column("geboortedatum", "29-2-2016"),
    "date-no-leap": column("geboortedatum", "29-2-2015"),
    "date-zone": column("geboortedatum", "2014-04-30T22:00:00Z", "2014-05-01T00:00:00+02:00"),
    "date-serial": column("geboortedatum", "41760"),
    "date-null": column("geboortedatum", "NULL"),
    "date-young": column("geboortedatum", "2025-05-01"),
    "group-day": column("groep", "8-mrt"),
    "group-decimals": column("groep", "8,0"),
}
DIRECTORIES = {
    "directory-spoiled": "las_key;achternaam;groep\nk1;B?rg;8A\n1,23457E+11;Dal;8A\nk3;Öztürk;8B\n",
    "directory-null": "las_key;achternaam;groep\nNULL;Berg;8A\nNULL;Dal;8A\n",
}

if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, text in {**FILES, **DIRECTORIES}.items():
        (HERE / f"{name}.csv").write_bytes(text.encode())
