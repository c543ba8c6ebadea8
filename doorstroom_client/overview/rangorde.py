"""Which is higher, the advice of the school or the toetsadvies: the order of both on one ladder, and what follows from it.

The order of advice is the one DUO publishes as "sortering" in its list of advice values (schooladvies registreren, 2023-2024);
only the order is taken over, the numbers here are our own. LWOO does not change the place of an advice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.vocabulary import Schooladvies, Toetsadvies

_LADDER: tuple[Schooladvies | None, ...] = (
    Schooladvies.PRAKTIJKONDERWIJS,
    None,  # pro/vmbo bb: only a test advises that
    Schooladvies.VMBO_BB,
    Schooladvies.VMBO_BB_TM_VMBO_KB,
    Schooladvies.VMBO_KB,
    Schooladvies.VMBO_KB_TM_VMBO_GL_TL,
    Schooladvies.VMBO_GL_TL,
    Schooladvies.VMBO_GL_TL_TM_HAVO,
    Schooladvies.HAVO,
    Schooladvies.HAVO_TM_VWO,
    Schooladvies.VWO,
)
"""From low to high; each step is half a level."""
_ADVICE_STEP = {advies: step for step, advies in enumerate(_LADDER) if advies is not None}
_TEST_STEP: Mapping[Toetsadvies, int] = {
    Toetsadvies.PRO_VMBO_BB: 1,
    Toetsadvies.VMBO_BB_KB: _ADVICE_STEP[Schooladvies.VMBO_BB_TM_VMBO_KB],
    Toetsadvies.VMBO_KB_GL_TL: _ADVICE_STEP[Schooladvies.VMBO_KB_TM_VMBO_GL_TL],
    Toetsadvies.VMBO_GL_TL_HAVO: _ADVICE_STEP[Schooladvies.VMBO_GL_TL_TM_HAVO],
    Toetsadvies.HAVO_VWO: _ADVICE_STEP[Schooladvies.HAVO_TM_VWO],
    Toetsadvies.VWO: _ADVICE_STEP[Schooladvies.VWO],
}
_LWOO = "_MET_LWOO"

ADVIES_VOLGORDE: tuple[Schooladvies, ...] = (
    Schooladvies.GEEN_SPECIFIEK_ADVIES_MOGELIJK,
    Schooladvies.VSO,
    *_ADVICE_STEP,
)
"""Every advice without LWOO, from low to high; one that names no level stands first, as with DUO."""


class Oordeel(StrEnum):
    """What a school has to do about one pupil."""

    HEROVERWEGEN = "heroverwegen"
    """The toetsadvies is higher, be it half a level: adjust the advice, or motivate why not."""
    UITZONDERING = "uitzondering"
    """Advice praktijkonderwijs and toetsadvies pro/vmbo bb: higher, yet nothing needs to be adjusted."""
    BLIJFT = "blijft"
    """The toetsadvies is equal or lower: the advice stays."""
    ZELF_BEKIJKEN = "zelf_bekijken"
    """The two cannot be compared; somebody has to look."""
    GEEN_ADVIES = "geen_advies"
    """There is a result, but no advice to compare it with."""
    GEEN_RESULTAAT = "geen_resultaat"
    """There is no result yet."""


@frozen
class Uitspraak:
    """What came of comparing.

    Attributes:
        oordeel: what has to be done.
        reden: why, as a Dutch sentence for the school.
        verschil: how far the toetsadvies is above the advice, in half levels; negative below it; None when that says nothing.
    """

    oordeel: Oordeel
    reden: str = field(repr=False)
    verschil: int | None = field(default=None, repr=False)


def vergelijk(advies: str | None, toetsadvies: Toetsadvies | None, toetsadvies_tekst: str | None = None) -> Uitspraak:
    """Compare the advice of the school with the toetsadvies of a result.

    Args:
        advies: one of the 17 codes; an unknown code is told as such. None or empty when there is no advice.
        toetsadvies: one of the six categories; None when the text was not recognised.
        toetsadvies_tekst: the text as received, to tell an unknown one from an absent one.
    """
    if toetsadvies is None:
        known = (
            "De tekst van het toetsadvies wordt niet herkend." if toetsadvies_tekst else "Het resultaat noemt geen toetsadvies."
        )
        return Uitspraak(Oordeel.ZELF_BEKIJKEN, known)
    if not advies:
        return Uitspraak(Oordeel.GEEN_ADVIES, "Er is geen schooladvies bekend om het toetsadvies mee te vergelijken.")
    level = zonder_lwoo(advies)
    if level is None:
        return Uitspraak(Oordeel.ZELF_BEKIJKEN, "De code van het schooladvies wordt niet herkend.")
    if level is Schooladvies.GEEN_SPECIFIEK_ADVIES_MOGELIJK:
        return Uitspraak(Oordeel.ZELF_BEKIJKEN, "De school gaf geen specifiek advies: er is geen niveau om mee te vergelijken.")
    if level is Schooladvies.VSO:
        return Uitspraak(Oordeel.HEROVERWEGEN, "Elk toetsadvies staat in de volgorde van DUO boven vso.")
    return _on_the_ladder(level, toetsadvies)


def _on_the_ladder(level: Schooladvies, toetsadvies: Toetsadvies) -> Uitspraak:
    steps = _TEST_STEP[toetsadvies] - _ADVICE_STEP[level]
    if level is Schooladvies.PRAKTIJKONDERWIJS and toetsadvies is Toetsadvies.PRO_VMBO_BB:
        why = "Bij praktijkonderwijs hoeft het toetsadvies pro/vmbo bb niet tot een hoger advies te leiden."
        return Uitspraak(Oordeel.UITZONDERING, why, steps)
    if steps > 0:
        return Uitspraak(Oordeel.HEROVERWEGEN, f"Het toetsadvies is {afstand(steps)} hoger.", steps)
    if steps < 0:
        why = f"Het toetsadvies is {afstand(-steps)} lager; daardoor verandert het advies niet."
        return Uitspraak(Oordeel.BLIJFT, why, steps)
    return Uitspraak(Oordeel.BLIJFT, "Het toetsadvies is gelijk aan het schooladvies.", 0)


def niet_lager(advies: str, dan: str) -> bool | None:
    """Whether one advice is not lower than another in DUO's order; None when one of the two is no code of the list.

    Args:
        advies: the one.
        dan: the other.
    """
    one, other = zonder_lwoo(advies), zonder_lwoo(dan)
    if one is None or other is None:
        return None
    return ADVIES_VOLGORDE.index(one) >= ADVIES_VOLGORDE.index(other)


def zonder_lwoo(advies: str) -> Schooladvies | None:
    """The advice without LWOO, which does not change its place; None for a code that is not in the list."""
    try:
        return Schooladvies(Schooladvies(advies).removesuffix(_LWOO))
    except ValueError:
        return None


def afstand(halves: int) -> str:
    """A distance on the ladder in words: ``een half niveau``, ``2 niveaus``.

    Args:
        halves: half levels, above 0.
    """
    whole, half = divmod(halves, 2)
    if not half:
        return "een niveau" if whole == 1 else f"{whole} niveaus"
    return ("een half niveau", "anderhalf niveau")[whole] if whole < 2 else f"{whole},5 niveau"
