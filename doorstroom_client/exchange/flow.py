"""The one effect, "wait, then send", and its two drivers: nothing else in this library waits or sends.

An operation is a generator that yields each `Attempt` it wants made and gets an `Outcome` back. It decides in pure code,
so it is tested without network, clock or event loop, and serves `Client` and `AsyncClient` alike.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass, replace
from typing import TypeVar

from doorstroom_client.errors import ConfigurationError
from doorstroom_client.exchange.auth import Auth
from doorstroom_client.exchange.http import AsyncTransport, Origin, Outcome, Request, Transport

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attempt:
    """The effect: wait `after` seconds, then send `request` once."""

    request: Request
    after: float = 0.0


Flow = Generator[Attempt, Outcome, T]
"""An operation in progress that ends in a T."""


def run(flow: Flow[T], transport: Transport, sleep: Callable[[float], None] = time.sleep) -> T:
    """Drive a flow in this thread.

    Args:
        flow: the operation.
        transport: what sends.
        sleep: what waits; for tests.
    """
    outcome: Outcome | None = None
    try:
        while True:
            try:
                attempt = next(flow) if outcome is None else flow.send(outcome)
            except StopIteration as done:
                value: T = done.value
                return value
            if attempt.after > 0:
                sleep(attempt.after)
            outcome = transport.send(_with_headers(attempt.request, _headers(attempt.request.peer.auth)))
    finally:
        flow.close()


async def arun(flow: Flow[T], transport: AsyncTransport, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> T:
    """Drive a flow in the running event loop; the same decisions, awaited."""
    outcome: Outcome | None = None
    try:
        while True:
            try:
                attempt = next(flow) if outcome is None else flow.send(outcome)
            except StopIteration as done:
                value: T = done.value
                return value
            if attempt.after > 0:
                await sleep(attempt.after)
            auth = attempt.request.peer.auth
            # No headers in a variable: tracebacks may show those, and a key stands in them.
            if auth.blocking:
                ready = _with_headers(attempt.request, await asyncio.to_thread(_headers, auth))
            else:
                ready = _with_headers(attempt.request, _headers(auth))
            outcome = await transport.send(ready)
    finally:
        flow.close()


def _headers(auth: Auth) -> dict[str, str]:
    try:
        return dict(auth.headers())
    except StopIteration as error:
        raise RuntimeError("auth.headers ended with StopIteration") from error  # a future cannot carry that one


def _with_headers(request: Request, headers: dict[str, str]) -> Request:
    """Add the headers of the peer's `Auth`, for that peer's origin only."""
    if Origin.of(request.url) != Origin.of(request.peer.base_url):
        raise ConfigurationError("a request was about to leave the configured host", setting="base_url")
    return replace(request, headers={**request.headers, **headers}) if headers else request
