"""Says on a port of its own whether the receiver lives and is ready, for an orchestrator or a load balancer.

The port of the suppliers demands a certificate, which a probe has not. What is told here is states only.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from http import HTTPStatus

from doorstroom_client.errors import StoreError
from doorstroom_client.store.opening import open_store

LIVE, READY = "/health/live", "/health/ready"
_SECONDS = 2.0
_LINE = 1024
_CALLERS = 8
_HOLDS_SECONDS = 5.0
"""How long is believed what was seen of the store."""


class Readiness:
    """Whether results can be taken in now.

    Args:
        store: where the store is.
        read: reads in the store as the receiver has it open, which may be another file than the one at that place.
        is_valid: whether our certificates have not ended.
    """

    def __init__(self, store: str, read: Callable[[], object], is_valid: Callable[[], bool]) -> None:
        self._store = store
        self._read = read
        self._is_valid = is_valid
        self._stopping = False
        self._at, self._writable = float("-inf"), False
        self._one = asyncio.Lock()

    def stop(self) -> None:
        """From now on not ready."""
        self._stopping = True

    async def checks(self) -> dict[str, bool]:
        """What is needed, and whether it is in order."""
        async with self._one:
            if time.monotonic() - self._at > _HOLDS_SECONDS:
                self._writable, self._at = await asyncio.to_thread(self._look), time.monotonic()
        return {"store": self._writable, "certificate": self._is_valid(), "serving": not self._stopping}

    def _look(self) -> bool:
        try:
            self._read()
            open_store(self._store, make=False).close()  # opening it writes to it; a new one would hide that the disk is gone
        except StoreError:
            return False
        return True


async def serve_health(listening: socket.socket, ready: Callable[[], Awaitable[Mapping[str, bool]]]) -> asyncio.Server:
    """Answer until the server that is returned is closed.

    Args:
        listening: the socket.
        ready: name of each thing that is needed, and whether it is in order.
    """
    callers = asyncio.Semaphore(_CALLERS)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(
            OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError
        ):  # a TimeoutError is an OSError
            async with asyncio.timeout(_SECONDS):
                if not callers.locked():
                    async with callers:
                        writer.write(await _response(await reader.readuntil(b"\r\n"), ready))
                        await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, sock=listening, limit=_LINE)


async def _response(line: bytes, ready: Callable[[], Awaitable[Mapping[str, bool]]]) -> bytes:
    method, _, rest = line.decode("latin-1").partition(" ")
    path = rest.partition(" ")[0]
    checks: Mapping[str, bool] = {}
    if method not in ("GET", "HEAD") or path not in (LIVE, READY):
        status = HTTPStatus.NOT_FOUND
    else:
        checks = await ready() if path == READY else {}
        status = HTTPStatus.OK if all(checks.values()) else HTTPStatus.SERVICE_UNAVAILABLE
    words = {name: "ok" if good else "broken" for name, good in checks.items()}
    body = json.dumps({"status": "ok" if status == HTTPStatus.OK else "broken", "checks": words}).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        "cache-control: no-store\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + (b"" if method == "HEAD" else body)
