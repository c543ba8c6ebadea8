"""Threads beside an event loop, for what waits."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from doorstroom_client.basics import forks
from doorstroom_client.basics.theirs import within

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

T = TypeVar("T")
_THREADS = 32


class Threads:
    """Threads beside an event loop, for what waits.

    There are more of them than asyncio has by itself, which is few on a small machine: those who wait for the disk at the same
    time share a commit, and who waits for a peer keeps nobody up.
    """

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        forks.watch(self)

    def after_fork(self) -> None:
        """No thread of the parent goes on in a child: it makes its own."""
        forks.leave(self._pool)
        self._pool = None

    async def run(self, work: Callable[[], T]) -> T:
        """Do it in one of them."""
        import asyncio  # who awaits this has loaded it; a client that blocks does without

        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="doorstroom-io")
        return await asyncio.get_running_loop().run_in_executor(self._pool, copy_context().run, partial(within, work))

    def close(self) -> None:
        """Begin nothing any more; what runs is not waited for."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False)
