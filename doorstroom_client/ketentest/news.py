"""What a run has to tell since the one before it: what changed, and what is due today. So a run by cron says little."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.agreed import Plan
from doorstroom_client.ketentest.player import Played
from doorstroom_client.ketentest.verdicts import Oordeel
from doorstroom_client.messages.values import as_moment, dutch_day, in_dutch
from doorstroom_client.output.files import write_whole

FILE = "verteld.json"
"""The file, in the folder of a test, that says what was told last. Nothing of the run follows from it; it may be removed."""
_OPEN = (Oordeel.WACHT, Oordeel.TE_BEOORDELEN)
_FAILING = (Oordeel.GEZAKT, Oordeel.FOUT)


@frozen(kw_only=True)
class Told:
    """What was told the last time.

    Attributes:
        moment: when; None when nothing was told yet.
        states: of each scenario what tells whether there is news; its verdict first.
    """

    moment: dt.datetime | None = None
    states: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])


@frozen(kw_only=True)
class Changed:
    """A scenario of which there is news.

    Attributes:
        played: as it is now.
        was: its verdict before; None when it is new.
    """

    played: Played
    was: str | None


@frozen(kw_only=True)
class News:
    """What a run has to tell.

    Attributes:
        since: when the last one told; None for the first.
        changed: the scenarios of which there is news.
        still: those that failed before, as they do now.
        due: what is due today or too late, as Dutch sentences.
        again: whether what is due was not told yet today.
    """

    since: dt.datetime | None
    changed: tuple[Changed, ...]
    still: tuple[Played, ...]
    due: tuple[str, ...]
    again: bool

    @property
    def tells(self) -> bool:
        """Whether a run that only speaks when there is something to say has to."""
        return bool(self.changed) or (bool(self.due) and self.again)


def read_told(folder: Path) -> Told:
    """What was told last; nothing when that cannot be read.

    Args:
        folder: of the test.
    """
    try:
        found = json.loads((folder / FILE).read_bytes())
        return Told(
            moment=as_moment(found["moment"]), states={str(name): [*state] for name, state in found["scenarios"].items()}
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Told()


def keep_told(folder: Path, before: Told, found: Iterable[Played], now: dt.datetime) -> None:
    """Note what was told; of scenarios that were not played now stays what was told before.

    Args:
        folder: of the test.
        before: what was told the last time.
        found: what was played.
        now: the moment.

    Raises:
        StoreError: it cannot be written.
    """
    states = {**before.states, **{item.scenario.id: _state(item) for item in found}}
    document: dict[str, Any] = {"moment": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "scenarios": states}
    write_whole(folder / FILE, json.dumps(document, ensure_ascii=False, indent=1).encode())


def news_of(found: Sequence[Played], before: Told, plan: Plan, now: dt.datetime) -> News:
    """What there is to tell.

    Args:
        found: what was played.
        before: what was told the last time.
        plan: of the test.
        now: the moment.
    """
    changed = [
        Changed(played=item, was=next(iter(before.states.get(item.scenario.id, ())), None))
        for item in found
        if list(before.states.get(item.scenario.id, ())) != _state(item)
    ]
    news = {item.played.scenario.id for item in changed}
    return News(
        since=before.moment,
        changed=tuple(changed),
        still=tuple(item for item in found if item.oordeel in _FAILING and item.scenario.id not in news),
        due=tuple(_due(found, plan, dutch_day(now))),
        again=before.moment is None or dutch_day(before.moment) != dutch_day(now),
    )


def _due(found: Sequence[Played], plan: Plan, today: dt.date) -> Iterator[str]:
    for item in found:
        if item.alarm:
            yield f"ALARM {item.scenario.id}: {item.alarm}."
    terms = [(item.scenario.id, dutch_day(item.until)) for item in found if item.oordeel in _OPEN and item.until]
    ending = [name for name, until in terms if until == today]
    over = [name for name, until in terms if until < today]
    if ending:
        yield f"Vandaag loopt de termijn af van {', '.join(ending)}."
    if over:
        yield f"De termijn is voorbij van {', '.join(over)}."
    left = sum(item.oordeel in _OPEN for item in found)
    if plan.last_day and plan.last_day <= today and left:
        when = "Vandaag is de laatste dag" if plan.last_day == today else f"De laatste dag was {in_dutch(plan.last_day)}"
        yield f"{when}; nog open: {left}."


def _state(played: Played) -> list[str]:
    wrong = [item.eis for item in played.keuringen if item.counts and item.oordeel is not Oordeel.GESLAAGD]
    until = dutch_day(played.until).isoformat() if played.until else ""
    return [played.oordeel.value, played.why, until, played.alarm, *wrong]
