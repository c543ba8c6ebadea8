"""Deviations that both sides know of: no news until a day, and an alarm when it has passed or when one is there no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from doorstroom_client.ketentest.agreed import Bekend
from doorstroom_client.ketentest.player import Played
from doorstroom_client.ketentest.verdicts import Oordeel
from doorstroom_client.messages.values import in_dutch

_JUDGED = (Oordeel.GEZAKT, Oordeel.AFWIJKEND, Oordeel.GESLAAGD)


def with_known(played: Played, known: Iterable[Bekend], today: dt.date) -> Played:
    """The verdict, with the deviations in it that both sides know of.

    Args:
        played: as it was judged.
        known: the deviations.
        today: after its last day one counts as any other, and is an alarm.
    """
    here = [item for item in known if item.scenario == played.scenario.id]
    if not here or played.oordeel not in _JUDGED:
        return played
    # As a test that is expected to fail and passes: a plan that no longer says how things are would hide the next failure.
    gone = [item for item in here if _is_gone(item, played)]
    over = [item for item in here if item not in gone and today > item.tot]
    valid = [item for item in here if item not in gone and item not in over]
    alarms = (*map(_told_gone, gone), *map(_told_over, over))
    return replace(_tolerated(played, valid), alarm="; ".join(alarms) or played.alarm)


def _tolerated(played: Played, valid: Sequence[Bekend]) -> Played:
    failed = [item for item in played.keuringen if item.counts and item.oordeel is Oordeel.GEZAKT]
    if not failed or not all(any(one.eis in ("", item.eis) for one in valid) for item in failed):
        return played
    why = f"bekend tot en met {in_dutch(valid[0].tot)}: {valid[0].reden}"
    return replace(played, oordeel=Oordeel.AFWIJKEND, why=why)


def _is_gone(item: Bekend, played: Played) -> bool:
    """Whether what was known is as it should be now."""
    if played.oordeel is Oordeel.GESLAAGD:
        return True
    about = [one for one in played.keuringen if one.eis == item.eis]
    return bool(about) and all(one.oordeel is Oordeel.GESLAAGD for one in about)


def _told_gone(item: Bekend) -> str:
    return f"de bekende afwijking is er niet meer{_about(item)}; haal haar uit plan.toml ({item.reden})"


def _told_over(item: Bekend) -> str:
    allowed = f"de bekende afwijking{_about(item)} mocht tot en met {in_dutch(item.tot)} ({item.reden})"
    return f"{allowed}; laat haar herstellen, of spreek een nieuwe dag af en zet die in plan.toml"


def _about(item: Bekend) -> str:
    return f" bij eis {item.eis}" if item.eis else ""
