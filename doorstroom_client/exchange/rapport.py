"""The PDF report of one pupil: proved complete, then written in one piece or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from doorstroom_client.errors import StoreError

RAPPORT_LIMIT = 25 * 1024 * 1024
"""Bytes that a report may have."""
_EDGE = 1024


@dataclass(frozen=True, slots=True)
class Leerlingrapport:
    """A downloaded report.

    Attributes:
        content: the PDF; empty when it was written to a file.
        path: the file it was written to, if any.
        size: bytes.
        sha256: checksum of the PDF, hexadecimal.
    """

    content: bytes = field(repr=False)
    path: Path | None
    size: int
    sha256: str


def is_complete_pdf(content: bytes) -> bool:
    """Tell whether this is a whole PDF. HTTP cannot tell: a cut-off download may look like a valid answer."""
    return b"%PDF-" in content[:_EDGE] and b"%%EOF" in content[-_EDGE:]


def keep_rapport(content: bytes, rapportid: str, to: str | os.PathLike[str] | None) -> Leerlingrapport:
    """Wrap a report, and write it when asked.

    Args:
        content: the whole PDF.
        rapportid: gives the file its name when `to` is a folder: the first half of its SHA-256, so that the name of a
            file never carries an identifier. What the supplier suggests as a name is not used.
        to: a file, an existing folder, or None to keep the report in memory.

    Raises:
        StoreError: the file could not be written; there is no half file.
    """
    checksum = hashlib.sha256(content).hexdigest()
    if to is None:
        return Leerlingrapport(content, None, len(content), checksum)
    target = Path(to)
    if target.is_dir():
        target = target / rapport_file_name(rapportid)
    write_whole(target, content)
    return Leerlingrapport(b"", target, len(content), checksum)


def rapport_file_name(rapportid: str) -> str:
    """The name of the file for a report: the first half of the SHA-256 of its id, so that it carries no identifier."""
    return f"{hashlib.sha256(rapportid.encode()).hexdigest()[:16]}.pdf"


def write_whole(target: Path, content: bytes) -> None:
    """Write a private file (mode 0600) that appears under its name only when it is complete and on disk.

    Raises:
        StoreError: the file could not be written; the old one, if any, is untouched.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    except OSError as error:
        raise StoreError(f"cannot write in {target.parent}: {error.strerror}") from None
    part = Path(name)
    reason = ""
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    finally:
        part.unlink(missing_ok=True)
    if reason:
        raise StoreError(f"cannot write {target.name}: {reason}", hint="Free some space or choose another folder")


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
