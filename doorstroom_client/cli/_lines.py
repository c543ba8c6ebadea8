"""Where in a file pupils stand, so that they can be pointed at without naming them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.readers.columns import Layout
from doorstroom_client.readers.edexml import stream_edexml
from doorstroom_client.readers.sheets import pupils, read_sheet
from doorstroom_client.readers.xml_events import looks_like_xml

_SHOWN = 20


def lines_of(file: Path, layout: Layout, leerlingen: Collection[Leerling]) -> list[int]:
    """The lines of a file on which some pupils stand.

    Args:
        file: a file that was read before without problems.
        layout: its columns.
        leerlingen: whom to find, by either identity.
    """
    if looks_like_xml(file):
        return _lines_of_edexml(file, leerlingen)
    wanted = {(name, text) for item in leerlingen for name, text in _identities(item)}
    rows = pupils(read_sheet(file, layout))
    return [row.line for row, leerling in rows if wanted.intersection(_identities(leerling))]


def _lines_of_edexml(file: Path, leerlingen: Collection[Leerling]) -> list[int]:
    wanted = {pair for item in leerlingen for pair in _identities(item)}
    return [pupil.regel for pupil in stream_edexml(file) if wanted & _identities(pupil.bekend.leerling)]


def _identities(leerling: Leerling) -> set[tuple[str, str]]:
    found = (("eck_id", leerling.eck_id), ("las_key", leerling.las_key))
    return {(name, text) for name, text in found if text}


def spelled(lines: Sequence[int]) -> str:
    """Lines for people: ``line 4``, or ``lines 4, 9 and 3 more``."""
    shown = ", ".join(map(str, lines[:_SHOWN]))
    more = f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else ""
    return f"{'line' if len(lines) == 1 else 'lines'} {shown}{more}"
