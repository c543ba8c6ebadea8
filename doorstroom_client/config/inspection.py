"""Looks at what was configured, on this machine only: each look gives a state, a text and numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from enum import StrEnum
from itertools import takewhile
from pathlib import Path

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.config.certificates import Judged, judged, sentence
from doorstroom_client.config.settings import Settings
from doorstroom_client.errors import ConfigurationError, DoorstroomError, StoreError
from doorstroom_client.messages.identifiers import Schooljaar
from doorstroom_client.messages.values import amsterdam
from doorstroom_client.parties.certificate_check import Level
from doorstroom_client.store.location import is_address, shown
from doorstroom_client.store.opening import open_store
from doorstroom_client.store.rows import State
from doorstroom_client.store.sql import Store
from doorstroom_client.store.sqlite.place import is_absent, network_under

WARN_DAYS = 30
"""Days before the end of our certificate at which it needs attention."""
MAX_AGE_HOURS = 24.0
"""How long the oldest message in the outbox may wait."""
LATE_DAYS = 7
"""Days that something may stay longer than its time before it needs attention."""
_HOUR = 3600.0
_HOURS_A_DAY = 24
_OPEN = (State.WAITING, State.HELD, State.PARKED)


class Verdict(StrEnum):
    """What somebody who watches has to know of one thing."""

    OK = "in order"
    ATTENTION = "look at it soon"
    STORE = "the store is broken"
    CERTIFICATE = "the certificate is not valid now"
    CONFIGURATION = "the configuration is not in order"


@frozen
class Check:
    """What was seen of one thing.

    Attributes:
        name: of what.
        state: ``ok``, ``warning`` or ``error``: whether the configuration can be used.
        text: what was found, with the next step.
        verdict: whether it works now, and will tomorrow.
        numbers: what was counted.
    """

    name: str
    state: str
    text: str
    verdict: Verdict = Verdict.OK
    numbers: Mapping[str, float] = field(default_factory=dict[str, float])


def _failed(name: str, error: DoorstroomError) -> Check:
    text = f"{error.message}. {error.hint}" if error.hint else error.message
    return Check(name, "error", text, Verdict.STORE if isinstance(error, StoreError) else Verdict.CONFIGURATION)


def _watched(name: str, text: str, numbers: Mapping[str, float], *, needs_attention: object) -> Check:
    state, verdict = ("warning", Verdict.ATTENTION) if needs_attention else ("ok", Verdict.OK)
    return Check(name, state, text, verdict, numbers)


# --- certificates


def certificates(settings: Settings) -> Iterator[Check]:
    """Ours for calling others, and that of the receiver."""
    try:
        for item in judged(settings):
            yield _certificate(item, dt.datetime.now(dt.UTC))
    except ConfigurationError as error:
        yield _failed("certificate", error)


def _certificate(item: Judged, now: dt.datetime) -> Check:
    facts, name, days, numbers = item.facts, item.name, WARN_DAYS, dict[str, float]()
    if facts is not None:
        days = (facts.not_after - now).days
        numbers["certificate_days" if name == "certificate" else f"{name}_certificate_days"] = days
    if item.error is not None:
        now_invalid = facts is not None and not facts.not_before <= now < facts.not_after
        failed = _failed(name, item.error)
        return replace(failed, verdict=Verdict.CERTIFICATE if now_invalid else failed.verdict, numbers=numbers)
    level = item.found[0].level if item.found else Level.NOTE
    state = {Level.ERROR: "error", Level.WARNING: "warning"}.get(level, "ok")
    texts = [sentence(found) for found in item.found]
    if facts is not None:
        oin = f"OIN {facts.oin}" if facts.oin is not None else "carries no OIN, which the chain asks for"
        new = "; have a new one made" if days < WARN_DAYS else ""
        texts.append(f"{oin}; the key fits; ends on {facts.not_after:%Y-%m-%d}, in {days} days{new}")
        if state == "ok" and (new or facts.oin is None):
            state = "warning"
    late = days < WARN_DAYS or state == "error"
    return Check(name, state, ". ".join(texts), Verdict.ATTENTION if late else Verdict.OK, numbers)


# --- what is configured


def parties(settings: Settings) -> Iterator[Check]:
    """The OSR, suppliers and schools."""
    if settings.osr is None:
        yield Check("osr", "warning", "not configured: mandates cannot be looked up, and no results can be received")
    elif settings.osr.api_key is None:
        yield Check("osr", "ok", "configured; without API key your own mandate is not looked up")
    else:
        yield Check("osr", "ok", "configured, with API key")
    tests = ", ".join(item.toetssoort for item in settings.leveranciers)
    yield Check("leveranciers", "ok" if tests else "warning", tests or "none is configured, so nothing can be sent")
    schools = ", ".join(item.instellingscode for item in settings.scholen)
    yield Check("scholen", "ok" if schools else "warning", schools or "none is configured")


def afspraak(settings: Settings) -> Check:
    """The agreement of this school year."""
    try:
        today = dt.datetime.now(amsterdam()).date()
        now = Schooljaar(settings.jaargangen.schooljaar_on(today, None))
        schooljaar = Schooljaar(settings.schooljaar or now)
        found = settings.the_afspraak()
        found.check_schooljaar(schooljaar)
    except DoorstroomError as error:
        return _failed("afspraak" if isinstance(error, ConfigurationError) else "schooljaar", error)
    text = f"{found.naam} ({found.versie}) for school year {schooljaar}"
    odd = ", ".join(f'"{item.naam}"' for item in (found, *settings.afspraken) if not item.is_gewoon)
    if odd:
        return Check("afspraak", "warning", f"{text}; versie of {odd} has an unusual form, compare it letter for letter")
    if schooljaar != now:
        return Check("afspraak", "warning", f"{text}, but the current school year is {now}")
    return Check("afspraak", "ok", text)


# --- the store, and what waits in it


def store(settings: Settings, max_age_hours: float = MAX_AGE_HOURS) -> Iterator[Check]:
    """Whether it can be opened and written; then the outbox, results and purges in it.

    Args:
        settings: where it is, and how long things are kept.
        max_age_hours: how long the oldest message in the outbox may wait.
    """
    if settings.store is None:
        yield Check("store", "warning", "no store is configured, so there is no outbox and no results can be received")
        return
    path = Path(settings.store)
    try:
        if not is_address(settings.store) and is_absent(path):
            if not path.parent.is_dir():
                raise StoreError(f"the folder of the store does not exist: {path.parent}", hint="Make it first")
            # Making it here would hide a disk that is not mounted, and could give it to the user of a monitor.
            yield Check("store", "ok", f"there is no store {path}; it is made at first use", Verdict.STORE)
            return
        opened = open_store(settings.store, make=False)  # opening it writes to it
        try:
            now = dt.datetime.now(dt.UTC)
            yield _place(settings.store)
            yield _outbox(opened, now, max_age_hours)
            yield _results(opened, now, settings.retention.days)
            yield _purge(opened, now, settings)
        finally:
            opened.close()
    except (StoreError, ConfigurationError) as error:
        yield _failed("store", error)


def _place(store: str) -> Check:
    kind = "" if is_address(store) else network_under(Path(store))
    text = f"{shown(store)} can be opened and written"
    if kind:
        text += f", but lies on another machine ({kind}); put it on a disk of this one"
    return _watched("store", text, {}, needs_attention=kind)


def _outbox(store: Store, now: dt.datetime, max_age_hours: float) -> Check:
    counts = store.outbox.counts()
    oldest = next(iter(store.outbox.messages([State.WAITING, State.HELD], limit=1)), None)
    age = _hours(now, oldest.added_at if oldest else None)
    numbers: dict[str, float] = {f"outbox_{state.value}": counts[state] for state in _OPEN}
    text = f"outbox: {', '.join(f'{counts[state]} {state.value}' for state in _OPEN)}"
    if oldest is not None:
        text += f"; the oldest waits for {age:g} hours"
    needs = counts[State.HELD] or counts[State.PARKED] or age > max_age_hours
    return _watched("outbox", text, numbers | {"outbox_oldest_hours": age}, needs_attention=needs)


def _results(store: Store, now: dt.datetime, days: int) -> Check:
    pending = store.inbox.counts()["pending"]
    oldest = next(iter(store.inbox.pending(limit=1)), None)
    age = _hours(now, oldest.received.received_at if oldest else None)
    text = f"{pending} results are not yet processed"
    text = f"{text}; the oldest came in {age:g} hours ago" if pending else text
    late = age > days * _HOURS_A_DAY
    if late:
        text += f", longer than the {days} days that results are kept: process them and mark them as done"
    return _watched("results", text, {"results_pending": pending, "results_oldest_hours": age}, needs_attention=late)


def _purge(store: Store, now: dt.datetime, settings: Settings) -> Check:
    """Late is what should have gone days ago; a store in which nothing has to go needs no purge."""
    grace = dt.timedelta(days=LATE_DAYS)
    until, marks_until = settings.retention.until(now)
    late = store.removable(now, until - grace, marks_until - grace)
    last = store.purges()
    unwiped = [*takewhile(lambda done: not done.wiped, last)]
    number = late.resultaten + late.berichten + late.merken
    text = f"the last purge was on {last[0].at:%Y-%m-%d}" if last else "there was no purge yet"
    stuck = not number and unwiped and unwiped[-1].at < now - grace
    if number:
        text += f"; {number} records should have gone more than {LATE_DAYS} days ago: run doorstroom store purge"
    elif stuck:
        text += (
            f"; for more than {LATE_DAYS} days no purge could wipe the bytes: something keeps on reading, or it is too large"
        )
    numbers = {"purge_late": number, "purge_hours": _hours(now, last[0].at if last else None)}
    return _watched("purge", text, numbers, needs_attention=number or stuck)


def _hours(now: dt.datetime, since: dt.datetime | None) -> float:
    """How old something is; 0 when there is nothing, or a clock was set back."""
    return 0.0 if since is None else max(round((now - since).total_seconds() / _HOUR, 2), 0.0)
