"""Results that a LAS has not accepted: a simulated test supplier keeps them, and can push them again."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence

from doorstroom_client.simulator.verkeer import Verkeer
from doorstroom_client.simulator.verzending import Afzender, Verzonden, Zending, verzend


class Openstaand:
    """Pushes results and keeps those that were refused or got no answer, in order."""

    def __init__(self, verkeer: Verkeer) -> None:
        """Start with nothing.

        Args:
            verkeer: where what is pushed is written down.
        """
        self._verkeer = verkeer
        self._lock = threading.Lock()
        self._waiting: list[Zending] = []

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def push(self, zendingen: Sequence[Zending], afzender: Afzender) -> list[Verzonden]:
        """Push each once. It takes the place of what waited about the same reports: each result is complete in itself.

        Raises:
            ValueError: an endpoint is not an ``https`` URL.
        """
        renewed = {zending.rapportid for zending in zendingen} - {""}
        with self._lock:
            self._waiting = [zending for zending in self._waiting if zending.rapportid not in renewed]
        verzonden = verzend(zendingen, afzender, self._verkeer)
        with self._lock:
            self._waiting += _not_accepted(zendingen, verzonden)
        return verzonden

    def push_again(self, afzender: Afzender, rapporten: Collection[str] | None = None) -> list[Verzonden]:
        """Push what waits once more, with the same bytes.

        Args:
            afzender: with what, and where to.
            rapporten: only what belongs to these reports; None means all.

        Raises:
            ValueError: an endpoint is not an ``https`` URL.
        """
        with self._lock:
            waiting = [item for item in self._waiting if rapporten is None or item.rapportid in rapporten]
        verzonden = verzend(waiting, afzender, self._verkeer)
        left = set(map(id, _not_accepted(waiting, verzonden)))
        done = set(map(id, waiting)) - left
        with self._lock:
            self._waiting = [zending for zending in self._waiting if id(zending) not in done]
        return verzonden

    def reset(self) -> None:
        """Keep nothing."""
        with self._lock:
            self._waiting.clear()


def _not_accepted(zendingen: Sequence[Zending], verzonden: Sequence[Verzonden]) -> list[Zending]:
    return [zending for zending, item in zip(zendingen, verzonden, strict=True) if not item.aangenomen]
