"""How often the register is asked: never above a rate, retries included, and when it asks for rest everybody rests."""

from __future__ import annotations

import datetime as dt
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from doorstroom_client.basics import forks
from doorstroom_client.errors import Unavailable
from doorstroom_client.exchange.flow import Attempt, Flow, Io, Pause, resumed
from doorstroom_client.exchange.retry import retry_after
from doorstroom_client.transport.request import Outcome, Response

T = TypeVar("T")
PATIENCE = 120.0
"""Seconds that a run waits for a register that is silent or asks for rest; after that it ends, to be repeated later."""
_UNSAID = 1.0
"""Seconds of rest after 429 without Retry-After."""
_MARGIN = 1.02
"""Calls that start evenly do not arrive evenly; exactly at its limit, the register would refuse some."""
_COLD, _IDLE = 0.2, 60.0
"""Seconds of rest after the first call, and after so long without any: it takes a connection longer to be made than used."""
_NAP = 1.0
"""Longest single pause in seconds, so that who has to stop does so soon."""


class Pace:
    """Hands out the moments at which a call may start; shared by all threads and tasks of a client.

    Within any `n / per_second` seconds at most `n` calls start, with `n` the rate rounded down (at least 1). They are spread
    evenly, 2 % below the rate; who comes late may catch up by at most one.

    Args:
        clock: monotonic seconds; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._lock = forks.Lock()
        self._starts: deque[float] = deque(maxlen=1000)
        self._due = float("-inf")
        self._rest = float("-inf")

    def take(self, per_second: float) -> float:
        """Start a call now.

        Args:
            per_second: the rate, up to 1000.

        Returns:
            0 when it may start, and is counted; else the seconds after which to ask again.
        """
        most, gap = max(1, int(per_second)), 1.0 / per_second
        with self._lock:
            now = self.clock()
            earliest = max(self._due, self._rest)
            if len(self._starts) >= most:
                earliest = max(earliest, self._starts[-most] + most * gap)
            if earliest > now:
                return earliest - now
            cold = not self._starts or now - self._starts[-1] > _IDLE
            self._starts.append(now)
            self._due = now + max(gap, _COLD) if cold else max(self._due, now - gap) + gap * _MARGIN
            return 0.0

    def hold(self, seconds: float) -> None:
        """Let nothing start for so long."""
        with self._lock:
            self._rest = max(self._rest, self.clock() + seconds)

    @property
    def held(self) -> float:
        """Seconds for which nothing starts; 0 when that is not so."""
        return max(0.0, self._rest - self.clock())


def paced(flow: Flow[T], pace: Pace, per_second: float, now: Callable[[], dt.datetime], patience: float = PATIENCE) -> Flow[T]:
    """The flow in which each attempt waits for its turn. Waiting for a turn takes nothing of the time of a call.

    Args:
        flow: the operation.
        pace: hands out turns; rests when the register asks for it.
        per_second: the rate.
        now: the wall clock (UTC).
        patience: seconds of rest that are waited for at most.

    Raises:
        Unavailable: the register asked for more rest than that.
    """

    def in_turn(effect: Attempt | Io | Pause) -> Flow[Any]:
        if not isinstance(effect, Attempt):
            return (yield effect)
        yield Pause(effect.after)
        yield from _turn(pace, per_second, now, patience)
        answer = yield replace(effect, after=0.0)
        _rest_when_asked(pace, answer, now())
        return answer

    try:
        effect = next(flow)
    except StopIteration as done:
        value: T = done.value
        return value
    return (yield from resumed(flow, effect, in_turn))


def _turn(pace: Pace, per_second: float, now: Callable[[], dt.datetime], patience: float) -> Flow[None]:
    while (wait := pace.take(per_second)) > 0:
        if pace.held > patience:
            raise Unavailable(
                "OSR asked to be left alone for a while",
                retry_at=now() + dt.timedelta(seconds=pace.held),
                peer="OSR",
                hint="Nothing was sent. Try again later (.retry_at says when)",
            )
        yield Pause(min(wait, _NAP))


def _rest_when_asked(pace: Pace, outcome: Outcome, now: dt.datetime) -> None:
    if isinstance(outcome, Response) and outcome.status in (429, 503):
        asked = retry_after(outcome.headers, now)
        if asked is not None or outcome.status == 429:
            pace.hold(_UNSAID if asked is None else asked)
