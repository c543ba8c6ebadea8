"""A process that was forked must not use what its parent has open to a database: it forgets that, and opens its own."""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forked(Protocol):
    """Has something open that does not go through a fork."""

    def after_fork(self) -> None:
        """Forget it, without closing: it is still in use by the parent."""
        ...


_watched: weakref.WeakSet[Forked] = weakref.WeakSet()
_left: list[object] = []


def watch(opened: Forked) -> None:
    """Have something told in every process that is forked from this one."""
    _watched.add(opened)


def leave(opened: object) -> None:
    """Keep what belongs to the parent from being closed by this process."""
    _left.append(opened)


def _after_fork() -> None:
    for opened in list(_watched):
        opened.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
