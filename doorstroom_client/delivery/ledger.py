"""What changed since a supplier last accepted something: only mutations have to go out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field

from doorstroom_client.delivery.lijst import marks_of
from doorstroom_client.frozen import frozen
from doorstroom_client.messages.leerlingen import Leerling
from doorstroom_client.store.records import Entry


@frozen
class Verdwenen:
    """A pupil whom the supplier has, but who is no longer in the list.

    Nothing can be deleted by message, so the supplier keeps this pupil until somebody removes it in the test system. The
    ledger holds no identities; `gaat_over` tells whether it is about a pupil that you still know.
    """

    _entry: Entry = field(repr=False)
    _secret: bytes = field(repr=False)

    def gaat_over(self, leerling: Leerling) -> bool:
        """Whether this is about `leerling`."""
        eck, las = marks_of(leerling, self._secret)
        return self._entry.same_pupil(Entry(eck, las, ""))

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
    """

    leverancier: str
    nieuw: tuple[Leerling, ...] = field(repr=False)
    gewijzigd: tuple[Leerling, ...] = field(repr=False)
    ongewijzigd: int
    verdwenen: tuple[Verdwenen, ...] = field(repr=False)


@frozen
class Changes:
    """A list compared with what the supplier has.

    Attributes:
        nieuw: positions of pupils that the supplier does not have yet.
        gewijzigd: positions of pupils about whom it has, or may have, something else.
        ongewijzigd: how many need not be sent.
        verdwenen: entries that the supplier has of pupils that are not in the list.
    """

    nieuw: tuple[int, ...]
    gewijzigd: tuple[int, ...]
    ongewijzigd: int
    verdwenen: tuple[Entry, ...]

    @property
    def positions(self) -> tuple[int, ...]:
        """What has to go out, in the order of the list."""
        return tuple(sorted(self.nieuw + self.gewijzigd))


class Pupils:
    """Entries found by either identity of the pupil.

    Args:
        entries: one per pupil.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_mark: dict[str, list[Entry]] = {}
        for entry in entries:
            for mark in filter(None, (entry.eck, entry.las)):
                self._by_mark.setdefault(mark, []).append(entry)

    def find(self, entry: Entry) -> Entry | None:
        """The entry about the same pupil."""
        candidates = [item for mark in filter(None, (entry.eck, entry.las)) for item in self._by_mark.get(mark, ())]
        return next((item for item in candidates if item.same_pupil(entry)), None)


def compare(wanted: Sequence[Entry], accepted: Sequence[Entry], open_entries: Sequence[Entry] = ()) -> Changes:
    """Find out what has to go out.

    Args:
        wanted: the list as it is now.
        accepted: what the supplier accepted last.
        open_entries: what messages that still wait are going to say; it counts over what was accepted.
    """
    waiting = Pupils(open_entries)
    known = Pupils([*open_entries, *(entry for entry in accepted if waiting.find(entry) is None)])
    new: list[int] = []
    changed: list[int] = []
    for at, entry in enumerate(wanted):
        before = known.find(entry)
        if before is None:
            new.append(at)
        elif before.content != entry.content:
            changed.append(at)
    there = Pupils(wanted)
    gone = tuple(entry for entry in accepted if there.find(entry) is None)
    return Changes(tuple(new), tuple(changed), len(wanted) - len(new) - len(changed), gone)
