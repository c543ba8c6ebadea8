"""Received results are handed out until they are processed: to one consumer at a time, of each pupil in order."""

from __future__ import annotations

import asyncio
import datetime as dt
import inspect
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import NOW, SCHOOL, SUPPLIER_OIN
from support.clients import BOTH, Clock, built, inbound, result_of

from doorstroom_client import AsyncClient, ConfigurationError, Event
from doorstroom_client.store.protocols import Inbox
from doorstroom_client.store.rows import ReceivedResult, StoredResult
from doorstroom_client.store.sqlite import file as sqlite_database
from doorstroom_client.store.sqlite.sqlite_store import SqliteStore

LEASE = 100.0
FIRST = ReceivedResult(
    edu_to=SCHOOL.routeringskenmerk,
    edu_from=SCHOOL.oin,
    sender_oin=SUPPLIER_OIN,
    schooljaar="2025-2026",
    pupil="eck:een",
    toets="ICE",
    datumtijd=NOW,
    received_at=NOW,
    payload=b"1",
)


def at(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


class Boot:
    """Time since this machine booted, for as long as a test lasts."""

    elapsed = 0.0

    def __call__(self) -> tuple[str, float]:
        return "boot", self.elapsed


@pytest.fixture(autouse=True)
def boot(monkeypatch: pytest.MonkeyPatch) -> Boot:
    made = Boot()
    monkeypatch.setattr(sqlite_database, "since_boot", made)
    return made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(tmp_path / "s.db")
    yield made
    made.close()


@pytest.fixture
def inbox(store: SqliteStore) -> Inbox:
    return store.inbox


def add(inbox: Inbox, pupil: str, payload: bytes, toets: str = "ICE", seconds: float = 0.0) -> StoredResult:
    return inbox.add(replace(FIRST, pupil=pupil, payload=payload, toets=toets, datumtijd=at(seconds), received_at=at(seconds)))


def test_what_is_taken_is_not_taken_by_another_until_the_lease_is_over(inbox: Inbox, boot: Boot) -> None:
    one, two = add(inbox, "a", b"1"), add(inbox, "b", b"2")
    assert [kept.id for kept in inbox.claim("A", NOW, LEASE, limit=1)] == [one.id]
    assert [kept.id for kept in inbox.claim("B", NOW, LEASE, limit=9)] == [two.id]
    boot.elapsed = LEASE - 1
    assert inbox.claim("C", at(LEASE - 1), LEASE, limit=9) == []
    boot.elapsed = LEASE
    assert [kept.id for kept in inbox.claim("C", at(LEASE), LEASE, limit=9)] == [one.id, two.id]


def test_of_one_pupil_one_result_at_a_time_and_in_order(inbox: Inbox) -> None:
    first, second = add(inbox, "a", b"1", "ICE"), add(inbox, "a", b"2", "DIA")
    assert [kept.id for kept in inbox.claim("A", NOW, LEASE, limit=9)] == [first.id]
    assert inbox.claim("B", NOW, LEASE, limit=9) == []
    inbox.mark_done(first.id, NOW)
    assert [kept.id for kept in inbox.claim("B", NOW, LEASE, limit=9)] == [second.id]


def test_a_newer_delivery_waits_for_the_one_that_is_in_hand(inbox: Inbox) -> None:
    old = add(inbox, "a", b"1")
    assert inbox.claim("A", NOW, LEASE)
    new = add(inbox, "a", b"2", seconds=5)
    assert inbox.claim("B", at(5), LEASE) == []
    assert inbox.pending(now=at(5)) == []
    inbox.mark_done(old.id, at(6))
    assert [kept.id for kept in inbox.claim("B", at(6), LEASE)] == [new.id]


def test_what_is_put_off_comes_when_it_is_due_and_what_is_newer_of_that_pupil_waits(inbox: Inbox) -> None:
    one, two, other = add(inbox, "a", b"1", "ICE"), add(inbox, "a", b"2", "DIA"), add(inbox, "b", b"3")
    assert inbox.put_off(one.id, "las_busy", at(60))
    assert [kept.id for kept in inbox.pending(now=NOW)] == [other.id]
    assert [kept.id for kept in inbox.claim("A", NOW, LEASE, limit=9)] == [other.id]
    assert [kept.id for kept in inbox.pending()] == [one.id, two.id, other.id]
    (due,) = inbox.claim("A", at(60), LEASE, limit=9)
    assert (due.id, due.tries, due.reason, due.due_at) == (one.id, 1, "las_busy", at(60))
    assert inbox.counts()["put_off"] == 1


def test_putting_off_gives_it_back_and_a_newer_delivery_of_the_same_test_does_not_wait(inbox: Inbox) -> None:
    one = add(inbox, "a", b"1")
    assert inbox.claim("A", NOW, LEASE)
    assert inbox.put_off(one.id, "las_busy", at(5000), "A")
    new = add(inbox, "a", b"2", seconds=5)
    assert [kept.id for kept in inbox.claim("B", at(6), LEASE)] == [new.id]


def test_who_has_lost_it_cannot_put_it_off(inbox: Inbox, boot: Boot) -> None:
    one = add(inbox, "a", b"1")
    assert inbox.claim("A", NOW, LEASE)
    boot.elapsed = LEASE
    assert inbox.claim("B", at(LEASE), LEASE)
    assert not inbox.put_off(one.id, "late", at(9999), "A")
    assert not inbox.put_off(one.id, "late", at(9999))
    assert inbox.put_off(one.id, "fine", at(9999), "B")
    inbox.mark_done(one.id, NOW)
    assert not inbox.put_off(one.id, "late", at(9999), "B")


def test_what_is_given_back_is_free_at_once(inbox: Inbox) -> None:
    ids = [add(inbox, str(number), b"%d" % number).id for number in range(3)]
    assert len(inbox.claim("A", NOW, LEASE, limit=3)) == 3
    inbox.release("A", ids[1:])
    inbox.release("B", ids[:1])
    assert [kept.id for kept in inbox.claim("C", NOW, LEASE, limit=3)] == ids[1:]


@pytest.mark.parametrize("step", [-86_400.0, -6.0, LEASE, 86_400.0])
def test_a_wall_clock_that_is_set_neither_ends_nor_prolongs_a_lease(inbox: Inbox, boot: Boot, step: float) -> None:
    one = add(inbox, "a", b"1")
    assert inbox.claim("A", NOW, LEASE)
    assert inbox.claim("B", at(step), LEASE) == []
    boot.elapsed = LEASE
    assert [kept.id for kept in inbox.claim("B", at(step), LEASE)] == [one.id]


def test_only_of_some_administrations(inbox: Inbox) -> None:
    add(inbox, "a", b"1")
    assert inbox.claim("A", NOW, LEASE, edu_to=["0000000700022CC00530"]) == []
    assert inbox.claim("A", NOW, LEASE, edu_to=[]) == []
    assert len(inbox.claim("A", NOW, LEASE, edu_to=[SCHOOL.routeringskenmerk])) == 1


def test_several_are_kept_in_one_commit_or_none(inbox: Inbox) -> None:
    kept = inbox.add_many([FIRST, replace(FIRST, payload=b"2", received_at=at(1), datumtijd=at(1)), FIRST])
    assert [item.id for item in kept] == [kept[0].id, kept[1].id, kept[0].id]
    assert [item.seen for item in inbox.history(kept[0])] == [2, 1]
    assert [item.received.payload for item in inbox.pending()] == [b"2"]
    assert inbox.add_many([]) == []


def test_a_text_that_not_every_database_takes(inbox: Inbox) -> None:
    kept = inbox.add(replace(FIRST, toets="a\0b", payload=b"\0"))
    assert kept.received.toets == "a\ufffdb"
    assert kept.received.payload == b"\0"


def test_many_consumers_process_each_once_and_a_pupil_in_order(store: SqliteStore) -> None:
    inbox = store.inbox
    for number in range(60):
        add(inbox, f"eck:{number % 12}", b"%d" % number, f"toets {number // 12}")
    seen: list[tuple[str, str]] = []
    busy: set[str] = set()
    mutex, clashes = threading.Lock(), list[str]()

    def consume(owner: str) -> None:
        while inbox.counts()["pending"]:
            for kept in inbox.claim(owner, NOW, LEASE, limit=2):
                pupil = kept.received.pupil
                with mutex:
                    clashes.extend([pupil] if pupil in busy else [])
                    busy.add(pupil)
                with mutex:
                    seen.append((pupil, kept.received.toets))
                    busy.discard(pupil)
                inbox.mark_done(kept.id, NOW)

    threads = [threading.Thread(target=consume, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert clashes == []
    assert len(seen) == len(set(seen)) == 60
    for pupil in {pupil for pupil, _ in seen}:
        assert [toets for who, toets in seen if who == pupil] == [f"toets {number}" for number in range(5)]


def make(kind: Any, folder: Path, clock: Callable[[], dt.datetime], on_event: Any = None) -> Any:
    return built(kind, store=folder / "s.db", now=clock, on_event=on_event)


async def whatever(thing: Any) -> Any:
    return await thing if inspect.isawaitable(thing) else thing


async def push(client: Any, number: int, score: int = 540) -> None:
    """A result of pupil `number`; another score makes another message."""
    assert (await whatever(client.terugweg.handle(inbound({**result_of(number), "score": score})))).status == 202


async def each(items: Any) -> Any:
    """Loop over what either client hands out."""
    if isinstance(items, AsyncIterator):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


def after(times: int) -> Callable[[], bool]:
    """Says stop the so-many-th time it is asked."""
    asked = iter(range(10_000))
    return lambda: next(asked) >= times


@BOTH
def test_watch_hands_out_what_comes_and_stops_when_told(kind: Any, tmp_path: Path) -> None:
    async def play() -> None:
        client, clock = make(kind, tmp_path, Clock()), Clock()
        for number in range(3):
            await push(client, number)
        seen = []
        async for result in each(client.watch(SCHOOL, stop=lambda: len(seen) == 4, poll=0.001)):
            seen.append(result.id)
            await whatever(result.done())
            if len(seen) == 3:
                await push(client, 3)
        assert seen == [1, 2, 3, 4]
        assert [item async for item in each(client.resultaten())] == []
        assert clock.at == NOW
        await whatever(client.close())

    asyncio.run(play())


@BOTH
def test_what_was_not_begun_is_given_back_and_what_was_is_kept_for_the_lease(kind: Any, tmp_path: Path, boot: Boot) -> None:
    async def play() -> None:
        clock = Clock()
        client = make(kind, tmp_path, clock)
        for number in range(3):
            await push(client, number)
        items = client.watch(poll=0.001, lease=LEASE)
        result = await anext(items) if kind is AsyncClient else next(items)
        assert [item.id async for item in each(client.resultaten())] == []
        await whatever(items.aclose() if kind is AsyncClient else items.close())
        assert [item.id async for item in each(client.resultaten())] == [2, 3]
        boot.elapsed = LEASE
        clock.at = at(LEASE)
        assert [item.id async for item in each(client.resultaten())] == [result.id, 2, 3]
        await whatever(client.close())

    asyncio.run(play())


@BOTH
def test_a_long_batch_is_not_held_beyond_its_lease(kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = iter(range(0, 100_000, 30))
    for face in ("faces", "async_faces"):
        monkeypatch.setattr(f"doorstroom_client.{face}.resultaten.seconds_since_boot", lambda: float(next(moment)))

    async def play() -> None:
        client = make(kind, tmp_path, Clock())
        for number in range(5):
            await push(client, number)
        taken: list[int] = []
        async for result in each(client.watch(stop=lambda: len(taken) == 5, poll=0.001, lease=120.0)):
            taken.append(result.id)
            await whatever(result.done())
        assert taken == [1, 2, 3, 4, 5]
        await whatever(client.close())

    asyncio.run(play())


@BOTH
def test_on_resultaat_processes_puts_off_and_goes_on(kind: Any, tmp_path: Path) -> None:
    async def play() -> None:
        clock, events, calls = Clock(), list[Event](), list[tuple[int, int, str]]()
        client = make(kind, tmp_path, clock, events.append)
        for number in range(3):
            await push(client, number)

        def handle(result: Any) -> None:
            calls.append((result.id, result.tries, result.reason))
            if result.id == 2 and result.tries < 2:
                raise TimeoutError("geheim")

        async def ahandle(result: Any) -> None:
            handle(result)

        async def run(until: int) -> None:
            given = ahandle if kind is AsyncClient else handle
            await whatever(client.on_resultaat(given, stop=lambda: len(calls) == until or clock.at > at(99_999), poll=0.001))

        await run(3)
        clock.at = at(59.0)
        assert [item.id async for item in each(client.resultaten())] == []
        clock.at = at(60.0)
        await run(4)
        clock.at = at(60.0 + 299.0)
        assert [item.id async for item in each(client.resultaten())] == []
        clock.at = at(60.0 + 300.0)
        await run(5)
        assert calls == [(1, 0, ""), (2, 0, ""), (3, 0, ""), (2, 1, "TimeoutError"), (2, 2, "TimeoutError")]
        told = [(event.result, event.outcomes, event.serious) for event in events if event.action == "resultaat"]
        assert told == [("put off", ("TimeoutError",), True)] * 2
        assert "geheim" not in repr(events)
        assert [item async for item in each(client.resultaten())] == []
        await whatever(client.close())

    asyncio.run(play())


@BOTH
def test_what_cannot_be_read_keeps_nobody_up_and_is_told(kind: Any, tmp_path: Path) -> None:
    async def play() -> None:
        events = list[Event]()
        client = make(kind, tmp_path, Clock(), events.append)
        await push(client, 1)
        other = SqliteStore(tmp_path / "s.db")
        odd = other.inbox.add(replace(FIRST, pupil="geheim", payload=b"geheim"))
        other.close()
        await push(client, 2)
        assert [item.id async for item in each(client.resultaten())] == [odd.id - 1, odd.id + 1]
        seen: list[int] = []
        async for result in each(client.watch(stop=lambda: len(seen) == 2, poll=0.001)):
            seen.append(result.id)
            await whatever(result.done())
        assert seen == [odd.id - 1, odd.id + 1]
        told = [(event.object, event.result, event.serious) for event in events if event.action == "resultaat"]
        assert told == [(f"{odd.id} -", "not readable", True)] * 2
        assert "geheim" not in repr(events)
        await whatever(client.close())

    asyncio.run(play())


@BOTH
def test_later_and_history(kind: Any, tmp_path: Path) -> None:
    async def play() -> None:
        clock = Clock()
        client = make(kind, tmp_path, clock)
        await push(client, 1, 530)
        (result,) = [item async for item in each(client.resultaten())]
        for bad in ("", " ", "a\nb", "x" * 101):
            with pytest.raises(ConfigurationError, match="reason"):
                await whatever(result.later(bad))
        assert await whatever(result.later("las_busy", after=dt.timedelta(hours=1)))
        assert [item async for item in each(client.resultaten())] == []
        (item,) = [item async for item in each(client.resultaten(everything=True))]
        assert (item.tries, item.reason) == (1, "las_busy")
        clock.at = at(10)
        await push(client, 1, 540)
        (newer,) = [item async for item in each(client.resultaten())]
        history = await whatever(newer.history())
        assert [(item.id, item.resultaat.raw["score"]) for item in history] == [(1, 530), (2, 540)]
        assert "ketenid" not in repr(newer) + repr(history)
        await whatever(newer.done())
        assert not await whatever(newer.later("too_late"))
        await whatever(client.close())

    asyncio.run(play())


@BOTH
def test_numbers_that_cannot_work(kind: Any, tmp_path: Path) -> None:
    async def play() -> None:
        client = make(kind, tmp_path, Clock())
        for given in ({"lease": 0.5}, {"poll": 0.0}):
            with pytest.raises(ConfigurationError, match="lease"):
                assert [item async for item in each(client.watch(**given))] == []
        assert [item async for item in each(client.watch(stop=after(0)))] == []
        await whatever(client.close())

    asyncio.run(play())
