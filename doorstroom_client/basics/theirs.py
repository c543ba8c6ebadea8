"""What functions of somebody else raise: whatever it is, a program of ours goes on.

But for Ctrl-C and the like. A signal is handled in the main thread, in the middle of whatever runs there, so it comes out of a
function that has nothing to do with it; to take it for a fault of that function would lose it.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class InterruptError(BaseException):
    """A signal handler of ours ends what runs in the main thread with it, as Python's own does with KeyboardInterrupt."""


class ForeignError(RuntimeError):
    """A function raised what ends a program, a task or a generator. It may not end ours.

    Attributes:
        kind: the name of what it raised.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(f"a function raised {kind}")
        self.kind = kind


def contained(error: BaseException) -> Exception:
    """What a function raised, as an error that ends nothing: the error itself, unless it is of a kind that does.

    Raises:
        KeyboardInterrupt: it is one, in the main thread.
        InterruptError: likewise.
    """
    if isinstance(error, KeyboardInterrupt | InterruptError) and threading.current_thread() is threading.main_thread():
        raise error
    if isinstance(error, Exception) and not isinstance(error, StopIteration):  # a future cannot carry the latter
        return error
    return ForeignError(type(error).__name__)


def within(work: Callable[[], T]) -> T:
    """Do something in a thread for who awaits it: in an event loop, what ends a program or a generator does so at once."""
    try:
        return work()
    except BaseException as error:  # no signal interrupts a thread
        found = contained(error)
        if found is error:
            raise
        raise found from None


def kind_of(error: BaseException) -> str:
    """The name of what was raised; its text may hold anything."""
    return error.kind if isinstance(error, ForeignError) else type(error).__name__


def os_reason(error: OSError) -> str:
    """Why the system refused, in its own plain words."""
    if isinstance(error, socket.gaierror):
        return "the name does not resolve"  # its number is none of errno
    return os.strerror(error.errno) if error.errno else type(error).__name__
