"""What the OSR answered about mandates, so that a burst of results asks it once per school: the one memory of it.

It only saves questions. When the store cannot be read or written, the register is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from doorstroom_client.basics import forks
from doorstroom_client.errors import StoreError
from doorstroom_client.exchange.flow import Flow, keep
from doorstroom_client.store.osr_answers import Mandates
from doorstroom_client.store.rows import StoredAnswer

YES_SECONDS = 15 * 60.0
"""A revoked mandate must not live long."""
NO_SECONDS = 60.0
"""A repaired mandate should work at once."""
STALE_SECONDS = 24 * 3600.0
"""How long a "yes" may stand in while the OSR itself gives no answer."""
KNOWN_SECONDS = 7 * 24 * 3600.0
"""How long an answer is kept, so that a yes that becomes a no is seen, also by a run of once a day."""
_MOST = 50_000


def is_suspect(turned: int, stayed: int, least: int) -> bool:
    """Whether so many mandates ended at once that the register itself is more likely to be wrong.

    Args:
        turned: schools whose last known answer was a yes and that have a no now.
        stayed: schools that had a yes and have it still.
        least: so many have to turn; 0 for never.
    """
    return 0 < least <= turned and turned > stayed


def nowhere() -> Mandates | None:
    """No store that keeps answers."""
    return None


class Answers:
    """Earlier answers, kept in the store; in the memory of this process where there is no store.

    An answer counts for the namespace it was asked with and for the day it was asked about: with the school year it is gone.
    Its age is told by the wall clock, so that a store can be shared and a machine that slept does not make it younger; a clock
    that was set back makes it too old.

    With a store, what this process read or wrote is at hand as well, by the same rules, because each pushed result asks for the
    mandate of its sender: going to a thread and to the store for that takes half as much processor time again for a result. An
    answer at hand saves reading while it is fresh; older, it counts only when the store has it too, or cannot be read.

    Args:
        shelf: gives where a store keeps them; None when there is none.
        now: the wall clock (UTC).
    """

    def __init__(
        self,
        shelf: Callable[[], Mandates | None] = nowhere,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._shelf = shelf
        self.now = now
        self._at_hand: dict[tuple[str, str, str, str], StoredAnswer] = {}
        # Of these systems and schools the store may hold an answer that was contradicted, or an older one than was given.
        self._disbelieved: set[tuple[str, str]] = set()
        self._told_at: dt.datetime | None = None
        self._lock = forks.Lock()

    def is_fresh(self, gezien: StoredAnswer, max_age: float | None = None) -> bool:
        """Whether an answer can be used without asking.

        Args:
            gezien: the answer.
            max_age: seconds that any answer may be old; 15 minutes for a yes and 1 for a no when left out.
        """
        usual = YES_SECONDS if gezien.gemandateerd else NO_SECONDS
        return gezien.age(self.now()) < (usual if max_age is None else max_age)

    def is_stale_yes(self, gezien: StoredAnswer | None) -> bool:
        """Whether an answer may stand in while the OSR gives none."""
        return gezien is not None and gezien.gemandateerd and gezien.age(self.now()) < STALE_SECONDS

    def find(
        self, namespace: str, peildatum: str, school_oin: str, *oins: str, max_age: float | None = None
    ) -> Flow[dict[str, StoredAnswer]]:
        """Earlier answers about a school, by OIN of the system; fresh or not.

        Args:
            namespace: with which it was asked.
            peildatum: the day that was asked about; empty for the day of asking.
            school_oin: the school.
            oins: the systems.
            max_age: seconds that an answer may be old, as for `is_fresh`.
        """
        found = self._known(namespace, peildatum, school_oin, oins)
        if len(found) == len(oins) and all(self.is_fresh(gezien, max_age) for gezien in found.values()):
            return found
        return (yield from keep(partial(self._read, namespace, peildatum, school_oin, oins)))

    def keep(self, gezien: StoredAnswer) -> Flow[StoredAnswer]:
        """Remember an answer, in place of the one before; gives it with what is known of that one."""
        return (yield from keep(partial(self._keep, gezien)))

    def has_turned(self, gezien: StoredAnswer) -> bool:
        """Whether it is a no that was a yes until at most a day ago."""
        at = gezien.omgeslagen_op
        return at is not None and 0 <= (self.now() - at).total_seconds() < STALE_SECONDS

    def turned(self, namespace: str, peildatum: str) -> Flow[tuple[int, int]]:
        """Of how many schools a yes became a no within a day, and of how many it was asked since then and stayed.

        With a store these are the answers of all who share it.
        """
        return (yield from keep(partial(self._turned, namespace, peildatum)))

    def tells_suspicion(self) -> bool:
        """Whether it is to be told that the register is suspect: once a day, and by this process."""
        with self._lock:
            now, before = self.now(), self._told_at
            if before is not None and 0 <= (now - before).total_seconds() < STALE_SECONDS:
                return False
            self._told_at = now
            return True

    def forget(self, supplier_oin: str, school_oin: str) -> Flow[None]:
        """Drop an answer that a party contradicted: the next look-up asks the OSR, and no older "yes" stands in."""
        self._disbelieve(supplier_oin, school_oin)
        with self._lock:
            for key in [key for key in self._at_hand if key[2:] == (school_oin, supplier_oin)]:
                del self._at_hand[key]
        yield from keep(partial(self._tell, lambda shelf: shelf.forget(supplier_oin, school_oin)))

    def tidy(self) -> Flow[None]:
        """Drop what is too old for any use."""
        until = self.now() - dt.timedelta(seconds=KNOWN_SECONDS)
        with self._lock:
            self._at_hand = {key: gezien for key, gezien in self._at_hand.items() if gezien.gezien_op > until}
        yield from keep(partial(self._tell, lambda shelf: shelf.drop(until)))

    # --- at hand

    def _known(self, namespace: str, peildatum: str, school_oin: str, oins: tuple[str, ...]) -> dict[str, StoredAnswer]:
        found = ((oin, self._at_hand.get((namespace, peildatum, school_oin, oin))) for oin in oins)
        return {oin: gezien for oin, gezien in found if gezien is not None}

    def _put(self, gezien: StoredAnswer) -> None:
        """Have an answer at hand; of too many, all are dropped. Who calls this has the lock."""
        if len(self._at_hand) >= _MOST:
            self._at_hand.clear()
        self._at_hand[gezien.namespace, gezien.peildatum, gezien.school, gezien.leverancier] = gezien

    def _disbelieve(self, supplier_oin: str, school_oin: str) -> None:
        with self._lock:
            self._disbelieved.add((supplier_oin, school_oin))

    # --- the store

    def _keep(self, gezien: StoredAnswer) -> StoredAnswer:
        about = (gezien.namespace, gezien.peildatum, gezien.school, (gezien.leverancier,))
        if not gezien.gemandateerd:  # what a yes follows on does not matter
            gezien = gezien.after((self._known(*about) or self._read(*about)).get(gezien.leverancier))
        with self._lock:
            self._put(gezien)
            self._disbelieved.discard((gezien.leverancier, gezien.school))
        if not self._tell(lambda shelf: shelf.keep(gezien)):
            self._disbelieve(gezien.leverancier, gezien.school)
        return gezien

    def _turned(self, namespace: str, peildatum: str) -> tuple[int, int]:
        since = self.now() - dt.timedelta(seconds=STALE_SECONDS)
        try:
            shelf = self._shelf()
            if shelf is not None:
                return shelf.turned(namespace, peildatum, since)
        except StoreError:
            pass
        known = [item for key, item in list(self._at_hand.items()) if key[:2] == (namespace, peildatum)]
        changed = {item.school: item.omgeslagen_op for item in known if item.omgeslagen_op and item.omgeslagen_op > since}
        first = min(changed.values(), default=since)
        stayed = {item.school for item in known if item.gemandateerd and item.gezien_op >= first}
        return len(changed), len(stayed - changed.keys())

    def _read(self, namespace: str, peildatum: str, school_oin: str, oins: tuple[str, ...]) -> dict[str, StoredAnswer]:
        try:
            shelf = self._shelf()
            kept = None if shelf is None else {item.leverancier: item for item in shelf.find(namespace, peildatum, school_oin)}
        except StoreError:
            kept = None
        if kept is not None:
            with self._lock:
                for oin in oins:
                    if (oin, school_oin) not in self._disbelieved:
                        self._take_over(kept.get(oin), (namespace, peildatum, school_oin, oin))
        return self._known(namespace, peildatum, school_oin, oins)

    def _take_over(self, kept: StoredAnswer | None, key: tuple[str, str, str, str]) -> None:
        """What the store has counts, unless another thread got a younger answer while it was read."""
        known, now = self._at_hand.get(key), self.now()
        if kept is None:
            self._at_hand.pop(key, None)
        elif known is None or kept.age(now) <= known.age(now):
            self._put(kept)

    def _tell(self, change: Callable[[Mandates], None]) -> bool:
        """Change the store; False when it cannot do its work."""
        try:
            shelf = self._shelf()
            if shelf is not None:
                change(shelf)
        except StoreError:
            return False
        return True
