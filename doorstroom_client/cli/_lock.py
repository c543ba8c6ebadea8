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

from doorstroom_client.config.reader import Settings
from doorstroom_client.errors import DoorstroomError, StoreError
from doorstroom_client.store.location import is_address, shown

_LONGEST_NAME = 255
"""Bytes in the name of a file, on every file system there is."""


class AlreadyRunning(DoorstroomError):
    """Another run of the same command is busy; this one has done nothing."""


@contextmanager
def alone(settings: Settings, command: str, school: str = "") -> Iterator[None]:
    """Keep other runs of a command away on this machine; for the same store, or without a store: for the same certificate.

    Args:
        settings: where the store is.
        command: which command, as in the name of the file.
        school: only one run at a time for this school; for all schools when empty.

    Raises:
        AlreadyRunning: another run has the lock.
        StoreError: the file cannot be made.
    """
    import fcntl  # not on every system; the other commands do without

    path = _path(settings, f"{command}-{school}" if school else command)
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


def _path(settings: Settings, name: str) -> Path:
    if settings.store is not None and not is_address(settings.store):
        store = Path(settings.store).resolve()  # beside its log, also for who has it by a symbolic link
        if len(os.fsencode(f"{store.name}.{name}.lock")) <= _LONGEST_NAME:
            return store.with_name(f"{store.name}.{name}.lock")
        return store.with_name(f"{hashlib.sha256(os.fsencode(store.name)).hexdigest()[:12]}.{name}.lock")
    # Nothing but the name of a file: two configurations on one machine have two certificates, or two databases.
    own = shown(settings.store) if settings.store else Path(settings.own_certificate.cert).absolute()
    whose = hashlib.sha256(os.fsencode(own)).hexdigest()[:12]
    return _private_folder() / f"{whose}.{name}.lock"


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
