"""Queries over one connection to PostgreSQL, and how a transaction on it ends."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]


class PostgresCursor:
    """Takes queries as the parts of a store write them.

    Args:
        cursor: of the driver.
    """

    def __init__(self, cursor: psycopg.Cursor[tuple[Any, ...]]) -> None:
        self._cursor = cursor

    @property
    def rowcount(self) -> int:
        """Rows that the last query changed."""
        return self._cursor.rowcount

    def execute(self, query: str, values: Sequence[object] = (), /) -> PostgresCursor:
        """Run a query."""
        self._cursor.execute(_translated(query), values)
        return self

    def executemany(self, query: str, values: Iterable[Sequence[object]], /) -> None:
        """Run a query for each row of values."""
        self._cursor.executemany(_translated(query), values)

    def fetchone(self) -> Any:
        """The next row; None when there is no more."""
        return self._cursor.fetchone()

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        return self._cursor.fetchall()


@contextmanager
def ending(connection: Connection) -> Generator[None]:
    """Leave no transaction open, whatever happens in it."""
    try:
        yield
    except BaseException:
        try:
            connection.execute("ROLLBACK")
        except psycopg.Error:
            connection.close()
        raise


def commit(connection: Connection) -> None:
    """Commit, and look at the answer.

    A transaction that failed is rolled back without an error, and a wait for a standby that was broken off is a warning only.
    """
    warnings: list[object] = []
    connection.add_notice_handler(warnings.append)
    try:
        answer = connection.execute("COMMIT").statusmessage
    finally:
        connection.remove_notice_handler(warnings.append)
    if answer != "COMMIT" or warnings:
        raise psycopg.OperationalError


@lru_cache(maxsize=512)
def _translated(query: str) -> bytes:
    return query.replace("%", "%%").replace("?", "%s").encode()
