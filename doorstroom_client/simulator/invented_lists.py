"""Invented pupils as what a client sends: their identities, their advice, and the participants with their groups."""

from __future__ import annotations

from collections.abc import Sequence

from doorstroom_client.messages.leerlingen import Advies, Deelnemer, Leerling, Stamgroep
from doorstroom_client.messages.school import School
from doorstroom_client.simulator.invented import BedachteLeerling


def leerling_of(bedacht: BedachteLeerling) -> Leerling:
    """The identities of an invented pupil."""
    return Leerling(eck_id=bedacht.eck_id, las_key=bedacht.las_key)


def adviezen_of(bedacht: Sequence[BedachteLeerling]) -> list[Advies]:
    """The advice of invented pupils, ready to send."""
    return [Advies(leerling_of(item), item.advies) for item in bedacht]


def deelnemers_of(bedacht: Sequence[BedachteLeerling], school: School | None = None) -> tuple[list[Stamgroep], list[Deelnemer]]:
    """Invented pupils and their groups, ready to send.

    Args:
        bedacht: the pupils.
        school: makes the group ids unique in the chain, where every school has an 8A.
    """
    prefix = f"{school.routeringskenmerk}-" if school else ""
    groepen = [Stamgroep(f"{prefix}groep-{naam}", naam) for naam in sorted({item.groep for item in bedacht})]
    deelnemers = [
        Deelnemer(
            leerling=leerling_of(item),
            achternaam=item.achternaam,
            voorvoegsel=item.voorvoegsel,
            roepnaam=item.roepnaam,
            voorletters=item.voorletters,
            geboortedatum=item.geboortedatum,
            groep=f"{prefix}groep-{item.groep}",
            geslacht=item.geslacht,
        )
        for item in bedacht
    ]
    return groepen, deelnemers
