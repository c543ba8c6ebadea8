"""How a client runs flows: in this thread, or in the event loop."""

from __future__ import annotations

import time
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from doorstroom_client.basics import forks
from doorstroom_client.basics.sources import AsyncSource, Source, until, until_async
from doorstroom_client.basics.theirs import contained
from doorstroom_client.basics.threads import Threads
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.flow import Flow, arun, is_the_end_of, resumed, run
from doorstroom_client.resources import Resources
from doorstroom_client.transport.request import AsyncTransport, Outcome, Request, Transport

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

S = TypeVar("S")
T = TypeVar("T")


def check_workers(workers: int) -> None:
    """Refuse a number of workers that can do nothing.

    Raises:
        ConfigurationError: it is below 1.
    """
    if workers < 1:
        raise ConfigurationError("workers must be at least 1", setting="workers")


class SyncRuntime:
    """Runs flows in the calling thread.

    Args:
        resources: what is held open.
        transport: what sends; made at first use when None.

    Attributes:
        hooks_in_loop: whether a receiver in an event loop tells its events there.
    """

    hooks_in_loop = False

    def __init__(self, resources: Resources, transport: Transport | None) -> None:
        self.resources = resources
        self._given = transport
        self._made: Transport | None = None
        self._threads = Threads()
        self._lock = forks.Lock()

    def run(self, flow: Flow[T]) -> T:
        """Drive a flow to its end."""
        self.resources.check_open()
        return run(flow, self)

    def run_contained(self, flow: Flow[T]) -> T:
        """Drive a flow in which nothing that was brought along, such as a transport, can end more than that flow."""
        try:
            return self.run(flow)
        except BaseException as error:  # noqa: BLE001 - see above
            raise contained(error) from None

    def send(self, request: Request) -> Outcome:
        """Send; what does so is made when there is something to send."""
        return self._transport().send(request)

    def stream(self, flows: Iterable[Flow[T]], workers: int, stop: Callable[[], object] = bool) -> Iterator[T]:
        """Run many flows, a few at a time, and hand out each result as it comes. The flows are taken as they are needed.

        When the consumer stops, or a flow raises, no new ones are begun and those that run are waited for. When what gives the
        flows raises, those that run are finished and handed out first.

        Args:
            flows: what to run.
            workers: how many at a time.
            stop: tells the flows that run to come to an end.
        """
        from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

        check_workers(workers)
        self.resources.check_open()
        waiting = Source(flows)
        running: set[Future[T]] = set()
        with ThreadPoolExecutor(workers, thread_name_prefix="doorstroom") as pool:
            try:
                while True:
                    while len(running) < workers and (flow := waiting.next()) is not None:
                        running.add(pool.submit(self.run, flow))
                    if not running:
                        break
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        yield future.result()
            finally:
                stop()
        waiting.raise_if_failed()

    def over(
        self, items: Iterable[S], make: Callable[[S], Flow[T]], workers: int, stop: Callable[[], bool] | None
    ) -> Iterator[T]:
        """Run a flow for each of many items, a few at a time.

        Args:
            items: are taken as they are needed.
            make: the flow for one.
            workers: how many at a time.
            stop: is asked before each item is taken; once it says yes, no other one is.
        """
        return self.stream(map(make, until(items, stop)), workers)

    def io(self, work: Callable[[], T]) -> T:
        """Do something that may wait for the disk."""
        self.resources.check_open()
        return work()

    def apart(self, work: Callable[[], T]) -> T:
        """Do what may wait long for a peer, asked for within a flow."""
        return work()

    def pause(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def each(self, items: Iterator[T]) -> Iterator[T]:
        """Loop over what another method hands out."""
        return items

    def call(self, work: Callable[[], object]) -> None:
        """Do what the caller of the library asked to be done."""
        work()

    def close(self) -> None:
        """Close what was opened here."""
        self._threads.close()
        self.resources.close()
        with self._lock:
            if self._made is not None:
                self._made.close()
            self._made = None

    async def beside_loop(self, work: Callable[[], T]) -> T:
        """Do what may wait in a thread beside an event loop."""
        return await self._threads.run(work)

    async def in_loop(self, flow: Flow[T], *, short: bool) -> T:
        """Drive a flow from an event loop.

        Args:
            flow: what to run.
            short: it computes for a moment only, so that it can begin in the loop; a thread, with all the switching that it
                brings, is for the rest of a flow that has to wait.
        """
        if not short:
            return await self._threads.run(partial(self.run_contained, flow))
        self.resources.check_open()
        try:
            effect = next(flow)
        except StopIteration as done:
            value: T = done.value
            return value
        return await self._threads.run(partial(self.run_contained, resumed(flow, effect)))

    def _transport(self) -> Transport:
        if self._given is not None:
            return self._given
        with self._lock:
            if self._made is None:
                from doorstroom_client.transport.httpx_transport import HttpxTransport  # brings httpx

                self._made = HttpxTransport(self.resources.context)
            return self._made


class AsyncRuntime:
    """Runs flows in the event loop; the counterpart of `SyncRuntime`."""

    hooks_in_loop = True

    def __init__(self, resources: Resources, transport: AsyncTransport | None) -> None:
        self.resources = resources
        self._given = transport
        self._made: AsyncTransport | None = None
        self._threads = Threads()

    async def run(self, flow: Flow[T]) -> T:
        """Drive a flow to its end."""
        self.resources.check_open()
        return await arun(flow, self)

    async def run_contained(self, flow: Flow[T]) -> T:
        """Drive a flow in which nothing that was brought along, such as a transport, can end more than that flow."""
        import asyncio

        task = asyncio.current_task()
        try:
            return await self.run(flow)
        except BaseException as error:
            if is_the_end_of(task, error):
                raise
            raise contained(error) from None

    async def send(self, request: Request) -> Outcome:
        """Send; what does so is made when there is something to send."""
        return await self._transport().send(request)

    async def stream(
        self, flows: Iterable[Flow[T]] | AsyncIterable[Flow[T]], workers: int, stop: Callable[[], object] = bool
    ) -> AsyncIterator[T]:
        """Run many flows, a few at a time, and hand out each result as it comes. The flows are taken as they are needed.

        When the consumer stops, or a flow raises, those that run are cancelled. When what gives the flows raises, those that
        run are finished and handed out first.

        Args:
            flows: what to run; those of a plain iterable are taken beside the event loop, all in one thread: it may be tied
                to that thread, as what reads from a database is.
            workers: how many at a time.
            stop: tells the flows that run to come to an end.
        """
        import asyncio

        check_workers(workers)
        self.resources.check_open()
        waiting = AsyncSource(flows)
        running: set[asyncio.Task[T]] = set()
        try:
            while True:
                while len(running) < workers and (flow := await waiting.next()) is not None:
                    running.add(asyncio.ensure_future(self.run(flow)))
                if not running:
                    break
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        finally:
            stop()
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            waiting.close()
        waiting.raise_if_failed()

    def over(
        self,
        items: Iterable[S] | AsyncIterable[S],
        make: Callable[[S], Flow[T]],
        workers: int,
        stop: Callable[[], bool] | None,
    ) -> AsyncIterator[T]:
        """Run a flow for each of many items, a few at a time.

        Args:
            items: are taken as they are needed; may be asynchronous.
            make: the flow for one.
            workers: how many at a time.
            stop: is asked before each item is taken; once it says yes, no other one is.
        """
        if isinstance(items, AsyncIterable):
            return self.stream(until_async(items, make, stop), workers)
        return self.stream(map(make, until(items, stop)), workers)

    async def io(self, work: Callable[[], T]) -> T:
        """Do something that may wait for the disk, beside the event loop."""
        self.resources.check_open()
        return await self._threads.run(work)

    def apart(self, work: Callable[[], T]) -> Awaitable[T]:
        """Do what may wait long for a peer, asked for within a flow: not in one of the few threads of asyncio itself."""
        return self._threads.run(work)

    async def pause(self, seconds: float) -> None:
        """Wait."""
        import asyncio

        await asyncio.sleep(seconds)

    def each(self, items: AsyncIterator[T]) -> AsyncIterator[T]:
        """Loop over what another method hands out."""
        return items

    async def call(self, work: Callable[[], object]) -> None:
        """Do what the caller of the library asked to be done, whether it is to be awaited or not."""
        import inspect

        answer = work()
        if inspect.isawaitable(answer):
            await answer

    async def close(self) -> None:
        """Close what was opened here."""
        await self._threads.run(self.resources.close)
        self._threads.close()
        made, self._made = self._made, None
        if made is not None:
            await made.close()

    async def beside_loop(self, work: Callable[[], T]) -> T:
        """Do what may wait in a thread beside the event loop."""
        return await self._threads.run(work)

    async def in_loop(self, flow: Flow[T], *, short: bool) -> T:  # noqa: ARG002 - as the other runtime has it
        """Drive a flow; it never blocks the loop, so that it need not be short."""
        return await self.run_contained(flow)

    def _transport(self) -> AsyncTransport:
        if self._given is not None:
            return self._given
        if self._made is None:
            from doorstroom_client.transport.httpx_transport import AsyncHttpxTransport  # brings httpx

            self._made = AsyncHttpxTransport(self.resources.context)
        return self._made
