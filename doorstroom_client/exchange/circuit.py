"""What is known about the health of each peer: a budget for retries and a circuit, shared by all threads and tasks.

The budget keeps a dead peer from getting many times its normal load: each retry costs tokens, each success earns them
back. The circuit keeps a cron run from hammering it: after some failing calls in a row, calls end at once for a while, and
then one of them tries.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable

from doorstroom_client.basics import forks

CAPACITY = 500
"""Tokens per peer; with the costs below a dead peer gets at most 35 extra requests for 1,000 calls."""
TRANSIENT_COST = 14
"""Tokens for a retry after a fault or a server error."""
THROTTLED_COST = 5
"""Tokens for a retry that the peer asked for."""


class _Peer:
    """Budget and circuit of one peer."""

    __slots__ = ("closed_until", "failures", "probe", "tokens", "why")

    def __init__(self) -> None:
        self.tokens: float = CAPACITY
        self.failures = 0
        self.closed_until = float("-inf")
        self.probe: object = None
        self.why = ""


class Circuits:
    """Budget and circuit of every peer, by its base address.

    Args:
        clock: monotonic seconds; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = forks.Lock()
        self._peers: defaultdict[str, _Peer] = defaultdict(_Peer)
        forks.watch(self)

    def after_fork(self) -> None:
        """A call that tried whether a peer is well goes on in the parent only: here another may try."""
        for known in list(self._peers.values()):
            known.probe = None

    def admit(self, peer: str, call: object) -> float:
        """Ask to make a call.

        Args:
            peer: its base address.
            call: any object of its own that identifies the call.

        Returns:
            0 when it may be made; else the seconds to wait. While the circuit is open one call at a time may try.
        """
        with self._lock:
            known = self._peers[peer]
            left = known.closed_until - self._clock()
            if left > 0:
                return left
            if known.closed_until > float("-inf"):
                if known.probe is not None:
                    return 1.0
                known.probe = call
            return 0.0

    def spend(self, peer: str, cost: int) -> bool:
        """Pay for a retry; False when the budget does not allow it."""
        with self._lock:
            known = self._peers[peer]
            if known.tokens < cost:
                return False
            known.tokens -= cost
            return True

    def succeeded(self, peer: str, earned: int) -> None:
        """The peer gave an answer, whatever it said: the circuit closes, and `earned` tokens come back."""
        with self._lock:
            known = self._peers[peer]
            known.tokens = min(float(CAPACITY), known.tokens + earned)
            known.failures = 0
            known.closed_until = float("-inf")
            known.probe = None

    def failed(self, peer: str, after: int, seconds: float, why: str = "") -> None:
        """The peer gave no usable answer.

        Args:
            peer: its base address.
            after: failing calls in a row that open the circuit; 0 never does.
            seconds: how long it stays open.
            why: what was wrong, for whoever is not let through.
        """
        with self._lock:
            known = self._peers[peer]
            known.failures += 1
            known.why = why
            if after and known.failures >= after:
                known.closed_until = self._clock() + seconds

    def released(self, peer: str, call: object) -> None:
        """A call ended; when it was the one that tried, another may."""
        with self._lock:
            known = self._peers[peer]
            if known.probe is call:
                known.probe = None

    def why(self, peer: str) -> str:
        """What was wrong with the last call that failed."""
        with self._lock:
            return self._peers[peer].why

    def tokens(self, peer: str) -> float:
        """What is left of the budget."""
        with self._lock:
            return self._peers[peer].tokens
