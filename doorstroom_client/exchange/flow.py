"""The effects of a call ("wait, then send", "wait", "use the disk", "ask a function"), and the two drivers that carry them out.

An operation is a generator that yields each `Attempt` it wants made and gets an `Outcome` back; where something is kept in
between, it yields an `Io`. It decides in pure code, so it is tested without network, clock or event loop, and serves
`Client` and `AsyncClient` alike.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, TypeVar

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.theirs import contained, within
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.parties.auth import Auth
from doorstroom_client.parties.url import Origin
from doorstroom_client.transport.request import AsyncTransport, Request, Transport

T = TypeVar("T")


@frozen
class Attempt:
    """The effect: wait `after` seconds, then send `request` once."""

    request: Request
    after: float = 0.0


@frozen
class Io:
    """The effect: do something that may wait for the disk. What it raises is raised inside the job."""

    work: Callable[[], Any]


@frozen
class Ask(Io):
    """The effect: ask a function of somebody else, which may wait; in an event loop what it gives may have to be awaited.

    Attributes:
        contain: whether nothing that it raises may end more than the question, not even what is raised to end a program.
    """

    contain: bool = False


@frozen
class Pause:
    """The effect: wait so many seconds."""

    seconds: float


Flow = Generator[Attempt | Io | Pause, Any, T]
"""An operation in progress that ends in a T. It gets an `Outcome` for an `Attempt`, and for an `Io` what that gave."""


def keep(work: Callable[[], T]) -> Flow[T]:
    """Do something that may wait for the disk, within a flow."""
    value: T = yield Io(work)
    return value


def ask(function: Callable[..., T], *given: object, contain: bool = False) -> Flow[T]:
    """Ask a function of somebody else, within a flow; a coroutine function too, where an event loop runs.

    Args:
        function: what is asked.
        given: its arguments.
        contain: as of `Ask`.
    """

    def work() -> T:
        try:
            return function(*given)
        except StopIteration as error:
            raise contained(error) from None

    value: T = yield Ask(work, contain)
    return value


def resumed(
    flow: Flow[T], effect: Attempt | Io | Pause, carried_out: Callable[[Attempt | Io | Pause], Flow[Any]] | None = None
) -> Flow[T]:
    """The rest of a flow that has yielded an effect already.

    Args:
        flow: the operation, begun.
        effect: what it yielded.
        carried_out: does what each effect asks for, in a flow of its own; as it is when left out.
    """
    try:
        while True:
            try:
                answer = (yield effect) if carried_out is None else (yield from carried_out(effect))
            except Exception as error:  # noqa: BLE001 - it belongs to the flow, which decides
                effect = flow.throw(error)
            else:
                effect = flow.send(answer)
    except StopIteration as done:
        value: T = done.value
        return value
    finally:
        flow.close()


def run(flow: Flow[T], transport: Transport, sleep: Callable[[float], None] = time.sleep) -> T:
    """Drive a flow in this thread.

    Args:
        flow: the operation.
        transport: what sends.
        sleep: what waits; for tests.
    """
    answer: Any = None
    failed: Exception | None = None
    try:
        while True:
            try:
                effect = flow.send(answer) if failed is None else flow.throw(failed)
            except StopIteration as done:
                value: T = done.value
                return value
            answer = failed = None
            if isinstance(effect, Io):
                try:
                    answer = effect.work() if not isinstance(effect, Ask) else _at_once(effect.work())
                except BaseException as error:  # noqa: BLE001 - what belongs to the flow, which decides
                    failed = _for_flow(effect, error)
                continue
            if isinstance(effect, Pause):
                if effect.seconds > 0:
                    sleep(effect.seconds)
                continue
            if effect.after > 0:
                sleep(effect.after)
            answer = _at_once(transport.send(_with_headers(effect.request, _headers(effect.request.peer.auth))))
    finally:
        flow.close()
        failed = None


async def arun(flow: Flow[T], transport: AsyncTransport, sleep: Callable[[float], Awaitable[None]] | None = None) -> T:
    """Drive a flow in the running event loop; the same decisions, awaited."""
    import asyncio  # who awaits this has loaded it; a client that blocks does without

    sleep = sleep or asyncio.sleep
    task = asyncio.current_task()
    answer: Any = None
    failed: Exception | None = None
    try:
        while True:
            try:
                attempt = flow.send(answer) if failed is None else flow.throw(failed)
            except StopIteration as done:
                value: T = done.value
                return value
            answer = failed = None
            if isinstance(attempt, Io):
                try:
                    answer = await asyncio.to_thread(within, attempt.work)
                    if isinstance(attempt, Ask) and inspect.isawaitable(answer):
                        answer = await answer
                except BaseException as error:  # noqa: BLE001 - what belongs to the flow, which decides
                    failed = _for_flow(attempt, error, task)
                continue
            if isinstance(attempt, Pause):
                if attempt.seconds > 0:
                    await sleep(attempt.seconds)
                continue
            if attempt.after > 0:
                await sleep(attempt.after)
            auth = attempt.request.peer.auth
            # No headers in a variable: tracebacks may show those, and a key stands in them.
            if auth.blocking:
                ready = _with_headers(attempt.request, await asyncio.to_thread(within, partial(_headers, auth)))
            else:
                ready = _with_headers(attempt.request, _headers(auth))
            answer = await transport.send(ready)
    finally:
        flow.close()
        failed = None


def is_the_end_of(task: object, error: BaseException) -> bool:
    """Whether an error was raised in a task because it is cancelled itself, or thrown away, and not by what it asked.

    Args:
        task: in which something was awaited.
        error: what came out of that.
    """
    import asyncio

    if not isinstance(error, asyncio.CancelledError | GeneratorExit):
        return False
    try:
        now = asyncio.current_task()
    except RuntimeError:  # no loop runs any more
        now = None
    return now is None or now is not task or (isinstance(error, asyncio.CancelledError) and now.cancelling() > 0)


def _for_flow(effect: Io, error: BaseException, task: object = None) -> Exception:
    """What a flow is to know of an error; raises what is not for it to know."""
    if isinstance(error, Exception):
        return error
    if isinstance(effect, Ask) and effect.contain and (task is None or not is_the_end_of(task, error)):
        return contained(error)
    raise error


def _at_once(answer: Any) -> Any:
    """What a function gave, where nothing can be awaited."""
    if inspect.isawaitable(answer):
        if inspect.iscoroutine(answer):
            answer.close()  # so that Python does not warn of one that was never awaited
        raise ConfigurationError("a Client cannot await a coroutine function", hint="Use AsyncClient, or a plain function")
    return answer


def _headers(auth: Auth) -> dict[str, str]:
    try:
        return dict(auth.headers())
    except StopIteration as error:
        raise contained(error) from None


@lru_cache(maxsize=256)
def _configured(base_url: str) -> Origin:
    """Remembered for configured addresses only: the address of a request holds what may not stay in memory."""
    return Origin.of(base_url)


def _with_headers(request: Request, headers: dict[str, str]) -> Request:
    """Add the headers of the peer's `Auth`, for that peer's origin only."""
    if Origin.of(request.url) != _configured(request.peer.base_url):
        raise ConfigurationError("a request was about to leave the configured host", setting="base_url")
    return replace(request, headers={**request.headers, **headers}) if headers else request
