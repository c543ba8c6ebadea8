"""What a signal does: a run stops taking new work, finishes what is on its way, and tells how far it came.

A signal that a run was started with ignored (``nohup``, a job in the background) stays ignored.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, TypeVar

from doorstroom_client.basics.theirs import InterruptError
from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.config import Settings

T = TypeVar("T")
GRACE = 2.0
"""Seconds that a run gets on top of the longest call before it is ended."""
_TWICE = 1.0
"""Seconds within which a signal is the same one: ``timeout`` sends it to the command and to its group."""
_LATER, _INTERRUPTED = 75, 130
_GENTLE = ("SIGTERM", "SIGHUP")
_BUSY = b"\nStopping: what is on its way is finished first. Press Ctrl-C again to end at once.\n"
_CUT_OFF = b"Ended before all answers were there. What was on its way is sent again by the next run.\n"


class SignalledError(InterruptError):
    """SIGTERM or SIGHUP came at a moment at which nothing has to be finished."""


class Stop:
    """Whether a run was asked to stop."""

    def __init__(self) -> None:
        self._number = 0
        self._asked_at = 0.0

    def __call__(self) -> bool:
        """Whether the run was asked to stop."""
        return bool(self._number)

    def ask(self, number: int) -> None:
        """Ask it; the first signal counts."""
        if not self._number:
            self._number, self._asked_at = number, time.monotonic()

    @property
    def seconds(self) -> float:
        """How long ago that was."""
        return time.monotonic() - self._asked_at

    @property
    def signal(self) -> str | None:
        """Name of the signal; None when it was not asked."""
        return signal.Signals(self._number).name if self._number else None

    @property
    def code(self) -> int:
        """The exit code that belongs to the signal; 0 when there was none."""
        if not self._number:
            return 0
        return _INTERRUPTED if self._number == signal.SIGINT else _LATER

    def until(self, items: Iterable[T]) -> Iterator[T]:
        """The items for as long as it was not asked."""
        for item in items:
            if self():
                return
            yield item


@contextmanager
def ends_by_signal() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end a command as Ctrl-C does: files that are half written are cleaned up."""

    def end(number: int, _: FrameType | None) -> None:
        raise SignalledError(signal.Signals(number).name)

    with _handled(_GENTLE, end):
        yield


@contextmanager
def stoppable(seconds: float) -> Iterator[Stop]:
    """Within this, a signal only asks to stop.

    Args:
        seconds: how long one call may take. A run that is not done `GRACE` seconds after that is ended: by design that is
            as harmless as losing power, what was on its way is sent again.
    """
    stop = Stop()

    def ask(number: int, _: FrameType | None) -> None:
        # No locks, threads or consoles here: the code that was interrupted may hold any of them.
        if not stop():
            stop.ask(number)
            signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
            _say(_BUSY)
        elif number == signal.SIGINT and stop.seconds > _TWICE:
            os._exit(_INTERRUPTED)

    def cut_off(_: int, __: FrameType | None) -> None:
        _say(_CUT_OFF)
        os._exit(stop.code)

    with _handled((*_GENTLE, "SIGINT"), ask), _handled(("SIGALRM",), cut_off):
        try:
            yield stop
        finally:
            if stop():
                signal.setitimer(signal.ITIMER_REAL, 0)


def longest_call(settings: Settings) -> float:
    """Seconds that sending one list may take: finding the supplier, and the call itself."""
    return settings.timeouts.osr + settings.timeouts.post


def _say(text: bytes) -> None:
    if not terminal.is_quiet():
        with suppress(OSError):
            os.write(2, text)


_Handler = Callable[[int, FrameType | None], Any] | int | None
"""What the system does at a signal."""


@contextmanager
def _handled(names: Iterable[str], handler: _Handler) -> Iterator[None]:
    """Set a handler for the signals that this system has and that are not ignored."""
    before: dict[int, _Handler] = {}
    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name) for name in names if hasattr(signal, name)):
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)
