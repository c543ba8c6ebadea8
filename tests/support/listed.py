"""Lists of advice, and a supplier that remembers what it got of them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from doorstroom_client import Advies, Leerling, School
from doorstroom_client.transport.request import FaultKind, Operation, Request
from support import SCHOOL, SUPPLIER_OIN, answer, fault


def other_school(number: int) -> School:
    """Another administration of the same school."""
    return replace(SCHOOL, administratienr=f"{number:02}", routeringskenmerk=f"{SCHOOL.routeringskenmerk[:-3]}{number:03}")


CODES = ("HAVO", "VWO", "VMBO_KB")


def pupils(*codes: str, first: int = 0) -> list[Advies]:
    return [Advies(Leerling(las_key=f"sleutel-{first + at}"), code) for at, code in enumerate(codes)]


class Peer:
    """A supplier that remembers, and answers as it is told."""

    def __init__(self) -> None:
        self.has: dict[str, str] = {}
        self.lists: list[list[str]] = []
        self.outcomes: list[Any] = []
        self.unknown: set[str] = set()
        self.refusal = 404
        self.mandated = {SUPPLIER_OIN}
        self.asked: list[str] = []

    def __call__(self, request: Request) -> Any:
        if request.operation is Operation.OSR:
            self.asked.append(request.url)
            yes = any(f"supplier_oin={oin}" in request.url for oin in self.mandated)
            return answer(200, "OK") if yes else answer(404, {"message": "mandate not found"})
        if request.operation is Operation.LEERLINGRAPPORT:
            return self.outcomes.pop(0)
        assert request.body is not None
        document = json.loads(request.body)
        entries = document.get("voorlopigSchooladviezen") or document["deelnemers"]
        keys = [item["deelnemerref"][0]["onderwijsdeelnemerID"] for item in entries]
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is None and self.unknown & set(keys):
            return answer(self.refusal)
        if outcome is None or outcome == "lost":
            self.lists.append(keys)
            self.has |= {key: item.get("advies", "") for key, item in zip(keys, entries, strict=True)}
        if outcome == "lost":
            return fault(FaultKind.DEADLINE, "deadline")
        return outcome or answer(202)
