"""So many at once: counted, and a place is never lost or given twice."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.processes import wait_until

from doorstroom_client.transport.gate import AsyncGate, Gate


def test_no_more_than_so_many_threads_are_inside() -> None:
    gate, lock = Gate(3), threading.Lock()
    inside, most = 0, 0

    def one(_: int) -> None:
        nonlocal inside, most
        gate.enter(30)
        with lock:
            inside += 1
            most = max(most, inside)
        with lock:
            inside -= 1
        gate.leave()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(one, range(500)))
    assert most <= 3
    assert (gate.inside, gate.waiting) == (0, 0)


def test_who_waits_too_long_takes_no_place() -> None:
    gate = Gate(1)
    gate.enter(0)
    with pytest.raises(TimeoutError):
        gate.enter(0.001)
    assert (gate.inside, gate.waiting) == (1, 0)
    gate.leave()
    assert gate.inside == 0


def test_threads_come_in_by_turns() -> None:
    gate = Gate(1)
    gate.enter(0)
    came: list[int] = []

    def one(at: int) -> None:
        gate.enter(30)
        came.append(at)
        gate.leave()

    threads: list[threading.Thread] = []
    for at in range(5):
        threads.append(threading.Thread(target=one, args=(at,)))
        threads[-1].start()
        wait_until(lambda: gate.waiting == len(threads))
    gate.leave()
    for thread in threads:
        thread.join()
    assert came == [0, 1, 2, 3, 4]
    assert gate.inside == 0


class Turn:
    """A lock whose waiting ends as it is told, after something else happened."""

    def __init__(self, gate: Gate, ends: Any, handed_over: bool) -> None:
        self._gate, self._ends, self._handed_over, self._calls = gate, ends, handed_over, 0

    def acquire(self, timeout: float = -1) -> bool:
        self._calls += 1
        if self._calls == 1:
            return True
        if self._handed_over:
            self._gate.leave()
        if isinstance(self._ends, BaseException):
            raise self._ends
        return bool(self._ends)

    def release(self) -> None:
        """Nobody waits for it."""


@pytest.mark.parametrize("handed_over", [True, False])
def test_a_thread_that_is_interrupted_keeps_no_place(monkeypatch: pytest.MonkeyPatch, handed_over: bool) -> None:
    gate = Gate(1)
    gate.enter(0)
    monkeypatch.setattr(threading, "Lock", lambda: Turn(gate, KeyboardInterrupt(), handed_over))
    with pytest.raises(KeyboardInterrupt):
        gate.enter(1)
    assert (gate.inside, gate.waiting) == (0 if handed_over else 1, 0)


def test_a_place_that_comes_at_the_last_moment_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(1)
    gate.enter(0)
    monkeypatch.setattr(threading, "Lock", lambda: Turn(gate, False, True))
    gate.enter(0)
    assert (gate.inside, gate.waiting) == (1, 0)


def test_tasks_that_are_cancelled_or_late_leave_no_place_taken() -> None:
    async def scenario() -> None:
        gate = AsyncGate(2)
        await gate.enter(0)
        await gate.enter(0)
        with pytest.raises(TimeoutError):
            await gate.enter(0.001)
        tasks = [asyncio.ensure_future(gate.enter(30)) for _ in range(4)]
        await asyncio.sleep(0)
        assert gate.waiting == 4
        tasks[0].cancel()  # before its turn
        gate.leave()  # must go to the second
        gate.leave()
        tasks[2].cancel()  # in the very turn in which it got a place
        await asyncio.gather(*tasks, return_exceptions=True)
        assert [task.cancelled() for task in tasks] == [True, False, True, False]
        assert (gate.inside, gate.waiting) == (2, 0)
        gate.leave()
        gate.leave()
        assert gate.inside == 0

    asyncio.run(scenario())


def test_no_more_than_so_many_tasks_are_inside_and_all_come_by_turns() -> None:
    async def scenario() -> None:
        gate = AsyncGate(3)
        most = 0
        came: list[int] = []

        async def one(at: int) -> None:
            nonlocal most
            await gate.enter(30)
            came.append(at)
            most = max(most, gate.inside)
            await asyncio.sleep(0)
            gate.leave()

        await asyncio.gather(*(one(at) for at in range(50)))
        assert came == list(range(50))
        assert most == 3
        assert (gate.inside, gate.waiting) == (0, 0)

    asyncio.run(scenario())
