"""How the findings of a check of a connection are read."""

from __future__ import annotations

from collections.abc import Callable

from doorstroom_client import Staat, Verbindingscontrole

Look = Callable[..., Verbindingscontrole]
"""Checks the supplier at an address."""


def wrong(found: Verbindingscontrole) -> dict[str, str]:
    """What is wrong: its code by what was looked at."""
    return {item.punt: item.code for item in found.bevindingen if item.staat is Staat.WRONG}


def told(found: Verbindingscontrole, punt: str) -> str:
    """The sentence and the next step about something."""
    item = found.bevinding(punt)
    assert item is not None
    return f"{item.tekst} {item.advies}"
