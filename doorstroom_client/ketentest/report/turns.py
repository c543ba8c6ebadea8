"""Whose turn it is, and what there is to do: one sentence for each thing, however many scenarios show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.report.verslag import Beurt, Keurregel, Verslag
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.steps import Whose
from doorstroom_client.ketentest.verdicts import WORST_FIRST, Oordeel
from doorstroom_client.messages.values import moment_in_dutch

_FAILED = (Oordeel.GEZAKT, Oordeel.AFWIJKEND)


def turns(verslagen: Iterable[Verslag]) -> tuple[Beurt, ...]:
    """What everybody has to do, by who has to do it and the worst first.

    What was skipped because something is not arranged is left out: that is asked for, and nobody did anything wrong.

    Args:
        verslagen: the scenarios.
    """
    found: dict[tuple[Any, ...], Beurt] = {}
    for verslag in verslagen:
        for item in (*_of_checks(verslag), *_of_scenario(verslag)):
            key = (item.whose, item.oordeel, item.text, item.eis)
            before = found.get(key)
            scenarios = dict.fromkeys((*(before.scenarios if before else ()), verslag.id))
            found[key] = Beurt(
                whose=item.whose,
                oordeel=item.oordeel,
                text=item.text,
                scenarios=tuple(scenarios),
                eis=item.eis,
                bron=item.bron,
            )
    order = list(Whose)
    return tuple(sorted(found.values(), key=lambda item: (order.index(item.whose), WORST_FIRST.index(item.oordeel))))


@frozen(kw_only=True)
class _ToDo:
    whose: Whose
    oordeel: Oordeel
    text: str
    eis: str = ""
    bron: str = ""


def _of_checks(verslag: Verslag) -> Iterator[_ToDo]:
    for item in verslag.keuringen:
        if not item.counts or item.oordeel not in _FAILED:
            continue
        # A deviation that both sides know of fails as a check, and not as a scenario.
        oordeel = Oordeel.AFWIJKEND if verslag.oordeel is Oordeel.AFWIJKEND else item.oordeel
        text = f"{_breach(item)}{_seen_beforehand(verslag)}"
        yield _ToDo(whose=item.whose, oordeel=oordeel, text=text, eis=item.eis, bron=item.bron)


def _breach(item: Keurregel) -> str:
    return f"{item.tekst or item.eis}. Verwacht: {item.expected}; gezien: {item.got}."


def _seen_beforehand(verslag: Verslag) -> str:
    """What was found when it was looked at before the test: that says more than yes or no."""
    told = verslag.why if verslag.rol is Rol.VOORAF and not verslag.until else ""
    return f" {_ended(_first_capital(told))}" if told else ""


def _of_scenario(verslag: Verslag) -> Iterator[_ToDo]:
    if verslag.alarm:
        text = _ended(f"Alarm: {verslag.alarm}")
        yield _ToDo(whose=Whose.ONS, oordeel=Oordeel.GEZAKT, text=text)
    skipped = verslag.oordeel is Oordeel.OVERGESLAGEN and verslag.whose is not Whose.ONS
    if not verslag.why or skipped or verslag.oordeel is Oordeel.NVT or (verslag.rol is Rol.VOORAF and verslag.keuringen):
        return
    text, oordeel = f"{_first_capital(verslag.why)}{_until(verslag)}", verslag.oordeel
    if oordeel is Oordeel.FOUT:
        text = f"Het testprogramma zelf ging fout: {verslag.why}"
    elif verslag.asks:
        text, oordeel = f"Beantwoord de vraag: {verslag.why}{_until(verslag)}", Oordeel.TE_BEOORDELEN
    elif verslag.until:
        oordeel = Oordeel.WACHT
    yield _ToDo(whose=verslag.whose or Whose.ONS, oordeel=oordeel, text=_ended(text))


def _until(verslag: Verslag) -> str:
    return f" (uiterlijk {moment_in_dutch(verslag.until)})" if verslag.until else ""


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!", ")")) else f"{text}."
