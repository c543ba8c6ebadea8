"""Functions of the LAS: one that finds schools, one that tells who sent a message, one that is told of events.

Each may wait, fail or be a coroutine function. Whichever way a message comes in, its sender is told to come back then, and an
event tells what failed. None of them holds up an event loop.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support import (
    OSR,
    SCHOOL,
    SUPPLIER_OIN,
    answer,
    resultaat,
)
from support.clients import QUERY, inbound, make

from doorstroom_client import (
    Advies,
    Adviezenlijst,
    ApiKey,
    AsyncClient,
    Client,
    ConfigurationError,
    Event,
    Leerling,
    School,
    StoreError,
)
from doorstroom_client.transport.request import Operation, Outcome, Request

BODY = json.dumps(resultaat()).encode()
LARGE = json.dumps({**resultaat(score=2), "los": "x" * 50_000}).encode()
DIRECT, AWAITED, WSGI, ASGI, ASGI_AWAITED = "direct", "direct, awaited", "WSGI", "ASGI", "ASGI of an AsyncClient"
EVERY_WAY = pytest.mark.parametrize("way", [DIRECT, AWAITED, WSGI, ASGI, ASGI_AWAITED])
ASYNC = (AWAITED, ASGI_AWAITED)
Got = tuple[int, dict[str, str]]


class Ontvanger:
    """A receiver with functions of somebody else."""

    def __init__(self, way: str, folder: Path, **more: Any) -> None:
        self.way = way
        self.events: list[Event] = []
        awaited = way in ASYNC
        arguments: dict[str, Any] = {"on_event": self.events.append, **more}
        self.peer = arguments.pop("peer", lambda _: SUPPLIER_OIN)
        self.client: Any = make(AsyncClient if awaited else Client, _answers, folder / "s.db", **arguments)

    def push(self, body: bytes = BODY) -> Got:
        """Bring one message."""
        request = inbound(body)
        if self.way == WSGI:
            return self._wsgi(body)
        if self.way == DIRECT:
            response = self.client.terugweg.handle(request)
        elif self.way == AWAITED:
            response = asyncio.run(self.client.terugweg.handle(request))
        else:
            return asyncio.run(self.asgi(body))
        return response.status, dict(response.headers)

    async def asgi(self, body: bytes) -> Got:
        app, sent = self.client.terugweg.asgi(self.peer), list[Any]()

        async def receive() -> Any:
            return {"type": "http.request", "body": body}

        async def send(event: Any) -> None:
            sent.append(event)

        scope = {"type": "http", "method": "POST", "path": "/leerlingresultaat", "query_string": QUERY.encode()}
        await app({**scope, "headers": [(b"content-type", b"application/json")]}, receive, send)
        return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}

    def _wsgi(self, body: bytes) -> Got:
        said: list[Any] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/leerlingresultaat",
            "QUERY_STRING": QUERY,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        self.client.terugweg.wsgi(self.peer)(environ, lambda *given: said.append(given))
        return int(said[0][0][:3]), dict(said[0][1])

    def failures(self) -> list[tuple[str, tuple[str, ...], bool]]:
        return [(event.action, event.outcomes, event.serious) for event in self.events if event.result == "failed"]


def _answers(request: Request) -> Outcome:
    return answer(202, {"melding": "ok"}) if request.operation is Operation.SCHOOLADVIEZEN else answer(200, "OK")


def raising(error: BaseException) -> Callable[..., Any]:
    def function(*_: object) -> Any:
        raise error

    return function


def raising_later(error: BaseException) -> Callable[..., Any]:
    async def function(*_: object) -> Any:
        await asyncio.sleep(0)
        raise error

    return function


ERRORS = {
    "ValueError": ValueError("geheim"),
    "OSError": OSError("geheim"),
    "TimeoutError": TimeoutError("geheim"),
    "StopIteration": StopIteration("geheim"),  # a future cannot carry that one
    "KeyError": KeyError("geheim"),
    "SystemExit": SystemExit("geheim"),
    "GeneratorExit": GeneratorExit("geheim"),
    "CancelledError": asyncio.CancelledError("geheim"),
    "BaseExceptionGroup": BaseExceptionGroup("geheim", [SystemExit("geheim")]),
    "StoreError": StoreError("geheim"),
    "ConfigurationError": ConfigurationError("geheim"),
}


@EVERY_WAY
@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("body", [BODY, LARGE], ids=["small", "large"])
def test_a_function_that_finds_no_school_because_it_fails_is_503(tmp_path: Path, way: str, kind: str, body: bytes) -> None:
    it = Ontvanger(way, tmp_path, scholen=raising(ERRORS[kind]))
    status, headers = it.push(body)
    assert (status, headers["retry-after"]) == (503, "60")
    assert [(action, serious) for action, _, serious in it.failures()] == [("scholen", True)]
    assert [outcomes for _, outcomes, _ in it.failures()] == [(kind,)]
    assert [event.outcomes for event in it.events if event.action == "leerlingresultaat"] == [("503",)]
    assert "geheim" not in repr(it.events)


def interrupted(way: str, folder: Path, where: str) -> Ontvanger:
    """A receiver of which one function is interrupted by Ctrl-C."""

    def function(*_: object) -> Any:
        raise KeyboardInterrupt

    folder.mkdir()
    if where == "transport":
        it = Ontvanger(way, folder)
        it.client._runtime._given.send = function
        return it
    return Ontvanger(way, folder, **{where: function})


@pytest.mark.parametrize(
    ("way", "where"),
    [(DIRECT, where) for where in ("scholen", "on_event", "transport")]
    + [(WSGI, where) for where in ("scholen", "peer", "on_event", "transport")],
)
def test_ctrl_c_in_a_function_is_no_fault_of_it(tmp_path: Path, way: str, where: str) -> None:
    """It comes in the main thread, wherever that is; in another thread nothing but the function can raise it."""
    with pytest.raises(KeyboardInterrupt):
        interrupted(way, tmp_path / "main", where).push()
    with ThreadPoolExecutor(1) as pool:
        status, _ = pool.submit(interrupted(way, tmp_path / "other", where).push).result(20)
    assert status == (202 if where == "on_event" else 503)


@EVERY_WAY
@pytest.mark.parametrize("kind", ERRORS)
@pytest.mark.parametrize("body", [BODY, LARGE], ids=["small", "large"])
def test_a_transport_that_fails_is_503(tmp_path: Path, way: str, kind: str, body: bytes) -> None:
    it = Ontvanger(way, tmp_path)
    it.client._runtime._given.send = raising(ERRORS[kind])
    status, headers = it.push(body)
    assert (status, headers["retry-after"]) == (503, "60")
    assert "geheim" not in repr(it.events)


@EVERY_WAY
@pytest.mark.parametrize(
    "given",
    ["x", 3, False, {"oin": SCHOOL.oin}, object(), School, SimpleNamespace(oin=SCHOOL.oin.encode()), (SCHOOL,)],
    ids=lambda given: type(given).__name__,
)
def test_a_function_that_gives_no_school_is_503(tmp_path: Path, way: str, given: object) -> None:
    it = Ontvanger(way, tmp_path, scholen=lambda _: given)
    assert it.push()[0] == 503
    assert [action for action, *_ in it.failures()] == ["scholen"]


@EVERY_WAY
def test_a_function_that_works_again_lets_results_in(tmp_path: Path, way: str) -> None:
    answers: list[Any] = [ValueError(), SCHOOL, None]

    def find(_: str) -> Any:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    it = Ontvanger(way, tmp_path, scholen=find)
    assert [it.push()[0] for _ in range(3)] == [503, 202, 405]


@pytest.mark.parametrize("way", ASYNC)
@pytest.mark.parametrize("body", [BODY, LARGE], ids=["small", "large"])
def test_a_coroutine_function_is_awaited_in_the_loop(tmp_path: Path, way: str, body: bytes) -> None:
    threads = []

    async def find(kenmerk: str) -> School | None:
        await asyncio.sleep(0)
        threads.append(threading.current_thread())
        return SCHOOL if kenmerk == SCHOOL.routeringskenmerk else None

    it = Ontvanger(way, tmp_path, scholen=find)
    assert it.push(body)[0] == 202
    assert threads == [threading.main_thread()]

    async def read() -> list[Any]:
        found = [item async for item in it.client.resultaten()]
        return [found[0].school, (await found[0].history())[0].school]

    assert asyncio.run(read()) == [SCHOOL, SCHOOL]


@pytest.mark.parametrize("way", ASYNC)
@pytest.mark.parametrize("kind", ERRORS)
def test_a_coroutine_function_that_fails_is_503(tmp_path: Path, way: str, kind: str) -> None:
    it = Ontvanger(way, tmp_path, scholen=raising_later(ERRORS[kind]))
    assert it.push()[0] == 503
    raised = "RuntimeError" if kind == "StopIteration" else kind  # what Python makes of it in a coroutine
    assert it.failures() == [("scholen", (raised,), True)]


@pytest.mark.parametrize("way", ASYNC)
def test_who_asks_may_still_be_cancelled_while_a_function_is_awaited(tmp_path: Path, way: str) -> None:
    """A server that stops, or makes room for another sender, ends the task; that is no failure of the function."""
    asked = threading.Event()

    async def find(_: str) -> School:
        asked.set()
        await asyncio.sleep(60)
        return SCHOOL

    it = Ontvanger(way, tmp_path, scholen=find)

    async def scene() -> None:
        request = inbound(BODY)
        pushing = asyncio.create_task(it.asgi(BODY) if way == ASGI_AWAITED else it.client.terugweg.handle(request))
        async with asyncio.timeout(10):
            while not asked.is_set():
                await asyncio.sleep(0.01)
            pushing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await pushing

    asyncio.run(scene())
    assert it.failures() == []


@pytest.mark.parametrize("way", [DIRECT, WSGI, ASGI])
def test_a_coroutine_function_in_a_client_that_cannot_await_is_told(tmp_path: Path, way: str) -> None:
    """And none is left that was never awaited, which would be a warning."""

    async def find(_: str) -> School:
        return SCHOOL

    it = Ontvanger(way, tmp_path, scholen=find)
    assert it.push()[0] == 503
    assert it.failures() == [("scholen", ("ConfigurationError",), True)]


@pytest.mark.parametrize("way", [ASGI, ASGI_AWAITED])
def test_a_function_that_waits_holds_no_loop_up(tmp_path: Path, way: str) -> None:
    """It waits for something that only the loop can do."""
    asked, go_on = threading.Event(), threading.Event()

    def find(_: str) -> School:
        asked.set()
        assert go_on.wait(10)
        return SCHOOL

    it = Ontvanger(way, tmp_path, scholen=find)

    async def scene() -> int:
        pushing = asyncio.create_task(it.asgi(BODY))
        async with asyncio.timeout(10):
            while not asked.is_set():
                await asyncio.sleep(0.01)
            go_on.set()
            return (await pushing)[0]

    assert asyncio.run(scene()) == 202


@pytest.mark.parametrize("way", [WSGI, ASGI, ASGI_AWAITED])
@pytest.mark.parametrize("kind", ERRORS)
def test_a_function_that_cannot_tell_who_sent_it_is_503(tmp_path: Path, way: str, kind: str) -> None:
    it = Ontvanger(way, tmp_path, peer=raising(ERRORS[kind]))
    status, headers = it.push()
    assert (status, headers["retry-after"]) == (503, "60")
    assert it.failures() == [("peer", (kind,), True)]


@pytest.mark.parametrize("way", [WSGI, ASGI, ASGI_AWAITED])
@pytest.mark.parametrize("given", [int(SUPPLIER_OIN), SUPPLIER_OIN.encode(), [SUPPLIER_OIN], True, object()], ids=type)
def test_a_function_that_tells_no_oin_is_503(tmp_path: Path, way: str, given: object) -> None:
    """A 401 would make the sender stop, for a fault of ours."""
    it = Ontvanger(way, tmp_path, peer=lambda _: given)
    assert it.push()[0] == 503
    assert it.failures() == [("peer", ("TypeError",), True)]


@pytest.mark.parametrize("way", [WSGI, ASGI, ASGI_AWAITED])
def test_a_coroutine_function_cannot_tell_who_sent_it(tmp_path: Path, way: str) -> None:
    """And none is left that was never awaited, which would be a warning."""

    async def peer(_: object) -> str:
        return SUPPLIER_OIN

    it = Ontvanger(way, tmp_path, peer=peer)
    assert it.push()[0] == 503
    assert it.failures() == [("peer", ("TypeError",), True)]


@EVERY_WAY
@pytest.mark.parametrize("kind", ERRORS)
def test_who_asks_the_osr_for_us_may_fail(tmp_path: Path, way: str, kind: str) -> None:
    """A transport of somebody else."""
    it = Ontvanger(way, tmp_path)
    it.client._runtime._given.send = raising(ERRORS[kind])
    assert it.push()[0] == 503
    ((action, _, serious),) = it.failures()
    assert (action, serious) == ("terugweg", True)


@EVERY_WAY
@pytest.mark.parametrize("blocking", [False, True])
@pytest.mark.parametrize("kind", ERRORS)
def test_what_makes_the_headers_may_fail(tmp_path: Path, way: str, blocking: bool, kind: str) -> None:
    class Sleutel(ApiKey):
        def headers(self) -> Any:
            raise ERRORS[kind]

    key = Sleutel("X-Sleutel", "sleutel")
    object.__setattr__(key, "blocking", blocking)
    it = Ontvanger(way, tmp_path, osr=replace(OSR, api_key=key, api_key_always=True))
    assert it.push()[0] == 503
    assert it.failures() == [("terugweg", (kind,), True)]


@EVERY_WAY
@pytest.mark.parametrize(
    "hook", [raising_later(ValueError()), *(raising(error) for error in ERRORS.values())], ids=["later", *ERRORS]
)
def test_an_event_hook_that_fails_changes_no_answer(
    tmp_path: Path, way: str, hook: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """What was kept is kept, so that nobody has to come back; and nothing is left that was never awaited."""
    it = Ontvanger(way, tmp_path, on_event=hook)
    assert it.push()[0] == 202
    assert it.push(b"{}")[0] == 422
    assert "on_event failed" in caplog.text
    assert "geheim" not in caplog.text


@EVERY_WAY
def test_a_filter_of_the_log_that_fails_changes_no_answer(tmp_path: Path, way: str) -> None:
    logger = logging.getLogger("doorstroom_client")
    before = logger.level
    logger.setLevel(logging.INFO)
    logger.addFilter(raising(ValueError("geheim")))
    try:
        assert Ontvanger(way, tmp_path).push()[0] == 202
    finally:
        logger.filters.clear()
        logger.setLevel(before)


@pytest.mark.parametrize(
    "hook",
    [raising(ValueError()), raising_later(ValueError()), raising(SystemExit())],
    ids=["function", "coroutine function", "that ends the program"],
)
@pytest.mark.parametrize("awaited", [False, True], ids=["sync", "async"])
def test_a_hook_does_not_turn_a_delivered_list_into_an_error(tmp_path: Path, hook: Any, awaited: bool) -> None:
    it = Ontvanger(AWAITED if awaited else DIRECT, tmp_path, on_event=hook)
    sent = it.client.send(Adviezenlijst(SCHOOL, [Advies(Leerling(las_key="k"), "HAVO")]), leverancier="ICE")
    assert (asyncio.run(sent) if awaited else sent).aantal == 1


def test_a_watch_that_cannot_find_the_school_gives_back_what_it_has(tmp_path: Path) -> None:
    """The error is for who reads; no result waits for the end of a lease."""
    answers: list[Any] = [SCHOOL, ValueError("weg"), SCHOOL]

    def find(_: str) -> Any:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    it = Ontvanger(DIRECT, tmp_path, scholen=find)
    assert it.push()[0] == 202
    with pytest.raises(ValueError, match="weg"):
        next(it.client.watch())
    assert next(it.client.watch()).school == SCHOOL


_DJANGO = """
import asyncio, json, sys
import django
from django.conf import settings

settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1] + "/django.db"}}, INSTALLED_APPS=[]
)
django.setup()
from django.db import connection, models

class Rij(models.Model):
    kenmerk = models.CharField(max_length=20, primary_key=True)

    class Meta:
        app_label = "las"

with connection.schema_editor() as editor:
    editor.create_model(Rij)
Rij.objects.create(kenmerk=SCHOOL.routeringskenmerk)

def blocking(kenmerk):
    found = Rij.objects.filter(kenmerk=kenmerk).first()
    connection.close()
    return SCHOOL if found else None

async def awaited(kenmerk):
    return SCHOOL if await Rij.objects.filter(kenmerk=kenmerk).afirst() else None

for way, find in ((DIRECT, blocking), (AWAITED, blocking), (AWAITED, awaited), (ASGI, blocking), (ASGI_AWAITED, blocking),
                  (ASGI_AWAITED, awaited)):
    it = Ontvanger(way, Path(sys.argv[1]), scholen=find)
    print(way, find.__name__, it.push()[0], it.failures())
    if way in ASYNC:
        async def read():
            return [item.school async for item in it.client.resultaten(everything=True)]
        assert asyncio.run(read()) == [SCHOOL]
    else:
        assert [item.school for item in it.client.resultaten(everything=True)] == [SCHOOL]
close_all()
"""


def test_a_look_up_through_the_orm_of_django(tmp_path: Path) -> None:
    """Django refuses to look anything up in a thread in which an event loop runs."""
    pytest.importorskip("django")
    names = "SCHOOL, Ontvanger, DIRECT, AWAITED, ASGI, ASGI_AWAITED, ASYNC, Path"
    script = f"from receiving.test_functions import {names}\nfrom support import close_all\n"
    done = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", script + _DJANGO, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    assert [line.rpartition(" 202 ")[2] for line in done.stdout.splitlines()] == ["[]"] * 6, done.stdout
