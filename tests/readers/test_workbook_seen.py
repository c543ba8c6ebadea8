"""What people see in a cell and what stands in it: where they differ it is told, and no number becomes a day by chance."""

from __future__ import annotations

import io
import zipfile

import pytest
from support import SCHOOL, advice_in, pupils_in

from doorstroom_client.errors import MessageError
from doorstroom_client.messages.leerlingen import Advies, Leerling

SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
)
HEADER = "achternaam roepnaam voorletters geboortedatum groep las_key"


def ods(*rows: str, settings: str = "") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content {SPACES}><office:body><office:spreadsheet>{settings}"
            f'<table:table table:name="x">{"".join(rows)}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return stream.getvalue()


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def cell(shown: str | None, value: str = "", kind: str = "string", more: str = "") -> str:
    name = "string-value" if kind == "string" else "value"
    given = f' office:{name}="{value}"' if value else ""
    text = "" if shown is None else f"<text:p>{shown}</text:p>"
    return f'<table:table-cell office:value-type="{kind}"{given} {more}>{text}</table:table-cell>'


ADVICE = row(cell("las_key"), cell("advies"))


def pupils(birth: str, settings: str = "") -> bytes:
    header = row(*map(cell, HEADER.split()))
    return ods(header, row(cell("Berg"), cell("Jan"), cell("J"), birth, cell("8A"), cell("k1")), settings=settings)


def problem_of(content: bytes, *, advice: bool = True) -> str:
    with pytest.raises(MessageError) as caught:
        if advice:
            advice_in(content)
        else:
            pupils_in(content)
    assert SCHOOL.naam not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "key",
    [
        cell("", "8", "float"),  # the format ;;;
        cell("0,001", "1", "float"),
        cell("00 05", "5", "float"),
        cell("K5", "5", "float"),
        cell("xk1", "k1"),  # the format "x"@
        cell("", "k1"),
    ],
)
def test_a_key_that_people_see_otherwise(key: str) -> None:
    assert 'line 2, column "las_key": is shown otherwise' in problem_of(ods(ADVICE, row(key, cell("HAVO"))))


@pytest.mark.parametrize(
    ("key", "read"),
    [
        (cell(None, "8", "float"), "8"),  # some programs write no text
        (cell(None, "k1"), "k1"),
        (cell("k1", "k1"), "k1"),
        (cell("0005", "5", "float"), "0005"),
        (cell("0", "0", "float"), "0"),
        (cell("1.234", "1234", "float"), "1234"),
    ],
)
def test_a_key_that_people_see_as_it_is(key: str, read: str) -> None:
    assert advice_in(ods(ADVICE, row(key, cell("HAVO")))) == [Advies(Leerling(las_key=read), "HAVO")]


def test_merged_cells_in_each_of_the_rows_that_are_alike() -> None:
    merged = cell("k1", more='table:number-columns-spanned="2"') + "<table:covered-table-cell/>"
    told = problem_of(ods(ADVICE, row(merged, attributes='table:number-rows-repeated="2"')))
    assert 'line 2, column "advies": is merged with other cells (A2:B2)' in told
    assert 'line 3, column "advies": is merged with other cells (A3:B3)' in told


@pytest.mark.parametrize(
    ("number", "settings", "read"),
    [
        ("41760", "", "2014-05-01"),
        ("40298", "1904-01-01", "2014-05-01"),
        ("41760", "1899-12-30", "2014-05-01"),
    ],
)
def test_a_number_as_a_date_of_birth(number: str, settings: str, read: str) -> None:
    first = (
        settings
        and f'<table:calculation-settings><table:null-date table:date-value="{settings}"/></table:calculation-settings>'
    )
    _, (pupil,) = pupils_in(pupils(cell(number, number, "float"), first))
    assert str(pupil.geboortedatum) == read


@pytest.mark.parametrize("number", ["2014", "10514", "40514", "7", "140501", "36525"])
def test_a_number_that_is_no_date_of_birth(number: str) -> None:
    told = problem_of(pupils(cell(number, number, "float")), advice=False)
    assert 'column "geboortedatum": expected a date' in told
    assert number not in told.replace("line 2", "")


def test_days_from_a_day_of_its_own() -> None:
    first = '<table:calculation-settings><table:null-date table:date-value="1900-01-01"/></table:calculation-settings>'
    assert "counts days from a day of its own" in problem_of(pupils(cell("41760", "41760", "float"), first), advice=False)


def test_two_sheets_of_one_name() -> None:
    table = f'<table:table table:name="x">{ADVICE}{row(cell("k2"), cell("VWO"))}</table:table>'
    content = ods(ADVICE, row(cell("k1"), cell("HAVO")), f"</table:table>{table.removesuffix('</table:table>')}")
    with pytest.raises(MessageError, match="has 2 sheets of that name"):
        advice_in(content, sheet="x")
    assert len(advice_in(content)) == 1
