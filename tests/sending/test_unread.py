"""A run that is dropped unread has done nothing, and says so."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from support import LEVERANCIER, OSR, SCHOOL, AsyncFakeTransport, FakeTransport, answer

from doorstroom_client import AsyncClient, Client
from doorstroom_client.basics.unread import works_while_read


@works_while_read
def counted(upto: int) -> Iterator[int]:
    yield from range(upto)


@works_while_read
async def acounted(upto: int) -> AsyncIterator[int]:
    for number in range(upto):
        yield number


async def read(run: AsyncIterator[int]) -> list[int]:
    return [item async for item in run]


async def close(run: Any) -> None:
    await run.aclose()


def told(work: Callable[[], object]) -> list[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        work()
        gc.collect()
    return [str(item.message) for item in found if item.category is RuntimeWarning]


@pytest.mark.parametrize("run", [counted, acounted])
def test_dropped_unread(run: Any) -> None:
    (said,) = told(lambda: run(3))
    assert said.startswith(f"{run.__name__}(...) was dropped unread, so nothing was done")


def test_read_whole_in_part_or_closed() -> None:
    assert told(lambda: list(counted(3))) == []
    assert told(lambda: next(counted(3))) == []
    assert told(lambda: counted(3).close()) == []
    assert told(lambda: asyncio.run(read(acounted(3)))) == []
    assert told(lambda: asyncio.run(close(acounted(3)))) == []
    assert list(counted(3)) == asyncio.run(read(acounted(3))) == [0, 1, 2]


def arguments() -> dict[str, Any]:
    return {"certificate": None, "osr": OSR, "leveranciers": [LEVERANCIER], "scholen": [SCHOOL], "auteur": "Test 1"}


@pytest.mark.parametrize(("kind", "transport"), [(Client, FakeTransport), (AsyncClient, AsyncFakeTransport)])
def test_every_run_of_a_client_that_acts(kind: Any, transport: Any, tmp_path: Any) -> None:
    sent = transport(lambda _: answer(404))
    client = kind(**arguments(), transport=sent)
    runs: list[Callable[[], object]] = [
        lambda: client.send_many([]),
        lambda: client.fetch_leerlingrapporten(tmp_path),
        lambda: client.osr.check_mandaten([SCHOOL]),
    ]
    for run in runs:
        assert len(told(run)) == 1
    assert sent.requests == []
