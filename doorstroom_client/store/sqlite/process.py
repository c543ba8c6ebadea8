"""What a forked process may do with SQLite, which remembers per process which files are open and which locks are held.

A child inherits that memory. For a file that was open at the fork it believes that it holds locks which only its parent has:
then the parent, when it closes the file, throws away what the child writes. And where another thread of the parent was inside
the library, a lock in it stays taken for ever.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from doorstroom_client.basics import forks
from doorstroom_client.errors import StoreError
from doorstroom_client.store.sqlite.place import Identity, identity_of

_HINT = "Fork before the first use of a client, or have each process open a store that its parent does not use at that moment"


class _Process:
    """This process."""

    def __init__(self) -> None:
        self._open: list[Identity] = []
        self._left: set[Identity] = set()
        self._lock = threading.Lock()
        self._unsure = self._stuck = False
        forks.watch(self)

    def after_fork(self) -> None:
        """What was open at the fork is not to be touched here, and whether the library works has to be seen."""
        self._left |= set(self._open)
        self._open, self._lock, self._unsure = [], threading.Lock(), True

    def leave(self, identity: Identity | None) -> None:
        """A file was open at the fork."""
        self._left |= {identity} if identity is not None else set()

    @contextmanager
    def using(self, path: Path) -> Generator[None]:
        """For as long as a file is open: a child that is forked meanwhile leaves it alone."""
        identity = identity_of(path)
        if identity is not None:
            self._open.append(identity)
        try:
            yield
        finally:
            if identity is not None:
                with suppress(ValueError):  # this is a child, which began anew
                    self._open.remove(identity)

    def check(self, path: Path) -> None:
        """Refuse what cannot go well here.

        Raises:
            StoreError: the file was open at a fork, or the library is stuck since; told within 5 seconds.
        """
        if identity_of(path) in self._left:
            raise StoreError(f"the store {path} was being used when this process was forked, so it is refused here", hint=_HINT)
        with self._lock:
            if self._unsure:
                self._stuck, self._unsure = not _works(path), False
        if self._stuck:
            raise StoreError(f"SQLite was being used when this process was forked, so {path} is refused here", hint=_HINT)


def _works(path: Path) -> bool:
    """Whether SQLite works in this child. It may wait for ever, so a thread that may be lost tries."""
    works = threading.Event()

    def try_it() -> None:
        with suppress(sqlite3.Error):  # what is wrong with the file is told when it is opened for good
            with closing(sqlite3.connect(":memory:")) as connection:
                connection.execute("SELECT length(randomblob(5000))").fetchone()
            with closing(sqlite3.connect(f"file:{quote(os.fspath(path))}?mode=ro", uri=True, timeout=1.0)) as connection:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        works.set()

    threading.Thread(target=try_it, daemon=True, name="doorstroom-sqlite").start()
    return works.wait(forks.PATIENCE - 1.0)


PROCESS = _Process()
