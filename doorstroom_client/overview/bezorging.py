"""What went to suppliers and what came back, as counts per supplier."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from doorstroom_client import Leverancier, Queued, State
from doorstroom_client.basics.frozen import frozen
from doorstroom_client.output.words import naam_van
from doorstroom_client.overview.gegevens import Bezorgstand

_SOORT = {"registreren": "leerlingen", "registreren-schooladviezen": "schooladviezen"}
_STATES: Mapping[State, str] = {
    State.WAITING: "onderweg",
    State.HELD: "vastgehouden",
    State.PARKED: "geparkeerd",
    State.DELIVERED: "bezorgd",
}


@frozen(kw_only=True)
class Vergeleken:
    """The present list of advice of a school, compared with what a supplier has (see ``client.compare``).

    Attributes:
        routeringskenmerk: of the administration.
        leverancier: OIN of the supplier.
        aangenomen: pupils that need not be sent.
        open: pupils that are new or changed.
    """

    routeringskenmerk: str
    leverancier: str
    aangenomen: int
    open: int


@dataclass(slots=True)
class _Tally:
    counts: dict[str, int] = field(default_factory=dict[str, int])
    laatst: dt.datetime | None = None
    onbekend: int = 0

    def add(self, bericht: Queued) -> None:
        name = _STATES.get(bericht.state)
        if name is None:
            return
        self.counts[name] = self.counts.get(name, 0) + bericht.aantal - bericht.onbekend
        self.onbekend += bericht.onbekend
        if bericht.state is State.DELIVERED:
            self.laatst = max(filter(None, (self.laatst, bericht.added_at)))


def bezorgd_aan(
    routeringskenmerk: str,
    schooljaar: str,
    berichten: Iterable[Queued],
    leveranciers: Sequence[Leverancier],
    vergeleken: Iterable[Vergeleken] = (),
) -> tuple[Bezorgstand, ...]:
    """What each supplier has of one administration.

    Args:
        routeringskenmerk: the administration.
        schooljaar: of the lists.
        berichten: the messages of an outbox.
        leveranciers: the configured suppliers, for their names.
        vergeleken: the present list compared with what was accepted.
    """
    tallies: dict[tuple[str, str], _Tally] = {}
    for item in berichten:
        if item.key.routeringskenmerk == routeringskenmerk and item.schooljaar == schooljaar:
            key = (item.key.leverancier, _SOORT.get(item.key.soort, item.key.soort))
            tallies.setdefault(key, _Tally()).add(item)
    found = {
        key: Bezorgstand(
            leverancier=naam_van(key[0], leveranciers),
            soort=key[1],
            laatst=tally.laatst,
            onbekend=tally.onbekend,
            **{name: tally.counts.get(name, 0) for name in _STATES.values()},
        )
        for key, tally in tallies.items()
    }
    for about in vergeleken:
        if about.routeringskenmerk == routeringskenmerk:
            key = (about.leverancier, "schooladviezen")
            stand = found.get(key) or Bezorgstand(leverancier=naam_van(key[0], leveranciers), soort=key[1])
            found[key] = replace(stand, aangenomen=about.aangenomen, open=about.open)
    return tuple(found[key] for key in sorted(found))
