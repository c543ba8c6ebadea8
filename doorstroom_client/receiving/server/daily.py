"""Removes what is no longer needed once a day, beside a server that goes on."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from doorstroom_client.errors import DoorstroomError
from doorstroom_client.store.rows import Purged

EVERY = dt.timedelta(days=1)
AFTER_ERROR = dt.timedelta(hours=1)
_LAST_SECONDS = 1.0


class Purgeable(Protocol):
    """What is purged: ``client.store``."""

    def purge(self) -> Purged:
        """Remove what is no longer needed."""
        ...

    def purges(self, limit: int) -> Sequence[Purged]:
        """The last times, newest first."""
        ...


class Purger:
    """Purges when the last time is a day ago or more, and once a day from then on.

    Args:
        store: what is purged.
        now: the wall clock (UTC).
        tell: gets one line for everything that goes wrong.
    """

    def __init__(self, store: Purgeable, now: Callable[[], dt.datetime], tell: Callable[[str], None]) -> None:
        self._store = store
        self._now = now
        self._tell = tell
        self._stopping = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """In a thread, until the end of the block. What it is doing then is broken off between two commits, or by the exit."""
        thread = threading.Thread(target=self._loop, name="doorstroom-opruimen", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join(_LAST_SECONDS)

    def once(self) -> dt.timedelta:
        """Purge when it is time; how long to wait then. Raises nothing: a server goes on, whatever becomes of this."""
        failed = ""
        try:
            wait = self._until_next()
            if wait > dt.timedelta(0):
                return wait
            self._store.purge()
        except DoorstroomError as error:
            failed = error.message
        except Exception as error:  # noqa: BLE001 - its text may hold anything, so only its kind is told
            failed = type(error).__name__
        if failed and not self._stopping.is_set():
            self._tell(f"The store could not be purged; tried again in an hour: {failed}")
        return AFTER_ERROR if failed else EVERY

    def _until_next(self) -> dt.timedelta:
        """A clock that was set back does not make it wait longer than a day."""
        last = next(iter(self._store.purges(1)), None)
        if last is None or not last.wiped:
            return dt.timedelta(0)
        since = self._now() - last.at
        return EVERY - since if since >= dt.timedelta(0) else dt.timedelta(0)

    def _loop(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self.once().total_seconds())
