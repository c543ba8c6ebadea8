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
        least: name of the function that gives the smallest of its arguments.
    """

    skip_locked: str
    least: str

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
        """The same without waiting: False when another transaction works on it."""
        ...

    def wipe(self) -> bool:
        """Have the bytes of what was removed overwritten; False when that cannot be said."""
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
