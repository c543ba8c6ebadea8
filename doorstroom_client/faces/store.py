"""The store as a whole: what is in it, how long it stays, and copies of it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Iterator
from functools import partial

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.through_client import ThroughClient
from doorstroom_client.messages.aanlevering import Aanlevering
from doorstroom_client.messages.school import School
from doorstroom_client.operations import Operations
from doorstroom_client.resources import Resources
from doorstroom_client.runtime import SyncRuntime
from doorstroom_client.sending.sent import Verstuurd
from doorstroom_client.store.removed import removed
from doorstroom_client.store.retention import Retention
from doorstroom_client.store.rows import Purged
from doorstroom_client.store.schoolstand import Schoolstand


@frozen
class ClientStore(ThroughClient):
    """The store; reached as ``client.store``. It needs a store with all of its parts."""

    _operations: Operations
    _runtime: SyncRuntime
    _retention: Retention

    def purge(self, days: int | None = None) -> Purged:
        """Remove what is no longer needed, down to its bytes, and note how much it was.

        A result goes when it was processed so many days ago, with all earlier deliveries for the same pupil, test and school
        year; **one that is not processed never goes**. A message of the outbox goes when it was delivered or thrown away so
        many days ago, and when its time ran out by then. Marks of what suppliers accepted have days of their own. Others can
        go on with the store meanwhile. One `Event` tells the numbers.

        Args:
            days: days, for results and messages; as configured when left out.

        Returns:
            The numbers. When `Purged.wiped` is False, what was removed may still stand in the files, until the next time.

        Raises:
            ConfigurationError: no store is configured, or a number of days that cannot be.
            StoreError: the store cannot do its work; what was removed until then is gone and counted.
        """
        now = self._operations.now()
        until = self._retention.until(now, days)
        done = self._runtime.io(lambda: self._runtime.resources.store().purge(now, *until))
        removed(done, self._operations.teller)
        return done

    def removable(self, days: int | None = None) -> Purged:
        """What `purge` would remove now; removes nothing.

        Args:
            days: as there.

        Raises:
            ConfigurationError: no store is configured, or a number of days that cannot be.
            StoreError: the store cannot be read.
        """
        now = self._operations.now()
        until = self._retention.until(now, days)
        return self._runtime.io(lambda: self._runtime.resources.store().removable(now, *until))

    def purges(self, limit: int = 100) -> list[Purged]:
        """What was removed in the past, last first.

        Args:
            limit: at most so many.

        Raises:
            ConfigurationError: no store is configured.
            StoreError: the store cannot be read.
        """
        return self._runtime.io(lambda: self._runtime.resources.store().purges(limit))

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Copy the store into a new file, as it is at one moment, while others go on with it.

        The copy is a store too: mode 0600, checked, and on disk when this returns. It holds what the store holds, so it has to
        be removed in time as well. What was purged before is not in it.

        Args:
            path: a file that does not exist yet, in a folder that does, on a disk that knows hard links.

        Raises:
            ConfigurationError: no store is configured.
            StoreError: the file exists or cannot be written, or this kind of store is copied by tools of its own.
        """
        self._runtime.io(lambda: self._runtime.resources.store().backup(os.fspath(path)))

    def counts(self) -> dict[str, int]:
        """How much is kept.

        Returns:
            Of results ``received``, and of these ``current``, ``pending`` (not yet processed) and ``put_off``; of messages
            how many are in each state: ``waiting``, ``held``, ``parked``, ``delivered``, ``dropped``.

        Raises:
            ConfigurationError: no store is configured.
            StoreError: the store cannot be read.
        """
        store = self._runtime.io(self._runtime.resources.store)
        results, messages = self._runtime.io(lambda: (store.inbox.counts(), store.outbox.counts()))
        return results | {state.value: number for state, number in messages.items()}

    def oldest_pending(self) -> dt.datetime | None:
        """When the oldest result came in that is not yet processed; None when there is none.

        Raises:
            ConfigurationError: no store is configured.
            StoreError: the store cannot be read.
        """
        oldest = self._runtime.io(lambda: self._runtime.resources.store().inbox.pending(limit=1))
        return oldest[0].received.received_at if oldest else None

    def seizoen(self, schools: Iterable[School | str] | None = None, *, schooljaar: str | None = None) -> Iterator[Schoolstand]:
        """How far each school is: participants and advice that were accepted, lists that wait, results and reports.

        The store is asked for one school at a time, by index, so any number of schools takes the memory of one. What the store
        knows are marks and counts; of a pupil that you name, `Schoolstand.van` says how far that one is. See
        `doorstroom_client.season` for what is still missing, and before which date.

        Args:
            schools: the administrations, or keys of them; all configured ones when left out.
            schooljaar: the school year; the one of the client when left out.

        Raises:
            ConfigurationError: no store is configured, a school is not known, or all are meant and `scholen` is a function.
            StoreError: the store cannot be read.
        """
        year = self._operations.schooljaar_of(schooljaar)
        for given in self._operations.known_schools() if schools is None else schools:
            school = self._runtime.run(self._operations.school_meant(given))
            now = self._operations.now()
            yield self._runtime.io(partial(_of_school, self._runtime.resources, school, year, now))

    def vorige_toets(self, school: School | str, *, schooljaar: str | None = None) -> str:
        """OIN of the supplier whose test a school took a year before; empty when the store does not know.

        Args:
            school: the administration, or a key of it.
            schooljaar: the school year after that; the one of the client when left out.

        Raises:
            ConfigurationError: no store is configured, or the school is not known.
            StoreError: the store cannot be read.
        """
        meant, year = self._runtime.run(self._operations.school_meant(school)), self._operations.schooljaar_of(schooljaar)
        store = self._runtime.io(self._runtime.resources.store)
        return self._runtime.io(partial(store.tests.year_before, meant.routeringskenmerk, year))

    def sent(self, lijst: Aanlevering) -> tuple[Verstuurd, ...]:
        """What was sent last about each pupil of a list, beside what the list says now. Nothing is sent or changed.

        It is looked up at the supplier that the school sent to last in the school year of the list; no network is used.

        Args:
            lijst: an `Adviezenlijst` or a `Deelnemerslijst`, as the school has it now.

        Returns:
            A line per pupil, in the order of the list.

        Raises:
            MessageError: the list does not fit the standard.
            ConfigurationError: no store is configured, or the school is not known.
            StoreError: the store cannot be read.
        """
        return self._runtime.run(self._operations.sent(lijst, self._runtime.resources.store))


def _of_school(resources: Resources, school: School, schooljaar: str, now: dt.datetime) -> Schoolstand:
    return resources.store().season.of_school(school.routeringskenmerk, schooljaar, now)
