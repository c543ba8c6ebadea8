"""What the register answered before, beyond the memory of one client: in the store, or for a run of this process only.

It only saves questions. When it cannot be read or written, the register is asked.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from doorstroom_client.errors import StoreError
from doorstroom_client.exchange.flow import Flow, keep
from doorstroom_client.osr.cache import NO_SECONDS, STALE_SECONDS, YES_SECONDS, MandateCache
from doorstroom_client.store.base import Mandates
from doorstroom_client.store.records import Gezien

_MOST = 50_000


class MemoryMandates:
    """`Mandates` for who has no store."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[tuple[str, str, str], dict[str, Gezien]] = {}
        self._count = 0

    def find(self, namespace: str, peildatum: str, school_oin: str) -> list[Gezien]:
        """What is known of a school."""
        with self._lock:
            return list(self._found.get((namespace, peildatum, school_oin), {}).values())

    def keep(self, gezien: Gezien) -> None:
        """Remember an answer; of too many, all are forgotten."""
        with self._lock:
            if self._count >= _MOST:
                self._found.clear()
                self._count = 0
            of_school = self._found.setdefault((gezien.namespace, gezien.peildatum, gezien.school), {})
            self._count += gezien.leverancier not in of_school
            of_school[gezien.leverancier] = gezien

    def forget(self, supplier_oin: str, school_oin: str) -> None:
        """Drop what a party contradicted."""
        with self._lock:
            for (_, _, school), of_school in self._found.items():
                if school == school_oin:
                    self._count -= of_school.pop(supplier_oin, None) is not None

    def drop(self, until: dt.datetime) -> None:
        """Drop every answer up to a moment."""
        with self._lock:
            for of_school in self._found.values():
                for oin in [oin for oin, gezien in of_school.items() if gezien.gezien_op <= until]:
                    del of_school[oin]
                    self._count -= 1
            self._found = {key: of_school for key, of_school in self._found.items() if of_school}


def nowhere() -> Mandates | None:
    """No place to look."""
    return None


@dataclass(frozen=True, slots=True)
class Seen:
    """Reads and writes earlier answers, as flows.

    Attributes:
        cache: knows what was contradicted.
        shelf: gives where they are kept.
        now: the wall clock (UTC).
    """

    cache: MandateCache
    shelf: Callable[[], Mandates | None] = nowhere
    now: Callable[[], dt.datetime] = field(default=lambda: dt.datetime.now(dt.UTC))

    def find(self, namespace: str, peildatum: str, school_oin: str) -> Flow[Mapping[str, Gezien]]:
        """The earlier answers about a school, by OIN of the system."""

        def read() -> dict[str, Gezien]:
            dropped = self.cache.dropped()
            try:
                shelf = self.shelf()
                if shelf is None:
                    return {}
                for pair in dropped:
                    shelf.forget(*pair)
                self.cache.is_dropped(dropped)
                return {item.leverancier: item for item in shelf.find(namespace, peildatum, school_oin)}
            except StoreError:
                return {}

        return (yield from keep(read))

    def note(self, gezien: Gezien) -> Flow[None]:
        """Remember an answer."""

        def write() -> None:
            try:
                shelf = self.shelf()
                if shelf is not None:
                    shelf.keep(gezien)
            except StoreError:
                pass

        yield from keep(write)

    def tidy(self) -> Flow[None]:
        """Drop what is too old for any use."""

        def drop() -> None:
            try:
                shelf = self.shelf()
                if shelf is not None:
                    shelf.drop(self.now() - dt.timedelta(seconds=STALE_SECONDS))
            except StoreError:
                pass

        yield from keep(drop)

    def is_fresh(self, gezien: Gezien, max_age: float | None = None) -> bool:
        """Whether it can be used without asking.

        Args:
            gezien: the answer.
            max_age: seconds that any answer may be old; 15 minutes for a yes and 1 for a no when left out.
        """
        usual = YES_SECONDS if gezien.gemandateerd else NO_SECONDS
        return gezien.age(self.now()) < (usual if max_age is None else max_age)

    def is_stale_yes(self, gezien: Gezien | None) -> bool:
        """Whether it may stand in while the OSR gives no answer."""
        return gezien is not None and gezien.gemandateerd and gezien.age(self.now()) < STALE_SECONDS
