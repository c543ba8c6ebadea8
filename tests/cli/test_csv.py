"""Cells stay text, and the rule can be undone."""

from __future__ import annotations

import csv
import io
import re

import pytest

from doorstroom_client.exchange.spreadsheet import csv_bytes, safe_cell

UNDO = re.compile(r"'(?='*[=+\-@\t\r\n\0＝＋－＠])")


@pytest.mark.parametrize("start", [*"=+-@\t\r\0＝＋－＠", "\n"])
def test_a_formula_becomes_text(start: str) -> None:
    assert safe_cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("text", ["", "'t Hoen", "Jansen", "a=b", "12", "'"])
def test_other_text_stays(text: str) -> None:
    assert safe_cell(text) == text


@pytest.mark.parametrize("text", ["=1", "'=1", "''=1", "'t Hoen", "x", "-5", ""])
def test_the_rule_can_be_undone(text: str) -> None:
    assert UNDO.sub("", safe_cell(text), count=1) == text


def test_the_file_is_what_dutch_excel_opens() -> None:
    content = csv_bytes(("a", "b"), [["=1", 'x;"y"'], [None, 2]])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == 'a;b\r\n\'=1;"x;""y"""\r\n;2\r\n'
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))[1] == ["'=1", 'x;"y"']
