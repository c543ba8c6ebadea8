"""What the register answered before, beyond the memory of one client: in the store, or for a run of this process only.

It only saves questions. When it cannot be read or written, the register is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import field

from doorstroom_client.errors import StoreError
from doorstroom_client.exchange.flow import Flow, keep
from doorstroom_client.frozen import frozen
from doorstroom_client.osr.cache import NO_SECONDS, STALE_SECONDS, YES_SECONDS, MandateCache
from doorstroom_client.osr.memory import nowhere
from doorstroom_client.store.base import Mandates
from doorstroom_client.store.records import Gezien


@frozen
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
