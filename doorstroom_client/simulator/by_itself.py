"""Suppliers that answer by themselves: results for whatever came in, once it has been quiet for a moment."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

from doorstroom_client.simulator.keten import Keten
from doorstroom_client.simulator.toetssysteem import Toetssysteem
from doorstroom_client.simulator.verkeer import Richting, Uitwisseling, Verkeer

_LOOK_EVERY = 0.1
_QUIET_SECONDS = 1.0


def answer_by_itself(
    keten: Keten, stop: threading.Event, seconds: float | None, tell: Callable[[str], object], *, push: bool = True
) -> None:
    """Let every supplier send the results of whatever comes in, about a second after it came.

    Args:
        keten: the chain.
        stop: ends it.
        seconds: how long at most.
        tell: gets a line for everything that happens.
        push: whether results are sent; when False only what came in is told.
    """
    end = None if seconds is None else time.monotonic() + seconds
    suppliers = [_Supplier(keten, soort, tell, push) for soort in keten.toetssystemen]
    while not stop.wait(_LOOK_EVERY) and (end is None or time.monotonic() < end):
        for supplier in suppliers:
            supplier.look()


class _Supplier:
    """Watches one supplier, and lets it answer.

    Args:
        keten: the chain it belongs to.
        soort: which test.
        tell: gets a line for everything that happens.
        push: whether it sends results.
    """

    def __init__(self, keten: Keten, soort: str, tell: Callable[[str], object], push: bool = True) -> None:
        self._keten = keten
        self._soort = soort
        self._tell = tell
        self._push = push
        self._newest: Uitwisseling | None = None
        self._seen = 0
        self._remarked = 0
        self._reports = 0
        self._taken_in = False
        self._last = 0.0

    def look(self) -> None:
        """Tell what came in since the last time; send results when a list came in and it is quiet now."""
        system = self._keten.toetssystemen[self._soort]
        if self._was_reset(system.verkeer):
            self._newest, self._seen, self._remarked = None, 0, 0
        new = system.verkeer.after(self._seen)
        self._tell_remarks(system)  # looked up later, so that none comes behind the line of its list
        if new:
            self._newest, self._seen = new[-1], new[-1].nummer
        for item in (item for item in new if item.richting is Richting.ONTVANGEN):
            self._last = time.monotonic()
            if item.operatie == "leerlingrapport":
                self._reports += 1
            else:
                self._taken_in = self._taken_in or item.status == 202
                self._tell(f"{self._soort}: {item.operatie or 'something else'} came in, answered {item.status}")
        if self._last and time.monotonic() - self._last >= _QUIET_SECONDS:
            self._last = 0.0
            self._answer()

    def _was_reset(self, verkeer: Verkeer) -> bool:
        """Whether numbers began anew since the last time; as many may have come in since, so they alone do not say it."""
        if verkeer.geteld < self._seen:
            return True
        same = next((item for item in verkeer.after(self._seen - 1) if item.nummer == self._seen), None)
        return same is not None and same is not self._newest

    def _tell_remarks(self, system: Toetssysteem) -> None:
        """One line for each rule that a list breaks, with the first place."""
        new = system.opmerkingen[-count:] if (count := system.opgemerkt - self._remarked) else []
        self._remarked += len(new)
        per_rule: dict[tuple[str, str, str, bool], list[str]] = {}
        for item in new:
            per_rule.setdefault((item.operatie, item.regel, item.tekst, item.geweigerd), []).append(item.pad)
        for (operation, rule, text, refused), places in per_rule.items():
            more = f" and {len(places) - 1} more" if len(places) > 1 else ""
            what = "refused for" if refused else "taken in, with a remark on"
            self._tell(f"{self._soort}: {operation} {what} {places[0]}{more}: {text} ({rule})")

    def _answer(self) -> None:
        if self._reports:
            self._tell(f"{self._soort}: {self._reports} requests for reports answered")
            self._reports = 0
        if self._taken_in and self._push:
            self._taken_in = False
            sent = self._keten.stuur_resultaten(self._soort)
            kept = sum(item.status == 202 for item in sent)
            others = Counter(item.reden or str(item.status) for item in sent if item.status != 202)
            why = ", ".join(f"{number} x {reason}" for reason, number in others.items())
            self._tell(f"{self._soort}: {len(sent)} results sent, {kept} taken in by the LAS{why and f' ({why})'}")
