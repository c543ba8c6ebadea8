"""By what a pupil of the school's own list is known in the store."""

from __future__ import annotations

from doorstroom_client import BekendeLeerling, Leerling, Leerlingenlijst


def kenmerken(item: BekendeLeerling, lijst: Leerlingenlijst) -> Leerling:
    """What tells this pupil apart: a LAS-key that stands at two pupils says of neither what was sent.

    Args:
        item: a pupil of the list.
        lijst: the whole list.
    """
    shared = bool(item.eck_id and item.las_key) and lijst.find(las_key=item.las_key) is not item
    return Leerling(eck_id=item.eck_id) if shared else item.leerling
