"""What a database, a program or a spreadsheet writes for nothing is nobody's key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import SCHOOL, advice_in, pupils_in, resultaat
from support.clients import Inkomend, sender

from doorstroom_client import Advies, Adviezenlijst, Leerling
from doorstroom_client.errors import MessageError
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.messages.identifiers import NO_KEY, LasKey, TestEckId, is_cell_error
from doorstroom_client.readers.directory import read_leerlingen
from doorstroom_client.readers.one_school import read_adviezen

WORDS = (
    *(
        "NULL",
        "null",
        "Null",
        "nan",
        "NaN",
        "None",
        "undefined",
        "n/a",
        "N/A",
        "N.A.",
        "NA",
        "nil",
        "NaT",
        "<NA>",
        "(null)",
        "-nan",
    ),
    *("n.v.t.", "nvt", "geen", "onbekend", "leeg", "[null]", "'NULL'", "####", "##", "ＮＵＬＬ", "NU\u200bLL"),
    *("inf", "-Infinity", "DBNull", "System.DBNull", "pd.NA", "numpy.nan", "float('nan')", "blank"),
    *("-", "--", "?", "#", "{}", "[]", "#Error", "#Fout", "#Deleted", "#Verwijderd"),
)
CELLS = (
    *(
        "#N/A",
        "#n/a",
        "#N/B",
        "#REF!",
        "#ref!",
        "#VERW!",
        "#WAARDE!",
        "#VALUE!",
        "#NAAM?",
        "#NAME?",
        "#DEEL/0!",
        "#DIV/0!",
        "#GETAL!",
    ),
    *(
        "#NUM!",
        "#LEEG!",
        "#NULL!",
        "#SPILL!",
        "#OVERLOOP!",
        "#CALC!",
        "#BEZUG!",
        "#VELD!",
        "#REF",
        "Err:502",
        "Fout:509",
        "1.#IND",
    ),
    *("########", "#GETTING_DATA", "\\N"),
)
SPACED = (" NULL ", "# REF !", "n / a", "# DEEL / 0 !", "#N/A N/A", " nan\t")
KEYS = (
    "nan-7",
    "null1",
    "NL",
    "none-x",
    "Nullink",
    "naam-1",
    "ref-1",
    "#12",
    "k#REF",
    "geen1",
    "value-9",
    "err-502",
    "0",
    "e1",
    "8A",
)

nothing = pytest.mark.parametrize("text", [*WORDS, *CELLS, *SPACED], ids=ascii)
a_key = pytest.mark.parametrize("text", KEYS)


@nothing
def test_it_is_no_identifier(text: str) -> None:
    assert not LasKey.fits(text)
    assert not TestEckId.fits(text)


@nothing
@pytest.mark.parametrize("name", ["las_key", "eck_id"])
def test_it_is_not_sent(text: str, name: str) -> None:
    using, transport = sender(test_identities=True, las_key_reden="onze sleutels zijn volgnummers")
    with pytest.raises(MessageError) as caught:
        using.send(Adviezenlijst(SCHOOL, [Advies(Leerling(**{name: text}), "HAVO")]), leverancier="ICE")
    assert transport.requests == []
    assert [(problem.path, problem.text) for problem in caught.value.problems] == [(f"adviezen[0].leerling.{name}", NO_KEY)]


@nothing
@pytest.mark.parametrize("name", ["las_key", "eck_id"])
def test_a_file_with_it_is_refused_with_the_line(text: str, name: str) -> None:
    quoted = text.replace('"', '""')
    other = {"las_key": "eck_id", "eck_id": "las_key"}[name]
    content = f'{name};{other};advies\nk-1;;HAVO\n"{quoted}";;VWO\n"{quoted}";k-2;VWO\n'.encode()
    with pytest.raises(MessageError) as caught:
        advice_in(content, afspraak=AFSPRAKEN["1.1"])
    found = [(problem.path, problem.text) for problem in caught.value.problems]
    # Next to the other identity a NULL is an empty cell; the error of a formula may have been a key.
    lines = (3, 4) if is_cell_error(text) else (3,)
    assert found == [(f'line {line}, column "{name}"', NO_KEY) for line in lines]


def test_next_to_the_other_identity_it_is_an_empty_cell_which_is_told() -> None:
    content = b"eck_id;las_key;advies\nNULL;k-1;HAVO\n(null);k-2;VWO\ne-3;n/a;VWO\n"
    lijst = read_adviezen(content, SCHOOL, afspraak=AFSPRAKEN["1.1"])
    assert [item.leerling for item in lijst.adviezen] == [
        Leerling(las_key="k-1"),
        Leerling(las_key="k-2"),
        Leerling(eck_id="e-3"),
    ]
    assert [note.partition(":")[0] for note in lijst.notes] == ['column "eck_id"', 'column "las_key"']
    assert "2 times" in lijst.notes[0]


def test_of_participants_too() -> None:
    content = b"las_key;achternaam;roepnaam;voorletters;geboortedatum;groep\n#N/B;Null;Nan;N;2014-01-01;8A\n"
    with pytest.raises(MessageError) as caught:
        pupils_in(content)
    assert [problem.path for problem in caught.value.problems] == ['line 2, column "las_key"']


def test_in_a_directory_it_is_of_nobody() -> None:
    content = b"eck_id;las_key;achternaam\nNULL;k-1;Null\nNULL;k-2;Jansen\n#N/A;NULL;Pietersen\n"
    found = read_leerlingen(content)
    assert found.conflicten == ()
    assert found.find("NULL") is None
    known = found.find(las_key="k-1")
    assert known is not None
    assert known.naam == "Null"


@a_key
def test_a_key_that_resembles_it_is_one(text: str) -> None:
    assert LasKey(text) == text
    using, transport = sender()
    using.send(
        Adviezenlijst(SCHOOL, advice_in(f"las_key;advies\n{text};HAVO\n".encode(), afspraak=AFSPRAKEN["1.1"])),
        leverancier="ICE",
    )
    assert len(transport.requests) == 1


def push(folder: Path, document: Any) -> tuple[int, list[Leerling]]:
    inkomend = Inkomend(folder)
    status = inkomend.push(document)
    found = [item.leerling for item in inkomend.client.resultaten(everything=True)]
    inkomend.close()
    return status, found


@nothing
def test_a_result_of_nobody_is_refused(text: str, tmp_path: Path) -> None:
    """Kept, the results of all pupils without a key would be those of one pupil, of whom the last one counts."""
    assert push(tmp_path, resultaat(eck=None, las=text)) == (422, [])


@pytest.mark.parametrize("text", ["NULL", "#REF!", "n/a"])
def test_beside_an_identity_it_does_no_harm(text: str, tmp_path: Path) -> None:
    assert push(tmp_path / "las", resultaat(eck=text, las="k-1")) == (202, [Leerling(las_key="k-1")])
    eck = resultaat()["resultatenscores"]["deelnemerref"][0]["onderwijsdeelnemerID"]
    assert push(tmp_path / "eck", resultaat(las=text)) == (202, [Leerling(eck_id=eck)])


@a_key
def test_a_result_with_a_key_that_resembles_it_is_kept(text: str, tmp_path: Path) -> None:
    assert push(tmp_path, resultaat(eck=None, las=text)) == (202, [Leerling(las_key=text)])
