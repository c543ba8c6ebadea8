"""What changed since a supplier last accepted something: only mutations have to go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import field

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.store.pupils import Marked, Pupils, marks_of, same_pupil
from doorstroom_client.store.rows import Entry, Noted


@frozen
class Verdwenen:
    """A pupil whom the supplier has, but who is no longer in the list.

    Nothing can be deleted by message, so the supplier keeps this pupil until somebody removes it in the test system. The
    ledger holds no identities; `gaat_over` tells whether it is about a pupil that you still know.
    """

    _entry: Marked = field(repr=False)
    _secret: bytes = field(repr=False)

    def gaat_over(self, leerling: Leerling) -> bool:
        """Whether this is about `leerling`."""
        eck, las = marks_of(leerling, self._secret)
        return same_pupil(self._entry, Entry(eck, las, ""))

    def __reduce__(self) -> str | tuple[object, ...]:
        """Leave the key of the store out of a pickle; then it is about nobody any more."""
        return (type(self), (Entry("", "", ""), b""))


@frozen
class Vergelijking:
    """A list compared with what a supplier has accepted; nothing was sent.

    Attributes:
        leverancier: which supplier (toetssoort).
        nieuw: pupils that would be sent for the first time.
        gewijzigd: pupils about whom something else was accepted, or of whom it is in doubt what the supplier has.
        ongewijzigd: how many would be left out.
        verdwenen: pupils that the supplier has, but that are not in the list.
        onbevestigd: how many of those left out were sent without it being known whether the supplier knows them.
        opnieuw: pupils of whom that is so for so long that the same would be sent once more.
    """

    leverancier: str
    nieuw: tuple[Leerling, ...] = field(repr=False)
    gewijzigd: tuple[Leerling, ...] = field(repr=False)
    ongewijzigd: int
    verdwenen: tuple[Verdwenen, ...] = field(repr=False)
    onbevestigd: int = 0
    opnieuw: tuple[Leerling, ...] = field(default=(), repr=False)


@frozen
class Changes:
    """A list compared with what the supplier has.

    Attributes:
        nieuw: positions of pupils that the supplier does not have yet.
        gewijzigd: positions of pupils about whom it has, or may have, something else.
        opnieuw: positions of pupils about whom the same goes out once more, because it is not known that it is there.
        ongewijzigd: how many need not be sent.
        onbevestigd: how many of those were sent without it being known that the supplier knows them.
        verdwenen: what the supplier accepted about pupils that are not in the list, one per pupil.
    """

    nieuw: tuple[int, ...]
    gewijzigd: tuple[int, ...]
    opnieuw: tuple[int, ...]
    ongewijzigd: int
    onbevestigd: int
    verdwenen: tuple[Noted, ...]

    @property
    def positions(self) -> tuple[int, ...]:
        """What has to go out, in the order of the list."""
        return tuple(sorted(self.nieuw + self.gewijzigd + self.opnieuw))


@frozen
class Again:
    """When advice goes out once more that may not be there.

    A supplier answers 202 to advice for a pupil that it does not know, and leaves it out. Where the participants never went
    through this library, nothing tells when it got to know the pupil, so the same is sent again: not before so many days, and
    not more often than so.

    Attributes:
        days: between two sends; 0 for never.
        now: the wall clock (UTC).
    """

    days: int
    now: dt.datetime

    def is_due(self, noted: Noted) -> bool:
        """Whether it goes out now."""
        if noted.known or not self.days or noted.times > MOST_REPEATS:
            return False
        # A clock that was set back since makes it neither older nor younger.
        return abs(self.now - noted.at) >= dt.timedelta(days=self.days)


MOST_REPEATS = 4
"""How often the same advice goes out once more while it is not known that the supplier knows the pupil."""


def compare(
    wanted: Sequence[Entry], accepted: Sequence[Noted], open_entries: Sequence[Entry] = (), again: Again | None = None
) -> Changes:
    """Find out what has to go out.

    Args:
        wanted: the list as it is now.
        accepted: what the supplier accepted last, in the order of acceptance.
        open_entries: what messages that still wait are going to say, the oldest first; it counts over what was accepted.
        again: when something goes out once more; never when left out.
    """
    pupils = Pupils(accepted, open_entries, wanted)
    noted = pupils.by_pupil(accepted)
    said = {pupil: {item.content for item in items} for pupil, items in noted.items()}
    waiting = {pupils.of(entry): {entry.content} for entry in open_entries}
    said |= waiting
    new: list[int] = []
    changed: list[int] = []
    once_more: list[int] = []
    unsure = 0
    for at, entry in enumerate(wanted):
        pupil = pupils.of(entry)
        if pupil not in said:
            new.append(at)
        elif said[pupil] != {entry.content}:  # the supplier has, or may have, something else
            changed.append(at)
        elif pupil not in waiting and not all(item.known for item in noted[pupil]):
            if again is not None and any(map(again.is_due, noted[pupil])):
                once_more.append(at)
            else:
                unsure += 1
    there = set(map(pupils.of, wanted))
    gone = tuple(items[-1] for pupil, items in noted.items() if pupil not in there)
    left_out = len(wanted) - len(new) - len(changed) - len(once_more)
    return Changes(tuple(new), tuple(changed), tuple(once_more), left_out, unsure, gone)
