"""The connection to the SQLite file: kept while the file is the same, parted from without harm when it is gone."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import StoreError
from doorstroom_client.store.schema import SQLITE_ID
from doorstroom_client.store.sqlite.place import SHM, WAL, Identity, beside, check_file, held, identity_of, linked
from doorstroom_client.store.sqlite.watch import Seen, Watch

_READER_MS, _TRIES, _PAUSE = 50, 20, 0.1
_HARMLESS = (Seen.SAME, Seen.UNSEEN, Seen.LINKED)
"""The connection goes on, or may be closed as always."""
_AGAIN = "store in use again"
_RESTORE = "Put it back, or a copy of the store, with nothing beside it; it is used again from then on"
_RESTART = (
    "Stop whatever uses the store, move the file away with everything beside it, put back a copy of the store, and start again"
)


@frozen
class Parted:
    """Why there is no connection now.

    Attributes:
        what: what it was, in a few words that are always the same.
        where: the path on which it is found now, of a removed file as long as this process has it; empty when not known.
        text: the same as a sentence.
        hint: what to do.
        again: whether this process may open what lies at the path.
        here: the file is at the path all the same.
        kept: the connection. As long as it is there, no new file gets the numbers of the old ones, and the content of a file
            that was removed exists.
        left: what the old file has left beside the path, and which files these are; nothing is lost when they are removed.
    """

    what: str
    where: str
    text: str
    hint: str = _RESTORE
    again: bool = True
    here: bool = False
    kept: sqlite3.Connection | None = None
    left: tuple[tuple[Path, Identity | None], ...] = ()

    def error(self, why: StoreError | None = None) -> StoreError:
        """What is raised: also why what lies at the path now is not used."""
        if why is None or why.message == self.text:
            return StoreError(self.text, hint=self.hint)
        return StoreError(f"{self.text}; {why.message}", hint=why.hint or self.hint)


class Guard:
    """Looks at the file and the log of one store.

    Args:
        path: absolute.

    Attributes:
        told: is called once for everything that befalls the file, with what it is and where that is now; it may not raise.
        known: which file was opened last; None before that.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._watch: Watch | None = None
        self._parted: Parted | None = None
        self._passing = Seen.SAME
        self.told: Callable[[str, str], None] = lambda *_: None
        self.known: Identity | None = None

    def forget(self) -> bool:
        """In a child process; whether the parent has something open."""
        had, self._watch = self._watch is not None or self._parted is not None, None
        if self._parted is not None and self._parted.kept is not None:
            never_close(self._parted.kept)
        self._parted = None
        return had

    def watch(self, found: Identity) -> None:
        """A connection was opened to the file that was found at the path.

        Raises:
            StoreError: it was replaced at that very moment.
        """
        watch = Watch(self._path)
        if watch.file != found:
            raise StoreError(f"the store {self._path} was replaced while it was opened", retryable=True)
        self._watch, self.known = watch, found

    def look(self, connection: sqlite3.Connection, *, busy: bool) -> bool:
        """Look before and after a commit.

        Args:
            connection: of the file.
            busy: a transaction is open, so that the connection cannot be parted from.

        Returns:
            False when the connection was parted from; `error` says why.

        Raises:
            StoreError: the file may not be used now, and the connection stays.
        """
        seen = self._seen(connection)
        news, self._passing = seen is not self._passing, seen
        if seen is Seen.SAME:
            if news:
                self.told(_AGAIN, str(self._path))
            return True
        if seen in _HARMLESS or busy:
            if news and not busy:
                self.told(f"store {seen}", str(self._path))
            raise linked(self._path) if seen is Seen.LINKED else StoreError(f"the store {self._path} {seen}")
        self._part(connection, seen)
        return False

    def close(self, connection: sqlite3.Connection) -> None:
        """Close a connection, or part from it: closing puts the log into the file, whoever that is of by now."""
        seen = self._seen(connection)
        if seen in _HARMLESS:
            connection.close()
            self._watch = None
        else:
            self._part(connection, seen)

    def end(self) -> None:
        """The store is closed: what was kept of a file that was removed goes too."""
        if self._parted is not None and self._parted.kept is not None:
            self._parted.kept.close()

    def check_again(self) -> None:
        """Refuse to open anything where that would go wrong in this process.

        Raises:
            StoreError: it would.
        """
        if self._parted is not None and not self._parted.again:
            raise self._parted.error()

    def error(self) -> StoreError:
        """Why the connection was parted from."""
        assert self._parted is not None
        return self._parted.error()

    @contextmanager
    def again(self) -> Generator[None]:
        """Open what lies at the path in this block, when something was open before. What the old file left there is removed.

        Raises:
            StoreError: what lies there is not to be used; it says too why the old file is not.
        """
        parted, failed = self._parted, None
        if self.known is None or (parted is None and identity_of(self._path) == self.known):
            yield
            return
        if identity_of(self._path) is None:
            if parted is None or parted.here:
                parted = self._parted = Parted(
                    "store gone", "", f"the store {self._path} is gone; where it is now is not known"
                )
                self.told(parted.what, parted.where)
            raise parted.error()
        before = self.known
        try:
            with held(self._path.resolve().parent):
                if parted is not None and identity_of(self._path) == before:
                    self.end()  # it is back
                elif parted is not None:
                    _clear(self._path, parted)
                yield
        except StoreError as error:
            failed = error
        if failed is not None:
            raise failed if parted is None else parted.error(failed) from None
        self.end()
        self._parted = None
        self.told(_AGAIN, str(self._path))

    def _seen(self, connection: sqlite3.Connection) -> Seen:
        if self._watch is None:
            return Seen.SAME
        seen = self._watch.look()
        if seen is Seen.LOG_SHORTER:  # another process has emptied it, unless what stood in it cannot be read any more
            return Seen.SAME if _is_readable(connection) else Seen.LOG_DAMAGED
        return seen

    def _part(self, connection: sqlite3.Connection, seen: Seen) -> None:
        watch, self._watch, self._passing = self._watch, None, Seen.SAME
        assert watch is not None
        if seen in (Seen.GONE, Seen.OTHER):
            self._parted = _from_file(self._path, connection, watch)
        elif seen is Seen.LOG_GONE and empty_log(connection):
            connection.close()
            text = f"the log of the store {self._path} was removed while it was in use; all that stood in it is in the file"
            self._parted = Parted("log removed, nothing lost", str(self._path), text, "It gets a new one at once", here=True)
        else:
            # Closing it would write its log into a file that may be another's by now.
            never_close(connection)
            text = f"the store {self._path} {seen}, and what was written last may be gone"
            self._parted = Parted(f"store {seen}", str(self._path), text, _RESTART, again=False)
        self.told(self._parted.what, self._parted.where)


def _from_file(path: Path, connection: sqlite3.Connection, watch: Watch) -> Parted:
    """From a file that is not at its path: when it is elsewhere, it gets all that stands in its log."""
    where, left = watch.where(), watch.left
    if where == "":
        text = f"the store {path} was removed while it was in use, and what it held is gone unless you have it elsewhere"
        return Parted("store removed", watch.still_at(), text, kept=connection, left=left)
    whole = (where is None or watch.is_alone_at(where)) and empty_log(connection)
    place = f"it lies at {where} now" if where else "where it is now is not known"
    more = "" if whole else f", and what was written last stands in {beside(path, WAL)}"
    text = f"the store {path} was moved away while it was in use; {place}{more}"
    return Parted("store moved", where or "", text, kept=connection, left=left if whole else ())


def _clear(path: Path, parted: Parted) -> None:
    """Remove what an old file has left beside a new one, when the new one is a whole store.

    Raises:
        StoreError: it is not, and nothing was removed.
    """
    names = [beside(path, suffix) for suffix in (WAL, SHM)]
    found = [name for name, which in parted.left if name in names and which is not None and identity_of(name) == which]
    if not found:
        return
    whole = False
    with suppress(OSError):  # it went again; that is told when it is opened
        check_file(path, path.stat())
    with (  # without what lies beside it
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"file:{quote(os.fsencode(path))}?immutable=1", uri=True)) as raw,
    ):
        owner, checked = (raw.execute(f"PRAGMA {what}").fetchone()[0] for what in ("application_id", "quick_check(1)"))
        whole = owner == SQLITE_ID and checked == "ok"
    if not whole:
        raise StoreError(f"what lies at {path} now is not a whole store")
    for name in found:
        name.unlink(missing_ok=True)


def empty_log(connection: sqlite3.Connection) -> bool:
    """Whether all that stood in the log stands in the file now, on disk."""
    with suppress(sqlite3.Error):
        connection.execute(f"PRAGMA busy_timeout = {_READER_MS}").close()
        for _ in range(_TRIES):
            _, frames, done = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if frames == done:
                return True
            time.sleep(_PAUSE)
    return False


def _is_readable(connection: sqlite3.Connection) -> bool:
    """Whether what stands in nothing but the log can be read: it is put into the file."""
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except sqlite3.Error:
        return False
    return True


def never_close(connection: sqlite3.Connection) -> None:
    """Let a connection be, to the very end of this process: SQLite works in the file when it closes it."""
    import ctypes  # only here, as a process that needs it is to be started again anyway

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))
