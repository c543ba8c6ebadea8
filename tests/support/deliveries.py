"""Deliveries that the tests of stores keep."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from doorstroom_client.store.rows import ReceivedResult
from support import NOW, SCHOOL, SUPPLIER_OIN

FIRST = ReceivedResult(
    edu_to=SCHOOL.routeringskenmerk,
    edu_from=SCHOOL.oin,
    sender_oin=SUPPLIER_OIN,
    schooljaar="2025-2026",
    pupil="eck:een",
    toets="ICE",
    datumtijd=NOW,
    received_at=NOW + dt.timedelta(minutes=1),
    payload=b'{"a":1}',
)


def later(minutes: int, payload: bytes, made: int | None = None, **more: Any) -> ReceivedResult:
    """A delivery received some minutes after the first; made at receipt, or at another minute."""
    at = FIRST.received_at + dt.timedelta(minutes=minutes)
    moment = at if made is None else NOW + dt.timedelta(minutes=made)
    return replace(FIRST, received_at=at, datumtijd=moment, payload=payload, **more)
