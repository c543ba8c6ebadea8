"""The parts of a packed workbook: found by name, unpacked a piece at a time and never beyond a bound.

No function that raises has the content of a part in a variable that outlives it, and none of these errors leaves the package.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.readers.workbook_sheet import Unreadable, damaged
from doorstroom_client.readers.xml_events import XmlFile

MAX_PARTS = 5_000
MAX_PART = 128 * 1024 * 1024
"""Bytes of a part when it is unpacked. It is never held as a whole."""
MAX_TOTAL = 256 * 1024 * 1024
"""Bytes that are unpacked of one workbook."""
_LESS = "Leave out what is not needed, or save the sheet as CSV"
_CHUNK = 32 * 1024
_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
    NotImplementedError,
)
"""What the standard library raises for an archive that is damaged, protected or packed in another way."""

Got = TypeVar("Got")


@frozen
class Link:
    """How a part names another one.

    Attributes:
        kind: the last word of its type: ``worksheet``, ``styles``.
        part: the name of the other part.
    """

    kind: str
    part: str


class Parts:
    """The parts of a packed workbook.

    Args:
        content: the bytes of the file.

    Raises:
        Unreadable: it is no archive that a workbook can be in.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._total = 0
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self.encrypted: bool = False
        try:
            archive = zipfile.ZipFile(io.BytesIO(content))
        except DAMAGE:
            archive = None
        if archive is None:
            raise damaged()
        self._archive = archive
        infos = archive.infolist()
        if len(infos) > MAX_PARTS:
            raise damaged(f"has over {MAX_PARTS} parts, so it is no workbook")
        for info in infos:
            name = _plain(info.filename)
            if not name or name.endswith("/"):
                continue
            if name in self._infos:
                raise damaged("is damaged: a part of it is there twice")
            self._infos[name] = info
            self.encrypted |= bool(info.flag_bits & 1)

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._infos

    def __iter__(self) -> Iterator[str]:
        """The names of all parts, in small letters."""
        return iter(self._infos)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part."""
        info = self._infos.get(_plain(name))
        if info is None:
            raise damaged("is damaged: a part of it is missing")
        if info.flag_bits & 1:
            raise Unreadable("is protected with a password", "Open it in Excel or LibreOffice and save it without a password")
        if info.compress_type not in _PACKING:
            raise damaged("is packed in a way that no spreadsheet uses")
        left = MAX_PART
        with self._opened(info) as part:
            while chunk := self._next(part):
                left -= len(chunk)
                self._total += len(chunk)
                if left < 0 or self._total > MAX_TOTAL:
                    raise Unreadable(
                        "is too large when it is unpacked", "Leave out what is not needed, or save the sheet as CSV"
                    )
                yield chunk

    def start(self, name: str, most: int = 4096) -> bytes:
        """The first bytes of a part; none when it is not there or cannot be unpacked."""
        found = b""
        try:
            for chunk in self.chunks(name):
                found += chunk
                if len(found) >= most:
                    break
        except Unreadable:
            return b""
        return found[:most]

    def whole(self, name: str, most: int) -> bytes:
        """All bytes of a part that is small."""
        found = bytearray()
        for chunk in self.chunks(name):
            found += chunk
            if len(found) > most:
                raise Unreadable("is too large when it is unpacked", _LESS)
        return bytes(found)

    def elements(self, name: str) -> Iterator[tuple[str, str, Any, XmlFile]]:
        """Every start and end of an element in a part of XML: event, name without namespace, element, and what drops it."""
        file = XmlFile(self.chunks(name), MAX_PART + 1)
        for event, element in file.events():
            yield event, element.tag.rpartition("}")[2], element, file
        if file.failure is not None:
            raise damaged()

    def links(self, name: str) -> Mapping[str, Link]:
        """The parts that a part names, by the id that it has for them; none when it names none."""
        folder, base = posixpath.split(name)
        rels = posixpath.join(folder, "_rels", f"{base}.rels")
        found: dict[str, Link] = {}
        if rels not in self:
            return found
        for event, tag, element, file in self.elements(rels):
            if event == "end" and tag == "Relationship":
                target = str(element.get("Target") or "").replace("\\", "/")
                if element.get("TargetMode") != "External" and target:
                    part = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                    found[str(element.get("Id") or "")] = Link(str(element.get("Type") or "").rpartition("/")[2], part)
                file.drop(element)
        return found

    def _opened(self, info: zipfile.ZipInfo) -> Any:
        return _or_damaged(lambda: self._archive.open(info))

    def _next(self, part: Any) -> bytes:
        return _or_damaged(lambda: bytes(part.read(_CHUNK)))


def _or_damaged(get: Callable[[], Got]) -> Got:
    try:
        return get()
    except DAMAGE:
        pass
    raise damaged()


def _plain(name: str) -> str:
    """Names of parts differ in more than their case; some programs write them with backslashes."""
    return name.replace("\\", "/").lstrip("/").casefold()
