"""A copy of an SQLite file that others are working in."""

from __future__ import annotations

import os
import sqlite3
from contextlib import AbstractContextManager, closing
from pathlib import Path

from doorstroom_client.errors import StoreError

_OF_NAME = 40
"""Of the name of a copy, in that of the file while it is made: SQLite wants to make a longer one beside it."""


def copy_store(source: Path, copy: Path, errors: AbstractContextManager[None]) -> None:
    """Copy a file as it is at one moment. The copy is private, checked, and synced; it appears when it is complete.

    Args:
        source: the file.
        copy: must not exist yet.
        errors: turns an error of SQLite into ours.

    Raises:
        StoreError: the copy exists already or cannot be written, or the file is damaged.
    """
    if copy.exists():
        raise StoreError(f"{copy} exists already", hint="Name a file that does not exist yet")
    part = copy.with_name(f".{copy.name[:_OF_NAME]}.{os.getpid()}.part")
    reason = ""
    try:
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            with errors:
                _copy_into(part, source)
            _sync(part)
            os.link(part, copy)  # unlike a rename, this does not replace a file that appeared meanwhile
        finally:
            for name in (part, Path(f"{part}-journal")):
                name.unlink(missing_ok=True)
        _sync(copy.parent)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except UnicodeError:
        reason = "SQLite takes no name that is not UTF-8"
    if reason:
        raise StoreError(f"cannot write the copy {copy}: {reason}", hint="Check the disk and the rights on the folder")


def _copy_into(part: Path, source: Path) -> None:
    """Over a connection of its own, so that nobody has to wait; row by row, so that nothing comes along that was removed."""
    with closing(sqlite3.connect(source, isolation_level=None, timeout=10.0)) as reading:
        reading.execute("PRAGMA temp_store = MEMORY")
        reading.execute("VACUUM INTO ?", (str(part),))
    with closing(sqlite3.connect(part, isolation_level=None)) as written:
        found = written.execute("PRAGMA integrity_check").fetchone()
    if found != ("ok",):
        raise StoreError(f"the store {source} is damaged, and so is its copy", hint="Keep an earlier copy")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
