"""Takes messages in from an event loop: judges them, and has what was accepted kept by a thread beside the loop.

A thread per message, each waiting for its turn at the store, costs more switching than all else together. Here a message that
waits for a commit is a value in a queue, and the loop is woken once for all that one commit has kept.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from doorstroom_client.errors import StoreError
from doorstroom_client.exchange.flow import Flow
from doorstroom_client.receiving.judge import InboundRequest, InboundResponse, Receiver
from doorstroom_client.store.group_commit import Outcome
from doorstroom_client.store.rows import StoredResult

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
_SHORT = 16 * 1024
"""Bytes of a message that is judged in the loop; a larger one, of which there are few, keeps nobody waiting in a thread."""
Answer = InboundResponse | Exception
"""What is given to who waits, or raised there."""
Told = Callable[[InboundResponse, InboundRequest, float], None]


class Resources(Protocol):
    """What must be there."""

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


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A message that is to be kept, who waits for that, and the context that its event belongs to, such as a trace."""

    request: InboundRequest
    start: float
    context: Context
    answer: asyncio.Future[InboundResponse]


class Intake:
    """The receiver for event loops.

    Args:
        receiver: decides and keeps.
        runtime: runs what may wait.
        told: is told of each request: the answer, the request and the seconds it took.
    """

    def __init__(self, receiver: Receiver, runtime: Runtime, told: Told) -> None:
        self._receiver = receiver
        self._runtime = runtime
        self._told = told

    async def admit(self, request: InboundRequest) -> InboundResponse | None:
        """Judge who sends, and where to, before the body of a message is there: the refusal, or None."""
        self._runtime.resources.check_store()
        start = time.monotonic()
        refusal = await self._safely(self._receiver.admit(request), short=True)
        if refusal is not None:
            await self._tell_refusal(refusal, request, start)
        return refusal

    async def handle(self, request: InboundRequest, admitted: bool = False) -> InboundResponse:
        """Judge one message, keep it, and give the answer; 202 only after the store has committed."""
        import asyncio

        self._runtime.resources.check_store()
        start = time.monotonic()
        short = len(request.body) <= _SHORT
        verdict = await self._safely(self._receiver.judge(request, admitted=admitted), short=short)
        if isinstance(verdict, InboundResponse):
            await self._tell_refusal(verdict, request, start)
            return verdict
        loop, arrivals = asyncio.get_running_loop(), self._receiver.arrivals()
        accepted = _Accepted(request, start, copy_context(), loop.create_future())
        arrivals.bring(verdict, accepted, self._settled)
        loop.call_soon(arrivals.call)  # after the others whose messages are there already
        return await accepted.answer

    async def _safely(self, flow: Flow[T], *, short: bool) -> T | InboundResponse:
        """Drive a flow, and answer for what a LAS brought along when that fails: a transport, or what makes its headers."""
        try:
            return await self._runtime.in_loop(flow, short=short)
        except Exception as error:  # noqa: BLE001 - see above
            return self._receiver.unable(error)

    async def _tell_refusal(self, refusal: InboundResponse, request: InboundRequest, start: float) -> None:
        if self._runtime.hooks_in_loop:
            self._tell(refusal, request, start)
        else:
            await self._runtime.beside_loop(partial(self._tell, refusal, request, start))

    def _settled(self, outcomes: list[tuple[_Accepted, Outcome]]) -> None:
        """In the thread that committed: wake each event loop, once for all of its own."""
        loops: dict[asyncio.AbstractEventLoop, list[tuple[_Accepted, Answer | StoredResult]]] = {}
        for accepted, outcome in outcomes:
            answer: Answer | StoredResult = outcome if self._runtime.hooks_in_loop else self._told_of(accepted, outcome)
            loops.setdefault(accepted.answer.get_loop(), []).append((accepted, answer))
        for loop, answers in loops.items():
            with suppress(RuntimeError):  # the loop has ended, so that nobody waits in it
                loop.call_soon_threadsafe(self._hand_out, answers)

    def _hand_out(self, answers: list[tuple[_Accepted, Answer | StoredResult]]) -> None:
        """In the event loop of those who wait."""
        for accepted, outcome in answers:
            answer = outcome if isinstance(outcome, InboundResponse) else self._told_of(accepted, outcome)
            if accepted.answer.done():
                continue  # who waited has gone
            if isinstance(answer, Exception):
                accepted.answer.set_exception(answer)
            else:
                accepted.answer.set_result(answer)

    def _told_of(self, accepted: _Accepted, outcome: Outcome) -> Answer:
        """The answer, after its event. What goes wrong in telling is for who waits for this answer, and nobody else."""
        if isinstance(outcome, Exception) and not isinstance(outcome, StoreError):
            return outcome
        answer = InboundResponse.of(202 if isinstance(outcome, StoredResult) else 503)
        try:
            accepted.context.run(self._tell, answer, accepted.request, accepted.start)
            if isinstance(outcome, StoredResult) and outcome.contested:
                accepted.context.run(self._receiver.contested, outcome)
        except Exception as error:  # noqa: BLE001 - of a clock or a log of somebody else
            return error
        return answer

    def _tell(self, answer: InboundResponse, request: InboundRequest, start: float) -> None:
        self._told(answer, request, time.monotonic() - start)
