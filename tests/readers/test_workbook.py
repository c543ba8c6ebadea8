"""Workbooks in their shortest form: the first sheet as a table, and bounded reading of what is not one."""

from __future__ import annotations

import datetime as dt
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import advice_in, pupils_in
from support.corpus import CORPUS

from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError
from doorstroom_client.messages.afspraak import AFSPRAKEN
from doorstroom_client.messages.leerlingen import Advies, Leerling

from .small_books import book, inline, packed

SECRET = "Geheimzinnig"


def adviezen(content: bytes) -> list[Advies]:
    return advice_in(content, afspraak=AFSPRAKEN["1.1"])


GOOD = book(inline("las_key", "advies") + inline("k1", "vmbo-t/havo"))
READ = [Advies(Leerling(las_key="k1"), "VMBO_GL/TL_TM_HAVO")]


def test_texts_in_the_cells() -> None:
    assert adviezen(GOOD) == READ


def test_shared_texts_gaps_and_line_numbers() -> None:
    texts = (
        "<si><t>las_key</t></si><si><t>advies</t></si>"
        '<si><r><t>vmbo-t</t></r><r><t xml:space="preserve">/havo</t></r><rPh sb="0" eb="1"><t>x</t></rPh></si>'
    )
    rows = (
        '<row r="3"><c r="B3" t="s"><v>0</v></c><c r="D3" t="s"><v>1</v></c></row><row r="4"><c r="B4" s="1"/></row>'
        '<row r="9"><c r="B9" t="str"><f>A1</f><v>k1</v></c><c r="D9" t="s"><v>2</v></c></row>'
    )
    assert adviezen(book(rows, texts=texts)) == READ
    with pytest.raises(MessageError) as caught:
        adviezen(book(rows.replace("<v>2</v>", "<v>77</v>"), texts=texts))
    [problem] = caught.value.problems
    assert str(problem).startswith('line 9, column "advies": cannot be read')


def test_numbers_and_days() -> None:
    header = inline("las_key", "achternaam", "roepnaam", "voorletters", "geboortedatum", "groep", "jaargroep", "geslacht")
    names = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in ("Berg", "Jan", "J"))
    row = f"<row><c><v>12.0</v></c>{names}<c><v>41760</v></c><c><v>8</v></c><c><v>8</v></c><c><v>1</v></c></row>"
    [group], [found] = pupils_in(book(header + row))
    assert (found.leerling.las_key, found.geboortedatum, group.omschrijving) == ("12", dt.date(2014, 5, 1), "8")
    assert (found.jaargroep, found.geslacht) == ("8", 1)
    _, [later] = pupils_in(book(header + row.replace("41760", "40298"), settings='<workbookPr date1904="1"/>'))
    assert later.geboortedatum == dt.date(2014, 5, 1)
    for number in ("0", "41760.5", "999999", "1E+5"):
        with pytest.raises(MessageError, match="expected a date"):
            pupils_in(book(header + row.replace("41760", number)))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (packed({"iets.txt": "x"}), "with a file in it that may be meant"),
        (packed({"iets.bin": "x"}), "no workbook"),
        (GOOD[:200], "damaged"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
        (book(""), "is empty"),
        (book(inline("las_key", "advies")), "no pupils"),
        (book(inline("las_key", "iets") + inline(SECRET, SECRET)), "misses these columns: advies"),
        (book(inline("las_key", "advies") + inline(SECRET, SECRET)), "is not understood"),
        (book(inline("las_key", "advies", "bsn") + inline("k", "vwo", "1")), "bsn"),
        (book("", xl__workbook_xml="<workbook/>"), "no sheet that can be read"),
        (book(inline("a")[:-3]), "damaged"),
        (book("", xl__workbook_xml=f"<!DOCTYPE a [<!ENTITY x '{SECRET}'>]><workbook>&x;</workbook>"), "damaged"),
        (book("<row>" + "<c/>" * 30_000 + "</row>"), "damaged"),
        (packed({"xl/workbook.xml": b"<a>" + b" " * 41_000_000}), "damaged"),
    ],
)
def test_what_is_no_table(content: bytes, text: str) -> None:
    with pytest.raises(MessageError) as caught:
        adviezen(content)
    assert text in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("library", ["lxml.etree", "xlrd"])
def test_without_the_extra(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    content = (CORPUS / "books" / "xlwt-pupils.xls").read_bytes() if library == "xlrd" else GOOD
    with pytest.raises(ConfigurationError, match=r"doorstroom_client\[excel\]") as caught:
        adviezen(content)
    assert caught.value.__context__ is None


@settings(max_examples=200, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_changed_bytes(changes: list[tuple[int, int]]) -> None:
    content = bytearray(GOOD)
    for at, byte in changes:
        content[at] = byte
    try:
        assert adviezen(bytes(content)) == READ
    except DoorstroomError as error:
        assert "k1" not in str(error)
