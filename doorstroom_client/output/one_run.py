"""One run at a time: a lock that the kernel gives back when the run ends, however it ends.

The file stays where it is when the run is over; a file that is removed could be locked by two runs at once.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doorstroom_client.errors import DoorstroomError, StoreError

_LONGEST_NAME = 255
"""Bytes in the name of a file, on every file system there is."""


class AlreadyRunning(DoorstroomError):
    """Another run of the same command is busy; this one has done nothing."""


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other runs away for as long as this one goes on.

    Args:
        path: the lock, as `lock_beside` or `lock_for` name it.

    Raises:
        AlreadyRunning: another run has the lock.
        StoreError: the file cannot be made.
    """
    import fcntl  # not on every system; the other commands do without

    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StoreError(f"cannot make the lock {path}: {error.strerror}", hint="It stands beside the store") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(
                f"another run of this command is busy (it holds {path})",
                hint="This one has done nothing; start it again later",
                retryable=True,
            ) from None
        yield
    finally:
        os.close(descriptor)


def lock_beside(file: Path, name: str) -> Path:
    """The lock of who works with a file: it stands beside it, also for who has the file by a symbolic link.

    Args:
        file: such as the store.
        name: of what is done.
    """
    file = file.resolve()
    if len(os.fsencode(f"{file.name}.{name}.lock")) <= _LONGEST_NAME:
        return file.with_name(f"{file.name}.{name}.lock")
    return file.with_name(f"{_digest(file.name)}.{name}.lock")


def lock_for(whose: str, name: str) -> Path:
    """The lock of who has no file to put it beside, in a folder for temporary files. Nothing is in its name but a digest.

    Args:
        whose: tells those apart who may run at the same time.
        name: of what is done.

    Raises:
        StoreError: there is no place for it.
    """
    return _private_folder() / f"{_digest(whose)}.{name}.lock"


def _digest(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:12]


def _private_folder() -> Path:
    """A folder that is ours alone, in the folder for temporary files, where anybody can put anything."""
    folder = Path(tempfile.gettempdir()) / f"doorstroom-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise StoreError(f"cannot make the folder {folder} for locks: {error.strerror}", hint="Configure a store") from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise StoreError(
            f"{folder} is not a folder of yours alone, so no lock is put there", hint="Remove it, or configure a store"
        )
    return folder
