"""Messages for an outbox, and one word for what tests do with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from doorstroom_client.store.outbox import Outbox
from doorstroom_client.store.rows import Claimed, Entry, Key, Outgoing, Queued, State
from support import NOW

from .sending import KEYS, YEAR, contents

KEY, OTHER, THIRD = KEYS


SECONDS = 120.0


HOURS = 3600.0


DAY = 24 * HOURS


HOLD = HOURS


LEASE = 120.0


def at(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def message(number: int, key: Key = KEY, added: float = 0.0, **more: Any) -> Outgoing:
    given: dict[str, Any] = {"entries": (Entry(f"e{number}", "", f"c{number}"),), "expires_at": at(30 * DAY), "body": b"x"}
    given |= more
    return Outgoing(f"m{number}", key, YEAR, "school", given["body"], "sum", given["entries"], at(added), given["expires_at"])


def claim(outbox: Outbox, seconds: float = 0.0, owner: str = "w", **more: Any) -> Claimed:
    found = outbox.claim(owner, at(seconds), more.pop("lease", SECONDS), **more)
    assert found is not None
    return found


def nothing(outbox: Outbox, seconds: float = 0.0, **more: Any) -> bool:
    return outbox.claim("other", at(seconds), more.pop("lease", SECONDS), **more) is None


def by_id(outbox: Outbox, number: int) -> Queued:
    return next(item for item in outbox.messages() if item.id == number)


def put_back(outbox: Outbox, claimed: Claimed, state: State = State.WAITING, seconds: float = 0.0, now: float = 0.0) -> None:
    assert outbox.postpone(claimed, state, "reason", at(seconds), at(now), counts=True)


def said(store: Any) -> list[str]:
    return [content for *_, content in contents(store, KEY)]
