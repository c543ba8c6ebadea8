"""The PDF report of one pupil: streamed to its file, proved complete, and kept in one piece or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import field
from pathlib import Path

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.whole_pdf import WholePdf
from doorstroom_client.events import logger
from doorstroom_client.output.files import PartFile

RAPPORT_LIMIT = 25 * 1024 * 1024
"""Bytes that a report may have."""

Progress = Callable[[int, int | None], None]
"""Called with the bytes so far, and the bytes there will be when the supplier told."""


@frozen
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


def rapport_file_name(rapportid: str) -> str:
    """The name of the file for a report: the first 16 digits of the SHA-256 of its id, so that it carries no identifier."""
    return f"{hashlib.sha256(rapportid.encode()).hexdigest()[:16]}.pdf"


class Download:
    """A report on its way in. Its repr shows nothing of it.

    Args:
        rapportid: gives the file its name when `to` is a folder. What the supplier suggests as a name is not used.
        to: a file, an existing folder, or None to keep the report in memory.
        progress: is told how far it is.
    """

    def __init__(self, rapportid: str, to: str | os.PathLike[str] | None, progress: Progress | None = None) -> None:
        target = None if to is None else Path(to)
        self._target = target / rapport_file_name(rapportid) if target is not None and target.is_dir() else target
        self._progress = progress
        self._part: PartFile | None = None
        self._memory: list[bytes] = []
        self._total: int | None = None
        self._reset()

    def _reset(self) -> None:
        self._memory.clear()
        self._size = 0
        self._proof = WholePdf()
        self._checksum = hashlib.sha256()

    def begin(self, total: int | None) -> None:
        """An answer with a report starts; whatever an earlier attempt brought is dropped.

        Args:
            total: bytes that the answer says it has.

        Raises:
            StoreError: the folder cannot be written in.
        """
        self._total = total
        self._reset()
        if self._part is not None:
            self._part.restart()
        elif self._target is not None:
            self._part = PartFile(self._target)

    def write(self, chunk: bytes) -> None:
        """The next piece.

        Raises:
            StoreError: the disk is full or out of order.
        """
        if self._part is not None:
            self._part.write(chunk)
        else:
            self._memory.append(chunk)
        self._size += len(chunk)
        self._checksum.update(chunk)
        self._proof.add(chunk)
        self._tell_progress()

    def _tell_progress(self) -> None:
        """Call the hook; one that fails is logged by its kind and not called again, for the report is what counts."""
        if self._progress is None:
            return
        try:
            self._progress(self._size, self._total)
        except Exception as error:  # noqa: BLE001 - a progress bar must not end a download
            self._progress = None
            logger.error("progress failed (%s)", type(error).__name__)

    @property
    def is_complete(self) -> bool:
        """Whether a whole PDF has come in."""
        return not self.why_not

    @property
    def why_not(self) -> str:
        """Why what came in is no whole PDF; empty when it is one."""
        return self._proof.why_not

    def keep(self) -> Leerlingrapport:
        """Keep the report; with a file this waits for the disk.

        Raises:
            StoreError: the file could not be written; there is no half file.
        """
        path = self._part.keep() if self._part is not None else None
        return Leerlingrapport(b"".join(self._memory), path, self._size, self._checksum.hexdigest())

    def discard(self) -> None:
        """Remove what was not kept."""
        if self._part is not None:
            self._part.discard()
        self._memory.clear()
