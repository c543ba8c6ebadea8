"""XML from somebody else, element by element: no DTD, no entities, no network, bounded memory.

Nothing here raises for what a file holds. Only this file uses lxml, and only when an XML is read. lxml gets bytes that were
read here and never the name of a file, so that it opens nothing and unpacks nothing.
"""

from __future__ import annotations

import codecs
import importlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from doorstroom_client.errors import ConfigurationError, DoorstroomError, MessageError, Problem
from doorstroom_client.extras import not_installed

MAX_BYTES = 20 * 1024 * 1024
"""Larger files are refused: a school with a thousand pupils stays under 1 MiB."""
MAX_ELEMENTS = 20_000
"""Elements that are kept at a time; a pupil or group has a few dozen."""
_CHUNK = 32 * 1024
PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ\x00", b"(\xb5/\xfd")
"""How a packed file begins."""
HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|style)\b", re.IGNORECASE)
"""How a page begins that some programs export for Excel under another name."""
SPREADSHEET = re.compile(
    rb"<.{0,900}?(?:urn:schemas-microsoft-com:office:spreadsheet|progid=.Excel\.Sheet|urn:oasis:names:tc:opendocument)",
    re.DOTALL,
)
"""How a spreadsheet begins that is XML as a whole: of Excel 2003, or a flat OpenDocument."""
_START = 1000
_DECLARED = re.compile(r"<\?xml[^>]*?\sencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_UTF_16 = ("utf-16", "utf-16le", "utf-16be", "ucs-2", "iso-10646-ucs-2")
_ENCODING_CODES = (6, 31, 32, 79, 81)  # of libxml2: an encoding that is unknown, or bytes that are not in it
DECLARED = "as it declares"
_EXPORT_AGAIN = "Export the file again, and send or store it unpacked"


def etree() -> Any:
    """The parser library.

    Raises:
        ConfigurationError: the extra ``xml`` is not installed.
    """
    try:
        return importlib.import_module("lxml.etree")
    except ImportError:
        pass
    raise not_installed("xml", "reading XML with lxml", instead="give a CSV")  # here, so that it has no other error behind it


def strict_options() -> dict[str, bool]:
    """How every parser is set: nothing outside of the bytes it gets, nothing repaired, comments and instructions dropped."""
    return {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "dtd_validation": False,
        "attribute_defaults": False,
        "huge_tree": False,
        "recover": False,
        "remove_comments": True,
        "remove_pis": True,
    }


class XmlFile:
    """The elements of a file, and why it cannot be read further.

    Args:
        source: a path, bytes, or the pieces of a part that somebody else unpacks.
        max_bytes: a larger file is refused.

    Attributes:
        name: of the file, without directories.
        failure: the error for the file as a whole; None when it was read, or is not yet.
        encoding: of its text; empty before it is read.
        evidence: what the encoding was seen by.
    """

    def __init__(self, source: object, max_bytes: int = MAX_BYTES) -> None:
        # A name that is not valid in the encoding of the file system must still be printable.
        self.name: str = source.name.encode("utf-8", "replace").decode() if isinstance(source, Path) else "xml"
        self.failure: DoorstroomError | None = None
        self.encoding: str = ""
        self.evidence: str = ""
        self._source = source if isinstance(source, Path | bytes | Iterator) else None
        self._max_bytes = max_bytes
        self._etree = etree()
        self._open = self._held = 0

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def refuse(self, text: str, *, line: int = 0, hint: str = _EXPORT_AGAIN) -> None:
        """Note why the file as a whole cannot be used."""
        place = f"line {line}" if line else "file"
        self.failure = self.failure or MessageError([Problem(place, text)], what=self.name, hint=hint)

    def events(self, most: int = MAX_ELEMENTS) -> Iterator[tuple[str, Any]]:
        """Every ``start`` and ``end`` with its element, until the end or a failure.

        Whoever takes them drops an element that is done with `drop`, or the file is refused for its size.

        Args:
            most: elements that may be kept at a time.
        """
        parser = self._etree.XMLPullParser(events=("start", "end"), **strict_options())
        for chunk in self._chunks():
            if not self._feed(parser, chunk):
                return
            for event, element in parser.read_events():
                if not self._held and not self._is_plain(element):
                    return
                self._open += 1 if event == "start" else -1
                self._held += event == "start"
                yield event, element
                if self.failure is not None:
                    return
            if self._held > most:
                self.refuse(f"holds over {most} elements within one part, so it is no export of pupils")
                return
        if self.failure is None:
            self._feed(parser, None)

    def drop(self, element: Any) -> None:
        """Forget the element that ends now, with everything in it and before it."""
        self._held = self._open
        element.clear()
        parent = element.getparent()
        while parent is not None and len(parent) and parent[0] is not element:
            del parent[0]

    def _feed(self, parser: Any, chunk: bytes | None) -> bool:
        try:
            if chunk is None:
                parser.close()
            else:
                parser.feed(chunk)
        except self._etree.LxmlError as error:
            # The text of the error may hold a name from the file; its number and line do not.
            code, line = getattr(error, "code", 0) or 0, getattr(error, "lineno", 0) or 0
            if code in _ENCODING_CODES:
                named = (
                    "the encoding that it declares" if self.evidence == DECLARED else "UTF-8, and declares no other encoding"
                )
                self.refuse(f"is not text in {named}", line=line)
            else:
                self.refuse(f"is not well-formed XML (code {code} of libxml2)", line=line)
        return self.failure is None

    def _is_plain(self, root: Any) -> bool:
        document = root.getroottree().docinfo
        if document.internalDTD is not None or document.doctype:
            self.refuse("has a DOCTYPE, which no export of pupils needs; it is not read", line=root.sourceline)
        return self.failure is None

    def _chunks(self) -> Iterator[bytes]:
        """The bytes of the file; notes a failure for a file that is too large, packed or not there."""
        total = 0
        for chunk in self._raw():
            if not total and not self._is_xml(chunk):
                return
            total += len(chunk)
            if total > self._max_bytes:
                self.refuse(f"is over {self._max_bytes // 1024**2} MiB", hint="Export the pupils of one school")
                return
            yield chunk
        if not total and self.failure is None:
            self.refuse("is empty")

    def _raw(self) -> Iterator[bytes]:
        reason = "give a Path, or the content as bytes"
        try:
            source = self._source
            if isinstance(source, Iterator):
                yield from source
                return
            if source is not None:
                with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
                    while chunk := file.read(_CHUNK):
                        yield chunk
                return
        except OSError as error:
            reason = error.strerror or type(error).__name__
        except ValueError:
            reason = "this is not a possible path"
        text = f'"{self.name}" cannot be read: {reason}'
        self.failure = ConfigurationError(text, setting="file", hint="Check the path and the rights on the file")

    def _is_xml(self, start: bytes) -> bool:
        declared = _declared(start)
        if start.startswith(PACKED):
            self.refuse("is packed (gzip, zip or the like); only plain XML is read")
        elif declared and not _goes_with(start, declared):
            self.refuse("is in another encoding than the one that it declares")
        elif declared:
            self.encoding, self.evidence = declared.upper(), DECLARED
        else:
            marked = start.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
            self.encoding = "UTF-16" if _is_wide(start) else "UTF-8"
            self.evidence = "seen by its mark" if marked else "as XML is that declares none"
        return self.failure is None


def _is_wide(start: bytes) -> bool:
    """Whether these bytes are UTF-16, with or without its mark."""
    return start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"<\0", b"\0<"))


def _declared(start: bytes) -> str:
    text = start[:400].replace(b"\0", b"").decode("latin-1")
    found = _DECLARED.search(text)
    return found.group(1).casefold() if found else ""


def _goes_with(start: bytes, declared: str) -> bool:
    """Whether what a file declares is what it visibly is; the parser finds out the rest."""
    if _is_wide(start):
        return declared in _UTF_16
    return declared in ("utf-8", "utf8") if start.startswith(codecs.BOM_UTF8) else True


def looks_like_xml(source: object) -> bool:
    """Whether a file, or bytes, begins as XML does, and not as HTML or a spreadsheet. A file that cannot be read does not."""
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                start = file.read(_START)
        else:
            start = source[:_START] if isinstance(source, bytes) else b""
    except (OSError, ValueError):
        return False
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        start = start.removeprefix(mark)
    start = start.replace(b"\0", b"").lstrip()
    return start.startswith(b"<") and not HTML.match(start) and not SPREADSHEET.match(start)
