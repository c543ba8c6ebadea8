"""The fixed answers that were asked for, per operation: which is next, and how often it is given."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from doorstroom_client.simulator.antwoorden import Antwoord
from doorstroom_client.simulator.https import Answer


class VasteAntwoorden:
    """The fixed answers that were asked for, per operation."""

    def __init__(self, *operaties: str) -> None:
        """Start without any.

        Args:
            operaties: those that there are.
        """
        self._operaties = operaties
        self._lock = threading.Lock()
        self._vast: dict[str, list[tuple[Antwoord, int | None]]] = {}

    def zet(self, operatie: str, antwoorden: Sequence[Antwoord | int], keer: int | None) -> None:
        """Fix the answers of one operation, in place of what was fixed.

        Args:
            operatie: which.
            antwoorden: a status, or more of an answer; several are given in turn.
            keer: how often each is given; None gives each once, and the last one until `wis`.

        Raises:
            ValueError: the operation or the status does not exist here.
        """
        found = [item if isinstance(item, Antwoord) else Antwoord(status=item) for item in antwoorden]
        counts: list[int | None] = [keer if keer is not None else 1] * len(found)
        if keer is None and counts:
            counts[-1] = None
        self._set({operatie: list(zip(found, counts, strict=True))})

    def wis(self, operatie: str | None) -> None:
        """Forget the answers of one operation; None forgets all."""
        with self._lock:
            for vergeten in list(self._vast) if operatie is None else [operatie]:
                self._vast.pop(vergeten, None)

    def answer(self, operatie: str, process: Callable[[], Answer]) -> Answer:
        """Answer a request as was fixed, or by processing it.

        Args:
            operatie: what is asked.
            process: processes it, and gives the usual answer.
        """
        vast = self.neem(operatie)
        if vast is None:
            return process()
        return vast.answer(process() if vast.verwerkt else None)

    def neem(self, operatie: str) -> Antwoord | None:
        """Return the fixed answer and count it; None when there is none."""
        with self._lock:
            if operatie not in self._vast:
                return None
            (antwoord, keer), *rest = self._vast[operatie]
            left = [(antwoord, keer), *rest] if keer is None else [(antwoord, keer - 1), *rest] if keer > 1 else rest
            if left:
                self._vast[operatie] = left
            else:
                del self._vast[operatie]
            return antwoord

    def as_data(self) -> dict[str, list[dict[str, Any]]]:
        """What is still to be given, as plain values for JSON: ``keer`` says how often, null means until it is taken back."""
        with self._lock:
            return {
                operatie: [{"keer": keer, **antwoord.as_data()} for antwoord, keer in self._vast.get(operatie, ())]
                for operatie in self._operaties
            }

    def read(self, data: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Take over answers in the form of `as_data`, of the operations that are named; all or none.

        Raises:
            ValueError: a name or a value does not exist; nothing was changed.
        """
        made: dict[str, list[tuple[Antwoord, int | None]]] = {}
        for operatie, items in data.items():
            pairs = [({**item}, item.get("keer", 1)) for item in items]
            for given, _ in pairs:
                given.pop("keer", None)
            made[operatie] = [(Antwoord.from_data(given), keer) for given, keer in pairs]
        self._set(made)

    def _set(self, given: Mapping[str, list[tuple[Antwoord, int | None]]]) -> None:
        for operatie, pairs in given.items():
            if operatie not in self._operaties:
                raise ValueError(f"No fixed answer exists for {operatie!r}: it is one of {', '.join(self._operaties)}.")
            if any(keer is not None and (not isinstance(keer, int) or keer < 1) for _, keer in pairs):
                raise ValueError("A fixed answer is given at least once.")
        with self._lock:
            for operatie, pairs in given.items():
                if pairs:
                    self._vast[operatie] = pairs
                else:
                    self._vast.pop(operatie, None)
