"""Cells stay text, and the rule can be undone."""

from __future__ import annotations

import ast
import csv
import io
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import doorstroom_client
from doorstroom_client.output.spreadsheet import csv_bytes, safe_cell

SIGNS = [*"=+-@＝＋－＠﹦﹢﹣﹫−"]
UNSEEN = [
    chr(code)
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code)) in ("Zs", "Zl", "Zp", "Cc", "Cf")
    and not 0x600 <= code <= 0x8FF  # signs of Arabic and Syriac that are seen
    and code not in (0x110BD, 0x110CD)
    and not 0x13430 <= code <= 0x1D1FF
    and not 0x1BCA0 <= code <= 0x1BCAF
]
"""Every blank, control character and mark without width that Unicode has, and no letter."""


def undone(cell: str) -> str:
    """The documented rule."""
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) != cell[1:] else cell


@pytest.mark.parametrize("start", [*"=+-@\t\r\0＝＋－＠", "\n"])
def test_a_formula_becomes_text(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("sign", SIGNS)
def test_a_formula_behind_what_is_not_seen_becomes_text(sign: str) -> None:
    assert len(UNSEEN) > 150
    for blank in [*UNSEEN, "\u3164", "\u2800", "\ufe0f"]:
        for before in (blank, f"{blank} \t{blank}", f'"{blank}', f"{blank}“", f"'{blank}'"):
            text = f"{before}{sign}HYPERLINK(1)"
            assert safe_cell(text) == f"'{text}", [hex(ord(one)) for one in before]


@pytest.mark.parametrize("quote", [*"'\"`´‘’“”„«»‹›＂＇", "''", '"" "'])
def test_a_formula_behind_quotation_marks_becomes_text(quote: str) -> None:
    assert safe_cell(f"{quote}=1") == f"'{quote}=1"


@pytest.mark.parametrize(
    "text", ["", "'t Hoen", "Jansen", "a=b", "12", "'", " 12", "\u00a0Jansen", "“Jansen” - de Vries", "É=1", "1-2", " '"]
)
def test_other_text_stays(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize("text", ["=1", "'=1", "''=1", "'t Hoen", "x", "-5", "", " =1", "' =1", "'\t", "'\u200b'=1"])
def test_the_rule_can_be_undone(text: str) -> None:
    assert undone(safe_cell(text)) == text


@given(st.text(st.sampled_from("'\"= +-\u200b\u3000\tax＝“"), max_size=8))
def test_the_rule_can_be_undone_whatever_stands_there(text: str) -> None:
    assert undone(safe_cell(text)) == text


def test_the_file_is_what_dutch_excel_opens() -> None:
    content = csv_bytes(("a", "b"), [["=1", 'x;"y"'], [None, 2]])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == 'a;b\r\n\'=1;"x;""y"""\r\n;2\r\n'
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))[1] == ["'=1", 'x;"y"']


def test_no_other_file_writes_csv() -> None:
    """And only what invents pupils, whose files are read by programs, writes cells as they are."""
    package = Path(doorstroom_client.__file__).parent
    writers, unsafe = set[str](), set[str]()
    for path in package.rglob("*.py"):
        name = path.relative_to(package).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("writer", "DictWriter"):
                writers.add(name)
            if isinstance(node, ast.keyword) and node.arg == "safe" and ast.unparse(node.value) == "False":
                unsafe.add(name)
    assert writers == {"output/spreadsheet.py"}
    assert unsafe == {"cli/simulator.py", "ketentest/selftest.py"}  # the latter for the LAS under test, of invented pupils


def test_whatever_is_not_seen_hides_no_formula() -> None:
    """As Unicode itself has it: every blank, control character and mark of format, and every kind of each sign."""
    signs = [chr(number) for number in range(sys.maxunicode + 1) if unicodedata.category(chr(number)) not in ("Cs", "Cn", "Co")]
    unseen = [sign for sign in signs if sign.isspace() or unicodedata.category(sign) in ("Zs", "Zl", "Zp", "Cc", "Cf")]
    begins = [sign for sign in signs if unicodedata.normalize("NFKC", sign).startswith(("=", "+", "-", "@"))]
    assert len(unseen) > 200
    assert len(begins) > 10
    cells = [*(f"{sign}=1+1" for sign in unseen), *(f'"{sign}\u3000＝1' for sign in unseen), *(f"{sign}1" for sign in begins)]
    assert [ascii(cell) for cell in cells if safe_cell(cell) != f"'{cell}"] == []
