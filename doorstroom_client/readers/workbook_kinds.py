"""Which kind of workbook some bytes are, by their content and never by their name, and what they are instead of one."""

from __future__ import annotations

from collections.abc import Callable

from doorstroom_client.readers.table import SAVE_AS_XLSX
from doorstroom_client.readers.workbook_ods import OdsBook
from doorstroom_client.readers.workbook_package import main_part
from doorstroom_client.readers.workbook_parts import Parts
from doorstroom_client.readers.workbook_sheet import Book, Unreadable, damaged
from doorstroom_client.readers.workbook_xls import XlsBook
from doorstroom_client.readers.workbook_xlsb import XlsbBook
from doorstroom_client.readers.workbook_xlsx import XlsxBook

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD = tuple(bytes((9, version, size, 0)) for version, size in ((0, 4), (2, 6), (4, 6), (8, 8), (8, 16)))
"""How a workbook of Excel 2 to 5 begins, that is in no container."""
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_UNPACK = "Unpack it, and give the file that is in it"
_OTHER_PARTS = (
    ("word/", "is a document of Word", SAVE_AS_XLSX),
    ("ppt/", "is a presentation", SAVE_AS_XLSX),
    ("index/", "is a document of Numbers, Pages or Keynote", "Export it from Numbers as .xlsx or CSV"),
    ("index.zip", "is a document of Numbers, Pages or Keynote", "Export it from Numbers as .xlsx or CSV"),
)
_NAMES_IN_OLE: tuple[tuple[str, str, str], ...] = (
    ("EncryptedPackage", "is protected with a password", "Open it in Excel or LibreOffice and save it without a password"),
    ("WordDocument", "is a document of Word", SAVE_AS_XLSX),
    ("PowerPoint Document", "is a presentation", SAVE_AS_XLSX),
)


def is_workbook(content: bytes) -> bool:
    """Whether bytes begin as a workbook does."""
    return content.startswith((ZIP, OLE, *_OLD))


def opened(content: bytes) -> Book:
    """The workbook in some bytes.

    Raises:
        Unreadable: it is none, or one that is not read.
        ConfigurationError: a library that reads it is not installed.
    """
    if not content.startswith(ZIP):
        return _in_ole(content)
    parts = Parts(content)
    if parts.start("mimetype").startswith(_ODS) or ("content.xml" in parts and "mimetype" not in parts):
        return OdsBook(parts)
    main = main_part(parts)
    kind: Callable[[Parts, str], Book] = XlsbBook if main.endswith(".bin") else XlsxBook
    if main and not main.startswith(("word/", "ppt/", "visio/")):
        return kind(parts, main)
    raise _no_workbook(parts)


def _in_ole(content: bytes) -> Book:
    for name, what, hint in _NAMES_IN_OLE:
        if content.startswith(OLE) and name.encode("utf-16-le") in content:
            raise Unreadable(what, hint)
    return XlsBook(content)


def _no_workbook(parts: Parts) -> Unreadable:
    if parts.encrypted:
        return Unreadable("is packed with a password", _UNPACK)
    mimetype = parts.start("mimetype")
    if mimetype.startswith(b"application/vnd.oasis.opendocument"):
        return Unreadable("is a document of LibreOffice that is no spreadsheet", SAVE_AS_XLSX)
    for name in parts:
        for start, what, hint in _OTHER_PARTS:
            if name.startswith(start):
                return Unreadable(what, hint)
    if any(name.endswith((".csv", ".txt", ".tsv", ".xlsx", ".xls", ".ods", ".xlsb", ".xml")) for name in parts):
        return Unreadable("is packed (zip), with a file in it that may be meant", _UNPACK)
    return damaged("is packed (zip), and no workbook")
