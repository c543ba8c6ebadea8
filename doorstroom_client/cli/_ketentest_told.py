"""How a run of the chain test is told: each scenario as it ends, the whole at the end, and the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.text import Text

from doorstroom_client.cli import _terminal as terminal
from doorstroom_client.cli.exit_codes import ExitCode, worst

if TYPE_CHECKING:
    from doorstroom_client.ketentest.player import Played

STYLES = {
    "geslaagd": "green",
    "afwijkend": "yellow",
    "gezakt": "bold red",
    "fout": "bold red",
    "wacht": "cyan",
    "te beoordelen": "cyan",
}
"""How each verdict that stands out is shown."""
QUIETLY = ("geslaagd", "nvt")
"""Verdicts that nobody has to hear of."""
_MOST_CHECKS = 3


def tell_one(played: Played) -> None:
    """A scenario that ended, while a person watches."""
    if terminal.person_watches():
        style = STYLES.get(played.oordeel.value, "dim")
        terminal.say(f"{played.scenario.id:9}{played.oordeel.value:14} {played.scenario.titel}", style=style)


def tell_run(found: Sequence[Played], folder: Path | None) -> None:
    """What is not in order, with whose turn it is; then the counts, and where the reports are."""
    counts = Counter(item.oordeel.value for item in found)
    if terminal.is_json():
        terminal.emit_json({"oordelen": dict(counts), "scenarios": [as_data(item) for item in found]})
        return
    told = [item for item in found if item.oordeel.value not in QUIETLY or item.alarm]
    if told:
        table = terminal.new_table("Scenario", "Oordeel", "Wat", "Bij")
        for item in told:
            verdict = Text(item.oordeel.value, STYLES.get(item.oordeel.value, "dim"))
            whose = "" if item.whose is None else item.whose.value
            terminal.row(table, Text(item.scenario.id, "bold"), verdict, what_of(item), whose)
        terminal.show_table(table)
    words = ", ".join(f"{number} {name}" for name, number in counts.most_common())
    terminal.show(words or "niets gespeeld")
    if folder is not None:
        terminal.say(f"Rapporten: {folder / 'rapport.html'}, rapport.json en rapport.xml.")


def code_of_run(found: Sequence[Played], *, strict: bool) -> ExitCode:
    """The exit code of a run: that of its worst scenario."""
    return worst(_code_of(item, strict=strict) for item in found)


def _code_of(played: Played, *, strict: bool) -> ExitCode:
    from doorstroom_client.ketentest.scenario import Rol
    from doorstroom_client.ketentest.steps import Whose
    from doorstroom_client.ketentest.verdicts import Oordeel

    if played.oordeel is Oordeel.FOUT:
        return ExitCode.BUG
    if played.alarm and played.oordeel is not Oordeel.GEZAKT:
        return ExitCode.REFUSED  # the plan is ours
    if played.oordeel in (Oordeel.WACHT, Oordeel.TE_BEOORDELEN):
        return ExitCode.LATER
    if played.oordeel is Oordeel.GEZAKT or (strict and played.oordeel is Oordeel.AFWIJKEND):
        # Without a check there was no answer, so nobody said that a mandate is not there.
        if played.scenario.rol is Rol.VOORAF and played.whose is not Whose.HEN and played.keuringen:
            return ExitCode.CERTIFICATE_OR_MANDATE
        return ExitCode.REFUSED if played.whose is Whose.ONS else ExitCode.PEER
    return ExitCode.OK


def what_of(played: Played) -> str:
    """What was seen, in one cell."""
    wrong = [item for item in played.keuringen if item.oordeel.value not in QUIETLY and item.counts]
    lines = [f"{item.eis}: verwacht {item.expected}, kreeg {item.got}" for item in wrong[:_MOST_CHECKS]]
    more = [f"en nog {len(wrong) - _MOST_CHECKS}"] if len(wrong) > _MOST_CHECKS else []
    alarm = f"ALARM: {played.alarm}" if played.alarm else ""
    return "; ".join(filter(None, [played.scenario.titel, alarm, played.why, *lines, *more]))


def as_data(played: Played) -> dict[str, Any]:
    """A scenario, for a program."""
    return {
        "id": played.scenario.id,
        "rol": played.scenario.rol.value,
        "titel": played.scenario.titel,
        "oordeel": played.oordeel.value,
        "bij": None if played.whose is None else played.whose.value,
        "reden": played.why,
        "uiterlijk": None if played.until is None else terminal.moment(played.until),
        "alarm": played.alarm,
        "keuringen": [
            {
                "eis": item.eis,
                "oordeel": item.oordeel.value,
                "niveau": item.niveau.value,
                "verwacht": item.expected,
                "kreeg": item.got,
            }
            for item in played.keuringen
        ],
    }
