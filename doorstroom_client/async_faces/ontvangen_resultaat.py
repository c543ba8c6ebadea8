"""Made from faces/ontvangen_resultaat.py by tools/make_async.py; change that file, not this one."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import fields

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.basics.through_client import ThroughClient
from doorstroom_client.errors import ConfigurationError
from doorstroom_client.operations import Operations
from doorstroom_client.receiving.received import Ontvangen, open_kept
from doorstroom_client.runtime import AsyncRuntime
from doorstroom_client.store.rows import StoredResult

_PAUSES = (60.0, 300.0, 1800.0, 7200.0, 21600.0)
"""Seconds until a result that was put off is handed out again; the last one for every time after."""


@frozen
class AsyncOntvangenResultaat(ThroughClient, Ontvangen):
    """A received result; mark it with `done` once it is processed, or put it off with `later`."""

    _kept: StoredResult
    _owner: str | None
    _operations: Operations
    _runtime: AsyncRuntime

    def __init__(
        self, found: Ontvangen, kept: StoredResult, operations: Operations, runtime: AsyncRuntime, owner: str | None = None
    ) -> None:
        for item in fields(Ontvangen):
            object.__setattr__(self, item.name, getattr(found, item.name))
        object.__setattr__(self, "_kept", kept)
        object.__setattr__(self, "_owner", owner)
        object.__setattr__(self, "_operations", operations)
        object.__setattr__(self, "_runtime", runtime)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id}, toetssoort={str(self.toetssoort)!r})"

    @property
    def sha256(self) -> str:
        """SHA-256 of the exact bytes that were received, in hexadecimal digits: a supplier has the same of what it sent."""
        return hashlib.sha256(self._kept.received.payload).hexdigest()

    async def done(self) -> None:
        """Mark this result as processed, so that it is not handed out again. Calling it twice does no harm.

        Raises:
            StoreError: it could not be marked; it will be handed out again.
        """
        await self._runtime.io(lambda: self._runtime.resources.inbox().mark_done(self.id, self._operations.now()))

    async def later(self, reason: str, *, after: dt.timedelta | None = None) -> bool:
        """Put this result off: it is handed out again after a while. Newer results of the same pupil wait for it.

        Args:
            reason: a short code, such as ``las_busy``, at most 100 characters; it is kept and shown, so nothing of a pupil.
            after: how long; when left out 1 minute the first time, then 5, 30, 120 and 360 minutes.

        Returns:
            False when it is processed already, or when another consumer has it in hand by now.

        Raises:
            ConfigurationError: the reason is empty, too long, or more than one line.
            StoreError: it could not be put off.
        """
        if not reason.strip() or len(reason) > 100 or not reason.isprintable():
            raise ConfigurationError("reason must be one line of 1 to 100 characters", setting="reason")
        pause = dt.timedelta(seconds=_PAUSES[min(self.tries, len(_PAUSES) - 1)]) if after is None else after
        until = self._operations.now() + pause
        return await self._runtime.io(lambda: self._runtime.resources.inbox().put_off(self.id, reason, until, self._owner))

    async def history(self) -> list[Ontvangen]:
        """Every delivery of the same sender for this pupil, test and school year, this one included, oldest first.

        The last one counts (`Ontvangen.verwerkt_op` tells which were processed); earlier ones are kept as long as that one.

        Raises:
            StoreError: the store cannot be read.
        """
        found = await self._runtime.io(lambda: self._runtime.resources.inbox().history(self._kept))
        return [
            open_kept(item, lambda _: self.school, self._operations.leveranciers, self._operations.afspraken) for item in found
        ]
