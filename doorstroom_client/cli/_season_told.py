"""How the season is told in a terminal and in JSON: counts and Dutch words, and no pupil."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.messages.values import in_dutch
from doorstroom_client.output.words import leesbaar
from doorstroom_client.season import Schoolseizoen, Soort, Termijn, Totaal
from doorstroom_client.season.seizoenswoorden import KORT, NIETS_MIST, dagen, in_woorden, voorbij

_SHOWN = 50
"""Schools that stand in the table."""
_COUNTS = (
    *("deelnemers", "deelnemers_in_twijfel", "adviezen", "adviezen_in_twijfel", "adviezen_onbevestigd", "zonder_advies"),
    *("wachtend", "vastgehouden", "geparkeerd", "resultaten", "dubbel", "zonder_resultaat", "zonder_rapport"),
)


def show_school(item: Schoolseizoen) -> None:
    """One school, in sentences."""
    stand = item.stand
    terminal.show(f"{item.school.label}, schooljaar {item.schooljaar}, gezien op {in_dutch(item.on)}.")
    sent = f"naar {leesbaar(item.leverancier)}" if item.leverancier else "naar niemand"
    of = "" if item.verwacht is None else f"; uw lijst telt {item.verwacht} leerlingen die meedoen"
    terminal.show(f"Verstuurd {sent}: {stand.deelnemers} leerlingen, {stand.adviezen} adviezen{of}.")
    listed = sum(bool(one.stand.resultaten) for one in item.leerlingen)
    own = f" ({listed} van leerlingen in uw lijst)" if item.leerlingen and listed != stand.resultaten else ""
    fetched = stand.resultaten - stand.zonder_rapport
    terminal.show(f"Ontvangen: {stand.resultaten} resultaten{own}, {fetched} rapporten opgehaald.")
    for termijn in Termijn:
        terminal.show(f"  {termijn.value:<12}{in_dutch(item.termijnen.op(termijn)):<17}{item.nog(termijn)}")
    _tell_over(item)
    if not item.ontbreekt:
        terminal.show(NIETS_MIST)
    for text in (*(punt.uitleg for punt in item.ontbreekt), *(one.uitleg for one in item.signalen), *item.let_op):
        terminal.show_wrapped(f"- {text}", indent=0)


def _tell_over(item: Schoolseizoen) -> None:
    if item.voorbij:
        terminal.show_wrapped(voorbij(item.schooljaar, item.termijnen.einde), indent=0)


def show_many(scholen: Sequence[Schoolseizoen], within: int) -> None:
    """Many schools: those that need attention, and the totals."""
    found = [item for item in scholen if item.aandacht(within)]
    terminal.show(f"Schooljaar {scholen[0].schooljaar}, gezien op {in_dutch(scholen[0].on)}.")
    _tell_over(scholen[0])
    if found:
        table = terminal.new_table("School", "Wat ontbreekt", "Uiterlijk", "Nog")
        for item in found[:_SHOWN]:
            points = item.aandacht(within)
            first = points[0]
            what = ", ".join(punt.kort for punt in points)
            terminal.row(table, item.school.label, what, f"{first.uiterlijk:%d-%m-%Y}", dagen(first.dagen))
        terminal.show_table(table)
    if len(found) > _SHOWN:
        terminal.show(f"en nog {len(found) - _SHOWN} scholen; --csv en --json noemen ze allemaal.")
    total = Totaal.van(scholen, within)
    missing = [in_woorden(KORT[soort.value], number) for soort, number in total.ontbreekt.items() if number]
    terminal.show(f"{total.met_aandacht} van {total.scholen} scholen vragen aandacht.")
    terminal.show(
        f"Samen: {total.deelnemers} leerlingen aangemeld, {total.adviezen} adviezen verstuurd, {total.resultaten} resultaten."
    )
    terminal.show_wrapped(f"Ontbreekt: {', '.join(missing) or 'niets'}.", indent=0)


def tell_attention(scholen: Sequence[Schoolseizoen], within: int) -> None:
    """One line for who asked for silence, when somebody has to look."""
    found = [item for item in scholen if item.aandacht(within)]
    if not found:
        return
    first = found[0]
    if len(scholen) == 1:
        what = ", ".join(punt.kort for punt in first.aandacht(within))
        terminal.complain(f"{first.school.label} vraagt aandacht: {what}")
    else:
        terminal.complain(f"{len(found)} van {len(scholen)} scholen vragen aandacht, zoals {first.school.label}")


def as_json(scholen: Sequence[Schoolseizoen], within: int, code: int) -> dict[str, Any]:
    """All schools as a document."""
    total = Totaal.van(scholen, within)
    return {
        "schooljaar": scholen[0].schooljaar,
        "gezien_op": scholen[0].on.isoformat(),
        "voorbij": scholen[0].voorbij,
        "within": within,
        "termijnen": {termijn.value: scholen[0].termijnen.op(termijn).isoformat() for termijn in Termijn},
        "dagen": {termijn.value: scholen[0].termijnen.dagen(termijn, scholen[0].on) for termijn in Termijn},
        "totaal": {item.name: getattr(total, item.name) for item in fields(total)},
        "scholen": [_school(item, within) for item in scholen],
        "exit_code": code,
    }


def _school(item: Schoolseizoen, within: int) -> dict[str, Any]:
    return {
        "school": item.school.instellingscode,
        "routeringskenmerk": item.school.routeringskenmerk,
        "leverancier": item.leverancier,
        "vorige_toets": item.vorige_toets,
        "verwacht": item.verwacht,
        "aantallen": {name: getattr(item.stand, name) for name in _COUNTS},
        "ontbreekt": {soort.value: item.aantal(soort) for soort in Soort if item.aantal(soort)},
        "aandacht": [punt.soort.value for punt in item.aandacht(within)],
        "signalen": {signaal.nummer: signaal.aantal for signaal in item.signalen},
        "uitleg": [punt.uitleg for punt in item.ontbreekt],
        "let_op": list(item.let_op),
    }
