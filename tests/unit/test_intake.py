"""The receiver in an event loop: what is judged where, what is kept together, and that nobody is answered before."""

from __future__ import annotations

import asyncio
import contextvars
import json
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from support import LEVERANCIER, NOW, OSR, SCHOOL, SUPPLIER_OIN, AsyncFakeTransport, FakeTransport, answer, resultaat

from doorstroom_client import AsyncClient, Client, Event, Retry
from doorstroom_client.errors import StoreError
from doorstroom_client.store.records import Delivery, Kept
from doorstroom_client.terugweg import intake as module

BOTH = pytest.mark.parametrize("kind", [Client, AsyncClient])
QUERY = f"edu-to={SCHOOL.routeringskenmerk}&edu-from={SCHOOL.oin}"
TRACE: contextvars.ContextVar[int] = contextvars.ContextVar("trace", default=-1)


class Inbox:
    """Keeps in memory. The first commit lasts until it is let go, or fails, and notes the thread that it is in."""

    def __init__(self, fail: Callable[[Sequence[Delivery]], Exception | None] = lambda _: None) -> None:
        self.batches: list[int] = []
        self.kept: list[Delivery] = []
        self.threads: list[int] = []
        self.begun, self.go_on = threading.Event(), threading.Event()
        self._fail = fail

    def add(self, delivery: Delivery) -> Kept:
        raise AssertionError

    def add_many(self, deliveries: Sequence[Delivery]) -> list[Kept]:
        self.batches.append(len(deliveries))
        self.threads.append(threading.get_ident())
        self.begun.set()
        assert self.go_on.wait(10)
        error = self._fail(deliveries)
        if error is not None:
            raise error
        self.kept += deliveries
        return [Kept(len(self.kept), one, True, None, 1) for one in deliveries]

    pending = results = history = claim = release = put_off = mark_done = counts = add


def make(kind: Any, inbox: object, **more: Any) -> Any:
    transport = (AsyncFakeTransport if kind is AsyncClient else FakeTransport)(lambda _: answer(200, {}))
    arguments: dict[str, Any] = {"scholen": [SCHOOL], "transport": transport, **more}
    return kind(
        osr=OSR, leveranciers=[LEVERANCIER], auteur="Test 1", store=inbox, retry=Retry.never(), now=lambda: NOW, **arguments
    )


def body(number: int, size: int = 0) -> bytes:
    return json.dumps({**resultaat(score=number), "los": "x" * size}).encode()


async def push(app: Any, content: bytes, sender: str = SUPPLIER_OIN) -> int:
    """The status of the answer."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": content}

    async def send(event: Any) -> None:
        sent.append(event)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/leerlingresultaat", "query_string": QUERY.encode(), "headers": headers}
    await app({**scope, "sender": sender}, receive, send)
    return int(sent[0]["status"])


def app_of(client: Any) -> Any:
    return client.terugweg.asgi(lambda scope: scope["sender"])


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.001)


def play(client: Any, scene: Callable[[Any], Awaitable[None]]) -> None:
    async def whole() -> None:
        app = app_of(client)
        async with asyncio.timeout(10):
            assert await push(app, b"") == 400  # from here on what the OSR says is known
            await scene(app)

    asyncio.run(whole())


@BOTH
def test_what_comes_in_while_the_store_is_busy_goes_along_next(kind: Any) -> None:
    inbox = Inbox()

    async def scene(app: Any) -> None:
        first = asyncio.create_task(push(app, body(0)))
        await until(inbox.begun.is_set)
        others = [asyncio.create_task(push(app, body(number))) for number in range(1, 101)]
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in (first, *others)), "answered before the commit"
        inbox.go_on.set()
        assert await asyncio.gather(first, *others) == [202] * 101

    play(make(kind, inbox), scene)
    assert inbox.batches == [1, 64, 36]
    assert [json.loads(one.payload)["resultatenscores"]["scores"] for one in inbox.kept] == [
        json.loads(body(number))["resultatenscores"]["scores"] for number in range(101)
    ], "in the order in which they came"
    assert threading.get_ident() not in inbox.threads, "the event loop waited for the disk"


@BOTH
def test_a_store_that_cannot_keep_is_503_for_all_and_goes_on(kind: Any) -> None:
    errors = [StoreError("full", retryable=True)]
    inbox = Inbox(lambda _: errors.pop() if errors else None)
    inbox.go_on.set()

    async def scene(app: Any) -> None:
        assert await asyncio.gather(*(push(app, body(number)) for number in range(3))) == [503] * 3
        assert await push(app, body(0)) == 202

    play(make(kind, inbox), scene)
    assert len(inbox.kept) == 1


@BOTH
def test_one_that_cannot_be_kept_does_not_take_others_along(kind: Any) -> None:
    bad = body(1)
    inbox = Inbox(lambda batch: StoreError("not this one") if any(one.payload == bad for one in batch) else None)
    inbox.go_on.set()

    async def scene(app: Any) -> None:
        assert await asyncio.gather(*(push(app, body(number)) for number in range(4))) == [202, 503, 202, 202]

    play(make(kind, inbox), scene)


@BOTH
def test_whatever_else_goes_wrong_is_raised_once_and_the_others_come_back(kind: Any) -> None:
    errors = [RuntimeError("broken")]
    inbox = Inbox(lambda _: errors.pop() if errors else None)
    inbox.go_on.set()

    async def scene(app: Any) -> None:
        got = await asyncio.gather(*(push(app, body(number)) for number in range(3)), return_exceptions=True)
        assert [str(one) for one in got] == ["broken", "503", "503"]
        assert await push(app, body(0)) == 202

    play(make(kind, inbox), scene)


@BOTH
def test_who_leaves_holds_nobody_up_and_what_is_on_its_way_is_kept(kind: Any) -> None:
    inbox = Inbox()

    async def scene(app: Any) -> None:
        first = asyncio.create_task(push(app, body(0)))
        await until(inbox.begun.is_set)
        second, third = (asyncio.create_task(push(app, body(number))) for number in (1, 2))
        await asyncio.sleep(0.01)
        first.cancel()
        second.cancel()
        await asyncio.wait([first, second])
        inbox.go_on.set()
        assert await third == 202

    play(make(kind, inbox), scene)
    assert len(inbox.kept) == 3


@BOTH
def test_an_app_may_serve_one_loop_after_the_other_and_two_at_a_time(kind: Any) -> None:
    inbox = Inbox()
    inbox.go_on.set()
    app = app_of(make(kind, inbox))
    assert [asyncio.run(push(app, body(number))) for number in range(2)] == [202, 202]
    got: list[int] = []

    async def several() -> None:
        got.extend(await asyncio.gather(*(push(app, body(number)) for number in range(20))))

    threads = [threading.Thread(target=lambda: asyncio.run(several())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert got == [202] * 80
    assert len(inbox.kept) == 82


@BOTH
def test_a_loop_that_ends_leaves_nothing_behind(kind: Any) -> None:
    inbox = Inbox()
    app = app_of(make(kind, inbox))

    async def stopped() -> None:
        tasks = [asyncio.create_task(push(app, body(number))) for number in range(2)]
        await until(inbox.begun.is_set)
        late = asyncio.create_task(push(app, body(2)))
        await asyncio.sleep(0.01)
        keeping = [task for task in asyncio.all_tasks() if "_keep" in repr(task.get_coro())]
        assert len(keeping) == 1
        keeping[0].cancel()
        inbox.go_on.set()
        results = await asyncio.gather(*tasks, late, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in results)

    asyncio.run(stopped())
    assert asyncio.run(push(app, body(3))) == 202


@BOTH
def test_an_event_belongs_to_the_request_that_it_is_about(kind: Any) -> None:
    """Spans look for their parent in the context, and hooks of an asynchronous client may use its loop."""
    inbox = Inbox()
    told: list[tuple[str, int]] = []
    threads: set[int] = set()

    def hook(event: Event) -> None:
        told.append((event.result, TRACE.get()))
        threads.add(threading.get_ident())

    async def one(app: Any, number: int, sender: str = SUPPLIER_OIN) -> int:
        TRACE.set(number)
        return await push(app, body(number), sender)

    async def scene(app: Any) -> None:
        tasks = [asyncio.create_task(one(app, number)) for number in range(4)]
        await until(inbox.begun.is_set)
        assert not [result for result, _ in told if result == "kept"], "told before the commit"
        inbox.go_on.set()
        await asyncio.gather(*tasks, one(app, 4, ""))

    play(make(kind, inbox, on_event=hook), scene)
    assert sorted(item for item in told if item[0] in ("kept", "not mandated")) == [
        *(("kept", number) for number in range(4)),
        ("not mandated", 4),
    ]
    received = {threading.get_ident()} & threads
    assert bool(received) == (kind is AsyncClient)


def test_what_waits_is_not_done_in_the_loop(tmp_path: Path) -> None:
    """The OSR, a large message, and a school that a function of somebody else looks up."""
    inbox, here, where = Inbox(), threading.get_ident(), dict[str, int]()
    inbox.go_on.set()

    def osr(_: object) -> Any:
        where["osr"] = threading.get_ident()
        return answer(200, {})

    def school(_: str) -> Any:
        where["school"] = threading.get_ident()
        return SCHOOL

    async def scene(app: Any) -> None:
        assert await push(app, body(0)) == 202

    play(make(Client, inbox, transport=FakeTransport(osr)), scene)
    play(make(Client, inbox, scholen=school), scene)
    assert where.keys() == {"osr", "school"}
    assert here not in where.values()


def test_only_a_large_message_is_judged_beside_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    inbox, judged = Inbox(), list[bool]()
    inbox.go_on.set()
    judge = module.Receiver._read

    def noting(self: Any, *args: Any) -> Any:
        judged.append(loop == [threading.get_ident()])
        return judge(self, *args)

    loop: list[int] = []
    monkeypatch.setattr(module.Receiver, "_read", noting)

    async def scene(app: Any) -> None:
        loop.append(threading.get_ident())
        judged.clear()
        assert await push(app, body(0)) == 202
        assert await push(app, body(2, module._SHORT)) == 202

    play(make(Client, inbox), scene)
    assert judged == [True, False]
