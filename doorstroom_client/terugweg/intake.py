"""Takes messages in from an event loop: judges there, and keeps what came in together in one thread and one commit.

A thread per message, each waiting for its turn at the store, costs more switching than all else together. Here one thread at
a time has the store: whatever was accepted while it was busy goes along next, and the loop is woken once for all of it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass
from typing import Protocol, TypeVar

from doorstroom_client.exchange.flow import Flow
from doorstroom_client.resources import Resources
from doorstroom_client.store.records import Delivery
from doorstroom_client.terugweg.handler import InboundRequest, InboundResponse, Receiver

T = TypeVar("T")
_SHORT = 16 * 1024
"""Bytes of a message that is judged in the loop; a larger one, of which there are few, keeps nobody waiting in a thread."""
_MOST = 64
"""Messages that are kept and told of in one go."""


class Runtime(Protocol):
    """What runs the parts that may wait."""

    @property
    def resources(self) -> Resources:
        """The store."""
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


class Intake:
    """The receiver for one event loop.

    Args:
        receiver: decides and keeps.
        runtime: runs what may wait.
        told: is told of each request: the status, the request and the seconds it took.
    """

    def __init__(self, receiver: Receiver, runtime: Runtime, told: Callable[[int, InboundRequest, float], None]) -> None:
        self._receiver = receiver
        self._runtime = runtime
        self._told = told
        self._accepted: list[_Accepted] = []
        self._keeping: asyncio.Task[None] | None = None

    async def handle(self, request: InboundRequest) -> InboundResponse:
        """Judge one message, keep it, and give the answer; 202 only after the store has committed."""
        self._runtime.resources.check_store()
        start = time.monotonic()
        verdict = await self._runtime.in_loop(self._receiver.judge(request), short=len(request.body) <= _SHORT)
        if isinstance(verdict, InboundResponse):
            await self._runtime.beside_loop(lambda: self._tell(verdict, request, start))
            return verdict
        accepted = _Accepted(request, verdict, start, copy_context(), asyncio.get_running_loop().create_future())
        self._accepted.append(accepted)
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep())
        return await accepted.answer

    async def _keep(self) -> None:
        """Keep what was accepted, until there is no more."""
        try:
            while self._accepted:
                together, self._accepted = self._accepted[:_MOST], self._accepted[_MOST:]
                await self._keep_together(together)
        finally:
            self._keeping = None
            for item in self._accepted:  # the loop ends
                item.answer.cancel()

    async def _keep_together(self, together: Sequence[_Accepted]) -> None:
        failed: Exception | None = None
        answers: list[InboundResponse] = []
        try:
            answers = await self._runtime.beside_loop(lambda: self._kept(together))
        except asyncio.CancelledError:
            for item in together:
                item.answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it belongs to who brought the messages
            failed = error
        for number, item in enumerate(together):
            if item.answer.done():  # whoever waited has gone
                continue
            if failed is None:
                item.answer.set_result(answers[number])
            elif number == 0:
                item.answer.set_exception(failed)  # once, for whoever looks after this
            else:
                item.answer.set_result(InboundResponse.of(503))

    def _kept(self, together: Sequence[_Accepted]) -> list[InboundResponse]:
        """In a thread: keep and tell."""
        self._runtime.resources.check_open()
        answers = self._receiver.keep_all([item.delivery for item in together])
        for item, answer in zip(together, answers, strict=True):
            item.context.run(self._tell, answer, item.request, item.start)
        return answers

    def _tell(self, answer: InboundResponse, request: InboundRequest, start: float) -> None:
        self._told(answer.status, request, time.monotonic() - start)
