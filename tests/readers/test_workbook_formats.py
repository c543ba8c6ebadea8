"""What number formats do to what people see, and what becomes of a cell by it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstroom_client.readers.record import CellKind
from doorstroom_client.readers.workbook_cells import day_of, iso_cell, number_cell, number_of, unescaped
from doorstroom_client.readers.workbook_formats import BUILT_IN, Shown, format_of

SHOWN = {
    Shown.AS_IT_IS: (
        "General",
        "Standaard",
        "@",
        "0",
        "#",
        "#,##0",
        "0.00",
        "#,##0.00",
        "# ##0".replace(" ", "\\ "),
        "0_ ;-0\\ ",
    ),
    Shown.PADDED: ("000000", "0000", "#000", "00", "[Red]0000"),
    Shown.DAY: (
        *(
            "dd-mm-yyyy",
            "dd\\-mm\\-yyyy",
            "d-m-yy;@",
            "[$-413]d mmmm yyyy",
            "dd-mm-jjjj",
            'yyyy"-"mm"-"dd',
            "m/d/yy h:mm",
            "mmm-yy",
        ),
        *("[$-F800]dddd, mmmm dd, yyyy", "mmmm", "dd/mm", "mmm-yy"),
    ),
    Shown.TIME: ("hh:mm:ss", "h:mm AM/PM", "[h]:mm", "mm:ss.0", "[mm]:ss", "uu:mm"),
    Shown.OTHERWISE: (
        *(
            "00-000",
            '"K"0',
            "0%",
            "0.00E+00",
            "# ?/?",
            '"€" #,##0',
            "[$€-2] 0",
            ";;;",
            '"vast"',
            "0,",
            "00.0",
            "[<5]0;00",
            "0\\K",
        ),
        *("0\\K", "0" * 31, "0" * 501, 'General"e"'),
    ),
}


@pytest.mark.parametrize(("shown", "code"), [(shown, code) for shown, codes in SHOWN.items() for code in codes])
def test_what_people_see(shown: Shown, code: str) -> None:
    assert format_of(code).shown is shown


def test_the_formats_without_a_code() -> None:
    kinds = {number: format_of(code).shown for number, code in BUILT_IN.items()}
    days = {number for number, shown in kinds.items() if shown is Shown.DAY}
    times = {number for number, shown in kinds.items() if shown is Shown.TIME}
    assert days == {*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58}
    assert times == {*range(18, 22), *range(32, 36), 45, 46, 47, 55, 56}
    assert {number for number, shown in kinds.items() if shown is Shown.AS_IT_IS} >= {0, 1, 2, 3, 4, 49}


@pytest.mark.parametrize(
    ("value", "code", "text", "fault"),
    [
        (12.0, "General", "12", ""),
        (-3.0, "General", "-3", ""),
        (1.1000000000000001, "General", "1.1", ""),
        (999_999_999_999_999.0, "0", "999999999999999", ""),
        (1e15, "0", "1e+15", "15 digits"),
        (1e300, "General", "1e+300", "15 digits"),
        (1e-9, "General", "1e-09", "15 digits"),
        (42.0, "000000", "000042", ""),
        (1234567.0, "000000", "1234567", ""),
        (12.4, "0", "12.4", "shown otherwise"),
        (12.4, "0.0", "12.4", ""),
        (8.0, "0.00", "8", ""),
        (-8.0, "0;0", "-8", "shown otherwise"),
        (0.0, '0;-0;"-"', "0", "shown otherwise"),
        (12345.0, "00-000", "12345", "shown otherwise"),
        (0.5, "h:mm", "#", "holds a time"),
        (float("inf"), "0", "#", "cannot be read"),
        (41760.0, "dd-mm-yyyy", "2014-05-01", ""),
        (41759.9999, "dd-mm-yyyy", "2014-05-01", ""),
        (41759.9167, "dd-mm-yyyy", "#", "holds a time besides a day"),
        (60.0, "dd-mm-yyyy", "#", "in no calendar"),
        (-1.0, "dd-mm-yyyy", "#", "in no calendar"),
        (1e9, "dd-mm-yyyy", "#", "in no calendar"),
    ],
)
def test_numbers(value: float, code: str, text: str, fault: str) -> None:
    found, mark = number_cell(value, format_of(code), from_1904=False)
    assert found == text
    assert mark is not None
    assert fault in mark.fault
    assert bool(fault) == bool(mark.fault)


def test_days_of_both_calendars() -> None:
    def day(number: float, *, from_1904: bool = False) -> str:
        return str(day_of(number, from_1904=from_1904))

    assert [day(number) for number in (1, 59, 60, 61, 41760, 2_958_465)] == [
        *("1900-01-01", "1900-02-28", "None", "1900-03-01", "2014-05-01", "9999-12-31")
    ]
    assert [day(number, from_1904=True) for number in (0, 40298, 2_957_003, 2_957_004)] == [
        *("1904-01-01", "2014-05-01", "9999-12-31", "None")
    ]


@pytest.mark.parametrize(
    ("text", "kind", "fault"),
    [
        ("2014-05-01", CellKind.DAY, ""),
        ("2014-05-01T00:00:00.000Z", CellKind.DAY, ""),
        ("2014-05-01T00:00:00+02:00", CellKind.DAY, ""),
        ("2014-04-30T22:00:00Z", CellKind.DAY, "holds a time besides"),
        ("T10:00:00", CellKind.NUMBER, "holds a time"),
        ("2014-02-30", CellKind.DAY, "in no calendar"),
        ("gisteren", CellKind.ERROR, "cannot be read"),
        ("", CellKind.ERROR, "cannot be read"),
    ],
)
def test_days_as_text(text: str, kind: CellKind, fault: str) -> None:
    found, mark = iso_cell(text)
    assert mark is not None
    assert (mark.kind, bool(mark.fault)) == (kind, bool(fault))
    assert fault in mark.fault
    assert fault or found == text[:10]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("k_x0031_", "k1"),
        ("_x005F_x0041_", "_x0041_"),
        ("a_x000D_\nb", "a\r\nb"),
        ("_xD83D__xDE00_", "\U0001f600"),
        ("_xD83D_", "\ufffd"),
        ("_x41_", "_x41_"),
        ("_X0041_", "_X0041_"),
        ("__x0041_", "_A"),
    ],
)
def test_codes_of_letters(written: str, meant: str) -> None:
    assert unescaped(written) == meant


@settings(max_examples=500, database=None, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text('0#?.,;@dmyhs"\\[]$€-/%_* Ee', max_size=30)), st.floats())
def test_any_format_and_number(code: str, value: float) -> None:
    text, mark = number_cell(value, format_of(code), from_1904=False)
    assert mark is not None
    if not mark.fault and mark.kind is CellKind.NUMBER:
        number = number_of(text)
        assert number is not None
        assert abs(number - value) <= abs(value) * 1e-14


@pytest.mark.parametrize(
    ("value", "code", "text", "fault"),
    [
        (5.0, "0#", "5", "shown otherwise"),
        (5.0, "0?", "5", "shown otherwise"),
        (61.0, "0##", "61", "shown otherwise"),
        (5.0, "00\\ 00", "5", "shown otherwise"),
        (5.0, '00" "00', "5", "shown otherwise"),
        (5.0, "000\\ ", "005", ""),
        (12345.0, "#\\ ##0", "12345", ""),
        (5.0, "#0", "5", ""),
        (5.0, "0,000", "5", "shown otherwise"),
        (-5.0, "000", "-005", ""),
        (0.0, "#", "0", "shown otherwise"),
        (0.0, "#,###", "0", "shown otherwise"),
        (7.0, "#", "7", ""),
        (8.0, BUILT_IN[5], "8", "shown otherwise"),
    ],
)
def test_places_of_digits(value: float, code: str, text: str, fault: str) -> None:
    found, mark = number_cell(value, format_of(code), from_1904=False)
    assert found == text
    assert mark is not None
    assert fault in mark.fault
    assert bool(fault) == bool(mark.fault)


@pytest.mark.parametrize(
    ("code", "changes"), [('0;"x"@', True), ('0;0;"x"@', True), ("0;-0;;", True), ("dd-mm-yyyy;@", False), ("0;0;0;@", False)]
)
def test_the_part_for_text_need_not_be_the_fourth(code: str, changes: bool) -> None:
    assert format_of(code).changes_text is changes
