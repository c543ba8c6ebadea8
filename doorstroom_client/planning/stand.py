"""How far the chain tests of this side are, as far as their folders tell: what a reminder needs to go away."""

from __future__ import annotations

import datetime as dt

from doorstroom_client.basics.frozen import frozen


@frozen(kw_only=True)
class Wacht:
    """Something that a chain test waits for.

    Attributes:
        scenario: id of the scenario that waits.
        tekst: what it waits for, in Dutch.
        tot: the last day of its term; None when it has none.
    """

    scenario: str
    tekst: str
    tot: dt.date | None = None


@frozen(kw_only=True)
class Ketenteststand:
    """How far one chain test is.

    Attributes:
        folder: where it is kept.
        leverancier: the names by which its supplier may be called: of its plan, its test and itself.
        schooljaar: of its messages; empty when nothing was played yet.
        alleen: whether it was against a simulator, with no other party.
        tot: the last day of its plan; None when it has none.
        laatst: the day on which something was last played; None when nothing was.
        wacht: what it waits for.
        gezakt: ids of the scenarios that failed.
    """

    folder: str
    leverancier: frozenset[str]
    schooljaar: str = ""
    alleen: bool = False
    tot: dt.date | None = None
    laatst: dt.date | None = None
    wacht: tuple[Wacht, ...] = ()
    gezakt: tuple[str, ...] = ()

    @property
    def naam(self) -> str:
        """The shortest of the names of the supplier."""
        return min(self.leverancier, key=lambda item: (len(item), item), default="een leverancier")
