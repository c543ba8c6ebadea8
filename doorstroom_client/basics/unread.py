"""A run that works while its results are read: when it is dropped unread it warns, because nothing was done."""

from __future__ import annotations

import warnings
from collections.abc import AsyncGenerator, Callable, Generator
from functools import wraps
from inspect import CO_ASYNC_GENERATOR
from typing import Any, Generic, Self, TypeVar, cast

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def works_while_read(method: F) -> F:
    """Decorate a method that is a generator, asynchronous or not: it warns when what it gave is dropped before it began."""
    kind: Any = _AsyncRun if method.__code__.co_flags & CO_ASYNC_GENERATOR else _Run

    @wraps(method)
    def begin(*given: Any, **more: Any) -> Any:
        return kind(method(*given, **more), method.__name__)

    return cast(F, begin)


class _Unread:
    """What both kinds share."""

    def __init__(self, run: Any, what: str) -> None:
        self._run = run
        self._what = what
        self._begun = False

    def __repr__(self) -> str:
        return f"<{self._what}: {'begun' if self._begun else 'not begun'}>"

    def __del__(self) -> None:
        if not getattr(self, "_begun", True):
            warnings.warn(
                f"{self._what}(...) was dropped unread, so nothing was done: it works while its results are read. Loop over it",
                RuntimeWarning,
                stacklevel=2,
                source=self,
            )


class _Run(_Unread, Generic[T]):
    """For threads."""

    _run: Generator[T]

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        self._begun = True
        return next(self._run)

    def close(self) -> None:
        """Begin nothing any more; what runs is waited for."""
        self._begun = True
        self._run.close()


class _AsyncRun(_Unread, Generic[T]):
    """For event loops."""

    _run: AsyncGenerator[T]

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        self._begun = True
        return await anext(self._run)

    async def aclose(self) -> None:
        """Begin nothing any more; what runs is ended."""
        self._begun = True
        await self._run.aclose()
