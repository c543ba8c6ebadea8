"""Lays two reports side by side, of both parties or of two runs: what was sent and never arrived, and what was seen otherwise.

Both parties know a message by the checksum of its body, so neither has to hand its messages to the other.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Set
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path
from typing import Any

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.ketentest.report.reading import GelezenRapport, Gezien, read_report
from doorstroom_client.ketentest.report.verslag import Richting
from doorstroom_client.ketentest.scenario import Rol
from doorstroom_client.ketentest.verdicts import Oordeel


class Bevinding(StrEnum):
    """What the two reports say of one message, or of one scenario."""

    GELIJK = "bij beide"
    """Both have the message, with one status."""
    ANDERE_STATUS = "andere status"
    """Both have the message, and not with one status."""
    NIET_ONTVANGEN = "verstuurd, niet ontvangen"
    """One sent it, and the other has not seen it."""
    NIET_VERSTUURD = "ontvangen, niet verstuurd"
    """One received it, and the other has not sent it."""
    ALLEEN_HIER = "in één rapport"
    """One report has it; the other is of the same side, so it need not."""
    ANDER_OORDEEL = "ander oordeel"
    """A scenario that has another verdict in each."""


_WORST_FIRST = (
    Bevinding.NIET_ONTVANGEN,
    Bevinding.NIET_VERSTUURD,
    Bevinding.ANDERE_STATUS,
    Bevinding.ALLEEN_HIER,
    Bevinding.GELIJK,
)


@frozen(kw_only=True)
class Paar:
    """One message in both reports, or in one.

    Attributes:
        bevinding: what they say of it.
        a: as the first report has it; None when it does not.
        b: as the second report has it; None when it does not.
    """

    bevinding: Bevinding
    a: Gezien | None
    b: Gezien | None

    @property
    def seen(self) -> Gezien:
        """The message as the first report that has it."""
        found = self.a or self.b
        assert found is not None
        return found


@frozen(kw_only=True)
class AnderOordeel:
    """A scenario that has another verdict in each report.

    Attributes:
        scenario: its id.
        a: in the first report.
        b: in the second report.
    """

    scenario: str
    a: Oordeel
    b: Oordeel


@frozen(kw_only=True)
class Naastelkaar:
    """Two reports side by side.

    Attributes:
        a: name of the first file.
        b: name of the second file.
        pairs: the messages: first what differs.
        verdicts: scenarios that have another verdict in each.
        without_body: how many messages have no body to know them by; these are not compared.
    """

    a: str
    b: str
    pairs: tuple[Paar, ...]
    verdicts: tuple[AnderOordeel, ...]
    without_body: int

    @property
    def same(self) -> bool:
        """Whether there is nothing that both sides have to talk about."""
        return not self.verdicts and all(pair.bevinding is Bevinding.GELIJK for pair in self.pairs)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the cells of a row."""
        return ("bevinding", "controlesom", "bericht", f"A: {self.a}", f"B: {self.b}")

    def rows(self, *, everything: bool = False) -> list[tuple[str, ...]]:
        """The comparison as rows of text, with the cells that `columns` names.

        Args:
            everything: also what both say alike.
        """
        found = [_row(pair) for pair in self.pairs if everything or pair.bevinding is not Bevinding.GELIJK]
        return found + [
            (Bevinding.ANDER_OORDEEL.value, "", item.scenario, item.a.value, item.b.value) for item in self.verdicts
        ]

    def as_data(self) -> dict[str, Any]:
        """The comparison as JSON can hold it."""
        counts = {item.value: sum(pair.bevinding is item for pair in self.pairs) for item in Bevinding}
        counts[Bevinding.ANDER_OORDEEL.value] = len(self.verdicts)
        return {
            "soort": "ketentest-vergelijking",
            "versie": 1,
            "a": self.a,
            "b": self.b,
            "aantallen": counts,
            "zonder_inhoud": self.without_body,
            "berichten": [
                {"bevinding": pair.bevinding.value, "sha256_16": pair.seen.sha256, "a": _side(pair.a), "b": _side(pair.b)}
                for pair in self.pairs
            ],
            "scenarios": [{"id": item.scenario, "a": item.a.value, "b": item.b.value} for item in self.verdicts],
        }


def compare_files(a: Path, b: Path) -> Naastelkaar:
    """Compare two files.

    Args:
        a: ``rapport.json`` of one party or run.
        b: the one of the other.

    Raises:
        StoreError: a file cannot be read.
        MessageError: a file is no report, of another version, or damaged.
    """
    return compare(read_report(a), read_report(b))


def compare(a: GelezenRapport, b: GelezenRapport) -> Naastelkaar:
    """Compare two reports.

    Args:
        a: of one party or run.
        b: of the other.
    """
    pairs = [pair for mine, theirs in _by_checksum(a.messages, b.messages) for pair in _matched(mine, theirs)]
    told = [_told(one, other, a.roles, b.roles) for one, other in pairs]
    both = [item for item in a.verdicts if item in b.verdicts and a.verdicts[item] is not b.verdicts[item]]
    return Naastelkaar(
        a=a.name,
        b=b.name,
        pairs=tuple(sorted(told, key=lambda pair: (_WORST_FIRST.index(pair.bevinding), pair.seen.moment))),
        verdicts=tuple(AnderOordeel(scenario=item, a=a.verdicts[item], b=b.verdicts[item]) for item in both),
        without_body=sum(not item.sha256 for side in (a, b) for item in side.messages),
    )


def _by_checksum(a: Iterable[Gezien], b: Iterable[Gezien]) -> Iterator[tuple[list[Gezien], list[Gezien]]]:
    """The messages of both reports that have one body; those of which no byte went out are nobody's to receive."""
    found: defaultdict[str, tuple[list[Gezien], list[Gezien]]] = defaultdict(lambda: ([], []))
    for at, side in enumerate((a, b)):
        for item in side:
            if item.sha256 and item.went_out:
                found[item.sha256][at].append(item)
    yield from found.values()


def _matched(a: Iterable[Gezien], b: Iterable[Gezien]) -> Iterator[tuple[Gezien | None, Gezien | None]]:
    """Pairs of messages with one body. It may have been sent more than once: first go together those that say the same."""
    waiting: defaultdict[int, deque[Gezien]] = defaultdict(deque)
    for item in b:
        waiting[item.status].append(item)
    left: list[Gezien] = []
    for item in a:
        if waiting[item.status]:
            yield item, waiting[item.status].popleft()
        else:
            left.append(item)
    yield from zip_longest(left, [item for same in waiting.values() for item in same])


def _told(a: Gezien | None, b: Gezien | None, roles_a: Set[Rol], roles_b: Set[Rol]) -> Paar:
    if a and b:
        return Paar(bevinding=Bevinding.GELIJK if a.status == b.status else Bevinding.ANDERE_STATUS, a=a, b=b)
    only, others = (a, roles_b) if a else (b, roles_a)
    assert only is not None
    if only.rol in others:  # the other report looks from the same side
        found = Bevinding.ALLEEN_HIER
    else:
        found = Bevinding.NIET_ONTVANGEN if only.richting is Richting.VERSTUURD else Bevinding.NIET_VERSTUURD
    return Paar(bevinding=found, a=a, b=b)


def _row(pair: Paar) -> tuple[str, ...]:
    return (pair.bevinding.value, pair.seen.sha256, f"{pair.seen.method} {pair.seen.path}", _cell(pair.a), _cell(pair.b))


def _cell(item: Gezien | None) -> str:
    if item is None:
        return "–"
    return (
        f"{item.scenario}, {item.richting.value}, {f'status {item.status}' if item.status else 'geen antwoord'}, {item.moment}"
    )


def _side(item: Gezien | None) -> dict[str, Any] | None:
    if item is None:
        return None
    return {
        "nummer": item.number,
        "richting": item.richting.value,
        "scenario": item.scenario,
        "methode": item.method,
        "pad": item.path,
        "moment": item.moment,
        "status": item.status or None,
    }
