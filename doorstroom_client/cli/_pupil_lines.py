"""Where in a file pupils stand, so that they can be pointed at without naming them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from doorstroom_client.messages.leerlingen import Leerling

_SHOWN = 20


def lines_of(leerlingen: Iterable[Leerling]) -> list[int]:
    """The lines on which a reader found pupils; without those of whom that is not known any more."""
    return [int(item.source.removeprefix("line ")) for item in leerlingen if item.source]


def spelled(lines: Sequence[int]) -> str:
    """Lines for people: ``line 4``, or ``lines 4, 9 and 3 more``."""
    shown = ", ".join(map(str, lines[:_SHOWN]))
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return f"{'line' if len(lines) == 1 else 'lines'} {shown}{more}"
