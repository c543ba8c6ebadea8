"""Whether the file at the path still is the one that was opened, and its log too. SQLite never looks after it has opened them.

A file that is moved, deleted or replaced under a program stays open there, and a commit in it succeeds; so what was said to be
kept would be in a file that nobody looks into any more, or in none.
"""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from doorstroom_client.store.sqlite.place import (
    SHM,
    WAL,
    Identity,
    beside,
    descriptor_of,
    has_log,
    identity,
    identity_of,
    read_at_start,
)

_LOG_BEGINS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")


class Seen(StrEnum):
    """What a look has found."""

    SAME = "as it was"
    UNSEEN = "cannot be looked at"
    LINKED = "has two names"
    GONE = "is gone"
    OTHER = "was replaced"
    WRITTEN_OVER = "was written over"
    LOG_GONE = "lost its log"
    LOG_OTHER = "has the log of another"
    LOG_SHORTER = "has a shorter log"
    LOG_DAMAGED = "has a damaged log"


class Watch:
    """The file and the log that a connection has just opened.

    Args:
        path: absolute.

    Attributes:
        file: which file it is.
        left: what lies beside it, each with which file it is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = beside(path, WAL)
        found = path.stat()
        self.file: Identity = identity(found)
        self._opened = descriptor_of(self.file)
        self._written = found.st_size, found.st_mtime_ns
        log, index = identity_of(self._log), beside(path, SHM)
        self._opened_log = descriptor_of(log)
        # One that is not open here is not the one that SQLite has opened: it was changed at that very moment.
        self._log_file = None if self._opened >= 0 > self._opened_log else log
        self._log_size = 0
        self.left: tuple[tuple[Path, Identity | None], ...] = (self._log, self._log_file), (index, identity_of(index))

    def look(self) -> Seen:
        """Look at both; a few system calls."""
        seen = self._look_at_file()
        if seen is not Seen.SAME:
            return seen
        seen = self._look_at_log()
        # Where a whole folder goes, the file may have gone right after it was looked at.
        again = seen if seen is Seen.SAME else self._look_at_file()
        return seen if again is Seen.SAME else again

    def _look_at_file(self) -> Seen:
        try:
            found = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return Seen.GONE
        except OSError:
            return Seen.UNSEEN
        if (found.st_dev, found.st_ino) != self.file:
            return Seen.OTHER
        if found.st_nlink > 1:
            return Seen.LINKED
        written = found.st_size, found.st_mtime_ns
        if written != self._written:
            if not self._is_a_store():
                return Seen.WRITTEN_OVER
            self._written = written
        return Seen.SAME

    def _is_a_store(self) -> bool:
        """What was written into the file since the last look left its head as SQLite writes it."""
        header = read_at_start(self._opened, self.file, 20)
        return header is None or has_log(header)

    def _look_at_log(self) -> Seen:
        try:
            log = self._log.stat()
        except (FileNotFoundError, NotADirectoryError):
            return Seen.LOG_GONE
        except OSError:
            return Seen.UNSEEN
        if (log.st_dev, log.st_ino) != self._log_file:
            return Seen.LOG_OTHER
        size, self._log_size = self._log_size, log.st_size
        if log.st_size and log.st_size != size:  # what was cut off and written on begins with nothing
            begins = read_at_start(self._opened_log, self._log_file, 4)
            if begins is not None and begins not in _LOG_BEGINS:
                return Seen.LOG_DAMAGED
        return Seen.LOG_SHORTER if log.st_size < size else Seen.SAME

    def where(self) -> str | None:
        """Where the file lies now: empty when it is nowhere any more, None when that is not known."""
        if self._opened < 0:
            return None
        try:
            found = os.fstat(self._opened)
            if identity(found) != self.file:
                return None
            if not found.st_nlink:
                return ""
            path = _path_of(self._opened)
        except OSError:
            return None
        return path if path and identity_of(Path(path)) == self.file else None

    def still_at(self) -> str:
        """By which path a file that was removed can be read as long as this process has it; empty when there is none."""
        found = Path(f"/proc/{os.getpid()}/fd/{self._opened}")
        return str(found) if identity_of(found) == self.file else ""

    def is_alone_at(self, path: str) -> bool:
        """Whether nobody has opened the file where it lies now: there is no other log beside it."""
        return identity_of(beside(Path(path), WAL)) in (None, self._log_file)


def _path_of(descriptor: int) -> str:
    """By what name a system knows an open file."""
    try:
        return str(Path(f"/proc/self/fd/{descriptor}").readlink())
    except OSError:
        import fcntl  # not on every system, and only macOS has this in it

        asked = getattr(fcntl, "F_GETPATH", None)
        return "" if asked is None else os.fsdecode(fcntl.fcntl(descriptor, asked, bytes(1024)).rstrip(b"\0"))
