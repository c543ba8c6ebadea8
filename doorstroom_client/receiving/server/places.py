"""Decides who makes room when all places are taken. Pure: it is given what is known of each connection.

Quotas bite only then. A sender is the OIN of a certificate; of who has shown none, the address. Whoever has most gives first,
and never to somebody who would then have more, so that nobody can push out who has less, or push out itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from typing import Protocol, TypeVar


class Guest(Protocol):
    """What is known of a connection."""

    @property
    def sender(self) -> str:
        """Whose it is."""
        ...

    @property
    def address(self) -> str:
        """Where it comes from."""
        ...

    @property
    def shaking(self) -> bool:
        """Whether TLS does not stand yet."""
        ...

    @property
    def waiting(self) -> bool:
        """Whether a request has come that has no place yet."""
        ...

    @property
    def whole(self) -> bool:
        """Whether the request in hand has come to its end."""
        ...

    @property
    def since(self) -> float:
        """When it became what it is, on a clock that does not jump."""
        ...


G = TypeVar("G", bound=Guest)
_OF = tuple[Callable[[Guest], str], ...]


def least_needed(resting: Collection[G], everyone: Iterable[G], half: int, young: float) -> G | None:
    """The connection without a request in hand that can best be missed; None when there is none.

    Half of the places is for who is still to show a certificate and half for who did, so that neither keeps the others out.
    Among those it is one of the sender with most connections: the oldest that does nothing, else the last that began to wait.

    Args:
        resting: those without a request in hand.
        everyone: those with one too.
        half: half of the places.
        young: who began to shake hands after this moment still gets the time for it.
    """
    shaking = [guest for guest in resting if guest.shaking]
    others = [guest for guest in resting if not guest.shaking]
    old = [guest for guest in shaking if guest.since <= young]
    found = old if len(shaking) >= half else others or old
    number = Counter(guest.sender for guest in everyone)

    def missed(guest: G) -> tuple[int, bool, float]:
        return number[guest.sender], not guest.waiting, guest.since if guest.waiting else -guest.since

    return max(found, key=missed, default=None)


def slowest_of_the_busiest(newcomer: Guest, seated: Collection[G], *, by_address: bool) -> G | None:
    """The request that makes room for a new one; None when nobody has so many more than the newcomer that it would be fair.

    Args:
        newcomer: has a request, and no place.
        seated: those with a place.
        by_address: whether addresses tell senders apart; they do not behind a proxy.
    """
    names: _OF = (_sender, _address) if by_address else (_sender,)
    for name in names:
        number = Counter(name(guest) for guest in seated)
        enough = number[name(newcomer)] + 1
        found = [guest for guest in seated if number[name(guest)] > enough]
        if found:
            return max(found, key=lambda guest: (number[name(guest)], not guest.whole, -guest.since))
    return None


def next_in_line(waiting: Collection[G], seated: Iterable[Guest]) -> G:
    """Who gets a place that came free: of the sender with fewest of them, the first that came."""
    number = Counter(guest.sender for guest in seated)
    return min(waiting, key=lambda guest: (number[guest.sender], guest.since))


def _sender(guest: Guest) -> str:
    return guest.sender


def _address(guest: Guest) -> str:
    return guest.address
