"""What a forked process may not take over from its parent: connections in use there, and locks that nobody lets go any more.

Only the thread that forks goes on in the child. A lock that another thread held stays taken for ever, and what is open to a
peer or a database is in use by the parent: whoever writes there mixes two conversations. So a child forgets the one, renews
the other, and opens its own at first use.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from types import TracebackType
from typing import Protocol

PATIENCE = 5.0
"""Seconds that a fork waits for what other threads have in hand, and a child for a library that may be stuck."""


class Forked(Protocol):
    """Holds something that does not go through a fork."""

    def after_fork(self) -> None:
        """Forget it in the child, without closing: the parent still uses it."""
        ...


class Quieted(Forked, Protocol):
    """Must be at rest at the moment of a fork."""

    def before_fork(self, seconds: float) -> None:
        """Come to rest within so many seconds, and stay so until `after_fork` or `after_fork_in_parent`."""
        ...

    def after_fork_in_parent(self) -> None:
        """Go on."""
        ...


class Lock:
    """A lock that is free in a child process, whoever held it in the parent."""

    __slots__ = ("__weakref__", "_lock")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        watch(self)

    def after_fork(self) -> None:
        """Nobody has it here."""
        self._lock = threading.Lock()

    def acquire(self, *, blocking: bool = True) -> bool:
        """Take it; False when it is taken and nobody wants to wait."""
        return self._lock.acquire(blocking)

    def release(self) -> None:
        """Let it go."""
        self._lock.release()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._lock.release()


_watched: weakref.WeakSet[Forked] = weakref.WeakSet()
_quieted: weakref.WeakSet[Quieted] = weakref.WeakSet()
_at_rest: list[Quieted] = []
_left: list[object] = []
_one_at_a_time = threading.RLock()
"""Held from before a fork until after it: two threads that fork would undo each other's preparations. A signal may come in
between and fork in the same thread."""
_forking = threading.local()
"""Whether this thread has that lock, once for each fork that it is in."""


def watch(opened: Forked) -> None:
    """Have something told in every process that is forked from this one."""
    _watched.add(opened)


def quiet(opened: Quieted) -> None:
    """Have something brought to rest at every fork; the process that was forked tells it too."""
    with _one_at_a_time:
        _quieted.add(opened)


def leave(opened: object) -> None:
    """Keep what belongs to the parent from being closed by this process: closing would talk on what the parent uses."""
    _left.append(opened)


def _before_fork() -> None:
    until = time.monotonic() + PATIENCE
    mine = _one_at_a_time.acquire(timeout=PATIENCE)
    _forking.held = [*getattr(_forking, "held", ()), mine]
    if not mine or any(_forking.held[:-1]):
        return  # another fork has brought all to rest; what it does not reach, the child refuses
    for opened in list(_quieted):
        opened.before_fork(max(0.0, until - time.monotonic()))
        _at_rest.append(opened)  # it is told afterwards, even when it has been dropped since


def _after_fork_in_parent() -> None:
    *_forking.held, mine = _forking.held
    if not mine:
        return
    if not any(_forking.held):
        while _at_rest:
            _at_rest.pop().after_fork_in_parent()
    _one_at_a_time.release()


def _after_fork_in_child() -> None:
    global _one_at_a_time, _forking
    _one_at_a_time, _forking = threading.RLock(), threading.local()
    _at_rest.clear()
    for opened in {*_watched, *_quieted}:
        opened.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
