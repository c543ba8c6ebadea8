"""Input that is read while it is worked on: one item at a time, and what was begun is finished when it fails."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

S = TypeVar("S")
T = TypeVar("T")
Stop = Callable[[], bool]


def until(items: Iterable[T], stop: Stop | None) -> Iterator[T]:
    """Items as long as nobody says stop; none is taken and then left."""
    source = iter(items)
    while stop is None or not stop():
        try:
            item = next(source)
        except StopIteration:
            return
        yield item


async def until_async(items: AsyncIterable[S], make: Callable[[S], T], stop: Stop | None) -> AsyncIterator[T]:
    """What is made of each item, as long as nobody says stop."""
    source = aiter(items)
    while stop is None or not stop():
        try:
            item = await anext(source)
        except StopAsyncIteration:
            return
        yield make(item)


class Source(Generic[T]):
    """Gives items until there are none, or until it fails: the failure is kept for the end.

    Args:
        items: whatever they come from.
    """

    def __init__(self, items: Iterable[T]) -> None:
        self._items = iter(items)
        self._failed: Exception | None = None
        self._more = True

    def next(self) -> T | None:
        """The next item; None when there is none."""
        if self._more:
            try:
                return next(self._items)
            except StopIteration:
                pass
            except Exception as error:  # noqa: BLE001 - of the caller's; raised when all is told that was begun
                self._failed = error
            self._more = False
        return None

    def raise_if_failed(self) -> None:
        """Raise what the input ended with."""
        if self._failed is not None:
            raise self._failed


class AsyncSource(Generic[T]):
    """Gives items to an event loop; what is not asynchronous is read in one thread beside it, from the first item to the last.

    Args:
        items: whatever they come from.
    """

    def __init__(self, items: Iterable[T] | AsyncIterable[T]) -> None:
        self._async = aiter(items) if isinstance(items, AsyncIterable) else None
        self._plain = None if isinstance(items, AsyncIterable) else Source(items)
        self._thread: ThreadPoolExecutor | None = None
        self._failed: Exception | None = None
        self._more = True

    async def next(self) -> T | None:
        """The next item; None when there is none."""
        if self._plain is not None:
            return await self._in_thread(self._plain.next)
        assert self._async is not None
        if self._more:
            try:
                return await anext(self._async)
            except StopAsyncIteration:
                pass
            except Exception as error:  # noqa: BLE001 - as above
                self._failed = error
            self._more = False
        return None

    def raise_if_failed(self) -> None:
        """Raise what the input ended with."""
        if self._plain is not None:
            self._plain.raise_if_failed()
        if self._failed is not None:
            raise self._failed

    def close(self) -> None:
        """Let the thread go; an item that it still reads is not waited for."""
        if self._thread is not None:
            self._thread.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], T | None]) -> T | None:
        import asyncio  # who awaits this has loaded it
        from concurrent.futures import ThreadPoolExecutor

        if self._thread is None:
            # One and no more: what reads from a database is often tied to the thread that it was begun in.
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="doorstroom-input")
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(copy_context().run, work))
