"""What a file is that is called a CSV and is none, seen from how it begins. Nothing here raises."""

from __future__ import annotations

import re
from collections.abc import Sequence

from doorstroom_client.readers.table import SAVE_AS_CSV, SAVE_AS_XLSX
from doorstroom_client.readers.xml_events import HTML, PACKED, SPREADSHEET

LOOKED_AT = 4096
"""Bytes of its start that are looked at."""
_UTF_32 = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_UNPACK = "Unpack it, and read what is in it"
_EXPORT = "Export the pupils as CSV UTF-8, or as a workbook (.xlsx)"
_SPACE = b" \t\r\n\xef\xbb\xbf"
_STARTS: Sequence[tuple[tuple[bytes, ...], str, str]] = (
    (PACKED, "is packed (gzip, zip or the like)", _UNPACK),
    ((b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07"), "is packed (7-Zip or RAR)", _UNPACK),
    ((b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",), "is a workbook of an old Excel (.xls), or one with a password", SAVE_AS_CSV),
    ((b"%PDF-",), "is a PDF", _EXPORT),
    ((b"{\\rtf",), "is a text with layout (RTF)", _EXPORT),
    ((b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8"), "is a picture", _EXPORT),
    ((b"+/v8", b"+/v9", b"+/v+", b"+/v/"), "is UTF-7, which is for old mail", SAVE_AS_CSV),
    (_UTF_32, "is UTF-32", SAVE_AS_CSV),
)
_SYLK = re.compile(rb"ID;P[A-Z0-9]*[^\r\n]{0,40}(?:\r\n|\r|\n)[BCFOP]{1,2};")
_JSON = re.compile(rb'[\[{][\s\[{]*(?:"[^"\r\n]{0,200}"\s*:|[\]}]|"[^"\r\n]{0,200}"\s*[,\]]|[0-9]+\s*[,\]])')


def other_kind(start: bytes) -> tuple[str, str] | None:
    """What a file is instead of a CSV, with the next step; None when it may be one.

    Args:
        start: its first bytes, `LOOKED_AT` of them when it has as many.
    """
    for starts, what, hint in _STARTS:
        if start.startswith(starts):
            return what, hint
    text = start.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\0", b"").lstrip(_SPACE)
    if _SYLK.match(text):
        return "is a sheet in SYLK", SAVE_AS_CSV
    if HTML.match(text):
        return "is a page in HTML: as some programs export for Excel, or that of a web site that asks to log in", SAVE_AS_CSV
    if SPREADSHEET.match(text):
        return "is a spreadsheet in XML (of Excel 2003, or a flat OpenDocument)", SAVE_AS_XLSX
    if text.startswith((b"<?xml", b"<")):
        return "is XML and not a table", "For pupils in EDEXML: deelnemers send, or read_edexml. It has no advice"
    if _JSON.match(text):
        return "is JSON", _EXPORT
    if _every_fourth(start):
        return "is UTF-32", SAVE_AS_CSV
    return ("is EBCDIC, the text of a mainframe", SAVE_AS_CSV) if _is_ebcdic(start) else None


def _every_fourth(start: bytes) -> bool:
    """Whether three bytes in four are NUL, as in UTF-32."""
    places = len(start) // 4
    zeros = sorted(start[at : places * 4 : 4].count(0) for at in range(4))
    return places > 0 and zeros[0] * 10 < places and all(count * 10 > places * 9 for count in zeros[1:])


def _is_ebcdic(start: bytes) -> bool:
    if not start or start.isascii() or any(end in start for end in (b"\n", b"\r", b";")):
        return False
    text = start.decode("cp500")
    usual = sum((letter.isascii() and (letter.isalnum() or letter in " ;,.-\t\r\n\"'_")) or letter == "\x85" for letter in text)
    return usual * 10 > len(text) * 9
