"""Finds the pupils that a supplier does not know, so that the advice of the others arrives.

Some suppliers refuse a whole list for one pupil they do not know (404, sometimes 422), and never say which one. The search
halves: a list that is refused is cut in two, and so on, until a list of one pupil is refused. For k unknown pupils among n
that takes at most about 2 k log2(n) calls. It knows nothing of networks: it is told what came of each part.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from itertools import pairwise
from math import ceil, log2

from doorstroom_client.basics.frozen import frozen

PROBES = 64
"""Lists of one pupil that are tried before it is concluded that nothing is accepted here."""

Part = tuple[int, ...]
"""Positions in the list."""


@frozen
class Verdict:
    """What the search found.

    Attributes:
        onbekend: positions that were refused in a list of their own, or, when nothing was accepted, all positions.
        any_accepted: whether any part was accepted.
        complete: whether every pupil was tried; else the search gave up because nothing was accepted.
    """

    onbekend: Part
    any_accepted: bool
    complete: bool = True


Search = Generator[Part, bool, Verdict]
"""Yields a part to send; gets whether it was accepted."""


def bound(n: int, unknown: int) -> int:
    """How many calls the search takes at most for `unknown` pupils among `n`, when some are known."""
    return 1 + 2 * unknown * ceil(log2(n))


def search(n: int, *, proven: bool) -> Search:
    """Deliver a list to a supplier that may refuse it for pupils it does not know.

    Args:
        n: how many pupils.
        proven: whether this address is known to accept lists. If not, and nothing at all is accepted, the search ends
            after `PROBES` lists of one pupil: the address is probably wrong.
    """
    whole = tuple(range(n))
    if (yield whole):
        return Verdict((), any_accepted=True)
    hunt = _Hunt(n)
    waiting = [(whole, True)]
    while waiting:
        part, refused = waiting.pop()
        if not refused:
            refused = not (yield part)
            hunt.note(accepted=not refused)
            if not refused:
                continue
        if len(part) == 1:
            hunt.onbekend.append(part[0])
        elif hunt.is_hopeless:
            untried = yield from _one_by_one(hunt, proven=proven)
            if not hunt.any_accepted and untried:
                return Verdict(whole, any_accepted=False, complete=False)
            waiting = [(untried, False)] if untried else []
        else:
            waiting += yield from _halve(part, hunt)
    return Verdict(tuple(sorted(hunt.onbekend)), hunt.any_accepted)


class _Hunt:
    """How far a search is."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.onbekend: list[int] = []
        self.any_accepted = False
        self._refusals = 1
        self._patience = 2 * int(log2(n)) + 1

    def note(self, *, accepted: bool) -> None:
        """What came of a part."""
        self.any_accepted |= accepted
        self._refusals += not accepted

    @property
    def is_hopeless(self) -> bool:
        """Whether so much was refused that halving only makes it worse."""
        return not self.any_accepted and self._refusals >= self._patience


def _halve(part: Part, hunt: _Hunt) -> Generator[Part, bool, list[tuple[Part, bool]]]:
    """Try the first half of a refused part; gives what is left to look at, the first last.

    When the first half is accepted, the second must hold the unknown pupil: it is cut at once, without sending it whole. A
    single pupil is always sent, so that nobody is called unknown on a conclusion.
    """
    half = len(part) // 2
    first, second = part[:half], part[half:]
    accepted = yield first
    hunt.note(accepted=accepted)
    if accepted:
        return [(second, len(second) > 1)]
    return [(second, False), (first, True)]


def _one_by_one(hunt: _Hunt, *, proven: bool) -> Generator[Part, bool, Part]:
    """Try lists of one pupil, spread over the list, until one is accepted; gives up after some when nothing is proven.

    Returns:
        The positions that are still to be looked at.
    """
    seen = set(hunt.onbekend)
    order = _spread([at for at in range(hunt.n) if at not in seen])
    for number, at in enumerate(order):
        if number >= PROBES and not proven:
            return tuple(sorted(order[number:]))
        accepted = yield (at,)
        hunt.note(accepted=accepted)
        if accepted:
            return tuple(sorted(order[number + 1 :]))
        hunt.onbekend.append(at)
    return ()


def _spread(items: list[int]) -> list[int]:
    """Items in another order, the first `PROBES` of them from all over the list.

    One out of each stretch, at a place drawn by lot: with even steps, groups that alternate in a list would all be missed
    but one. The lot is the same every time, and so are the calls.
    """
    if len(items) <= PROBES:
        return items
    lot = random.Random(len(items))  # noqa: S311 - nothing secret
    edges = [at * len(items) // PROBES for at in range(PROBES + 1)]
    chosen = [items[lot.randrange(start, end)] for start, end in pairwise(edges)]
    taken = set(chosen)
    return chosen + [item for item in items if item not in taken]
