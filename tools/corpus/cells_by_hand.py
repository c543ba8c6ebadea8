"""CSV files of the corpus about what stands in their cells: letters, keys, dates, nothings; and their table.

python tools/corpus/cells_by_hand.py tests/corpus
"""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path

COLUMNS = ("las_key", "achternaam", "roepnaam", "voorletters", "geboortedatum", "groep")
GOOD = {
    "las_key": "k9",
    "achternaam": "Berg",
    "roepnaam": "Jan",
    "voorletters": "J",
    "geboortedatum": "2014-05-01",
    "groep": "8A",
}
LOST = "where a letter was lost"
ECK = "https://ketenid.nl/pilot/" + "0" * 127


# Name -> what, the cells of each line that differ from GOOD, and what is right: what is read, or the problems; then the notes.
READ: dict[str, tuple[str, list[dict[str, str]], list[dict[str, str]], list[str]]] = {
    "nfd": (
        "letters apart from their accents",
        [{"achternaam": unicodedata.normalize("NFD", "Brontë"), "roepnaam": unicodedata.normalize("NFD", "Çağla")}],
        [{"achternaam": "Brontë", "roepnaam": "Çağla"}],
        [],
    ),
    "no-break-spaces": (
        "spaces of web pages and of typesetters",
        [{"achternaam": "van\u00a0der\u2009Berg", "roepnaam": "Anne\u202fSophie", "groep": "groep\u30008"}],
        [{"achternaam": "van der Berg", "roepnaam": "Anne Sophie"}],
        [],
    ),
    "soft-hyphens": (
        "what nobody sees within a name",
        [{"achternaam": "Zonne\u00adveld", "roepnaam": "\u200bEls\ufeff"}],
        [{"achternaam": "Zonneveld", "roepnaam": "Els"}],
        [],
    ),
    "names-of-everywhere": (
        "names that look odd and are right",
        [
            {"las_key": "k1", "achternaam": "McÉvoy", "roepnaam": "D’Angelo"},
            {"las_key": "k2", "achternaam": "'t Hart", "roepnaam": "IJsbrand"},
            {"las_key": "k3", "achternaam": "Nguyễn", "roepnaam": "Łukasz"},
            {"las_key": "k4", "achternaam": "Yıldız", "roepnaam": "İpek"},
            {"las_key": "k5", "achternaam": "Βασιλείου", "roepnaam": "محمد"},
            {"las_key": "k6", "achternaam": "Müller-Lüdenscheidt", "roepnaam": "Zoë"},
        ],
        [
            {"achternaam": "McÉvoy", "roepnaam": "D’Angelo"},
            {"achternaam": "'t Hart", "roepnaam": "IJsbrand"},
            {"achternaam": "Nguyễn", "roepnaam": "Łukasz"},
            {"achternaam": "Yıldız", "roepnaam": "İpek"},
            {"achternaam": "Βασιλείου", "roepnaam": "محمد"},
            {"achternaam": "Müller-Lüdenscheidt", "roepnaam": "Zoë"},
        ],
        [],
    ),
    "null-surname": (
        "a child called Null",
        [{"achternaam": "Null"}],
        [{"achternaam": "Null"}],
        ['"achternaam": holds what a program'],
    ),
    "null-upper-once": (
        "NULL once, as a name",
        [{"achternaam": "NULL"}],
        [{"achternaam": "NULL"}],
        ['"achternaam": holds what a program'],
    ),
    "line-break": (
        "a line break within a name",
        [{"achternaam": "van den\nBerg"}],
        [{"achternaam": "van den Berg"}],
        ["a line break or a tab"],
    ),
    "text-mark": ("the apostrophe that marks text", [{"las_key": "'00123"}], [{"las_key": "00123"}], []),
    "excel-text": ("digits as a formula of text", [{"las_key": '="00123"'}], [{"las_key": "00123"}], []),
    "date-day-first": ("dates with the day in front", [{"geboortedatum": "1-5-2014"}], [{"geboortedatum": "2014-05-01"}], []),
    "date-slashes": ("two digits for the year", [{"geboortedatum": "13/5/14"}], [{"geboortedatum": "2014-05-13"}], []),
    "date-points": ("dates with points", [{"geboortedatum": "1.5.2014"}], [{"geboortedatum": "2014-05-01"}], []),
    "date-written": ("a month by its name", [{"geboortedatum": "1 mei 2014"}], [{"geboortedatum": "2014-05-01"}], []),
    "date-packed": ("eight digits", [{"geboortedatum": "20140501"}], [{"geboortedatum": "2014-05-01"}], []),
    "date-midnight": (
        "a moment of a database",
        [{"geboortedatum": "2014-05-01 00:00:00.000"}],
        [{"geboortedatum": "2014-05-01"}],
        [],
    ),
    "date-dutch-midnight": (
        "Dutch midnight in UTC",
        [{"geboortedatum": "2014-04-30T22:00:00Z"}],
        [{"geboortedatum": "2014-05-01"}],
        [],
    ),
    "date-leap-day": ("29 February of a leap year", [{"geboortedatum": "29-02-2012"}], [{"geboortedatum": "2012-02-29"}], []),
    "date-ahead": (
        "born after today",
        [{"geboortedatum": "2049-05-01"}],
        [{"geboortedatum": "2049-05-01"}],
        ["is after today"],
    ),
    "zeros-lost": (
        "keys of which one has lost its zeros",
        [{"las_key": "00123"}, {"las_key": "00124"}, {"las_key": "125"}],
        [{"las_key": "00123"}, {"las_key": "00124"}, {"las_key": "125"}],
        ["has fewer digits than the keys with zeros in front"],
    ),
}
PROBLEM: dict[str, tuple[str, list[dict[str, str]], list[str]]] = {
    "lost-letter": (
        "a question mark for a letter",
        [{"achternaam": "M?ller"}],
        [f'line 2, column "achternaam": holds a question mark {LOST}'],
    ),
    "replaced": (
        "the sign for a letter that was lost",
        [{"roepnaam": "Zo\ufffd"}],
        [f'line 2, column "roepnaam": holds a question mark {LOST}'],
    ),
    "entity": (
        "letters as HTML writes them",
        [{"achternaam": "Bront&euml;"}],
        ['line 2, column "achternaam": holds what a program writes for a letter'],
    ),
    "entity-number": (
        "the same by their number",
        [{"roepnaam": "Zo&#235;"}],
        ['line 2, column "roepnaam": holds what a program writes'],
    ),
    "escape-json": (
        "letters as JSON writes them",
        [{"roepnaam": "Zo\\u00eb"}],
        ['line 2, column "roepnaam": holds what a program writes'],
    ),
    "escape-url": (
        "letters as addresses write them",
        [{"roepnaam": "Zo%C3%AB"}],
        ['line 2, column "roepnaam": holds what a program writes'],
    ),
    "escape-excel": (
        "letters as a workbook writes them",
        [{"achternaam": "Bront_x00EB_"}],
        ['line 2, column "achternaam": holds what a program'],
    ),
    "quoted-printable": (
        "letters as mail writes them",
        [{"roepnaam": "Zo=C3=AB"}],
        ['line 2, column "roepnaam": holds what a program writes'],
    ),
    "boxes": (
        "a line of a table in a name",
        [{"achternaam": "M│ller"}],
        ['line 2, column "achternaam": holds a sign that stands in no name'],
    ),
    "private-use": ("a letter of one font only", [{"achternaam": "Be\ue000rg"}], ['line 2, column "achternaam": holds a sign']),
    "capital": (
        "a capital after a small letter",
        [{"roepnaam": "JosÚ"}],
        ['line 2, column "roepnaam": holds a capital with an accent'],
    ),
    "nulls": (
        "NULL as the name of two pupils",
        [{"las_key": "k1", "achternaam": "NULL"}, {"las_key": "k2", "achternaam": "NULL"}],
        [
            'line 2, column "achternaam": holds what a program writes',
            'line 3, column "achternaam": holds what a program writes',
        ],
    ),
    "cell-error": (
        "the error of a formula as a name",
        [{"roepnaam": "#N/A"}],
        ['line 2, column "roepnaam": holds the error of a formula'],
    ),
    "null-key": ("NULL as a key", [{"las_key": "NULL"}], ['line 2, column "las_key": holds no key']),
    "null-date": ("NULL as a date", [{"geboortedatum": "\\N"}], ['line 2, column "geboortedatum": ']),
    "key-scientific": (
        "a key cut short",
        [{"las_key": "1,23457E+11"}],
        ['line 2, column "las_key": is a number that was cut short'],
    ),
    "key-scientific-point": (
        "a key cut short, in English",
        [{"las_key": "1.23457E+11"}],
        ['line 2, column "las_key": is a number that'],
    ),
    "key-decimal": (
        "a key with a decimal zero",
        [{"las_key": "12345,0"}],
        ['line 2, column "las_key": is a number with a decimal zero'],
    ),
    "key-pandas": (
        "keys as pandas writes a column with a gap",
        [{"las_key": "12345.0"}, {"las_key": "12346.0"}],
        ['line 2, column "las_key": is a number with', 'line 3, column "las_key": is a number with'],
    ),
    "key-date": ("a key that became a date", [{"las_key": "1-mei"}], ['line 2, column "las_key": is a date']),
    "key-date-iso": ("the same with a year", [{"las_key": "2014-05-01"}], ['line 2, column "las_key": is a date']),
    "key-wide": ("digits of another script", [{"las_key": "１２３"}], ['line 2, column "las_key": ']),
    "key-unseen": ("what nobody sees within a key", [{"las_key": "k\u00ad1"}], ['line 2, column "las_key": holds a mark']),
    "groep-date": ("a group that became a date", [{"groep": "8-mrt"}], ['line 2, column "groep": is a date']),
    "month-first": (
        "a month in front of its day",
        [{"las_key": "k1", "geboortedatum": "05/13/2014"}, {"las_key": "k2", "geboortedatum": "05/06/2014"}],
        ['line 2, column "geboortedatum": has its month', 'line 3, column "geboortedatum": may have its month'],
    ),
    "no-day": ("30 February", [{"geboortedatum": "30-02-2014"}], ['line 2, column "geboortedatum": expected a date']),
    "moment": (
        "an hour of the day",
        [{"geboortedatum": "2014-05-01T13:00:00Z"}],
        ['line 2, column "geboortedatum": expected a date'],
    ),
    "name-number": (
        "columns that have shifted",
        [{"achternaam": "12345"}],
        ['line 2, column "achternaam": is a number or a date'],
    ),
}
ECKS = {
    "eck-capitals": (ECK + "A", "has capitals"),
    "eck-http": ("http" + ECK.removeprefix("https") + "a", "begins with http://"),
    "eck-url": (ECK.replace(":", "%3A").replace("/", "%2F") + "a", "is written for an address"),
}


def content(columns: tuple[str, ...], lines: list[dict[str, str]]) -> bytes:
    """A CSV in UTF-8 with its mark, so that nothing of it depends on how letters are told."""
    rows = [columns, *([line.get(name, GOOD.get(name, "")) for name in columns] for line in lines)]
    text = "".join(";".join(f'"{cell}"' if "\n" in cell or ";" in cell else cell for cell in row) + "\r\n" for row in rows)
    return b"\xef\xbb\xbf" + text.encode()


def entry(name: str, what: str, kind: str, outcome: str, **more: object) -> str:
    """One entry of the table."""
    given = {"name": f"cells/{name}.csv", "writer": "by hand", "what": what, "kind": kind, "outcome": outcome, **more}
    return "[[file]]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in given.items())


def toml(value: object) -> str:
    """A value as TOML has it."""
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(text)}" for key, text in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def main(corpus: Path) -> None:
    """Write the files and their table."""
    folder = corpus / "cells"
    folder.mkdir(exist_ok=True)
    table: list[str] = []
    for name, (what, lines, pupils, notes) in READ.items():
        (folder / f"{name}.csv").write_bytes(content(COLUMNS, lines))
        table.append(entry(name, what, "deelnemers", "read", pupils=pupils, **({"notes": notes} if notes else {})))
    for name, (what, lines, problems) in PROBLEM.items():
        (folder / f"{name}.csv").write_bytes(content(COLUMNS, lines))
        table.append(entry(name, what, "deelnemers", "problem", problems=problems))
    for name, (eck_id, problem) in ECKS.items():
        (folder / f"{name}.csv").write_bytes(content(("eck_id", "advies"), [{"eck_id": eck_id, "advies": "HAVO"}]))
        table.append(
            entry(name, "an ECK-iD that was changed", "adviezen", "problem", problems=[f'line 2, column "eck_id": {problem}'])
        )
    (corpus / "cells.toml").write_text("\n".join(table), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
