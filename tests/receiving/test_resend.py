"""The same message again, and messages that come in another order than they were made."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import resultaat
from support.clients import Clock
from support.receiving import Ontvanger, opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def ontvanger(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Ontvanger]:
    made = Ontvanger(tmp_path, awaited=request.param, now=clock)
    yield made
    made.close()


def body(score: int = 540, **more: Any) -> bytes:
    return json.dumps(resultaat(score=score, **more)).encode()


def current(ontvanger: Ontvanger) -> list[int | None]:
    """The scores that are current."""
    return [opened(kept).toetsscore for kept in ontvanger.all() if kept.current]


@pytest.mark.parametrize("times", [1, 2, 3, 4, 5])
def test_the_same_bytes_are_kept_once_and_counted(ontvanger: Ontvanger, times: int) -> None:
    assert [ontvanger(body()).status for _ in range(times)] == [202] * times
    (kept,) = ontvanger.all()
    assert (kept.seen, kept.current) == (times, True)


def test_the_same_bytes_from_two_workers_at_once(tmp_path: Path) -> None:
    """Two clients over one file, each in its own thread, as two processes of a server would have."""
    for attempt in range(10):
        workers = [Ontvanger(tmp_path / str(attempt), awaited=awaited) for awaited in (False, True)]
        ready = threading.Barrier(2)
        statuses: list[int] = []

        def work(worker: Ontvanger, times: int, ready: threading.Barrier = ready, statuses: list[int] = statuses) -> None:
            ready.wait(10)
            statuses.extend(worker(body()).status for _ in range(times))

        threads = [threading.Thread(target=work, args=each) for each in zip(workers, (2, 3), strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert statuses == [202] * 5
        (kept,) = workers[0].all()
        assert kept.seen == 5
        for worker in workers:
            worker.close()


def test_one_byte_more_is_another_message(ontvanger: Ontvanger) -> None:
    assert [ontvanger(text).status for text in (body(), body() + b" ")] == [202, 202]
    assert [kept.seen for kept in ontvanger.all()] == [1, 1]


# Each pair: what is made first, and a moment later.
ORDER = {
    "no offset is Dutch winter time": ("2026-03-10T12:29:00", "2026-03-10T11:30:00Z"),
    "no offset is Dutch summer time": ("2025-07-10T13:29:00", "2025-07-10T11:30:00Z"),
    "an offset counts": ("2026-03-10T12:00:00+02:00", "2026-03-10T10:30:00Z"),
    "a fraction of a second": ("2026-03-10T11:00:00.499Z", "2026-03-10T11:00:00.5Z"),
    "a fraction against none": ("2026-03-10T11:00:00Z", "2026-03-10T11:00:00.000001Z"),
    "many digits of a fraction": ("2026-03-10T11:00:00.1234561Z", "2026-03-10T11:00:00.123457Z"),
    "midnight": ("2026-03-09T23:59:59.999999Z", "2026-03-10T00:00:00Z"),
    "midnight without offset": ("2026-03-09T22:59:59Z", "2026-03-10T00:00:00"),
    "only a date": ("2026-03-09T22:59:59Z", "2026-03-10"),
}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2025-10-26T02:30:00", "2025-10-26T01:00:00Z"),
        ("2025-10-26T01:00:00Z", "2025-10-26T02:30:00"),
        ("2025-10-26T02:50:00", "2025-10-26T02:10:00"),
        ("2025-10-26T02:10:00", "2025-10-26T02:50:00"),
    ],
)
def test_in_the_hour_that_comes_twice_the_order_of_receipt_counts(ontvanger: Ontvanger, one: str, other: str) -> None:
    """What it may mean is taken so that what came last was made last."""
    for score, text in enumerate((one, other), 1):
        assert ontvanger(body(score, datumtijd=text)).status == 202
    assert current(ontvanger) == [2]


@pytest.mark.parametrize("arrival", ["in order", "the wrong way round"])
@pytest.mark.parametrize("case", ORDER)
def test_the_last_made_counts_however_the_moment_is_written(ontvanger: Ontvanger, case: str, arrival: str) -> None:
    first, second = (body(score, datumtijd=text) for score, text in zip((1, 2), ORDER[case], strict=True))
    for text in (first, second) if arrival == "in order" else (second, first):
        assert ontvanger(text).status == 202
    assert current(ontvanger) == [2]
