"""So many at once and no more: who comes later waits in the order of coming, for as long as their own time lasts."""

from __future__ import annotations

import asyncio
import threading
from collections import deque


class Gate:
    """For threads.

    Args:
        places: how many may be inside at once.
    """

    def __init__(self, places: int) -> None:
        self._lock = threading.Lock()
        self._free = places
        self._places = places
        self._waiting: deque[threading.Lock] = deque()

    @property
    def inside(self) -> int:
        """Places that are taken."""
        return self._places - self._free

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return len(self._waiting)

    def enter(self, seconds: float) -> None:
        """Take a place; give it back with `leave`.

        Raises:
            TimeoutError: there was none within `seconds`.
        """
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        try:
            mine = turn.acquire(timeout=max(0.0, seconds))
        except BaseException:  # such as Ctrl-C
            if not self._gave_up(turn):
                self.leave()
            raise
        if not mine and self._gave_up(turn):
            raise TimeoutError

    def _gave_up(self, turn: threading.Lock) -> bool:
        """Stop waiting; False when the place was handed over in this very moment."""
        with self._lock:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return True
            return False

    def leave(self) -> None:
        """Give the place to who waits longest, or back."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class AsyncGate:
    """For the tasks of one event loop; the counterpart of `Gate`."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._places = places
        self._waiting: deque[asyncio.Future[None]] = deque()

    @property
    def inside(self) -> int:
        """Places that are taken."""
        return self._places - self._free

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return len(self._waiting)

    async def enter(self, seconds: float) -> None:
        """Take a place; give it back with `leave`.

        Raises:
            TimeoutError: there was none within `seconds`.
        """
        if self._free:
            self._free -= 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(seconds):
                await turn
        except BaseException:  # cancelled, or out of time
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif not turn.cancelled():  # the place was handed over in this very moment
                self.leave()
            raise

    def leave(self) -> None:
        """Give the place to who waits longest, or back."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
