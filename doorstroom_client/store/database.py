"""What the parts of a store need of a database: transactions, and who may work on what. The queries are the same for all.

Queries have ``?`` for values. Moments are text that sorts as time does, flags are 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Cursor(Protocol):
    """Runs queries within one transaction."""

    @property
    def rowcount(self) -> int:
        """Rows that the last query changed."""
        ...

    def execute(self, query: str, values: Sequence[object] = (), /) -> Cursor:
        """Run a query."""
        ...

    def executemany(self, query: str, values: Iterable[Sequence[object]], /) -> object:
        """Run a query for each row of values."""
        ...

    def fetchone(self) -> Any:
        """The next row; None when there is no more."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        ...


class Database(Protocol):
    """One database, shared by threads and processes.

    Attributes:
        skip_locked: ends a query that takes rows which nobody else has in hand; empty where one transaction goes at a time.
    """

    skip_locked: str

    def transaction(self, what: str) -> AbstractContextManager[Cursor]:
        """Everything or nothing; on disk when it ends. `what` stands in the error."""
        ...

    def cursor(self, what: str) -> AbstractContextManager[Cursor]:
        """Read. `what` stands in the error."""
        ...

    def lock(self, cursor: Cursor, *about: str) -> None:
        """Wait until no other transaction works on something, and keep others from it until this one ends."""
        ...

    def try_lock(self, cursor: Cursor, *about: str) -> bool:
        """Lock it without waiting: False when another transaction works on it."""
        ...

    def lease_clock(self, cursor: Cursor) -> tuple[str, float]:
        """What names a clock, and its seconds: all workers share it, and nobody sets it. It begins anew at a boot."""
        ...

    def wipe(self) -> bool:
        """Have the bytes of what was removed overwritten, every copy of them; False when that cannot be said."""
        ...

    def backup(self, path: str) -> None:
        """Copy everything into a new file.

        Raises:
            StoreError: the file exists or cannot be written, or this database is copied by tools of its own.
        """
        ...

    def close(self) -> None:
        """Close the database."""
        ...


LET_GO = "lease_owner = NULL, lease_boot = NULL, lease_until = NULL"
"""Nobody has a row in hand any more."""
IS_FREE = "(lease_owner IS NULL OR lease_boot <> ? OR lease_until <= ? OR lease_until > ?)"
"""No worker has a row in hand; with the values of `free_now`."""
_LONGEST_LEASE = 86400.0
"""Seconds. What reaches further was taken before a boot, on a system that does not tell one boot from another."""


def free_now(database: Database, cursor: Cursor) -> tuple[str, float, float]:
    """The values for `IS_FREE` at this moment."""
    boot, clock = database.lease_clock(cursor)
    return boot, clock, clock + _LONGEST_LEASE


def lease_until(database: Database, cursor: Cursor, seconds: float) -> tuple[str, float]:
    """The values of ``lease_boot`` and ``lease_until`` for a lease that is taken now."""
    boot, clock = database.lease_clock(cursor)
    return boot, clock + min(seconds, _LONGEST_LEASE)
