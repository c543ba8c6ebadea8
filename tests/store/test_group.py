"""One commit for all that arrives while the disk is busy: nobody is answered before, and nobody suffers from another."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from doorstroom_client.errors import StoreError
from doorstroom_client.store.group import GroupCommit
from doorstroom_client.store.records import Delivery, Kept

AT = dt.datetime(2026, 2, 20, 12, 0, tzinfo=dt.UTC)


def delivery(number: int, size: int = 1) -> Delivery:
    return Delivery("kenmerk", "school", "sender", "2025-2026", f"eck:{number}", "ICE", None, AT, b"x" * size)


class Inbox:
    """Keeps in memory; the first commit lasts until it is let go."""

    def __init__(self, refuse: Callable[[Sequence[Delivery]], BaseException | None] = lambda _: None) -> None:
        self.batches: list[list[str]] = []
        self.kept: list[str] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self._refuse = refuse

    def add_many(self, deliveries: Sequence[Delivery]) -> list[Kept]:
        self.batches.append([one.pupil for one in deliveries])
        if not self.begun.is_set():
            self.begun.set()
            assert self.go_on.wait(10)
        error = self._refuse(deliveries)
        if error is not None:
            raise error
        self.kept += [one.pupil for one in deliveries]
        return [Kept(len(self.kept), one, True, None, 1) for one in deliveries]


def bring(inbox: Any, deliveries: Sequence[Delivery]) -> list[Future[Kept]]:
    """One at first, and all others while its commit lasts."""
    group = GroupCommit(inbox)
    with ThreadPoolExecutor(len(deliveries)) as pool:
        first = pool.submit(group.add, deliveries[0])
        assert inbox.begun.wait(10)
        others = [pool.submit(group.add, one) for one in deliveries[1:]]
        while len(group._queue) < len(others):
            threading.Event().wait(0.001)
        assert not any(future.done() for future in (first, *others)), "answered before the commit"
        inbox.go_on.set()
    return [first, *others]


def test_what_arrives_meanwhile_shares_a_commit() -> None:
    inbox = Inbox()
    futures = bring(inbox, [delivery(number) for number in range(20)])
    assert [len(batch) for batch in inbox.batches] == [1, 19]
    assert {future.result().delivery.pupil for future in futures} == set(inbox.kept)
    assert [future.result().delivery.pupil for future in futures] == [f"eck:{number}" for number in range(20)]


def test_a_commit_is_bounded_in_number_and_in_bytes() -> None:
    inbox = Inbox()
    bring(inbox, [delivery(number) for number in range(100)])
    assert max(len(batch) for batch in inbox.batches) == 64
    assert len(inbox.kept) == 100
    inbox = Inbox()
    bring(inbox, [delivery(number, 1024 * 1024) for number in range(20)])
    assert max(len(batch) for batch in inbox.batches) == 8
    assert len(inbox.kept) == 20


def test_one_that_cannot_be_kept_does_not_take_others_along() -> None:
    def refuse(deliveries: Sequence[Delivery]) -> StoreError | None:
        return StoreError("not this one") if any(one.pupil == "eck:3" for one in deliveries) else None

    inbox = Inbox(refuse)
    futures = bring(inbox, [delivery(number) for number in range(6)])
    with pytest.raises(StoreError, match="not this one"):
        futures[3].result()
    assert sorted(inbox.kept) == [f"eck:{number}" for number in (0, 1, 2, 4, 5)]
    assert sum(future.exception() is None for future in futures) == 5


def test_a_busy_store_is_not_asked_again_for_each() -> None:
    inbox = Inbox(lambda _: StoreError("locked", retryable=True, hint="wait"))
    futures = bring(inbox, [delivery(number) for number in range(6)])
    errors = [future.exception() for future in futures]
    assert [len(batch) for batch in inbox.batches] == [1, 5]
    assert inbox.kept == []
    assert len({id(error) for error in errors}) == 6, "each thread raises an error of its own"
    assert all(isinstance(error, StoreError) and error.retryable and "wait" in str(error) for error in errors)


def test_whatever_else_goes_wrong_leaves_nobody_waiting() -> None:
    inbox = Inbox(lambda _: RuntimeError("broken"))
    futures = bring(inbox, [delivery(number) for number in range(4)])
    kinds = sorted(type(future.exception()).__name__ for future in futures)
    assert kinds == ["RuntimeError", "RuntimeError", "StoreError", "StoreError"]
    assert inbox.kept == []


def test_what_is_brought_together_is_kept_together_and_told_of_each() -> None:
    inbox = Inbox(lambda batch: StoreError("not this one") if any(one.pupil == "eck:3" for one in batch) else None)
    inbox.go_on.set()
    group = GroupCommit(inbox)  # type: ignore[arg-type]
    assert group.add_all([delivery(number) for number in range(100)]) == [number != 3 for number in range(100)]
    assert inbox.batches[0] == [f"eck:{number}" for number in range(64)]
    assert inbox.batches[-1] == [f"eck:{number}" for number in range(64, 100)]
    assert len(inbox.kept) == 99
    assert group.add_all([]) == []


def test_nobody_is_told_of_a_commit_that_has_not_ended() -> None:
    inbox = Inbox()
    group = GroupCommit(inbox)  # type: ignore[arg-type]
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(group.add, delivery(0))
        assert inbox.begun.wait(10)
        several = pool.submit(group.add_all, [delivery(number) for number in (1, 2)])
        while len(group._queue) < 2:
            threading.Event().wait(0.001)
        assert not first.done()
        assert not several.done()
        inbox.go_on.set()
        assert several.result(10) == [True, True]
    assert [len(batch) for batch in inbox.batches] == [1, 2]
