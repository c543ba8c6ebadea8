"""Files that appear under their name only when they are complete and on disk; private, and never half."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from pathlib import Path
from typing import BinaryIO

from doorstroom_client.errors import StoreError

_PREFIX, _SUFFIX = ".doorstroom-", ".part"
_ABANDONED = 3600.0
"""Seconds; a temporary file that was not written to for so long is of a process that died."""
_HINTS = {
    errno.ENOENT: "Make the folder first, or name another one",
    errno.ENOTDIR: "Part of that path is a file: name another folder",
    errno.EACCES: "Name a folder in which this user may write",
    errno.EPERM: "Name a folder in which this user may write",
    errno.EROFS: "Name a folder in which this user may write",
    errno.ENAMETOOLONG: "Give it a shorter name",
}
"""The next step by what was wrong; otherwise the disk is full or out of order."""


class PartFile:
    """A file on its way to its name (mode 0600). Nothing of it stays behind unless it is kept.

    Args:
        target: the name it gets in the end. A symbolic link there is replaced, never followed.
        maker: who makes it, for `remove_left_by`.

    Raises:
        StoreError: the folder cannot be written in, or what is there is no file, such as ``/dev/full``: that is never replaced.
    """

    def __init__(self, target: Path, maker: str = "") -> None:
        self._target = target
        check_replaceable(target)
        if _is_due(target.parent):
            _remove_abandoned(target.parent)
        import tempfile  # brings more than it is worth to who only imports this

        try:
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=_PREFIX + maker, suffix=_SUFFIX)
            if hasattr(os, "fchmod"):
                os.fchmod(handle, 0o600)  # an odd umask may have taken away even what the owner may do
        except OSError as error:
            raise StoreError(f"cannot write in {target.parent}: {error.strerror}", hint=_hint(error)) from None
        self._part = Path(name)
        self._file: BinaryIO = os.fdopen(handle, "wb", buffering=0)

    def write(self, chunk: bytes) -> None:
        """Add to the file.

        Raises:
            StoreError: the disk is full or out of order.
        """
        fault: OSError | None = None
        view = memoryview(chunk)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            fault = error
        if fault is not None:
            self._refuse(fault)

    def restart(self) -> None:
        """Begin anew with an empty file.

        Raises:
            StoreError: the disk is out of order.
        """
        fault: OSError | None = None
        try:
            self._file.seek(0)
            self._file.truncate()
        except OSError as error:
            fault = error
        if fault is not None:
            self._refuse(fault)

    def keep(self) -> Path:
        """Bring everything to disk, and give the file its name.

        Raises:
            StoreError: that failed; the old file, if there was one, is untouched.
        """
        fault: OSError | None = None
        try:
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(self._target)
            _sync_folder(self._target.parent)
        except OSError as error:
            fault = error
        if fault is not None:
            self._refuse(fault)
        return self._target

    def discard(self) -> None:
        """Remove what was not kept; harmless afterwards."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _refuse(self, fault: OSError) -> None:
        self.discard()
        reason = fault.strerror or type(fault).__name__
        raise StoreError(f"cannot write {_shown(self._target)}: {reason}", hint=_hint(fault)) from None


def check_replaceable(target: Path) -> None:
    """Refuse to put a file in the place of a device, a pipe or a folder.

    Raises:
        StoreError: something is there that is no file, or nobody can say.
    """
    try:
        fits = target.is_file() or not target.exists()
    except OSError as error:
        raise StoreError(f"cannot write {_shown(target)}: {error.strerror}", hint=_hint(error)) from None
    if not fits:
        raise StoreError(f"cannot write {_shown(target)}: what is there is no file", hint="Name another file")


def write_whole(target: Path, content: bytes) -> None:
    """Write a private file in one piece.

    Raises:
        StoreError: the file could not be written; the old one, if any, is untouched.
    """
    part = PartFile(target)
    try:
        part.write(content)
        part.keep()
    finally:
        part.discard()


def _shown(target: Path) -> str:
    """Its name; a path without one, such as a folder itself, as it was given."""
    return target.name or str(target)


def _hint(fault: OSError) -> str:
    return _HINTS.get(fault.errno or 0, "Free some space or choose another folder")


_cleaned: dict[Path, float] = {}
"""When each folder was cleaned up by this process."""
_MOST_FOLDERS = 1000


def _is_due(folder: Path) -> bool:
    """Whether to look for what is abandoned there: not for each file, since a folder may hold every report of the country."""
    now = time.monotonic()
    if now - _cleaned.get(folder, -_ABANDONED) < _ABANDONED:
        return False
    if len(_cleaned) >= _MOST_FOLDERS:
        _cleaned.clear()
    _cleaned[folder] = now
    return True


def _remove_abandoned(folder: Path) -> None:
    """Clean up after a process that was killed half-way."""
    _remove_parts(folder, _PREFIX, time.time() - _ABANDONED)


def remove_left_by(maker: str, folder: Path) -> None:
    """Clean up in a folder after an earlier run of the same maker that was killed half-way.

    Args:
        maker: as it was given to `PartFile`; nobody else uses it.
        folder: where to look.
    """
    _remove_parts(folder, _PREFIX + maker, float("inf"))


def _remove_parts(folder: Path, prefix: str, before: float) -> None:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        left = [Path(item.path) for item in entries if item.name.startswith(prefix) and item.name.endswith(_SUFFIX)]
        for path in left:
            with contextlib.suppress(OSError):
                if path.lstat().st_mtime < before:
                    path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
