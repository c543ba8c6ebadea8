"""A client of two suppliers, and a clock of seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tenacity import wait_none

from doorstroom_client import Advies, Adviezenlijst, Client, Leerling, Leverancier, Retry
from doorstroom_client.errors import DoorstroomError
from doorstroom_client.transport.request import Outcome, Request
from support import LEVERANCIER, NOW, SCHOOL, FakeTransport

ADVIEZEN = [Advies(Leerling(las_key="sleutel-1"), "HAVO")]


NO_CIRCUIT = Retry(wait=wait_none(), circuit_after=0)


OTHER = Leverancier("DIA", "00000003990000120000", "https://elders.example.nl/dst", "Ander bureau")


A, B = "https://a.example.nl", "https://b.example.nl"


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def client(reply: Callable[[Request], Outcome], **more: Any) -> tuple[Client, FakeTransport]:
    transport = FakeTransport(reply)
    defaults: dict[str, Any] = {"auteur": "Test 1", "schooljaar": "2025-2026", "retry": NO_CIRCUIT, "now": lambda: NOW}
    return Client(transport=transport, leveranciers=[LEVERANCIER, OTHER], **{**defaults, **more}), transport


def send(using: Client, leverancier: str = "ICE") -> type[DoorstroomError] | None:
    try:
        using.send(Adviezenlijst(SCHOOL, ADVIEZEN), leverancier=leverancier)
    except DoorstroomError as error:
        return type(error)
    return None
