"""Delivers what waits in the outbox: in order per school, supplier and kind, with the same bytes on every attempt.

A message is sent by one worker at a time, for as long as its lease lasts, and the worker looks right before every attempt
whether the message is still its own. What the decision table calls a retry goes on later by a schedule; what somebody has to
repair is held; what will not be accepted as it is, is parked.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import socket
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from doorstroom_client.errors import (
    AanleveringGesloten,
    ConfigurationError,
    DoorstroomError,
    LeerlingOnbekend,
    OngeldigBericht,
    SchoolOnbekend,
    StoreError,
    Unavailable,
)
from doorstroom_client.events import Event, tell
from doorstroom_client.exchange.call import GivenUpError
from doorstroom_client.exchange.calls import Call, new_id
from doorstroom_client.exchange.concerns import concerns_everyone
from doorstroom_client.exchange.flow import Flow, keep
from doorstroom_client.parties.leverancier import Leverancier
from doorstroom_client.sending.bericht import Bericht
from doorstroom_client.sending.one_list import Books, deliver_parts, recall, receipt
from doorstroom_client.sending.reputation import Reputation
from doorstroom_client.sending.uitkomst import Uitkomst
from doorstroom_client.store.boot import seconds_since_boot
from doorstroom_client.store.outbox import Outbox
from doorstroom_client.store.rows import Claimed, Queued, State
from doorstroom_client.transport.request import Operation

SCHEDULE = (5.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0, 36000.0)
"""Seconds before the second attempt, the third, and so on; after the last one daily."""
DAY = 86400.0
HOLD = 3600.0
"""Seconds before a held message is tried again."""
LEASE = 120.0
"""Seconds that a worker has a message for; longer when one call may take longer."""
_SPREAD = 0.2
_MARGIN = 10.0
_FRESH = 5.0
"""Seconds for which who took a message need not look whether it still has it."""


class Run:
    """One run over the outbox, shared by its workers.

    Args:
        books: what waits, and what was accepted.
        leveranciers: the configured suppliers.
        about: bounds of each call.
        reputation: which addresses are known to accept lists.
        on_result: is told of every message that was tried.
        draw: gives a number from 0 to 1, which spreads the schedule; for tests.
        clock: seconds that go on while the machine sleeps; for tests.
    """

    def __init__(
        self,
        books: Books,
        leveranciers: Sequence[Leverancier],
        about: Call,
        reputation: Reputation,
        *,
        on_result: Callable[[Uitkomst], Flow[None]],
        draw: Callable[[], float] = random.random,
        clock: Callable[[], float] = seconds_since_boot,
    ) -> None:
        self._outbox = books.outbox
        self._ledger = books.ledger
        self._leveranciers = {item.oin: item for item in leveranciers}
        self._about = about
        self._reputation = reputation
        self._on_result = on_result
        self._draw = draw
        self._clock = clock
        self._skipped: set[str] = set()
        self._lease = max(LEASE, about.conditions.total + _MARGIN)
        self.stopped: bool = False

    def worker(self) -> Flow[None]:
        """Deliver what is due, one message after the other, until there is nothing left."""
        owner = f"{socket.gethostname()}:{os.getpid()}:{new_id()[:12]}"
        while not self.stopped:
            skip, since = tuple(self._skipped), self._clock()
            claimed = yield from keep(partial(self._outbox.claim, owner, self._now(), self._lease, without=skip))
            if claimed is None:
                return
            result = yield from self._deliver(claimed, since)
            if result is not None:
                yield from self._on_result(result)

    def stop(self) -> None:
        """Begin no other message; those in hand are finished."""
        self.stopped = True

    def _now(self) -> dt.datetime:
        return self._about.conditions.now()

    def _deliver(self, claimed: Claimed, since: float) -> Flow[Uitkomst | None]:
        """Send one message and note what came of it; None when another worker has taken it over."""
        queued = claimed.queued
        leverancier = self._leveranciers.get(queued.key.leverancier)
        if leverancier is None:
            return (yield from self._missing(claimed))
        lijst = Bericht(
            Operation(queued.key.soort), queued.schooljaar, queued.school_oin, queued.key.routeringskenmerk, queued.aantal,
            claimed.body,
        )  # fmt: skip
        hold = _Hold(self._outbox, claimed, self._lease, self._now, self._clock, since)
        about = replace(self._about, conditions=replace(self._about.conditions, before=hold.look))
        yield from recall(lijst.soort, leverancier, self._ledger, self._reputation)
        on_event = self._about.conditions.on_event
        try:
            progress, verdict = yield from deliver_parts(lijst, leverancier, about, self._reputation, on_event=on_event)
        except GivenUpError:
            if hold.sent:
                yield from self._lost(claimed, leverancier)
            return None
        except StoreError:
            raise  # that is about our own disk, and says nothing about the message
        except DoorstroomError as error:
            return (yield from self._failed(claimed, leverancier, error, sent=hold.sent))
        made = receipt(lijst, leverancier, progress, verdict)
        delivered = partial(self._outbox.delivered, claimed, progress.accepted, len(verdict.onbekend), self._now())
        if not (yield from keep(delivered)):
            yield from self._lost(claimed, leverancier)
            return None
        return _outcome(replace(queued, state=State.DELIVERED, reason=""), leverancier.toetssoort, ontvangst=made)

    def _lost(self, claimed: Claimed, leverancier: Leverancier) -> Flow[None]:
        """It was sent, and is in the hands of another worker: it may have arrived after newer lists, which that one sent."""
        yield from keep(partial(self._outbox.lost, claimed))
        queued, result = claimed.queued, "sent after another worker had taken it over"
        event = Event(
            queued.key.soort, queued.message_id, result, "-", leverancier.oin, leverancier.naam, self._now(), serious=True
        )
        tell(event, self._about.conditions.on_event)

    def _missing(self, claimed: Claimed) -> Flow[Uitkomst | None]:
        oin = claimed.queued.key.leverancier
        error = ConfigurationError(
            f"there is no leverancier with OIN {oin} in the configuration",
            setting="leveranciers",
            hint="Configure it again, or drop the message",
        )
        self._skipped.add(oin)
        return (yield from self._note(claimed, oin, State.HELD, "leverancier", HOLD, error, counts=False))

    def _failed(
        self, claimed: Claimed, leverancier: Leverancier, error: DoorstroomError, *, sent: bool
    ) -> Flow[Uitkomst | None]:
        queued = claimed.queued
        state, reason, seconds = verdict_of(error, queued.attempts, proven=self._reputation.is_proven(leverancier.base_url))
        if concerns_everyone(error):
            self._skipped.add(leverancier.oin)
        if state is State.WAITING:
            seconds *= 1 + _SPREAD * (2 * self._draw() - 1)
        asked = error.retry_at if isinstance(error, Unavailable) else None
        if asked is not None:
            seconds = max((asked - self._now()).total_seconds(), 0.0 if not error.attempts else seconds)
        noted = yield from self._note(claimed, leverancier.toetssoort, state, reason, seconds, error, counts=sent)
        if noted is None and sent:
            yield from self._lost(claimed, leverancier)
        return noted

    def _note(
        self, claimed: Claimed, naam: str, state: State, reason: str, seconds: float, error: DoorstroomError, *, counts: bool
    ) -> Flow[Uitkomst | None]:
        now = self._now()
        next_at = now + dt.timedelta(seconds=seconds)
        postpone = partial(self._outbox.postpone, claimed, state, reason, next_at, now, counts=counts)
        if not (yield from keep(postpone)):
            return None
        after = replace(claimed.queued, state=state, reason=reason, next_at=next_at)
        return _outcome(after, naam, error=error)


def _outcome(bericht: Queued, leverancier: str, **more: Any) -> Uitkomst:
    """The outcome of a message; whoever knows the schools gives it the name of its school."""
    return Uitkomst(naam=bericht.key.routeringskenmerk, leverancier=leverancier, bericht=bericht, **more)


class _Hold:
    """Keeps a message in the hands of its worker while it is sent.

    Args:
        outbox: where it is.
        claimed: the message; it was taken just now.
        lease: seconds.
        now: the wall clock (UTC).
        clock: seconds that go on while the machine sleeps.
        since: what `clock` said before it was taken: whatever held this process up since, its lease ran on.
    """

    def __init__(
        self,
        outbox: Outbox,
        claimed: Claimed,
        lease: float,
        now: Callable[[], dt.datetime],
        clock: Callable[[], float],
        since: float,
    ) -> None:
        self._outbox = outbox
        self._claimed = claimed
        self._lease = lease
        self._now = now
        self._clock = clock
        self._fresh_until = since + _FRESH
        self.sent = False

    def look(self) -> Flow[None]:
        """Right before sending: is this message still ours?"""
        # The first time it has only just been taken, which did all that there is to do.
        renew = partial(self._outbox.renew, self._claimed, self._now(), self._lease)
        if (self.sent or self._clock() > self._fresh_until) and not (yield from keep(renew)):
            raise GivenUpError
        self.sent = True


def verdict_of(error: DoorstroomError, attempts: int, *, proven: bool) -> tuple[State, str, float]:
    """How a message goes on after an error.

    Args:
        error: what the call ended in.
        attempts: how often it was sent before.
        proven: whether its supplier is known to accept lists at this address.

    Returns:
        The state, a short reason, and the seconds to wait.
    """
    if isinstance(error, LeerlingOnbekend) and error.onbekend and proven and error.melding:
        # No pupil in it is known; later lists need not wait for that. Without a word it may be the address after all.
        return State.PARKED, "onbekend", 0.0
    if isinstance(error, SchoolOnbekend):
        return State.WAITING, "school onbekend", DAY
    if isinstance(error, OngeldigBericht):
        return State.PARKED, "ongeldig", 0.0
    if isinstance(error, AanleveringGesloten):
        return State.PARKED, "gesloten", 0.0
    if error.retryable:
        return State.WAITING, _reason(error), SCHEDULE[attempts] if attempts < len(SCHEDULE) else DAY
    return State.HELD, _reason(error), HOLD


def _reason(error: DoorstroomError) -> str:
    status = getattr(error, "status", 0)
    code = getattr(error, "code", "")
    return f"{type(error).__name__} {status or code}".strip()
