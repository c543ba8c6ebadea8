"""Takes messages in from an event loop: judges there, and keeps what came in together in one thread and one commit.

A thread per message, each waiting for its turn at the store, costs more switching than all else together. Here one thread at
a time has the store: whatever was accepted while it was busy goes along next, and the loop is woken once for all of it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar
from weakref import WeakKeyDictionary

from doorstroom_client.exchange.flow import Flow
from doorstroom_client.store.records import Delivery
from doorstroom_client.terugweg.handler import InboundRequest, InboundResponse, Receiver

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
_SHORT = 16 * 1024
"""Bytes of a message that is judged in the loop; a larger one, of which there are few, keeps nobody waiting in a thread."""
_MOST = 64
"""Messages that are kept in one go."""


class Resources(Protocol):
    """What must be there."""

    def check_open(self) -> None:
        """Refuse to work after the client was closed."""
        ...

    def check_store(self) -> None:
        """Refuse to work without a store."""
        ...


class Runtime(Protocol):
    """What runs the parts that may wait."""

    @property
    def hooks_in_loop(self) -> bool:
        """Whether events are told in the loop, and not in a thread."""
        ...

    @property
    def resources(self) -> Resources:
        """What must be there."""
        ...

    def in_loop(self, flow: Flow[T], *, short: bool) -> Awaitable[T]:
        """Drive a flow."""
        ...

    def beside_loop(self, work: Callable[[], T]) -> Awaitable[T]:
        """Do what waits in a thread."""
        ...


@dataclass(slots=True)
class _Accepted:
    """A message that is to be kept, who waits for that, and the context that its event belongs to, such as a trace."""

    request: InboundRequest
    delivery: Delivery
    start: float
    context: Context
    answer: asyncio.Future[InboundResponse]


@dataclass(slots=True)
class _Line:
    """What waits to be kept, in one event loop, and the task that sees to it; None while nothing waits."""

    accepted: list[_Accepted] = field(default_factory=list)
    keeping: asyncio.Task[None] | None = None


class Intake:
    """The receiver for event loops.

    Args:
        receiver: decides and keeps.
        runtime: runs what may wait.
        told: is told of each request: the status, the request and the seconds it took.
        quick: nothing that the receiver looks up is asked of a function of somebody else, which may wait.
    """

    def __init__(
        self, receiver: Receiver, runtime: Runtime, told: Callable[[int, InboundRequest, float], None], *, quick: bool
    ) -> None:
        self._receiver = receiver
        self._runtime = runtime
        self._told = told
        self._longest = _SHORT if quick else -1
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, _Line] = WeakKeyDictionary()

    async def handle(self, request: InboundRequest) -> InboundResponse:
        """Judge one message, keep it, and give the answer; 202 only after the store has committed."""
        import asyncio

        self._runtime.resources.check_store()
        start = time.monotonic()
        short = len(request.body) <= self._longest
        verdict = await self._runtime.in_loop(self._receiver.judge(request), short=short)
        if isinstance(verdict, InboundResponse):
            await self._tell_of(verdict, request, start)
            return verdict
        loop = asyncio.get_running_loop()
        accepted = _Accepted(request, verdict, start, copy_context(), loop.create_future())
        line = self._lines.setdefault(loop, _Line())
        line.accepted.append(accepted)
        if line.keeping is None:
            line.keeping = loop.create_task(self._keep(line))
        return await accepted.answer

    async def _tell_of(self, refusal: InboundResponse, request: InboundRequest, start: float) -> None:
        if self._runtime.hooks_in_loop:
            self._tell(refusal, request, start)
        else:
            await self._runtime.beside_loop(partial(self._tell, refusal, request, start))

    async def _keep(self, line: _Line) -> None:
        """Keep what was accepted, until there is no more."""
        try:
            while line.accepted:
                together, line.accepted = line.accepted[:_MOST], line.accepted[_MOST:]
                await self._keep_together(together)
        finally:
            line.keeping = None
            for item in line.accepted:  # some are left only when the loop ends
                item.answer.cancel()
            line.accepted = []

    async def _keep_together(self, together: Sequence[_Accepted]) -> None:
        import asyncio

        failed: Exception | None = None
        answers: list[InboundResponse] = []
        try:
            answers = await self._runtime.beside_loop(partial(self._keep_now, together))
        except asyncio.CancelledError:
            for item in together:
                item.answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it belongs to those who brought the messages
            failed = error
        if failed is not None:
            _fail(together, failed)
            return
        for item, answer in zip(together, answers, strict=True):
            if self._runtime.hooks_in_loop:
                item.context.run(self._tell, answer, item.request, item.start)
            if not item.answer.done():  # who waited may have gone
                item.answer.set_result(answer)

    def _keep_now(self, together: Sequence[_Accepted]) -> list[InboundResponse]:
        """In a thread: keep, and tell of it."""
        self._runtime.resources.check_open()
        answers = self._receiver.keep_all([item.delivery for item in together])
        if not self._runtime.hooks_in_loop:
            for item, answer in zip(together, answers, strict=True):
                item.context.run(self._tell, answer, item.request, item.start)
        return answers

    def _tell(self, answer: InboundResponse, request: InboundRequest, start: float) -> None:
        self._told(answer.status, request, time.monotonic() - start)


def _fail(together: Sequence[_Accepted], error: Exception) -> None:
    """Raise an error to the first who still waits, for whoever looks after the program; the others are to come back."""
    waiting = [item.answer for item in together if not item.answer.done()]
    for answer in waiting[:1]:
        answer.set_exception(error)
    for answer in waiting[1:]:
        answer.set_result(InboundResponse.of(503))
