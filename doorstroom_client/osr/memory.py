"""Earlier answers of the register in the memory of this process, in the shape of the part of a store that keeps them."""

from __future__ import annotations

import datetime as dt
import threading

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
