"""The letters of a text as a file has it: what is taken off, and what is the same to who reads it. Nothing here raises."""

from __future__ import annotations

import re
import unicodedata

_EXCEL_TEXT = re.compile(r'="(.*)"', re.DOTALL)
LINE_BREAK = re.compile(r"[\t\n\v\f\r\u2028\u2029]")
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")
# Not after Ã, Â and the like: there it is the second half of a letter that was encoded twice, and shows that it was.
_SPACES = re.compile(r"(?:(?<![ÃÂÅĂĹ])[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]|[ \t\n\v\f\r\u2028\u2029])+")
_UNSEEN = re.compile(r"(?<![ÃÂÅĂĹÄ])\u00ad|[\u034f\u200b\u200e\u200f\u061c\u2060\ufe00-\ufe0f\ufeff]")
# In the scripts of Asia and Africa a joiner changes the letters around it; between others nobody sees it.
_JOINERS = re.compile(r"(?<![\u0600-\u109f\u1780-\u18af\ua800-\uabff\U00010900-\U00011fff])[\u200c\u200d]")
_EDGES = " \t\r\n\u00a0\u200b\u2060\ufeff\u200e\u200f"
_SAME = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in (*range(0xFB00, 0xFB07), *range(0xFF21, 0xFF3B))},
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF41, 0xFF5B)},
}
"""Ligatures and wide letters, as a PDF and an Asian keyboard have them."""


def clean(cell: str) -> str:
    """The text of a cell without surrounding spaces and without the ``="..."`` that marks text for Excel."""
    text = cell.strip()
    if not text.isascii():
        text = text.strip().strip(_EDGES)
    if not text.startswith('="'):
        return text
    wrapped = _EXCEL_TEXT.fullmatch(text)
    return wrapped.group(1).replace('""', '"').strip() if wrapped else text


def tidied(text: str) -> str:
    """A text as it is to whoever reads it: composed, with single spaces, and without what nobody sees."""
    if _PLAIN.fullmatch(text):
        return text
    if not text.isascii():
        text = _JOINERS.sub("", _UNSEEN.sub("", text)).translate(_SAME)
        text = unicodedata.normalize("NFC", text)
    return _SPACES.sub(" ", text).strip(" ")
