"""A disk that takes longer for a sync, for any program that uses `sqlite3`: each commit waits so much longer.

    import benchmarks.slow_disk
    benchmarks.slow_disk.wait(0.005)

What is committed is synced as before; a COMMIT of a transaction then takes the given time more, without the interpreter lock,
as a slow sync does. A simulation: nothing else of such a disk is slow here.
"""

from __future__ import annotations

import sqlite3
import time
from functools import partial
from typing import Any

_real = sqlite3.connect


def wait(seconds: float) -> None:
    """From now on a COMMIT waits; connections that are open already are left alone."""

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, *values: Any) -> Any:
            result = super().execute(sql, *values)
            if sql == "COMMIT":
                time.sleep(seconds)
            return result

    class Connection(sqlite3.Connection):
        def cursor(self, *args: Any, **more: Any) -> Any:
            return super().cursor(*args, factory=Cursor) if not args and not more else super().cursor(*args, **more)

        def execute(self, sql: str, *values: Any) -> Any:
            return self.cursor().execute(sql, *values)

    sqlite3.connect = partial(_real, factory=Connection)  # type: ignore[assignment]
