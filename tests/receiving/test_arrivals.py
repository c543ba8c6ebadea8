"""Results that arrive together: nobody is answered before the commit, nobody suffers from another, and who waits is told.

Each scene is played three ways: by threads that wait, as under WSGI, and in the event loop of each client, as under ASGI.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from support import NOW, SCHOOL, SUPPLIER_OIN, FakeTransport, answer, resultaat
from support.clients import QUERY, built, inbound

from doorstroom_client import AsyncClient, Client, Event
from doorstroom_client.errors import ConfigurationError, StoreError
from doorstroom_client.receiving import intake
from doorstroom_client.store.group_commit import GroupCommit, Outcome
from doorstroom_client.store.rows import ReceivedResult, StoredResult

THREADS, LOOP, ASYNC_LOOP = "threads", "loop", "loop of an AsyncClient"
LOOPS = pytest.mark.parametrize("way", [LOOP, ASYNC_LOOP])
EVERY_WAY = pytest.mark.parametrize("way", [THREADS, LOOP, ASYNC_LOOP])
TRACE: contextvars.ContextVar[int] = contextvars.ContextVar("trace", default=-1)


class Inbox:
    """Keeps in memory. The first commit lasts until it is let go; each notes what it held, and the thread that it was in."""

    def __init__(self, fail: Callable[[Sequence[ReceivedResult]], BaseException | None] = lambda _: None) -> None:
        self.batches: list[int] = []
        self.kept: list[ReceivedResult] = []
        self.threads: list[int] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self._fail = fail

    def add(self, received: ReceivedResult) -> StoredResult:
        raise AssertionError

    def add_many(self, deliveries: Sequence[ReceivedResult]) -> list[StoredResult]:
        self.batches.append(len(deliveries))
        self.threads.append(threading.get_ident())
        self.begun.set()
        assert self.go_on.wait(10)
        error = self._fail(deliveries)
        if error is not None:
            raise error
        self.kept += deliveries
        return [StoredResult(len(self.kept), one, True, None, 1) for one in deliveries]

    pending = results = history = claim = release = put_off = mark_done = counts = add


def make(way: str, inbox: object, **more: Any) -> Any:
    return built(AsyncClient if way == ASYNC_LOOP else Client, store=inbox, **more)


def body(number: int, size: int = 0) -> bytes:
    return json.dumps({**resultaat(score=number), "los": "x" * size}).encode()


def score_in(content: bytes) -> int:
    return int(json.loads(content)["resultatenscores"]["scores"]["scores"][0]["waarde"])


def number_of(received: ReceivedResult) -> int:
    return score_in(received.payload)


Push = Callable[..., Coroutine[Any, Any, int]]
"""Pushes a body, perhaps with the OIN of another sender; gives the status of the answer."""


def pusher(client: Any) -> Push:
    """Into the ASGI application of a client."""
    app = client.terugweg.asgi(lambda scope: scope["sender"])

    async def push(content: bytes, sender: str = SUPPLIER_OIN) -> int:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": content}

        async def send(event: Any) -> None:
            sent.append(event)

        headers = [(b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "path": "/leerlingresultaat", "query_string": QUERY.encode()}
        await app({**scope, "headers": headers, "sender": sender}, receive, send)
        return int(sent[0]["status"])

    return push


@asynccontextmanager
async def pushing(way: str, client: Any) -> AsyncIterator[Push]:
    """One of the ways, when what the OSR says is known, so that a message has nothing to wait for but the store."""
    if way != THREADS:
        push = pusher(client)
        assert await push(b"") == 400
        yield push
        return
    with ThreadPoolExecutor(128) as pool:

        async def push(content: bytes, sender: str = SUPPLIER_OIN) -> int:
            request = inbound(content, peer_oin=sender)
            work = contextvars.copy_context().run
            response = await asyncio.get_running_loop().run_in_executor(pool, work, client.terugweg.handle, request)
            return int(response.status)

        assert await push(b"") == 400
        yield push


def play(way: str, client: Any, scene: Callable[[Push], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(10), pushing(way, client) as push:
            await scene(push)
        closed = client.close()
        if closed is not None:
            await closed

    asyncio.run(whole())


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.001)


async def together(push: Push, client: Any, inbox: Inbox, number: int) -> list[asyncio.Task[int]]:
    """One message whose commit lasts, and so many that wait for it to end."""
    first = asyncio.create_task(push(body(0)))
    await until(inbox.begun.is_set)
    others = [asyncio.create_task(push(body(one))) for one in range(1, number + 1)]
    await until(lambda: len(client._runtime.resources.arrivals()._queue) == number)
    return [first, *others]


# --- every way


@EVERY_WAY
def test_what_comes_in_while_the_store_is_busy_goes_along_next(way: str) -> None:
    inbox = Inbox()
    client = make(way, inbox)

    async def scene(push: Push) -> None:
        tasks = await together(push, client, inbox, 100)
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in tasks), "answered before the commit"
        inbox.go_on.set()
        assert await asyncio.gather(*tasks) == [202] * 101

    play(way, client, scene)
    assert inbox.batches == [1, 64, 36]
    numbers = [number_of(one) for one in inbox.kept]
    assert (sorted(numbers) if way == THREADS else numbers) == list(range(101)), "in the order in which they came"
    assert threading.get_ident() not in inbox.threads, "the event loop waited for the disk"


@EVERY_WAY
def test_a_commit_is_bounded_in_bytes(way: str) -> None:
    inbox = Inbox()
    client = make(way, inbox)

    async def scene(push: Push) -> None:
        tasks = await together(push, client, inbox, 1)
        tasks += [asyncio.create_task(push(body(one, 1024 * 1000))) for one in range(2, 20)]
        await until(lambda: len(client._runtime.resources.arrivals()._queue) == 19)
        inbox.go_on.set()
        assert await asyncio.gather(*tasks) == [202] * 20

    play(way, client, scene)
    assert max(inbox.batches) in (9, 10), "8 MiB, with one that is small"
    assert len(inbox.kept) == 20


@EVERY_WAY
def test_a_store_that_is_busy_is_503_for_all_and_not_asked_again_for_each(way: str) -> None:
    errors = [StoreError("locked", retryable=True)]
    inbox = Inbox(lambda batch: errors.pop() if len(batch) > 1 and errors else None)
    client = make(way, inbox)

    async def scene(push: Push) -> None:
        tasks = await together(push, client, inbox, 5)
        inbox.go_on.set()
        assert await asyncio.gather(*tasks) == [202, *[503] * 5]
        assert await push(body(6)) == 202

    play(way, client, scene)
    assert inbox.batches == [1, 5, 1]
    assert [number_of(one) for one in inbox.kept] == [0, 6]


@EVERY_WAY
def test_one_that_cannot_be_kept_does_not_take_others_along(way: str) -> None:
    inbox = Inbox(lambda batch: StoreError("not this one") if 3 in map(number_of, batch) else None)
    client = make(way, inbox)

    async def scene(push: Push) -> None:
        tasks = await together(push, client, inbox, 5)
        inbox.go_on.set()
        assert await asyncio.gather(*tasks) == [202, 202, 202, 503, 202, 202]

    play(way, client, scene)
    assert inbox.batches == [1, 5, 1, 1, 1, 1, 1]
    assert sorted(map(number_of, inbox.kept)) == [0, 1, 2, 4, 5]


@EVERY_WAY
@pytest.mark.parametrize("alone", [False, True])
def test_whatever_else_goes_wrong_is_raised_once_and_the_others_come_back(way: str, alone: bool) -> None:
    """At once, or when each is tried alone because one of them cannot be kept."""
    errors = [RuntimeError("broken"), *([StoreError("one of these")] if alone else [])]
    inbox = Inbox(lambda batch: errors.pop() if 0 not in map(number_of, batch) and errors else None)
    client = make(way, inbox)

    async def scene(push: Push) -> None:
        tasks = await together(push, client, inbox, 3)
        inbox.go_on.set()
        got = [str(one) for one in await asyncio.gather(*tasks, return_exceptions=True)]
        assert got[0] == "202"
        assert sorted(got[1:]) == (["202", "202", "broken"] if alone else ["503", "503", "broken"])
        assert await push(body(4)) == 202

    play(way, client, scene)


@EVERY_WAY
def test_an_event_belongs_to_the_request_that_it_is_about(way: str) -> None:
    """Spans look for their parent in the context, and hooks of an asynchronous client may use its loop."""
    inbox = Inbox(lambda batch: StoreError("not this one") if 3 in map(number_of, batch) else None)
    told: list[tuple[str, int]] = []
    threads: set[int] = set()

    def hook(event: Event) -> None:
        told.append((event.result, TRACE.get()))
        threads.add(threading.get_ident())

    client = make(way, inbox, on_event=hook)

    async def scene(push: Push) -> None:
        async def traced(content: bytes, sender: str = SUPPLIER_OIN) -> int:
            TRACE.set(score_in(content))
            return await push(content, sender)

        tasks = await together(traced, client, inbox, 3)
        assert not [result for result, _ in told if result == "kept"], "told before the commit"
        inbox.go_on.set()
        await asyncio.gather(*tasks, asyncio.create_task(traced(body(4), "")))

    play(way, client, scene)
    ours = [item for item in told if item[0] in ("kept", "not now", "not let in")]
    assert sorted(ours) == [("kept", 0), ("kept", 1), ("kept", 2), ("not let in", 4), ("not now", 3)]
    assert (threading.get_ident() in threads) == (way == ASYNC_LOOP)


@EVERY_WAY
def test_an_event_that_cannot_be_told_is_raised_where_it_belongs(way: str) -> None:
    """A clock of the caller may fail too; nobody is left waiting for it."""
    inbox = Inbox()
    times: list[int] = []

    def now() -> Any:
        if inbox.go_on.is_set():
            times.append(0)
            if len(times) == 2:
                raise RuntimeError("broken clock")
        return NOW

    client = make(way, inbox, now=now)

    async def scene(push: Push) -> None:
        tasks = await together(push, client, inbox, 3)
        inbox.go_on.set()
        got = await asyncio.gather(*tasks, return_exceptions=True)
        assert sorted(map(str, got)) == ["202", "202", "202", "broken clock"]

    play(way, client, scene)


@EVERY_WAY
def test_who_waits_when_the_client_is_closed_is_told(way: str) -> None:
    inbox = Inbox()
    client = make(way, inbox)

    async def scene(push: Push) -> None:
        tasks = await together(push, client, inbox, 3)
        closed = client.close()
        if closed is not None:
            await closed
        inbox.go_on.set()
        got = await asyncio.gather(*tasks, return_exceptions=True)
        assert got[0] == 202
        assert sorted(map(str, got[1:]))[:2] == ["503", "503"]
        assert any("this client is closed" in str(one) for one in got)
        with pytest.raises(ConfigurationError, match="closed"):
            await push(body(4))
        with pytest.raises(ConfigurationError, match="closed"):
            client._runtime.resources.arrivals()
        for thread in (one for one in threading.enumerate() if one.name.startswith("doorstroom-keep")):
            if thread.ident in inbox.threads:
                await asyncio.to_thread(thread.join, 10)
                assert not thread.is_alive()

    play(way, client, scene)
    assert [number_of(one) for one in inbox.kept] == [0]


def test_threads_and_loops_share_a_commit() -> None:
    inbox = Inbox()
    client = make(LOOP, inbox)

    async def whole() -> None:
        async with asyncio.timeout(10), pushing(THREADS, client) as by_thread, pushing(LOOP, client) as in_loop:
            for first, second in ((by_thread, in_loop), (in_loop, by_thread)):
                inbox.begun.clear()
                inbox.go_on.clear()
                tasks = await together(first, client, inbox, 2)
                tasks += [asyncio.create_task(second(body(one))) for one in (3, 4)]
                await until(lambda: len(client._runtime.resources.arrivals()._queue) == 4)
                inbox.go_on.set()
                assert await asyncio.gather(*tasks) == [202] * 5

    asyncio.run(whole())
    client.close()
    assert inbox.batches == [1, 4, 1, 4]


# --- in a loop


@LOOPS
def test_who_leaves_holds_nobody_up_and_what_is_on_its_way_is_kept(way: str) -> None:
    inbox = Inbox()
    client = make(way, inbox)

    async def scene(push: Push) -> None:
        first, second, third = await together(push, client, inbox, 2)
        first.cancel()
        second.cancel()
        await asyncio.wait([first, second])
        inbox.go_on.set()
        assert await third == 202

    play(way, client, scene)
    assert len(inbox.kept) == 3


@LOOPS
def test_an_app_may_serve_one_loop_after_the_other_and_two_at_a_time(way: str) -> None:
    inbox = Inbox()
    inbox.go_on.set()
    push = pusher(make(way, inbox))
    assert [asyncio.run(push(body(number))) for number in range(2)] == [202, 202]
    got: list[int] = []

    async def several() -> None:
        got.extend(await asyncio.gather(*(push(body(number)) for number in range(20))))

    threads = [threading.Thread(target=lambda: asyncio.run(several())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert got == [202] * 80
    assert len(inbox.kept) == 82


@LOOPS
def test_a_loop_that_ends_leaves_nothing_behind(way: str) -> None:
    """Whoever waited in it is gone; another loop goes on, and what was brought is kept."""
    inbox = Inbox()
    client = make(way, inbox)
    push = pusher(client)

    async def ended() -> None:
        assert await push(b"") == 400
        tasks = await together(push, client, inbox, 2)
        assert not any(task.done() for task in tasks)

    asyncio.run(ended())
    inbox.go_on.set()
    assert asyncio.run(push(body(3))) == 202
    assert [number_of(one) for one in inbox.kept] == [0, 1, 2, 3]


@LOOPS
def test_what_is_there_already_goes_along_with_the_first(way: str) -> None:
    inbox = Inbox()
    inbox.go_on.set()

    async def supplier(push: Push) -> list[int]:
        return [await push(body(number)) for number in range(5)]

    async def scene(push: Push) -> None:
        assert await asyncio.gather(*(supplier(push) for _ in range(10))) == [[202] * 5] * 10

    play(way, make(way, inbox), scene)
    assert inbox.batches == [10] * 5, "and so do the next ones, of those who were told together"


@LOOPS
def test_the_loop_is_woken_once_for_a_commit(way: str) -> None:
    inbox = Inbox()
    client = make(way, inbox)
    woken: list[object] = []

    async def scene(push: Push) -> None:
        tasks = await together(push, client, inbox, 20)
        loop = asyncio.get_running_loop()
        wake = loop.call_soon_threadsafe

        def noting(*args: Any, **more: Any) -> Any:
            woken.append(args)
            return wake(*args, **more)

        loop.call_soon_threadsafe = noting  # type: ignore[method-assign]
        inbox.go_on.set()
        assert await asyncio.gather(*tasks) == [202] * 21
        assert len(woken) == 2

    play(way, client, scene)


def test_what_waits_is_not_done_in_the_loop(tmp_path: Path) -> None:
    """The OSR, a school that a function of somebody else looks up, and opening the store."""
    inbox, here, where = Inbox(), threading.get_ident(), dict[str, int]()
    inbox.go_on.set()

    def osr(_: object) -> Any:
        where["osr"] = threading.get_ident()
        return answer(200, "OK")

    def school(_: str) -> Any:
        where["school"] = threading.get_ident()
        return SCHOOL

    async def scene(push: Push) -> None:
        assert await push(body(0)) == 202

    play(LOOP, make(LOOP, inbox, transport=FakeTransport(osr)), scene)
    play(LOOP, make(LOOP, inbox, scholen=school), scene)
    client = make(LOOP, tmp_path / "store.db")
    opening = client._runtime.resources._open

    def noting() -> Any:
        where["store"] = threading.get_ident()
        return opening()

    client._runtime.resources._open = noting
    play(LOOP, client, scene)
    assert where.keys() == {"osr", "school", "store"}
    assert here not in where.values()


def test_only_a_large_message_is_judged_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    inbox, judged = Inbox(), list[bool]()
    inbox.go_on.set()
    judge = intake.Receiver._read

    def noting(self: Any, *args: Any) -> Any:
        judged.append(loop == [threading.get_ident()])
        return judge(self, *args)

    loop: list[int] = []
    monkeypatch.setattr(intake.Receiver, "_read", noting)

    async def scene(push: Push) -> None:
        loop.append(threading.get_ident())
        judged.clear()
        assert await push(body(0)) == 202
        assert await push(body(2, intake._SHORT)) == 202

    play(LOOP, make(LOOP, inbox), scene)
    assert judged == [True, False]


# --- the commit itself


def delivery(number: int) -> ReceivedResult:
    return ReceivedResult("kenmerk", "school", "sender", "2025-2026", f"eck:{number}", "ICE", None, NOW, body(number))


def brought(group: GroupCommit, inbox: Inbox, pool: ThreadPoolExecutor, number: int) -> list[Future[StoredResult]]:
    """One at first, and so many others while its commit lasts."""
    first = pool.submit(group.add, delivery(0))
    assert inbox.begun.wait(10)
    others = [pool.submit(group.add, delivery(one)) for one in range(1, number + 1)]
    while len(group._queue) < number:
        threading.Event().wait(0.001)
    return [first, *others]


def test_each_thread_raises_an_error_of_its_own() -> None:
    inbox = Inbox(lambda _: StoreError("locked", retryable=True, hint="wait"))
    group = GroupCommit(lambda: inbox)  # type: ignore[arg-type, return-value]
    with ThreadPoolExecutor(6) as pool:
        futures = brought(group, inbox, pool, 5)
        inbox.go_on.set()
        errors = [future.exception(10) for future in futures]
    assert len({id(error) for error in errors}) == 6
    assert all(isinstance(error, StoreError) and error.retryable and "wait" in str(error) for error in errors)


def test_who_has_its_answer_does_not_go_on_for_others() -> None:
    """Under a steady stream of messages it would answer late."""
    second, go_on = threading.Event(), threading.Event()

    def hold(batch: Sequence[ReceivedResult]) -> None:
        if 1 in map(number_of, batch):
            second.set()
            assert go_on.wait(10)

    inbox = Inbox(hold)
    group = GroupCommit(lambda: inbox)  # type: ignore[arg-type, return-value]
    late: list[int] = []

    def bring_late() -> None:
        late.append(threading.get_ident())
        group.add(delivery(6))

    with ThreadPoolExecutor(7) as pool:
        futures = brought(group, inbox, pool, 5)
        inbox.go_on.set()
        assert second.wait(10)
        last = pool.submit(bring_late)
        while not group._queue:
            threading.Event().wait(0.001)
        go_on.set()
        for future in (*futures, last):
            future.result(10)
    assert inbox.batches == [1, 5, 1]
    assert inbox.threads[-1:] == late


@pytest.mark.parametrize("alone", [False, True])
def test_an_interrupted_commit_leaves_nobody_waiting(alone: bool) -> None:
    """Ctrl-C in the thread that commits for all, also when each is tried alone."""
    errors: list[BaseException] = [KeyboardInterrupt(), *([StoreError("one of these")] if alone else [])]
    inbox = Inbox(lambda batch: errors.pop() if 0 not in map(number_of, batch) and errors else None)
    group = GroupCommit(lambda: inbox)  # type: ignore[arg-type, return-value]
    told: list[tuple[int, Outcome]] = []
    with ThreadPoolExecutor(4) as pool:
        futures = brought(group, inbox, pool, 3)
        group.bring(delivery(4), 4, told.extend)
        inbox.go_on.set()
        kinds = sorted(type(future.exception(10)).__name__ for future in futures)
    assert kinds == ["KeyboardInterrupt", "NoneType", "StoreError", "StoreError"]
    ((about, outcome),) = told
    assert about == 4
    assert isinstance(outcome, StoreError)
    assert outcome.retryable


def test_what_was_brought_before_the_end_is_kept_and_what_comes_later_is_refused() -> None:
    inbox, told = Inbox(), list[tuple[int, Outcome]]()
    inbox.go_on.set()
    group = GroupCommit(lambda: inbox)  # type: ignore[arg-type, return-value]
    group.bring(delivery(0), 0, told.extend)
    group.close()
    with pytest.raises(RuntimeError):
        group.bring(delivery(1), 1, told.extend)
    group.call()
    group._beside.shutdown()
    assert [about for about, _ in told] == [0]
    assert [number_of(one) for one in inbox.kept] == [0]
